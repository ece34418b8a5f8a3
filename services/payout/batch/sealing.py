"""Sealing: the batch and all its payments in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import claim as claims
from services.payout import collection, sequence
from services.payout import hold as holds
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.batch.commands import SealBatch
from services.payout.batch.content import Entry
from services.payout.batch.drafting import Draft, collection_entry_of, entry_of, took_part_of
from services.payout.batch.errors import CollectionOutdated, EntryDiffers
from services.payout.batch.noun import decider
from shared.decider import AnyDecider, Context, Decided, Decision, replace


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
        took_part=(),
        file_sha256=file_sha256,
        file_name=f"{content.message_id}.{file_sha256[:12]}.{suffix}",
        writing=content.writing,
        collections=content.collections,
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now = dict(zip(reads, states, strict=True))
        orders = [it.order for it in (now[name] for name in streams) if not isinstance(it, payments.Unordered)]
        persons = {person for it in orders for person in took_part_of(it)} | _orderers(content, now)
        sealed = decider.decide(replace(command, took_part=tuple(sorted(persons))), states[0], context)
        if not sealed:
            return {}
        decided: dict[str, Sequence[Any]] = {stream: sealed}
        if content.writing.number:
            number = sequence.TakeFileNumber(batch=content.message_id, number=content.writing.number)
            decided[numbers] = sequence.decider.decide(number, now[numbers], context)
        for entry, name in zip(content.entries, streams, strict=True):
            decided[name] = _batched(content.message_id, entry, now[name], context)
            holds.refuse_held(now[held], concerned(now[name].order), context)
        in_cases.refuse_barred("seal-batch", [*orders, *content.collections], now, context)
        in_cases.refuse_former_accounts(orders, now)
        in_cases.refuse_questioned(orders, now)
        return {**decided, **_collected(content, now, context)}

    reads: dict[str, AnyDecider] = {
        stream: decider, held: holds.decider, **dict.fromkeys(streams, payments.decider),
        **in_cases.reads_of([*content.entries, *content.collections]), **in_cases.collecting(content.collections),
        **{claims.decider.stream(it.case): claims.decider for it in content.collections},
    }  # fmt: skip
    if content.writing.number:
        reads[numbers] = sequence.decider
    return Decision(reads=reads, judge=judge, action="SealBatch", creates=True)


def _orderers(content: Draft, now: Mapping[str, Any]) -> set[str]:
    """Who ordered what is in the file about claims."""
    known = (now[collection.decider.stream(it.case)].find(it.order) for it in content.collections)
    return {it.ordered.ordered_by for it in known if it is not None}


def _collected(content: Draft, now: Mapping[str, Any], context: Context) -> Mapping[str, Sequence[Any]]:
    """The orders about claims lie in this file, each as it was given and as its claim still is."""
    for entry in content.collections:
        known: collection.Collections = now[collection.decider.stream(entry.case)]
        order, claim = known.find(entry.order), now[claims.decider.stream(entry.case)].find(entry.claim)
        if order is None or claim is None or collection_entry_of(entry.case, order.ordered) != entry:
            raise EntryDiffers
        if claims.needed_by(claim, known) is not None:
            raise CollectionOutdated(f"Vorgang {entry.file_number}, Anordnung {entry.reference}")
    batched = [
        (it.case, collection.BatchCollection(order=it.order, batch=content.message_id)) for it in content.collections
    ]
    return in_cases.tell_orders(batched, now, context)


def concerned(order: payments.PaymentOrdered) -> holds.Concerned:
    """What a hold must be about to keep this order out of a file."""
    return holds.Concerned(case=order.case, payees=order.payees, programme=order.programme)


def _batched(batch: str, entry: Entry, state: payments.Payment, context: Context) -> Sequence[payments.Event]:
    batched = payments.decider.decide(payments.BatchPayment(batch=batch), state, context)
    if not batched or isinstance(state, payments.Unordered) or entry_of(state.order) != entry:
        raise EntryDiffers
    return batched
