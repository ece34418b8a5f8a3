"""The boundaries of writer, relay, follower, views and treasury's desk, at which a process kills itself (SIGKILL).

The services' code knows nothing of this.
"""

import inspect
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any

from faststream.nats.annotations import NatsMessage

from shared import lanes, view_tables
from shared.commands import CommandJob
from shared.lane_following import LaneFollower
from shared.lanes import FrameJob
from shared.messaging import Messenger
from shared.postgresql import PostgreSQLRecorder
from shared.relaying import Relay
from shared.sqlite import SQLiteRecorder
from shared.writer import Writer
from tests.faults.life import Life
from tests.payout.dying import MOMENTS as AT_THE_TREASURY

type Moment = tuple[Any, str, str]

MOMENTS: Mapping[str, tuple[Moment, ...]] = {
    "log-opened": ((SQLiteRecorder, "lanes", "after"), (PostgreSQLRecorder, "lanes", "after")),
    "command-arrived": ((Writer, "submit", "before"),),
    "command-before-decision": ((CommandJob, "decide", "before"),),
    "command-decided": ((CommandJob, "decide", "after"),),
    "group-before-commit": ((SQLiteRecorder, "append", "before"), (PostgreSQLRecorder, "append", "before")),
    "group-committed-told-nobody": ((SQLiteRecorder, "append", "after"), (PostgreSQLRecorder, "append", "after")),
    "relay-before-resuming": ((Relay, "_resume", "before"),),
    "relay-resumed": ((Relay, "_resume", "after"),),
    "frame-before-publishing": ((Messenger, "publish", "before"),),
    "frame-published-position-unknown": ((Messenger, "publish", "after"),),
    "frame-arrived": ((LaneFollower, "receive", "before"),),
    "frame-before-decision": ((FrameJob, "decide", "before"),),
    "frame-half-handled": ((lanes, "handle", "after"),),
    "frame-decided": ((FrameJob, "decide", "after"),),
    "frame-committed-before-ack": ((NatsMessage, "ack", "before"),),
    "frame-acknowledged": ((NatsMessage, "ack", "after"),),
    "before-catching-up": ((LaneFollower, "catch_up", "before"),),
    "caught-up": ((LaneFollower, "catch_up", "after"),),
    "view-before-writing": ((view_tables.SQLite, "write", "before"), (view_tables.PostgreSQL, "write", "before")),
    "view-written": ((view_tables.SQLite, "write", "after"), (view_tables.PostgreSQL, "write", "after")),
    **{name: (it,) for name, it in AT_THE_TREASURY.items()},
}
IN_A_COMMIT: Mapping[str, str] = {
    "commit-begun": "UPDATE head",
    "commit-half-written": "INSERT INTO stored_events",
    "commit-written-not-committed": "COMMIT",
}
"""Statements in the middle of an SQLite commit, seen by SQLite itself, at which the process dies before they are done."""
SELDOM = frozenset(
    ("log-opened", "relay-before-resuming", "relay-resumed", "before-catching-up", "caught-up", *AT_THE_TREASURY)
)
"""Not every life comes there twice."""
ANSWERING = "committed-before-answer"
EVERYWHERE = (*MOMENTS, *IN_A_COMMIT, ANSWERING)
"""Payout passes them all; the others pass those that are not the treasury's."""

DIED_AT = "died at"
"""What a process writes with its last breath, before the moment's name."""
_before_answer: list[Callable[[], None]] = []


class Fuse:
    """Counts how often a moment is passed, and at the last of them sends the process the signal that ends it."""

    def __init__(self, name: str, passes: int, how: int) -> None:
        self._name, self._left, self._how = name, passes, how

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            print(DIED_AT, self._name, flush=True)
            os.kill(os.getpid(), self._how)
            time.sleep(0.2)  # time for another thread to hear of it, before what comes next is done


def moments_of(service: str) -> list[str]:
    return [it for it in EVERYWHERE if service == "payout" or it not in AT_THE_TREASURY]


def arm(life: Life) -> None:
    """Let this process die where and when its life says."""
    name, fuse = life.moment, Fuse(life.moment, life.passes, life.ends_by)
    if name == ANSWERING:
        _before_answer.append(fuse)
    elif name in IN_A_COMMIT:
        _in_a_commit(IN_A_COMMIT[name], f"{life.service}.sqlite", fuse)
    else:
        for owner, attribute, when in MOMENTS[name]:
            setattr(owner, attribute, dying(getattr(owner, attribute), when, fuse))


def answering() -> None:
    """The moment between a commit and its answer."""
    for fuse in _before_answer:
        fuse()


def dying(do: Callable[..., Any], when: str, fuse: Fuse) -> Callable[..., Any]:
    """A function with a fuse before or after its work."""

    async def done_in_time(*arguments: Any, **more: Any) -> Any:
        if when == "before":
            fuse()
        found = await do(*arguments, **more)
        if when == "after":
            fuse()
        return found

    def done(*arguments: Any, **more: Any) -> Any:
        if when == "before":
            fuse()
        found = do(*arguments, **more)
        if when == "after":
            fuse()
        return found

    return done_in_time if inspect.iscoroutinefunction(do) else done


def _in_a_commit(beginning: str, file: str, fuse: Fuse) -> None:
    connect = sqlite3.connect

    def traced(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **more)
        if str(arguments[0] if arguments else more.get("database", "")).endswith(file):
            connection.set_trace_callback(lambda it: fuse() if it.startswith(beginning) else None)
        return connection

    sqlite3.connect = traced
