"""Discarding before hand-over: the batch and all its payments in one transaction."""

from collections.abc import Sequence
from typing import Any

from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import sequence
from services.payout.batch.noun import BatchSealed, DiscardBatch, decider
from shared.decider import AnyDecider, Context, Decided, Decision

CANCELLED = "cancelled"
"""The reason for which a Mittelabruf can be ordered anew, told as the treasury's are by their codes."""


def discard(sealed: BatchSealed, cancelled: Sequence[str]) -> Decision:
    """Discard an unreleased batch: the orders of the payments in `cancelled` are taken back, the others stand."""
    batch = sealed.message_id
    stream, numbers = decider.stream(batch), sequence.decider.stream(sealed.debtor)
    reads: dict[str, AnyDecider] = {stream: decider}
    for entry in sealed.entries:
        reads[payments.decider.stream(entry.payment)] = payments.decider
        if entry.payment in cancelled:
            reads[disbursements.decider.stream(entry.case)] = disbursements.decider
    if sealed.writing.number:
        reads[numbers] = sequence.decider

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        decided: dict[str, list[Any]] = {}

        def act(name: str, command: Any) -> None:
            events = list(reads[name].decide(command, now[name], context))
            now[name] = reads[name].fold(events, now[name])
            decided.setdefault(name, []).extend(events)

        act(stream, DiscardBatch(cancelled=tuple(cancelled)))
        if not decided[stream]:
            return {}
        if sealed.writing.number:
            act(numbers, sequence.FreeFileNumber(batch=batch, number=sealed.writing.number))
        for entry in sealed.entries:
            name = payments.decider.stream(entry.payment)
            if entry.payment not in cancelled:
                act(name, payments.UnbatchPayment(batch=batch))
                continue
            act(name, payments.CancelPayment(batch=batch))
            act(
                disbursements.decider.stream(entry.case),
                disbursements.NoteRejection(
                    case=entry.case, drawdown=entry.drawdown, payment=entry.payment, reason=CANCELLED
                ),
            )
        return decided

    return Decision(reads=reads, judge=judge, action="DiscardBatch")
