"""Finanzierungsarten: what is granted, and what remains of it when the expenditure turns out otherwise (ANBest-Gk Nr. 2).

Every amount is rounded down to the cent: never above the rate. A grant rises by a new decision only, never by these formulas.
"""

from typing import assert_never

from services.review.examination import Application
from shared.decider import value
from shared.money import at_rate, euros
from shared.policy import FINANCING_TITLES, FinancingType, Terms


@value
class Sought:
    """What the applicant seeks: the grant applied for, and own and others' money that covers the whole expenditure.

    `cut_cents` is the expenditure that is not eligible; the applicant's own money bears it first.
    """

    grant_cents: int
    covering_cents: int
    cut_cents: int
    is_cooperation: bool = False


def is_cooperation(application: Application, terms: Terms) -> bool:
    """Whether enough bodies carry the project together for it to count as a cooperation (B12)."""
    return (
        application.cooperation is not None and len(application.cooperation.participants) >= terms.cooperation_members
    )


def sought(application: Application, eligible_cents: int, terms: Terms) -> Sought:
    """What an application seeks, once it is known what of its expenditure is eligible."""
    financing = application.financing
    return Sought(
        grant_cents=financing.grant_cents,
        covering_cents=financing.own_cents + financing.third_party_cents,
        cut_cents=sum(it.cents for it in application.lines) - eligible_cents,
        is_cooperation=is_cooperation(application, terms),
    )


def effective_rate_bp(terms: Terms, *, is_cooperation: bool) -> int:
    """The item's rate, in a cooperation with its bonus (Kooperationszuschlag), never above the whole."""
    return min(10_000, terms.rate_bp + (terms.cooperation_bonus_bp if is_cooperation else 0))


def granted_cents(terms: Terms, eligible_cents: int, asked: Sought) -> int:
    """The grant on this eligible expenditure; 0 below the item's minimum, never above rate, maximum or application."""
    most = at_rate(eligible_cents, effective_rate_bp(terms, is_cooperation=asked.is_cooperation))
    match terms.financing_type:
        case FinancingType.SHARE:
            cents = most
        case FinancingType.GAP:
            cents = min(most, max(0, eligible_cents - max(0, asked.covering_cents - asked.cut_cents)))
        case FinancingType.FIXED:
            cents = min(most, terms.fixed_cents)
        case _ as missing:
            assert_never(missing)
    cents = min(cents, asked.grant_cents)
    if terms.maximum_cents:
        cents = min(cents, terms.maximum_cents)
    return cents if cents >= terms.minimum_cents else 0


@value
class Financed:
    """A grant as it was decided: how, at which rate, how much, on which eligible expenditure."""

    financing_type: FinancingType
    rate_bp: int
    granted_cents: int
    eligible_cents: int


def remaining_cents(it: Financed, spent_cents: int, covering_cents: int = 0) -> int:
    """What of the grant remains when so much eligible expenditure was made, and other money came in that was not planned.

    A share falls in proportion, a gap by the whole difference, a fixed amount only below itself (ANBest-Gk Nr. 2).
    """
    match it.financing_type:
        case FinancingType.SHARE:
            left = at_rate(max(0, spent_cents - covering_cents), it.rate_bp)
        case FinancingType.GAP:
            left = it.granted_cents - (it.eligible_cents - spent_cents) - covering_cents
        case FinancingType.FIXED:
            left = spent_cents
        case _ as missing:
            assert_never(missing)
    return max(0, min(it.granted_cents, left))


def basis_in_words(terms: Terms) -> str:
    """How the item is financed, as a person reads it above the amount."""
    rate = f"{terms.rate_bp / 100:g} %".replace(".", ",")
    match terms.financing_type:
        case FinancingType.SHARE:
            told = f"{FINANCING_TITLES[terms.financing_type]}, {rate}"
        case FinancingType.GAP:
            told = f"{FINANCING_TITLES[terms.financing_type]}, höchstens {rate}"
        case FinancingType.FIXED:
            told = f"{FINANCING_TITLES[terms.financing_type]}, {euros(terms.fixed_cents)}"
        case _ as missing:
            assert_never(missing)
    return f"{told}, höchstens {euros(terms.maximum_cents)}" if terms.maximum_cents else told
