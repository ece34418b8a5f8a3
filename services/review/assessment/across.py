"""Decisions over the assessment together with programme and budget, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.review import budget as budgets
from services.review import programme as programmes
from services.review.assessment.commands import (
    DropReservation,
    NoteReservation,
    ProposeAward,
    RecordExpertOpinion,
    SettleWithdrawal,
)
from services.review.assessment.deciding import decide
from services.review.assessment.errors import OtherBudget, impossible
from services.review.assessment.hearing import HearingSubject, OpenHearing
from services.review.assessment.noun import decider
from services.review.assessment.rejection import ProposeFormalRejection, RejectionGround
from services.review.assessment.states import Assessment, Proposed, Reserved, Unopened
from services.review.criteria import CriterionEntry
from services.review.examination import ExaminationNote, Opinion
from services.review.grant_cut import WantedCut
from services.review.programme import in_force_on
from services.review.side_condition import WantedCondition
from shared.contracts import YearAmount
from shared.decider import AnyDecider, Context, Decided, Decision


def opine(
    case: str,
    programme: str,
    *,
    opinion: Opinion,
    reasons: str,
    conditions: tuple[str, ...] = (),
    criteria: tuple[CriterionEntry, ...] = (),
) -> Decision:
    """Give the expert's opinion, by the criteria of the policy in force at the writer's turn."""
    stream, programme_stream = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Unopened):
            raise impossible(assessment)
        policy = in_force_on(states[1], context.valid_on)
        command = RecordExpertOpinion(
            opinion=opinion, reasons=reasons, conditions=conditions, criteria=criteria,
            asked=policy.criteria(assessment.file.application.item), basis=policy.basis,
        )  # fmt: skip
        return {stream: decide(command, assessment, context)}

    reads = {stream: decider, programme_stream: programmes.decider}
    return Decision(reads=reads, judge=judge, action="RecordExpertOpinion")


def propose(
    case: str,
    programme: str,
    *,
    by_year: tuple[YearAmount, ...],
    starts_on: date,
    ends_on: date,
    note: ExaminationNote,
    wanted: tuple[WantedCondition, ...] = (),
    wanted_cut: WantedCut | None = None,
) -> Decision:
    """Propose an award under the policy in force at the writer's turn; `programme` is the programme's id."""
    stream, programme_stream = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Unopened):
            raise impossible(assessment)
        policy = in_force_on(states[1], context.valid_on)
        command = ProposeAward(
            by_year=by_year, starts_on=starts_on, ends_on=ends_on, note=note,
            terms=policy.terms(assessment.file.application.item), rules=policy.rules,
            wanted=wanted, blocks=policy.practice.side_conditions, wanted_cut=wanted_cut,
            asked=policy.criteria(assessment.file.application.item),
        )  # fmt: skip
        return {stream: decide(command, assessment, context)}

    return Decision(reads={stream: decider, programme_stream: programmes.decider}, judge=judge, action="ProposeAward")


def reserve(case: str, title: str, year: int) -> Decision:
    """Set the proposed money aside in the title's budget of the decision's year, or record the budget's refusal alone."""
    budget = budgets.budget_id(title, year)
    stream, fund = decider.stream(case), budgets.decider.stream(budget)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        noted = decide(NoteReservation(budget=budget), assessment, context)
        if not noted or not isinstance(assessment, Proposed):
            return {}
        proposal = assessment.proposal
        if proposal.terms.budget_title != title or year != context.valid_on.year:
            raise OtherBudget(f"Titel {proposal.terms.budget_title}, Haushaltsjahr {context.valid_on.year}")
        command = budgets.ReserveFunds(
            case=case,
            by_year=proposal.by_year,
            expires_on=context.valid_on + timedelta(days=proposal.terms.reservation_days),
            basis=proposal.terms.basis,
        )
        entered = budgets.decide(command, states[1], context)
        if any(isinstance(it, budgets.FundsReservationRefused) for it in entered):
            return {fund: entered}
        return {stream: noted, fund: entered}

    return Decision(reads={stream: decider, fund: budgets.decider}, judge=judge, action="ReserveFunds")


def release(case: str, budget: str, reason: str) -> Decision:
    """Take the case's reservation back, by a person or because it expired; the proposal stands."""
    stream, fund = decider.stream(case), budgets.decider.stream(budget)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Reserved) and assessment.reservation.budget != budget:
            raise OtherBudget(assessment.reservation.budget)
        dropped = decide(DropReservation(reason=reason), assessment, context)
        if not dropped:
            return {}
        command = budgets.ReleaseReservation(case=case, reason=reason)
        return {stream: dropped, fund: budgets.decide(command, states[1], context)}

    return Decision(reads={stream: decider, fund: budgets.decider}, judge=judge, action="ReleaseReservation")


def settle_withdrawal(case: str, withdrawn_on: date) -> Decision:
    """Settle the applicant's withdrawal: effective until the decision, and then a reservation is released with it."""
    stream = decider.stream(case)

    def holding(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        """The budget that holds the case's reservation, if one does: a message does not say which."""
        assessment: Assessment = states[0]
        if not isinstance(assessment, Reserved):
            return {}
        return {budgets.decider.stream(assessment.reservation.budget): budgets.decider}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        settled = decide(SettleWithdrawal(withdrawn_on=withdrawn_on), assessment, context)
        if not settled or not isinstance(assessment, Reserved):
            return {stream: settled}
        fund = budgets.decider.stream(assessment.reservation.budget)
        command = budgets.ReleaseReservation(case=case, reason="withdrawn")
        return {stream: settled, fund: budgets.decide(command, states[1], context)}

    return Decision(reads={stream: decider}, judge=judge, action="SettleWithdrawal", further=holding)


def open_hearing(case: str, programme: str, about: HearingSubject, announced: str, days: int | None = None) -> Decision:
    """Hear the applicant for as long as the policy in force demands, or for more days."""
    stream, policy = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        least_days = in_force_on(states[1], context.valid_on).parameters.hearing_days
        command = OpenHearing(about=about, announced=announced, least_days=least_days, days=days)
        return {stream: decide(command, states[0], context)}

    return Decision(reads={stream: decider, policy: programmes.decider}, judge=judge, action="OpenHearing")


def propose_formal_rejection(
    case: str, programme: str, grounds: tuple[RejectionGround, ...], reasons: tuple[str, ...]
) -> Decision:
    """Propose to reject the application as inadmissible; a closed item is a ground only when the policy in force says so."""
    stream, policy = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Unopened):
            raise impossible(assessment)
        terms = in_force_on(states[1], context.valid_on).terms(assessment.file.application.item)
        command = ProposeFormalRejection(grounds=grounds, reasons=reasons, is_item_open=terms.is_open)
        return {stream: decide(command, assessment, context)}

    return Decision(reads={stream: decider, policy: programmes.decider}, judge=judge, action="ProposeFormalRejection")
