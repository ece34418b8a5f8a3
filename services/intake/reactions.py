"""Other services' contracts → notes on the application. Translation only, no rules."""

from services.intake import application, policies
from services.intake.application import Note
from services.intake.noted import (
    ApplicationRejectedFormally,
    CasePutOnHold,
    CaseResumed,
    ConflictOfInterestNoted,
    GrantChanged,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    SideConditionAssessed,
)
from services.intake.progress import (
    AssessmentBegun,
    AwardAnnounced,
    AwardBecameFinal,
    ChangeSettled,
    DrawdownExamined,
    EarlyStartDecided,
    Fact,
    FundsAssigned,
    PaymentOrdered,
    PaymentRejected,
    PaymentSettled,
    RecipientSucceeded,
    RefusalAnnounced,
    WithdrawalSettled,
)
from shared.contracts import payout, review
from shared.decider import Decision, decision

HANDLED: tuple[type, ...] = (
    review.AssessmentOpened,
    review.AwardNotified,
    review.GrantRefused,
    review.WithdrawalSettled,
    review.AwardFinal,
    review.FundsAssigned,
    review.PolicyPublished,
    review.RecipientSucceeded,
    review.EarlyStartDecided,
    review.HearingOpened,
    review.HearingExtended,
    review.HearingClosed,
    review.CasePutOnHold,
    review.CaseResumed,
    review.ApplicationRejectedFormally,
    review.ChangeRefused,
    review.GrantChanged,
    review.SideConditionAssessed,
    review.ConflictOfInterestDeclared,
    payout.DrawdownExamined,
    payout.PaymentOrdered,
    payout.PaymentSettled,
    payout.PaymentRejected,
)
"""The contracts that intake listens to."""


def react(contract: object, case: str) -> Decision | None:
    """What to decide about a case because of this contract, or None when it is none of intake's."""
    if isinstance(contract, review.PolicyPublished):
        return decision(policies.decider, contract.programme, _policy(contract))
    fact = _from_review(contract) or _of_procedure(contract) or _from_payout(contract)
    return decision(application.decider, case, Note(fact=fact)) if fact else None


def _policy(contract: review.PolicyPublished) -> policies.NotePolicy:
    return policies.NotePolicy(
        kind=contract.kind,
        version=contract.version,
        title=contract.title,
        in_force_on=contract.in_force_on,
        text=contract.text,
        sha256=contract.sha256,
    )


def _from_review(contract: object) -> Fact | None:
    match contract:
        case review.AssessmentOpened():
            return AssessmentBegun(begun_on=contract.opened_on)
        case review.AwardNotified():
            return AwardAnnounced(
                granted_cents=contract.granted_cents,
                by_year=contract.by_year,
                cut_cents=contract.cut_cents,
                dispatched_on=contract.dispatched_on,
                letter_sha256=contract.letter_sha256,
                remedy_ends_on=contract.remedy_ends_on,
                side_conditions=contract.side_conditions,
            )
        case review.GrantRefused():
            return RefusalAnnounced(reasons=contract.reasons, refused_on=contract.refused_on)
        case review.WithdrawalSettled():
            return WithdrawalSettled(effective=contract.effective, settled_on=contract.settled_on)
        case review.AwardFinal():
            return AwardBecameFinal(final_on=contract.final_on, by_waiver=contract.by_waiver)
        case review.FundsAssigned():
            return FundsAssigned(
                award=contract.award,
                by_year=contract.by_year,
                eligible_cents=contract.eligible_cents,
                rate_bp=contract.rate_bp,
                assigned_on=contract.assigned_on,
                acted=contract.acted,
            )
        case review.RecipientSucceeded():
            return RecipientSucceeded(
                reference=contract.reference,
                old_key=contract.old_key,
                new_key=contract.new_key,
                new_name=contract.new_name,
                effective_on=contract.effective_on,
                recorded_on=contract.recorded_on,
                acted=contract.acted,
            )
        case review.EarlyStartDecided():
            return EarlyStartDecided(
                early_start=contract.early_start,
                approved=contract.approved,
                may_begin_on=contract.may_begin_on,
                text=contract.text,
                decided_on=contract.decided_on,
                acted=contract.acted,
            )
        case _:
            return None


def _of_procedure(contract: object) -> Fact | None:
    match contract:
        case review.HearingOpened():
            return HearingOpened(
                number=contract.number,
                about=contract.about,
                announced=contract.announced,
                ends_on=contract.ends_on,
                opened_on=contract.opened_on,
            )
        case review.HearingExtended():
            return HearingExtended(number=contract.number, ends_on=contract.ends_on, extended_on=contract.extended_on)
        case review.HearingClosed():
            return HearingClosed(number=contract.number, answered=contract.answered, closed_on=contract.closed_on)
        case review.CasePutOnHold():
            return CasePutOnHold(
                number=contract.number,
                reason=contract.reason,
                resubmission_on=contract.resubmission_on,
                put_on=contract.put_on,
            )
        case review.CaseResumed():
            return CaseResumed(number=contract.number, resumed_on=contract.resumed_on)
        case review.ApplicationRejectedFormally():
            return ApplicationRejectedFormally(reasons=contract.reasons, rejected_on=contract.rejected_on)
        case review.SideConditionAssessed():
            return SideConditionAssessed(
                number=contract.number,
                outcome=contract.outcome,
                revision=contract.revision,
                text=contract.text,
                assessed_on=contract.assessed_on,
                acted=contract.acted,
            )
        case review.ConflictOfInterestDeclared():
            return ConflictOfInterestNoted(acted=contract.acted, declared_on=contract.declared_on)
        case review.ChangeRefused():
            return ChangeSettled(
                change=contract.change, granted=False, text=contract.reasons, settled_on=contract.refused_on
            )
        case review.GrantChanged():
            return GrantChanged(
                kind=contract.kind,
                change=contract.change,
                by_year=contract.by_year,
                granted_cents=contract.granted_cents,
                eligible_cents=contract.eligible_cents,
                ends_on=contract.ends_on,
                reasons=contract.reasons,
                effective_on=contract.effective_on,
                number=contract.number,
            )
        case _:
            return None


def _from_payout(contract: object) -> Fact | None:
    match contract:
        case payout.DrawdownExamined():
            return DrawdownExamined(
                drawdown=contract.drawdown,
                requested_cents=contract.requested_cents,
                accepted_cents=contract.accepted_cents,
                reason=contract.reason,
                examined_on=contract.examined_on,
                acted=contract.acted,
                examination=contract.examination,
            )
        case payout.PaymentOrdered():
            return PaymentOrdered(
                payment=contract.payment,
                drawdown=contract.drawdown,
                year=contract.year,
                cents=contract.cents,
                ordered_on=contract.ordered_on,
                acted=contract.acted,
            )
        case payout.PaymentSettled():
            return PaymentSettled(
                payment=contract.payment,
                drawdown=contract.drawdown,
                year=contract.year,
                cents=contract.cents,
                settled_on=contract.settled_on,
                acted=contract.acted,
            )
        case payout.PaymentRejected():
            return PaymentRejected(
                payment=contract.payment,
                drawdown=contract.drawdown,
                year=contract.year,
                cents=contract.cents,
                reason=contract.reason,
                rejected_on=contract.rejected_on,
            )
        case _:
            return None
