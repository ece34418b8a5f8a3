"""Files of the treasury as people and programs see them: what became of each, its items, its bytes."""

import os
from hashlib import sha256

import pytest

from services.payout.clearing_list import list_clearing
from services.payout.views import projecting
from shared.store import Recorded
from shared.views import Draft
from tests.payout.messages import camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_desk import lay
from tests.payout.test_pages import page
from tests.servers import wait_until

RAW = camt_054(entry("12.00", details("TH25NOBODY"), servicer="K-inbound")).replace(b"C-1", b"C-inbound")
DIGEST = sha256(RAW).hexdigest()


@pytest.fixture
def taken(road: Road) -> Road:
    lay(road, "inbound.xml", RAW)
    return road


def test_a_file_is_found_by_its_hash_with_what_it_left_to_be_cleared(taken: Road) -> None:
    told = taken.read(f"/payout/reports/{DIGEST}")
    assert (told["outcome"], told["message_id"], told["unmatched"], told["items_count"]) == (
        "received", "C-inbound", 1, 1,
    )  # fmt: skip
    [item] = told["items"]
    assert (item["reference"], item["reason"], item["cents"], item["status"]) == (
        "TH25NOBODY", "unknown-reference", 12_00, "open",
    )  # fmt: skip
    seen = page(taken, "p-auditor", f"/payout/reports/{DIGEST}")
    assert f"/payout/clearing/{told['report']}/items/{item['number']}" in seen


def test_its_bytes_come_back_as_they_came_to_who_may_see_payment_files(taken: Road) -> None:
    address = f"/payout/reports/{DIGEST}"
    assert taken.ask("p-cashier", f"{address}/file").content == RAW
    assert taken.ask("p-auditor", f"{address}/file").status_code == 403
    shown = "&lt;EndToEndId&gt;TH25NOBODY&lt;/EndToEndId&gt;"
    assert shown in page(taken, "p-cashier", address)
    assert shown not in page(taken, "p-auditor", address)


def test_a_file_in_quarantine_is_listed_with_why_and_shown_as_it_is(road: Road) -> None:
    lay(road, "hostile.xml", raw := b"<html><script>alert(1)</script></html>")
    address = f"/payout/reports/{sha256(raw).hexdigest()}"
    assert road.read(address)["outcome"] == "quarantined"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(road, "p-cashier", address)
    listed = page(road, "p-auditor", "/payout/reports?status=quarantined")
    assert address in listed
    assert DIGEST not in listed


def test_a_file_that_nobody_sent_and_one_that_was_not_kept_have_a_name(taken: Road) -> None:
    assert taken.ask("p-cashier", f"/payout/reports/{'0' * 64}").json()["code"] == "report-unknown"
    box = next(taken.service.house.settings.documents.glob(f"treasury-files/{DIGEST}"))
    whole = box.read_bytes()
    box.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert taken.ask("p-cashier", f"/payout/reports/{DIGEST}/file").json()["code"] == "report-changed"
    box.unlink()
    assert taken.ask("p-cashier", f"/payout/reports/{DIGEST}/file").json()["code"] == "report-not-kept"
    assert "nicht aufbewahrt" in page(taken, "p-cashier", f"/payout/reports/{DIGEST}")
    box.write_bytes(whole)


def test_the_file_of_a_batch_is_seen_before_it_is_released(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    batch = road.sealed(payment)
    reference = road.read(f"/payout/payments/{payment}")["reference"]
    preview = f"/payout/batches/{batch}/preview"
    assert preview in page(road, "p-cashier", f"/payout/batches/{batch}")
    assert f"&lt;EndToEndId&gt;{reference}&lt;/EndToEndId&gt;" in page(road, "p-cashier", preview)
    assert preview not in page(road, "p-auditor", f"/payout/batches/{batch}")
    page(road, "p-auditor", preview, status=403)


NAMES = [
    "Auszug_Müller.xml",
    "zwei\nZeilen.xml",
    "<b>.xml",
    "x" * 250 + ".xml",
    os.fsdecode("Auszüge.xml".encode("latin-1")),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_dealt_with_whatever_it_is_called(road: Road, name: str) -> None:
    raw = b"<html>" + os.fsencode(name).hex().encode() + b"</html>"
    folder = road.treasury / "from-treasury"
    (folder / ".unnamed.tmp").write_bytes(raw)
    (folder / ".unnamed.tmp").rename(folder / name)
    wait_until(lambda: not (folder / name).exists() and road.service.house.idle, "sie wird aufgenommen")
    road.service.settled()
    assert road.read(f"/payout/reports/{sha256(raw).hexdigest()}")["outcome"] == "quarantined"
    quarantine = road.treasury / "quarantine"
    assert (quarantine / name).read_bytes() == raw
    assert any(it.name.startswith(name[:200]) and it.name.endswith(".reason.txt") for it in quarantine.iterdir())
    assert road.read("/payout/clearing?status=unreadable")["items"][0]["reference"].endswith(name[-4:])


def strangers(count: int, name: str) -> bytes:
    lines = (entry("1.00", details(f"{name}{it}"), servicer=f"{name}-{it}") for it in range(count))
    return camt_054(*lines).replace(b"C-1", name.encode())


@pytest.mark.parametrize("read_together", [True, False])
def test_thousands_of_lines_that_nobody_knows_are_listed_and_hold_up_no_other_file(
    road: Road, monkeypatch: pytest.MonkeyPatch, read_together: bool
) -> None:
    drawn: list[int] = []

    def counted(draft: Draft, name: str, position: int, it: Recorded) -> None:
        drawn.append(position)
        list_clearing(draft, name, position, it)

    monkeypatch.setattr(projecting, "list_clearing", counted)
    if not read_together:
        monkeypatch.setattr(Draft, "expect", lambda *_: None)
    name = f"C-{read_together}"
    lay(road, f"{name}.xml", raw := strangers(1_500, name))
    assert road.read(f"/payout/reports/{sha256(raw).hexdigest()}")["unmatched"] == 1_500
    assert (len(drawn) <= 6) == read_together


def test_the_case_says_in_words_why_a_debit_of_its_payment_is_to_be_cleared(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    batch = road.transmitted(payment)
    reference = road.read(f"/payout/payments/{payment}")["reference"]
    early = entry("19200.00", details(reference), servicer="K-early", booked="<Dt>1999-01-01</Dt>")
    lay(road, "early.xml", camt_054(early).replace(b"C-1", batch.encode()))
    told = page(road, "p-cashier", f"/payout/cases/{case}")
    assert "Der Buchungstag liegt lange vor der Anordnung." in told
