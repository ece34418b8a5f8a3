"""What the house is asked to do with an award."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from services.review.grant_cut import GrantCut
from services.review.programme import Basis
from shared.contracts import Acted, SideCondition, YearAmount
from shared.decider import value
from shared.identity import DocumentReference, Sealed
from shared.policy import FinancingType
from shared.rules import Judgement


@value
class Grant:
    """What is granted, to whom, under which policy: all that letter and payout need.

    `cut_cents` is the applied expenditure that is not eligible; `rate_bp` the funding rate in basis points;
    drawn money must be needed within `drawdown_months`; the proof of use is due on `proof_due_on`;
    `municipalities` are the keys of all that the case is about;
    with `payout_only_when_final` money goes to payout when the award is final, else when it is served;
    of each instalment `withheld_bp` wait for the accepted proof of use;
    `judgement` is what the rules said on the day of the approval; `side_conditions` hold the expert's `conditions`, too,
    except in awards of the time before they were numbered.
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
    side_conditions: tuple[SideCondition, ...] = ()
    cut: GrantCut | None = None
    payout_only_when_final: bool = True
    withheld_bp: int = 0
    municipalities: tuple[str, ...] = ()


@value
class ApproveGrant:
    """`proposal` is the number of the proposal that is signed; above `signing_limit_cents` two persons sign."""

    grant: Grant
    proposal: int
    signing_limit_cents: int


@value
class RefuseGrant:
    """`acted` are those who took part before; `formal` when the application is inadmissible."""

    file_number: str
    reasons: tuple[str, ...]
    acted: tuple[Acted, ...] = ()
    formal: bool = False


class Channel(StrEnum):
    """How a notice is made known: by post, sent electronically, or laid ready in a portal for retrieval (§ 41 II, IIa VwVfG)."""

    POST = "post"
    ELECTRONIC = "electronic"
    PORTAL = "portal"


class FailureReason(StrEnum):
    """Why a notice counts as not served: it came back, the recipient denies its receipt, nobody retrieved it."""

    RETURNED = "returned"
    NOT_RECEIVED = "not-received"
    NOT_RETRIEVED = "not-retrieved"


class Outcome(StrEnum):
    """How a lawsuit ended."""

    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    UPHELD = "upheld"


@value
class DispatchNotice:
    """`instructed` is whether the letter instructs correctly about remedies (§ 58 VwGO).

    Whether the day of deemed service moves on from a day off is disputed, so it is the policy's: `service_on_working_day`.
    `proposal` names here and below whose notice is meant: of the change decided on that proposal, 0 of the award itself.
    """

    letter: DocumentReference
    instructed: bool = True
    channel: Channel = Channel.ELECTRONIC
    service_on_working_day: bool = False
    proposal: int = 0


@value
class DeemServed:
    """The day of deemed service has come; one that nobody retrieved from the portal has failed."""

    proposal: int = 0


@value
class RecordReceipt:
    """The notice really arrived on this day, or was retrieved from the portal on it."""

    received_on: date
    proposal: int = 0


@value
class RecordServiceFailure:
    reason: FailureReason
    proposal: int = 0


@value
class RecordWaiver:
    declared_on: date
    proposal: int = 0


@value
class RecordLawsuit:
    """An action was brought; `court_reference` is the court's file number."""

    filed_on: date
    court_reference: str
    proposal: int = 0


@value
class ConcludeLawsuit:
    """The court's decision is final, or the action is off the table."""

    outcome: Outcome
    concluded_on: date
    proposal: int = 0


@value
class DeclareFinal:
    """The period for remedies has passed."""

    proposal: int = 0


class Annulment(StrEnum):
    """How an award, or a part of it, falls away: without object, revoked, retracted, or by a resolutory condition."""

    LAPSE = "lapse"
    REVOCATION = "revocation"
    RETRACTION = "retraction"
    CONDITION = "resolutory-condition"


class LegalBasis(StrEnum):
    """The provision by which an award falls away; each reduction stores its own (BVerwG 10 B 26.16)."""

    WITHOUT_OBJECT = "vwvfg-43-2"
    UNLAWFUL = "vwvfg-48-1"
    PURPOSE_MISSED = "vwvfg-49-3-1"
    CONDITION_UNFULFILLED = "vwvfg-49-3-2"
    CONDITION_OCCURRED = "vwvfg-36-2-2"


BASES: Mapping[Annulment, frozenset[LegalBasis]] = {
    Annulment.LAPSE: frozenset({LegalBasis.WITHOUT_OBJECT}),
    Annulment.REVOCATION: frozenset({LegalBasis.PURPOSE_MISSED, LegalBasis.CONDITION_UNFULFILLED}),
    Annulment.RETRACTION: frozenset({LegalBasis.UNLAWFUL}),
    Annulment.CONDITION: frozenset({LegalBasis.CONDITION_OCCURRED}),
}


@value
class OpenAwardHearing:
    """Tell the recipient what is intended and by when to speak (§ 28 VwVfG).

    `days` and the `limit_months` from the knowledge (§§ 48 IV, 49 III 2 VwVfG) are the policy's.
    """

    annulment: Annulment
    legal_basis: LegalBasis
    facts: str
    days: int
    limit_months: int


@value
class RecordAwardStatement:
    """The recipient spoke; the year of §§ 48 IV, 49 III 2 VwVfG runs from now on."""

    received_on: date


@value
class ExpireAwardHearing:
    """The recipient did not speak in time."""


@value
class NoteAwardHearingFailure:
    """The letter of this hearing was not served."""

    number: int


@value
class RestartAwardHearing:
    """The letter of this hearing went out again, and counts as served on a day."""

    number: int
    served_on: date


@value
class CloseAwardHearing:
    """End the hearing without any annulment."""

    reason: str


@value
class ProposeAnnulment:
    """`by_year` is what stays granted, nothing when all falls; `eligible_cents` the recognised expenditure, 0 when it stays."""

    annulment: Annulment
    legal_basis: LegalBasis
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    effective_on: date
    reasons: str
    discretion: str


@value
class DecideAnnulment:
    """`proposal` is the number of the proposal that is decided.

    `immediate` says why its execution cannot wait for a remedy (sofortige Vollziehung, § 80 II 1 Nr. 4, III VwGO); empty it waits.
    """

    proposal: int
    immediate: str = ""


@value
class DropProposal:
    proposal: int
    reason: str


@value
class ReceiveChange:
    """The recipient's request for a change; what it leaves as it is, is empty, 0 or None."""

    change: str
    kind: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@value
class ProposeAmendment:
    """The whole new award: amounts per year, recognised expenditure, period, conditions; `change` names the request, if any."""

    change: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date
    conditions: tuple[str, ...]
    reasons: str


@value
class ApproveAmendment:
    """`immediate` as in `DecideAnnulment`."""

    proposal: int
    immediate: str = ""


@value
class RefuseChange:
    change: str
    reasons: str


@value
class FreezePayout:
    reason: str


@value
class LiftPayoutFreeze:
    reason: str


@value
class TakeBackFunds:
    """Payout returned `by_year` of what was asked; `kept` is ordered."""

    reduction: int
    part: int
    by_year: tuple[YearAmount, ...]
    kept: tuple[YearAmount, ...]


type OfCourse = (
    OpenAwardHearing
    | RecordAwardStatement
    | ExpireAwardHearing
    | NoteAwardHearingFailure
    | RestartAwardHearing
    | CloseAwardHearing
    | ProposeAnnulment
    | DecideAnnulment
    | DropProposal
    | ReceiveChange
    | ProposeAmendment
    | ApproveAmendment
    | RefuseChange
    | FreezePayout
    | LiftPayoutFreeze
    | TakeBackFunds
)
"""What can happen to an award after its approval."""

type OfNotice = (
    DispatchNotice
    | DeemServed
    | RecordReceipt
    | RecordServiceFailure
    | RecordWaiver
    | RecordLawsuit
    | ConcludeLawsuit
    | DeclareFinal
)
"""What can happen to a notice."""

type Command = ApproveGrant | RefuseGrant | OfNotice | OfCourse
