"""One fault of the treasury, played against the running payout service from the order to the last answer."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from deploy.treasury_simulator import __main__ as treasury
from deploy.treasury_simulator.fault import Fault
from services.payout.clearing import ClearingOpened
from services.payout.report import ReportConflicting, ReportQuarantined, ReportReceived
from services.payout.treasury.directory import waiting
from tests.payout.builders import IBAN
from tests.payout.road import MONDAY, Road
from tests.payout.test_receipt import owed_by
from tests.servers import wait_until

FAMILIES = ("payout.payment-", "payout.report-", "payout.collection-")
"""The events that a table's entry lists all of."""


@dataclass
class Lived:
    """What was to be seen when a fault was over."""

    payments: list[dict[str, Any]]
    events: list[str]
    reasons: list[str]
    opened: int
    """So many items of clearing."""
    book: dict[str, Any]
    claims: list[str] = field(default_factory=list[str])
    """How the orders about claims ended."""


@dataclass
class Scenarios:
    """The running service and its treasury; `orders` are all that was ever ordered here, by reference."""

    road: Road
    orders: dict[str, int] = field(default_factory=dict[str, int])

    def live(self, fault: Fault) -> Lived:
        """Order, hand over, and let the treasury work day after day until it has played all of it."""
        road, case = self.road, uuid4().hex
        road.assign(case)
        names = [f"d{number + 1}" for number in range(fault.payments)]
        for name in names:
            road.request(name, case, due=12_500_00 * fault.payments, cents=10_000_00)
        payments = [road.ordered(name, case) for name in names]
        orders = [self._about_a_claim() for _ in range(fault.claims)]
        chosen = {"payments": payments, "collections": [order for _, order in orders]}
        batch = road.done("p-orderer", "/payout/batches", chosen)["batch"]
        self._ask_treasury(fault, batch, 0)
        road.released(batch)
        road.until(f"/payout/batches/{batch}", "status", "transmitted")
        before = self._head()
        for day in sorted({0, fault.opens_after_days, *(step.days for step in fault.plays)}):
            self._ask_treasury(fault, batch, day)
            assert treasury.main([str(road.treasury), "--once"]) == 0
            wait_until(lambda: not waiting(road.treasury) and road.service.house.idle, fault.key)
        if fault.asked_back:
            self._ask_back(fault, batch)
        road.service.settled()
        lived = self._lived(payments, before)
        lived.claims = [
            it["status"]
            for case, name in orders
            for it in road.read(f"/payout/cases/{case}")["collections"]
            if it["order"] == name
        ]
        return lived

    def _about_a_claim(self) -> tuple[str, str]:
        """A claim that the treasury is to collect: its case, and the order."""
        road, case = self.road, uuid4().hex
        owed_by(road, case)
        told = road.read(f"/payout/cases/{case}")
        road.done(
            "p-orderer", f"/payout/cases/{case}/claims/{told['claims'][0]['claim']}/order", etag=told["claims_etag"]
        )
        return case, road.read(f"/payout/cases/{case}")["collections"][0]["order"]

    def _ask_back(self, fault: Fault, batch: str) -> None:
        """Two persons want the whole batch back; the treasury answers day after day."""
        road, path = self.road, f"/payout/batches/{batch}/recalls"
        road.done("p-orderer", path, {"grounds": "DUPL", "text": "doppelt angeordnet"})
        recall = road.read("/payout/recalls?limit=1")["items"][0]["recall"]
        road.done("p-cashier", f"{path}/{recall}/approval")
        wait_until(lambda: road.read("/payout/recalls?limit=1")["items"][0]["status"] == "transmitted", fault.key)
        for day in sorted({0, *(step.days for step in fault.recalled)}):
            self._ask_treasury(fault, batch, day)
            assert treasury.main([str(road.treasury), "--once"]) == 0
            wait_until(lambda: not waiting(road.treasury) and road.service.house.idle, fault.key)

    def _ask_treasury(self, fault: Fault, batch: str, day: int) -> None:
        opened = MONDAY.date() + timedelta(days=fault.opens_after_days)
        told = {
            "faults": [{"fault": fault.key, "message": batch}],
            "today": (MONDAY.date() + timedelta(days=day)).isoformat(),
            "opens_on": opened.isoformat(),
        }
        (self.road.treasury / "scenario.json").write_text(json.dumps(told))

    def _head(self) -> int:
        return self.road.service.house.writer.head.position

    def _lived(self, payments: list[str], before: int) -> Lived:
        store = self.road.service.house.store
        rows = store.recorder.rows(before, 1_000)
        reasons: list[str] = []
        opened = 0
        for it in [store.mapper.recorded(row).event for row in rows]:
            match it:
                case ReportReceived():
                    reasons += [one.reason for one in it.unmatched]
                case ReportQuarantined():
                    reasons.append(it.reason_code)
                case ReportConflicting():
                    reasons.append("report-conflicting")
                case ClearingOpened():
                    opened += len(it.items)
                case _:
                    pass
        found = [self.road.read(f"/payout/payments/{it}") for it in payments]
        self.orders |= {it["reference"]: it["cents"] for it in found}
        events = [row.topic.partition(".v")[0] for row in rows if row.topic.startswith(FAMILIES)]
        return Lived(found, events, reasons, opened, self.road.book())

    def wrongly_paid(self, book: dict[str, Any]) -> list[str]:
        """What the treasury's own book says beyond one payment for each order."""
        wrong = [f"{name}: nicht angeordnet" for name in book["payments"].keys() - self.orders.keys()]
        for name, paid in book["payments"].items():
            if (paid["amount_cents"], paid["iban"]) != (self.orders.get(name), IBAN):
                wrong.append(f"{name}: anderer Betrag oder anderes Konto")
            if paid["bookings"] != (paid["state"] == "booked") or paid["duplicates_refused"]:
                wrong.append(f"{name}: {paid['bookings']}-mal gebucht")
        return wrong + [f"{name}: fehlt" for name in self.orders.keys() - book["payments"].keys()]
