"""Releasing: a file leaves only while no hold binds a payment in it, nobody barred lets it go, and each account still holds.

The same asks who records that a released file was typed into the state's system.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import cash_reference
from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.batch.commands import RecordEntry, ReleaseBatch, StartSubmission
from services.payout.batch.content import CollectionEntry
from services.payout.batch.entering import entry_meant
from services.payout.batch.events import BatchSealed
from services.payout.batch.noun import decider
from services.payout.batch.sealing import concerned
from services.payout.collection import AcceptCollection, ReleaseCollection
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision

ENTERED = "entered"


def release(
    batch: str, orders: Sequence[payments.PaymentOrdered], collections: Sequence[CollectionEntry] = ()
) -> Decision:
    """Release a sealed batch; `orders` are those of its payments, which never change, `collections` those about claims.

    A case learns of the release of a payment when the treasury has made or refused it; of an order about a claim, which moves
    no money, it learns at once.
    """
    stream, held = decider.stream(batch), holds.decider.stream(holds.REGISTER)
    every = (*orders, *collections)
    reads: dict[str, AnyDecider] = {
        stream: decider, held: holds.decider, **in_cases.reads_of(every), **in_cases.collecting(every),
    }  # fmt: skip

    def judge(states: Sequence[Any], context: Context) -> Decided:
        released = decider.decide(ReleaseBatch(), states[0], context)
        if released:
            now = dict(zip(reads, states, strict=True))
            in_cases.refuse_barred("release-batch", every, now, context)
            for it in orders:
                holds.refuse_held(now[held], concerned(it), context)
            in_cases.refuse_former_accounts(orders, now)
            in_cases.refuse_questioned(orders, now)
            return {stream: released, **_released_in_cases(batch, collections, now, context)}
        return {}

    return Decision(reads=reads, judge=judge, action="ReleaseBatch")


def _released_in_cases(
    batch: str, entries: Sequence[CollectionEntry], now: Mapping[str, Any], context: Context
) -> Mapping[str, Sequence[Any]]:
    """That a file with orders about these cases' claims was released is an act in each of them."""
    released = [(it.case, ReleaseCollection(order=it.order, batch=batch)) for it in entries]
    acted = (Acted(person=context.actor, role=context.role, action="release-batch"),)
    streams = {disbursements.decider.stream(it.case) for it in entries}
    involved = {
        it: disbursements.decider.decide(disbursements.NoteInvolvement(acted=acted), now[it], context)
        for it in sorted(streams)
    }
    return {**involved, **in_cases.tell_orders(released, now, context)}


def start_submission(sealed: BatchSealed, attempt: int, file_sha256: str) -> Decision:
    """Announce that a file is handed over: not for the first time while a payment in it was perhaps made by an attempt before it."""
    stream = decider.stream(sealed.message_id)
    cases = (
        {disbursements.decider.stream(it.case): disbursements.decider for it in sealed.entries} if attempt == 1 else {}
    )
    reads: dict[str, AnyDecider] = {stream: decider, **cases}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = StartSubmission(attempt=attempt, file_sha256=file_sha256)
        started = decider.decide(command, states[0], context)
        if started and attempt == 1:
            in_cases.refuse_questioned(sealed.entries, dict(zip(reads, states, strict=True)))
        return {stream: started}

    return Decision(reads=reads, judge=judge, action="StartSubmission")


def record_entry(sealed: BatchSealed, cash_reference_given: str, order: str = "") -> Decision:
    """Record that an order of a released batch was typed in: one about a claim the treasury took by that, a payment it still has to make."""
    entry = entry_meant(sealed, order)
    stream = decider.stream(sealed.message_id)
    name = cash_reference.decider.stream(cash_reference.stream_id(sealed.debtor, cash_reference_given))
    reads: dict[str, AnyDecider] = {
        stream: decider, name: cash_reference.decider, **in_cases.reads_of([entry]), **in_cases.collecting([entry]),
    }  # fmt: skip

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now: Mapping[str, Any] = dict(zip(reads, states, strict=True))
        command = RecordEntry(cash_reference=cash_reference_given, order=entry.reference)
        recorded = decider.decide(command, now[stream], context)
        if not recorded:
            return {}
        in_cases.refuse_barred("record-entry", [entry], now, context)
        using = cash_reference.UseCashReference(
            cash_reference=cash_reference_given,
            about=entry.claim if isinstance(entry, CollectionEntry) else entry.reference,
            batch=sealed.message_id,
        )
        told = (
            [(entry.case, AcceptCollection(order=entry.order, batch=sealed.message_id, status=ENTERED))]
            if isinstance(entry, CollectionEntry)
            else []
        )
        used = cash_reference.decider.decide(using, now[name], context)
        return {stream: recorded, name: used, **in_cases.tell_orders(told, now, context)}

    return Decision(reads=reads, judge=judge, action="RecordEntry")
