"""Rückforderung in der Vorführung: money was used late, interest is demanded, collected by the treasury and paid by the town.

Where the treasury takes orders about claims it is told by an Annahmeanordnung in a file of its own; elsewhere what comes in
is matched by its reference alone.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from deploy.demo_desk import APPROVERS, CASHIERS, ORDERERS, Desk
from deploy.demo_people import key_of
from deploy.demo_plan import PlannedCase
from deploy.demo_year import Step

type Pays = Callable[[str, int, date], None]
"""A town pays so many cents on a day under a reference; its bank and the treasury do the rest."""

_REASONS = "Ein Teil der Auszahlung wurde nicht alsbald für den Zweck verwendet (§ 49a Absatz 4 VwVfG)."


class RecoveringSteps(Desk):
    """The steps about a claim, from the proposal to the day on which its money is booked."""

    town_pays: Pays | None = None

    def _of_claims(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "propose-repayment": self._propose_repayment,
            "demand-repayment": self._demand_repayment,
            "send-demand": self._send_demand,
            "instruct-collection": self._order_collection,
            "collect": self._collect,
            "repay": self._repay,
        }

    async def _propose_repayment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        late = case.late_use
        assert late is not None
        body = {
            "kind": "late-use", "cents": late.cents, "from_on": late.from_on.isoformat(), "until_on": late.until_on.isoformat(),
            "reasons": _REASONS,
        }  # fmt: skip
        return await self._review(case, step, self._officer(case), "repayment", body, primary="recovery")

    async def _demand_repayment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._of(APPROVERS, case), "repayment/demand", primary="recovery")

    async def _send_demand(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"letter": "repayment-1"}
        return await self._review(case, step, self._officer(case), "letters", body, primary="correspondence")

    async def _order_collection(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """Payout has the claim, with its notice served; an ordering officer says so to a treasury that takes such orders."""
        path, person = f"/payout/cases/{self._id(case)}", self._of(ORDERERS, case)

        def open_claim(it: Any) -> bool:
            return any(one["status"] not in ("unserved", "settled") for one in it["claims"])

        told = (await self._there(path, person, open_claim, f"{case.label}: Forderung eingetroffen")).body
        [claim] = told["claims"]
        facts = {"claim": claim["claim"], "reference": claim["reference"], "order": ""}
        if "order-collection" not in claim["actions"] and not told["collections"]:
            return facts

        async def etag() -> str:
            return (await self._people.read(person, path)).body["claims_etag"]

        address = f"{path}/claims/{claim['claim']}/order"
        await self._people.act(person, address, {}, key=key_of(case.label, step.name), etag=etag)
        [order] = (await self._people.read(person, path)).body["collections"]
        return {**facts, "order": order["order"]}

    async def _collect(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """The order goes to the treasury in a file of its own, which takes it."""
        order = self._journal.fact(case.label, "instruct-collection", "order")
        if not order:
            return {}
        body, key = {"collections": [order]}, key_of(case.label, f"{step.name}-seal")
        sealed = await self._people.act(self._of(ORDERERS, case), "/payout/batches", body, key=key)
        path = f"/payout/batches/{sealed.body['batch']}"

        async def etag() -> str:
            return (await self._people.read(CASHIERS[0], path)).etag

        await self._people.act(CASHIERS[0], f"{path}/release", {}, key=key_of(case.label, step.name), etag=etag)

        def accepted(it: Any) -> bool:
            return all(one["status"] == "accepted" for one in it["collections"])

        what = f"{case.label}: Annahmeanordnung von der Kasse angenommen"
        await self._there(f"/payout/cases/{self._id(case)}", CASHIERS[0], accepted, what)
        return {"batch": sealed.body["batch"]}

    async def _repay(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """The town pays what it owes; the account tells it, the claim is settled, and the day is closed."""
        path = f"/payout/cases/{self._id(case)}"
        [claim] = (await self._people.read(CASHIERS[1], path)).body["claims"]
        owed = claim["open_cents"] + claim["interest_due_cents"]
        if owed and self.town_pays is not None:
            self.town_pays(claim["reference"], owed, step.on)

        def settled(it: Any) -> bool:
            return all(one["status"] == "settled" for one in it["claims"])

        await self._there(path, CASHIERS[1], settled, f"{case.label}: Forderung erledigt")
        await self._close(step.on.isoformat())
        return {}
