"""Änderung und Aufhebung in der Vorführung: what people say about an award that stands, and the money that comes back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from deploy.demo_desk import APPROVERS, Desk
from deploy.demo_form import by_year
from deploy.demo_people import key_of
from deploy.demo_plan import ChangeKind, PlannedCase, PlannedChange
from deploy.demo_year import Step
from deploy.people import applicant

_BASES: Mapping[ChangeKind, str] = {
    ChangeKind.LAPSE: "vwvfg-43-2",
    ChangeKind.REVOCATION: "vwvfg-49-3-1",
    ChangeKind.RETRACTION: "vwvfg-48-1",
    ChangeKind.CONDITION: "vwvfg-36-2-2",
}
_CONDITIONS = ("Im Übrigen gelten die Nebenbestimmungen des Zuwendungsbescheids fort.",)
_AT_ONCE = "Das Geld würde bis zur Bestandskraft verwendet und müsste zurückgefordert werden."
_NOT_SHIFTED = "Der Liefertermin ist nicht belegt; die Aufteilung bleibt, wie sie bewilligt ist."


class ChangingSteps(Desk):
    """The steps after the award is final that are about the award itself."""

    def _of_changes(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "request-change": self._request_change,
            "propose-amendment": self._propose_amendment,
            "approve-amendment": self._approve_amendment,
            "refuse-change": self._refuse_change,
            "open-award-hearing": self._open_award_hearing,
            "record-award-statement": self._record_award_statement,
            "propose-annulment": self._propose_annulment,
            "decide-annulment": self._decide_annulment,
            "see-hearing-unanswered": self._see_hearing_unanswered,
            "dispatch-change": self._dispatch_change,
            "waive-against-change": self._waive_against_change,
        }

    async def _request_change(self, case: PlannedCase, step: Step) -> dict[str, str]:
        change = _change(case)
        kind = ChangeKind.PARTNER_LEAVES if change.kind is ChangeKind.PARTNER_LEAVES else ChangeKind.SHIFT
        body: dict[str, Any] = {"kind": kind, "by_year": by_year(change.left), "reason": change.reason}
        if kind is ChangeKind.PARTNER_LEAVES:
            body["eligible_cents"] = change.eligible_cents
        path = f"/intake/cases/{self._id(case)}/changes"
        done = await self._people.act(applicant(case.key).id, path, body, key=key_of(case.label, step.name))
        return {"change": done.body["change"]}

    async def _propose_amendment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        await self._change_received(case, self._officer(case))
        change = _change(case)
        body = {
            "by_year": by_year(change.left), "eligible_cents": change.eligible_cents,
            "ends_on": case.ends_on.isoformat(), "conditions": _CONDITIONS, "reasons": change.reason,
        }  # fmt: skip
        return await self._review(case, step, self._officer(case), "amendment", body, primary="award")

    async def _approve_amendment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        approver = self._of(APPROVERS, case)
        await self._review(case, step, approver, "amendment/approval", primary="award")
        return await self._money_back(case, approver)

    async def _refuse_change(self, case: PlannedCase, step: Step) -> dict[str, str]:
        approver = self._of(APPROVERS, case)
        await self._change_received(case, approver)
        return await self._review(case, step, approver, "change/refusal", {"reasons": _NOT_SHIFTED}, primary="award")

    async def _open_award_hearing(self, case: PlannedCase, step: Step) -> dict[str, str]:
        change = _change(case)
        body = {"annulment": change.kind, "legal_basis": _BASES[change.kind], "facts": change.reason}
        return await self._review(case, step, self._officer(case), "award-hearing", body, primary="award")

    async def _record_award_statement(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"received_on": step.on.isoformat()}
        return await self._review(case, step, self._officer(case), "award-hearing/statement", body, primary="award")

    async def _propose_annulment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        change = _change(case)
        body = {
            "annulment": change.kind, "legal_basis": _BASES[change.kind], "by_year": by_year(change.left),
            "effective_on": step.on.isoformat(), "reasons": change.reason,
            "discretion": "Das öffentliche Interesse an sparsamer Verwendung überwiegt; Ausgezahltes bleibt unberührt.",
        }  # fmt: skip
        return await self._review(case, step, self._officer(case), "annulment", body, primary="award")

    async def _decide_annulment(self, case: PlannedCase, step: Step) -> dict[str, str]:
        approver = self._of(APPROVERS, case)
        kind = _change(case).kind
        body = {"immediate": _AT_ONCE} if kind is ChangeKind.REVOCATION else {}
        await self._review(case, step, approver, "annulment/decision", body, primary="award")
        return {} if kind is ChangeKind.RETRACTION else await self._money_back(case, approver)

    async def _see_hearing_unanswered(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """The clock ends it a moment after the calendar was turned; from then on the year runs."""

        def expired(it: Any) -> bool:
            course = it["award"]["course"]
            return course["limit_on"] is not None or bool(course["annulled"])

        await self._seen(case, self._officer(case), expired, "Anhörung ohne Äußerung beendet")
        return {}

    async def _dispatch_change(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._review(case, step, self._officer(case), "notice", {"proposal": 1}, primary="award")

    async def _waive_against_change(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """Only now the retraction is final, and the money comes back."""
        body = {"declared_on": step.on.isoformat(), "proposal": 1}
        await self._review(case, step, self._officer(case), "waiver", body, primary="award")
        return await self._money_back(case, self._officer(case))

    async def _change_received(self, case: PlannedCase, person: str) -> None:
        """The request is there, or was decided already when the year goes on after a fault."""
        change, known = (
            self._journal.fact(case.label, "request-change", "change"),
            ("propose-amendment", "refuse-change"),
        )

        def received(it: Any) -> bool:
            course = it["award"]["course"]
            return course["change"] == change or any(self._journal.done(case.label, name) for name in known)

        await self._seen(case, person, received, "Änderungsantrag eingetroffen")

    async def _money_back(self, case: PlannedCase, person: str) -> dict[str, str]:
        """Payout has given back what falls away."""
        left = _change(case).left
        lost = sum(max(0, cents - left.get(year, 0)) for year, cents in case.awarded.items())

        def returned(it: Any) -> bool:
            course = it["award"]["course"]
            return course["pending_cents"] == 0 and course["returned_cents"] == lost

        await self._seen(case, person, returned, "Mittel von der Auszahlung zurück")
        return {}


def _change(case: PlannedCase) -> PlannedChange:
    if case.change is None:
        raise ValueError(f"{case.label}: nichts zu ändern")
    return case.change
