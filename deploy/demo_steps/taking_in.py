"""Eingang in der Vorführung: applications come in, are completed, or are withdrawn."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

from deploy.demo_desk import CLERKS, OFFICERS, Desk
from deploy.demo_form import attachment, form_of
from deploy.demo_people import key_of
from deploy.demo_plan import Ending, PlannedCase
from deploy.demo_year import Step
from deploy.people import applicant


def trace_of(label: str) -> str:
    """The trace that a case's submission starts (W3C Trace Context): the same in every run."""
    digest = sha256(f"foerderstrom/demo/{label}".encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-01"


class TakingInSteps(Desk):
    """The steps at the desk of intake."""

    def _of_intake(self) -> Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]]:
        return {
            "submit": self._submit,
            "ask-documents": self._ask_documents,
            "see-expiry": self._see_expiry,
            "extend-deadline": self._extend_deadline,
            "supply": self._supply,
            "complete": self._complete,
            "withdraw": self._withdraw,
        }

    async def _submit(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = form_of(case)
        person = applicant(case.key).id
        done = await self._people.act(
            person, "/intake/applications", body, key=key_of(case.label, step.name), trace=trace_of(case.label)
        )
        return {"case": done.body["case"], "file_number": done.body["file_number"]}

    async def _ask_documents(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"documents": [{"kind": "offer", "text": "ein zweites Angebot"}]}
        return await self._intake(case, step, self._of(CLERKS, case), "document-requests", body)

    async def _see_expiry(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """The clock says so to the applicant, a moment after the calendar was turned."""
        path = f"/intake/cases/{self._id(case)}/status"
        codes = ("deadline-expired", "documents-supplied")  # supplied already when the year goes on after a fault
        await self._there(
            path, applicant(case.key).id, lambda it: it["code"] in codes, f"{case.label}: Frist abgelaufen"
        )
        return {}

    async def _extend_deadline(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {
            "ends_on": case.days.opined.isoformat(),
            "reason": "Der Anbieter war geschlossen; Antrag vom selben Tag.",
        }
        return await self._intake(case, step, self._of(CLERKS, case), "extensions", body)

    async def _supply(self, case: PlannedCase, step: Step) -> dict[str, str]:
        body = {"attachments": [{**attachment("angebot-2.pdf", "offer"), "number": 1}]}
        return await self._intake(case, step, applicant(case.key).id, "supplies", body)

    async def _complete(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await self._intake(case, step, self._of(CLERKS, case), "completeness")

    async def _withdraw(self, case: PlannedCase, step: Step) -> dict[str, str]:
        await self._intake(case, step, applicant(case.key).id, "withdrawal")
        if case.ending is Ending.WITHDRAWN_TOO_LATE:
            # The notice must not overtake the answer to the withdrawal, or the case would tell another story.
            await self._seen(case, self._of(OFFICERS, case), lambda it: it["late_withdrawal"], "Rücknahme beantwortet")
        return {}
