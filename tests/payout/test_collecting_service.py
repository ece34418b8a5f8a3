"""Orders about claims in earnest: ordered, sealed with a payment, taken by the simulated treasury, and paid."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.payout.settings import FREE_STATE
from tests.payout.builders import CASE
from tests.payout.road import Road, on_the_road
from tests.payout.test_receipt import claim_of, owed_by
from tests.servers import NatsServer
from tests.service import Place

HTML = {"Accept": "text/html"}


def order(road: Road, person: str = "p-orderer") -> Any:
    told = road.read(f"/payout/cases/{CASE}")
    claim = told["claims"][0]["claim"]
    return road.act(person, f"/payout/cases/{CASE}/claims/{claim}/order", etag=told["claims_etag"])


def pays(road: Road, reference: str, cents: int, told: str) -> None:
    """The town pays, and the treasury tells it."""
    account = road.service.house.settings.debtors[FREE_STATE].iban  # pyright: ignore[reportAttributeAccessIssue]
    paid = {
        "id": uuid4().hex,
        "reference": reference,
        "cents": cents,
        "on": "2025-08-04",
        "account": account,
        "told": told,
    }
    (road.treasury / "scenario.json").write_text(json.dumps({"paid": [paid]}), "utf-8")
    road.answered()


@pytest.mark.parametrize("format", ["hkr-xml", "hkr-csv"])
def test_a_claim_is_ordered_taken_paid_and_settled(nats_server: NatsServer, tmp_path: Path, format: str) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, treasury_format=format) as road:
        reference = owed_by(road, CASE)
        desk = road.ask("p-auditor", "/payout/", headers=HTML).text
        assert "Zu Forderungen anzuordnen" in desk
        (asked,) = road.read("/payout/claims-to-order")
        assert (asked["case"], asked["kind"], asked["cents"], asked["reference"]) == (CASE, "collect", 64_00, reference)
        assert road.read("/payout/open")["claims_to_order"] == 1
        page = road.ask("p-orderer", f"/payout/cases/{CASE}", headers=HTML).text
        assert "Annahmeanordnung über 64,00" in page.replace("\xa0", " ")
        assert order(road).is_success
        assert order(road).json()["code"] == "nothing-to-order"
        road.request()
        batch = road.transmitted_all(road.ordered())
        sealed = road.read(f"/payout/batches/{batch}")
        assert [(it["kind"], it["cents"]) for it in sealed["collections"]] == [("collect", 64_00)]
        assert [it["status"] for it in road.read("/payout/collections")["items"]] == ["batched"]
        assert road.read("/payout/claims-to-order") == []
        assert "Annahmeanordnung" in road.ask("p-auditor", f"/payout/batches/{batch}", headers=HTML).text
        road.answered()
        assert road.read(f"/payout/batches/{batch}")["status"] == "completed"
        assert road.book()["claims"][reference]["amount_cents"] == 64_00
        (told,) = road.read(f"/payout/cases/{CASE}")["collections"]
        assert told["status"] == "accepted"
        pays(road, reference, 24_00, "bookings")
        pays(road, reference, 40_00, "statement")
        assert claim_of(road, CASE)["status"] == "settled"
        assert road.book()["claims"][reference]["received_cents"] == 64_00
        assert order(road).json()["code"] == "nothing-to-order"
        assert "Anordnung zur Forderung erteilt" in road.ask("p-auditor", f"/payout/cases/{CASE}", headers=HTML).text


def test_what_the_treasury_tells_under_the_orders_own_name_is_the_claims_once(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, treasury_format="hkr-xml") as road:
        owed_by(road, CASE)
        assert order(road).is_success
        road.transmitted_all()
        road.answered()
        (told,) = road.read(f"/payout/cases/{CASE}")["collections"]
        pays(road, told["reference"], 64_00, "bookings")
        assert (claim_of(road, CASE)["status"], claim_of(road, CASE)["received_cents"]) == ("settled", 64_00)
        assert road.read("/payout/clearing")["items"] == []


def test_a_refused_order_is_given_again_and_a_change_follows(nats_server: NatsServer, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, treasury_format="hkr-xml") as road:
        reference = owed_by(road, CASE)
        assert order(road).is_success
        rules = {"rules": [{"reference": reference, "reject": "NOOR"}]}
        (road.treasury / "scenario.json").write_text(json.dumps(rules), "utf-8")
        road.transmitted_all()
        road.answered()
        assert [it["status"] for it in road.read(f"/payout/cases/{CASE}")["collections"]] == ["rejected"]
        (road.treasury / "scenario.json").unlink()
        assert order(road).is_success
        batch = road.transmitted_all()
        assert order(road).json()["code"] == "collection-under-way"
        road.answered()
        told = [(it["kind"], it["status"]) for it in road.read(f"/payout/cases/{CASE}")["collections"]]
        assert told == [("collect", "rejected"), ("collect", "accepted")]
        assert road.read(f"/payout/batches/{batch}")["status"] == "completed"


def test_typed_in_by_hand_by_a_second_person_the_order_is_at_the_treasury(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, treasury_format="manual") as road:
        owed_by(road, CASE)
        assert order(road).is_success
        batch = road.done("p-orderer", "/payout/batches", {})["batch"]
        road.released(batch)
        raw = road.ask("p-cashier", f"/payout/batches/{batch}/file").text
        assert "Annahme" in raw
        road.done("p-cashier", f"/payout/batches/{batch}/entry", {"cash_reference": "KZ 2025/17"})
        (told,) = road.read(f"/payout/cases/{CASE}")["collections"]
        assert told["status"] == "accepted"
        assert road.read(f"/payout/batches/{batch}")["status"] == "completed"


@pytest.mark.parametrize("more", [{}, {"treasury_format": "hkr-xml", "hkr_version": 1}])
def test_a_treasury_that_takes_no_orders_about_claims_is_given_none(
    nats_server: NatsServer, tmp_path: Path, more: dict[str, Any]
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, **more) as road:
        owed_by(road, CASE)
        assert order(road).json()["code"] == "collections-not-exchanged"
        assert "order-collection" not in claim_of(road, CASE)["actions"]
        assert "Zu Forderungen anzuordnen" not in road.ask("p-auditor", "/payout/", headers=HTML).text
