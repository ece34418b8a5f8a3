"""Beside the road: hearing before a refusal or a deep cut, hold with resubmission, formal rejection."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.review import assessment, award
from services.review.assessment import (
    ApplicationRejectedFormally,
    AssessExpenditure,
    CaseIsOnHold,
    CaseResubmitted,
    DispenseWithHearing,
    ExpireHearing,
    ExtendHearing,
    FormalRejectionProposed,
    GroundMissing,
    HearingDeadlineExpired,
    HearingMissing,
    HearingOpened,
    HearingRunning,
    HearingSubject,
    HearingTooShort,
    HoldReason,
    ItemIsOpen,
    OpenAssessment,
    ProposeRefusal,
    RecordStatement,
    RejectFormally,
    RejectionGround,
    RejectionPending,
    ResubmissionNotValid,
    Resubmit,
    ResumeCase,
    StatementReceived,
    decider,
    open_hearing,
    propose_formal_rejection,
)
from services.review.examination import AssessedLine, CutReason, ReasonMissing
from services.review.proceeding import due_of, examined
from services.review.programme import publish_policy
from services.review.standing import Status, hindrance, status_of, steps
from shared.decider import Context, DomainError, RefusedAttempt, decision, replace
from tests.review.builders import (
    CASE,
    HEARD,
    HELD,
    LATER_PRACTICE,
    NOT_HEARD,
    OPEN,
    POSITIVE,
    PROGRAMME,
    STARTED,
    House,
    application,
    approve,
    approver,
    assign_d1,
    budget_officer,
    cents,
    expert,
    officer,
    opened_house,
    proposal,
    propose_d1,
    reserve,
    system,
)

ASSESSMENT = f"assessment-{CASE}"


def do(house: House, command: assessment.Command, context: Context) -> list[Any]:
    return list(house.perform(decision(decider, CASE, command), context).get(ASSESSMENT, []))


def refusal_proposed() -> House:
    house = opened_house()
    do(house, OPEN, system())
    do(house, ProposeRefusal(reasons=("kein Standard",)), officer())
    return house


# ---- Hearing --------------------------------------------------------------------------------------------------------


def test_nothing_is_refused_before_the_applicant_was_heard():
    house = refusal_proposed()
    with pytest.raises(HearingMissing):
        house.perform(award.refuse(CASE), approver())
    do(house, HEARD, officer())
    with pytest.raises(HearingRunning):
        house.perform(award.refuse(CASE), approver())


def test_a_hearing_that_would_not_be_demanded_lets_a_refusal_pass(monkeypatch: pytest.MonkeyPatch):
    # the control: without the demand the refusal above would have been decided
    monkeypatch.setattr("services.review.assessment.concluding.require_hearing", lambda _: None)
    assert refusal_proposed().kinds(award.refuse(CASE), approver()) == ["AssessmentConcluded", "GrantRefused"]


def test_a_hearing_lasts_as_long_as_policy_says_at_least_and_ends_on_a_working_day():
    house = refusal_proposed()
    with pytest.raises(HearingTooShort):
        house.perform(open_hearing(CASE, PROGRAMME, HearingSubject.REFUSAL, "kein Standard", 13), officer())
    events = house.perform(open_hearing(CASE, PROGRAMME, HearingSubject.REFUSAL, "kein Standard"), officer())
    (opened,) = events[ASSESSMENT]
    # fourteen days from Monday 30 June
    assert (opened.number, opened.deadline.ends_on, opened.opened_by) == (1, date(2025, 7, 14), "p-officer")
    assert "14 Tage ab 30.06.2025" in opened.deadline.rule


def test_the_clock_ends_a_hearing_after_its_last_day_once_and_with_the_day_of_the_law():
    house = refusal_proposed()
    do(house, HEARD, officer())
    assert do(house, ExpireHearing(), system(date(2025, 7, 14))) == []
    late = system(date(2025, 7, 21))  # after days of downtime
    assert do(house, ExpireHearing(), late) == [
        HearingDeadlineExpired(number=1, expired_on=date(2025, 7, 15), noted_on=date(2025, 7, 21))
    ]
    assert do(house, ExpireHearing(), late) == []
    assert house.kinds(award.refuse(CASE), approver()) == ["AssessmentConcluded", "GrantRefused"]


def test_a_period_that_has_ended_is_extended_and_runs_again():
    house = refusal_proposed()
    do(house, HEARD, officer())
    do(house, ExpireHearing(), system(date(2025, 7, 15)))
    (extended,) = do(house, ExtendHearing(days=14), officer(date(2025, 7, 16)))
    assert extended.deadline.ends_on == date(2025, 7, 30)
    with pytest.raises(HearingRunning):
        house.perform(award.refuse(CASE), approver())
    with pytest.raises(HearingTooShort):
        do(house, ExtendHearing(days=1), officer(date(2025, 7, 17)))


def test_a_statement_is_weighed_also_when_it_comes_late():
    house = refusal_proposed()
    do(house, HEARD, officer())
    do(house, ExpireHearing(), system(date(2025, 7, 15)))
    with pytest.raises(ReasonMissing):
        do(house, RecordStatement(received_on=date(2025, 7, 16), consideration=" "), officer(date(2025, 7, 17)))
    (received,) = do(
        house, RecordStatement(received_on=date(2025, 7, 16), consideration="nichts Neues"), officer(date(2025, 7, 17))
    )
    assert isinstance(received, StatementReceived)
    assert received.late


def test_a_hearing_is_dispensed_with_only_for_a_ground_and_with_reasons():
    house = refusal_proposed()
    with pytest.raises(ReasonMissing):
        do(house, replace(NOT_HEARD, reasons=""), officer())
    do(house, NOT_HEARD, officer())
    assert house.kinds(award.refuse(CASE), approver()) == ["AssessmentConcluded", "GrantRefused"]


def test_who_held_the_hearing_does_not_decide():
    house = refusal_proposed()
    do(house, NOT_HEARD, officer(date(2025, 7, 1)))
    dispensed = approver(person="p-officer")
    with pytest.raises(RefusedAttempt):
        house.perform(award.refuse(CASE), dispensed)


def deeply_cut(house: House, eligible: int = 20_000_00) -> None:
    """Example d1 with so little eligible that more than half of the 44,800.00 is cut."""
    do(house, OPEN, system())
    do(house, POSITIVE, expert())
    kept = {1: eligible, 2: 0, 3: 0, 4: 0}
    lines = tuple(
        AssessedLine(line=number, eligible_cents=left, reason=CutReason.NOT_NECESSARY, text="nicht nötig")
        for number, left in kept.items()
    )
    do(house, AssessExpenditure(lines=lines), officer())
    house.perform(proposal(split=cents(y2025=eligible * 8 // 10)), officer())
    house.perform(reserve(), budget_officer())


def test_an_award_that_is_cut_by_more_than_policy_allows_needs_a_hearing_on_the_cut():
    house = opened_house()
    deeply_cut(house)  # 16,000.00 of 44,800.00
    with pytest.raises(HearingMissing):
        house.perform(approve(), approver())
    do(house, NOT_HEARD, officer())  # of a refusal: that is another thing
    with pytest.raises(HearingMissing):
        house.perform(approve(), approver())
    about = HearingSubject.CUT
    (opened,) = house.perform(open_hearing(CASE, PROGRAMME, about, "Drei Positionen entfallen."), officer())[ASSESSMENT]
    assert opened.granted_cents == 16_000_00
    do(house, RecordStatement(received_on=date(2025, 7, 1), consideration="hinzunehmen"), officer(date(2025, 7, 1)))
    assert "GrantApproved" in house.kinds(approve(), approver())


@for_all(st.integers(1, 44_800_00), st.integers(0, 10_000))
def test_a_cut_is_deep_exactly_when_its_share_is_above_the_policys(granted: int, share: int):
    house = opened_house()
    propose_d1(house)
    proposed = house.state(ASSESSMENT)
    terms = replace(proposed.proposal.terms, hearing_cut_bp=share)
    changed = replace(proposed, proposal=replace(proposed.proposal, granted_cents=granted, terms=terms))
    assert assessment.is_deep_cut(changed) == ((44_800_00 - granted) / 44_800_00 > share / 10_000)


def test_a_small_cut_is_decided_without_a_hearing():
    house = opened_house()
    assign_d1(house)
    assert isinstance(house.state(f"award-{CASE}"), award.Final)


# ---- Hold -----------------------------------------------------------------------------------------------------------


def test_a_case_on_hold_takes_no_step_until_it_is_resumed():
    house = opened_house()
    propose_d1(house)
    do(house, HELD, officer())
    assert do(house, HELD, officer()) == []
    for step in (POSITIVE, ProposeRefusal(reasons=("doch nicht",)), STARTED):
        with pytest.raises(CaseIsOnHold):
            do(house, step, expert())
    with pytest.raises(CaseIsOnHold):
        house.perform(reserve(), budget_officer())
    do(house, ResumeCase(reason="Sperre aufgehoben"), officer(date(2025, 7, 20)))
    house.perform(reserve(), budget_officer())
    assert house.kinds(approve(), approver())[0] == "AssessmentConcluded"


def test_the_day_of_the_resubmission_reminds_once_and_changes_nothing_else():
    house = opened_house()
    propose_d1(house)
    do(house, HELD, officer())
    assert do(house, Resubmit(), system(date(2025, 8, 31))) == []
    assert do(house, Resubmit(), system(date(2025, 9, 3))) == [
        CaseResubmitted(number=1, due_on=date(2025, 9, 1), noted_on=date(2025, 9, 3))
    ]
    assert do(house, Resubmit(), system(date(2025, 9, 4))) == []
    later = replace(HELD, resubmission_on=date(2025, 12, 1))
    (moved,) = do(house, later, officer(date(2025, 9, 4)))
    assert (moved.number, moved.deadline.ends_on) == (2, date(2025, 12, 1))
    with pytest.raises(ResubmissionNotValid):
        do(house, replace(HELD, resubmission_on=date(2025, 9, 4)), officer(date(2025, 9, 4)))


# ---- Formal rejection -----------------------------------------------------------------------------------------------


def test_an_inadmissible_application_is_rejected_by_another_person_than_proposed_it():
    house = opened_house()
    do(house, OPEN, system())
    (proposed,) = do(house, STARTED, officer())
    assert isinstance(proposed, FormalRejectionProposed)
    with pytest.raises(RefusedAttempt):
        do(house, RejectFormally(), approver(person="p-officer"))
    assert do(house, RejectFormally(), approver()) == [
        ApplicationRejectedFormally(
            file_number="EG-2025-00001",
            grounds=(RejectionGround.PROJECT_STARTED,),
            reasons=("Der Vertrag ist vom 2. Mai.",),
            rejected_by="p-approver",
            rejected_on=date(2025, 7, 25),
        )
    ]
    assert do(house, RejectFormally(), approver()) == []
    (settled,) = do(house, assessment.SettleWithdrawal(withdrawn_on=date(2025, 7, 26)), system(date(2025, 7, 26)))
    assert not settled.effective


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grounds": ()}, GroundMissing),
        ({"grounds": (RejectionGround.PROJECT_STARTED,) * 2}, GroundMissing),
        ({"grounds": (RejectionGround.ITEM_CLOSED,)}, ItemIsOpen),
        ({"reasons": ()}, ReasonMissing),
    ],
)
def test_a_formal_rejection_without_a_ground_that_holds_is_none(changes: dict[str, Any], error: type[DomainError]):
    house = opened_house()
    do(house, OPEN, system())
    with pytest.raises(error):
        do(house, replace(STARTED, **changes), officer())


def test_whether_the_item_is_closed_is_read_from_the_policy_of_the_day():
    house = opened_house()
    house.perform(publish_policy(LATER_PRACTICE), officer(date(2026, 2, 2)))
    do(house, OpenAssessment(application=application(item="document-management")), system())
    closed = (RejectionGround.ITEM_CLOSED,)
    with pytest.raises(ItemIsOpen):
        house.perform(propose_formal_rejection(CASE, PROGRAMME, closed, ("geschlossen",)), officer())
    later = officer(date(2026, 4, 1))  # from March 2026 on only 2c and 2f are granted
    house.perform(propose_formal_rejection(CASE, PROGRAMME, closed, ("geschlossen",)), later)
    assert isinstance(house.state(ASSESSMENT), RejectionPending)


# ---- Where the case stands ------------------------------------------------------------------------------------------


def standing(house: House) -> tuple[Status, list[str]]:
    state = house.state(ASSESSMENT)
    return status_of(state, award.Unsigned()), [it.action for it in steps(state, award.Unsigned())]


def test_status_and_next_steps_tell_what_the_law_asks_for_next():
    house = refusal_proposed()
    status, actions = standing(house)
    assert (status, actions[:2]) == (Status.AWAITING_HEARING, ["open-hearing", "dispense-with-hearing"])
    do(house, HEARD, officer())
    status, actions = standing(house)
    assert (status, actions[:2]) == (Status.AWAITING_STATEMENT, ["record-statement", "extend-hearing"])
    state = house.state(ASSESSMENT)
    here = examined(state)
    assert here is not None
    assert due_of(here) == date(2025, 7, 14)
    refuse = next(it for it in steps(state, award.Unsigned()) if it.action == "refuse-grant")
    assert "Anhörung läuft" in hindrance(refuse, state, award.Unsigned(), approver())
    do(house, ExpireHearing(), system(date(2025, 7, 15)))
    assert standing(house)[0] == Status.AWAITING_REFUSAL
    do(house, replace(HELD, reason=HoldReason.BUDGET_EXHAUSTED), officer(date(2025, 7, 20)))
    status, actions = standing(house)
    assert (status, actions[0]) == (Status.ON_HOLD, "resume-case")
    assert "refuse-grant" not in actions


def test_a_hearing_opened_in_the_past_tells_what_was_announced():
    house = refusal_proposed()
    (opened,) = do(house, HEARD, officer())
    assert isinstance(opened, HearingOpened)
    assert opened.announced == "Das Vorhaben folgt keinem Standard."
    with pytest.raises(HearingRunning):
        do(house, DispenseWithHearing(about=HearingSubject.REFUSAL, ground=NOT_HEARD.ground, reasons="doch"), officer())
