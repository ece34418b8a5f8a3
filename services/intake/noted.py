"""What review tells of its procedure and of an award that stands: the notes on hearings, holds and changes.

Hearings, holds and changes are counted by review, so that the number tells which is the last, in whatever order they came.
"""

from datetime import date

from shared.contracts import Acted, YearAmount
from shared.decider import event


@event("intake.hearing-opened")
class HearingOpened:
    """Noted from review: the applicant may state its view until `ends_on`, before a refusal or a cut (Anhörung)."""

    number: int
    about: str
    announced: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.hearing-extended")
class HearingExtended:
    """Noted from review: the period for the statement ends on a later day (Fristverlängerung)."""

    number: int
    ends_on: date
    extended_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.hearing-closed")
class HearingClosed:
    """Noted from review: the statement came in (`answered`), or its period ended; after that it may still be extended."""

    number: int
    answered: bool
    closed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-put-on-hold")
class CasePutOnHold:
    """Noted from review: the case waits, for a reason, until it is looked at again (Zurückstellung mit Wiedervorlage)."""

    number: int
    reason: str
    resubmission_on: date
    put_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-resumed")
class CaseResumed:
    """Noted from review: the case goes on; `number` is that of the last hold (Wiederaufnahme der Bearbeitung)."""

    number: int
    resumed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.application-rejected-formally")
class ApplicationRejectedFormally:
    """Noted from review: the application was rejected as inadmissible, with its reasons (formale Ablehnung)."""

    reasons: tuple[str, ...]
    rejected_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.grant-changed")
class GrantChanged:
    """Noted from review: what is granted now, after an amendment or when the award, or a part of it, fell away.

    `kind` is `amendment`, `lapse`, `revocation`, `retraction` or `resolutory-condition`, `change` the request it grants;
    `number` counts the case's changes, 0 when review did not tell it; a `part` corrects the change of its number.
    """

    kind: str
    change: str
    by_year: tuple[YearAmount, ...]
    granted_cents: int
    eligible_cents: int
    ends_on: date
    reasons: str
    effective_on: date
    number: int = 0
    part: int = 0
    acted: tuple[Acted, ...] = ()


@event("intake.notice-progressed")
class NoticeProgressed:
    """Noted from review: a notice was dispatched, came back, was contested, or became final (Stand eines Bescheids).

    `proposal` is 0 for the award or the refusal, else that of the change; of one notice the higher `number` is the later.
    """

    proposal: int
    kind: str
    step: str
    number: int
    happened_on: date
    remedy_ends_on: date | None
    acted: tuple[Acted, ...]


@event("intake.award-hearing-opened")
class AwardHearingOpened:
    """Noted from review: the recipient may state its view until `ends_on`, before its award falls away (Anhörung)."""

    number: int
    annulment: str
    facts: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.award-hearing-closed")
class AwardHearingClosed:
    """Noted from review: the hearing on the award ended, with a statement, without one, or `dropped` without consequence."""

    number: int
    answered: bool
    dropped: bool
    closed_on: date
    restarts: int = 0
    acted: tuple[Acted, ...] = ()


@event("intake.award-hearing-restarted")
class AwardHearingRestarted:
    """Noted from review: the hearing's letter went out again, and the recipient may state its view until `ends_on`."""

    number: int
    restart: int
    ends_on: date
    restarted_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.side-condition-assessed")
class SideConditionAssessed:
    """Noted from review: how it stands with a side condition of the award (Nebenbestimmung): `fulfilled`, `waived`,
    `violated` or `overdue`; of several notes on one `number` the highest `revision` holds.
    """

    number: int
    outcome: str
    revision: int
    text: str
    assessed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.conflict-of-interest-noted")
class ConflictOfInterestNoted:
    """Noted from review: a person declared a conflict of interest (Befangenheit) and does nothing in this case any more."""

    acted: tuple[Acted, ...]
    declared_on: date


@event("intake.involvement-noted")
class InvolvementNoted:
    """Noted from review: persons took part in the case there (Mitwirkung), and do not act for the municipality in it."""

    acted: tuple[Acted, ...]


@event("intake.funds-supplemented")
class FundsSupplemented:
    """Noted from review: further amounts per year can be drawn down (Aufstockung); `supplement` counts the case's."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    supplemented_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.reduction-requested")
class ReductionRequested:
    """Noted from review: what is not ordered of these amounts is to be returned (Rückführung von Mitteln), and whether from
    now on nothing is paid (`freeze`), or, false, again. `reduction` counts the case's; why is not told here."""

    reduction: int
    by_year: tuple[YearAmount, ...]
    freeze: bool
    requested_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.proof-decided")
class ProofDecided:
    """Noted from review: a proof of use was `accepted`, `interim-accepted` or `sent-back` (Verwendungsnachweis geprüft).

    Accepted, `final_cents` is what remains of the grant, and `overpaid_cents` what was paid above it.
    """

    proof: str
    outcome: str
    recognised_cents: int
    final_cents: int
    overpaid_cents: int
    reasons: str
    decided_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.proof-reminded")
class ProofReminded:
    """Noted from review: the proof of use was due and has not come (Erinnerung); after `ends_on` nothing is paid."""

    due_on: date
    ends_on: date
    reminded_on: date


@event("intake.payments-stopped")
class PaymentsStopped:
    """Noted from review: an overdue proof of use stops payments, or, false, they go on; `number` counts the stops."""

    number: int
    stopped: bool
    happened_on: date


@event("intake.repayment-demanded")
class RepaymentDemanded:
    """Noted from review: money is to be repaid until `due_on`, under `reference` (Erstattung, § 49a VwVfG)."""

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    reference: str
    due_on: date
    demanded_on: date
    acted: tuple[Acted, ...] = ()
    awaits_service: bool = False


@event("intake.demand-progressed")
class DemandProgressed:
    """Noted from review: the notice of a demand went out and is due on `due_on`, or was not served (Bekanntgabe gescheitert)."""

    claim: str
    step: str
    number: int
    due_on: date | None
    happened_on: date


@event("intake.repayment-received")
class RepaymentReceived:
    """Noted from payout: a repayment came in (Zahlungseingang), `cents` of what was demanded and interest."""

    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.claim-settled")
class ClaimSettled:
    """Noted from payout: nothing of a claim is open any more (Forderung erledigt)."""

    claim: str
    outcome: str
    settled_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-closed")
class CaseClosed:
    """Noted from review: the case is closed (Abschluss); `number` counts the closures. The recipient keeps its books until
    `recipient_keeps_until_on`, by this rule."""

    number: int
    recipient_keeps_until_on: date
    recipient_rule: str
    closed_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.case-reopened")
class CaseReopened:
    """Noted from review: money moved after the closure of this number, the case is open again (Wiederaufnahme)."""

    number: int
    reopened_on: date


type OfReview = (
    HearingOpened
    | HearingExtended
    | HearingClosed
    | CasePutOnHold
    | CaseResumed
    | ApplicationRejectedFormally
    | GrantChanged
    | SideConditionAssessed
    | ConflictOfInterestNoted
    | InvolvementNoted
    | FundsSupplemented
    | ReductionRequested
    | NoticeProgressed
    | AwardHearingOpened
    | AwardHearingClosed
    | AwardHearingRestarted
    | ProofDecided
    | ProofReminded
    | PaymentsStopped
    | RepaymentDemanded
    | DemandProgressed
    | RepaymentReceived
    | ClaimSettled
    | CaseClosed
    | CaseReopened
)
OF_REVIEW: tuple[type[OfReview], ...] = (
    HearingOpened,
    HearingExtended,
    HearingClosed,
    CasePutOnHold,
    CaseResumed,
    ApplicationRejectedFormally,
    GrantChanged,
    SideConditionAssessed,
    ConflictOfInterestNoted,
    InvolvementNoted,
    FundsSupplemented,
    ReductionRequested,
    NoticeProgressed,
    AwardHearingOpened,
    AwardHearingClosed,
    AwardHearingRestarted,
    ProofDecided,
    ProofReminded,
    PaymentsStopped,
    RepaymentDemanded,
    DemandProgressed,
    RepaymentReceived,
    ClaimSettled,
    CaseClosed,
    CaseReopened,
)


def name_of(fact: OfReview) -> str:
    """By what a note is told from the others of its class. A hearing may be extended, and end unanswered, more than once."""
    match fact:
        case HearingOpened() | CasePutOnHold() | CaseResumed():
            return str(fact.number)
        case HearingExtended():
            # A letter that goes out again may leave the last day as it was.
            return " ".join((f"{fact.number} {fact.ends_on} {fact.extended_on}", *(it.person for it in fact.acted)))
        case HearingClosed():
            return f"{fact.number} answered" if fact.answered else f"{fact.number} {fact.closed_on}"
        case NoticeProgressed():
            return f"{fact.proposal} {fact.number} {fact.step}"
        case AwardHearingOpened():
            return str(fact.number)
        case AwardHearingClosed():
            # A statement may come late, after it the same hearing may still be dropped, and after a restart it ends again.
            how = "dropped" if fact.dropped else "answered" if fact.answered else "unanswered"
            return f"{fact.number} {how} {fact.restarts}"
        case AwardHearingRestarted():
            return f"{fact.number} {fact.restart}"
        case ApplicationRejectedFormally():
            return ""
        case GrantChanged():
            if fact.part:
                return f"{fact.number} {fact.part}"
            return str(fact.number) if fact.number else f"{fact.kind} {fact.change} {fact.effective_on}"
        case SideConditionAssessed():
            return str(fact.revision)
        case ConflictOfInterestNoted():
            return " ".join(it.person for it in fact.acted)
        case InvolvementNoted():
            return " ".join(f"{it.person} {it.action}" for it in fact.acted)
        case CaseClosed() | CaseReopened():
            return str(fact.number)
        case FundsSupplemented():
            return str(fact.supplement)
        case RepaymentDemanded() | ClaimSettled():
            return fact.claim
        case DemandProgressed():
            return f"{fact.claim} {fact.number} {fact.step}"
        case RepaymentReceived():
            return fact.repayment
        case ReductionRequested():
            return str(fact.reduction)
        case ProofDecided():
            return fact.proof
        case ProofReminded():
            return fact.reminded_on.isoformat()
        case PaymentsStopped():
            return f"{fact.number} {'stopped' if fact.stopped else 'released'}"
