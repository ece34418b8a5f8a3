"""Legal succession as intake sees it: told in any order with the rest, the successor acts, the former body no longer."""

from datetime import date
from itertools import permutations
from uuid import uuid4

import pytest

from services.intake import drawdown
from services.intake.application import Event, Note, Submitted, WithdrawApplication, decider, succeeding
from services.intake.progress import ContradictoryNote, Fact, RecipientSucceeded
from services.intake.publications import publish
from services.intake.territorial_change import ChangeKind, OfficialChange, Unit
from services.intake.territory import RecordChanges, TerritorialChangeRecorded
from services.intake.territory import decider as territory
from shared.contracts import intake, review
from shared.decider import RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.intake.builders import (
    ARNSTADT,
    AWARD,
    BEGUN,
    CASE,
    CLERK,
    FINAL,
    FUNDS,
    STADTILM,
    SYSTEM,
    UNTIL_COMPLETE,
    Streams,
    a_drawdown,
    application_with,
    given,
    recipient,
)
from tests.intake.offices import Desk
from tests.scenario import Scenario

SUCCEEDED = RecipientSucceeded(
    reference="16/2027/0001-R", old_key=STADTILM, new_key=ARNSTADT, new_name="Stadt Arnstadt",
    effective_on=date(2025, 7, 1), recorded_on=date(2025, 7, 3),
)  # fmt: skip


def folded(*history: Event) -> Submitted:
    state = decider.fold(history)
    assert isinstance(state, Submitted)
    return state


@pytest.mark.parametrize("order", list(permutations((BEGUN, AWARD, FINAL, SUCCEEDED))))
def test_a_succession_is_noted_wherever_it_comes_among_the_others(order: tuple[Fact, ...]) -> None:
    state = folded(*UNTIL_COMPLETE, *order)
    assert (state.applicant_key, state.applicant_name) == (ARNSTADT, "Stadt Arnstadt")
    assert state.form.applicant_key == STADTILM
    given(*UNTIL_COMPLETE, *order).when(Note(fact=SUCCEEDED), SYSTEM).then()


def test_two_successions_follow_each_other_in_whatever_order_they_come() -> None:
    second = replace(
        SUCCEEDED, reference="16/2028/0002-R", old_key=ARNSTADT, new_key="16070058", new_name="Stadt Ilmenau"
    )
    for order in permutations((SUCCEEDED, second)):
        assert folded(*UNTIL_COMPLETE, *order).applicant_key == "16070058"
    back = replace(second, new_key=STADTILM, new_name="Stadt Stadtilm")
    assert folded(*UNTIL_COMPLETE, SUCCEEDED, back).applicant_key == STADTILM


def test_another_successor_for_the_same_body_contradicts() -> None:
    with pytest.raises(ContradictoryNote):
        given(*UNTIL_COMPLETE, SUCCEEDED).when(Note(fact=replace(SUCCEEDED, new_key="16070028")), SYSTEM)


def test_the_former_body_may_no_longer_withdraw_and_the_successor_may() -> None:
    story = given(*UNTIL_COMPLETE, SUCCEEDED)
    with pytest.raises(RefusedAttempt):
        story.when(WithdrawApplication(applicant_keys=(STADTILM,)), recipient(date(2025, 7, 4)))
    story.when(WithdrawApplication(applicant_keys=(ARNSTADT,)), recipient(date(2025, 7, 4)))


def test_the_successor_calls_the_money_and_the_former_body_does_not() -> None:
    on = recipient(date(2025, 8, 4))
    streams = application_with(*UNTIL_COMPLETE, BEGUN, AWARD, FINAL, FUNDS, SUCCEEDED)
    with pytest.raises(RefusedAttempt):
        streams.act(drawdown.request(a_drawdown()), on)
    assert streams.act(drawdown.request(a_drawdown(applicant_keys=(ARNSTADT,))), on)


# ---- What intake tells ---------------------------------------------------------------------------------------------


def change(**of: object) -> OfficialChange:
    record = OfficialChange(
        reference="16/2024/0013-R", unit=Unit.MUNICIPALITY, kind=ChangeKind.DISSOLUTION, effective_on=date(2024, 1, 1),
        old_key="16076004", old_ars="160760004004", old_name="Berga/Elster, Stadt", new_key="16076094",
        new_ars="160760094094", new_name="Berga-Wünschendorf, Stadt",
    )  # fmt: skip
    return replace(record, **of)


def told(record: OfficialChange) -> object | None:
    command = RecordChanges(records=(record,), sha256="", attribution="Bekanntmachung")
    event = Scenario(territory, ()).when(command, CLERK).then_one(TerritorialChangeRecorded)
    return publish(event, territory.fold([event]))


def test_a_body_that_ceased_is_told_with_the_official_reference() -> None:
    assert told(change()) == intake.BodyDissolved(
        reference="16/2024/0013-R", effective_on=date(2024, 1, 1), old_key="16076004", old_name="Stadt Berga/Elster",
        new_key="16076094", new_name="Stadt Berga-Wünschendorf",
    )  # fmt: skip


def test_an_association_that_ceased_is_succeeded_by_the_municipality_that_serves() -> None:
    it = told(
        change(
            reference="16/2024/0018-R", unit=Unit.ASSOCIATION, old_key="160615012", old_ars="160615012",
            old_name="Uder", new_key="160615051", new_ars="160615051", new_name="EG Uder",
        )
    )  # fmt: skip
    assert isinstance(it, intake.BodyDissolved)
    assert (it.old_name, it.new_key, it.new_name) == ("Verwaltungsgemeinschaft Uder", "16061119", "Uder")


def test_what_ends_nobody_is_not_told() -> None:
    renamed = change(kind=ChangeKind.NAME_CHANGE, old_key="16070048", new_key="16070048", new_name="Stadtilm, Stadt")
    moved = change(kind=ChangeKind.KEY_CHANGE, old_key="16074104", new_key="16074104", new_ars="160745011104")
    assert (told(renamed), told(moved)) == (None, None)


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


def test_a_case_moves_from_one_desk_to_the_other(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    it = review.RecipientSucceeded(
        reference="16/2027/0001-R", old_key=STADTILM, old_name="Stadt Stadtilm", new_key=ARNSTADT,
        new_name="Stadt Arnstadt", effective_on=date(2025, 5, 1), recorded_on=date(2025, 5, 12), acted=(),
    )  # fmt: skip
    assert desk.other_town.get(f"/intake/cases/{case}").status_code == 404
    desk.service.tell("review", case, it)
    desk.service.settled()
    assert desk.town.get(f"/intake/cases/{case}").status_code == 404
    record = desk.other_town.get(f"/intake/cases/{case}").json()
    assert (record["applicant_name"], record["successions"][0]["reference"]) == ("Stadt Arnstadt", "16/2027/0001-R")
    listed = {it["case"] for it in desk.other_town.get("/intake/applications").json()["items"]}
    assert case in listed
    assert case not in {it["case"] for it in desk.town.get("/intake/applications").json()["items"]}
    page = desk.service.client("p-arnstadt", Role.APPLICANT, keys=(ARNSTADT,))
    shown = page.get(f"/intake/cases/{case}", headers={"Accept": "text/html"}).text
    assert "Rechtsnachfolge vermerkt" in shown
    headers = {"If-Match": desk.etag(case), "Idempotency-Key": uuid4().hex}
    refused = desk.town.post(f"/intake/cases/{case}/withdrawal", json={}, headers=headers)
    assert (refused.status_code, CASE) != (200, case)


# ---- Before the application is handed on ---------------------------------------------------------------------------

DISSOLVED = change(
    reference="16/2025/0001-R", effective_on=date(2025, 5, 1), old_key=STADTILM, old_ars="160700048048",
    old_name="Stadtilm, Stadt", new_key=ARNSTADT, new_ars="160700004004", new_name="Arnstadt, Stadt",
)  # fmt: skip


def waiting(*history: Event, change: OfficialChange | None = DISSOLVED) -> Streams:
    """An application at intake, and a register that knows the change."""
    streams = application_with(*history)
    if change is not None:
        command = RecordChanges(records=(change,), sha256="", attribution="Bekanntmachung")
        streams.events["territory-thueringen"] += territory.decide(command, territory.initial, CLERK)
    return streams


def test_a_clerk_names_the_successor_while_intake_has_the_application_and_review_hears_of_no_other() -> None:
    streams = waiting(*UNTIL_COMPLETE[:2])
    [noted] = streams.act(succeeding.name_successor(CASE, ARNSTADT), CLERK)[f"application-{CASE}"]
    assert (noted.reference, noted.new_name, noted.acted[0].person) == ("16/2025/0001-R", "Stadt Arnstadt", "p-clerk")
    assert streams.act(succeeding.name_successor(CASE, ARNSTADT), CLERK) == {}
    state = folded(*UNTIL_COMPLETE[:2], noted, UNTIL_COMPLETE[2])
    handed_on = publish(UNTIL_COMPLETE[2], state)
    assert isinstance(handed_on, intake.ApplicationCompleted)
    assert (handed_on.applicant_key, handed_on.applicant_name) == (ARNSTADT, "Stadt Arnstadt")


def test_nobody_is_succeeded_at_intake_without_cause_by_a_stranger_or_after_it_was_handed_on() -> None:
    with pytest.raises(succeeding.ApplicantExists):
        waiting(*UNTIL_COMPLETE[:2], change=None).act(succeeding.name_successor(CASE, ARNSTADT), CLERK)
    with pytest.raises(succeeding.NotASuccessor, match="Stadt Arnstadt"):
        waiting(*UNTIL_COMPLETE[:2]).act(succeeding.name_successor(CASE, "16051000"), CLERK)
    with pytest.raises(succeeding.HandedOn):
        waiting(*UNTIL_COMPLETE).act(succeeding.name_successor(CASE, ARNSTADT), CLERK)
    with pytest.raises(RefusedAttempt):
        waiting(*UNTIL_COMPLETE[:2]).act(succeeding.name_successor(CASE, ARNSTADT), recipient(date(2025, 7, 4)))


def test_the_clerk_names_the_successor_by_a_form_of_the_case(desk: Desk) -> None:
    case = desk.case()
    record = {
        "reference": "16/2025/0001-R", "kind": "dissolution", "effective_on": "2025-05-01", "old_key": STADTILM,
        "old_ars": "160700048048", "old_name": "Stadtilm, Stadt", "new_key": ARNSTADT, "new_ars": "160700004004",
        "new_name": "Arnstadt, Stadt",
    }  # fmt: skip
    entered = desk.clerk.post("/intake/register/changes", json=record, headers={"Idempotency-Key": uuid4().hex})
    assert entered.status_code == 200, entered.text
    read = desk.clerk.get(f"/intake/cases/{case}").json()
    assert (read["actions"][0]["name"], read["heirs"]) == (
        "name-successor", [{"key": ARNSTADT, "name": "Stadt Arnstadt"}],
    )  # fmt: skip
    page = desk.clerk.get(f"/intake/cases/{case}", headers={"Accept": "text/html"}).text
    assert "Stadt Stadtilm besteht nicht mehr." in page
    form = {"new_key": ARNSTADT, "If-Match": desk.etag(case), "back": f"/intake/cases/{case}?done=name-successor"}
    sent = desk.clerk.post(f"/intake/forms/cases/{case}/successor", data=form, headers={"Accept": "text/html"})
    assert sent.status_code == 303, sent.text
    assert desk.other_town.get(f"/intake/cases/{case}").json()["heirs"] == []
