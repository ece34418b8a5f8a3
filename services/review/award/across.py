"""Decisions with assessment, budget and programme: over several nouns, in one transaction."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from services.review import assessment as assessments
from services.review import budget as budgets
from services.review import fulfilment as fulfilments
from services.review import programme as programmes
from services.review import succession
from services.review.award.commands import (
    Annulment,
    ApproveGrant,
    Channel,
    Command,
    DispatchNotice,
    Grant,
    LegalBasis,
    OpenAwardHearing,
    RefuseGrant,
)
from services.review.award.deciding import decide
from services.review.award.events import GrantApproved
from services.review.award.evolving import decider
from services.review.award.fulfilling import imposed
from services.review.examination import ReasonMissing
from services.review.financing import effective_rate_bp, is_cooperation
from services.review.grant_cut import cut_rate_bp
from services.review.judging import Considered, judged
from services.review.programme import in_force_on
from shared import duties
from shared.calendar import add_months
from shared.decider import Context, Decided, Decision, replace
from shared.identity import DocumentReference
from shared.policy import InForce, Parameters
from shared.rules import Judgement


def _grant(case: str, it: assessments.Reserved, recipient: succession.Recipient) -> Grant:
    application, proposal, terms = it.file.application, it.proposal, it.proposal.terms
    rate_bp = effective_rate_bp(terms, is_cooperation=is_cooperation(application, terms))
    return Grant(
        case=case,
        file_number=application.file_number,
        applicant_key=recipient.key(application),
        applicant_name=recipient.name(application),
        item=application.item,
        project=application.title,
        budget_title=terms.budget_title,
        by_year=proposal.by_year,
        granted_cents=proposal.granted_cents,
        eligible_cents=it.expenditure.eligible_cents,
        cut_cents=it.expenditure.applied_cents - it.expenditure.eligible_cents,
        rate_bp=cut_rate_bp(rate_bp, proposal.granted_cents, it.expenditure.eligible_cents, proposal.cut),
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        conditions=it.opinion.conditions,
        drawdown_months=terms.drawdown_months,
        proof_due_on=add_months(proposal.ends_on, terms.proof_months),
        basis=terms.basis,
        account_holder=application.account_holder,
        iban=application.iban,
        acted=it.file.acted,
        programme=terms.programme,
        financing_type=terms.financing_type,
        side_conditions=proposal.side_conditions,
        cut=proposal.cut,
        municipalities=tuple(dict.fromkeys((*application.municipalities, recipient.key(application)))),
    )


def _judged(policy: InForce, it: assessments.Reserved, on: date) -> Judgement:
    """What the rules say of the proposed grant on the day on which it is approved."""
    considered = Considered(
        lines=it.expenditure.lines,
        granted_cents=it.proposal.granted_cents,
        starts_on=it.proposal.starts_on,
        ends_on=it.proposal.ends_on,
        decided_on=on,
    )
    application = it.file.application
    return judged(policy.rules, application, policy.terms(application.item), considered)


def approve(case: str, programme: str, budget: str) -> Decision:
    """Approve the proposed grant and commit its money, in one transaction; `budget` is the id that holds the reservation.

    Records nothing but the budget's refusal when the budget refuses; sends the case back and releases its reservation
    when guideline or practice changed since the proposal; above the signing limit the first of two records a signature.
    """
    file, award, fund, programme_stream, successor = (
        assessments.decider.stream(case),
        decider.stream(case),
        budgets.decider.stream(budget),
        programmes.decider.stream(programme),
        succession.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: assessments.Assessment = states[0]
        concluded = assessments.decide(assessments.Conclude(granted=True), assessment, context)
        if not concluded or not isinstance(assessment, assessments.Reserved):
            return {}
        if assessment.reservation.budget != budget:
            raise assessments.OtherBudget(assessment.reservation.budget)
        proposal = assessment.proposal
        policy = in_force_on(states[3], context.valid_on)
        terms = policy.terms(assessment.file.application.item)
        if terms.basis != proposal.terms.basis:
            back = assessments.decide(assessments.SendBack(in_force=terms.basis), assessment, context)
            freed = budgets.ReleaseReservation(case=case, reason="practice-changed")
            return {file: back, fund: budgets.decide(freed, states[2], context)}
        approval = ApproveGrant(
            grant=replace(
                _grant(case, assessment, states[4]),
                judgement=_judged(policy, assessment, context.valid_on),
                payout_only_when_final=policy.parameters.payout_only_when_final,
                withheld_bp=policy.parameters.withheld_bp,
            ),
            proposal=proposal.number,
            signing_limit_cents=terms.signing_limit_cents,
        )
        duties.refuse("approve-grant", programmes.publishers(states[3], terms.basis), context)
        signed = decide(approval, states[1], context)
        if not any(isinstance(it, GrantApproved) for it in signed):
            return {award: signed}
        commitment = budgets.CommitFunds(case=case, by_year=proposal.by_year, basis=terms.basis)
        entered = budgets.decide(commitment, states[2], context)
        if any(isinstance(it, budgets.FundsCommitmentRefused) for it in entered):
            return {fund: entered}
        return {file: concluded, award: signed, fund: entered}

    reads = {
        file: assessments.decider, award: decider, fund: budgets.decider, programme_stream: programmes.decider,
        successor: succession.decider,
    }  # fmt: skip
    return Decision(reads=reads, judge=judge, action="ApproveGrant")


def dispatch(
    case: str,
    programme: str,
    letter: DocumentReference,
    *,
    instructed: bool = True,
    channel: Channel = Channel.ELECTRONIC,
    proposal: int = 0,
) -> Decision:
    """Dispatch the notice and impose its side conditions; whether its day of service moves on from a day off say the parameters."""

    award, policies, conditions = (
        decider.stream(case),
        programmes.decider.stream(programme),
        fulfilments.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        parameters = programmes.parameters_in_force(states[1], context.valid_on)
        command = DispatchNotice(
            letter=letter,
            instructed=instructed,
            channel=channel,
            service_on_working_day=parameters.service_on_working_day,
            proposal=proposal,
        )
        dispatched = decide(command, states[0], context)
        return {award: dispatched, **imposed(states[0], dispatched, states[2], context)}

    reads = {award: decider, policies: programmes.decider, conditions: fulfilments.decider}
    return Decision(reads=reads, judge=judge, action="DispatchNotice")


def open_hearing(case: str, programme: str, annulment: Annulment, legal_basis: LegalBasis, facts: str) -> Decision:
    """Hear the recipient before the award is annulled, for as long as the parameters in force then say."""

    def command(parameters: Parameters) -> OpenAwardHearing:
        return OpenAwardHearing(
            annulment=annulment,
            legal_basis=legal_basis,
            facts=facts,
            days=parameters.hearing_days,
            limit_months=parameters.revocation_months,
        )

    return _by_parameters(case, programme, command, "OpenAwardHearing")


def _by_parameters(case: str, programme: str, command: Callable[[Parameters], Command], action: str) -> Decision:
    award, policies = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        parameters = programmes.parameters_in_force(states[1], context.valid_on)
        return {award: decide(command(parameters), states[0], context)}

    return Decision(reads={award: decider, policies: programmes.decider}, judge=judge, action=action)


def refuse(case: str, reasons: tuple[str, ...] = ()) -> Decision:
    """Refuse the application as proposed, for the proposed reasons unless others are given."""
    file, award = assessments.decider.stream(case), decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: assessments.Assessment = states[0]
        concluded = assessments.decide(assessments.Conclude(granted=False), assessment, context)
        if not concluded or not isinstance(assessment, assessments.RefusalPending):
            return {}
        given = reasons or assessment.refusal.reasons
        if not all(it.strip() for it in given):
            raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
        prepared = assessment.file
        command = RefuseGrant(file_number=prepared.application.file_number, reasons=given, acted=prepared.acted)
        return {file: concluded, award: decide(command, states[1], context)}

    return Decision(reads={file: assessments.decider, award: decider}, judge=judge, action="RefuseGrant")


def reject_formally(case: str) -> Decision:
    """Reject the application as inadmissible, as proposed; from here its notice goes the way of every refusal to its finality."""
    file, award = assessments.decider.stream(case), decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        rejected = assessments.decide(assessments.RejectFormally(), states[0], context)
        if not rejected:
            return {}
        prepared, rejection = states[0].file, states[0].rejection
        grounds = (assessments.REJECTION_TITLES[it] for it in rejection.grounds)
        command = RefuseGrant(
            file_number=prepared.application.file_number,
            reasons=(*grounds, *rejection.reasons),
            acted=prepared.acted,
            formal=True,
        )
        return {file: rejected, award: decide(command, states[1], context)}

    return Decision(reads={file: assessments.decider, award: decider}, judge=judge, action="RejectFormally")
