"""A rebuild that is killed (SIGKILL, by itself) at its third write: within the transaction, or right after it.

`python -m tests.machinery.dying_rebuild <service> <stores> <where the views lie> <within|after>`
"""

import os
import signal
import sys
from typing import Any

from shared import view_following, view_tables
from shared.records import replace
from shared.view_tables import Stretch
from tests.machinery.lived import log_of


class Deadly(dict[str, list[int]]):
    """The part of a stretch that is written last: whoever reads it dies, with all before it written and not committed."""

    def items(self) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


def dying(database: Any, moment: str) -> None:
    """Have the third write to this database end the process."""
    write, writes = database.write, 0

    def last(stretch: Stretch) -> bool:
        nonlocal writes
        writes += 1
        fatal = writes == 3
        done = write(replace(stretch, concerned=Deadly({"case": [1]})) if fatal and moment == "within" else stretch)
        if fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    database.write = last


if __name__ == "__main__":
    service, stores, where, moment = sys.argv[1:]
    view_following.STRETCH = 1
    target = view_tables.database(where, service)
    dying(target, moment)
    with log_of(service, stores) as log:
        follower = log.follower(target, page=10)
        while follower.step():
            pass
