"""Lists of the payout desk: everything of a kind is found page by page, with its count and, where it is money, its sum."""

import re

import pytest

from services.payout.pages import lists
from tests.payout.road import Road
from tests.payout.test_pages import page, send


def test_cases_batches_and_holds_are_listed_whole_and_by_their_standing(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    assert f"/payout/cases/{case}" in page(road, "p-auditor", "/payout/cases?status=examination")
    batch = road.sealed(road.ordered("d1", case))
    listed = page(road, "p-auditor", "/payout/batches?status=sealed")
    assert f"/payout/batches/{batch}" in listed
    assert re.search(r"auf dieser Seite, zusammen [\d.]+,\d\d €", listed)
    assert f"/payout/batches/{batch}" not in page(road, "p-auditor", "/payout/batches?status=discarded")
    placing = {"kind": "case", "reason": "audit", "text": "Die Prüfung dauert an.", "ends_on": ""}
    seen = page(road, "p-cashier", f"/payout/cases/{case}")
    assert send(road, "p-cashier", seen, f"/payout/forms/cases/{case}/holds", **placing).status_code == 303
    assert f"/payout/cases/{case}" in page(road, "p-auditor", "/payout/holds?status=standing")
    desk = page(road, "p-auditor", "/payout/")
    assert all(f'href="/payout/{it}"' in desk for it in lists.KINDS)


def test_a_list_of_several_pages_tells_each_batch_once(road: Road, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    road.assign(case)
    batches = []
    for number in range(3):
        road.request(f"d{number}", case, cents=100_00, due=125_00 * (number + 1))
        batches.append(road.transmitted(road.ordered(f"d{number}", case)))
        road.answered()
    monkeypatch.setattr(lists, "PAGE", 2)
    walked: list[str] = []
    address = "/payout/batches"
    while address:
        seen = page(road, "p-auditor", address)
        rows = re.findall(r'href="/payout/batches/([0-9a-f]{32})"', seen)
        assert 0 < len(rows) <= 2
        walked += rows
        onward = re.search(r'rel="next" href="([^"]+)"', seen)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert len(walked) == len(set(walked))
    assert set(batches) <= set(walked)


@pytest.mark.parametrize("name", sorted(lists.KINDS))
def test_a_standing_that_does_not_exist_is_named(road: Road, name: str) -> None:
    assert "Diesen Stand gibt es nicht." in page(road, "p-auditor", f"/payout/{name}?status=verloren", 422)
