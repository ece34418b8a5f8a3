"""Interkommunale Zusammenarbeit: who shares the cost of a project, and how much each carries (rule B12).

Parts are divided by the largest remainder, so that they sum to the whole to the cent.
"""

from collections.abc import Sequence
from enum import StrEnum

from shared.contracts.intake import Cooperation, Participant
from shared.decider import replace
from shared.money import split

WHOLE_BP = 10_000


class CostKey(StrEnum):
    """By inhabitants, to equal parts, or as the participants agreed."""

    INHABITANTS = "inhabitants"
    EQUAL = "equal"
    AGREED = "agreed"


def weights(cost_key: str, participants: Sequence[Participant]) -> list[int]:
    """What each participant counts under the cost key."""
    match CostKey(cost_key):
        case CostKey.INHABITANTS:
            return [it.inhabitants for it in participants]
        case CostKey.EQUAL:
            return [1 for _ in participants]
        case CostKey.AGREED:
            return [it.share_bp for it in participants]


def apportioned(cooperation: Cooperation, total_cents: int, own_cents: int) -> Cooperation:
    """The cooperation with each participant's part of all expenditure and of the own funds."""
    its = weights(cooperation.cost_key, cooperation.participants)
    parts = zip(
        cooperation.participants, split(WHOLE_BP, its), split(total_cents, its), split(own_cents, its), strict=True
    )
    filled = (replace(it, share_bp=bp, cost_cents=cost, own_cents=own) for it, bp, cost, own in parts)
    return replace(cooperation, participants=tuple(filled))
