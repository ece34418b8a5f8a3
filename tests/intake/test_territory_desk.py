"""The register over HTTP: the official list goes in, and who applied for what is known by day and by instant."""

import dataclasses
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from typer.testing import CliRunner

from services.intake import __main__ as command_line
from services.intake.municipality import shipped
from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import a_body
from tests.intake.offices import Desk, Place, blueprint, serving
from tests.intake.official_files import Line, gv100ad, lines

HEAD = (
    "kennziffer,einheit,ars_alt,ags_alt,name_alt,aenderungsart,ars_neu,ags_neu,name_neu,wirksam_ab,einwohner,flaeche_ha"
)
BERGA = '16/2024/0013-R,Gemeinde,160760004004,16076004,"Berga/Elster, Stadt",1,160760094094,16076094,"Berga-Wünschendorf, Stadt",01.01.2024,,'
LATER = '16/2027/0001-R,Gemeinde,160700028028,16070028,Amt Wachsenburg,1,160700004004,16070004,"Arnstadt, Stadt",01.01.2025,7967,'
ELSEWHERE = "15/2024/0001-R,Gemeinde,150010000000,15001000,Dessau-Roßlau,1,150020000000,15002000,Halle,01.01.2024,,"


@pytest.fixture(scope="module")
def desk(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    nats = start_nats()
    place = Place(folder=tmp_path_factory.mktemp("territory"), nats=nats)
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        yield Desk(service)
    nats.stop()


def a_file(text: str, encoding: str = "utf-8") -> Mapping[str, Any]:
    return {"file": {"file_name": "list.csv", "content_base64": b64encode(text.encode(encoding)).decode()}}


def imports(desk: Desk, *lines: str, encoding: str = "utf-8") -> httpx2.Response:
    body, headers = a_file("\n".join((HEAD, *lines)), encoding), {"Idempotency-Key": str(uuid4())}
    return desk.clerk.post("/intake/register/change-list", json=body, headers=headers)


def test_the_official_list_goes_in_once_and_only_what_is_thuringian(desk: Desk) -> None:
    assert imports(desk, BERGA, ELSEWHERE).json()["changes"] == 1
    assert imports(desk, BERGA, encoding="cp1252").json()["changes"] == 1
    told = desk.clerk.get("/intake/register").json()
    assert [it["reference"] for it in told["changes"]] == ["16/2024/0013-R"]
    assert sum(told["bodies"][it] for it in ("municipality", "town", "independent-city")) == 605


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (BERGA.replace(",1,", ",7,", 1), "unknown-kind"),
        (BERGA.replace("16076004,", "16076005,"), "keys-inconsistent"),
        (BERGA.replace("01.01.2024", "31.02.2024"), "day-unreadable"),
        (BERGA.replace("Gemeinde,", "Ortsteil,"), "unknown-unit"),
        (BERGA.replace("Berga-Wünschendorf", "Berga-WÃ¼nschendorf"), "file-garbled"),
        (ELSEWHERE, "no-record"),
        (BERGA.replace("01.01.2024,,", "01.01.2024,viele,"), "count-unreadable"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_its_line(desk: Desk, line: str, code: str) -> None:
    answer = imports(desk, line)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert {it["field"] for it in answer.json()["errors"]} == {"file"}


def test_a_body_is_read_as_of_a_day_and_as_known_at_an_instant(desk: Desk) -> None:
    place = desk.service.place
    known_before = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
    place.turn_to(datetime(2025, 6, 2, 9, tzinfo=UTC))
    assert imports(desk, LATER).status_code == 200

    def read(key: str, on: date, **known: str) -> dict[str, Any]:
        return desk.clerk.get(f"/intake/municipalities/{key}", params={"on": on.isoformat(), **known}).json()

    assert read("16070028", date(2024, 12, 31))["exists"]
    now = read("16070028", date(2025, 5, 12))
    assert (now["exists"], now["successors"]) == (False, ["16070004"])
    assert read("16070004", date(2025, 5, 12))["inhabitants"] == 28_264 + 7_967
    then = read("16070028", date(2025, 5, 12), known_at=known_before.isoformat())
    assert (then["exists"], then["inhabitants"]) == (True, 7_967)


def test_who_was_dissolved_by_a_change_just_entered_is_told_the_successor(desk: Desk) -> None:
    imports(desk, LATER)
    town = desk.service.client("p-wachsenburg", Role.APPLICANT, keys=("16070028",))
    headers = {"Idempotency-Key": str(uuid4())}
    answer = town.post("/intake/applications", json=a_body(applicant_key="16070028"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "dissolved-applicant")
    assert "Stadt Arnstadt (16070004)" in answer.json()["detail"]


def test_a_zweckverband_is_entered_and_applies_under_its_free_key(desk: Desk) -> None:
    key, headers = "16070-zv-wasser", {"Idempotency-Key": str(uuid4())}
    body = {"key": key, "name": "Zweckverband Wasser Ilmtal", "begins_on": "2025-01-01"}
    assert desk.clerk.post("/intake/register/associations", json=body, headers=headers).status_code == 200
    association = desk.service.client("p-wasser", Role.APPLICANT, keys=(key,))
    application = a_body(applicant_key=key, account_holder="Zweckverband Wasser Ilmtal", starts_on="2025-07-01")
    answer = association.post("/intake/applications", json=application, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    record = association.get(f"/intake/cases/{answer.json()['case']}").json()
    assert (record["applicant_key"], record["applicant_name"]) == (key, "Zweckverband Wasser Ilmtal")


def test_a_change_typed_by_hand_names_its_reference_and_nobody_else_may_enter_it(desk: Desk) -> None:
    body = {
        "reference": "16/2027/0002-R", "kind": "name-change", "effective_on": "2027-01-01", "old_key": "16070048",
        "old_name": "Stadtilm, Stadt", "new_key": "16070048", "new_name": "Stadtilm an der Ilm, Stadt",
    }  # fmt: skip
    headers = {"Idempotency-Key": str(uuid4())}
    assert desk.town.post("/intake/register/changes", json=body, headers=headers).status_code == 403
    assert desk.clerk.post("/intake/register/changes", json=body, headers=headers).status_code == 200
    names = [
        desk.clerk.get("/intake/municipalities/16070048", params={"on": on}).json()["full_name"]
        for on in ("2026-12-31", "2027-01-01")
    ]
    assert names == ["Stadt Stadtilm", "Stadt Stadtilm an der Ilm"]


def test_a_directory_is_compared_first_and_accepted_by_who_looked_at_it(desk: Desk) -> None:
    on = date(2026, 1, 1)
    records = [replaced(it) for it in lines(shipped(), date(2024, 6, 1))]
    content = gv100ad(records, on, encoding="cp1252")
    body = {"file": {"file_name": "GV100AD_010126.txt", "content_base64": b64encode(content).decode()}}
    told = desk.clerk.post("/intake/register/directory", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert told.status_code == 200, told.text
    read = desk.clerk.get("/intake/register")
    previewed = read.json()["previewed"]
    assert previewed["sha256"] == told.json()["previewed"] == sha256(content).hexdigest()
    assert {"key": "16054000", "name": "Stadt Suhl", "kind": "inhabitants", "before": "36.986", "after": "37.000"} in (
        previewed["differences"]
    )
    seen = {"sha256": previewed["sha256"]}
    stale = desk.clerk.post("/intake/register/directory/acceptance", json=seen, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    assert previewed["disappeared"] == []
    accepted = desk.clerk.post(
        "/intake/register/directory/acceptance", json=seen, headers={"If-Match": read.headers["etag"]}
    )
    assert accepted.status_code == 200, accepted.text
    told_then = [
        desk.clerk.get("/intake/municipalities/16054000", params={"on": day}).json()["inhabitants"]
        for day in ("2025-12-31", "2026-01-01")
    ]
    assert told_then == [36_986, 37_000]
    [entered] = desk.clerk.get("/intake/register").json()["directories"]
    assert (entered["sha256"], "Destatis" in entered["attribution"]) == (previewed["sha256"], True)


def replaced(it: Line) -> Line:
    return dataclasses.replace(it, inhabitants=37_000) if it.key == "16054" and it.level == "60" else it


# ---- The page ------------------------------------------------------------------------------------------------------

AS_PAGE = {"Accept": "text/html"}


def test_the_page_shows_the_register_and_its_forms_to_who_keeps_it(desk: Desk) -> None:
    kept = desk.clerk.get("/intake/register", headers=AS_PAGE).text
    assert "Register der Antragsberechtigten" in kept
    assert "Gebietsänderung erfassen" in kept
    read_only = desk.auditor.get("/intake/register", headers=AS_PAGE).text
    assert "Gebietsänderung erfassen" not in read_only
    assert desk.town.get("/intake/register", headers=AS_PAGE).status_code == 403


def test_by_forms_alone_a_directory_is_compared_and_accepted(desk: Desk) -> None:
    on = date(2026, 6, 30)
    content = gv100ad([replaced(it) for it in lines(shipped(), date(2024, 6, 1))], on)
    sent = desk.clerk.post(
        "/intake/forms/register/directory",
        data={"Idempotency-Key": str(uuid4()), "back": "/intake/register?done=preview-directory"},
        files={"file": ("GV100AD_300626.txt", content, "text/plain")},
        headers=AS_PAGE,
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/intake/register?done=preview-directory")
    compared = desk.clerk.get(sent.headers["location"], headers=AS_PAGE).text
    assert "Noch ist nichts geändert" in compared
    assert "Gemeindeverzeichnis übernehmen" in compared
    seen = sha256(content).hexdigest()
    etag = desk.clerk.get("/intake/register").headers["etag"]
    discarded = desk.clerk.post(
        "/intake/forms/register/directory/discard",
        data={"sha256": seen, "If-Match": etag, "back": "/intake/register?done=discard-directory"},
        headers=AS_PAGE,
    )
    assert discarded.status_code == 303
    assert desk.clerk.get("/intake/register").json()["previewed"] is None


def test_a_zweckverband_and_a_change_are_entered_by_forms(desk: Desk) -> None:
    association = {"key": "16071-zv-abfall", "name": "Zweckverband Abfall", "begins_on": "2025-01-01"}
    change = {
        "reference": "16/2028/0001-R", "unit": "municipality", "kind": "name-change", "effective_on": "2028-01-01",
        "old_key": "16070028", "old_name": "Amt Wachsenburg", "new_key": "16070004", "new_name": "Arnstadt, Stadt",
        "inhabitants": "", "hectares": "",
    }  # fmt: skip
    for path, form in (
        ("associations", association),
        ("changes", change | {"old_key": "16070004", "old_name": "Arnstadt"}),
    ):
        safeguarded = form | {"Idempotency-Key": str(uuid4()), "back": "/intake/register"}
        sent = desk.clerk.post(f"/intake/forms/register/{path}", data=safeguarded, headers=AS_PAGE)
        assert sent.status_code == 303, sent.text


def test_a_form_that_is_not_accepted_comes_back_with_what_is_wrong(desk: Desk) -> None:
    sent = desk.clerk.post(
        "/intake/forms/register/change-list",
        data={"Idempotency-Key": str(uuid4())},
        files={"file": ("list.csv", b"kennziffer;einheit\n", "text/csv")},
        headers=AS_PAGE,
    )
    assert sent.status_code == 422
    assert "Es fehlen die Spalten" in sent.text


def test_the_operator_compares_and_accepts_at_the_command_line(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = date(2026, 7, 31)
    file = tmp_path / "GV100AD_310726.txt"
    file.write_bytes(gv100ad([replaced(it) for it in lines(shipped(), date(2024, 6, 1))], on))
    host, _, port = desk.service.url.removeprefix("http://").partition(":")
    place = desk.service.place
    settings = place.settings(bind=host, port=int(port))
    monkeypatch.setattr(command_line, "settings", lambda: settings)
    monkeypatch.setenv("FOERDERSTROM_TOKEN", place.token("p-operator", Role.OPERATOR))
    run = CliRunner()
    compared = run.invoke(command_line.app, ["directory", str(file)])
    assert compared.exit_code == 0, compared.output
    assert '"territory_on": "2026-07-31"' in compared.stdout
    accepted = run.invoke(command_line.app, ["directory", str(file), "--accept"])
    assert accepted.exit_code == 0, accepted.output
    assert desk.clerk.get("/intake/register").json()["directories"][-1]["territory_on"] == "2026-07-31"
    refused = run.invoke(command_line.app, ["directory", str(file), "--accept"])
    assert refused.exit_code == 0  # the same once more decides nothing
