"""What the house is asked to do with an award."""

from datetime import date

from services.review.programme import Basis
from shared.contracts import Acted, YearAmount
from shared.decider import value
from shared.identity import DocumentReference, Sealed
from shared.policy import FinancingType
from shared.rules import Judgement


@value
class Grant:
    """What is granted, to whom, under which policy: all that letter and payout need.

    `cut_cents` is the applied expenditure that is not eligible; `rate_bp` the funding rate in basis points;
    drawn money must be needed within `drawdown_months`; the proof of use is due on `proof_due_on`;
    `judgement` is what the rules said on the day of the approval.
    """

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    project: str
    budget_title: str
    by_year: tuple[YearAmount, ...]
    granted_cents: int
    eligible_cents: int
    cut_cents: int
    rate_bp: int
    starts_on: date
    ends_on: date
    conditions: tuple[str, ...]
    drawdown_months: int
    proof_due_on: date
    basis: Basis
    account_holder: Sealed
    iban: Sealed
    acted: tuple[Acted, ...]
    programme: str = "thueregovrl"
    financing_type: FinancingType = FinancingType.SHARE
    judgement: Judgement | None = None


@value
class ApproveGrant:
    """`proposal` is the number of the proposal that is signed; above `signing_limit_cents` two persons sign."""

    grant: Grant
    proposal: int
    signing_limit_cents: int


@value
class RefuseGrant:
    file_number: str
    reasons: tuple[str, ...]


@value
class DispatchNotice:
    """`instructed` is whether the letter instructs correctly about remedies (§ 58 VwGO)."""

    letter: DocumentReference
    instructed: bool = True


@value
class RecordWaiver:
    declared_on: date


@value
class DeclareFinal:
    """The period for remedies has passed."""


type Command = ApproveGrant | RefuseGrant | DispatchNotice | RecordWaiver | DeclareFinal
