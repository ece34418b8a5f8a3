"""Verwendungsnachweis in der Vorführung: a town says what it spent, and the ministry determines what remains of the grant."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from deploy.demo_desk import USAGE_AUDITORS
from deploy.demo_people import key_of
from deploy.demo_plan import PlannedCase
from deploy.demo_steps.changing import ChangingSteps
from deploy.demo_year import Step
from deploy.people import applicant

_FIRST = {"complete": True, "plausible": True, "purpose_reached": True}
_NOTE = "Die Zuwendung wurde zweckentsprechend verwendet; der Zweck ist erreicht."


class ProvingSteps(ChangingSteps):
    """The steps after the project's end."""

    def _of_proofs(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "submit-proof": self._submit_proof,
            "check-proof": self._check_proof,
            "accept-proof": self._accept_proof,
        }

    async def _submit_proof(self, case: PlannedCase, step: Step) -> dict[str, str]:
        paid_on = case.ends_on.isoformat()
        lines = [
            it | {"vouchers": [{"number": f"R-{it['line']}", "paid_on": paid_on, "cents": it["cents"]}]}
            for it in _spent(case)
        ]
        body = {"kind": "final", "lines": lines, "report": "Das Vorhaben ist umgesetzt wie geplant."}
        path = f"/intake/cases/{self._id(case)}/proofs"
        done = await self._people.act(applicant(case.key).id, path, body, key=key_of(case.label, step.name))
        return {"proof": done.body["proof"]}

    async def _check_proof(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """The first check, which draws the sample; who is drawn is looked into by another person."""
        first, second = self._of(USAGE_AUDITORS, case), self._other(USAGE_AUDITORS, case)
        proof = self._proof(case)
        await self._seen(case, first, lambda it: _of(it, proof) is not None, "Nachweis eingetroffen")
        found: Mapping[str, Any] = {"proof": proof, "lines": _spent(case)}
        await self._review(case, step, first, "proof/check", {**found, **_FIRST}, primary="proof")
        path = f"/review/cases/{self._id(case)}"
        if _of((await self._people.read(second, path)).body, proof)["selected"]:
            in_depth = Step(name=f"{step.name}-in-depth", on=step.on)
            body = {**found, "findings": "Alle Belege gesehen."}
            await self._review(case, in_depth, second, "proof/in-depth-check", body, primary="proof")
        return {}

    async def _accept_proof(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"proof": self._proof(case), "note": _NOTE}
        await self._review(case, step, self._of(USAGE_AUDITORS, case), "proof/acceptance", body, primary="proof")
        return {}

    def _proof(self, case: PlannedCase) -> str:
        return self._journal.fact(case.label, "submit-proof", "proof")


def _spent(case: PlannedCase) -> list[dict[str, Any]]:
    """Exactly what was recognised of the plan, line by line."""
    return [
        {"line": number, "cents": it.eligible_cents}
        for number, it in enumerate(case.lines, start=1)
        if it.eligible_cents
    ]


def _of(told: Any, proof: str) -> Any:
    return next((it for it in told["proofs"] if it["proof"] == proof), None)
