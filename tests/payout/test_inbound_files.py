"""Files of the treasury as people and programs see them: what became of each, its items, its bytes."""

from hashlib import sha256

import pytest

from tests.payout.messages import camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_desk import lay
from tests.payout.test_pages import page

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
