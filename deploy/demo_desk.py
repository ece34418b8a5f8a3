"""Der Schreibtisch der Vorführung: who acts in a case, and how a person reads, waits and says a command over HTTP.

Nobody asks a service about another one's progress: a person waits until the own service shows the case as far as it
has to be, as a person at a screen would.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deploy.demo_people import People, Read, Refused, key_of
from deploy.demo_plan import Attempt, PlannedCase
from deploy.demo_year import HOUSE, Journal, Step

CLERKS, EXPERTS, OFFICERS = ("p-2k7d", "p-9m3x"), ("p-4tq8", "p-h5w2"), ("p-7c9r", "p-x3n6")
APPROVERS, BUDGET_OFFICERS = ("p-b8v4", "p-6ykz"), ("p-e2j5", "p-w7f3")
CERTIFIERS, ORDERERS, CASHIERS = ("p-q4h9", "p-5rd8"), ("p-n6t2", "p-z8k3"), ("p-j4c6", "p-8p2m")
USAGE_AUDITORS = ("p-3g7w", "p-v9x5")
OFFICER_WHO_APPROVES = "p-r8d4"
CERTIFIER_WHO_ORDERS = "p-t9j2"


class Desk:
    """Where the people of the demonstration act; `journal` knows the ids answered so far."""

    def __init__(self, people: People, journal: Journal, cases: Sequence[PlannedCase]) -> None:
        self._people = people
        self._journal = journal
        self._cases = cases
        self._number = {case.label: number for number, case in enumerate(cases)}

    async def _intake(
        self, case: PlannedCase, step: Step, person: str, action: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        path = f"/intake/cases/{self._id(case)}"

        async def etag() -> str:
            return (await self._people.read(person, path)).etag

        await self._people.act(person, f"{path}/{action}", body or {}, key=key_of(case.label, step.name), etag=etag)
        return {}

    async def _review(
        self,
        case: PlannedCase,
        step: Step,
        person: str,
        action: str,
        body: Mapping[str, Any] | None = None,
        *,
        primary: str = "assessment",
    ) -> dict[str, str]:
        await self._seen(case, person, lambda _: True, "in der Prüfung angekommen")
        path = f"/review/cases/{self._id(case)}"

        async def etag() -> str:
            return (await self._people.read(person, path)).body["etags"][primary]

        await self._people.act(person, f"{path}/{action}", body or {}, key=key_of(case.label, step.name), etag=etag)
        return {}

    async def _seen(self, case: PlannedCase, person: str, wanted: Callable[[Any], bool], what: str) -> None:
        await self._there(f"/review/cases/{self._id(case)}", person, wanted, f"{case.label}: {what}")

    async def _there(self, path: str, person: str, wanted: Callable[[Any], bool], what: str) -> Read:
        """What lies at a path once it is there and as wanted."""

        async def look() -> Read | None:
            try:
                found = await self._people.read(person, path)
            except Refused as refused:
                if refused.status == 404:
                    return None
                raise
            return found if wanted(found.body) else None

        return await self._people.until(what, look)

    async def _close(self, day: str) -> None:
        """Close a day as soon as statement, payments and budget say the same of it."""
        await self._there(f"/payout/days/{day}", CASHIERS[1], _agreed, f"Abgleich des {day}")
        key = key_of(HOUSE, f"close-{day}")
        await self._people.act(CASHIERS[1], "/payout/reconciliations", {"closed_on": day}, key=key)

    # ---- Who ---------------------------------------------------------------------------------------------------------

    def _id(self, case: PlannedCase) -> str:
        return self._journal.fact(case.label, "submit", "case")

    def _of(self, group: tuple[str, str], case: PlannedCase) -> str:
        return group[self._number[case.label] % 2]

    def _other(self, group: tuple[str, str], case: PlannedCase) -> str:
        return group[(self._number[case.label] + 1) % 2]

    def _officer(self, case: PlannedCase) -> str:
        return OFFICER_WHO_APPROVES if Attempt.OWN_PROPOSAL in case.attempts else self._of(OFFICERS, case)

    def _certifier(self, case: PlannedCase) -> str:
        return CERTIFIER_WHO_ORDERS if Attempt.OWN_CERTIFICATE in case.attempts else self._of(CERTIFIERS, case)


def _agreed(day: Any) -> bool:
    """Whether the day has its statement, and all that was paid is entered in the budget."""
    is_told = bool(day["statements"]) and not day["incomplete"] and not day["unentered"]
    return is_told and not day["differences"] and day["budget_cents"] == day["paid_cents"]
