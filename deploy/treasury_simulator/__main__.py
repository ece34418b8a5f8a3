"""`python -m deploy.treasury_simulator DIR [--once] [--poll SECONDS]`, or `--book` to print the book as JSON."""

import argparse
import fcntl
import json
import signal
import sys
import threading
from pathlib import Path

from deploy.treasury_simulator.book import Book
from deploy.treasury_simulator.desk import Desk
from deploy.treasury_simulator.scenario import ScenarioMistaken

ALREADY_RUNNING = 3
SCENARIO_MISTAKEN = 4


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when asked to stop, 3 when another treasury has the directory, 4 for a mistaken scenario."""
    parser = argparse.ArgumentParser(prog="python -m deploy.treasury_simulator", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--once", action="store_true", help="do what waits, then end")
    parser.add_argument("--poll", type=float, default=0.2, metavar="SECONDS", help="pause between rounds")
    parser.add_argument("--book", action="store_true", help="print the book as JSON, do nothing else")
    asked = parser.parse_args(arguments)
    path = asked.directory / "book" / "book.sqlite"
    if asked.book:
        return _print(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another treasury works on {asked.directory}", file=sys.stderr)
            return ALREADY_RUNNING
        return _work(asked.directory, path, asked.once, asked.poll)


def _work(directory: Path, path: Path, once: bool, poll: float) -> int:
    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    if not once:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    book = Book(path)
    desk = Desk(directory, book)
    try:
        while not stopped.is_set():
            for line in desk.work():
                print(json.dumps({"event": line}), flush=True)
            if once:
                break
            stopped.wait(poll)
    except ScenarioMistaken as mistaken:
        print(mistaken, file=sys.stderr)
        return SCENARIO_MISTAKEN
    finally:
        book.close()
    return 0


def _print(path: Path) -> int:
    book = Book(path if path.exists() else Path(":memory:"))
    print(json.dumps(book.printed(), ensure_ascii=False, indent=1))
    book.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
