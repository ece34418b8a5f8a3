"""A request to cancel together with the batch and the payments that it is about."""

from collections.abc import Sequence
from typing import Any

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout import sequence
from services.payout.batch import in_cases
from services.payout.recall.commands import ApproveRecall, DropRecall, RequestRecall
from services.payout.recall.content import RecalledEntry, RecallGrounds
from services.payout.recall.errors import RecallDiffers
from services.payout.recall.events import RecallRequested
from services.payout.recall.naming import reference_of
from services.payout.recall.noun import decider
from services.payout.recall.states import Unrequested
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError, replace
from shared.identity import Sealed

FIRST_WITH_RECALLS = 2
"""The first version of the HKR files that has an order to take a payment back."""


class NotHandedOver(DomainError):
    code = "recall-before-hand-over"
    title = (
        "Die Kasse hat diesen Zahlungslauf noch nicht. Solange ihn niemand freigegeben hat, lässt er sich verwerfen; "
        "ist er freigegeben, warten Sie die Übergabe ab."
    )


class FileBeforeRecall(DomainError):
    """`detail` says which batch."""

    code = "recall-behind-a-batch"
    title = (
        "Die Kasse nimmt die Dateien in der Reihenfolge ihrer Nummern. Geben Sie zuerst den Zahlungslauf frei, der davor "
        "versiegelt wurde, oder verwerfen Sie ihn."
    )


def request(
    recall: str,
    sealed: batches.BatchSealed,
    references: Sequence[str],
    grounds: RecallGrounds,
    text: str | Sealed,
    version: int = 1,
) -> Decision:
    """Ask for the payments with these references back, or for all of the batch that can be.

    `version` is that of the HKR files which the treasury reads by now: where it takes no file for this, it is asked by hand.
    """
    batch, stream = batches.decider.stream(sealed.message_id), decider.stream(recall)
    named = frozenset(references)
    meant = [
        it
        for it in _entries(recall, sealed, by_hand=not is_told_by_file(sealed.writing, version))
        if not named or it.reference in named
    ]
    reads: dict[str, AnyDecider] = {batch: batches.decider, stream: decider}
    reads |= {payments.decider.stream(it.payment): payments.decider for it in meant}
    reads |= in_cases.reads_of(meant)
    plain, box = (text, None) if isinstance(text, str) else ("", text)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        if not isinstance(now[stream], Unrequested):
            known = now[stream].asked
            said = known.text if isinstance(text, str) else text
            if (known.batch, known.grounds, said) != (sealed.message_id, grounds, text):
                raise RecallDiffers
            return {}
        if not isinstance(now[batch], batches.Transmitted):
            raise NotHandedOver
        entries = [it for it in meant if references or _is_recallable(now[payments.decider.stream(it.payment)])]
        asked = RequestRecall(
            recall=recall,
            batch=sealed.message_id,
            batch_created_at=sealed.created_at,
            execution_on=sealed.execution_on,
            debtor=sealed.debtor,
            entries=tuple(entries),
            grounds=grounds,
            text=plain,
            sealed_text=box,
        )
        for it in entries:
            # What cannot be asked back now is told now, not only to the second person.
            _recall(recall, sealed.message_id, now[payments.decider.stream(it.payment)], context)
        requested = decider.decide(asked, now[stream], context)
        in_cases.refuse_barred("request-recall", entries, now, context)
        return {stream: requested}

    return Decision(reads=reads, judge=judge, action="RequestRecall", creates=True)


def approve(asked: RecallRequested, command: ApproveRecall, before: Sequence[str] = ()) -> Decision:
    """Agree to a request: its file is sealed, and each payment is being recalled, or none.

    `before` are the batches that perhaps bear a lower number than this file and that nobody released yet.
    """
    batch, stream, numbers = (
        batches.decider.stream(asked.batch), decider.stream(asked.recall), sequence.decider.stream(asked.debtor),
    )  # fmt: skip
    streams = [payments.decider.stream(it.payment) for it in asked.entries]
    reads: dict[str, AnyDecider] = {batch: batches.decider, stream: decider}
    reads |= dict.fromkeys(streams, payments.decider)
    reads |= {batches.decider.stream(it): batches.decider for it in before}
    reads |= in_cases.reads_of(asked.entries)
    number = command.writing.number
    if number:
        reads[numbers] = sequence.decider

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        approved = decider.decide(command, now[stream], context)
        if not approved:
            return {}
        in_cases.refuse_barred("approve-recall", asked.entries, now, context)
        decided: dict[str, Sequence[Any]] = {stream: approved}
        if number:
            _refuse_behind([now[batches.decider.stream(it)] for it in before], asked.debtor, number)
            taken = sequence.TakeFileNumber(batch=asked.recall, number=number)
            decided[numbers] = sequence.decider.decide(taken, now[numbers], context)
        recalled = {name: _recall(asked.recall, asked.batch, now[name], context) for name in streams}
        return {**decided, **recalled}

    return Decision(reads=reads, judge=judge, action="ApproveRecall")


def drop(asked: RecallRequested, command: DropRecall) -> Decision:
    """Give a request up; whoever must not act in one of its cases does not do that either."""
    batch, stream = batches.decider.stream(asked.batch), decider.stream(asked.recall)
    reads: dict[str, AnyDecider] = {batch: batches.decider, stream: decider, **in_cases.reads_of(asked.entries)}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        dropped = decider.decide(command, now[stream], context)
        if dropped:
            in_cases.refuse_barred("drop-recall", asked.entries, now, context)
        return {stream: dropped}

    return Decision(reads=reads, judge=judge, action="DropRecall")


def is_told_by_file(writing: batches.Writing, version: int) -> bool:
    """Whether the treasury takes a file that asks for payments of such a batch back; `version` is that of the HKR files it reads."""
    if writing.format == batches.BY_HAND:
        return False
    return not is_by_order(writing) or version >= FIRST_WITH_RECALLS


def is_by_order(writing: batches.Writing) -> bool:
    """Whether it is asked by an order (Absetzungsanordnung), as in an HKR system, or by a message of its own."""
    return writing.number > 0


def _refuse_behind(states: Sequence[batches.Batch], debtor: str, number: int) -> None:
    for it in states:
        if not isinstance(it, batches.Unreleased):
            continue
        sealed, writing = it.sealed, it.sealed.writing
        if sealed.debtor == debtor and 0 < writing.number < number and writing.format != batches.BY_HAND:
            raise FileBeforeRecall(f"Zahlungslauf {sealed.message_id[:12]}, Datei {writing.number}")


def _entries(recall: str, sealed: batches.BatchSealed, *, by_hand: bool) -> Sequence[RecalledEntry]:
    found = [(group, it) for group in batches.groups(sealed) for it in group.entries]
    entries = [
        RecalledEntry(
            payment=it.payment,
            case=it.case,
            drawdown=it.drawdown,
            reference=it.reference,
            cents=it.cents,
            group=group.id,
            file_number=it.file_number,
        )
        for group, it in found
    ]
    if by_hand or not is_by_order(sealed.writing):
        return entries
    return [
        replace(
            entry, order=reference_of(recall, number, sealed.execution_on.year), title=it.title, year=it.year,
            account_holder=it.account_holder,
        )
        for number, (entry, (_, it)) in enumerate(zip(entries, found, strict=True), start=1)
    ]  # fmt: skip


def _is_recallable(state: payments.Payment) -> bool:
    if not isinstance(state, payments.Batched | payments.Accepted | payments.Settled):
        return False
    return state.recalled is None or state.recalled.is_refused


def _recall(recall: str, batch: str, state: payments.Payment, context: Context) -> Sequence[payments.Event]:
    return payments.decider.decide(payments.RecallPayment(batch=batch, recall=recall), state, context)
