"""`python -m tests.simulation 4711` replays a seed and tells it; `--seeds N --from K` and `--minutes N` run many."""

import argparse
import sys
import time

from tests.simulation.campaign import campaign
from tests.simulation.simulate import Result, simulate


def _tell(result: Result) -> None:
    print(f"seed {result.seed}: {len(result.faults)} faults, {result.virtual_seconds:.1f} s, trace {result.trace}")
    for why in result.violations:
        print(f"  {why}")


def _campaign(minutes: float, first: int) -> int:
    reached = campaign(time.monotonic() + 60 * minutes, first)
    for result in reached.failed:
        _tell(result)
        print(f"  {result.replay}")
    print(f"{reached.seeds} seeds from {first} on, {len(reached.failed)} failed")
    return 1 if reached.failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--minutes", type=float, default=0.0, help="so long, on both cores, instead of so many seeds")
    asked = parser.parse_args()
    if asked.minutes:
        return _campaign(asked.minutes, asked.first)
    if asked.seed is not None:
        result = simulate(asked.seed, listener=print)
        _tell(result)
        return 1 if result.violations else 0
    failed, started = 0, time.process_time()
    for seed in range(asked.first, asked.first + asked.seeds):
        result = simulate(seed)
        if result.violations:
            failed += 1
            _tell(result)
            print(f"  {result.replay}")
    print(f"{asked.seeds} seeds in {time.process_time() - started:.1f} s of CPU, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":  # a campaign's workers import this module again
    sys.exit(main())
