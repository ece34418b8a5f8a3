"""What a walk over the payout desk found: a form that is refused keeps all, names its field, and stays where it was sent from."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from shared.identity import Role
from tests.conftest import StartNats
from tests.payout.messages import camt_053, camt_054, details, entry
from tests.payout.road import Road, on_the_road
from tests.payout.test_desk import lay, reference
from tests.payout.test_expected_files import DUE, becomes, handed_over
from tests.payout.test_pages import Forms, page, send
from tests.payout.test_receipt import credit, owed_by
from tests.payout.test_refused_forms import REASON, errors
from tests.servers import NatsServer
from tests.service import Place


def test_the_answer_to_a_recall_that_is_refused_keeps_all_that_was_typed(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server), treasury_format="manual") as road:
        road.clients["p-third"] = road.service.client("p-third", Role.TREASURY)
        road.assign()
        road.request()
        batch = road.sealed(road.ordered())
        road.released(batch)
        path = f"/payout/batches/{batch}"
        road.done("p-cashier", f"{path}/entry", {"cash_reference": "KZ 7"})
        road.done("p-orderer", f"{path}/recalls", {"grounds": "DUPL", "text": "doppelt"})
        recall = road.read("/payout/recalls")["items"][0]["recall"]
        road.done("p-cashier", f"{path}/recalls/{recall}/approval")
        form = f"/payout/forms/batches/{batch}/recalls/{recall}/answers"
        typed = {"outcome": "refused", "told_on": "gestern", "evidence": REASON}
        answer = send(road, "p-third", page(road, "p-third", path), form, **typed)
        told = "Tag der Antwort: Hier wird ein Datum erwartet, zum Beispiel 31.12.2026."
        assert errors(answer) == [(f"record-recall-answer-{recall}-told_on", told)]
        assert 'value="refused" checked' in answer.text
        assert 'value="gestern"' in answer.text
        assert f">{REASON}</textarea>" in answer.text
        assert send(road, "p-third", answer.text, form, **typed | {"told_on": "4.8.2025"}).status_code == 303


def test_an_alarm_is_not_acknowledged_without_a_reason_and_the_field_is_named(
    start_nats: StartNats, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    with on_the_road(place) as road:
        batch = handed_over(road)
        becomes(road, answer="awaited", booking="awaited")
        place.turn_to(DUE + timedelta(seconds=1))
        becomes(road, answer="overdue", booking="awaited")
        form = f"/payout/forms/expected-files/answer-{batch}/acknowledgement"
        seen = page(road, "p-cashier", f"/payout/expected-files/answer-{batch}")
        answer = send(road, "p-cashier", seen, form, reason=" ")
        assert errors(answer) == [("acknowledge-overdue-file-reason", "Begründung: Diese Angabe fehlt.")]
        assert send(road, "p-cashier", answer.text, form, reason=REASON).status_code == 303


def test_an_order_is_taken_back_before_the_hand_over_by_the_form(road: Road) -> None:
    made: list[tuple[str, str]] = []
    for _ in range(2):
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        made.append((case, road.ordered("d1", case)))
    batch = road.sealed(*(payment for _, payment in made))
    first, second = (road.read(f"/payout/cases/{case}")["payments"][0] for case, _ in made)
    address = f"/payout/batches/{batch}"
    form = f"/payout/forms/batches/{batch}/discarding"
    answer = send(road, "p-orderer", page(road, "p-orderer", address), form, references="TH25FREMD")
    told = "Nicht zu leistende Zahlungen: TH25FREMD gehört nicht dazu."
    assert errors(answer) == [("discard-batch-references", told)]
    assert 'value="TH25FREMD"' in answer.text
    assert send(road, "p-orderer", answer.text, form, references=first["reference"]).status_code == 303
    road.service.settled()
    stands = [road.read(f"/payout/payments/{it['payment']}")["status"] for it in (first, second)]
    assert stands == ["cancelled", "ordered"]
    assert "vor der Übergabe zurückgenommen" in page(road, "p-orderer", f"/payout/cases/{made[0][0]}")


def test_who_lifts_a_hold_on_a_payee_without_a_reason_stays_at_the_case_they_came_from(road: Road) -> None:
    cases = [uuid4().hex, uuid4().hex]
    for case in cases:
        road.assign(case)
    at, other = (f"/payout/cases/{case}" for case in cases)
    placing = {"kind": "payee", "reason": "account-in-doubt", "text": REASON, "ends_on": ""}
    placed = send(
        road, "p-cashier", page(road, "p-cashier", at), at.replace("/payout/", "/payout/forms/") + "/holds", **placing
    )
    assert placed.status_code == 303
    hold = road.read(other)["holds"][0]["hold"]
    form = f"/payout/forms/holds/{hold}/lifting"
    answer = send(road, "p-examiner", page(road, "p-examiner", other), form, reason=" ")
    assert errors(answer) == [(f"lift-hold-{hold}-reason", "Grund: Diese Angabe fehlt.")]
    assert f"{other.replace('/payout/', '/payout/forms/')}/accounts" in Forms(answer.text).found
    done = send(road, "p-examiner", answer.text, form, reason="Die Prüfung ist beendet.")
    assert (done.status_code, done.headers["location"]) == (303, other)


def test_a_part_of_a_credit_that_names_no_claim_is_shown_in_its_own_row_and_who_took_it_is_not_asked_again(
    road: Road, case: str
) -> None:
    key = f"W-{case[:8]}"
    lay(road, f"w-{case}.xml", camt_054(credit("FREMD", "100.00", key)).replace(b"C-1", key.encode()))
    reference = owed_by(road, case)
    item = next(it for it in road.read("/payout/clearing")["items"] if it.get("booking") == key)
    address = f"/payout/clearing/{item['clearing']}/items/1"
    form = f"{address.replace('/payout/', '/payout/forms/', 1)}/proposals"
    taking = f"{address.replace('/payout/', '/payout/forms/', 1)}/owner"
    seen = page(road, "p-cashier", address)
    assert send(road, "p-cashier", seen, taking).status_code == 303
    assert taking not in page(road, "p-cashier", address)
    assert taking in page(road, "p-orderer", address), "another person may take it over"
    parts = {
        "parts.0.cents": "64,00", "parts.0.reference": reference, "parts.1.cents": "6,00", "parts.1.reference": "TH25FREMD",
    }  # fmt: skip
    answer = send(road, "p-cashier", seen, form, resolution="split", reason=REASON, **parts)
    told = "Forderungskennung zu Teil 2: Diese Zahlung oder Forderung gibt es nicht."
    assert errors(answer) == [("propose-resolution-parts.1.reference", told)]
    for typed in parts.values():
        assert f'value="{typed}"' in answer.text


def test_a_claim_shows_what_was_set_off_remitted_and_deferred_and_the_case_is_not_said_to_be_done(
    road: Road, case: str
) -> None:
    owed_by(road, case, 6_400_00)
    road.clients["p-budget"] = road.service.client("p-budget", Role.BUDGET_OFFICER)
    address = f"/payout/cases/{case}"
    form = f"/payout/forms/cases/{case}/claims/c{case[:8]}"
    deferred = {"until_on": "31.12.2025", "reason": "Ratenzahlung"}
    remitted = {"cents": "400,00", "reason": "unbillig"}
    set_off = {"cents": "1.000,00", "received_on": "4.8.2025", "paid_by": "set-off", "voucher": "B 1"}
    for person, act, typed in (
        ("p-budget", "deferral", deferred), ("p-budget", "remission", remitted), ("p-cashier", "repayments", set_off),
    ):  # fmt: skip
        assert send(road, person, page(road, person, address), f"{form}/{act}", **typed).status_code == 303
    seen = page(road, "p-auditor", address)
    assert "Forderung offen" in seen
    assert "nichts zu tun" not in seen
    assert "Bis 31.12.2025. Ratenzahlung" in seen
    assert "1.000,00 €. Durch Aufrechnung." in seen
    assert re.search(r"erlassen</th>", seen)
    assert ">Aufrechnung<" in seen


def test_a_hold_on_what_a_case_does_not_name_says_at_which_field(road: Road, case: str) -> None:
    road.assign(case)
    form = f"/payout/forms/cases/{case}/holds"
    typed = {"kind": "programme", "reason": "audit", "text": REASON, "ends_on": ""}
    answer = send(road, "p-cashier", page(road, "p-cashier", f"/payout/cases/{case}"), form, **typed)
    told = "Was gesperrt wird: Was gesperrt werden soll, ist in diesem Vorgang nicht bekannt."
    assert errors(answer) == [("place-hold-kind", told)]
    assert f">{REASON}</textarea>" in answer.text


def test_what_a_file_brought_is_read_before_it_is_cleared_and_why_it_was_cleared_stays(road: Road) -> None:
    key = uuid4().hex[:12]
    lay(road, f"{key}.xml", camt_054(entry("7.00", details("FREMD"), servicer=key)).replace(b"C-1", key.encode()))
    item = next(it for it in road.read("/payout/clearing")["items"] if it.get("booking") == key)
    address = f"/payout/clearing/{item['clearing']}/items/1"
    form = f"{address.replace('/payout/', '/payout/forms/', 1)}/proposals"
    seen = page(road, "p-cashier", address)
    assert f'href="/payout/reports/{item["sha256"]}"' in seen
    assert "FREMD" in page(road, "p-cashier", f"/payout/reports/{item['sha256']}")
    assert send(road, "p-cashier", seen, form, resolution="not-ours", reason=REASON).status_code == 303
    proposal = road.read(address)["proposal"]
    agreed = send(road, "p-orderer", page(road, "p-orderer", address), f"{form}/{proposal}/approval")
    assert agreed.status_code == 303
    seen = page(road, "p-auditor", address)
    assert "geklärt" in seen
    assert REASON in seen


def test_who_named_a_difference_reads_that_another_person_closes_the_day(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.clients["p-second"] = road.service.client("p-second", Role.TREASURY)
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        road.transmitted(payment := road.ordered("d1", case))
        ours = entry("19200.00", details(reference(road, payment)), servicer="K-1")
        lay(road, "s.xml", camt_053(ours, opening="20000.00", closing="800.00"))
        day, closing = "/payout/days/2025-08-06", "/payout/forms/reconciliations"
        naming = "/payout/forms/days/2025-08-06/difference"
        typed = {"cause": "budget-entry-missing", "reason": REASON}
        assert send(road, "p-cashier", page(road, "p-cashier", day), naming, **typed).status_code == 303
        own, other = page(road, "p-cashier", day), page(road, "p-second", day)
        assert "Die Abweichung haben Sie selbst benannt; mit ihr schließt eine andere Person den Tag ab." in own
        assert closing not in Forms(own).found
        assert "eine andere Person der Kasse kann den Tag mit ihr abschließen" in other
        assert send(road, "p-second", other, closing).status_code == 303
        assert "Abgeschlossen von p-second." in page(road, "p-auditor", day)
