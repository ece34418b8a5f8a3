"""Releasing: a file leaves only while no hold binds a payment in it."""

from collections.abc import Sequence
from typing import Any

from services.payout import hold as holds
from services.payout.batch.noun import ReleaseBatch, decider
from shared.decider import Context, Decided, Decision


def release(batch: str, concerned: Sequence[holds.Concerned]) -> Decision:
    """Release a sealed batch; `concerned` is what its payments are about, which never changes."""
    stream, held = decider.stream(batch), holds.decider.stream(holds.REGISTER)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        released = decider.decide(ReleaseBatch(), states[0], context)
        if released:
            for it in concerned:
                holds.refuse_held(states[1], it, context)
        return {stream: released}

    return Decision(reads={stream: decider, held: holds.decider}, judge=judge, action="ReleaseBatch")
