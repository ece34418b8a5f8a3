"""Releasing: a file leaves only while no hold binds a payment in it, nobody barred lets it go, and each account still holds.

The same asks who records that a released file was typed into the state's system.
"""

from collections.abc import Sequence
from typing import Any

from services.payout import hold as holds
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.batch.commands import RecordEntry, ReleaseBatch
from services.payout.batch.noun import decider
from services.payout.batch.sealing import concerned
from shared.decider import AnyDecider, Context, Decided, Decision


def release(batch: str, orders: Sequence[payments.PaymentOrdered]) -> Decision:
    """Release a sealed batch; `orders` are those of its payments, which never change."""
    stream, held = decider.stream(batch), holds.decider.stream(holds.REGISTER)
    reads: dict[str, AnyDecider] = {stream: decider, held: holds.decider, **in_cases.reads_of(orders)}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        released = decider.decide(ReleaseBatch(), states[0], context)
        if released:
            now = dict(zip(reads, states, strict=True))
            in_cases.refuse_barred("release-batch", orders, now, context)
            for it in orders:
                holds.refuse_held(now[held], concerned(it), context)
            in_cases.refuse_former_accounts(orders, now)
            in_cases.refuse_questioned(orders, now)
        return {stream: released}

    return Decision(reads=reads, judge=judge, action="ReleaseBatch")


def record_entry(batch: str, cash_reference: str, orders: Sequence[payments.PaymentOrdered]) -> Decision:
    """Record that a released batch was typed in; `orders` are those of its payments."""
    stream = decider.stream(batch)
    reads: dict[str, AnyDecider] = {stream: decider, **in_cases.reads_of(orders)}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        entered = decider.decide(RecordEntry(cash_reference=cash_reference), states[0], context)
        if entered:
            in_cases.refuse_barred("record-entry", orders, dict(zip(reads, states, strict=True)), context)
        return {stream: entered}

    return Decision(reads=reads, judge=judge, action="RecordEntry")
