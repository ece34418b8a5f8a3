"""`python -m tests.simulation 4711` replays a seed and tells it; `--seeds N --from K` runs many."""

import argparse
import sys
import time

from tests.simulation.simulate import Result, simulate


def _tell(result: Result) -> None:
    print(f"seed {result.seed}: {len(result.faults)} faults, {result.virtual_seconds:.1f} s, trace {result.trace}")
    for why in result.violations:
        print(f"  {why}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", type=int, default=1, dest="first")
    asked = parser.parse_args()
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


sys.exit(main())
