"""What payout found is the next thing a case offers: by its name, over the interface and on the page."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import pytest

from services.review.wiring import blueprint
from shared.contracts.payout import LateMoney, PaymentSettled, UnspentNoted
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import TITLE
from tests.review.road import Road
from tests.review.test_api import place
from tests.service import serving

TWICE: dict[str, Any] = {"drawdown": "d1", "title": TITLE, "year": 2025, "cents": 30_000_00}
LATE = UnspentNoted(
    drawdown="d2", unspent_cents=10_800_00, late_cents=10_800_00, due_on=date(2025, 3, 1), noted_on=date(2025, 5, 1),
    parts=(LateMoney(drawdown="d1", cents=10_800_00, due_on=date(2025, 3, 1)),),
)  # fmt: skip


@pytest.fixture
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("findings"), start_nats)) as service:
        yield Road(service)


def paid(road: Road) -> str:
    road.open_budget()
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": road.service.house.now().date().isoformat()})
    for payment, beside in (("p2", ""), ("p1", "p2")):
        told = PaymentSettled(payment=payment, beside=beside, settled_on=date(2025, 5, 12), **TWICE)
        road.service.tell("payout", case, told)
    return case


def ask(
    road: Road, case: str, step: str, body: Any, by: tuple[str, Role] = ("p-officer", Role.CASE_OFFICER)
) -> httpx2.Response:
    headers = {"If-Match": road.read(case)["etags"]["recovery"]}
    return road.person(*by).post(f"/review/cases/{case}/{step}", json=body, headers=headers)


def test_what_was_paid_twice_and_what_was_used_too_late_is_proposed_by_its_name(road: Road):
    case = paid(road)
    road.service.tell("payout", case, LATE)
    told = road.read(case)
    assert [(it["found"], it["cents"]) for it in told["findings"]] == [
        ("overpayment/p1", 30_000_00), ("late-use/d2", 10_800_00),
    ]  # fmt: skip
    assert told["actions"][0]["name"] == "propose-repayment"
    bare = ask(road, case, "repayment", {"reasons": "zweimal gezahlt"})
    assert (bare.status_code, bare.json()["code"]) == (422, "amount-missing")
    for found in ("overpayment/p9", "late-use/d9", "excess/p1"):
        refused = ask(road, case, "repayment", {"reasons": "x", "found": found, "waived_because": "x"})
        assert refused.json()["code"] in ("nothing-overpaid", "unknown-finding"), refused.text
    assert ask(road, case, "repayment", {"reasons": "nicht alsbald verwendet", "found": "late-use/d2"}).is_success
    assert ask(road, case, "repayment/demand", {}, ("p-approver", Role.APPROVER)).is_success
    client, html = road.person("p-officer", Role.CASE_OFFICER), {"Accept": "text/html"}
    page = client.get(f"/review/cases/{case}", headers=html).text
    assert "von der Kasse zweimal gezahlt" in page
    assert "nicht rechtzeitig verwendet: " not in page, "it is demanded"
    typed = {
        "If-Match": road.read(case)["etags"]["recovery"], "found": "overpayment/p1", "kind": "excess", "cents": "",
        "reasons": "zweimal gezahlt", "waived_because": "nicht zu vertreten",
    }  # fmt: skip
    path = f"/review/forms/cases/{case}/repayment"
    assert client.post(path, data=typed, headers=html).status_code == 303
    demanded = road.read(case)["repayments"][-1]
    assert (demanded["kind"], demanded["cents"], road.read(case)["findings"][0]["found"]) == (
        "overpayment", 30_000_00, "overpayment/p1",
    )  # fmt: skip
