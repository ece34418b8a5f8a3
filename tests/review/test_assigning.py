"""When payout gets the money, and when an action keeps it back: by the parameters of the day of the approval (§ 80 VwGO)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.payout import disbursement
from services.payout.reactions import react
from services.review import award
from services.review.award import (
    ConcludeLawsuit,
    DeclareFinal,
    DeemServed,
    DispatchNotice,
    FailureReason,
    FundsAssigned,
    Outcome,
    RecordLawsuit,
    RecordServiceFailure,
    RecordWaiver,
    ReductionRequested,
)
from services.review.programme import publish_policy
from services.review.publications import publish
from shared.contracts import review
from shared.decider import Context, decision
from shared.policy import PolicyKind, PolicyNotReadable, read
from shared.shipped_policies import shipped
from tests.review.builders import (
    CASE,
    LETTER,
    PARAMETERS,
    House,
    award_d1,
    officer,
    opened_house,
    system,
)
from tests.review.test_changes import told_by

AWARD = f"award-{CASE}"
SENT, SERVED, FINAL_ON = date(2025, 7, 25), date(2025, 7, 29), date(2025, 8, 30)
AT_ONCE = PARAMETERS.replace("payout_only_when_final = true", "payout_only_when_final = false").replace(
    "in_force_on = 2024-07-01", "in_force_on = 2025-06-15"
)
LONGER = PARAMETERS.replace("drawdown_months = 2", "drawdown_months = 5").replace(
    "in_force_on = 2024-07-01", "in_force_on = 2025-06-15"
)
SUED = RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 815/25")


def run(house: House, command: award.Command, context: Context) -> Sequence[Any]:
    return house.perform(decision(award.decider, CASE, command), context).get(AWARD, ())


def dispatched(*parameters: str) -> House:
    house = opened_house()
    for text in parameters:
        house.perform(publish_policy(text), officer(date(2025, 6, 1)))
    award_d1(house)
    run(house, DispatchNotice(letter=LETTER), officer(SENT))
    return house


def names(events: Sequence[Any]) -> list[str]:
    return [type(it).__name__ for it in events]


# ---- The parameter decides ------------------------------------------------------------------------------------------


def test_money_waits_for_the_finality_or_goes_with_the_service_as_the_parameters_say():
    waits, goes = dispatched(), dispatched(AT_ONCE)
    assert names(run(waits, DeemServed(), system(SERVED))) == ["NoticeDeemedServed"]
    assert names(run(goes, DeemServed(), system(SERVED))) == ["NoticeDeemedServed", "FundsAssigned"]
    assert names(run(waits, DeclareFinal(), system(FINAL_ON))) == ["DecisionBecameFinal", "FundsAssigned"]
    assert names(run(goes, DeclareFinal(), system(FINAL_ON))) == ["DecisionBecameFinal"], "once"


@pytest.mark.parametrize(("parameters", "months"), [((), 2), ((AT_ONCE,), 2), ((LONGER,), 5)])
def test_every_award_that_is_handed_over_says_within_which_time_its_money_is_needed(
    parameters: tuple[str, ...], months: int
):
    house = dispatched(*parameters)
    done = [*run(house, DeemServed(), system(SERVED)), *run(house, DeclareFinal(), system(FINAL_ON))]
    [assigned] = [it for it in done if isinstance(it, FundsAssigned)]
    told = publish(assigned, house.state(AWARD))
    assert isinstance(told, review.FundsAssigned)
    assert told.drawdown_months == months
    opening = react(told, CASE)
    assert opening
    [[opened]] = opening.judge([disbursement.decider.initial], system(FINAL_ON)).values()
    assert isinstance(opened, disbursement.PlanOpened)
    assert opened.drawdown_months == months, "so that payout applies the rules of need to it"


@pytest.mark.parametrize("months", ["", "drawdown_months = 0"])
def test_no_parameters_are_published_that_leave_the_time_open(months: str):
    texts = [one.text for files in shipped().values() for one in files if one.kind == PolicyKind.PARAMETERS]
    assert texts
    assert all((it := read(text).parameters) and it.drawdown_months > 0 for text in texts)
    with pytest.raises(PolicyNotReadable):
        opened_house().perform(publish_policy(LONGER.replace("drawdown_months = 5", months)), officer(SENT))


def test_an_award_assigned_with_its_service_can_be_stopped_and_changed_like_a_final_one():
    house = dispatched(AT_ONCE)
    run(house, DeemServed(), system(SERVED))
    assert award.is_assigned(house.state(AWARD))
    (stopped,) = run(house, award.FreezePayout(reason="Verdacht"), officer(date(2025, 8, 1)))
    assert isinstance(stopped, ReductionRequested)


def test_an_award_that_was_not_served_after_all_is_not_paid():
    house = dispatched(AT_ONCE)
    run(house, DeemServed(), system(SERVED))
    failed = run(house, RecordServiceFailure(reason=FailureReason.NOT_RECEIVED), officer(date(2025, 8, 1)))
    assert names(failed) == ["NoticeServiceFailed", "ReductionRequested"]
    assert failed[1].freeze
    run(house, DispatchNotice(letter=LETTER), officer(date(2025, 8, 4)))
    assert "FundsAssigned" not in names(run(house, DeemServed(), system(date(2025, 8, 8)))), "payout has the money"


# ---- Lawsuits -------------------------------------------------------------------------------------------------------


def final(*parameters: str) -> House:
    house = dispatched(*parameters)
    run(house, DeemServed(), system(SERVED))
    run(house, DeclareFinal(), system(FINAL_ON))
    return house


def test_an_action_in_time_that_was_told_late_stops_payments_until_it_came_to_nothing():
    house = final()
    sued, stopped = run(house, SUED, officer(date(2025, 9, 2)))
    assert sued.stopped
    assert (stopped.by_year, stopped.freeze, stopped.reason) == ((), True, "lawsuit")
    lost = ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2026, 3, 2))
    _, released = run(house, lost, officer(date(2026, 3, 3)))
    assert (released.freeze, released.reason) == (False, "lawsuit-ended")


def test_an_action_that_was_upheld_leaves_payments_stopped():
    house = final()
    run(house, SUED, officer(date(2025, 9, 2)))
    won = ConcludeLawsuit(outcome=Outcome.UPHELD, concluded_on=date(2026, 3, 2))
    assert names(run(house, won, officer(date(2026, 3, 3)))) == ["LawsuitConcluded"]
    assert house.state(AWARD).course.frozen


def test_where_payments_do_not_wait_for_finality_an_action_does_not_stop_them_but_its_success_does():
    house = final(AT_ONCE)
    assert names(run(house, SUED, officer(date(2025, 9, 2)))) == ["LawsuitRecorded"]
    won = ConcludeLawsuit(outcome=Outcome.UPHELD, concluded_on=date(2026, 3, 2))
    assert names(run(house, won, officer(date(2026, 3, 3)))) == ["LawsuitConcluded", "ReductionRequested"]


def test_what_people_stopped_is_not_released_by_the_end_of_an_action():
    house = final()
    run(house, award.FreezePayout(reason="Verdacht"), officer(date(2025, 9, 1)))
    assert names(run(house, SUED, officer(date(2025, 9, 2)))) == ["LawsuitRecorded"]
    lost = ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2026, 3, 2))
    assert names(run(house, lost, officer(date(2026, 3, 3)))) == ["LawsuitConcluded"]


def test_without_the_rule_payments_would_go_on_against_a_pending_action(monkeypatch: pytest.MonkeyPatch):
    """The negative control."""
    monkeypatch.setattr("services.review.award.remedy.stopped_by_lawsuit", lambda _award, _context: ())
    house = final()
    run(house, SUED, officer(date(2025, 9, 2)))
    assert not house.state(AWARD).course.frozen


# ---- What the others hear -------------------------------------------------------------------------------------------


def test_the_others_hear_of_failed_service_of_the_next_dispatch_and_of_lawsuits():
    house = dispatched()
    run(house, RecordServiceFailure(reason=FailureReason.RETURNED), officer(date(2025, 8, 1)))
    run(house, DispatchNotice(letter=LETTER), officer(date(2025, 8, 4)))
    run(house, SUED, officer(date(2025, 8, 25)))
    run(house, ConcludeLawsuit(outcome=Outcome.WITHDRAWN, concluded_on=date(2025, 8, 26)), officer(date(2025, 8, 27)))
    told = [it for it in told_by(house) if isinstance(it, review.NoticeProgressed)]
    assert [(it.step, it.number, it.kind) for it in told] == [
        ("service-failed", 1, "award"), ("dispatched", 2, "award"), ("contested", 2, "award"), ("withdrawn", 2, "award"),
    ]  # fmt: skip
    assert [it.acted[0].action for it in told] == [
        "record-service-failure", "dispatch-notice", "record-lawsuit", "conclude-lawsuit",
    ]  # fmt: skip


def test_funds_are_assigned_with_the_kind_of_their_financing():
    house = dispatched()
    events = run(house, RecordWaiver(declared_on=SENT), officer(SENT))
    assigned = next(it for it in events if isinstance(it, FundsAssigned))
    contract = publish(assigned, house.state(AWARD))
    assert isinstance(contract, review.FundsAssigned)
    assert contract.financing_type == "share"
