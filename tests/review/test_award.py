"""Zuwendungsbescheid: approval by another person, dispatch, waiver, finality, hand-over; refusal; the budget race."""

from datetime import date

import pytest

from services.review import assessment
from services.review import award as awards
from services.review.assessment import AssessmentNotOpen, ProposeRefusal, RefusalIsProposed, ReservationMissing
from services.review.award import (
    DecisionBecameFinal,
    DeclareFinal,
    DispatchNotice,
    FundsAssigned,
    GrantApproved,
    GrantRefused,
    NotApproved,
    NotDispatched,
    NoticeDispatched,
    OtherLetterDispatched,
    RecordWaiver,
    RemedyPeriodRunning,
    WaiverDateNotValid,
    decider,
    refuse,
)
from services.review.budget import FundsCommitmentRefused, FundsReserved, Open, ReserveFunds, Shortfall
from services.review.budget import decider as budget_decider
from services.review.programme import publish_policy
from shared.contracts import Acted, review
from shared.decider import RefusedAttempt, decision
from shared.identity import Role
from shared.records import field_names
from tests.review.builders import (
    BUDGET,
    CASE,
    D1_SPLIT,
    LETTER,
    NOT_HEARD,
    OPEN,
    OTHER_CASE,
    PARAMETERS,
    PROGRAMME,
    House,
    approve,
    approver,
    assign_d1,
    award_d1,
    budget_officer,
    cents,
    officer,
    opened_house,
    practice_of,
    proposal,
    propose_d1,
    propose_flat,
    reserve,
    system,
    terms,
)

ASSESSMENT, AWARD, FUND = f"assessment-{CASE}", f"award-{CASE}", f"budget-{BUDGET}"
dispatch = DispatchNotice(letter=LETTER)


def reserved_house() -> House:
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    return house


def awarded_house() -> House:
    house = opened_house()
    award_d1(house)
    return house


def notified_house(on: date = date(2025, 7, 25)) -> House:
    house = awarded_house()
    house.perform(decision(decider, CASE, dispatch), officer(on))
    return house


def account(house: House, year: int) -> tuple[int, int, int]:
    state = house.state(FUND)
    assert isinstance(state, Open)
    it = next(it for it in state.years if it.year == year)
    return it.reserved_cents, it.committed_cents, it.paid_cents


def test_approval_turns_the_reservation_into_a_commitment_in_one_transaction():
    house = reserved_house()
    assert account(house, 2025) == (30_000_00, 0, 0)
    events = house.perform(approve(), approver())
    assert {stream: [type(it).__name__ for it in recorded] for stream, recorded in events.items()} == {
        ASSESSMENT: ["AssessmentConcluded"],
        AWARD: ["GrantApproved"],
        FUND: ["FundsCommitted"],
    }
    assert account(house, 2025) == (0, 30_000_00, 0)
    assert account(house, 2026) == (0, 14_800_00, 0)


def test_a_grant_approved_twice_is_approved_once():
    house = awarded_house()
    assert house.kinds(approve(), approver()) == []
    assert house.kinds(approve(), approver(person="p-other")) == []


@pytest.mark.parametrize("person", ["p-expert", "p-officer"])
def test_who_took_part_in_the_proposal_does_not_approve_it(person: str):
    house = reserved_house()
    before = {stream: len(events) for stream, events in house.log.items()}
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(approve(), approver(person=person))
    assert (refused.value.rule, refused.value.action) == ("four-eyes", "approve-grant")
    assert {stream: len(events) for stream, events in house.log.items()} == before


def test_a_case_officer_whose_step_was_done_again_by_another_still_does_not_approve():
    house = opened_house()
    propose_d1(house)
    house.perform(proposal(ends_on=date(2026, 12, 31)), officer_named("p-second"))
    house.perform(reserve(), budget_officer())
    for person in ("p-officer", "p-second"):
        with pytest.raises(RefusedAttempt):
            house.perform(approve(), approver(person=person))


def officer_named(person: str):
    return approver(date(2025, 7, 1), person)


def test_without_a_reservation_nothing_is_approved():
    house = opened_house()
    propose_d1(house)
    with pytest.raises(ReservationMissing):
        house.perform(approve(), approver())
    with pytest.raises(AssessmentNotOpen):
        house.perform(approve(OTHER_CASE), approver())


def test_when_the_budget_refuses_at_approval_only_its_refusal_is_recorded():
    house = reserved_house()
    events = house.perform(approve(), approver(date(2025, 9, 20)))
    assert list(events) == [FUND]
    refusal = events[FUND][0]
    assert isinstance(refusal, FundsCommitmentRefused)
    assert (refusal.reason, vars(FundsCommitmentRefused)["REFUSAL"]) == (
        Shortfall.RESERVATION_EXPIRED,
        "funds-not-committable",
    )
    assert AWARD not in house.log


def test_a_practice_that_changed_since_the_proposal_sends_the_case_back_and_frees_its_money():
    house = reserved_house()
    house.perform(publish_policy(practice_of(date(2025, 7, 25), closed="interfaces")), officer())
    events = house.perform(approve(), approver())
    assert [type(it).__name__ for recorded in events.values() for it in recorded] == [
        "PracticeChangedSinceProposal",
        "ReservationReleased",
    ]
    changed = events[ASSESSMENT][0]
    assert changed.REFUSAL == "practice-changed-since-proposal"
    assert changed.proposed != changed.in_force
    assert account(house, 2025) == (0, 0, 0)
    with pytest.raises(assessment.ItemClosed):
        house.perform(proposal(), officer(date(2025, 7, 28)))


def test_parameters_that_changed_since_the_proposal_send_the_case_back():
    house = reserved_house()
    longer = PARAMETERS.replace("in_force_on = 2024-07-01", "in_force_on = 2025-07-25")
    house.perform(publish_policy(longer.replace("proof_months = 6", "proof_months = 9")), officer())
    changed = house.perform(approve(), approver())[ASSESSMENT][0]
    assert changed.REFUSAL == "practice-changed-since-proposal"
    assert changed.proposed.parameters_sha256 != changed.in_force.parameters_sha256
    assert changed.proposed.practice_sha256 == changed.in_force.practice_sha256


def test_a_practice_that_begins_later_does_not_touch_the_approval():
    house = reserved_house()
    house.perform(publish_policy(practice_of(date(2025, 7, 26))), officer())
    assert "GrantApproved" in house.kinds(approve(), approver())


def test_a_proposal_under_the_new_practice_is_approved():
    house = reserved_house()
    house.perform(publish_policy(practice_of(date(2025, 7, 25))), officer())
    house.perform(approve(), approver())
    house.perform(proposal(), officer(date(2025, 7, 28)))
    house.perform(reserve(), budget_officer(date(2025, 7, 28)))
    assert "GrantApproved" in house.kinds(approve(), approver(date(2025, 7, 29)))


def test_above_the_signing_limit_two_persons_sign():
    house = opened_house()
    propose_flat(house, CASE, 200_000_00)
    propose_flat(house, OTHER_CASE, 200_000_80)
    for case in (CASE, OTHER_CASE):
        house.perform(reserve(case), budget_officer())
    assert "GrantApproved" in house.kinds(approve(CASE), approver())
    assert house.kinds(approve(OTHER_CASE), approver()) == ["FirstSignatureGiven"]
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(approve(OTHER_CASE), approver())
    assert refused.value.rule == "two-signatures"
    events = house.perform(approve(OTHER_CASE), approver(person="p-head"))
    approved = events[f"award-{OTHER_CASE}"][0]
    assert isinstance(approved, GrantApproved)
    assert [it.person for it in approved.grant.acted if it.role == Role.APPROVER] == ["p-approver", "p-head"]


def test_a_signature_under_an_earlier_proposal_does_not_count():
    house = opened_house()
    propose_flat(house, CASE, 200_000_80)
    house.perform(reserve(), budget_officer())
    house.perform(approve(), approver())
    house.perform(assessment.release(CASE, BUDGET, "corrected"), budget_officer())
    house.perform(proposal(split=cents(y2025=200_000_80), ends_on=date(2025, 11, 30)), officer())
    house.perform(reserve(), budget_officer())
    assert house.kinds(approve(), approver(person="p-head")) == ["FirstSignatureGiven"]


# ---- Notice, waiver, finality ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moves", "served_on"), [("true", date(2025, 8, 4)), ("false", date(2025, 8, 2))])
def test_whether_service_moves_on_from_a_day_off_say_the_parameters_in_force_at_the_dispatch(
    moves: str, served_on: date
):
    house = opened_house()
    award_d1(house)
    later = PARAMETERS.replace("in_force_on = 2024-07-01", "in_force_on = 2025-07-28").replace(
        'version = "2024-07"', 'version = "2025-07"'
    )
    told = later.replace("service_on_working_day = false", f"service_on_working_day = {moves}")
    house.perform(publish_policy(told), officer(date(2025, 7, 28)))
    house.perform(awards.dispatch(CASE, PROGRAMME, LETTER), officer(date(2025, 7, 29)))
    assert house.state(AWARD).notice.deemed_served_on == served_on


def test_a_notice_of_25_july_is_served_on_the_29th_and_contestable_until_29_august():
    notice = awarded_house().perform(decision(decider, CASE, dispatch), officer(date(2025, 7, 25)))[AWARD][0]
    assert isinstance(notice, NoticeDispatched)
    assert (notice.deemed_served_on, notice.remedy_ends_on) == (date(2025, 7, 29), date(2025, 8, 29))


def test_without_correct_instruction_a_notice_is_contestable_for_a_year():
    command = DispatchNotice(letter=LETTER, instructed=False)
    notice = awarded_house().perform(decision(decider, CASE, command), officer(date(2025, 7, 25)))[AWARD][0]
    assert notice.remedy_ends_on == date(2026, 7, 29)


def test_a_notice_is_dispatched_once_and_with_one_letter():
    house = notified_house()
    assert house.kinds(decision(decider, CASE, dispatch), officer(date(2025, 7, 28))) == []
    other = type(LETTER)(sha256="cd" * 32, size=1, media_type="application/pdf", kind="award-letter", subject="p-mayor")
    with pytest.raises(OtherLetterDispatched):
        house.perform(decision(decider, CASE, DispatchNotice(letter=other)), officer(date(2025, 7, 28)))


def test_nothing_is_dispatched_or_waived_before_its_time():
    house = reserved_house()
    with pytest.raises(NotApproved):
        house.perform(decision(decider, CASE, dispatch), officer())
    house.perform(approve(), approver())
    with pytest.raises(NotDispatched):
        house.perform(decision(decider, CASE, RecordWaiver(declared_on=date(2025, 7, 25))), officer(date(2025, 7, 25)))


def test_d1_runs_to_the_cent_up_to_the_hand_over_of_its_money():
    house = opened_house()
    events = assign_d1(house)[AWARD]
    assert [type(it).__name__ for it in events] == ["RemedyWaived", "DecisionBecameFinal", "FundsAssigned"]
    assert events[1] == DecisionBecameFinal(by_waiver=True, final_on=date(2025, 7, 31))
    assigned = events[2]
    assert isinstance(assigned, FundsAssigned)
    assert (assigned.award, assigned.title, assigned.applicant_name) == (CASE, "1605-63371", "Stadt Stadtilm")
    assert (assigned.by_year, assigned.eligible_cents, assigned.rate_bp) == (D1_SPLIT, 56_000_00, 8000)
    assert assigned.iban == OPEN.application.iban
    assert [(it.person, it.action) for it in assigned.acted] == [
        ("p-clerk", "declare-complete"),
        ("p-expert", "record-expert-opinion"),
        ("p-officer", "assess-expenditure"),
        ("p-officer", "propose-award"),
        ("p-budget", "reserve-funds"),
        ("p-approver", "approve-grant"),
        ("p-officer", "dispatch-notice"),
        ("p-officer", "record-waiver"),
    ]
    assert account(house, 2025) == (0, 30_000_00, 0)
    assert account(house, 2026) == (0, 14_800_00, 0)


def test_the_hand_over_holds_all_that_its_contract_promises():
    assert set(field_names(review.FundsAssigned)) == set(field_names(FundsAssigned))


def test_money_is_handed_over_once():
    house = opened_house()
    assign_d1(house)
    waiver = decision(decider, CASE, RecordWaiver(declared_on=date(2025, 7, 31)))
    assert house.kinds(waiver, officer(date(2025, 8, 1))) == []
    assert house.kinds(decision(decider, CASE, DeclareFinal()), system(date(2025, 9, 1))) == []


@pytest.mark.parametrize("declared_on", [date(2025, 7, 24), date(2025, 8, 2)])
def test_a_waiver_lies_between_the_notice_and_today(declared_on: date):
    house = notified_house()
    with pytest.raises(WaiverDateNotValid):
        house.perform(decision(decider, CASE, RecordWaiver(declared_on=declared_on)), officer(date(2025, 8, 1)))


def test_without_a_waiver_the_award_is_final_the_day_after_the_period():
    house = notified_house()
    declare = decision(decider, CASE, DeclareFinal())
    with pytest.raises(RemedyPeriodRunning):
        house.perform(declare, system(date(2025, 8, 29)))
    assert house.kinds(declare, system(date(2025, 8, 30))) == ["DecisionBecameFinal", "FundsAssigned"]


# ---- Refusal --------------------------------------------------------------------------------------------------------


def proposed_refusal() -> House:
    house = opened_house()
    house.perform(decision(assessment.decider, CASE, OPEN), system())
    house.perform(decision(assessment.decider, CASE, ProposeRefusal(reasons=("kein Standard",))), officer())
    house.perform(decision(assessment.decider, CASE, NOT_HEARD), officer())
    return house


def test_a_refusal_is_decided_by_another_person_for_the_proposed_reasons():
    house = proposed_refusal()
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(refuse(CASE), approver(person="p-officer"))
    assert (refused.value.rule, refused.value.action) == ("four-eyes", "refuse-grant")
    events = house.perform(refuse(CASE), approver())
    assert events[AWARD] == [
        GrantRefused(
            file_number="EG-2025-00001",
            reasons=("kein Standard",),
            refused_by="p-approver",
            refused_on=date(2025, 7, 25),
            acted=(
                Acted(person="p-clerk", role=Role.INTAKE_CLERK, action="declare-complete"),
                Acted(person="p-officer", role=Role.CASE_OFFICER, action="propose-refusal"),
                Acted(person="p-officer", role=Role.CASE_OFFICER, action="dispense-with-hearing"),
            ),
        )
    ]
    assert house.kinds(refuse(CASE), approver()) == []


def test_the_approver_may_give_other_reasons():
    events = proposed_refusal().perform(refuse(CASE, ("keine Mittel", "kein Standard")), approver())
    assert events[AWARD][0].reasons == ("keine Mittel", "kein Standard")


def test_a_proposed_award_is_not_refused_and_a_proposed_refusal_is_not_approved():
    house = opened_house()
    propose_d1(house)
    with pytest.raises(ReservationMissing):
        house.perform(refuse(CASE), approver())
    with pytest.raises(RefusalIsProposed):
        proposed_refusal().perform(approve(), approver())


# ---- Example d3: the budget race -------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [CASE, OTHER_CASE])
def test_of_two_awards_of_15000_for_the_last_25000_euros_exactly_one_is_approved(first: str):
    house = opened_house(appropriation_cents=10_000_000_00)
    bulk = ReserveFunds(
        case="bulk", by_year=cents(y2025=9_975_000_00), expires_on=date(2025, 9, 19), basis=terms().basis
    )
    assert isinstance(house.perform(decision(budget_decider, BUDGET, bulk), budget_officer())[FUND][0], FundsReserved)
    second = OTHER_CASE if first == CASE else CASE
    for case in (first, second):
        propose_flat(house, case, 15_000_00)
    recorded = [house.kinds(reserve(case), budget_officer()) for case in (first, second)]
    assert recorded == [["ReservationNoted", "FundsReserved"], ["FundsReservationRefused"]]
    assert "GrantApproved" in house.kinds(approve(first), approver())
    with pytest.raises(ReservationMissing):
        house.perform(approve(second), approver())
    assert account(house, 2025)[1] == 15_000_00


def test_30000_euros_are_refused_where_25000_are_free():
    house = opened_house(appropriation_cents=25_000_00)
    propose_flat(house, CASE, 30_000_00)
    refusal = house.perform(reserve(), budget_officer())[FUND][0]
    assert refusal.free == cents(y2025=25_000_00)


def test_who_published_the_policy_in_force_does_not_approve_under_it():
    house = opened_house()
    later = practice_of(date(2025, 6, 1))
    house.perform(publish_policy(later), approver(date(2025, 5, 30)))
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(approve(), approver())
    assert refused.value.rule == "publisher-may-not-approve"
    assert "GrantApproved" in house.kinds(approve(), approver(person="p-second"))
