"""What review tells the others: own event and the state it led to in, public contract out."""

from typing import Any, assert_never

from services.review import (
    assessment,
    award,
    budget,
    closure,
    early_start,
    fulfilment,
    handling,
    municipal_tie,
    programme,
    proof,
    recovery,
    succession,
)
from services.review.award_publications import of_award
from services.review.grant_cut import in_words
from services.review.side_condition import placed
from services.review.taking_part import acts_of
from shared.contracts import Acted, review
from shared.decider import field_names, replace
from shared.identity import Role
from shared.policy import read


def publish(event: object, state: object) -> object | None:
    """The contract an event is published as, None when it stays in the house; `state` is its noun's after the event.

    Whoever acted is told with it, or in a contract of its own.
    """
    told, acted = _told(event, state), acts_of(event)
    if told is None:
        return review.TookPart(acted=acted) if acted else None
    if not acted or getattr(told, "acted", None) != ():
        return told
    return replace(told, acted=acted)


def _told(event: object, state: object) -> object | None:
    match event, state:
        case assessment.AssessmentOpened(), _:
            return review.AssessmentOpened(opened_on=event.opened_on)
        case assessment.WithdrawalSettled(), _:
            return review.WithdrawalSettled(effective=event.effective, settled_on=event.settled_on)
        case assessment.HearingOpened(), _:
            return review.HearingOpened(
                number=event.number,
                about=event.about,
                announced=event.announced,
                ends_on=event.deadline.ends_on,
                opened_on=event.opened_on,
            )
        case assessment.HearingExtended(), _:
            return review.HearingExtended(
                number=event.number, ends_on=event.deadline.ends_on, extended_on=event.extended_on
            )
        case assessment.HearingRestarted(), _:
            return review.HearingExtended(
                number=event.number, ends_on=event.deadline.ends_on, extended_on=event.restarted_on
            )
        case assessment.StatementReceived(), _:
            return review.HearingClosed(number=event.number, answered=True, closed_on=event.received_on)
        case assessment.HearingDeadlineExpired(), _:
            return review.HearingClosed(number=event.number, answered=False, closed_on=event.expired_on)
        case assessment.CasePutOnHold(), _:
            return review.CasePutOnHold(
                number=event.number,
                reason=assessment.HOLD_TITLES[event.reason],
                resubmission_on=event.deadline.ends_on,
                put_on=event.put_on,
            )
        case assessment.CaseResumed(), _:
            return review.CaseResumed(number=event.number, resumed_on=event.resumed_on)
        case assessment.ApplicationRejectedFormally(), _:
            grounds = tuple(assessment.REJECTION_TITLES[it] for it in event.grounds)
            return review.ApplicationRejectedFormally(reasons=(*grounds, *event.reasons), rejected_on=event.rejected_on)
        case award.NoticeDispatched(number=1, proposal=0), award.Notified():
            return review.AwardNotified(
                granted_cents=state.grant.granted_cents,
                by_year=state.grant.by_year,
                cut_cents=state.grant.cut_cents,
                dispatched_on=event.dispatched_on,
                letter_sha256=event.letter.sha256,
                remedy_ends_on=event.remedy_ends_on,
                side_conditions=placed(state.grant.side_conditions, event.deemed_served_on),
                cut_reason=in_words(state.grant.cut) if state.grant.cut else "",
                acted=award.acts_of(state),
            )
        case award.GrantRefused(formal=False), _:
            return review.GrantRefused(reasons=event.reasons, refused_on=event.refused_on)
        case award.DecisionBecameFinal(proposal=0), award.Final():
            return review.AwardFinal(final_on=event.final_on, by_waiver=event.by_waiver)
        case recovery.RepaymentDemanded(), _:
            asked_back = event.proposed
            return review.RepaymentDemanded(
                claim=asked_back.claim, kind=asked_back.kind, cents=asked_back.cents,
                interest_cents=asked_back.interest_cents, interest_from_on=asked_back.interest_from_on,
                waived_because=asked_back.waived_because, day_count=asked_back.day_count,
                interest_bagatelle_cents=asked_back.interest_bagatelle_cents, reference=event.reference,
                title=event.title, file_number=event.file_number, due_on=event.due_on, due_days=asked_back.due_days,
                demanded_on=event.demanded_on, acted=event.acted, awaits_service=event.awaits_service, payment=asked_back.payment,
            )  # fmt: skip
        case recovery.ClaimSettlementNoted(), recovery.Recovery():
            return _overpayment_settled(event, state)
        case recovery.DemandDispatched(), _:
            return review.DemandProgressed(
                claim=event.claim, step="dispatched", number=event.dispatch, due_on=event.due_on,
                happened_on=event.dispatched_on,
            )  # fmt: skip
        case recovery.DemandServiceFailed(), _:
            return review.DemandProgressed(
                claim=event.claim, step="service-failed", number=event.dispatch, due_on=None,
                happened_on=event.failed_on,
            )  # fmt: skip
        case ((budget.PaymentRecorded() | budget.PaymentReversed()), budget.Open()):
            return _entered(event, state)
        case closure.CaseClosed(), _:
            return review.CaseClosed(
                number=event.number, retained_until_on=event.retention.ends_on, retention_rule=event.retention.rule,
                recipient_keeps_until_on=event.recipient_retention.ends_on,
                recipient_rule=event.recipient_retention.rule, closed_on=event.closed_on, acted=event.acted,
            )  # fmt: skip
        case closure.CaseReopened(), _:
            return review.CaseReopened(number=event.number, reopened_on=event.reopened_on)
        case award.ReductionRequested(), _:
            asked: dict[str, Any] = {it: getattr(event, it) for it in field_names(review.ReductionRequested)}
            return review.ReductionRequested(**asked)
        case award.FundsSupplemented(), _:
            added: dict[str, Any] = {it: getattr(event, it) for it in field_names(review.FundsSupplemented)}
            return review.FundsSupplemented(**added)
        case award.ChangeRefused(), _:
            return review.ChangeRefused(change=event.change, reasons=event.reasons, refused_on=event.refused_on)
        case award.FundsAssigned(), _:
            content: dict[str, Any] = {it: getattr(event, it) for it in field_names(review.FundsAssigned)}
            return review.FundsAssigned(**content)
        case (
            (
                fulfilment.SideConditionFulfilled()
                | fulfilment.SideConditionWaived()
                | fulfilment.SideConditionViolated()
                | fulfilment.SideConditionOverdue()
            ),
            _,
        ):
            return _assessed(event)
        case handling.ConflictOfInterestDeclared(), _:
            declared = Acted(person=event.person, role=event.role, action=handling.CONFLICT)
            return review.ConflictOfInterestDeclared(acted=(declared,), declared_on=event.declared_on)
        case ((municipal_tie.MunicipalTieDeclared() | municipal_tie.MunicipalTieTold()), _):
            tied = Acted(person=event.person, role=event.role, action=municipal_tie.ACTION)
            return review.MunicipalTieDeclared(acted=(tied,), key=event.key, declared_on=event.declared_on)
        case programme.PolicyPublished(), _:
            return review.PolicyPublished(
                programme=read(event.text).programme,
                kind=event.kind,
                version=event.version,
                title=event.title,
                in_force_on=event.in_force_on,
                text=event.text,
                sha256=event.sha256,
            )
        case succession.RecipientSucceeded(), _:
            return review.RecipientSucceeded(
                reference=event.reference,
                old_key=event.old_key,
                old_name=event.old_name,
                new_key=event.new_key,
                new_name=event.new_name,
                effective_on=event.effective_on,
                recorded_on=event.recorded_on,
                acted=(event.acted,),
            )
        case ((early_start.EarlyStartApproved() | early_start.EarlyStartRefused()), early_start.Decided()):
            approved = isinstance(event, early_start.EarlyStartApproved)
            return review.EarlyStartDecided(
                early_start=state.request.early_start,
                approved=approved,
                may_begin_on=event.may_begin_on if approved else None,
                text=event.text if approved else event.reasons,
                decided_on=event.approved_on if approved else event.refused_on,
                acted=early_start.acted(state),
                expires_on=event.expires_on if approved else None,
            )
        case proof.ProofReminded(), _:
            return review.ProofReminded(
                due_on=event.due_on, ends_on=event.deadline.ends_on, reminded_on=event.reminded_on
            )
        case proof.ProofOverdue(), _:
            return review.PaymentsStopped(number=event.number, stopped=True, happened_on=event.overdue_on)
        case proof.PaymentsReleased(), _:
            return review.PaymentsStopped(number=event.number, stopped=False, happened_on=event.released_on)
        case proof.ProofAccepted() | proof.InterimProofAccepted() | proof.ProofSentBack(), proof.Proof():
            return _proof_decided(event, state)
        case _:
            return of_award(event, state)


def _entered(event: budget.PaymentRecorded | budget.PaymentReversed, state: budget.Open) -> review.PaymentEntered:
    paid = isinstance(event, budget.PaymentRecorded)
    return review.PaymentEntered(
        payment=event.payment,
        kind="paid" if paid else "returned",
        title=state.title,
        year=state.year,
        entry=event.entry,
        cents=event.cents,
        booked_on=event.paid_on if paid else event.returned_on,
    )


def _assessed(event: fulfilment.Found) -> review.SideConditionAssessed:
    match event:
        case fulfilment.SideConditionFulfilled():
            told = (fulfilment.Standing.FULFILLED, event.evidence, event.fulfilled_on)
            acted = (Acted(person=event.recorded_by, role=Role.CASE_OFFICER, action=fulfilment.FULFIL),)
        case fulfilment.SideConditionWaived():
            told = (fulfilment.Standing.WAIVED, event.reason, event.waived_on)
            acted = (Acted(person=event.waived_by, role=Role.APPROVER, action=fulfilment.WAIVE),)
        case fulfilment.SideConditionViolated():
            told = (fulfilment.Standing.VIOLATED, event.findings, event.found_on)
            acted = (Acted(person=event.found_by, role=Role.CASE_OFFICER, action=fulfilment.VIOLATE),)
        case fulfilment.SideConditionOverdue():
            told, acted = (fulfilment.Standing.OVERDUE, "", event.due_on), ()
        case _ as missing:
            assert_never(missing)
    outcome, text, assessed_on = told
    return review.SideConditionAssessed(
        number=event.number, outcome=outcome, revision=event.revision, text=text, assessed_on=assessed_on, acted=acted
    )


def _proof_decided(event: proof.Settled, state: proof.Proof) -> review.ProofDecided:
    acted = (proof.act_of(event),)
    known = state.of(event.proof)
    kind = str(known.received.kind) if known else ""
    match event:
        case proof.ProofAccepted():
            return review.ProofDecided(
                proof=event.proof, kind=kind, outcome="accepted", granted_cents=event.granted_cents,
                recognised_cents=event.recognised_cents, final_cents=event.final_cents, paid_cents=event.paid_cents,
                overpaid_cents=event.overpaid_cents, reasons=event.note, decided_on=event.accepted_on, acted=acted,
            )  # fmt: skip
        case proof.InterimProofAccepted():
            outcome, reasons, decided_on = "interim-accepted", event.note, event.accepted_on
        case proof.ProofSentBack():
            outcome, reasons, decided_on = "sent-back", event.reasons, event.sent_back_on
        case _ as missing:
            assert_never(missing)
    return review.ProofDecided(
        proof=event.proof, kind=kind, outcome=outcome, granted_cents=0, recognised_cents=0, final_cents=0,
        paid_cents=0, overpaid_cents=0, reasons=reasons, decided_on=decided_on, acted=acted,
    )  # fmt: skip


def _overpayment_settled(
    it: recovery.ClaimSettlementNoted, known: recovery.Recovery
) -> review.OverpaymentSettled | None:
    """Of other claims payout knows by itself; here it hears that the overpayment behind its claim is over."""
    asked = next((one.proposed for one in known.demanded if one.proposed.claim == it.claim), None)
    paid = next((one for one in known.overpayments if asked and one.payment == asked.payment), None)
    if paid is None:
        return None
    return review.OverpaymentSettled(
        claim=it.claim, drawdown=paid.drawdown, payment=paid.payment, settled_on=it.settled_on
    )
