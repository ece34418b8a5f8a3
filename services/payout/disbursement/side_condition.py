"""Nebenbestimmungen, auf die Auszahlungen warten: what the award demands before money goes out, and what review found of it.

Review's words may come before the plan or after it, and a later one before an earlier: the highest `revision` holds.
"""

from collections.abc import Sequence
from datetime import date

from shared.contracts import Acted, SideCondition
from shared.decider import DomainError, event, value
from shared.records import likeness

FIRST_PAYMENT, EVERY_PAYMENT = "first-payment", "every-payment"
MET = frozenset({"fulfilled", "waived"})
"""With these a payment need not wait any more."""


@value
class NoteSideCondition:
    number: int
    outcome: str
    revision: int
    text: str
    assessed_on: date
    acted: tuple[Acted, ...] = ()


@event("payout.side-condition-noted")
class SideConditionNoted:
    """Noted from review: how it stands with a side condition of the award (Nebenbestimmung): `fulfilled`, `waived`,
    `violated` or `overdue`; the highest `revision` of a number holds.
    """

    number: int
    outcome: str
    revision: int
    assessed_on: date
    acted: tuple[Acted, ...]


class SideConditionOpen(DomainError):
    """`detail` says which."""

    code = "side-condition-open"
    title = "Vor der Auszahlung ist eine Nebenbestimmung des Bescheids zu erfüllen."


def note(command: NoteSideCondition, noted: Sequence[SideConditionNoted]) -> Sequence[SideConditionNoted]:
    """The note, unless it was made."""
    if any(it.revision == command.revision for it in noted):
        return []
    return [likeness(SideConditionNoted, command)]


def outcome_of(number: int, noted: Sequence[SideConditionNoted]) -> str:
    """What holds of this side condition; `open` when review said nothing."""
    its = [it for it in noted if it.number == number]
    return max(its, key=lambda it: it.revision).outcome if its else "open"


def in_the_way(
    conditions: Sequence[SideCondition], noted: Sequence[SideConditionNoted], *, is_first: bool
) -> SideCondition | None:
    """The first side condition that a payment has to wait for; one before the first payment binds only that."""
    for it in conditions:
        binds = it.bars == EVERY_PAYMENT or (it.bars == FIRST_PAYMENT and is_first)
        if binds and outcome_of(it.number, noted) not in MET:
            return it
    return None


def in_words(it: SideCondition) -> str:
    """Number and text, as a refusal names a side condition."""
    return f"Nr. {it.number}: {it.text}"
