"""Cases and their drawdowns, by what is next."""

from collections.abc import Mapping
from typing import Any

from services.payout import disbursement
from shared.views import Body, Draft, Standing

PAYEES = "payees"
"""Who is paid in a case in which another body stepped into the recipient's place."""

CASE_ACTS = "case-acts"
"""Who did what in a case, and the keys of the municipalities that it is about."""

STEPS = ("examination", "certification", "order", "payment", "plan", "rest")
"""What is next in a case, most urgent first: three acts of people, the treasury's answer, review's money, nothing."""
_NEXT = {"registered": "examination", "accepted": "certification", "certified": "order", "ordered": "payment"}

_STAGES: Mapping[type[Any], str] = {
    disbursement.Registered: "registered",
    disbursement.Accepted: "accepted",
    disbursement.Rejected: "rejected",
    disbursement.Certified: "certified",
    disbursement.Ordered: "ordered",
    disbursement.Paid: "paid",
}


def next_of(is_open: bool, stage: str) -> str:
    """What is next for a drawdown at a stage: one of `STEPS`."""
    return _NEXT.get(stage, "rest") if is_open else "plan"


def put_case(case: str, standing: Standing, place: str, draft: Draft) -> None:
    state: disbursement.Disbursement = standing.state
    plan = state.plan if isinstance(state, disbursement.Open) else None
    ones = [_drawdown(it) for it in state.drawdowns]
    steps = (next_of(plan is not None, it["stage"]) for it in ones)
    body: Body = {
        "case": case,
        "place": place,
        "open": plan is not None,
        "file_number": plan.file_number if plan else "",
        "applicant_key": plan.applicant_key if plan else "",
        "applicant_name": plan.applicant_name if plan else "",
        "title": plan.title if plan else "",
        "granted_cents": sum(part.cents for part in plan.by_year) if plan else 0,
        "drawdowns": {it["drawdown"]: it for it in ones},
        "accepted_cents": sum(it["accepted_cents"] for it in ones),
        "settled_cents": sum(it["accepted_cents"] for it in ones if it["stage"] == "paid"),
        "next": min(steps, key=STEPS.index, default="rest"),
    }
    draft.put("cases", case, body | (draft.get(PAYEES, case) or {}), grp=body["next"], sort=place)
    acted = [[it.person, it.role, it.action] for it in state.acted]
    keys = [plan.applicant_key, *plan.municipalities] if plan else []
    draft.put(CASE_ACTS, case, {"acted": acted, "keys": keys})


def put_payee(case: str, draft: Draft) -> None:
    """The successor's name in the lists; before the plan is open there is no case to show it."""
    body, now = draft.get("cases", case), draft.get(PAYEES, case)
    if body and now:
        draft.put("cases", case, body | now, grp=body["next"], sort=body["place"])


def _drawdown(it: disbursement.Drawdown) -> Body:
    return {
        "drawdown": it.id,
        "tranche": it.tranche,
        "year": it.year,
        "requested_cents": it.requested_cents,
        "requested_on": it.requested_on.isoformat(),
        "accepted_cents": it.accepted_cents,
        "stage": _STAGES[type(it.stage)],
        "payment": it.stage.payment if isinstance(it.stage, disbursement.Ordered | disbursement.Paid) else "",
    }
