"""Refused attempts: who tried what the law forbids them is itself a fact that an auditor may ask for."""

from collections.abc import Sequence
from typing import Never

from shared.decider import Context, Decider, event


@event("house.attempt-refused")
class AttemptRefused:
    """A person tried an action that is forbidden to this person here; `rule` names why, `stream` where.

    `matrix_sha256` names the separation of duties that was in force (shared/duties.toml), where the rule is one of it.
    """

    action: str
    rule: str
    stream: str
    matrix_sha256: str = ""


def _decide(command: Never, count: int, context: Context) -> Sequence[AttemptRefused]:
    return []


def _evolve(count: int, it: AttemptRefused) -> int:
    return count + 1


attempts = Decider[Never, AttemptRefused, int](
    name="attempts", initial=0, decide=_decide, evolve=_evolve, events=[AttemptRefused]
)
