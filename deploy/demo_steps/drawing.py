"""Mittelabruf in der Vorführung: a town calls funds, which are examined, certified and ordered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from deploy.demo_desk import CERTIFIER_WHO_ORDERS, ORDERERS, Desk
from deploy.demo_people import key_of
from deploy.demo_plan import PlannedCase
from deploy.demo_steps.refusing import Contradiction, refused
from deploy.demo_year import Step
from deploy.people import applicant


class DrawingSteps(Desk):
    """The steps of a drawdown, and the attempt that must fail there."""

    def _of_drawdowns(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "request": self._request,
            "examine": self._examine,
            "certify": self._certify,
            "try-own-certificate": self._try_own_certificate,
            "order": self._order,
        }

    async def _request(self, case: PlannedCase, step: Step) -> dict[str, str]:
        planned, person = case.drawdowns[step.number - 1], applicant(case.key).id
        path = f"/intake/cases/{self._id(case)}"

        def offered(it: Any) -> bool:
            # Offered again only when the one before is settled; one that was asked for is there already.
            asked = len(it["drawdowns"]) >= step.number
            return asked or any(one["name"] == "request-drawdown" for one in it["actions"])

        told = await self._there(path, person, offered, f"{case.label}: Mittelabruf {step.number} möglich")
        body = {
            "year": planned.year,
            "eligible_due_cents": planned.eligible_due_cents,
            "requested_cents": planned.requested_cents,
            "needed_on": planned.on.isoformat(),
            "purpose": "Rechnungen des Vorhabens",
            "spent": _spent(case, step.number, told.body["lines"]),
        }
        done = await self._people.act(person, f"{path}/drawdowns", body, key=key_of(case.label, step.name))
        return {"drawdown": done.body["drawdown"]}

    async def _examine(self, case: PlannedCase, step: Step) -> dict[str, str]:
        found = await self._payout(case, step, self._officer(case), "examination")
        planned = case.drawdowns[step.number - 1]
        if found["accepted_cents"] != planned.accepted_cents:
            raise Contradiction(
                f"{case.label}, Mittelabruf {step.number}: anerkannt {found['accepted_cents']} Cent "
                f"({found['reason']}) statt {planned.accepted_cents}"
            )
        return {"reason": found["reason"]}

    async def _certify(self, case: PlannedCase, step: Step) -> dict[str, str]:
        await self._payout(case, step, self._certifier(case), "certification")
        return {}

    async def _try_own_certificate(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await refused(self._payout(case, step, CERTIFIER_WHO_ORDERS, "order"))

    async def _order(self, case: PlannedCase, step: Step) -> dict[str, str]:
        found = await self._payout(case, step, self._of(ORDERERS, case), "order")
        return {"payment": found["payment"]}

    async def _payout(self, case: PlannedCase, step: Step, person: str, action: str) -> Any:
        path = f"/payout/cases/{self._id(case)}"
        drawdown = self._journal.fact(case.label, f"request-{step.number}", "drawdown")

        def registered(it: Any) -> bool:
            return it["open"] and any(one["drawdown"] == drawdown for one in it["drawdowns"])

        await self._there(path, person, registered, f"{case.label}: Mittelabruf {step.number} eingetroffen")

        async def etag() -> str:
            return (await self._people.read(person, path)).etag

        done = await self._people.act(
            person, f"{path}/drawdowns/{drawdown}/{action}", {}, key=key_of(case.label, step.name), etag=etag
        )
        return next(it for it in done.body["drawdowns"] if it["drawdown"] == drawdown)


def _spent(case: PlannedCase, number: int, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    """What was due by the drawdown before is spent by now, line after line of the plan."""
    left = case.drawdowns[number - 2].eligible_due_cents if number > 1 else 0
    found: list[dict[str, int]] = []
    for it in lines:
        found.append({"line": it["line"], "cents": min(left, it["cents"])})
        left -= found[-1]["cents"]
    return found
