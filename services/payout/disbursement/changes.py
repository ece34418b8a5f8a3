"""Änderungen des Auszahlungsplans: what review asks back, what payout returns of it, and what is added.

Payout owns the award's money from its hand-over on. It returns what no order was given for; what is ordered stays, and goes
back later only if the treasury refuses the order. Until a cent is returned it is payout's, from then on review's.
"""

from collections.abc import Sequence
from datetime import date

from shared.contracts import Acted, YearAmount, minus, plus, smaller
from shared.decider import event, replace, value


@value
class ReturnFunds:
    """Review asks back amounts per year, at most, or none; `freeze` is whether nothing may be ordered from now on.

    `eligible_cents` is the recognised expenditure from now on, 0 when it stays.
    """

    reduction: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    freeze: bool
    reason: str
    requested_on: date
    acted: tuple[Acted, ...] = ()


@value
class SupplementPlan:
    supplement: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    supplemented_on: date
    acted: tuple[Acted, ...] = ()


@event("payout.reduction-received")
class ReductionReceived:
    """Review asked back these amounts per year (Rückführung von Mitteln), or told that nothing may be ordered (`freeze`), or that it may again.

    `reduction` counts what review asked in this case; `eligible_cents` is the recognised expenditure, 0 when it stays.
    """

    reduction: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    freeze: bool
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@event("payout.funds-returned")
class FundsReturned:
    """These amounts per year are review's again (Rückgabe nicht angeordneter Mittel); `kept` were asked for and are ordered.

    `part` counts the returns of one reduction: what is kept goes back in a later part if the treasury refuses its order.
    """

    reduction: int
    part: int
    by_year: tuple[YearAmount, ...]
    kept: tuple[YearAmount, ...]
    reason: str
    returned_on: date


@event("payout.plan-supplemented")
class PlanSupplemented:
    """More money per year came from review (Aufstockung); only from here can it be spent."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    supplemented_on: date
    acted: tuple[Acted, ...]


@event("payout.drawdown-reopened")
class DrawdownReopened:
    """The plan fell below what was accepted on a Mittelabruf; it is to be examined anew against the rest."""

    drawdown: str
    reduction: int


@value
class Asked:
    """What review asked back as one reduction: per year what is still outstanding, and in how many parts the rest went."""

    reduction: int
    outstanding: tuple[YearAmount, ...]
    reason: str
    parts: int = 0


@value
class Changes:
    """All that changed a plan since it was opened. `eligible_cents` is 0 while it is as it was."""

    asked: tuple[Asked, ...] = ()
    supplements: tuple[int, ...] = ()
    added: tuple[YearAmount, ...] = ()
    returned: tuple[YearAmount, ...] = ()
    eligible_cents: int = 0
    frozen: bool = False

    def amounts(self, opened: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
        """The plan's amounts per year now."""
        added = plus(opened, self.added)
        return minus(added, self.returned) if self.returned else added

    @property
    def returned_cents(self) -> int:
        return sum(it.cents for it in self.returned)

    @property
    def kept_cents(self) -> int:
        """What was asked back and is ordered."""
        return sum(part.cents for it in self.asked for part in it.outstanding)


def returns(changes: Changes, unordered: Sequence[YearAmount], today: date) -> Sequence[FundsReturned]:
    """What can go back now of all that was asked back: at most what is not ordered, the oldest reduction first.

    A reduction is answered once although nothing can go back, so that review knows what is kept.
    """
    found: list[FundsReturned] = []
    for asked in changes.asked:
        given = smaller(asked.outstanding, unordered)
        if given or (asked.outstanding and not asked.parts):
            kept = minus(asked.outstanding, given)
            found.append(
                FundsReturned(
                    reduction=asked.reduction, part=asked.parts + 1, by_year=given, kept=kept, reason=asked.reason,
                    returned_on=today,
                )
            )  # fmt: skip
            unordered = minus(unordered, given)
    return found


def changed(changes: Changes, it: ReductionReceived | FundsReturned | PlanSupplemented) -> Changes:
    """The changes after one more."""
    match it:
        case ReductionReceived():
            asked = Asked(reduction=it.reduction, outstanding=it.by_year, reason=it.reason)
            eligible_cents = it.eligible_cents or changes.eligible_cents
            return replace(changes, asked=(*changes.asked, asked), eligible_cents=eligible_cents, frozen=it.freeze)
        case FundsReturned():
            asks = tuple(
                replace(one, outstanding=minus(one.outstanding, it.by_year), parts=it.part)
                if one.reduction == it.reduction
                else one
                for one in changes.asked
            )
            return replace(changes, asked=asks, returned=plus(changes.returned, it.by_year))
        case PlanSupplemented():
            eligible_cents = it.eligible_cents or changes.eligible_cents
            return replace(
                changes,
                supplements=(*changes.supplements, it.supplement),
                added=plus(changes.added, it.by_year),
                eligible_cents=eligible_cents,
            )
