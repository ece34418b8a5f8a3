"""What happened to an award."""

from datetime import date

from services.review.award.commands import Grant
from shared.contracts import Acted, YearAmount
from shared.decider import event
from shared.identity import DocumentReference, Sealed


@event("review.first-signature-given")
class FirstSignatureGiven:
    """The grant is above the signing limit; a second approver has to sign the same proposal (Mitzeichnung)."""

    proposal: int
    granted_cents: int
    signing_limit_cents: int
    signed_by: str
    signed_on: date


@event("review.grant-approved")
class GrantApproved:
    """The grant is approved and its money committed (Zuwendungsbescheid erlassen)."""

    grant: Grant
    approved_by: str
    approved_on: date


@event("review.grant-refused")
class GrantRefused:
    """The application is refused, with reasons for the applicant (Ablehnungsbescheid)."""

    file_number: str
    reasons: tuple[str, ...]
    refused_by: str
    refused_on: date


@event("review.notice-dispatched")
class NoticeDispatched:
    """The notice left the house; from here the day of service and the last day for remedies follow (Bekanntgabe).

    Served on the fourth day, before 2025 the third (§ 41 II VwVfG); an action is possible for a month, or for a year
    without a correct instruction (§§ 58 II, 74 VwGO).
    """

    letter: DocumentReference
    instructed: bool
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date


@event("review.remedy-waived")
class RemedyWaived:
    """The applicant renounced all remedies (Rechtsbehelfsverzicht)."""

    declared_on: date
    recorded_by: str
    recorded_on: date


@event("review.decision-became-final")
class DecisionBecameFinal:
    """The award can no longer be contested (Bestandskraft)."""

    by_waiver: bool
    final_on: date


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


type Event = (
    FirstSignatureGiven
    | GrantApproved
    | GrantRefused
    | NoticeDispatched
    | RemedyWaived
    | DecisionBecameFinal
    | FundsAssigned
)
