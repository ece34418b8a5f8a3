"""Discarding before hand-over: the batch and all its payments in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import account as accounts
from services.payout import collection, sequence
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.batch.commands import DiscardBatch
from services.payout.batch.content import Entry
from services.payout.batch.events import BatchSealed
from services.payout.batch.noun import decider
from shared.decider import AnyDecider, Context, Decided, Decision


def discard(sealed: BatchSealed, cancelled: Sequence[str]) -> Decision:
    """Discard a batch before its file is handed over: the orders of the payments in `cancelled` are taken back, the others stand.

    What was ordered to an account that its case no longer has is taken back, too: it must be certified and ordered anew.
    So is a new attempt at what the refused one before it perhaps paid.
    """
    batch = sealed.message_id
    stream, numbers = decider.stream(batch), sequence.decider.stream(sealed.debtor)
    reads: dict[str, AnyDecider] = {stream: decider, **in_cases.reads_of(sealed.entries)}
    reads |= in_cases.collecting(sealed.collections)
    for entry in sealed.entries:
        reads[payments.decider.stream(entry.payment)] = payments.decider
    if sealed.writing.number:
        reads[numbers] = sequence.decider

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        decided: dict[str, list[Any]] = {}

        def act(name: str, command: Any) -> None:
            events = list(reads[name].decide(command, now[name], context))
            now[name] = reads[name].fold(events, now[name])
            decided.setdefault(name, []).extend(events)

        void = [it.payment for it in sealed.entries if _is_void(it, now)]
        taken_back = tuple(dict.fromkeys((*cancelled, *void)))
        act(stream, DiscardBatch(cancelled=taken_back))
        if not decided[stream]:
            return {}
        if sealed.writing.number:
            act(numbers, sequence.FreeFileNumber(batch=batch, number=sealed.writing.number))
        for order in sealed.collections:
            name = collection.decider.stream(order.case)
            act(name, collection.UnbatchCollection(order=order.order, batch=batch))
        for entry in sealed.entries:
            name = payments.decider.stream(entry.payment)
            if entry.payment not in taken_back:
                act(name, payments.UnbatchPayment(batch=batch))
                continue
            act(name, payments.CancelPayment(batch=batch))
            act(
                disbursements.decider.stream(entry.case),
                disbursements.NoteRejection(
                    case=entry.case, drawdown=entry.drawdown, payment=entry.payment, reason=payments.CANCELLED
                ),
            )
        return decided

    return Decision(reads=reads, judge=judge, action="DiscardBatch")


def _is_void(entry: Entry, now: Mapping[str, Any]) -> bool:
    former = in_cases.is_to_former_account(entry, now[accounts.decider.stream(entry.case)])
    return former or in_cases.is_perhaps_paid(entry, now)
