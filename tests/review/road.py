"""Review's people at work over HTTP: example d1, or as much of it as a test needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx2

from services.review.examination import Application
from shared.identity import Role, Sealed
from shared.privacy import Privacy
from tests.review.builders import TITLE, application, completed
from tests.servers import wait_until
from tests.service import Running

D1_EXPENDITURE: dict[str, Any] = {
    "lines": [
        {"line": 1, "eligible_cents": 38_000_00},
        {"line": 2, "eligible_cents": 12_000_00},
        {"line": 3, "eligible_cents": 6_000_00},
        {"line": 4, "eligible_cents": 0, "reason": "not-part-of-item", "text": "Notebooks gehören nicht zu Ziffer 2c."},
    ]
}
D1_PROPOSAL: dict[str, Any] = {
    "by_year": [{"year": 2025, "cents": 30_000_00}, {"year": 2026, "cents": 14_800_00}],
    "starts_on": "2025-06-15",
    "ends_on": "2026-06-30",
    "note": {
        "necessity": "notwendig und angemessen",
        "other_offices": "keine",
        "eligible_extent": "wie festgestellt",
        "financing_type": "Anteilfinanzierung",
        "secured_financing": "Eigenanteil durch Beschluss belegt",
        "later_budgets": "Verpflichtung für 2026",
    },
}
CRITERIA: list[dict[str, Any]] = [
    {"code": "standard", "points": 1, "text": "XÖV, offen gelegt"},
    {"code": "re-use", "points": 2, "text": "mit eigener Anpassung nachnutzbar"},
    {"code": "information-security", "points": 1, "text": "im ISMS erfasst"},
]
TYPED_CRITERIA = {
    f"criteria.{index}.{name}": str(it[name]) for index, it in enumerate(CRITERIA) for name in ("points", "text")
}
"""The same as a person types it into the form, which asks for these first."""
OPINION: dict[str, Any] = {"opinion": "positive", "reasons": "Standard XÖV, nachnutzbar", "criteria": CRITERIA}


def opinion_on(item: str) -> dict[str, Any]:
    """The same on an item of the guideline; a standard is asked of interfaces only."""
    asked = [it for it in CRITERIA if item in ("interfaces", "2c") or it["code"] != "standard"]
    return OPINION | {"criteria": asked}


BUDGET_2025: dict[str, Any] = {
    "title": TITLE,
    "year": 2025,
    "appropriation_cents": 10_000_000_00,
    "authorisations": [{"year": 2026, "cents": 6_000_000_00}, {"year": 2027, "cents": 6_000_000_00}],
}

DISPENSATION: dict[str, Any] = {
    "about": "refusal",
    "ground": "stated-facts",
    "reasons": "Der Beginn folgt aus den Angaben der Kommune.",
}
PROCEEDING: dict[str, Any] = {
    "open-hearing": {"about": "refusal", "announced": "Das Vorhaben folgt keinem Standard."},
    "record-statement": {"received_on": "2025-05-28", "consideration": "nichts Neues"},
    "extend-hearing": {"days": 14},
    "dispense-with-hearing": DISPENSATION,
    "acknowledge-warnings": {"consideration": "Beide Anträge betreffen verschiedene Verfahren."},
    "put-on-hold": {"reason": "budget-freeze", "text": "Sperre von 10 %.", "resubmission_on": "2025-06-30"},
    "resume-case": {"reason": "Die Sperre ist aufgehoben."},
    "assign-reviewer": {"person": "p-case-officer"},
    "hand-back-case": {"reason": "Urlaub"},
    "appoint-substitute": {"person": "p-substitute", "ends_on": "2025-06-30"},
    "declare-conflict-of-interest": {"ground": "doubt"},
    "propose-formal-rejection": {"grounds": ["project-started"], "reasons": ["Der Vertrag ist vom 2. Mai."]},
}
"""A body for each action beside the road."""

PEOPLE: Mapping[str, tuple[str, Role]] = {
    "opinion": ("p-expert", Role.EXPERT),
    "expenditure": ("p-officer", Role.CASE_OFFICER),
    "proposal": ("p-officer", Role.CASE_OFFICER),
    "refusal-proposal": ("p-officer", Role.CASE_OFFICER),
    "reservation": ("p-budget", Role.BUDGET_OFFICER),
    "reservation/release": ("p-budget", Role.BUDGET_OFFICER),
    "approval": ("p-approver", Role.APPROVER),
    "refusal": ("p-approver", Role.APPROVER),
    "hearing": ("p-officer", Role.CASE_OFFICER),
    "hearing/statement": ("p-officer", Role.CASE_OFFICER),
    "hearing/extension": ("p-officer", Role.CASE_OFFICER),
    "hearing/dispensation": ("p-officer", Role.CASE_OFFICER),
    "warnings": ("p-officer", Role.CASE_OFFICER),
    "hold": ("p-officer", Role.CASE_OFFICER),
    "resumption": ("p-officer", Role.CASE_OFFICER),
    "rejection-proposal": ("p-officer", Role.CASE_OFFICER),
    "rejection": ("p-approver", Role.APPROVER),
    "notice": ("p-officer", Role.CASE_OFFICER),
    "letters": ("p-officer", Role.CASE_OFFICER),
    "notice/receipt": ("p-officer", Role.CASE_OFFICER),
    "notice/failure": ("p-officer", Role.CASE_OFFICER),
    "waiver": ("p-officer", Role.CASE_OFFICER),
    "lawsuit": ("p-officer", Role.CASE_OFFICER),
    "lawsuit/outcome": ("p-officer", Role.CASE_OFFICER),
    "finality": ("p-officer", Role.CASE_OFFICER),
    "side-conditions/fulfilment": ("p-officer", Role.CASE_OFFICER),
    "side-conditions/violation": ("p-officer", Role.CASE_OFFICER),
    "side-conditions/waiver": ("p-approver", Role.APPROVER),
}
"""Who takes which step unless a test says otherwise."""
OF_HANDLING = ("assignment", "assignment/return", "substitution", "conflict-of-interest")
OF_AWARD = (
    "notice", "notice/receipt", "notice/failure", "waiver", "lawsuit", "lawsuit/outcome", "finality",
)  # fmt: skip


@dataclass
class Road:
    """One running review, and the people who act in it."""

    service: Running
    _clients: dict[tuple[str, tuple[Role, ...]], httpx2.Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wait_until(lambda: not self.service.house.unready(), "die Bereitschaft: alle Regelungen veröffentlicht")

    def person(self, actor: str, *roles: Role, keys: tuple[str, ...] = ()) -> httpx2.Client:
        known = self._clients.get((actor, roles))
        if known is None:
            known = self._clients[actor, roles] = self.service.client(actor, *roles, keys=keys)
        return known

    @property
    def auditor(self) -> httpx2.Client:
        return self.person("p-auditor", Role.AUDITOR)

    def turn_to(self, on: date) -> None:
        self.service.place.turn_to(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))

    def open_budget(self, **changes: Any) -> httpx2.Response:
        client = self.person("p-budget", Role.BUDGET_OFFICER)
        body, key = BUDGET_2025 | changes, {"Idempotency-Key": uuid4().hex}
        return client.post("/review/budgets", json=body, headers=key)

    def sealed(self, text: str, path: str, case: str) -> Sealed:
        """A value as intake seals it, under the contact's key in the shared vault."""
        seals = Privacy(self.service.house.keys, "intake")
        return seals.seal(text, stream=f"application-{case}", path=path, subject=f"s-{case}")

    def receive(self, case: str = "", it: Application | None = None, **changes: Any) -> str:
        """A complete application arrives from intake; returns its case."""
        case = case or uuid4().hex
        names = {"contact_name": "Erika Mustermann", "account_holder": "Stadtkasse", "iban": "DE02120300000000202051"}
        seals: dict[str, Any] = {path: self.sealed(text, path, case) for path, text in names.items()}
        seals["contact_mail"] = self.sealed("kaemmerei@stadt.example", "contact_mail", case)
        self.service.tell("intake", case, completed(it or application(**seals | changes)))
        return case

    def read(self, case: str) -> dict[str, Any]:
        answer = self.auditor.get(f"/review/cases/{case}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, case: str, step: str, body: Any = None, *, by: httpx2.Client | None = None) -> httpx2.Response:
        """A step on the version that the person has just read."""
        beside = (
            {"letters": "correspondence"} | dict.fromkeys(OF_AWARD, "award") | dict.fromkeys(OF_HANDLING, "handling")
        )
        stream = "fulfilment" if step.startswith("side-conditions/") else beside.get(step, "assessment")
        headers = {"If-Match": self.read(case)["etags"][stream]}
        client = by or self.person(*PEOPLE[step])
        return client.post(f"/review/cases/{case}/{step}", json=body or {}, headers=headers)

    def do(self, case: str, step: str, body: Any = None, *, by: httpx2.Client | None = None) -> dict[str, Any]:
        answer = self.act(case, step, body, by=by)
        assert answer.status_code == 200, (step, answer.text)
        return answer.json()

    def propose(self, case: str = "") -> str:
        case = case or self.receive()
        self.do(case, "opinion", OPINION)
        self.do(case, "expenditure", D1_EXPENDITURE)
        self.do(case, "proposal", D1_PROPOSAL)
        return case

    def reserve(self, case: str = "") -> str:
        case = self.propose(case)
        self.do(case, "reservation")
        return case

    def approve(self, case: str = "") -> str:
        case = self.reserve(case)
        self.do(case, "approval")
        return case

    def dispatch(self, case: str = "") -> str:
        case = self.approve(case)
        self.do(case, "notice")
        return case

    def topics(self, case: str) -> list[str]:
        """The names of the case's events in the order of the log."""
        self.service.settled()
        answer = self.auditor.get(f"/review/cases/{case}/history")
        assert answer.status_code == 200, answer.text
        return [it["topic"].removeprefix("review.").removesuffix(".v1") for it in answer.json()["events"]]
