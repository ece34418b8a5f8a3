"""Bekanntgabe der Erstattung: nothing is due by a notice that did not arrive; sent again, its whole time runs anew."""

from datetime import date
from itertools import permutations

import pytest

from services.payout import claim
from services.payout.reactions import react as payout_reacts
from services.review import correspondence, recovering, recovery
from services.review.api.letter_file import letters_of, refutable
from services.review.award import Channel, FailureReason
from services.review.correspondence import LetterDispatched, LetterKind
from services.review.letters import repayment_letter
from services.review.proof import Proof
from services.review.publications import publish
from services.review.reactions import react
from services.review.recovery import DemandDispatched, DemandIsSettled, DemandServiceFailed
from services.review.words.recovery import repayments_table, told_repayments
from shared.contracts import payout, review
from shared.records import replace
from tests.review.builders import CASE, LETTER, PROGRAMME, House, approver, officer, system
from tests.review.test_letters import HEAD, text_of
from tests.review.test_recovery import DEMANDED_ON, excess, paid_house, propose

OWN, LETTERS = recovery.decider.stream(CASE), correspondence.decider.stream(CASE)
SEND = correspondence.dispatch(CASE, PROGRAMME, LetterKind.REPAYMENT, 1, LETTER, Channel.POST)
FAILED = correspondence.record_failure(CASE, LetterKind.REPAYMENT, 1, FailureReason.RETURNED)
IN_THE_NOTICE = date(2026, 6, 21)
BACK, AGAIN, SERVED, ANEW = date(2026, 6, 3), date(2026, 6, 5), date(2026, 6, 9), date(2026, 7, 9)


def demanded_house() -> House:
    house = paid_house()
    propose(house, excess())
    house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(DEMANDED_ON))
    return house


def come_back() -> House:
    """The notice left on the day of the decision and came back on 3 June."""
    house = demanded_house()
    house.perform(SEND, officer(DEMANDED_ON))
    house.perform(FAILED, officer(BACK))
    return house


def state_of(house: House) -> recovery.Recovery:
    return house.state(OWN)


def test_a_notice_that_leaves_on_the_day_of_the_decision_is_due_as_it_says():
    house = demanded_house()
    [demanded] = state_of(house).demanded
    assert state_of(house).awaits_service(demanded), "before service nothing is due"
    assert house.kinds(SEND, officer(DEMANDED_ON)) == ["LetterDispatched", "DemandDispatched"]
    assert house.kinds(SEND, officer(DEMANDED_ON)) == []
    [sent] = state_of(house).dispatches
    assert (sent.dispatch, sent.due_on, state_of(house).awaits_service(demanded)) == (1, IN_THE_NOTICE, False)


def test_a_notice_that_leaves_later_leaves_the_whole_time_from_its_service():
    house = demanded_house()
    house.perform(SEND, officer(AGAIN))
    [sent] = state_of(house).dispatches
    assert (sent.served_on, sent.due_on) == (SERVED, ANEW)


def test_a_notice_that_came_back_makes_nothing_due_and_goes_out_again_with_its_whole_time():
    house = demanded_house()
    house.perform(SEND, officer(DEMANDED_ON))
    assert house.kinds(FAILED, officer(BACK)) == ["LetterServiceFailed", "DemandServiceFailed"]
    assert house.kinds(FAILED, officer(BACK)) == []
    [demanded] = state_of(house).demanded
    assert state_of(house).awaits_service(demanded)
    assert repayments_table(told_repayments(state_of(house)))["rows"][0]["standing"]["text"] == (
        "Bescheid nicht bekannt gegeben"
    )
    assert house.kinds(SEND, officer(AGAIN)) == ["LetterDispatched", "DemandDispatched"]
    letter, sent = house.log[LETTERS][-1], house.log[OWN][-1]
    assert isinstance(letter, LetterDispatched)
    assert isinstance(sent, DemandDispatched)
    assert (letter.attempt, letter.deemed_served_on, letter.remedy_ends_on) == (2, SERVED, date(2026, 7, 9))
    assert (sent.dispatch, sent.due_on, state_of(house).awaits_service(demanded)) == (2, ANEW, False)
    assert [it.due_on for it in told_repayments(state_of(house))] == [ANEW]
    # The control: had nobody recorded it, the day of the first notice would stand.
    house.log[OWN] = [it for it in house.log[OWN] if not isinstance(it, DemandServiceFailed | DemandDispatched)]
    assert [it.due_on for it in told_repayments(state_of(house))] == [IN_THE_NOTICE]


def test_each_dispatch_may_fail_and_the_day_moves_each_time():
    house = come_back()
    house.perform(SEND, officer(AGAIN))
    assert house.kinds(FAILED, officer(date(2026, 6, 15))) == ["LetterServiceFailed", "DemandServiceFailed"]
    house.perform(SEND, officer(date(2026, 6, 16)))
    assert [(it.dispatch, it.due_on) for it in state_of(house).dispatches] == [
        (1, IN_THE_NOTICE), (2, ANEW), (3, date(2026, 7, 20)),
    ]  # fmt: skip


def test_of_a_demand_that_is_paid_nothing_comes_back():
    house = come_back()
    house.perform(SEND, officer(AGAIN))
    told = payout.ClaimSettled(claim="c1", outcome="paid", settled_on=AGAIN, acted=())
    answer = react(told, CASE)
    assert answer
    house.perform(answer, system(AGAIN))
    with pytest.raises(DemandIsSettled):
        house.perform(FAILED, officer(date(2026, 6, 15)))


def test_the_case_offers_to_say_so_only_of_a_notice_that_is_out():
    def offered(house: House) -> tuple[list[str], list[bool]]:
        file, award = house.state(f"assessment-{CASE}"), house.state(f"award-{CASE}")
        letters = correspondence.decider.fold(house.log.get(LETTERS, []))
        told = letters_of(file, award, letters, state_of(house))
        return list(refutable(file, award, letters, state_of(house))), [
            it.refutable for it in told if it.letter == "repayment-1"
        ]

    house = demanded_house()
    assert offered(house) == ([], [False])
    house.perform(SEND, officer(DEMANDED_ON))
    assert offered(house) == (["repayment-1"], [True])
    house.perform(FAILED, officer(BACK))
    assert offered(house) == ([], [False, False])
    house.perform(SEND, officer(AGAIN))
    assert offered(house) == (["repayment-1"], [False, True])


def test_a_notice_that_goes_out_again_names_the_days_from_its_service():
    [demanded] = state_of(demanded_house()).demanded
    first = text_of("repayment_letter.typ", repayment_letter(HEAD, demanded, Proof()))
    again = text_of("repayment_letter.typ", repayment_letter(HEAD, demanded, Proof(), from_service=True))
    assert "21. Juni 2026" in first or "21.06.2026" in first
    assert "innerhalb von 30 Tagen nach der Bekanntgabe" in again
    assert "21.06.2026" not in again


def test_a_demand_from_before_notices_were_followed_is_due_as_it_was_and_can_come_back():
    house = demanded_house()
    house.perform(SEND, officer(DEMANDED_ON))
    house.log[OWN] = [
        replace(it, awaits_service=False) if isinstance(it, recovery.RepaymentDemanded) else it
        for it in house.log[OWN]
        if not isinstance(it, DemandDispatched)
    ]
    [demanded] = state_of(house).demanded
    assert (state_of(house).awaits_service(demanded), state_of(house).due_on(demanded)) == (False, IN_THE_NOTICE)
    house.perform(FAILED, officer(BACK))
    assert state_of(house).awaits_service(demanded)
    house.perform(SEND, officer(AGAIN))
    assert (state_of(house).awaits_service(demanded), state_of(house).due_on(demanded)) == (False, ANEW)


# ---- What payout makes of it ----------------------------------------------------------------------------------------


type Told = review.RepaymentDemanded | review.DemandProgressed


def contracts() -> list[Told]:
    """All that review tells of a demand whose notice came back once and went out again."""
    house = come_back()
    house.perform(SEND, officer(AGAIN))
    told = [publish(it, state_of(house)) for it in house.log[OWN]]
    return [it for it in told if isinstance(it, review.RepaymentDemanded | review.DemandProgressed)]


def taken_in(told: list[Told]) -> claim.Claims:
    history: list[claim.Event] = []
    for it in told:
        answer = payout_reacts(it, CASE)
        assert answer
        for events in answer.judge([claim.decider.fold(history)], system(AGAIN)).values():
            history += events
    return claim.decider.fold(history)


def test_payout_hears_of_the_demand_and_its_notices_in_any_order_and_twice():
    told = contracts()
    assert [(it.step, it.number, it.due_on) for it in told if isinstance(it, review.DemandProgressed)] == [
        ("dispatched", 1, IN_THE_NOTICE), ("service-failed", 1, None), ("dispatched", 2, ANEW),
    ]  # fmt: skip
    for order in permutations(told):
        [it] = taken_in([*order, *order]).claims
        assert (it.due_on, it.payable_on, it.status, it.is_pursued) == (ANEW, ANEW, "open", True)


def test_before_the_service_the_clock_reminds_of_nothing():
    demanded, sent, failed, again = contracts()
    late = system(date(2026, 9, 1))
    for told in ([demanded], [demanded, sent, failed], [failed, demanded, sent]):
        known = taken_in(told)
        assert (known.claims[0].status, known.next_due_on) == ("unserved", None)
        assert list(claim.decide(claim.RemindOfClaims(), known, late)) == []
    # The control: a demand of version 1 does not wait, and is reminded of.
    for told in ([demanded, sent], [demanded, sent, failed, again]):
        [reminded] = claim.decide(claim.RemindOfClaims(), taken_in(told), late)
        assert isinstance(reminded, claim.ClaimReminded)


def test_a_deferral_that_goes_further_stays_and_money_that_comes_before_the_service_counts():
    demanded, sent, failed, again = contracts()
    known = taken_in([demanded, sent, failed])
    budget = system(BACK)
    deferred = claim.decide(
        claim.DeferClaim(claim="c1", until_on=date(2026, 12, 1), reason="Haushaltslage"), known, budget
    )
    for it in deferred:
        known = claim.decider.evolve(known, it)
    noted = payout_reacts(again, CASE)
    assert noted
    for events in noted.judge([known], system(AGAIN)).values():
        for it in events:
            known = claim.decider.evolve(known, it)
    assert known.claims[0].payable_on == date(2026, 12, 1)
    paid = claim.TakeReceipt(claim="c1", repayment="r1", cents=6_400_00, received_on=BACK, voucher="b1")
    [booked] = claim.decide(paid, taken_in([demanded, sent, failed]), system(BACK))
    assert isinstance(booked, claim.RepaymentBooked)
    assert booked.cents == 6_400_00
