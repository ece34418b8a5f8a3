"""A file is one transaction: its report and all that it moves, item after item."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from services.payout import batch as batches
from services.payout import clearing
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Unexplained
from services.payout.report.noun import QuarantineReport, Received, ReceiveReport, ReportConflicting, Unmatched, decider
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError, replace

type Waits = Callable[[batches.BatchSealed], disbursements.Renewal | None]


def no_wait(_sealed: batches.BatchSealed) -> None:
    """A refusal is the last word."""


def report_id(kind: str, message_id: str) -> str:
    """The stream of a file is named after what its sender calls it, so that other bytes under the same name are noticed."""
    return sha256(f"{kind}\n{message_id}".encode()).hexdigest()[:32]


def quarantine(command: QuarantineReport) -> Decision:
    """Record an unreadable file; its stream is named after its bytes, for it has no message id that one could trust."""
    stream, listed = decider.stream(command.sha256[:32]), clearing.decider.stream(command.sha256[:32])

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = decider.decide(replace(command, opened=True), states[0], context)
        if not decided:
            return {}
        opening = clearing.OpenClearing(
            sha256=command.sha256,
            kind="",
            message_id=command.message_id,
            items=(Unexplained(reference=command.file_name, reason="unreadable"),),
        )
        return {stream: decided, listed: clearing.decider.decide(opening, states[1], context)}

    reads: Mapping[str, AnyDecider] = {stream: decider, listed: clearing.decider}
    return Decision(reads=reads, judge=judge, action="QuarantineReport", creates=True)


def taken_in(
    kind: str,
    message_id: str,
    file_sha256: str,
    known: Sequence[batches.BatchSealed],
    take: "Callable[[Turn], list[Unexplained]]",
    entries: Iterable[batches.Entry] | None = None,
    more: Mapping[str, AnyDecider] | None = None,
    waits: Waits = no_wait,
    named_among: str = "",
) -> Decision:
    """The decision about a file that speaks of these batches; `entries` are those of their payments that it may move, all by default.

    Its sender gives names without regard to what we take the file for: `named_among` is the kind of those among which its name is one.
    """
    name = report_id(named_among or kind, message_id)
    stream, listed = decider.stream(name), clearing.decider.stream(name)
    reads: dict[str, AnyDecider] = {stream: decider, listed: clearing.decider}
    for sealed in known:
        reads[batches.decider.stream(sealed.message_id)] = batches.decider
    for entry in (it for sealed in known for it in sealed.entries) if entries is None else entries:
        reads[payments.decider.stream(entry.payment)] = payments.decider
        reads[disbursements.decider.stream(entry.case)] = disbursements.decider
    reads |= more or {}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        turn = Turn(reads=reads, states=dict(zip(reads, states, strict=True)), context=context, waits=waits)
        # Seen before, or an incident: either way nothing of it is taken in.
        items = [] if isinstance(states[0], Received) else take(turn)
        note(turn, name, kind, message_id, file_sha256, known, items)
        return turn.decided

    return Decision(reads=reads, judge=judge, action="ReceiveReport", creates=True)


def note(
    turn: "Turn",
    name: str,
    kind: str,
    message_id: str,
    file_sha256: str,
    known: Sequence[batches.BatchSealed],
    items: list[Unexplained],
) -> None:
    """The file's report under this name, and what of it nobody can explain."""
    stream, listed = decider.stream(name), clearing.decider.stream(name)
    turn.act(
        stream,
        ReceiveReport(
            sha256=file_sha256,
            kind=kind,
            message_id=message_id,
            batches=tuple(sorted({it.message_id for it in known})),
            matched=turn.matched,
            unmatched=tuple(Unmatched(reference=it.reference, reason=it.reason) for it in items),
            opened=True,
        ),
    )
    if any(isinstance(it, ReportConflicting) for it in turn.decided.get(stream, ())):
        items = [Unexplained(reference=message_id, reason="report-conflicting")]
    opening = clearing.OpenClearing(sha256=file_sha256, kind=kind, message_id=message_id, items=tuple(items))
    turn.act(listed, opening)


@dataclass
class Turn:
    """The states while one file is taken in, item after item: a later item sees what an earlier one did."""

    reads: Mapping[str, AnyDecider]
    states: dict[str, Any]
    context: Context
    decided: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    matched: int = 0
    waits: Waits = no_wait
    """What a new order waits for after a refusal in a batch."""
    _proofs: dict[str, str] = field(default_factory=dict[str, str])

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

    def attempt(self, told: Unexplained, *acts: Any) -> list[Unexplained]:
        """Do it; where that is refused, what was told stays unexplained by the refusal's code."""
        try:
            self.act(*acts)
        except DomainError as error:
            return [replace(told, reason=error.code)]
        self.matched += 1
        return []

    def proved(self, sealed: batches.BatchSealed, reference: str = "") -> str:
        """An answer proves that the treasury holds the file; empty, or the code that says why it cannot.

        Of a file that is being typed in it proves the one order, by its `reference`.
        """
        if reference and self.untyped(sealed):
            return batches.NotSubmitted.code if reference in self.untyped(sealed) else ""
        if sealed.message_id not in self._proofs:
            self._proofs[sealed.message_id] = self._confirmed(sealed)
        return self._proofs[sealed.message_id]

    def _confirmed(self, sealed: batches.BatchSealed) -> str:
        command = batches.ConfirmTransmission(file_sha256=sealed.file_sha256, evidence="answer")
        try:
            self.act(batches.decider.stream(sealed.message_id), command)
        except DomainError as error:
            return error.code
        return ""

    def untyped(self, sealed: batches.BatchSealed) -> frozenset[str]:
        """The orders of a file typed in by hand that nobody typed in yet: of those the treasury can know nothing."""
        state: batches.Batch = self.states[batches.decider.stream(sealed.message_id)]
        # The state may know none of its payments: what is asked here is held against the file itself.
        return batches.untyped(replace(state, sealed=sealed)) if isinstance(state, batches.Released) else frozenset()

    def times_sent(self, sealed: batches.BatchSealed) -> int:
        """How often the sealed bytes were handed over, by the hashes recorded before each time; before they were, any time counts."""
        state: batches.Batch = self.states[batches.decider.stream(sealed.message_id)]
        sent = state.sent if isinstance(state, batches.Submitting | batches.Unknown | batches.Transmitted) else ()
        return sum(it in ("", sealed.file_sha256) for it in sent)

    def released_by(self, batch: str) -> str:
        """Who released the batch, so that the case knows who took part in its payment."""
        state: batches.Batch = self.states[batches.decider.stream(batch)]
        return "" if isinstance(state, batches.Unsealed | batches.Unreleased) else state.released_by

    def questioned(self, items: list[Unexplained], entry: batches.Entry) -> list[Unexplained]:
        """These items of a debit under this payment: its Mittelabruf waits until they are resolved."""
        for it in items:
            command = disbursements.QuestionDebit(
                case=entry.case,
                drawdown=entry.drawdown,
                payment=entry.payment,
                booking=it.booking,
                cents=it.cents,
                reason=it.reason,
                booked_on=it.booked_on,
            )
            self.act(disbursements.decider.stream(entry.case), command)
        return [replace(it, payment=entry.payment) for it in items]

    def is_questioned(self, entry: batches.Entry, booking: str, cents: int) -> bool:
        """Whether this debit was told before and is an item since."""
        return any((it.payment, it.booking, it.cents) == (entry.payment, booking, cents) for it in self.debits(entry))

    def debits(self, entry: batches.Entry) -> Sequence[disbursements.Debit]:
        """The debits under payments of its Mittelabruf that were questioned."""
        state: disbursements.Disbursement = self.states[disbursements.decider.stream(entry.case)]
        return disbursements.find(state, entry.drawdown).debits

    def payment(self, entry: batches.Entry) -> payments.Payment:
        return self.states[payments.decider.stream(entry.payment)]
