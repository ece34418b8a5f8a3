"""What people do beside the road from application to money, as far as it is worth repeating: every step by who may take it."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.contracts.intake import ChangeRequested, EarlyStartRequested, RoughExpenditure
from shared.identity import Role
from tests.intake.builders import PDF, an_early_start, attached
from tests.intake.offices import Desk
from tests.review.builders import D1_SPLIT, TITLE
from tests.review.road import D1_EXPENDITURE, D1_PROPOSAL, OPINION, PROCEEDING, Road

OFFICER, APPROVER = ("p-officer", Role.CASE_OFFICER), ("p-approver", Role.APPROVER)
BUDGET, EXPERT = ("p-budget", Role.BUDGET_OFFICER), ("p-expert", Role.EXPERT)
OTHER_TITLE = "1605-63399"
HEARD = {"annulment": "revocation", "legal_basis": "vwvfg-49-3-1", "facts": "Zweck verfehlt"}
LESS = [{"year": 2025, "cents": 20_000_00}, {"year": 2026, "cents": 14_800_00}]
AMENDED: dict[str, Any] = {
    "by_year": LESS, "eligible_cents": 43_500_00, "ends_on": "2026-06-30", "reasons": "weniger Ausgaben",
}  # fmt: skip


def take(road: Road, case: str, name: str, by: tuple[str, Role], body: Any = None) -> None:
    """A step as the case offers it to this person."""
    client = road.person(*by)
    told = client.get(f"/review/cases/{case}").json()
    step = next(it for it in (*told["actions"], *told["handling"]["actions"]) if it["name"] == name)
    client.post(step["path"], json=body or {}, headers={"If-Match": step["if_match"]})
    road.service.settled()


def today(road: Road) -> str:
    return road.service.house.now().date().isoformat()


def beside_review(road: Road) -> None:
    """Hearing, hold, rejection, handling, service and lawsuit, early start, changes of an award, the budget."""
    before_the_decision(road)
    about_the_notice(road)
    about_the_award(road)
    early(road)
    in_the_budget(road)


def before_the_decision(road: Road) -> None:
    case = road.receive()
    take(road, case, "propose-refusal", OFFICER, {"reasons": ["kein Standard"]})
    take(road, case, "open-hearing", OFFICER, PROCEEDING["open-hearing"])
    take(road, case, "extend-hearing", OFFICER, {"days": 28})
    take(road, case, "record-statement", OFFICER, {"received_on": today(road), "consideration": "nichts Neues"})
    case = road.propose()
    take(road, case, "put-on-hold", OFFICER, PROCEEDING["put-on-hold"])
    take(road, case, "resume-case", OFFICER, PROCEEDING["resume-case"])
    case = road.receive()
    take(road, case, "propose-formal-rejection", OFFICER, PROCEEDING["propose-formal-rejection"])
    take(road, case, "reject-formally", APPROVER)
    case = road.receive()
    take(road, case, "assign-reviewer", APPROVER, {"person": "p-officer"})
    take(road, case, "appoint-substitute", OFFICER, {"person": "p-substitute", "ends_on": "2025-06-30"})
    take(road, case, "hand-back-case", OFFICER, {"reason": "Urlaub"})
    take(road, case, "declare-conflict-of-interest", ("p-doubt", Role.CASE_OFFICER), {"ground": "doubt"})


def about_the_notice(road: Road) -> None:
    case = road.dispatch()
    take(road, case, "record-service-failure", OFFICER, {"reason": "returned"})
    take(road, case, "dispatch-notice", OFFICER)
    take(road, case, "record-receipt", OFFICER, {"received_on": today(road)})
    take(road, case, "record-lawsuit", OFFICER, {"filed_on": today(road), "court_reference": "3 K 815/25 We"})
    take(road, case, "conclude-lawsuit", OFFICER, {"outcome": "dismissed", "concluded_on": today(road)})


def about_the_award(road: Road) -> None:
    case = final(road)
    take(road, case, "freeze-payout", OFFICER, {"reason": "Verdacht"})
    take(road, case, "lift-payout-freeze", OFFICER, {"reason": "geklärt"})
    take(road, case, "open-award-hearing", OFFICER, HEARD)
    take(road, case, "close-award-hearing", OFFICER, {"reason": "geklärt"})
    asked = ChangeRequested(
        change=uuid4().hex, kind="shift-between-years", by_year=D1_SPLIT, eligible_cents=0, ends_on=None,
        reason="später", requested_on=road.service.house.now().date(), acted=(),
    )  # fmt: skip
    road.service.tell("intake", case, asked)
    take(road, case, "refuse-change", APPROVER, {"reasons": "nicht belegt"})
    take(road, case, "propose-amendment", OFFICER, AMENDED | {"reasons": "anders"})
    take(road, case, "drop-proposal", APPROVER, {"reason": "anders entschieden"})
    take(road, case, "propose-amendment", OFFICER, AMENDED)
    take(road, case, "approve-amendment", APPROVER, {"immediate": "Das Geld wäre sonst verbraucht."})
    case = final(road)
    take(road, case, "open-award-hearing", OFFICER, HEARD)
    take(road, case, "record-award-statement", OFFICER, {"received_on": today(road)})
    revocation = HEARD | {
        "by_year": LESS, "eligible_cents": 43_500_00, "effective_on": today(road), "reasons": "verfehlt",
        "discretion": "kein milderes Mittel",
    }  # fmt: skip
    del revocation["facts"]
    take(road, case, "propose-annulment", OFFICER, revocation)
    take(road, case, "decide-annulment", APPROVER, {"immediate": "Das Geld wäre sonst verbraucht."})


def final(road: Road) -> str:
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": today(road)})
    return case


def early(road: Road) -> None:
    for name in ("approval", "refusal"):
        case, wish = road.receive(), uuid4().hex
        asked = EarlyStartRequested(
            early_start=wish, file_number="EG-2025-00001", applicant_key="16070048", applicant_name="Stadt Stadtilm",
            title="Schnittstelle", description="Schnittstelle", reason="Das alte Verfahren wird abgeschaltet.",
            expenditure=(RoughExpenditure(description="Entwicklung", cents=38_000_00),), contract_on=date(2025, 7, 1),
            requested_on=date(2025, 5, 12), acted=(),
        )  # fmt: skip
        road.service.tell("intake", case, asked)
        path = f"/review/cases/{case}/early-starts/{wish}"
        steps = (
            ("proposal", OFFICER, {"consent": name == "approval", "reasons": "geprüft"}),
            (name, APPROVER, {} if name == "approval" else {"reasons": "kein Grund"}),
        )
        for step, by, body in steps:
            etag = road.auditor.get(path).headers["etag"]
            road.person(*by).post(f"{path}/{step}", json=body, headers={"If-Match": etag})


def in_the_budget(road: Road) -> None:
    def enter(title: str, path: str, **body: Any) -> None:
        road.person(*BUDGET).post(f"/review/budgets/{title}/2025/{path}", json=body)

    enter(TITLE, "freezes", reference="FM 1", year=2025, cents=1_000_00, reason="Sperre")
    enter(TITLE, "freezes/lift", freeze="FM 1", reason="frei")
    provisional: dict[str, Any] = {
        "title": OTHER_TITLE, "year": 2025, "appropriation_cents": 5_000_00, "authorisations": [],
    }  # fmt: skip
    road.open_budget(**provisional, provisional=True)
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    road.do(case, "proposal", D1_PROPOSAL)
    enter(OTHER_TITLE, "overrides", case=case, reason="rechtlich verpflichtet")
    enter(OTHER_TITLE, "proclamation", appropriation_cents=6_000_00, authorisations=[], reference="GVBl. 1")
    enter(TITLE, "reallocations", taker=OTHER_TITLE, cents=1_000_00, reference="U 1", reason="Bedarf", authority="FM 2")
    enter(TITLE, "repayments", case=final(road), repayment="K 1", cents=1_00, received_on=today(road))


def beside_intake(desk: Desk) -> None:
    """Missing documents, paper, early start, a change of the award."""
    case = desk.case()
    path = f"/intake/cases/{case}"
    desk.requests(case)
    desk.acts(desk.clerk, case, "extensions", {"ends_on": "2025-07-01", "reason": "Ferien"})
    desk.supplies(case, content=PDF)
    desk.acts(desk.clerk, case, "paper-documents", {"attachments": [attached()], "received_on": "2025-05-12"})
    desk.town.post(f"{path}/early-starts", json=an_early_start(), headers={"Idempotency-Key": uuid4().hex})
    case = desk.case()
    desk.completes(case)
    for step in (desk.is_assessed, desk.is_awarded, desk.is_final):
        step(case)
    change = {"kind": "purpose", "reason": "Anderes Fachverfahren"}
    desk.town.post(f"/intake/cases/{case}/changes", json=change, headers={"Idempotency-Key": uuid4().hex})
