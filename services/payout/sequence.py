"""Laufende Dateinummer: the numbers of the files for one account at the treasury, each given once and none left out."""

from collections.abc import Sequence
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, value


@value
class TakeFileNumber:
    """Asked in the transaction that seals the batch, with the number its bytes were made with."""

    batch: str
    number: int


type Command = TakeFileNumber


@event("payout.file-number-taken")
class FileNumberTaken:
    """This batch's file bears this running number (Dateinummer) at the treasury; the next file bears the next one."""

    batch: str
    number: int


type Event = FileNumberTaken


@value
class Numbers:
    """`last` is the highest number that was given."""

    last: int = 0

    @property
    def next(self) -> int:
        return self.last + 1


class NumberNotNext(DomainError):
    code = "file-number-not-next"
    title = "Inzwischen wurde ein anderer Zahlungslauf versiegelt; bilden Sie diesen bitte noch einmal."


def decide(command: Command, numbers: Numbers, _context: Context) -> Sequence[Event]:
    match command:
        case TakeFileNumber():
            if command.number != numbers.next:
                raise NumberNotNext
            return [FileNumberTaken(batch=command.batch, number=command.number)]
        case _ as missing:
            assert_never(missing)


def evolve(_numbers: Numbers, it: Event) -> Numbers:
    match it:
        case FileNumberTaken():
            return Numbers(last=it.number)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Numbers](
    name="sequence",
    per_case=False,
    initial=Numbers(),
    decide=decide,
    evolve=evolve,
    events=[FileNumberTaken],
)
