"""Where a test may kill this program: `TREASURY_SIMULATOR_DIES_AT=<moment>[:<n>]` is SIGKILL at the n-th passage."""

import os
import signal
from collections import Counter
from enum import StrEnum


class Moment(StrEnum):
    """The crash windows between two durable steps."""

    TAKEN = "taken"
    """the file is in received/, nothing is in the book"""
    RECORDING = "recording"
    """all rows are written, the transaction is open"""
    RECORDED = "recorded"
    """the transaction is durable, no answer is written"""
    HALF_WRITTEN = "half-written"
    """half of an answer is under its temporary name"""
    WRITTEN = "written"
    """the temporary file is complete, not renamed"""
    RENAMED = "renamed"
    """the answer has its name, the book does not know"""
    NOTED = "noted"
    """the book knows that the answer is written"""


_passages: Counter[str] = Counter()


def passing(moment: Moment) -> None:
    """Die here if the environment says so; otherwise nothing."""
    wanted, _, times = os.environ.get("TREASURY_SIMULATOR_DIES_AT", "").partition(":")
    if wanted == moment:
        _passages[moment] += 1
        if _passages[moment] == int(times or "1"):
            os.kill(os.getpid(), signal.SIGKILL)
