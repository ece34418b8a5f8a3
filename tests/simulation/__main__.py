"""`python -m tests.simulation 4711` replays a seed and tells it; `--seeds N --from K` runs many on both cores."""

import argparse
import sys
import time

from tests.simulation.campaign import campaign
from tests.simulation.simulate import Result, simulate


def _tell(result: Result) -> None:
    print(f"seed {result.seed}: {len(result.faults)} faults, {result.virtual_seconds:.1f} s, trace {result.trace}")
    for why in result.violations:
        print(f"  {why}")


def _replay(seed: int) -> int:
    result = simulate(seed, listener=print)
    _tell(result)
    return 1 if result.violations else 0


def _campaign(seeds: range, minutes: float) -> int:
    reached, failed, started = 0, 0, time.monotonic()
    for result in campaign(seeds, minutes):
        reached += 1
        if result.violations:
            failed += 1
            _tell(result)
            print(f"  {result.replay}", flush=True)
        if reached % 1_000 == 0:
            print(f"{reached} seeds, {failed} failed", flush=True)
    took = (time.monotonic() - started) / 60
    print(f"{reached} seeds from {seeds.start} on in {took:.1f} min ({reached / took:.0f} per min), {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?", help="replay this one and tell what happens")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin no more seeds after so long")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed)
    return _campaign(range(asked.first, asked.first + asked.seeds), asked.minutes)


if __name__ == "__main__":  # a campaign's workers import this module again
    sys.exit(main())
