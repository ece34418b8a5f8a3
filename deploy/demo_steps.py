"""What each step of a case is over HTTP: who reads what, and says which command."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from deploy.demo_desk import (
    APPROVERS,
    BUDGET_OFFICERS,
    CASHIERS,
    CERTIFIER_WHO_ORDERS,
    CLERKS,
    EXPERTS,
    OFFICER_WHO_APPROVES,
    OFFICERS,
    ORDERERS,
)
from deploy.demo_form import attachment, by_year, criteria_of, form_of
from deploy.demo_people import GaveUp, People, Refused, key_of
from deploy.demo_plan import (
    APPROPRIATION_CENTS,
    AUTHORISATIONS,
    BUDGET_TITLE,
    FREEZE,
    FREEZE_ON,
    STAYS_FROZEN_CENTS,
    EarlyStart,
    Ending,
    PlannedCase,
)
from deploy.demo_proving import ProvingSteps
from deploy.demo_year import HOUSE, Journal, Step, steps_of
from deploy.people import applicant

_NOTE: Mapping[str, str] = {
    "necessity": "Das Vorhaben ist notwendig; Umfang und Preise sind durch drei Angebote belegt.",
    "other_offices": "Das Landesrechenzentrum wurde beteiligt und hat keine Bedenken.",
    "eligible_extent": "Zuwendungsfähig sind die festgestellten Positionen.",
    "financing_type": "Anteilfinanzierung mit 80 vom Hundert.",
    "secured_financing": "Der Eigenanteil ist durch Beschluss des Rates gesichert.",
    "later_budgets": "Beträge späterer Jahre sind durch Verpflichtungsermächtigungen gedeckt.",
}
_NOT_EARLY = "Der Grund trägt nicht: das Altverfahren läuft bis zum Jahresende weiter."
_NO_FUNDS, _NEW_PRACTICE = "funds-not-available", "practice-changed-since-proposal"


class Contradiction(Exception):
    """The house answered something else than it had to."""


def trace_of(label: str) -> str:
    """The trace that a case's submission starts (W3C Trace Context): the same in every run."""
    digest = sha256(f"foerderstrom/demo/{label}".encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-01"


class Steps(ProvingSteps):
    """The steps of all cases, said by the people of the demonstration."""

    def __init__(self, people: People, journal: Journal, cases: Sequence[PlannedCase]) -> None:
        super().__init__(people, journal, cases)
        self._done: Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]] = {
            "submit": self._submit,
            "ask-documents": self._ask_documents,
            "see-expiry": self._see_expiry,
            "extend-deadline": self._extend_deadline,
            "supply": self._supply,
            "complete": self._complete,
            "ask-early-start": self._ask_early_start,
            "propose-early-start": self._propose_early_start,
            "approve-early-start": self._approve_early_start,
            "refuse-early-start": self._refuse_early_start,
            "withdraw": self._withdraw,
            "opine": self._opine,
            "assess": self._assess,
            "propose": self._propose,
            "propose-again": self._propose,
            "reserve-again": self._reserve,
            "meet-freeze": self._meet_freeze,
            "meet-new-practice": self._meet_new_practice,
            "propose-refusal": self._propose_refusal,
            "hear": self._hear,
            "reserve": self._reserve,
            "try-own-proposal": self._try_own_proposal,
            "approve": self._approve,
            "try-second-signature": self._try_second_signature,
            "approve-again": self._approve_again,
            "refuse": self._refuse,
            "dispatch": self._dispatch,
            "waive": self._waive,
            "request": self._request,
            "examine": self._examine,
            "certify": self._certify,
            "try-own-certificate": self._try_own_certificate,
            "order": self._order,
            **self._of_changes(),
            **self._of_proofs(),
        }

    async def do(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """Do a step; the ids it was answered."""
        name = step.name.removesuffix(f"-{step.number}") if step.number else step.name
        return await self._done[name](case, step)

    # ---- Intake ------------------------------------------------------------------------------------------------------

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

    # ---- Early start -------------------------------------------------------------------------------------------------

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

    # ---- Review ------------------------------------------------------------------------------------------------------

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
        return await _refused(self._reserve(case, step), _NO_FUNDS)

    async def _meet_new_practice(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await _refused(self._review(case, step, self._of(APPROVERS, case), "approval"), _NEW_PRACTICE)

    async def _try_own_proposal(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await _refused(self._review(case, step, OFFICER_WHO_APPROVES, "approval"))

    async def _try_second_signature(self, case: PlannedCase, step: Step) -> dict[str, str]:
        return await _refused(self._review(case, step, self._of(APPROVERS, case), "approval"))

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

    # ---- Drawdowns ---------------------------------------------------------------------------------------------------

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
        return await _refused(self._payout(case, step, CERTIFIER_WHO_ORDERS, "order"))

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

    # ---- The house ---------------------------------------------------------------------------------------------------

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

    async def _close(self, day: str) -> None:
        """Close a day as soon as statement, payments and budget say the same of it."""
        await self._there(f"/payout/days/{day}", CASHIERS[1], _agreed, f"Abgleich des {day}")
        key = key_of(HOUSE, f"close-{day}")
        await self._people.act(CASHIERS[1], "/payout/reconciliations", {"closed_on": day}, key=key)

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


def _agreed(day: Any) -> bool:
    """Whether the day has its statement, and all that was paid is entered in the budget."""
    is_told = bool(day["statements"]) and not day["incomplete"] and not day["unentered"]
    return is_told and not day["differences"] and day["budget_cents"] == day["paid_cents"]


async def _refused(attempt: Awaitable[Any], code: str = "attempt-refused") -> dict[str, str]:
    """What the law forbids this person, or the house everybody now, must be refused for that reason."""
    try:
        await attempt
    except Refused as refused:
        if refused.code == code:
            return {}
        raise
    raise Contradiction(f"Angenommen wurde, was abzulehnen war: {code}")


def _spent(case: PlannedCase, number: int, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    """What was due by the drawdown before is spent by now, line after line of the plan."""
    left = case.drawdowns[number - 2].eligible_due_cents if number > 1 else 0
    found: list[dict[str, int]] = []
    for it in lines:
        found.append({"line": it["line"], "cents": min(left, it["cents"])})
        left -= found[-1]["cents"]
    return found
