"""Releasing: a file leaves only while no hold binds a payment in it, nobody barred lets it go, and each account still holds.

The same asks who records that a released file was typed into the state's system.
"""

from collections.abc import Sequence
from typing import Any

from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.batch.commands import RecordEntry, ReleaseBatch, StartSubmission
from services.payout.batch.content import CollectionEntry
from services.payout.batch.events import BatchSealed
from services.payout.batch.noun import decider
from services.payout.batch.sealing import concerned
from services.payout.collection import AcceptCollection
from shared.decider import AnyDecider, Context, Decided, Decision

ENTERED = "entered"


def release(
    batch: str, orders: Sequence[payments.PaymentOrdered], collections: Sequence[CollectionEntry] = ()
) -> Decision:
    """Release a sealed batch; `orders` are those of its payments, which never change, `collections` those about claims."""
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
        return {stream: released}

    return Decision(reads=reads, judge=judge, action="ReleaseBatch")


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


def record_entry(
    batch: str,
    cash_reference: str,
    orders: Sequence[payments.PaymentOrdered],
    collections: Sequence[CollectionEntry] = (),
) -> Decision:
    """Record that a released batch was typed in: the treasury took its orders about claims, its payments it still has to make."""
    stream, every = decider.stream(batch), (*orders, *collections)
    reads: dict[str, AnyDecider] = {stream: decider, **in_cases.reads_of(every), **in_cases.collecting(collections)}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        entered = decider.decide(RecordEntry(cash_reference=cash_reference), states[0], context)
        if not entered:
            return {}
        now = dict(zip(reads, states, strict=True))
        in_cases.refuse_barred("record-entry", every, now, context)
        taken = [(it.case, AcceptCollection(order=it.order, batch=batch, status=ENTERED)) for it in collections]
        return {stream: entered, **in_cases.tell_orders(taken, now, context)}

    return Decision(reads=reads, judge=judge, action="RecordEntry")
