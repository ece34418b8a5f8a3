"""Nachforderung over the API and on the pages, with the clock: 16.05. asked, 30.05. the end, as in example d1."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest

from services.intake.application import ApplicationDeclaredComplete
from shared.identity import Role
from shared.shipped_policies import shipped
from tests.conftest import StartNats
from tests.intake.builders import PDF
from tests.intake.offices import Desk, Place, blueprint, serving
from tests.intake.test_pages import hidden, page
from tests.intake.test_policies import told
from tests.servers import wait_until


@pytest.fixture(scope="module")
def office(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An intake of its own, because its calendar is turned."""
    place = Place(folder=tmp_path_factory.mktemp("supplying"), nats=start_nats())
    place.turn_to(datetime(2025, 5, 16, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        yield Desk(service)


def test_a_municipality_is_asked_answers_in_place_and_the_clerk_goes_on(office: Desk) -> None:
    case = office.case()
    asked = office.requests(case)
    assert asked.status_code == 200, asked.text
    told = office.status(case)
    assert (told["code"], told["due_on"], told["missing"]) == (
        "documents-missing",
        "2025-05-30",
        ["Nachweis des Eigenanteils"],
    )
    shown = page(office.town, f"/intake/cases/{case}")
    assert "Bitte reichen Sie bis zum 30.05.2025 nach: Nachweis des Eigenanteils" in shown.text
    assert "Am Zug: <strong>Ihre Kommune</strong>" in shown.text
    form = f"/intake/forms/cases/{case}/supplies"
    fields = hidden(shown.text, form)
    forgotten = office.town.post(form, data=fields, files={"attachments.0": ("", b"", "")})
    assert (forgotten.status_code, "Bitte wählen Sie eine Datei aus" in forgotten.text) == (422, True)
    sent = office.town.post(
        form, data=fields, files={"attachments.0": ("beschluss.pdf", PDF + b"2", "application/pdf")}
    )
    assert sent.status_code == 303, sent.text
    assert office.status(case)["code"] == "documents-supplied"
    record = office.clerk.get(f"/intake/cases/{case}").json()
    assert [(it["number"], it["came"]) for it in record["requested"]] == [(1, True)]
    assert office.clerk.get(record["documents"][-1]["url"]).content == PDF + b"2"
    assert "Unterlagen nachgereicht" in page(office.clerk, f"/intake/cases/{case}").text
    assert office.completes(case).status_code == 200


def test_what_the_checks_found_missing_is_suggested_to_the_clerk_until_it_is_asked_for(office: Desk) -> None:
    case = office.case(attachments=[], representative_name=None)
    texts = [
        it["text"] for it in office.clerk.get(f"/intake/cases/{case}").json()["findings"] if it["severity"] == "missing"
    ]
    assert texts
    assert f'name="documents.0.text" type="text" value="{texts[0]}"' in unescape(
        page(office.clerk, f"/intake/cases/{case}").text
    )
    office.requests(case, text=texts[0])
    assert f'value="{texts[0]}"' not in unescape(page(office.clerk, f"/intake/cases/{case}").text)


def test_what_the_checks_found_missing_hinders_completeness_until_it_is_supplied_and_a_warning_does_not(
    office: Desk,
) -> None:
    case = office.case(attachments=[], representative_name=None, account_holder="Stadtwerke")
    record = office.clerk.get(f"/intake/cases/{case}").json()
    own_share, who = (it["text"] for it in record["findings"] if it["severity"] == "missing")
    assert "warning" in [it["severity"] for it in record["findings"]]
    assert set(record["lacking"]) == {own_share, who}
    refused = office.completes(case)
    assert (refused.status_code, refused.json()["code"]) == (409, "documents-missing")
    assert own_share in refused.json()["detail"]
    assert who in refused.json()["detail"]
    assert own_share in unescape(page(office.clerk, f"/intake/cases/{case}").text)
    # The council's decision settles the own share in whatever words it was asked for; the rest is asked for as it was found.
    wanted = [{"kind": "council-decision", "text": "Ratsbeschluss"}, {"text": who}]
    assert office.acts(office.clerk, case, "document-requests", {"documents": wanted}).status_code == 200
    assert office.supplies(case, 1).status_code == 200
    assert office.completes(case).json()["detail"].startswith(who)
    assert office.supplies(case, 2, PDF + b"2").status_code == 200
    assert office.clerk.get(f"/intake/cases/{case}").json()["lacking"] == []
    assert office.completes(case).status_code == 200


def test_what_the_checks_found_missing_is_dispensed_with_for_a_reason_that_the_event_keeps(office: Desk) -> None:
    case = office.case(attachments=[])
    given = office.acts(office.clerk, case, "completeness", {"reason": "Im Haushaltsplan ersichtlich."})
    assert given.status_code == 200, given.text
    history = office.service.house.store.history(f"application-{case}")
    (told,) = [it.event for it in history if isinstance(it.event, ApplicationDeclaredComplete)]
    assert told.waived_findings == ("B9 own-share-unproven financing.own_cents",)


def test_what_is_missing_hinders_completeness_until_a_reason_is_given(office: Desk) -> None:
    case = office.case()
    office.requests(case)
    refused = office.completes(case)
    assert (refused.status_code, refused.json()["code"]) == (409, "documents-missing")
    assert "Nachweis des Eigenanteils" in refused.json()["detail"]
    given = office.acts(office.clerk, case, "completeness", {"reason": "Im Haushaltsplan ersichtlich."})
    assert given.status_code == 200, given.text
    assert office.status(case)["code"] == "complete"


def test_paper_is_scanned_counted_and_lies_with_the_other_documents(office: Desk) -> None:
    case = office.case()
    before = office.clerk.get("/intake/summary").json()["media_breaks"]
    form = f"/intake/forms/cases/{case}/paper-documents"
    fields = hidden(page(office.clerk, f"/intake/cases/{case}").text, form)
    typed = {**fields, "attachments.0.kind": "other", "received_on": "2025-05-15"}
    sent = office.clerk.post(form, data=typed, files={"attachments.0": ("scan.pdf", PDF + b"3", "application/pdf")})
    assert sent.status_code == 303, sent.text
    record = office.clerk.get(f"/intake/cases/{case}").json()
    assert (record["media_breaks"], len(record["documents"])) == (1, 2)
    office.service.settled()
    assert office.clerk.get("/intake/summary").json()["media_breaks"] == before + 1
    assert "Medienbrüche" in page(office.clerk, "/intake/").text
    assert office.service.client("p-t", Role.APPLICANT).get("/intake/summary").status_code == 403


def test_the_clock_notes_the_end_of_the_period_after_days_of_downtime_and_a_person_gives_more_time(
    start_nats: StartNats, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path / "place", nats=start_nats())
    place.turn_to(datetime(2025, 5, 16, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        case = desk.case()
        desk.requests(case)
        [due] = desk.clerk.get("/intake/deadlines").json()["items"]
        assert (due["kind"], due["case"], due["on"]) == ("documents", case, "2025-05-31")
    place.turn_to(datetime(2025, 6, 4, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        wait_until(lambda: desk.status(case)["code"] == "deadline-expired", "den Ablauf der Frist")
        events = desk.clerk.get(f"/intake/cases/{case}/history").json()["events"]
        [expired] = [it for it in events if it["topic"] == "intake.document-deadline-expired.v1"]
        assert (expired["facts"]["expired_on"], expired["actor"]) == ("2025-05-30", "system")
        assert "Frist für Unterlagen abgelaufen" in page(desk.town, f"/intake/cases/{case}").text
        more = desk.acts(desk.clerk, case, "extensions", {"ends_on": "2025-06-20", "reason": "Ratssitzung am 18.06."})
        assert more.status_code == 200, more.text
        assert (desk.status(case)["code"], desk.status(case)["due_on"]) == ("documents-missing", "2025-06-20")
        service.settled()
        assert [it["on"] for it in desk.clerk.get("/intake/deadlines").json()["items"]] == ["2025-06-21"]


def test_a_period_shorter_than_policy_allows_is_refused_with_the_field(office: Desk) -> None:
    case = office.case()
    answer = office.requests(case, ends_on="2025-05-20")
    assert (answer.status_code, answer.json()["code"]) == (422, "deadline-too-short")
    assert answer.json()["errors"][0]["field"] == "ends_on"
    assert date.fromisoformat("2025-05-30").strftime("%d.%m.%Y") in answer.text


def test_until_review_told_of_policies_the_shipped_ones_hold_and_then_what_it_told(
    start_nats: StartNats, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    place.turn_to(datetime(2025, 5, 16, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        case, another = desk.case(), desk.case(title="Ein anderes Vorhaben")
        assert desk.requests(case).status_code == 200
        assert desk.status(case)["due_on"] == "2025-05-30"
        for it in shipped()["thueregovrl"]:
            text = it.text.replace("document_request_days = 14", "document_request_days = 21")
            service.tell(
                "review", "", told(text.replace("document_extension_days = 14", "document_extension_days = 7"))
            )
        service.settled()
        assert desk.requests(another).status_code == 200
        assert desk.status(another)["due_on"] == "2025-06-06"
        # Seven days after 30.05. is a Friday; from a period that has ended, it is seven days from today.
        assert desk.acts(desk.clerk, case, "extensions", {"reason": "Ratssitzung"}).status_code == 200
        record = desk.clerk.get(f"/intake/cases/{case}").json()
        assert record["deadline"]["ends_on"] == "2025-06-06"
        assert "um 7 Tage nach der Verwaltungspraxis" in record["deadline"]["rule"]
        place.turn_to(datetime(2025, 6, 17, 9, tzinfo=UTC))
        assert desk.acts(desk.clerk, case, "extensions", {"reason": "Ratssitzung"}).status_code == 200
        assert desk.clerk.get(f"/intake/cases/{case}").json()["deadline"]["ends_on"] == "2025-06-24"
