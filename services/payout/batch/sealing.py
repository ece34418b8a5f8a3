"""Sealing: the batch and all its payments in one transaction."""

from collections.abc import Sequence
from typing import Any

from services.payout import hold as holds
from services.payout import payment as payments
from services.payout import sequence
from services.payout.batch.content import Entry
from services.payout.batch.drafting import Draft, entry_of, took_part_of
from services.payout.batch.noun import EntryDiffers, SealBatch, decider
from shared.decider import AnyDecider, Context, Decided, Decision


def seal(content: Draft, file_sha256: str, suffix: str = "xml") -> Decision:
    """Seal a draft whose bytes have this SHA-256: the batch and all its payments in one transaction.

    The file name holds the hash's beginning, so that other bytes never come under the same name.
    """
    stream, held = decider.stream(content.message_id), holds.decider.stream(holds.REGISTER)
    numbers = sequence.decider.stream(content.debtor)
    streams = [payments.decider.stream(it.payment) for it in content.entries]
    command = SealBatch(
        message_id=content.message_id,
        created_at=content.created_at,
        execution_on=content.execution_on,
        debtor=content.debtor,
        entries=content.entries,
        took_part=content.took_part,
        file_sha256=file_sha256,
        file_name=f"{content.message_id}.{file_sha256[:12]}.{suffix}",
        writing=content.writing,
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        sealed = decider.decide(command, states[0], context)
        if not sealed:
            return {}
        decided: dict[str, Sequence[Any]] = {stream: sealed}
        took_part: set[str] = set()
        if content.writing.number:
            number = sequence.TakeFileNumber(batch=content.message_id, number=content.writing.number)
            decided[numbers] = sequence.decider.decide(number, states[-1], context)
        for entry, name, state in zip(content.entries, streams, states[2:], strict=False):
            decided[name] = _batched(content.message_id, entry, state, context)
            holds.refuse_held(states[1], concerned(state.order), context)
            took_part |= took_part_of(state.order)
        if not took_part <= set(content.took_part):
            raise EntryDiffers
        return decided

    reads: dict[str, AnyDecider] = {stream: decider, held: holds.decider} | dict.fromkeys(streams, payments.decider)
    if content.writing.number:
        reads[numbers] = sequence.decider
    return Decision(reads=reads, judge=judge, action="SealBatch", creates=True)


def concerned(order: payments.PaymentOrdered) -> holds.Concerned:
    """What a hold must be about to keep this order out of a file."""
    return holds.Concerned(case=order.case, payees=order.payees, programme=order.programme)


def _batched(batch: str, entry: Entry, state: payments.Payment, context: Context) -> Sequence[payments.Event]:
    batched = payments.decider.decide(payments.BatchPayment(batch=batch), state, context)
    if not batched or isinstance(state, payments.Unordered) or entry_of(state.order) != entry:
        raise EntryDiffers
    return batched
