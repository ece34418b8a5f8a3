"""Prüfung des Antrags: opinion, eligible expenditure, proposal, reservation, withdrawal."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.review.assessment import (
    AlreadyDecided,
    ApplicationIsWithdrawn,
    AssessExpenditure,
    AssessmentNotOpen,
    AssessmentOpened,
    AwardProposed,
    EligibleExpenditureAssessed,
    Event,
    ExpenditureNotAssessed,
    ExpertOpinionRecorded,
    ItemClosed,
    NothingToGrant,
    OpinionIsNegative,
    OpinionMissing,
    OtherBudget,
    ProposalMissing,
    ProposeAward,
    ProposeRefusal,
    RecordExpertOpinion,
    RefusalProposed,
    ReservationStands,
    Reserved,
    SettleWithdrawal,
    WithdrawalAwaitingApplication,
    WithdrawalSettled,
    decider,
    release,
    settle_withdrawal,
)
from services.review.assessment import reserve as reserve_in
from services.review.budget import ReservationReleased
from services.review.examination import (
    AssessedLine,
    CutReason,
    EligibleBeyondApplied,
    LinesNotMatching,
    Opinion,
    PeriodNotValid,
    ReasonMissing,
    SplitNotMatching,
)
from shared.contracts import YearAmount
from shared.decider import DomainError, RefusedAttempt, decision
from shared.records import replace
from tests.review.builders import (
    BUDGET,
    CASE,
    D1_LINES,
    D1_SPLIT,
    NOTE,
    OPEN,
    POSITIVE,
    TITLE,
    application,
    approve,
    approver,
    award_d1,
    budget_officer,
    cents,
    expert,
    officer,
    opened_house,
    proposal,
    propose_d1,
    reserve,
    system,
    terms,
)
from tests.scenario import Scenario

opened = AssessmentOpened(application=application(), opened_on=date(2025, 5, 28))
opined = ExpertOpinionRecorded(
    opinion=Opinion.POSITIVE,
    reasons=POSITIVE.reasons,
    conditions=(),
    recorded_by="p-expert",
    recorded_on=date(2025, 6, 23),
)
assessed = EligibleExpenditureAssessed(
    lines=D1_LINES.lines,
    applied_cents=64_500_00,
    eligible_cents=56_000_00,
    assessed_by="p-officer",
    assessed_on=date(2025, 6, 30),
)
propose = ProposeAward(
    by_year=D1_SPLIT, starts_on=date(2025, 6, 15), ends_on=date(2026, 6, 30), note=NOTE, terms=terms()
)
withdrawal = SettleWithdrawal(withdrawn_on=date(2025, 7, 1))


def given(*history: Event):
    return Scenario(decider, history)


def test_an_assessment_opens_with_all_that_intake_declared_complete():
    given().when(OPEN, system()).then(opened)
    given(opened).when(OPEN, system()).then()


def test_the_expert_recommends_with_reasons():
    given(opened).when(POSITIVE, expert()).then(opined)
    given(opened, opined).when(POSITIVE, expert()).then()


def test_a_recommendation_without_reasons_is_none():
    with pytest.raises(ReasonMissing):
        given(opened).when(RecordExpertOpinion(opinion=Opinion.NEGATIVE, reasons=" "), expert())


@pytest.mark.parametrize(
    ("opinion", "conditions"), [(Opinion.POSITIVE_WITH_CONDITIONS, ()), (Opinion.POSITIVE, ("ISMS nachweisen",))]
)
def test_conditions_belong_to_a_recommendation_with_conditions(opinion: Opinion, conditions: tuple[str, ...]):
    with pytest.raises(ReasonMissing):
        given(opened).when(RecordExpertOpinion(opinion=opinion, reasons="gut", conditions=conditions), expert())


def test_eligible_expenditure_is_assessed_line_by_line_each_cut_with_its_reason():
    given(opened, opined).when(D1_LINES, officer()).then(assessed)
    given(opened, opined, assessed).when(D1_LINES, officer()).then()


def lines(*changed: AssessedLine) -> AssessExpenditure:
    by_number = {it.line: it for it in (*D1_LINES.lines, *changed)}
    return AssessExpenditure(lines=tuple(by_number.values()))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (lines(AssessedLine(line=1, eligible_cents=38_000_01)), EligibleBeyondApplied),
        (lines(AssessedLine(line=1, eligible_cents=-1)), EligibleBeyondApplied),
        (lines(AssessedLine(line=2, eligible_cents=0)), ReasonMissing),
        (lines(AssessedLine(line=2, eligible_cents=1, reason=CutReason.NOT_ADEQUATE)), ReasonMissing),
        (lines(AssessedLine(line=2, eligible_cents=1, text="zu teuer")), ReasonMissing),
        (lines(AssessedLine(line=5, eligible_cents=0)), LinesNotMatching),
        (AssessExpenditure(lines=D1_LINES.lines[1:]), LinesNotMatching),
        (AssessExpenditure(lines=(*D1_LINES.lines, D1_LINES.lines[0])), LinesNotMatching),
    ],
)
def test_an_assessment_that_does_not_fit_the_application_is_refused(
    command: AssessExpenditure, error: type[DomainError]
):
    with pytest.raises(error):
        given(opened, opined).when(command, officer())


def test_the_proposal_of_example_d1_is_44800_euros():
    it = given(opened, opined, assessed).when(propose, officer()).then_one(AwardProposed)
    assert (it.number, it.granted_cents, it.by_year) == (1, 44_800_00, D1_SPLIT)
    given(opened, opined, assessed, it).when(propose, officer()).then()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (replace(propose, by_year=cents(y2025=44_800_01)), SplitNotMatching),
        (replace(propose, by_year=cents(y2025=44_799_99)), SplitNotMatching),
        (replace(propose, by_year=()), SplitNotMatching),
        (replace(propose, by_year=cents(y2026=14_800_00, y2025=30_000_00)), SplitNotMatching),
        (replace(propose, by_year=cents(y2025=44_800_00, y2026=0)), SplitNotMatching),
        (replace(propose, by_year=cents(y2024=44_800_00)), PeriodNotValid),
        (replace(propose, by_year=cents(y2027=44_800_00)), PeriodNotValid),
        (replace(propose, ends_on=date(2025, 6, 14)), PeriodNotValid),
        (replace(propose, ends_on=date(2028, 6, 15)), PeriodNotValid),
        (replace(propose, note=replace(NOTE, secured_financing="")), ReasonMissing),
        (replace(propose, terms=replace(propose.terms, is_open=False)), ItemClosed),
    ],
)
def test_a_proposal_that_breaks_a_rule_is_refused(command: ProposeAward, error: type[DomainError]):
    with pytest.raises(error):
        given(opened, opined, assessed).when(command, officer())


def test_against_a_negative_opinion_no_award_is_proposed():
    with pytest.raises(OpinionIsNegative):
        given(opened, replace(opined, opinion=Opinion.NEGATIVE), assessed).when(propose, officer())


def test_where_nothing_is_eligible_nothing_is_granted():
    with pytest.raises(NothingToGrant):
        given(opened, opined, replace(assessed, eligible_cents=0)).when(propose, officer())


def test_a_refusal_is_proposed_with_reasons_even_before_the_opinion():
    given(opened).when(ProposeRefusal(reasons=("Gegenstand geschlossen",)), officer()).then(
        RefusalProposed(reasons=("Gegenstand geschlossen",), proposed_by="p-officer", proposed_on=date(2025, 6, 30))
    )
    for reasons in [(), (" ",)]:
        with pytest.raises(ReasonMissing):
            given(opened).when(ProposeRefusal(reasons=reasons), officer())


@pytest.mark.parametrize(
    ("history", "command", "error"),
    [
        ((), POSITIVE, AssessmentNotOpen),
        ((), D1_LINES, AssessmentNotOpen),
        ((opened,), D1_LINES, OpinionMissing),
        ((opened,), propose, OpinionMissing),
        ((opened, opined), propose, ExpenditureNotAssessed),
        (
            (opened, WithdrawalSettled(effective=True, withdrawn_on=date(2025, 7, 1), settled_on=date(2025, 7, 1))),
            POSITIVE,
            ApplicationIsWithdrawn,
        ),
    ],
)
def test_a_step_out_of_order_says_what_is_missing(history: tuple[Event, ...], command: Any, error: type[DomainError]):
    with pytest.raises(error):
        given(*history).when(command, officer())


def test_a_step_done_again_takes_back_what_was_built_on_it():
    doubt = RecordExpertOpinion(opinion=Opinion.NEGATIVE, reasons="doch kein Standard")
    again = given(opened, opined, assessed).when(doubt, expert()).then_one(ExpertOpinionRecorded)
    with pytest.raises(ExpenditureNotAssessed):
        given(opened, opined, assessed, again).when(propose, officer())


def test_the_expert_is_no_case_officer_of_the_same_case():
    with pytest.raises(RefusedAttempt) as refused:
        given(opened, opined).when(D1_LINES, expert())
    assert refused.value.rule == "expert-not-officer"
    with pytest.raises(RefusedAttempt):
        given(opened, opined, assessed).when(propose, expert())
    with pytest.raises(RefusedAttempt):
        given(opened, opined, assessed).when(replace(POSITIVE, reasons="anders"), officer())


# ---- With programme and budget ---------------------------------------------------------------------------------------


def test_money_is_reserved_for_the_proposal_and_noted_on_the_case():
    house = opened_house()
    propose_d1(house)
    assert house.kinds(reserve(), budget_officer()) == ["ReservationNoted", "FundsReserved"]
    assert house.kinds(reserve(), budget_officer()) == []
    state = house.state(f"assessment-{CASE}")
    assert isinstance(state, Reserved)
    assert state.reservation.expires_on == date(2025, 7, 21) + timedelta(days=60)


def test_when_the_budget_refuses_only_its_refusal_is_recorded():
    house = opened_house(appropriation_cents=29_999_99)
    propose_d1(house)
    assert house.kinds(reserve(), budget_officer()) == ["FundsReservationRefused"]
    assert len(house.log[f"assessment-{CASE}"]) == 4


def test_an_authorisation_that_is_too_small_refuses_the_later_years_part():
    house = opened_house(authorised_cents=14_799_99)
    propose_d1(house)
    assert house.kinds(reserve(), budget_officer()) == ["FundsReservationRefused"]


def test_nothing_is_reserved_without_a_proposal():
    house = opened_house()
    house.perform(decision(decider, CASE, OPEN), system())
    with pytest.raises(OpinionMissing):
        house.perform(reserve(), budget_officer())


@pytest.mark.parametrize(("title", "year"), [("1605-88371", 2025), (TITLE, 2024)])
def test_money_comes_from_the_programmes_title_in_the_decisions_year(title: str, year: int):
    house = opened_house()
    propose_d1(house)
    with pytest.raises(OtherBudget):
        house.perform(reserve_in(CASE, title, year), budget_officer())


def test_while_money_is_reserved_nothing_under_it_changes():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    less = lines(AssessedLine(line=3, eligible_cents=0, reason=CutReason.NOT_NECESSARY, text="entbehrlich"))
    for change, context in [
        (decision(decider, CASE, less), officer()),
        (decision(decider, CASE, replace(POSITIVE, reasons="anders")), expert()),
        (decision(decider, CASE, ProposeRefusal(reasons=("doch nicht",))), officer()),
        (proposal(ends_on=date(2026, 12, 31)), officer()),
    ]:
        with pytest.raises(ReservationStands):
            house.perform(change, context)


def test_a_released_reservation_frees_the_money_and_keeps_the_proposal():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    assert house.kinds(release(CASE, BUDGET, "expired"), system()) == ["ReservationDropped", "ReservationReleased"]
    assert house.kinds(release(CASE, BUDGET, "expired"), system()) == []
    assert house.state(f"budget-{BUDGET}").free(cents(y2025=1)) == cents(y2025=10_000_000_00)
    assert house.kinds(reserve(), budget_officer()) == ["ReservationNoted", "FundsReserved"]


def test_without_a_proposal_a_case_is_not_approved():
    house = opened_house()
    for command, context in [(OPEN, system()), (POSITIVE, expert()), (D1_LINES, officer())]:
        house.perform(decision(decider, CASE, command), context)
    with pytest.raises(ProposalMissing):
        house.perform(approve(), approver())


# ---- Withdrawal -----------------------------------------------------------------------------------------------------


def withdraw():
    return settle_withdrawal(CASE, date(2025, 7, 22))


def test_a_withdrawal_before_the_decision_is_effective_at_every_stage():
    for history in [(opened,), (opened, opined), (opened, opined, assessed)]:
        it = given(*history).when(withdrawal, system(date(2025, 7, 2))).then_one(WithdrawalSettled)
        assert it == WithdrawalSettled(effective=True, withdrawn_on=date(2025, 7, 1), settled_on=date(2025, 7, 2))
        given(*history, it).when(withdrawal, system()).then()


def test_a_withdrawal_before_approval_releases_the_reservation():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    events = house.perform(withdraw(), system(date(2025, 7, 22)))
    released = events[f"budget-{BUDGET}"][0]
    assert isinstance(released, ReservationReleased)
    assert (released.counters, released.by_year) == (1, D1_SPLIT)
    assert house.state(f"budget-{BUDGET}").free(cents(y2025=1, y2026=1)) == cents(
        y2025=10_000_000_00, y2026=6_000_000_00
    )
    assert house.kinds(withdraw(), system()) == []
    with pytest.raises(ApplicationIsWithdrawn):
        house.perform(approve(), approver())


def test_a_withdrawal_finds_the_budget_that_holds_the_money_years_later():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    assert house.kinds(withdraw(), system(date(2031, 1, 2))) == ["WithdrawalSettled", "ReservationReleased"]


def test_a_withdrawal_after_approval_comes_too_late_and_the_money_stays_committed():
    house = opened_house()
    award_d1(house)
    events = house.perform(withdraw(), system(date(2025, 7, 28)))
    assert list(events) == [f"assessment-{CASE}"]
    assert events[f"assessment-{CASE}"][0].effective is False
    assert house.kinds(withdraw(), system()) == []
    with pytest.raises(AlreadyDecided):
        house.perform(decision(decider, CASE, replace(POSITIVE, reasons="anders")), expert())


def test_a_withdrawal_and_its_application_settle_the_same_in_either_order():
    outcomes: list[list[tuple[str, bool]]] = []
    for order in permutations([OPEN, withdrawal]):
        house = opened_house()
        for command in order:
            house.perform(decision(decider, CASE, command), system())
            house.perform(decision(decider, CASE, command), system())
        settled = [it for it in house.log[f"assessment-{CASE}"] if not isinstance(it, WithdrawalAwaitingApplication)]
        outcomes.append([(type(it).__name__, getattr(it, "effective", True)) for it in settled])
    assert outcomes[0] == outcomes[1] == [("AssessmentOpened", True), ("WithdrawalSettled", True)]


def test_amounts_of_d1_are_what_the_example_says():
    assert sum(it.cents for it in D1_SPLIT) == 44_800_00
    assert (YearAmount(year=2025, cents=30_000_00), YearAmount(year=2026, cents=14_800_00)) == D1_SPLIT
