"""Wirksamwerden (§ 80 VwGO): a change to the recipient's disadvantage has a period of its own, and moves money when it is final."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.review import award
from services.review.award import (
    Annulment,
    ChangeTookEffect,
    ChangeWaits,
    ConcludeLawsuit,
    DeclareFinal,
    DeemServed,
    DispatchNotice,
    FailureReason,
    FundsAssigned,
    LawsuitPending,
    LegalBasis,
    NotDispatched,
    Outcome,
    ProposeAmendment,
    RecordAwardStatement,
    RecordLawsuit,
    RecordServiceFailure,
    RecordWaiver,
    ReductionRequested,
    ServiceFailed,
    TakeBackFunds,
    UnknownNotice,
)
from services.review.award import effect as effects
from services.review.wiring import blueprint
from shared.contracts import review
from shared.decider import Context, decision
from shared.identity import Role
from shared.records import replace
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    D1_SPLIT,
    LETTER,
    House,
    approver,
    assign_d1,
    award_d1,
    cents,
    officer,
    opened_house,
    system,
)
from tests.review.road import Road
from tests.review.test_api import place
from tests.review.test_changes import HEAR, LAPSE, LATER, REVOKE, committed, told_by
from tests.servers import wait_until
from tests.service import serving

AWARD = f"award-{CASE}"
DECIDED = date(2025, 9, 20)
"""A Saturday; dispatched on the Monday after, served on the Friday, contestable until Monday 27 October."""
SENT, LAST = date(2025, 9, 22), date(2025, 10, 27)
LEFT = cents(y2025=20_000_00)
LOST = cents(y2025=10_000_00, y2026=14_800_00)
LESS = ProposeAmendment(
    change="",
    by_year=LEFT,
    eligible_cents=25_000_00,
    ends_on=date(2026, 6, 30),
    conditions=(),
    reasons="weniger Bedarf",
)
RETRACT: Mapping[str, Any] = {"annulment": Annulment.RETRACTION, "legal_basis": LegalBasis.UNLAWFUL}


def run(house: House, command: award.Command, context: Context) -> Sequence[Any]:
    """What is recorded of the award, with the budget as the interface does it."""
    if isinstance(
        command,
        DispatchNotice
        | DeemServed
        | RecordServiceFailure
        | RecordWaiver
        | RecordLawsuit
        | ConcludeLawsuit
        | DeclareFinal,
    ):
        return house.perform(award.of_notice(CASE, command), context).get(AWARD, ())
    return house.perform(decision(award.decider, CASE, command), context).get(AWARD, ())


def decided(house: House, kind: str, immediate: str = "") -> Mapping[str, Sequence[Any]]:
    """A revocation, a retraction or an amendment to the worse, decided on proposal 1."""
    if kind == "amendment":
        run(house, LESS, officer(DECIDED))
        return house.perform(award.approve_amendment(CASE, 1, immediate), approver(DECIDED))
    how = RETRACT if kind == "retraction" else {}
    run(house, replace(HEAR, **how), officer(date(2025, 9, 1)))
    run(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    run(house, replace(REVOKE, **how), officer(date(2025, 9, 12)))
    return house.perform(award.decide_annulment(CASE, 1, immediate), approver(DECIDED))


def send(house: House) -> None:
    run(house, DispatchNotice(letter=LETTER, proposal=1), officer(SENT))


def final() -> House:
    house = opened_house()
    assign_d1(house)
    return house


def before_finality(*, dispatched: bool = True) -> House:
    house = opened_house()
    award_d1(house)
    if dispatched:
        run(house, DispatchNotice(letter=LETTER), officer(date(2025, 9, 1)))
    return house


def asked(events: Sequence[Any]) -> ReductionRequested:
    return next(it for it in events if isinstance(it, ReductionRequested))


# ---- The period of its own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["revocation", "retraction", "amendment"])
def test_money_moves_when_the_change_is_final_by_the_clock_and_payments_stop_until_then(kind: str):
    house = final()
    stopped = asked(decided(house, kind)[AWARD])
    assert (stopped.by_year, stopped.freeze) == ((), True)
    with pytest.raises(NotDispatched):
        run(house, DeclareFinal(proposal=1), system(date(2026, 1, 1)))
    send(house)
    run(house, DeemServed(proposal=1), system(date(2025, 9, 26)))
    with pytest.raises(award.RemedyPeriodRunning):
        run(house, DeclareFinal(proposal=1), system(LAST))
    assert house.state(AWARD).grant.by_year == D1_SPLIT
    events = run(house, DeclareFinal(proposal=1), system(date(2025, 11, 5)))
    took = next(it for it in events if isinstance(it, ChangeTookEffect))
    assert (took.by_year, took.took_effect_on) == (LEFT, date(2025, 10, 28))
    assert (asked(events).by_year, asked(events).freeze, asked(events).reason) == (LOST, False, kind)
    assert house.state(AWARD).grant.by_year == LEFT
    assert committed(house) == D1_SPLIT, "free only when payout has given it back"
    assert run(house, DeclareFinal(proposal=1), system(date(2025, 11, 6))) == ()
    house.perform(award.take_back(CASE, TakeBackFunds(reduction=2, part=1, by_year=LOST, kept=())), system(LAST))
    assert committed(house) == LEFT


def test_a_waiver_ends_the_waiting_at_once():
    house = final()
    decided(house, "revocation")
    send(house)
    events = run(house, RecordWaiver(declared_on=SENT, proposal=1), officer(SENT))
    assert [type(it).__name__ for it in events] == [
        "RemedyWaived", "DecisionBecameFinal", "ChangeTookEffect", "ReductionRequested",
    ]  # fmt: skip


def test_a_notice_that_was_not_served_goes_out_again_before_any_period_runs():
    house = final()
    decided(house, "revocation")
    send(house)
    run(house, RecordServiceFailure(reason=FailureReason.RETURNED, proposal=1), officer(date(2025, 9, 25)))
    with pytest.raises(ServiceFailed):
        run(house, DeclareFinal(proposal=1), system(date(2026, 1, 1)))
    (again,) = run(house, DispatchNotice(letter=LETTER, proposal=1), officer(date(2025, 10, 6)))
    assert (again.number, again.remedy_ends_on) == (2, date(2025, 11, 10))


def test_an_action_suspends_and_won_it_leaves_the_award_as_it_was_and_lets_payments_go_on():
    house = final()
    decided(house, "revocation")
    send(house)
    run(
        house,
        RecordLawsuit(filed_on=date(2025, 10, 1), court_reference="3 K 1/25", proposal=1),
        officer(date(2025, 10, 2)),
    )
    with pytest.raises(LawsuitPending):
        run(house, DeclareFinal(proposal=1), system(date(2026, 1, 1)))
    won = ConcludeLawsuit(outcome=Outcome.UPHELD, concluded_on=date(2026, 3, 2), proposal=1)
    released = asked(run(house, won, officer(date(2026, 3, 3))))
    assert (released.by_year, released.freeze) == ((), False)
    state = house.state(AWARD)
    assert (state.grant.by_year, state.course.waiting, committed(house)) == (D1_SPLIT, None, D1_SPLIT)
    assert not any(isinstance(it, review.GrantChanged) for it in told_by(house))


def test_an_action_lost_lets_the_change_take_effect():
    house = final()
    decided(house, "retraction")
    send(house)
    run(
        house,
        RecordLawsuit(filed_on=date(2025, 10, 1), court_reference="3 K 1/25", proposal=1),
        officer(date(2025, 10, 2)),
    )
    lost = ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2026, 3, 2), proposal=1)
    assert asked(run(house, lost, officer(date(2026, 3, 3)))).by_year == LOST


# ---- At once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["revocation", "retraction", "amendment"])
def test_with_reasons_for_its_immediate_execution_the_money_moves_at_once(kind: str):
    house = final()
    events = decided(house, kind, immediate="Das Geld würde ausgegeben.")[AWARD]
    assert (asked(events).by_year, house.state(AWARD).grant.by_year) == (LOST, LEFT)
    send(house)
    last = run(house, DeclareFinal(proposal=1), system(date(2025, 11, 5)))
    assert [type(it).__name__ for it in last] == ["DecisionBecameFinal"], "the money moved before"


def test_what_only_states_the_law_or_was_asked_for_waits_for_nothing():
    house = final()
    run(house, LAPSE, officer(DECIDED))
    assert asked(house.perform(award.decide_annulment(CASE, 1), approver(DECIDED))[AWARD]).by_year == D1_SPLIT
    wished = final()
    run(wished, award.ReceiveChange(
        change="c-1", kind="shift", by_year=LEFT, eligible_cents=0, ends_on=None, reason="weniger", requested_on=DECIDED,
        acted=(),
    ), system(DECIDED))  # fmt: skip
    run(wished, replace(LESS, change="c-1"), officer(DECIDED))
    assert asked(wished.perform(award.approve_amendment(CASE, 1), approver(DECIDED))[AWARD]).by_year == LOST


# ---- Before the award itself is final -------------------------------------------------------------------------------


@pytest.mark.parametrize("dispatched", [False, True])
def test_review_frees_its_own_money_with_the_finality_of_the_change(dispatched: bool):
    house = before_finality(dispatched=dispatched)
    decided(house, "revocation")
    send(house)
    assert committed(house) == D1_SPLIT
    run(house, RecordWaiver(declared_on=SENT, proposal=1), officer(SENT))
    assert (committed(house), house.state(AWARD).grant.by_year) == (LEFT, LEFT)


def test_an_award_that_becomes_final_while_a_change_waits_is_assigned_whole_and_stopped():
    house = before_finality()
    decided(house, "revocation")
    events = run(house, RecordWaiver(declared_on=SENT), officer(SENT))
    assert next(it for it in events if isinstance(it, FundsAssigned)).by_year == D1_SPLIT
    assert asked(events).freeze
    send(house)
    last = asked(run(house, RecordWaiver(declared_on=SENT, proposal=1), officer(SENT)))
    assert (last.by_year, last.freeze) == (LOST, False)


def test_an_award_that_was_revoked_whole_is_gone_when_that_is_final():
    house = before_finality()
    run(house, HEAR, officer(date(2025, 9, 1)))
    run(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    run(house, replace(REVOKE, by_year=(), eligible_cents=0), officer(date(2025, 9, 12)))
    house.perform(award.decide_annulment(CASE, 1), approver(DECIDED))
    assert isinstance(house.state(AWARD), award.Notified)
    send(house)
    run(house, RecordWaiver(declared_on=SENT, proposal=1), officer(SENT))
    assert isinstance(house.state(AWARD), award.Gone)
    assert committed(house) == ()


# ---- One at a time --------------------------------------------------------------------------------------------------


def test_nothing_else_is_changed_while_a_change_waits():
    house = final()
    decided(house, "revocation")
    for command in (LATER, LAPSE):
        with pytest.raises(ChangeWaits):
            run(house, command, officer(DECIDED))


def test_there_is_no_notice_of_a_change_that_was_not_decided():
    with pytest.raises(UnknownNotice):
        run(final(), DispatchNotice(letter=LETTER, proposal=1), officer(SENT))


def test_without_the_wait_the_money_would_move_with_the_decision(monkeypatch: pytest.MonkeyPatch):
    """The negative control: what suspends is the one protection."""
    monkeypatch.setattr(effects, "SUSPENDED", frozenset())
    monkeypatch.setattr("services.review.award.annulment.SUSPENDED", frozenset())
    house = final()
    assert asked(decided(house, "revocation")[AWARD]).by_year == LOST


def test_the_others_hear_of_a_change_when_it_takes_effect():
    house = final()
    decided(house, "revocation")
    assert not any(isinstance(it, review.GrantChanged) for it in told_by(house))
    send(house)
    run(house, RecordWaiver(declared_on=SENT, proposal=1), officer(SENT))
    (changed,) = (it for it in told_by(house) if isinstance(it, review.GrantChanged))
    assert (changed.kind, changed.by_year, changed.number) == ("revocation", LEFT, 1)
    assert sum(isinstance(it, review.AwardFinal) for it in told_by(house)) == 1


# ---- Over the interface ---------------------------------------------------------------------------------------------


@pytest.fixture
def road(tmp_path: Path, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        yield road


def post(road: Road, case: str, step: str, body: Mapping[str, Any], role: Role = Role.CASE_OFFICER) -> None:
    headers = {"If-Match": road.read(case)["etags"]["award"]}
    answer = road.person(f"p-{role}-2", role).post(f"/review/cases/{case}/{step}", json=body, headers=headers)
    assert answer.status_code == 200, (step, answer.text)


def test_a_reduction_is_decided_sent_contested_and_takes_effect_by_the_clock(road: Road):
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": "2025-05-28"})
    body = {
        "by_year": [{"year": 2025, "cents": 20_000_00}], "eligible_cents": 25_000_00, "ends_on": "2026-06-30",
        "reasons": "weniger Bedarf",
    }  # fmt: skip
    post(road, case, "amendment", body)
    post(road, case, "amendment/approval", {}, Role.APPROVER)
    found = road.read(case)
    (change,) = found["award"]["course"]["changes"]
    assert (found["status"], change["waits"], found["award"]["course"]["frozen"]) == ("awaiting-notice", True, True)
    first = found["actions"][0]
    assert (first["name"], first["proposal"]) == ("dispatch-notice", 1)
    page = road.person("p-case-officer-2", Role.CASE_OFFICER).get(
        f"/review/cases/{case}", headers={"Accept": "text/html"}
    ).text  # fmt: skip
    assert f"/review/cases/{case}/letters/change-1" in page
    preview = road.auditor.get(f"/review/cases/{case}/letters/change-1").content
    road.do(case, "notice", {"proposal": 1})
    told = road.read(case)
    assert told["status"] == "awaiting-finality"
    assert road.auditor.get(f"/review/cases/{case}/letters/change-1").content == preview
    last = date.fromisoformat(told["award"]["course"]["changes"][0]["notice"]["remedy_ends_on"])
    road.turn_to(last.replace(day=last.day + 1))
    wait_until(lambda: "change-took-effect" in road.topics(case), "das Wirksamwerden")
    told = road.read(case)
    assert (told["status"], told["award"]["granted_cents"]) == ("final", 20_000_00)
    assert isinstance(told["award"]["course"]["changes"][0]["final_on"], str)
