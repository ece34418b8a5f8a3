"""Vorzeitiger Maßnahmebeginn in der Vorführung."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from deploy.demo_desk import APPROVERS, Desk
from deploy.demo_people import key_of
from deploy.demo_plan import EarlyStart, PlannedCase
from deploy.demo_year import Step
from deploy.people import applicant

_NOT_EARLY = "Der Grund trägt nicht: das Altverfahren läuft bis zum Jahresende weiter."


class EarlyStartSteps(Desk):
    """The steps of towns that cannot wait for the decision."""

    def _of_early_starts(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "ask-early-start": self._ask_early_start,
            "propose-early-start": self._propose_early_start,
            "approve-early-start": self._approve_early_start,
            "refuse-early-start": self._refuse_early_start,
        }

    async def _ask_early_start(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {
            "description": case.title, "reason": "Das Altverfahren wird abgeschaltet.",
            "expenditure": [{"description": it.description, "cents": it.cents} for it in case.lines],
            "contract_on": case.days.waived.isoformat(),
        }  # fmt: skip
        path = f"/intake/cases/{self._id(case)}/early-starts"
        done = await self._people.act(applicant(case.key).id, path, body, key=key_of(case.label, step.name))
        return {"early_start": done.body["early_start"]}

    async def _propose_early_start(self, case: PlannedCase, step: Step) -> dict[str, str]:
        consent = case.early_start is EarlyStart.APPROVED
        reasons = "Der Grund ist belegt; eine Förderzusage ist damit nicht verbunden." if consent else _NOT_EARLY
        body = {"consent": consent, "reasons": reasons}
        return await self._early_start(case, step, self._officer(case), "proposal", body)

    async def _approve_early_start(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._early_start(case, step, self._of(APPROVERS, case), "approval", {})

    async def _refuse_early_start(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._early_start(case, step, self._of(APPROVERS, case), "refusal", {"reasons": _NOT_EARLY})

    async def _early_start(
        self, case: PlannedCase, step: Step, person: str, action: str, body: Mapping[str, Any]
    ) -> dict[str, str]:
        asked = self._journal.fact(case.label, "ask-early-start", "early_start")
        path = f"/review/cases/{self._id(case)}/early-starts/{asked}"
        await self._there(path, person, lambda _: True, f"{case.label}: vorzeitiger Beginn eingetroffen")

        async def etag() -> str:
            return (await self._people.read(person, path)).body["etag"]

        await self._people.act(person, f"{path}/{action}", body, key=key_of(case.label, step.name), etag=etag)
        return {}
