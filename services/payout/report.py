"""Rückmeldung der Kasse: each file that comes back is recorded once, with what it moved and what nobody could explain.

A file is one transaction over its report, the batches, payments and disbursements that it speaks of. What contradicts
our books is listed and moves nothing: money is never booked on a guess.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, assert_never

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from shared.decider import AnyDecider, Context, Decided, Decider, Decision, DomainError, event, value

MAX_LISTED = 1_000
"""So many unexplained items are listed in the event, which stays below 512 kB; `unmatched_count` counts them all."""
DUPLICATES = frozenset({"AM05", "DUPL"})
"""“You sent this before” is no refusal: the treasury holds the file. Taken for one, it would be paid twice."""


# ---- What a file says, whatever its format ---------------------------------------------------------------------------


class Answer(StrEnum):
    """What a status means for the payment: only `ACCEPTED` and `REJECTED` move it."""

    RECEIVED = "received"
    PENDING = "pending"
    PARTIAL = "partial"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@value
class Status:
    """One answer: to a payment (`reference`), else to a group of payments (`group`), else to the whole file. `status` and `reason` are codes."""

    answer: Answer
    status: str
    reason: str = ""
    group: str = ""
    reference: str = ""


@value
class StatusReport:
    """The treasury's answer to one file, `batch` by its message id. `count` and `sum_cents` are what it says it received."""

    message_id: str
    batch: str
    statuses: tuple[Status, ...]
    count: int | None = None
    sum_cents: int | None = None


@value
class Booking:
    """One payment inside an entry of the account."""

    reference: str
    cents: int


@value
class AccountEntry:
    """One line of the treasury's account; `key` is its own name for it. Only a booked debit moves payments."""

    key: str
    cents: int
    debit: bool
    booked: bool
    booked_on: date
    group: str = ""
    bookings: tuple[Booking, ...] = ()


@value
class BookingReport:
    message_id: str
    entries: tuple[AccountEntry, ...]


# ---- The noun --------------------------------------------------------------------------------------------------------


@value
class Unmatched:
    """An item of the file that moved nothing: its reference (or group, or entry) and the code that says why."""

    reference: str
    reason: str


@value
class ReceiveReport:
    sha256: str
    kind: str
    message_id: str
    batches: tuple[str, ...]
    matched: int
    unmatched: tuple[Unmatched, ...]


@value
class QuarantineReport:
    sha256: str
    file_name: str
    reason_code: str
    reason: str


type Command = ReceiveReport | QuarantineReport


@event("payout.report-received")
class ReportReceived:
    """A file of the treasury was read and taken in once: so many items moved payments, these moved nothing and need a person."""

    sha256: str
    kind: str
    message_id: str
    batches: tuple[str, ...]
    matched: int
    unmatched: tuple[Unmatched, ...]
    unmatched_count: int


@event("payout.report-conflicting")
class ReportConflicting:
    """A second file came under a message id that was used before, with other bytes: an incident; nothing of it was taken in."""

    sha256: str
    kind: str
    message_id: str


@event("payout.report-quarantined")
class ReportQuarantined:
    """A file could not be read (`reason_code`); it lies in quarantine as it came, and nothing of it was taken in."""

    sha256: str
    file_name: str
    reason_code: str
    reason: str


type Event = ReportReceived | ReportConflicting | ReportQuarantined


@value
class Unseen: ...


@value
class Received:
    """`others` are the hashes of further files under the same message id."""

    sha256: str
    others: tuple[str, ...] = ()


@value
class Quarantined:
    sha256: str


type Report = Unseen | Received | Quarantined


def decide(command: Command, report: Report, context: Context) -> Sequence[Event]:
    match command, report:
        case ReceiveReport(), Unseen() | Quarantined():
            return [
                ReportReceived(
                    sha256=command.sha256,
                    kind=command.kind,
                    message_id=command.message_id,
                    batches=command.batches,
                    matched=command.matched,
                    unmatched=command.unmatched[:MAX_LISTED],
                    unmatched_count=len(command.unmatched),
                )
            ]
        case ReceiveReport(), Received():
            if command.sha256 in (report.sha256, *report.others):
                return []
            return [ReportConflicting(sha256=command.sha256, kind=command.kind, message_id=command.message_id)]
        case QuarantineReport(), Unseen():
            return [
                ReportQuarantined(
                    sha256=command.sha256,
                    file_name=command.file_name,
                    reason_code=command.reason_code,
                    reason=command.reason,
                )
            ]
        case QuarantineReport(), Received() | Quarantined():
            return []
        case _ as missing:
            assert_never(missing)


def evolve(report: Report, it: Event) -> Report:
    match it, report:
        case ReportReceived(), _:
            return Received(sha256=it.sha256)
        case ReportConflicting(), Received():
            return Received(sha256=report.sha256, others=(*report.others, it.sha256))
        case ReportConflicting(), _:
            return report
        case ReportQuarantined(), _:
            return Quarantined(sha256=it.sha256)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Report](
    name="report",
    per_case=False,
    initial=Unseen(),
    decide=decide,
    evolve=evolve,
    events=[ReportReceived, ReportConflicting, ReportQuarantined],
)


# ---- Joint decisions: one file, one transaction ----------------------------------------------------------------------


def report_id(kind: str, message_id: str) -> str:
    """The stream of a file is named after what its sender calls it, so that other bytes under the same name are noticed."""
    return sha256(f"{kind}\n{message_id}".encode()).hexdigest()[:32]


def quarantine(file_sha256: str, file_name: str, reason_code: str, reason: str) -> Decision:
    """Record an unreadable file; its stream is named after its bytes, for it has no message id that one could trust."""
    stream = decider.stream(file_sha256[:32])
    command = QuarantineReport(sha256=file_sha256, file_name=file_name, reason_code=reason_code, reason=reason)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        return {stream: decider.decide(command, states[0], context)}

    return Decision(reads={stream: decider}, judge=judge, action="QuarantineReport", creates=True)


def batches_named(report: StatusReport | BookingReport) -> frozenset[str]:
    """The batches that a file speaks of by name; a booking can name its payments alone."""
    if isinstance(report, StatusReport):
        return frozenset({report.batch})
    return frozenset(entry.group.rpartition("-")[0] for entry in report.entries if entry.group) - {""}


def references_named(report: BookingReport) -> frozenset[str]:
    return frozenset(booking.reference for entry in report.entries for booking in entry.bookings)


def apply_status_report(report: StatusReport, file_sha256: str, sealed: batches.BatchSealed | None) -> Decision:
    """Take in an answer to a file; `sealed` is the batch it names, None when there is none of that name."""
    kind = "status"

    def take(turn: "_Turn") -> list[Unmatched]:
        if sealed is None:
            return [Unmatched(reference=report.batch, reason="unknown-batch")]
        if reason := _not_as_sealed(report, sealed) or turn.proved(sealed):
            return [Unmatched(reference=report.batch, reason=reason)]
        return _answers(turn, report, sealed)

    return _taken_in(kind, report.message_id, file_sha256, [sealed] if sealed else [], take)


def apply_booking(report: BookingReport, file_sha256: str, sealed: Iterable[batches.BatchSealed]) -> Decision:
    """Take in debits of the account; `sealed` are the batches that the file names or whose payments it names."""
    known = list(sealed)

    def take(turn: "_Turn") -> list[Unmatched]:
        return [it for entry in report.entries for it in _booked(turn, entry, known)]

    return _taken_in("booking", report.message_id, file_sha256, known, take)


def _taken_in(
    kind: str,
    message_id: str,
    file_sha256: str,
    known: Sequence[batches.BatchSealed],
    take: "Callable[[_Turn], list[Unmatched]]",
) -> Decision:
    stream = decider.stream(report_id(kind, message_id))
    reads: dict[str, AnyDecider] = {stream: decider}
    for sealed in known:
        reads[batches.decider.stream(sealed.message_id)] = batches.decider
        for entry in sealed.entries:
            reads[payments.decider.stream(entry.payment)] = payments.decider
            reads[disbursements.decider.stream(entry.case)] = disbursements.decider

    def judge(states: Sequence[Any], context: Context) -> Decided:
        turn = _Turn(reads=reads, states=dict(zip(reads, states, strict=True)), context=context)
        if isinstance(states[0], Received):
            unmatched: list[Unmatched] = []  # Seen before, or an incident: either way nothing of it is taken in.
        else:
            unmatched = take(turn)
        turn.act(
            stream,
            ReceiveReport(
                sha256=file_sha256,
                kind=kind,
                message_id=message_id,
                batches=tuple(sorted({it.message_id for it in known})),
                matched=turn.matched,
                unmatched=tuple(unmatched),
            ),
        )
        return turn.decided

    return Decision(reads=reads, judge=judge, action="ReceiveReport", creates=True)


@dataclass
class _Turn:
    """The states while one file is taken in, item after item: a later item sees what an earlier one did."""

    reads: Mapping[str, AnyDecider]
    states: dict[str, Any]
    context: Context
    decided: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    matched: int = 0

    def act(self, *acts: Any) -> None:
        """Alternating stream and command: all are decided before the first is kept, so that an item moves all or nothing."""
        pairs = list(zip(acts[::2], acts[1::2], strict=True))
        events = [
            (stream, self.reads[stream].decide(command, self.states[stream], self.context)) for stream, command in pairs
        ]
        for stream, decided in events:
            if decided:
                self.decided.setdefault(stream, []).extend(decided)
                self.states[stream] = self.reads[stream].fold(decided, self.states[stream])

    def attempt(self, name: str, *acts: Any) -> list[Unmatched]:
        try:
            self.act(*acts)
        except DomainError as error:
            return [Unmatched(reference=name, reason=error.code)]
        self.matched += 1
        return []

    def proved(self, sealed: batches.BatchSealed) -> str:
        """An answer proves that the treasury holds the file; empty, or the code that says why it cannot."""
        command = batches.ConfirmTransmission(file_sha256=sealed.file_sha256, evidence="answer")
        try:
            self.act(batches.decider.stream(sealed.message_id), command)
        except DomainError as error:
            return error.code
        return ""

    def released_by(self, batch: str) -> str:
        """Who released the batch, so that the case knows who took part in its payment."""
        state: batches.Batch = self.states[batches.decider.stream(batch)]
        return "" if isinstance(state, batches.Unsealed | batches.Unreleased) else state.released_by

    def payment(self, entry: batches.Entry) -> payments.Payment:
        return self.states[payments.decider.stream(entry.payment)]


def _not_as_sealed(report: StatusReport, sealed: batches.BatchSealed) -> str:
    if report.count not in (None, sealed.count):
        return "count-differs"
    if report.sum_cents not in (None, sealed.sum_cents):
        return "sum-differs"
    return ""


def _answers(turn: _Turn, report: StatusReport, sealed: batches.BatchSealed) -> list[Unmatched]:
    """A refusal explains itself at one of three levels; the answer nearest to the payment counts."""
    groups = {group.id: group.entries for group in batches.groups(sealed)}
    entries = {entry.reference: entry for entry in sealed.entries}
    answers: dict[str, Status] = {}
    unmatched: list[Unmatched] = []
    for status in sorted(report.statuses, key=lambda it: (bool(it.reference), bool(it.group))):
        if status.reference:
            meant = [status.reference] if status.reference in entries else []
        elif status.group:
            meant = [entry.reference for entry in groups.get(status.group, ())]
        else:
            meant = list(entries)
        if not meant:
            unmatched.append(Unmatched(reference=status.reference or status.group, reason="unknown-reference"))
        answers |= dict.fromkeys(meant, status)
    for reference, status in answers.items():
        unmatched += _answered(turn, sealed.message_id, entries[reference], status)
    return unmatched


def _answered(turn: _Turn, batch: str, entry: batches.Entry, status: Status) -> list[Unmatched]:
    payment = payments.decider.stream(entry.payment)
    match status.answer:
        case Answer.ACCEPTED:
            return turn.attempt(entry.reference, payment, payments.AcceptPayment(batch=batch, status=status.status))
        case Answer.REJECTED if status.reason in DUPLICATES:
            return [Unmatched(reference=entry.reference, reason="duplicate-receipt")]
        case Answer.REJECTED:
            reason = status.reason or status.status
            return turn.attempt(
                entry.reference,
                payment,
                payments.RejectPayment(batch=batch, reason=reason),
                disbursements.decider.stream(entry.case),
                disbursements.NoteRejection(
                    case=entry.case,
                    drawdown=entry.drawdown,
                    payment=entry.payment,
                    reason=reason,
                    released_by=turn.released_by(batch),
                ),
            )
        case Answer.RECEIVED | Answer.PENDING | Answer.PARTIAL:
            return []
        case _ as missing:
            assert_never(missing)


def _booked(turn: _Turn, line: AccountEntry, known: Sequence[batches.BatchSealed]) -> list[Unmatched]:
    if not (line.debit and line.booked):
        return [Unmatched(reference=line.group or line.key, reason="not-booked" if line.debit else "not-a-debit")]
    in_group = {
        entry.reference: (sealed, entry)
        for sealed in known
        for group in batches.groups(sealed)
        if group.id == line.group
        for entry in group.entries
    }
    entries = in_group or {entry.reference: (sealed, entry) for sealed in known for entry in sealed.entries}
    bookings = line.bookings or _whole_group(turn, line, in_group)
    if sum(it.cents for it in bookings) != line.cents:
        return [Unmatched(reference=line.group or line.key, reason="sum-differs")]
    unmatched: list[Unmatched] = []
    seen: set[str] = set()
    for booking in bookings:
        if booking.reference in seen:
            unmatched.append(Unmatched(reference=booking.reference, reason=payments.DebitedTwice.code))
        elif booking.reference not in entries:
            unmatched.append(Unmatched(reference=booking.reference, reason="unknown-reference"))
        else:
            unmatched += _settled(turn, line, booking, *entries[booking.reference])
        seen.add(booking.reference)
    return unmatched


def _whole_group(
    turn: _Turn, line: AccountEntry, in_group: Mapping[str, tuple[batches.BatchSealed, batches.Entry]]
) -> tuple[Booking, ...]:
    """A debit that names only the group means all of it that was not refused; its sum must agree to the cent."""
    return tuple(
        Booking(reference=entry.reference, cents=entry.cents)
        for _, entry in in_group.values()
        if not isinstance(turn.payment(entry), payments.Rejected)
    )


def _settled(
    turn: _Turn, line: AccountEntry, booking: Booking, sealed: batches.BatchSealed, entry: batches.Entry
) -> list[Unmatched]:
    if reason := turn.proved(sealed):
        return [Unmatched(reference=entry.reference, reason=reason)]
    released_by = turn.released_by(sealed.message_id)
    return turn.attempt(
        entry.reference,
        payments.decider.stream(entry.payment),
        payments.SettlePayment(
            batch=sealed.message_id,
            cents=booking.cents,
            booking=line.key,
            settled_on=line.booked_on,
            released_by=released_by,
        ),
        disbursements.decider.stream(entry.case),
        disbursements.NoteSettlement(
            case=entry.case,
            drawdown=entry.drawdown,
            payment=entry.payment,
            settled_on=line.booked_on,
            released_by=released_by,
        ),
    )
