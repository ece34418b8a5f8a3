"""Other services' contracts → notes on the application. Translation only, no rules."""

from services.intake import application, policies
from services.intake.application import Note
from services.intake.progress import (
    AssessmentBegun,
    AwardAnnounced,
    AwardBecameFinal,
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
    fact = _from_review(contract) or _from_payout(contract)
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
