"""Bekanntgabe und Rechtsbehelf: when a notice is served, until when it can be contested, and what stops its finality."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.review import award
from services.review.award import (
    Channel,
    ConcludeLawsuit,
    DateNotValid,
    DecisionBecameFinal,
    DecisionIsFinal,
    DecisionTakenAway,
    DeclareFinal,
    DeemServed,
    DispatchNotice,
    FailureReason,
    FundsAssigned,
    GrantApproved,
    GrantRefused,
    LawsuitConcluded,
    LawsuitContradicted,
    LawsuitPending,
    LawsuitRecorded,
    NoLawsuitPending,
    NoticeDeemedServed,
    NoticeDispatched,
    NoticeReceived,
    NoticeServiceFailed,
    NotYetServed,
    Outcome,
    ReceiptContradicted,
    RecordLawsuit,
    RecordReceipt,
    RecordServiceFailure,
    RecordWaiver,
    RemedyPeriodRunning,
    ServiceFailed,
    decider,
)
from services.review.award.periods import remedy_of, service_of
from shared.calendar import is_working_day
from tests.review.builders import CASE, LETTER, award_d1, officer, opened_house, system
from tests.scenario import Scenario

SENT = date(2025, 7, 25)
"""A Friday; served on Tuesday the 29th, contestable until Friday 29 August."""


def approved() -> GrantApproved:
    house = opened_house()
    award_d1(house)
    return house.log[f"award-{CASE}"][-1]


def given(*history: award.Event) -> Scenario[award.Command, award.Event, award.Award]:
    return Scenario(decider, history)


def dispatched(on: date = SENT, channel: Channel = Channel.ELECTRONIC, *, number: int = 1) -> NoticeDispatched:
    before = [approved()] if number == 1 else [approved(), dispatched(), failed()]
    return given(*before).when(DispatchNotice(letter=LETTER, channel=channel), officer(on)).then_one(NoticeDispatched)


def failed() -> NoticeServiceFailed:
    return NoticeServiceFailed(
        number=1, reason=FailureReason.RETURNED, failed_on=date(2025, 8, 1), recorded_by="p-officer"
    )


def sued(filed_on: date = date(2025, 8, 20), *, in_time: bool = True) -> LawsuitRecorded:
    return LawsuitRecorded(
        filed_on=filed_on, court_reference="3 K 815/25 We", in_time=in_time, recorded_by="p-officer",
        recorded_on=filed_on + timedelta(days=5),
    )  # fmt: skip


def final(final_on: date = date(2025, 8, 30), *, by_waiver: bool = False) -> DecisionBecameFinal:
    return DecisionBecameFinal(by_waiver=by_waiver, final_on=final_on)


# ---- The days of the law --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "served", "last"),
    [
        (date(2025, 3, 14), date(2025, 3, 18), date(2025, 4, 22)),  # the month ends on Good Friday
        (date(2026, 2, 27), date(2026, 3, 3), date(2026, 4, 7)),  # and so does this one
        (date(2026, 1, 27), date(2026, 1, 31), date(2026, 3, 2)),  # served on a Saturday, the month ends on one
        (date(2024, 12, 27), date(2024, 12, 30), date(2025, 1, 30)),  # three days before 2025
    ],
)
def test_the_four_examples_of_the_domain_to_the_day(sent: date, served: date, last: date):
    it = dispatched(sent)
    assert (it.deemed_served_on, it.remedy_ends_on) == (served, last)
    assert f"{served:%d.%m.%Y}" in it.remedy_rule


def test_the_policy_may_move_the_deemed_day_to_a_working_day():
    command = DispatchNotice(letter=LETTER, service_on_working_day=True)
    it = given(approved()).when(command, officer(date(2026, 1, 27))).then_one(NoticeDispatched)
    assert (it.deemed_served_on, it.remedy_ends_on) == (date(2026, 2, 2), date(2026, 3, 2))
    assert "kein Werktag" in it.service_rule


days = st.dates(date(2019, 1, 1), date(2040, 12, 31))


@for_all(days, st.booleans())
def test_a_period_never_ends_on_a_day_off_and_says_its_rule(served_on: date, instructed: bool):
    last, rule = remedy_of(served_on, instructed=instructed)
    assert is_working_day(last)
    assert rule.startswith("Klagefrist: ein")
    assert timedelta(days=27) < last - served_on < timedelta(days=373)


@for_all(days, st.integers(0, 400), st.booleans(), st.sampled_from(Channel), st.booleans())
def test_who_sends_later_is_served_later_and_contested_longer(
    sent: date, more: int, shift: bool, channel: Channel, instructed: bool
):
    later = sent + timedelta(days=more)
    first, second = (service_of(channel, it, on_working_day=shift)[0] for it in (sent, later))
    assert sent + timedelta(days=3) <= first <= second
    assert remedy_of(first, instructed=instructed)[0] <= remedy_of(second, instructed=instructed)[0]


# ---- Service --------------------------------------------------------------------------------------------------------


def test_on_the_fourth_day_the_clock_notes_that_the_notice_counts_as_served():
    history = given(approved(), dispatched())
    with pytest.raises(NotYetServed):
        history.when(DeemServed(), system(date(2025, 7, 28)))
    served = NoticeDeemedServed(number=1, served_on=date(2025, 7, 29))
    history.when(DeemServed(), system(date(2025, 7, 29))).then(served)
    history.when(DeemServed(), system(date(2025, 8, 12))).then(served)
    given(approved(), dispatched(), served).when(DeemServed(), system(date(2025, 7, 30))).then()


@pytest.mark.parametrize(
    ("received_on", "served_on", "last"),
    [
        (date(2025, 7, 28), date(2025, 7, 29), date(2025, 8, 29)),  # earlier changes nothing
        (date(2025, 8, 6), date(2025, 8, 6), date(2025, 9, 8)),  # later is what counts; the 6th is a Saturday
    ],
)
def test_a_later_receipt_moves_the_period_and_an_earlier_one_does_not(received_on: date, served_on: date, last: date):
    history = given(approved(), dispatched())
    it = history.when(RecordReceipt(received_on=received_on), officer(date(2025, 8, 7))).then_one(NoticeReceived)
    assert (it.served_on, it.remedy_ends_on) == (served_on, last)
    after = given(approved(), dispatched(), it)
    after.when(RecordReceipt(received_on=received_on), officer(date(2025, 8, 8))).then()
    with pytest.raises(ReceiptContradicted):
        after.when(RecordReceipt(received_on=date(2025, 8, 5)), officer(date(2025, 8, 8)))
    with pytest.raises(RemedyPeriodRunning):
        after.when(DeclareFinal(), system(last))
    assert after.when(DeclareFinal(), system(last + timedelta(days=9))).only(DecisionBecameFinal) == final(
        last + timedelta(days=1)
    )


@pytest.mark.parametrize("received_on", [date(2025, 7, 24), date(2025, 8, 8)])
def test_a_receipt_lies_between_dispatch_and_today(received_on: date):
    with pytest.raises(DateNotValid):
        given(approved(), dispatched()).when(RecordReceipt(received_on=received_on), officer(date(2025, 8, 7)))


def test_from_a_portal_a_notice_is_served_the_day_after_its_retrieval():
    sent = dispatched(channel=Channel.PORTAL)
    history = given(approved(), sent)
    it = history.when(RecordReceipt(received_on=date(2025, 7, 30)), officer(date(2025, 7, 30))).then_one(NoticeReceived)
    assert (it.served_on, it.remedy_ends_on) == (date(2025, 7, 31), date(2025, 9, 1))


def test_what_nobody_retrieves_within_ten_days_is_not_served():
    history = given(approved(), dispatched(channel=Channel.PORTAL))
    with pytest.raises(NotYetServed):
        history.when(DeemServed(), system(date(2025, 8, 4)))
    it = history.when(DeemServed(), system(date(2025, 8, 20))).then_one(NoticeServiceFailed)
    assert (it.reason, it.failed_on) == (FailureReason.NOT_RETRIEVED, date(2025, 8, 5))


def test_no_period_runs_out_on_a_notice_that_was_not_retrieved():
    with pytest.raises(NotYetServed):
        given(approved(), dispatched(channel=Channel.PORTAL)).when(DeclareFinal(), system(date(2026, 1, 1)))


def test_a_notice_that_came_back_is_dispatched_anew_and_its_period_begins_anew():
    command = RecordServiceFailure(reason=FailureReason.RETURNED)
    given(approved(), dispatched()).when(command, officer(date(2025, 8, 1))).then(failed())
    history = given(approved(), dispatched(), failed())
    history.when(command, officer(date(2025, 8, 2))).then()
    history.when(DeemServed(), system(date(2025, 8, 2))).then()
    for impossible in (DeclareFinal(), RecordWaiver(declared_on=date(2025, 8, 2))):
        with pytest.raises(ServiceFailed):
            history.when(impossible, officer(date(2025, 10, 2)))
    again = dispatched(date(2025, 8, 4), number=2)
    assert (again.number, again.deemed_served_on, again.remedy_ends_on) == (2, date(2025, 8, 8), date(2025, 9, 8))


# ---- Lawsuit --------------------------------------------------------------------------------------------------------


def test_while_an_action_is_pending_nothing_becomes_final():
    command = RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 815/25 We")
    given(approved(), dispatched()).when(command, officer(date(2025, 8, 25))).then(sued())
    history = given(approved(), dispatched(), sued())
    history.when(command, officer(date(2025, 8, 26))).then()
    for barred in (DeclareFinal(), RecordWaiver(declared_on=date(2025, 8, 25))):
        with pytest.raises(LawsuitPending):
            history.when(barred, officer(date(2026, 1, 1)))
    with pytest.raises(LawsuitPending):
        history.when(RecordServiceFailure(reason=FailureReason.RETURNED), officer(date(2026, 1, 1)))
    with pytest.raises(LawsuitContradicted):
        history.when(RecordLawsuit(filed_on=date(2025, 8, 21), court_reference="4 K 1/25"), officer(date(2026, 1, 1)))


@pytest.mark.parametrize("outcome", [Outcome.DISMISSED, Outcome.WITHDRAWN, Outcome.SETTLED])
def test_an_action_that_came_to_nothing_makes_the_award_final_and_hands_over_its_money(outcome: Outcome):
    history = given(approved(), dispatched(), sued())
    command = ConcludeLawsuit(outcome=outcome, concluded_on=date(2026, 3, 2))
    events = history.when(command, officer(date(2026, 3, 9))).events
    assert [type(it) for it in events] == [LawsuitConcluded, DecisionBecameFinal, FundsAssigned]
    assert events[1] == DecisionBecameFinal(by_waiver=False, final_on=date(2026, 3, 2), by_lawsuit=True)
    acted = events[2].acted
    assert [it.action for it in acted[-3:]] == ["dispatch-notice", "record-lawsuit", "conclude-lawsuit"]


def test_an_action_taken_back_within_the_month_leaves_the_month_to_run_out():
    command = ConcludeLawsuit(outcome=Outcome.WITHDRAWN, concluded_on=date(2025, 8, 27))
    history = given(approved(), dispatched(), sued())
    concluded = history.when(command, officer(date(2025, 8, 27))).then_one(LawsuitConcluded)
    assert concluded.remedy_ends_on == date(2025, 8, 29)
    later = given(approved(), dispatched(), sued(), concluded).when(DeclareFinal(), system(date(2025, 8, 30)))
    assert later.only(DecisionBecameFinal).final_on == date(2025, 8, 30)


def test_an_award_that_the_court_took_away_never_becomes_final():
    history = given(approved(), dispatched(), sued())
    upheld = history.when(
        ConcludeLawsuit(outcome=Outcome.UPHELD, concluded_on=date(2026, 3, 2)), officer(date(2026, 3, 9))
    ).then_one(LawsuitConcluded)
    with pytest.raises(DecisionTakenAway):
        given(approved(), dispatched(), sued(), upheld).when(DeclareFinal(), system(date(2026, 6, 1)))


def test_an_action_in_time_of_which_the_authority_learns_after_the_period_is_recorded():
    history = (approved(), dispatched(), final())
    command = RecordLawsuit(filed_on=date(2025, 8, 29), court_reference="3 K 815/25 We")
    it = given(*history).when(command, officer(date(2025, 9, 3))).only(LawsuitRecorded)
    assert it.in_time
    late = RecordLawsuit(filed_on=date(2025, 9, 1), court_reference="3 K 815/25 We")
    with pytest.raises(DecisionIsFinal):
        given(*history).when(late, officer(date(2025, 9, 3)))
    with pytest.raises(DecisionIsFinal):
        given(approved(), dispatched(), final(SENT, by_waiver=True)).when(command, officer(date(2025, 9, 3)))


def test_without_an_action_there_is_no_outcome():
    command = ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2025, 9, 1))
    with pytest.raises(NoLawsuitPending):
        given(approved(), dispatched()).when(command, officer(date(2025, 9, 3)))


def test_the_final_day_is_the_laws_however_late_the_clock_runs():
    events = given(approved(), dispatched()).when(DeclareFinal(), system(date(2025, 12, 1))).events
    assert events[0] == final(date(2025, 8, 30))
    assert events[1].assigned_on == date(2025, 12, 1)


# ---- A refusal goes the same way ------------------------------------------------------------------------------------

REFUSED = GrantRefused(
    file_number="EG-2025-00001", reasons=("kein Standard",), refused_by="p-approver", refused_on=SENT
)


def test_a_refusal_is_dispatched_served_and_final_and_hands_over_nothing():
    sent = given(REFUSED).when(DispatchNotice(letter=LETTER), officer(SENT)).then_one(NoticeDispatched)
    assert sent.remedy_ends_on == date(2025, 8, 29)
    served = NoticeDeemedServed(number=1, served_on=date(2025, 7, 29))
    given(REFUSED, sent).when(DeemServed(), system(date(2025, 7, 29))).then(served)
    given(REFUSED, sent, served).when(DeclareFinal(), system(date(2025, 9, 4))).then(final())
    given(REFUSED, sent, served, final()).when(DeclareFinal(), system(date(2025, 9, 5))).then()


def test_a_refusal_that_was_not_served_goes_out_again():
    sent = given(REFUSED).when(DispatchNotice(letter=LETTER), officer(SENT)).then_one(NoticeDispatched)
    again = given(REFUSED, sent, failed()).when(DispatchNotice(letter=LETTER), officer(date(2025, 8, 4)))
    assert again.then_one(NoticeDispatched).number == 2


# ---- Version 1 of the notice ----------------------------------------------------------------------------------------


def test_a_notice_of_the_first_version_still_counts():
    old = NoticeDispatched(
        letter=LETTER, instructed=True, dispatched_by="p-officer", dispatched_on=SENT,
        deemed_served_on=date(2025, 7, 29), remedy_ends_on=date(2025, 8, 29),
    )  # fmt: skip
    given(approved(), old).when(DeemServed(), system(date(2025, 9, 1))).then_one(NoticeDeemedServed)
    assert given(approved(), old).when(DeclareFinal(), system(date(2025, 9, 1))).only(DecisionBecameFinal) == final()
