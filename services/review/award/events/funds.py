"""Mittel: what goes to payout, comes back from it, or follows."""

from datetime import date

from shared.contracts import Acted, SideCondition, YearAmount
from shared.decider import event
from shared.identity import Sealed
from shared.policy import FinancingType


@event("review.funds-assigned")
class FundsAssigned:
    """From now on only payout spends these amounts per year (Mittelzuweisung zur Auszahlung)."""

    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]
    side_conditions: tuple[SideCondition, ...] = ()
    financing_type: FinancingType = FinancingType.SHARE
    programme: str = ""
    drawdown_months: int = 0
    withheld_bp: int = 0
    municipalities: tuple[str, ...] = ()


@event("review.reduction-requested")
class ReductionRequested:
    """Payout is asked to return what is not ordered of these amounts, and whether orders stop (`freeze`).

    `reduction` counts the case's requests; `then` is committed and goes to payout when the return is there: money that
    only changes its year. `eligible_cents` is the recognised expenditure from now on, 0 when it stays.
    """

    reduction: int
    by_year: tuple[YearAmount, ...]
    then: tuple[YearAmount, ...]
    eligible_cents: int
    freeze: bool
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@event("review.funds-taken-back")
class FundsTakenBack:
    """Payout returned these amounts and the budget is free of them; `kept` is ordered, `short` of what was to follow falls away."""

    reduction: int
    part: int
    by_year: tuple[YearAmount, ...]
    kept: tuple[YearAmount, ...]
    short: tuple[YearAmount, ...]
    taken_on: date


@event("review.funds-supplemented")
class FundsSupplemented:
    """From now on only payout spends these further amounts per year (Aufstockung)."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    supplemented_on: date
    acted: tuple[Acted, ...]
