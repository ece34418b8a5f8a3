"""What happened to an award."""

from datetime import date

from services.review.award.commands import Annulment, Channel, FailureReason, Grant, LegalBasis, Outcome
from shared.calendar import Deadline
from shared.contracts import Acted, SideCondition, YearAmount
from shared.decider import event
from shared.identity import DocumentReference, Sealed
from shared.policy import FinancingType


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
    """The application is refused, with reasons for the applicant (Ablehnungsbescheid); `formal` as inadmissible, which its assessment tells."""

    file_number: str
    reasons: tuple[str, ...]
    refused_by: str
    refused_on: date
    acted: tuple[Acted, ...] = ()
    formal: bool = False


@event("review.notice-dispatched")
class NoticeDispatched:
    """The notice left the house; from here the day of service and the last day for remedies follow (Bekanntgabe).

    Served on the fourth day, before 2025 the third (§ 41 II VwVfG); from a portal the day after retrieval, here at the
    latest (§ 41 IIa). An action is possible for a month, or for a year without a correct instruction (§§ 58 II, 74 VwGO).
    `number` counts the notice's dispatches; `service_rule` and `remedy_rule` tell how the two days were computed.
    `proposal` names the change that is told, 0 the award itself; so it does in all that follows from a dispatch.
    """

    letter: DocumentReference
    instructed: bool
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date
    channel: Channel = Channel.ELECTRONIC
    number: int = 1
    service_rule: str = ""
    remedy_rule: str = ""
    proposal: int = 0


@event("review.notice-deemed-served")
class NoticeDeemedServed:
    """The day came on which the notice counts as served (Bekanntgabefiktion)."""

    number: int
    served_on: date
    proposal: int = 0


@event("review.notice-received")
class NoticeReceived:
    """The notice is known to have arrived, or to have been retrieved; later than deemed it moves the period (§ 41 II 3 VwVfG)."""

    number: int
    received_on: date
    served_on: date
    remedy_ends_on: date
    remedy_rule: str
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.notice-service-failed")
class NoticeServiceFailed:
    """The notice was not served (Bekanntgabe gescheitert): no period runs, it has to be dispatched anew."""

    number: int
    reason: FailureReason
    failed_on: date
    recorded_by: str
    proposal: int = 0


@event("review.remedy-waived")
class RemedyWaived:
    """The applicant renounced all remedies (Rechtsbehelfsverzicht)."""

    declared_on: date
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.lawsuit-recorded")
class LawsuitRecorded:
    """An action against the decision is pending at the administrative court (Klage); until it ends nothing becomes final.

    `stopped` is whether payments stopped with it: of an award that is not final none goes out, when the policy says so.
    """

    filed_on: date
    court_reference: str
    in_time: bool
    recorded_by: str
    recorded_on: date
    proposal: int = 0
    stopped: bool = False


@event("review.lawsuit-concluded")
class LawsuitConcluded:
    """The action has ended (Klageverfahren beendet); upheld it took the decision away.

    `remedy_ends_on` is the last day of a period that still runs, as it was; none runs on a decision that is final or gone.
    """

    outcome: Outcome
    concluded_on: date
    remedy_ends_on: date | None
    recorded_by: str
    recorded_on: date
    proposal: int = 0


@event("review.decision-became-final")
class DecisionBecameFinal:
    """The decision can no longer be contested (Bestandskraft): the period passed, was waived, or a lawsuit came to nothing."""

    by_waiver: bool
    final_on: date
    by_lawsuit: bool = False
    proposal: int = 0


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


@event("review.award-hearing-opened")
class AwardHearingOpened:
    """The recipient is told what is intended with the award and may speak until `deadline` (Anhörung, § 28 VwVfG).

    `days` is the period's length, 0 in hearings from before it was kept.
    """

    number: int
    annulment: Annulment
    legal_basis: LegalBasis
    facts: str
    deadline: Deadline
    limit_months: int
    opened_by: str
    opened_on: date
    days: int = 0

    @property
    def length(self) -> int:
        return self.days or (self.deadline.ends_on - self.opened_on).days


@event("review.award-statement-received")
class AwardStatementReceived:
    """The recipient spoke. From here the authority knows, and the year for revocation and retraction runs until `limit`."""

    number: int
    received_on: date
    limit: Deadline
    recorded_by: str
    recorded_on: date


@event("review.award-hearing-expired")
class AwardHearingExpired:
    """The recipient did not speak in time. From here the year for revocation and retraction runs until `limit`."""

    number: int
    expired_on: date
    limit: Deadline


@event("review.award-hearing-service-failed")
class AwardHearingServiceFailed:
    """The letter of a hearing on an award was not served (Bekanntgabe der Anhörung gescheitert): nothing falls away until it
    was and its period ran anew, and the year for revocation and retraction does not run yet.
    """

    number: int
    failed_on: date
    recorded_by: str


@event("review.award-hearing-restarted")
class AwardHearingRestarted:
    """The letter of a hearing on an award was sent again; its period runs anew from the day of service (§ 41 II VwVfG).

    `restart` counts how often.
    """

    number: int
    restart: int
    served_on: date
    deadline: Deadline
    restarted_by: str
    restarted_on: date


@event("review.award-hearing-closed")
class AwardHearingClosed:
    """The hearing ended without any annulment: the award stays as it is."""

    number: int
    reason: str
    closed_by: str
    closed_on: date


@event("review.annulment-proposed")
class AnnulmentProposed:
    """It is proposed that the award falls, wholly or but for `by_year` (Aufhebung), by this provision and for these reasons."""

    number: int
    annulment: Annulment
    legal_basis: LegalBasis
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    effective_on: date
    reasons: str
    discretion: str
    proposed_by: str
    proposed_on: date


@event("review.proposal-dropped")
class ProposalDropped:
    """A proposed annulment or amendment is not decided on; the award stays as it is."""

    number: int
    reason: str
    dropped_by: str
    dropped_on: date


@event("review.grant-lapsed")
class GrantLapsed:
    """The award is without object: never begun, or renounced by the recipient (Bescheid gegenstandslos, § 43 II VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-revoked")
class GrantRevoked:
    """A lawful award is revoked, wholly or in part, from a day on (Widerruf, § 49 III VwVfG).

    An action suspends it (§ 80 I VwGO): `waits` until it is final, unless there are reasons for its `immediate` execution.
    """

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-retracted")
class GrantRetracted:
    """An unlawful award is retracted, wholly or in part, from a day on (Rücknahme, § 48 VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-reduced-by-condition")
class GrantReducedByCondition:
    """A resolutory condition of the award occurred and reduced it from a day on (auflösende Bedingung, § 36 II Nr. 2 VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.change-took-effect")
class ChangeTookEffect:
    """A change that waited is final and takes effect (Wirksamwerden): `by_year` is granted from here on, and the money moves."""

    number: int
    by_year: tuple[YearAmount, ...]
    took_effect_on: date


@event("review.change-received")
class ChangeReceived:
    """The recipient asked for a change of the award (Änderungsantrag)."""

    change: str
    kind: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@event("review.amendment-proposed")
class AmendmentProposed:
    """An amended award is proposed, on a request (`change`) or without one (Änderungsvorschlag)."""

    number: int
    change: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date
    conditions: tuple[str, ...]
    reasons: str
    proposed_by: str
    proposed_on: date


@event("review.grant-amended")
class GrantAmended:
    """The award is amended (Änderungsbescheid): `less` and `more` per year against what was granted before.

    To the recipient's disadvantage it `waits` until it is final, unless there are reasons for its `immediate` execution.
    """

    number: int
    change: str
    grant: Grant
    less: tuple[YearAmount, ...]
    more: tuple[YearAmount, ...]
    reasons: str
    approved_by: str
    approved_on: date
    waits: bool = False
    immediate: str = ""


@event("review.change-refused")
class ChangeRefused:
    """A requested change is refused, with reasons for the recipient; the award stays as it is."""

    change: str
    reasons: str
    refused_by: str
    refused_on: date


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


type Annulled = GrantLapsed | GrantRevoked | GrantRetracted | GrantReducedByCondition
type NoticeEvent = (
    NoticeDispatched
    | NoticeDeemedServed
    | NoticeReceived
    | NoticeServiceFailed
    | RemedyWaived
    | LawsuitRecorded
    | LawsuitConcluded
    | DecisionBecameFinal
)
"""What happens to a notice between its dispatch and its finality."""
type OfCourseEvent = (
    AwardHearingOpened
    | AwardStatementReceived
    | AwardHearingExpired
    | AwardHearingServiceFailed
    | AwardHearingRestarted
    | AwardHearingClosed
    | AnnulmentProposed
    | ProposalDropped
    | Annulled
    | ChangeTookEffect
    | ChangeReceived
    | AmendmentProposed
    | GrantAmended
    | ChangeRefused
    | ReductionRequested
    | FundsTakenBack
    | FundsSupplemented
)

type Event = FirstSignatureGiven | GrantApproved | GrantRefused | NoticeEvent | FundsAssigned | OfCourseEvent
