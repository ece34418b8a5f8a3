"""A form of the payout desk that is refused: nothing of what was typed is lost, and the field that is wrong is named."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.payout.messages import camt_053, details, entry
from tests.payout.road import Road, on_the_road
from tests.payout.test_desk import lay
from tests.payout.test_pages import HTML, page, send
from tests.servers import NatsServer
from tests.service import Place

HOLDER, REASON = "Kämmerei der Stadt Suhl", "Die Gemeinde hat ihre Bank gewechselt."


def errors(answer: httpx2.Response) -> list[str]:
    """The links of the summary of errors: to which field each leads, and what it says."""
    summary = re.search(r'role="alert".*?</ul>', answer.text, re.DOTALL)
    assert summary, answer.text
    return re.findall(r'href="#([^"]+)">([^<]+)<', summary[0])


def test_a_wrong_iban_is_named_and_holder_and_reason_stay(road: Road, case: str) -> None:
    road.assign(case)
    form = f"/payout/forms/cases/{case}/accounts"
    seen = page(road, "p-examiner", f"/payout/cases/{case}")
    typed = {"account_holder": HOLDER, "iban": "DE00 1203 0000 0000 2020 51", "reason": REASON}
    answer = send(road, "p-examiner", seen, form, **typed)
    assert answer.status_code == 422
    assert [field for field, _ in errors(answer)] == ["propose-account-iban"]
    assert errors(answer)[0][1].startswith("IBAN: Diese IBAN stimmt nicht")
    for text in typed.values():
        assert text in answer.text
    assert "fs-errors" not in page(road, "p-examiner", f"/payout/cases/{case}")
    assert send(road, "p-examiner", answer.text, form, **typed | {"iban": "DE02120300000000202051"}).status_code == 303


def test_a_hold_without_a_reason_keeps_its_kind_its_words_and_its_day(road: Road, case: str) -> None:
    road.assign(case)
    form = f"/payout/forms/cases/{case}/holds"
    seen = page(road, "p-cashier", f"/payout/cases/{case}")
    answer = send(road, "p-cashier", seen, form, kind="payee", reason="", text=REASON, ends_on="2025-12-31")
    assert errors(answer) == [("place-hold-reason", "Grund: Diese Angabe fehlt.")]
    assert 'value="payee" checked' in answer.text
    assert f">{REASON}</textarea>" in answer.text
    assert 'value="2025-12-31"' in answer.text


def test_who_lifts_a_hold_without_a_reason_stays_at_its_case(road: Road, case: str) -> None:
    road.assign(case)
    seen = page(road, "p-cashier", f"/payout/cases/{case}")
    placing = {"kind": "case", "reason": "account-in-doubt", "text": REASON, "ends_on": ""}
    assert send(road, "p-cashier", seen, f"/payout/forms/cases/{case}/holds", **placing).status_code == 303
    hold = road.read(f"/payout/cases/{case}")["holds"][0]["hold"]
    form = f"/payout/forms/holds/{hold}/lifting"
    seen = page(road, "p-examiner", f"/payout/cases/{case}")
    answer = send(road, "p-examiner", seen, form, reason=" ")
    assert errors(answer) == [(f"lift-hold-{hold}-reason", "Grund: Diese Angabe fehlt.")]
    assert "Auszahlung der Zuwendung" in answer.text
    assert send(road, "p-examiner", answer.text, form, reason="Die Prüfung ist beendet.").status_code == 303


@pytest.mark.parametrize(
    ("form", "typed", "field"),
    [
        ("/payout/forms/years", {"title": "160563371", "year": "2025"}, "seal-year-title"),
        ("/payout/forms/years", {"title": "1605-63371", "year": "zweitausend"}, "seal-year-year"),
    ],
)
def test_a_year_that_cannot_be_read_is_named(road: Road, form: str, typed: dict[str, str], field: str) -> None:
    answer = send(road, "p-cashier", page(road, "p-cashier", "/payout/days"), form, **typed)
    assert [it for it, _ in errors(answer)] == [field]
    for text in typed.values():
        assert f'value="{text}"' in answer.text


def test_a_day_that_cannot_be_closed_says_so_on_its_own_page(road: Road, case: str) -> None:
    del case
    seen = page(road, "p-cashier", "/payout/days/2025-06-02")
    answer = send(road, "p-cashier", seen, "/payout/forms/reconciliations", closed_on="2025-06-02")
    assert answer.status_code == 409
    assert "<h1>Tagesabschluss 02.06.2025</h1>" in answer.text
    assert "fs-errors" in answer.text


def test_a_form_refused_from_the_list_of_days_comes_back_there(road: Road) -> None:
    seen = page(road, "p-cashier", "/payout/days")
    answer = send(road, "p-cashier", seen, "/payout/forms/reconciliations", closed_on="gestern")
    assert "<h1>Tagesabschluss</h1>" in answer.text
    assert 'value="gestern"' in answer.text


@pytest.mark.parametrize(
    ("typed", "status"), [("31.12.2025", 303), (" 1.12.2025 ", 303), ("32.12.2025", 422), ("Ende des Jahres", 422)]
)
def test_a_day_may_be_typed_as_people_write_it(road: Road, case: str, typed: str, status: int) -> None:
    road.assign(case)
    seen = page(road, "p-cashier", f"/payout/cases/{case}")
    form = f"/payout/forms/cases/{case}/holds"
    answer = send(road, "p-cashier", seen, form, kind="case", reason="audit", text=REASON, ends_on=typed)
    assert answer.status_code == status
    if status == 422:
        told = "Letzter Tag: Hier wird ein Datum erwartet, zum Beispiel 31.12.2026."
        assert errors(answer) == [("place-hold-ends_on", told)]


def test_a_field_with_a_form_of_its_own_says_beforehand_which(road: Road) -> None:
    seen = page(road, "p-cashier", "/payout/days")
    for field, hint in (("title", "zum Beispiel 1605-63371"), ("year", "vier Ziffern")):
        assert f'id="seal-year-{field}-hint">{hint}<' in seen
        assert re.search(rf'name="{field}"[^>]*aria-describedby="seal-year-{field}-hint"', seen)


def test_a_reference_that_nobody_knows_is_named_in_the_form_and_nothing_is_lost(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        lay(road, "f.xml", camt_053(entry("7.00", details("FREMD"), servicer="F-1"), opening="20.00", closing="13.00"))
        [item] = road.read("/payout/clearing")["items"]
        address = f"/payout/clearing/{item['clearing']}/items/{item['number']}"
        form = f"{address.replace('/payout/', '/payout/forms/', 1)}/proposals"
        typed = {"resolution": "assigned", "reference": "TH25FREMD", "reason": REASON}
        answer = send(road, "p-cashier", page(road, "p-cashier", address), form, **typed)
        assert answer.status_code == 404
        told = "Zahlungskennung: Diese Zahlung oder Forderung gibt es nicht."
        assert errors(answer) == [("propose-resolution-reference", told)]
        assert 'value="TH25FREMD"' in answer.text
        assert f">{REASON}</textarea>" in answer.text
        unknown = f"/payout/forms/clearing/{'0' * 32}/items/1/proposals"
        gone = road.clients["p-cashier"].post(unknown, data=typed, headers=HTML)
        assert gone.status_code == 404
        assert "fs-errors" not in gone.text


def test_who_was_overtaken_reads_why_though_the_form_is_gone(road: Road, case: str) -> None:
    road.assign(case)
    typed = {"account_holder": HOLDER, "iban": "DE02120300000000202051", "reason": REASON}
    address = f"/payout/cases/{case}"
    proposing = f"/payout/forms/cases/{case}/accounts"
    assert send(road, "p-examiner", page(road, "p-examiner", address), proposing, **typed).status_code == 303
    change = road.read(address)["account_change"]
    discarding = f"{proposing}/{change}/discard"
    seen = page(road, "p-examiner", address)
    assert send(road, "p-examiner", seen, discarding).status_code == 303
    road.request("d1", case)
    late = road.clients["p-examiner"].post(
        discarding, data={"If-Match": '"99"', "back": address}, headers=HTML, follow_redirects=False
    )
    assert late.status_code == 412
    assert "inzwischen von jemand anderem geändert" in late.text
