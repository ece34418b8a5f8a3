"""Typing in: each order of a file gets the Kassenzeichen that the state's system gave it; with the last one the batch is at the treasury."""

from collections.abc import Sequence

from services.payout.batch.commands import RecordEntry
from services.payout.batch.content import BY_HAND, CollectionEntry, Entry
from services.payout.batch.errors import NotByHand, OrderNotInBatch, OrderNotNamed, OtherCashReference
from services.payout.batch.events import BatchEntered, BatchSealed, Event, OrderEntered
from services.payout.batch.states import Batch, Released, Submitting, Transmitted, Unknown
from shared.decider import Context


def entered(
    command: RecordEntry, batch: Released | Submitting | Unknown | Transmitted, context: Context
) -> Sequence[Event]:
    """What is recorded of one order; its Kassenzeichen is not changed by being recorded again."""
    if batch.sealed.writing.format != BY_HAND:
        raise NotByHand
    order = entry_meant(batch.sealed, command.order).reference
    typed = dict(batch.entered) if isinstance(batch, Released | Transmitted) else {}
    # Before each order had its own, all of a file had one.
    of_all = batch.cash_reference if isinstance(batch, Transmitted) else ""
    if known := typed.get(order, of_all):
        if known != command.cash_reference:
            raise OtherCashReference(field="cash_reference")
        return []
    by, on = context.actor, context.valid_on
    made = OrderEntered(order=order, cash_reference=command.cash_reference, entered_by=by, entered_on=on)
    if len(typed) + 1 < batch.sealed.file_count:
        return [made]
    of_all = command.cash_reference if batch.sealed.file_count == 1 else ""
    return [made, BatchEntered(cash_reference=of_all, entered_by=by, entered_on=on)]


def entry_meant(sealed: BatchSealed, order: str) -> Entry | CollectionEntry:
    """The order of a file with this reference; without one the only order there is."""
    entries = (*sealed.entries, *sealed.collections)
    if not order and len(entries) > 1:
        raise OrderNotNamed(field="order")
    found = next((it for it in entries if order in ("", it.reference)), None)
    if found is None:
        raise OrderNotInBatch(field="order")
    return found


def untyped(batch: Batch) -> frozenset[str]:
    """The orders of a released file that is typed in by hand which nobody typed in yet."""
    if not isinstance(batch, Released) or batch.sealed.writing.format != BY_HAND:
        return frozenset()
    typed = dict(batch.entered)
    return frozenset(it.reference for it in (*batch.sealed.entries, *batch.sealed.collections)) - typed.keys()
