"""Haushalt und Kasse in der Vorführung: what is done for all cases together."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.demo_desk import BUDGET_OFFICERS, CASHIERS, ORDERERS, Desk
from deploy.demo_form import by_year
from deploy.demo_people import GaveUp, Refused, key_of
from deploy.demo_plan import APPROPRIATION_CENTS, AUTHORISATIONS, BUDGET_TITLE, FREEZE, FREEZE_ON, STAYS_FROZEN_CENTS
from deploy.demo_year import HOUSE, steps_of


class HouseSteps(Desk):
    """The budget of a year, its freeze, each day of payment."""

    async def open_budget(self, year: int) -> None:
        """Open the title's budget of a year."""
        body = {
            "title": BUDGET_TITLE,
            "year": year,
            "appropriation_cents": APPROPRIATION_CENTS,
            "authorisations": by_year(AUTHORISATIONS[year]),
        }
        await self._people.act(BUDGET_OFFICERS[0], "/review/budgets", body, key=key_of(HOUSE, f"open-budget-{year}"))

    async def freeze(self) -> None:
        """Freeze the whole year's cash."""
        body = {"reference": FREEZE, "year": FREEZE_ON.year, "share_bp": 10_000, "reason": "Haushaltssperre des TFM"}
        await self._freezing("freezes", body)

    async def lift(self) -> None:
        """Lift the freeze but for what stays frozen."""
        body = {"freeze": FREEZE, "left_cents": STAYS_FROZEN_CENTS, "reason": "Steuerschätzung besser als erwartet"}
        await self._freezing("freezes/lift", body)

    async def _freezing(self, what: str, body: Mapping[str, Any]) -> None:
        path = f"/review/budgets/{BUDGET_TITLE}/{FREEZE_ON.year}/{what}"
        await self._people.act(BUDGET_OFFICERS[0], path, body, key=key_of(HOUSE, what))

    async def pay(self, day: date) -> None:
        """Put the day's orders into one batch, release it, wait until the treasury has paid all of them."""
        payments = [
            self._journal.fact(case.label, step.name, "payment")
            for case in self._cases
            for step in steps_of(case)
            if step.on == day and step.name.startswith("order-")
        ]
        key = key_of(HOUSE, f"seal-{day}")
        sealed = await self._people.act(ORDERERS[0], "/payout/batches", {"payments": payments}, key=key)
        path = f"/payout/batches/{sealed.body['batch']}"

        async def etag() -> str:
            return (await self._people.read(CASHIERS[0], path)).etag

        await self._people.act(CASHIERS[0], f"{path}/release", {}, key=key_of(HOUSE, f"release-{day}"), etag=etag)
        for payment in payments:
            await self._there(f"/payout/payments/{payment}", CASHIERS[0], _finished, f"Zahlung {payment} beantwortet")
        paid = (await self._people.read(CASHIERS[1], f"/payout/payments/{payments[0]}")).body
        await self._close(paid["settled_on"])

    async def seal_years(self) -> None:
        """Seal the title's years in which something was paid: each day of theirs is closed, nothing waits, the budget agrees."""
        for year in sorted(
            {it.year for case in self._cases if case.granted for it in case.drawdowns if it.accepted_cents}
        ):
            body = {"title": BUDGET_TITLE, "year": year}
            try:
                await self._people.act(CASHIERS[1], "/payout/years", body, key=key_of(HOUSE, f"seal-year-{year}"))
            except Refused as refused:
                if refused.code != "year-without-payment":
                    raise


def _finished(payment: Any) -> bool:
    if payment["status"] == "rejected":
        raise GaveUp(f"Die Kasse hat {payment['reference']} abgewiesen: {payment['reason']}")
    return payment["status"] == "settled"
