"""Drafts over the API and in a browser without script: saved, resumed, handed in, and gone afterwards."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.api.drafting import PATH
from services.intake.draft import DraftSaved, decider
from shared.identity import Erased, Role
from tests.conftest import StartNats
from tests.intake.builders import ARNSTADT, PERSONAL, STADTILM, a_body
from tests.intake.offices import Desk, Place, blueprint, serving
from tests.intake.test_pages import TYPED, hidden, page
from tests.servers import wait_until

FIELDS = {"title": "  Halb fertig, §\r\n", "iban": "DE89 37", "contact_name": PERSONAL[0], "lines.0.cents": "1.2,,"}


def begun(desk: Desk, fields: dict[str, str] = FIELDS, key: str = "", client: Any = None) -> httpx2.Response:
    headers = {"Idempotency-Key": key or str(uuid4())}
    return (client or desk.town).post(PATH, json={"fields": fields}, headers=headers)


def saves(desk: Desk, draft: str, version: int, client: Any = None, **fields: str) -> httpx2.Response:
    headers = {"If-Match": f'"{version}"'}
    return (client or desk.town).put(f"{PATH}/{draft}", json={"fields": {**FIELDS, **fields}}, headers=headers)


def events(desk: Desk, draft: str) -> list[str]:
    return [type(it.event).__name__ for it in desk.service.house.store.history(decider.stream(draft))]


def submits(desk: Desk, draft: str, version: int, key: str = "", **changes: Any) -> httpx2.Response:
    headers = {"Idempotency-Key": key or str(uuid4()), "If-Match": f'"{version}"'}
    return desk.town.post(f"{PATH}/{draft}/submission", json=a_body(**changes), headers=headers)


def a_draft(desk: Desk) -> str:
    return begun(desk).json()["draft"]


def test_what_was_typed_comes_back_exactly_and_lies_nowhere_in_clear(desk: Desk) -> None:
    answer = begun(desk)
    assert answer.status_code == 201, answer.text
    again = desk.town.get(answer.headers["location"])
    assert again.json()["fields"] == FIELDS
    assert again.headers["etag"] == '"1"'
    desk.service.settled()
    kept = [it.read_bytes() for it in desk.service.place.folder.rglob("*") if it.is_file()]
    assert not any(PERSONAL[0].encode() in it for it in kept)


def test_a_colleague_goes_on_with_it_and_nobody_else_sees_it(desk: Desk) -> None:
    draft = a_draft(desk)
    colleague = desk.service.client("p-kollege", Role.APPLICANT, keys=(STADTILM,))
    assert saves(desk, draft, 1, colleague, title="Von der Kollegin").status_code == 200
    assert desk.town.get(f"{PATH}/{draft}").json()["fields"]["title"] == "Von der Kollegin"
    desk.service.settled()
    assert draft in [it["draft"] for it in colleague.get(PATH).json()["items"]]
    assert draft not in [it["draft"] for it in desk.other_town.get(PATH).json()["items"]]
    for answer in (desk.other_town.get(f"{PATH}/{draft}"), saves(desk, draft, 2, desk.other_town)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-draft")
    for client in (desk.clerk, desk.auditor):
        for path in (PATH, f"{PATH}/{draft}"):
            assert (client.get(path).status_code, client.get(path).json()["code"]) == (403, "role-not-allowed")
    foreign = desk.town.post(
        PATH, json={"fields": {}, "applicant_key": ARNSTADT}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not-your-body")


def test_the_same_again_is_no_event_and_no_conflict_and_something_else_is_one(desk: Desk) -> None:
    draft = a_draft(desk)
    assert saves(desk, draft, 1).headers["etag"] == '"1"'
    assert saves(desk, draft, 1, title="Neu").headers["etag"] == '"2"'
    assert saves(desk, draft, 1, title="Neu").headers["etag"] == '"2"'
    stale = saves(desk, draft, 1, title="Anders")
    assert (stale.status_code, stale.json()["code"]) == (412, "draft-changed")
    without = desk.town.put(f"{PATH}/{draft}", json={"fields": {}})
    assert (without.status_code, without.json()["code"]) == (428, "if-match-missing")
    assert events(desk, draft) == ["DraftSaved", "DraftSaved"]


def test_a_hundred_saves_leave_two_documents(desk: Desk) -> None:
    draft = a_draft(desk)
    for version in range(1, 100):
        assert saves(desk, draft, version, title=f"Stand {version}").status_code == 200
    subject = desk.service.house.store.history(decider.stream(draft))[0].event.content.subject
    folder: Path = desk.service.place.settings().documents / subject
    assert len(list(folder.iterdir())) == 2
    assert desk.town.get(f"{PATH}/{draft}").json()["fields"]["title"] == "Stand 99"


def test_the_same_request_begins_one_draft(desk: Desk) -> None:
    key = str(uuid4())
    first, second = begun(desk, key=key), begun(desk, key=key)
    assert first.json() == second.json()
    assert events(desk, first.json()["draft"]) == ["DraftSaved"]


@pytest.mark.parametrize(
    "fields", [{"Title": "x"}, {"title": "x" * 4_001}, {f"lines.{it}.cents": "1" * 3_000 for it in range(70)}, {"a/b": "x"}]
)  # fmt: skip
def test_what_no_form_holds_is_refused(desk: Desk, fields: dict[str, str]) -> None:
    answer = begun(desk, fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    lone = '{"fields": {"title": "\\ud800"}}'
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    assert desk.town.post(PATH, content=lone, headers=headers).status_code == 422


def is_erased(desk: Desk, draft: str) -> None:
    """The log says that the key is destroyed, the content is gone, and nothing waits."""
    wait_until(lambda: events(desk, draft)[-1] == "DraftErased", "die Vernichtung des Schlüssels")
    house, history = desk.service.house, desk.service.house.store.history(decider.stream(draft))
    [*_, content] = [it.event.content for it in history if isinstance(it.event, DraftSaved)]
    assert isinstance(house.documents.get(content), Erased)
    wait_until(lambda: house.idle, "die Ruhe des Hauses")
    assert not list((desk.service.place.settings().documents / content.subject).iterdir())


def test_an_application_is_handed_in_from_it_once_and_its_key_is_destroyed(desk: Desk) -> None:
    draft, key = a_draft(desk), str(uuid4())
    answer = submits(desk, draft, 1, key)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert desk.town.get(answer.headers["location"]).json()["file_number"] == told["file_number"]
    assert submits(desk, draft, 1, key).json() == told
    again = submits(desk, draft, 1)
    assert (again.status_code, again.json()["code"]) == (409, "draft-over")
    assert told["file_number"] in again.json()["detail"]
    is_erased(desk, draft)
    assert events(desk, draft) == ["DraftSaved", "DraftSubmitted", "DraftErased"]
    assert desk.town.get(f"{PATH}/{draft}").json()["code"] == "draft-over"
    assert draft not in [it["draft"] for it in desk.town.get(PATH).json()["items"]]


def test_a_submission_that_is_refused_leaves_the_draft_as_it_was(desk: Desk) -> None:
    draft = a_draft(desk)
    refused = [
        submits(desk, draft, 1, iban="DE1"),
        submits(desk, draft, 1, financing={"own_cents": 1, "grant_cents": 1}),
        submits(desk, draft, 7),
    ]
    assert [it.status_code for it in refused] == [422, 422, 412]
    headers = {"Idempotency-Key": str(uuid4())}
    without = desk.town.post(f"{PATH}/{draft}/submission", json=a_body(), headers=headers)
    assert (without.status_code, without.json()["code"]) == (428, "if-match-missing")
    assert desk.town.get(f"{PATH}/{draft}").json()["fields"] == FIELDS
    assert events(desk, draft) == ["DraftSaved"]


def test_a_draft_thrown_away_is_gone(desk: Desk) -> None:
    draft = a_draft(desk)
    discarded = desk.town.post(f"{PATH}/{draft}/discarding", json={}, headers={"If-Match": '"1"'})
    assert discarded.status_code == 200, discarded.text
    is_erased(desk, draft)
    assert saves(desk, draft, 1, title="Doch").json()["code"] == "draft-over"


def test_it_outlives_a_restart_and_the_clock_ends_it_also_after_days_of_downtime(
    start_nats: StartNats, tmp_path: Path
) -> None:
    nats = start_nats()
    place = Place(folder=tmp_path, nats=nats)
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        draft = a_draft(Desk(service))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        assert desk.town.get(f"{PATH}/{draft}").json()["kept_until_on"] == "2025-11-08"
    place.turn_to(datetime(2025, 11, 20, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        is_erased(desk, draft)
        assert events(desk, draft) == ["DraftSaved", "DraftExpired", "DraftErased"]
    nats.stop()


# ---- In a browser without script -----------------------------------------------------------------------------------


def posts(desk: Desk, path: str, typed: dict[str, str]) -> httpx2.Response:
    return desk.town.post(path, data=typed, files={"attachments.0": ("", b"", "")})


def test_without_script_a_button_saves_and_the_page_shows_it_again(desk: Desk) -> None:
    form = page(desk.town, "/intake/new")
    assert 'formaction="/intake/forms/drafts"' in form.text
    typed = {**TYPED, **hidden(form.text, "/intake/forms/applications"), "iban": "DE89 37", "attachments.0.kind": ""}
    answer = posts(desk, "/intake/forms/drafts", typed)
    assert answer.status_code == 303, answer.text
    shown = page(desk.town, answer.headers["location"])
    assert 'value="DE89 37"' in shown.text
    draft = answer.headers["location"].removeprefix(f"{PATH}/").partition("?")[0]
    seen = hidden(shown.text, f"/intake/forms/drafts/{draft}/submission")
    again = posts(desk, f"/intake/forms/drafts/{draft}", {**typed, **seen, "iban": TYPED["iban"]})
    assert again.status_code == 303, again.text
    desk.service.settled()
    assert f"{PATH}/{draft}" in page(desk.town, PATH).text
    sent = {**typed, **hidden(page(desk.town, f"{PATH}/{draft}").text, f"/intake/forms/drafts/{draft}/submission")}
    done = posts(desk, f"/intake/forms/drafts/{draft}/submission", {**sent, "iban": TYPED["iban"]})
    assert done.status_code == 303, done.text
    assert done.headers["location"].startswith("/intake/cases/")
    over = page(desk.town, f"{PATH}/{draft}")
    assert over.status_code == 409
    assert "Aktenzeichen" in over.text


def test_who_saves_over_another_one_sees_both_and_loses_nothing(desk: Desk) -> None:
    draft = a_draft(desk)
    saves(desk, draft, 1, title="Von der Kollegin")
    mine = {"title": "Von mir", "iban": FIELDS["iban"], "If-Match": '"1"'}
    answer = posts(desk, f"/intake/forms/drafts/{draft}", mine)
    assert answer.status_code == 412
    assert "Von der Kollegin" in answer.text
    assert 'value="Von mir"' in answer.text
    seen = hidden(answer.text, f"/intake/forms/drafts/{draft}/submission")
    assert seen["If-Match"] == '"2"'
    assert posts(desk, f"/intake/forms/drafts/{draft}", {**mine, **seen}).status_code == 303
    assert desk.town.get(f"{PATH}/{draft}").json()["fields"]["title"] == "Von mir"


def test_what_is_typed_into_a_draft_that_is_gone_stands_in_a_new_form(desk: Desk) -> None:
    draft = a_draft(desk)
    desk.town.post(f"{PATH}/{draft}/discarding", json={}, headers={"If-Match": '"1"'})
    answer = posts(desk, f"/intake/forms/drafts/{draft}", {"title": "Nicht verloren", "If-Match": '"1"'})
    assert answer.status_code == 409
    assert 'value="Nicht verloren"' in answer.text
    assert 'action="/intake/forms/applications"' in answer.text


def test_a_draft_with_more_rows_than_the_form_has_loses_none(desk: Desk) -> None:
    draft = begun(desk, {"lines.17.description": "Achtzehnte Zeile"}).json()["draft"]
    assert 'value="Achtzehnte Zeile"' in page(desk.town, f"{PATH}/{draft}").text


def test_no_event_of_a_draft_tells_what_was_typed(desk: Desk) -> None:
    draft = a_draft(desk)
    rows = desk.service.house.store.recorder.rows(0, 100_000)
    states = [bytes(it.state) for it in rows if it.stream == decider.stream(draft)]
    assert len(states) == 1
    assert re.search(rb"Halb fertig|DE89|Mustermann", states[0]) is None
    assert json.loads(states[0])["facts"]["applicant_key"] == STADTILM
