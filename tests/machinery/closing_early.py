"""Stores that are closed while threads read in them, again and again: `python -m tests.machinery.closing_early <folder> <log|views>`."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventsourcing.persistence import ConnectionPoolClosedError

from shared.formats import ZERO
from shared.recorders import Batch, Head, Row
from shared.sqlite import SQLiteRecorder
from shared.view_tables import SQLite

TIMES, ROWS, READERS = 60, 300, 3


def log(file: Path) -> tuple[Any, Callable[[], Any]]:
    """A log with some rows, and how all of them are read."""
    opened = SQLiteRecorder(file)
    opened.provision("epoch", "")
    rows = [
        Row(position=it, stream="a-b", version=it, topic="t", state=bytes(200), header=b"", chain=ZERO)
        for it in range(1, ROWS + 1)
    ]
    after = Head(epoch="epoch", position=ROWS, chain=ZERO)
    opened.append(Batch(before=opened.head(), after=after, rows=rows, lanes=(), commands=()))
    return opened, lambda: opened.rows(0, ROWS)


def views(file: Path) -> tuple[Any, Callable[[], Any]]:
    """Views with some documents, and how all of them are read."""
    opened = SQLite(file)
    opened.provision("")
    opened.execute([("INSERT INTO view VALUES ('a', ?, '', '', '{}')", (str(it),)) for it in range(ROWS)])
    return opened, lambda: opened.all("SELECT * FROM {s}view ORDER BY sort, key")


def closed_while_read(opened: Any, read: Callable[[], Any]) -> None:
    """Close it when all readers have read once; each of them ends with an error that says so."""
    begun = threading.Barrier(READERS + 1)

    def reads() -> None:
        read()
        begun.wait()
        try:
            while True:
                read()
        except ConnectionPoolClosedError:
            return
        except Exception as error:
            if "closed" not in str(error):
                raise

    readers = [threading.Thread(target=reads) for _ in range(READERS)]
    for it in readers:
        it.start()
    begun.wait()
    opened.close()
    for it in readers:
        it.join()


if __name__ == "__main__":
    folder, what = Path(sys.argv[1]), {"log": log, "views": views}[sys.argv[2]]
    for number in range(TIMES):
        closed_while_read(*what(folder / f"{number}.sqlite"))
