"""Prüfung und Bescheid in der Vorführung: opinion, assessment, proposal, budget, decision, notice."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from deploy.demo_desk import APPROVERS, BUDGET_OFFICERS, EXPERTS, OFFICER_WHO_APPROVES, Desk
from deploy.demo_form import by_year, criteria_of
from deploy.demo_people import key_of
from deploy.demo_plan import BUDGET_TITLE, Ending, PlannedCase
from deploy.demo_steps.refusing import refused
from deploy.demo_year import Step

_NOTE: Mapping[str, str] = {
    "necessity": "Das Vorhaben ist notwendig; Umfang und Preise sind durch drei Angebote belegt.",
    "other_offices": "Das Landesrechenzentrum wurde beteiligt und hat keine Bedenken.",
    "eligible_extent": "Zuwendungsfähig sind die festgestellten Positionen.",
    "financing_type": "Anteilfinanzierung mit 80 vom Hundert.",
    "secured_financing": "Der Eigenanteil ist durch Beschluss des Rates gesichert.",
    "later_budgets": "Beträge späterer Jahre sind durch Verpflichtungsermächtigungen gedeckt.",
}

_NO_FUNDS, _NEW_PRACTICE = "funds-not-available", "practice-changed-since-proposal"


class DecidingSteps(Desk):
    """The steps of review until the award is final, and the attempts that must fail there."""

    def _of_decisions(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "opine": self._opine,
            "assess": self._assess,
            "propose": self._propose,
            "propose-again": self._propose,
            "propose-refusal": self._propose_refusal,
            "hear": self._hear,
            "reserve-again": self._reserve,
            "reserve": self._reserve,
            "approve": self._approve,
            "approve-again": self._approve_again,
            "meet-freeze": self._meet_freeze,
            "meet-new-practice": self._meet_new_practice,
            "try-own-proposal": self._try_own_proposal,
            "try-second-signature": self._try_second_signature,
            "refuse": self._refuse,
            "dispatch": self._dispatch,
            "waive": self._waive,
        }

    async def _opine(self, case: PlannedCase, step: Step) -> dict[str, str]:
        negative = case.ending is Ending.REFUSED and "Insellösung" in case.refusal[0]
        body: Mapping[str, Any] = {
            "opinion": "negative" if negative else "positive",
            "reasons": case.refusal[0] if negative else "Standardisiert, nachnutzbar und fachlich überzeugend.",
            "criteria": criteria_of(case, negative=negative),
        }
        return await self._review(case, step, self._of(EXPERTS, case), "opinion", body)

    async def _assess(self, case: PlannedCase, step: Step) -> dict[str, str]:
        lines = [
            {"line": number, "eligible_cents": it.eligible_cents}
            | ({"reason": it.reason, "text": it.text} if it.reason else {})
            for number, it in enumerate(case.lines, start=1)
        ]
        return await self._review(case, step, self._officer(case), "expenditure", {"lines": lines})

    async def _propose(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {
            "by_year": by_year(case.awarded),
            "starts_on": case.starts_on.isoformat(),
            "ends_on": case.ends_on.isoformat(),
            "note": _NOTE,
        }
        await self._read_warnings(case, step)
        return await self._review(case, step, self._officer(case), "proposal", body)

    async def _read_warnings(self, case: PlannedCase, step: Step) -> None:
        """What intake warned of, a reviewer takes note of first; nothing when there was nothing."""
        person, path = self._officer(case), f"/review/cases/{self._id(case)}"
        told = (await self._there(path, person, lambda _: True, f"{case.label}: in der Prüfung")).body["application"]
        if told["warnings_read"] or all(it["severity"] != "warning" for it in told["findings"]):
            return

        async def etag() -> str:
            return (await self._people.read(person, path)).body["etags"]["assessment"]

        body = {"consideration": "Geprüft; die Vorhaben überschneiden sich nicht, die Angaben sind schlüssig."}
        key = key_of(case.label, f"{step.name}-warnings")
        await self._people.act(person, f"{path}/warnings", body, key=key, etag=etag)

    async def _propose_refusal(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._officer(case), "refusal-proposal", {"reasons": case.refusal})

    async def _hear(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"about": "refusal", "announced": " ".join(case.refusal)}
        return await self._review(case, step, self._officer(case), "hearing", body)

    async def _reserve(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"title": BUDGET_TITLE, "year": step.on.year}
        return await self._review(case, step, self._of(BUDGET_OFFICERS, case), "reservation", body)

    async def _approve(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._of(APPROVERS, case), "approval")

    async def _approve_again(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._other(APPROVERS, case), "approval")

    async def _meet_freeze(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await refused(self._reserve(case, step), _NO_FUNDS)

    async def _meet_new_practice(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await refused(self._review(case, step, self._of(APPROVERS, case), "approval"), _NEW_PRACTICE)

    async def _try_own_proposal(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await refused(self._review(case, step, OFFICER_WHO_APPROVES, "approval"))

    async def _try_second_signature(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await refused(self._review(case, step, self._of(APPROVERS, case), "approval"))

    async def _refuse(self, case: PlannedCase, step: Step) -> dict[str, str]:
        person = self._of(APPROVERS, case)

        def heard(it: Any) -> bool:
            # The clock ends the hearing a moment after the calendar was turned; one that was refused before stays so.
            may = any(one["name"] == "refuse-grant" and one["allowed"] for one in it["actions"])
            return may or it["status"] == "refused"

        await self._seen(case, person, heard, "Anhörung beendet")
        return await self._review(case, step, person, "refusal")

    async def _dispatch(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._officer(case), "notice", primary="award")

    async def _waive(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"declared_on": step.on.isoformat()}
        return await self._review(case, step, self._officer(case), "waiver", body, primary="award")
