"""A file of the account that tells very many payments, taken in portion after portion: what it decides is the same."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from services.payout import batch as batches
from services.payout import clearing
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Unexplained
from services.payout.report.bookings import BOOKING, UNBOUND, Known, beside, booked
from services.payout.report.bounds import Bounds
from services.payout.report.content import INTERIM, AccountEntry, Booking, BookingReport
from services.payout.report.noun import Received, decider
from services.payout.report.receipts import NOTHING, Expected
from services.payout.report.statements import note_statements
from services.payout.report.taking_in import Turn, note, report_id
from shared.decider import AnyDecider, Context, Decided, Decision, Parts, replace

PORTION = 500
"""So many payments are known at once; nothing of them is kept afterwards."""


def is_large(report: BookingReport) -> bool:
    """Whether it tells more than is taken in at once; the name of a group may stand for as many payments as a file holds."""
    told = sum(max(1, len(it.bookings)) for it in report.entries)
    return report.kind != INTERIM and (told > PORTION or any(it.group and not it.bookings for it in report.entries))


def apply_in_portions(
    report: BookingReport,
    file_sha256: str,
    sealed: Iterable[batches.BatchSealed],
    expected: Expected = NOTHING,
    bounds: Bounds = UNBOUND,
    portion: int = PORTION,
) -> Parts:
    """Take in what the account tells, as `apply_booking` does."""
    known = Known(report, sealed, expected, bounds)
    name = report_id(BOOKING, report.message_id)
    kept: dict[str, AnyDecider] = {
        decider.stream(name): decider,
        clearing.decider.stream(name): clearing.decider,
        **{batches.decider.stream(it.message_id): batches.outline for it in known.sealed},
        **beside(report, expected),
    }

    def parts() -> Iterator[Decision]:
        taken = _Taken(kept)
        for lines in _portions(report.entries, known, portion):
            yield taken.part(lambda turn, now=lines: _booked(turn, now, known), _streams_of(lines, known))
            if taken.before:
                break
        yield taken.part(lambda turn: _explained(turn, report, file_sha256))
        yield Decision(reads=kept, judge=lambda states, context: noted(taken, states, context), action="ReceiveReport")

    def noted(taken: _Taken, states: Sequence[Any], context: Context) -> Decided:
        turn = taken.turn(kept, states, context)
        note(turn, name, BOOKING, report.message_id, file_sha256, known.sealed, taken.items)
        return turn.decided

    return Parts(reads=kept, parts=parts, action="ReceiveReport")


@dataclass
class _Taken:
    """What the portions came to so far; `before` says that the file was taken in before, or another under its name."""

    kept: Mapping[str, AnyDecider]
    matched: int = 0
    items: list[Unexplained] = field(default_factory=list[Unexplained])
    before: bool = False

    def turn(self, reads: Mapping[str, AnyDecider], states: Sequence[Any], context: Context) -> Turn:
        return Turn(reads=reads, states=dict(zip(reads, states, strict=True)), context=context, matched=self.matched)

    def part(self, take: Callable[[Turn], list[Unexplained]], more: Mapping[str, AnyDecider] | None = None) -> Decision:
        reads = {**self.kept, **(more or {})}

        def judge(states: Sequence[Any], context: Context) -> Decided:
            turn = self.turn(reads, states, context)
            self.before = isinstance(states[0], Received)
            if not self.before:
                self.items += take(turn)
                self.matched = turn.matched
            return turn.decided

        return Decision(reads=reads, judge=judge, action="ReceiveReport")


def _booked(turn: Turn, lines: Iterable[AccountEntry], known: Known) -> list[Unexplained]:
    return [it for line in lines for it in booked(turn, line, known)]


def _explained(turn: Turn, report: BookingReport, file_sha256: str) -> list[Unexplained]:
    """What is left when all lines are taken in: those that were explained already, and the statements."""
    turn.matched += report.explained
    return note_statements(turn, report, file_sha256)


def _portions(lines: Iterable[AccountEntry], known: Known, portion: int) -> Iterator[Sequence[AccountEntry]]:
    some, told = list[AccountEntry](), 0
    for line in lines:
        for it in _pieces(line, known, portion):
            some.append(it)
            told += max(1, len(list(known.meant(it))))
            if told >= portion:
                yield some
                some, told = [], 0
    if some:
        yield some


def _pieces(line: AccountEntry, known: Known, portion: int) -> Iterator[AccountEntry]:
    """A debit that adds up says no more than its pieces do, unless it names a payment twice."""
    in_group = known.by_group.get(line.group, {}).values()
    bookings = line.bookings or tuple(Booking(reference=it.reference, cents=it.cents) for _, it in in_group)
    once = len({it.reference for it in bookings}) == len(bookings)
    adds_up = sum(it.cents for it in bookings) == line.cents
    if len(bookings) <= portion or not (line.debit and line.booked and once and adds_up):
        yield line
        return
    for some in batched(bookings, portion):
        yield replace(line, bookings=some, cents=sum(it.cents for it in some))


def _streams_of(lines: Iterable[AccountEntry], known: Known) -> Mapping[str, AnyDecider]:
    found: dict[str, AnyDecider] = {}
    for line in lines:
        for _, entry in known.meant(line):
            found[payments.decider.stream(entry.payment)] = payments.decider
            found[disbursements.decider.stream(entry.case)] = disbursements.decider
    return found
