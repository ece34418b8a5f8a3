"""A request to cancel together with the batch and the payments that it is about."""

from collections.abc import Sequence
from typing import Any

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout.recall.commands import (
    ApproveRecall,
    RequestRecall,
)
from services.payout.recall.content import (
    RecalledEntry,
    RecallGrounds,
)
from services.payout.recall.errors import (
    RecallDiffers,
)
from services.payout.recall.events import (
    RecallRequested,
)
from services.payout.recall.noun import (
    decider,
)
from services.payout.recall.states import (
    Unrequested,
)
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError


class NotHandedOver(DomainError):
    code = "recall-before-hand-over"
    title = (
        "Die Kasse hat diesen Zahlungslauf noch nicht. Solange ihn niemand freigegeben hat, lässt er sich verwerfen; "
        "ist er freigegeben, warten Sie die Übergabe ab."
    )


class NoRecallFile(DomainError):
    code = "recall-without-file"
    title = "In diesem Verfahren gibt es keine Rückrufdatei. Rufen Sie die Kasse an; was sie nicht ausführt, meldet sie als abgelehnt."


def request(
    recall: str, sealed: batches.BatchSealed, references: Sequence[str], grounds: RecallGrounds, text: str
) -> Decision:
    """Ask for the payments with these references back, or for all of the batch that can be."""
    batch, stream = batches.decider.stream(sealed.message_id), decider.stream(recall)
    meant = [it for it in _entries(sealed) if not references or it.reference in references]
    reads: dict[str, AnyDecider] = {batch: batches.decider, stream: decider}
    reads |= {payments.decider.stream(it.payment): payments.decider for it in meant}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        if not isinstance(states[1], Unrequested):
            known = states[1].asked
            if (known.batch, known.grounds, known.text) != (sealed.message_id, grounds, text):
                raise RecallDiffers
            return {}
        refuse_untold(states[0])
        chosen = zip(meant, states[2:], strict=True)
        entries = [entry for entry, state in chosen if references or _is_recallable(state)]
        asked = RequestRecall(
            recall=recall,
            batch=sealed.message_id,
            batch_created_at=sealed.created_at,
            execution_on=sealed.execution_on,
            debtor=sealed.debtor,
            entries=tuple(entries),
            grounds=grounds,
            text=text,
        )
        now = dict(zip(reads, states, strict=True))
        for it in entries:
            # What cannot be asked back now is told now, not only to the second person.
            _recall(recall, sealed.message_id, now[payments.decider.stream(it.payment)], context)
        return {stream: decider.decide(asked, states[1], context)}

    return Decision(reads=reads, judge=judge, action="RequestRecall", creates=True)


def approve(asked: RecallRequested, command: ApproveRecall) -> Decision:
    """Agree to a request: its file is sealed, and each payment is being recalled, or none."""
    batch, stream = batches.decider.stream(asked.batch), decider.stream(asked.recall)
    streams = [payments.decider.stream(it.payment) for it in asked.entries]
    reads: dict[str, AnyDecider] = {batch: batches.decider, stream: decider}
    reads |= dict.fromkeys(streams, payments.decider)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        approved = decider.decide(command, states[1], context)
        if not approved:
            return {}
        recalled = {
            name: _recall(asked.recall, asked.batch, state, context)
            for name, state in zip(streams, states[2:], strict=True)
        }
        return {stream: approved, **recalled}

    return Decision(reads=reads, judge=judge, action="ApproveRecall")


def refuse_untold(state: batches.Batch) -> None:
    """Only what the treasury holds can be recalled, and only where it takes a file for that."""
    if not isinstance(state, batches.Transmitted):
        raise NotHandedOver
    if state.sealed.writing.format != "iso20022":
        raise NoRecallFile


def _entries(sealed: batches.BatchSealed) -> Sequence[RecalledEntry]:
    return [
        RecalledEntry(
            payment=it.payment,
            case=it.case,
            drawdown=it.drawdown,
            reference=it.reference,
            cents=it.cents,
            group=group.id,
        )
        for group in batches.groups(sealed)
        for it in group.entries
    ]


def _is_recallable(state: payments.Payment) -> bool:
    if not isinstance(state, payments.Batched | payments.Accepted | payments.Settled):
        return False
    return state.recalled is None or state.recalled.is_refused


def _recall(recall: str, batch: str, state: payments.Payment, context: Context) -> Sequence[payments.Event]:
    return payments.decider.decide(payments.RecallPayment(batch=batch, recall=recall), state, context)
