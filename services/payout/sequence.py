"""Laufende Dateinummer: the numbers of the files for one account at the treasury, each given once and none left out."""

from collections.abc import Sequence
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, value


@value
class TakeFileNumber:
    """Asked in the transaction that seals the file of a batch or of a request to cancel, with the number its bytes were made with."""

    batch: str
    number: int


@value
class FreeFileNumber:
    """Asked in the transaction that discards the batch: nobody was given its file."""

    batch: str
    number: int


type Command = TakeFileNumber | FreeFileNumber


@event("payout.file-number-taken")
class FileNumberTaken:
    """The file of this batch or request to cancel bears this running number (Dateinummer) at the treasury; the next file bears the next one."""

    batch: str
    number: int


@event("payout.file-number-freed")
class FileNumberFreed:
    """The batch was discarded before its file was handed over: the next file bears this number (Dateinummer), so that none is missing."""

    batch: str
    number: int


type Event = FileNumberTaken | FileNumberFreed


@value
class Numbers:
    """`last` is the highest number that was given, `freed` are the lower ones that no file bears."""

    last: int = 0
    freed: tuple[int, ...] = ()

    @property
    def next(self) -> int:
        return self.freed[0] if self.freed else self.last + 1


class NumberNotNext(DomainError):
    code = "file-number-not-next"
    title = "Inzwischen wurde eine andere Datei versiegelt; versuchen Sie es bitte noch einmal."


def decide(command: Command, numbers: Numbers, _context: Context) -> Sequence[Event]:
    match command:
        case TakeFileNumber():
            if command.number != numbers.next:
                raise NumberNotNext
            return [FileNumberTaken(batch=command.batch, number=command.number)]
        case FreeFileNumber():
            if command.number in numbers.freed or command.number > numbers.last:
                return []
            return [FileNumberFreed(batch=command.batch, number=command.number)]
        case _ as missing:
            assert_never(missing)


def evolve(numbers: Numbers, it: Event) -> Numbers:
    match it:
        case FileNumberTaken():
            freed = tuple(one for one in numbers.freed if one != it.number)
            return Numbers(last=max(numbers.last, it.number), freed=freed)
        case FileNumberFreed():
            return Numbers(last=numbers.last, freed=tuple(sorted({*numbers.freed, it.number})))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Numbers](
    name="sequence",
    per_case=False,
    initial=Numbers(),
    decide=decide,
    evolve=evolve,
    events=[FileNumberTaken, FileNumberFreed],
)
