"""What the API tells of a case: the document that programs read, and pages show."""

from datetime import date

from pydantic import BaseModel

from services.review.api.application_file import ApplicationTold
from services.review.api.letter_file import LetterTold
from services.review.api.next_action import NextAction
from services.review.api.procedure_file import (
    HandlingTold,
    HearingHeld,
    HoldMade,
)
from services.review.standing import Status
from services.review.words.closure import ClosureTold
from services.review.words.fulfilment import SideConditionTold
from services.review.words.proof import ProofTold
from services.review.words.recovery import FindingTold, RepaymentTold
from shared.rules import Consequence, Result


class YearCents(BaseModel):
    """Cents of one budget year."""

    year: int
    cents: int


class Line(BaseModel):
    """One line of the expenditure; `eligible_cents` is none until it is assessed."""

    line: int
    category: str
    description: str
    year: int
    applied_cents: int
    eligible_cents: int | None
    reason: str
    text: str


class CriterionTold(BaseModel):
    """What the expert says of a criterion; `told` is its points in words."""

    code: str
    title: str
    kind: str
    points: int
    highest: int
    weight: int
    told: str
    text: str


class OpinionGiven(BaseModel):
    """`rating_bp` are the weighted points of those that could be had; it and the hash are none in an opinion without criteria."""

    opinion: str
    reasons: str
    conditions: list[str]
    recorded_by: str
    recorded_on: date
    criteria: list[CriterionTold] = []
    rating_bp: int | None = None
    practice_sha256: str = ""


class RuleApplied(BaseModel):
    """What a rule of guideline or practice said of the proposal; `consequence` is what follows when it is not met."""

    code: str
    title: str
    result: Result
    consequence: Consequence
    reason: str
    source: str


class ProposalMade(BaseModel):
    number: int
    granted_cents: int
    by_year: list[YearCents]
    starts_on: date
    ends_on: date
    note: dict[str, str]
    rate_bp: int
    signing_limit_cents: int
    guideline_sha256: str
    practice_sha256: str
    parameters_sha256: str
    computed_cents: int
    cut_ground: str
    cut_text: str
    rules: list[RuleApplied]
    proposed_by: str
    proposed_on: date


class ReservationMade(BaseModel):
    budget: str
    expires_on: date


class LawsuitBrought(BaseModel):
    """An action against the decision; `outcome` is none while it is pending."""

    filed_on: date
    court_reference: str
    in_time: bool
    outcome: str | None
    concluded_on: date | None


class Notice(BaseModel):
    """When the decision left the house and what follows from it; `letter_sha256` is the PDF's hash."""

    letter_sha256: str
    channel: str
    number: int
    dispatched_on: date
    deemed_served_on: date
    served: bool
    received_on: date | None
    service_rule: str
    remedy_ends_on: date
    remedy_rule: str
    lawsuit: LawsuitBrought | None


class ChangeTold(BaseModel):
    """A change of the award by a notice of its own: it `waits` for its finality, or took effect.

    `immediate` says why it was executed at once, empty when it was not ordered.
    """

    proposal: int
    kind: str
    waits: bool
    immediate: str
    notice: Notice | None
    final_on: date | None


class CourseTold(BaseModel):
    """What happened to an award since its approval.

    `hearing_ends_on` is none while the hearing's letter is not served, and `hearing_unserved` then.
    `limit_on` is the last day for a revocation or retraction; `pending_cents` is asked back from payout without an answer,
    `kept_cents` was asked back and is ordered.
    """

    hearing: str | None
    hearing_ends_on: date | None
    hearing_unserved: bool
    statement_on: date | None
    limit_on: date | None
    proposal: str | None
    change: str | None
    annulled: list[str]
    changes: list[ChangeTold]
    frozen: bool
    pending_cents: int
    returned_cents: int
    kept_cents: int


class AwardMade(BaseModel):
    granted_cents: int
    by_year: list[YearCents]
    approved_on: date
    approved_by: list[str]
    notice: Notice | None
    final_on: date | None
    by_waiver: bool
    assigned: bool
    course: CourseTold


class RejectionMade(BaseModel):
    """A formal rejection, proposed (`decided` false) or decided."""

    grounds: list[str]
    titles: list[str]
    reasons: list[str]
    decided: bool
    by: str
    on: date
    notice: Notice | None = None
    final_on: date | None = None


class RefusalMade(BaseModel):
    """A refusal, proposed (`decided` false) or decided."""

    reasons: list[str]
    decided: bool
    by: str
    on: date
    notice: Notice | None
    final_on: date | None


class Succession(BaseModel):
    """A body that took over, or may take over, from the recipient by the official change with this reference."""

    reference: str
    old_key: str
    old_name: str
    new_key: str
    new_name: str
    effective_on: date


class CaseFile(BaseModel):
    """One case with everything that a client needs to act. `etags` name the versions of its streams; `applicant_key` is
    the recipient now, after all `successions`; `heirs` take over from it when it has ceased."""

    case: str
    file_number: str
    status: Status
    status_title: str
    holder: str | None
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    applied_cents: int
    by_year: list[YearCents]
    starts_on: date
    ends_on: date
    submitted_on: date
    completed_on: date
    lines: list[Line]
    documents: int
    opinion: OpinionGiven | None
    eligible_cents: int | None
    proposal: ProposalMade | None
    reservation: ReservationMade | None
    first_signature_by: str | None
    award: AwardMade | None
    refusal: RefusalMade | None
    hearing: HearingHeld | None
    hold: HoldMade | None
    rejection: RejectionMade | None
    late_withdrawal: bool
    handling: HandlingTold
    application: ApplicationTold
    etags: dict[str, str]
    actions: list[NextAction]
    successions: list[Succession] = []
    heirs: list[Succession] = []
    letters: list[LetterTold] = []
    side_conditions: list[SideConditionTold] = []
    proofs: list[ProofTold] = []
    repayments: list[RepaymentTold] = []
    findings: list[FindingTold] = []
    closure: ClosureTold | None = None
