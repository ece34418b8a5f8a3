"""Every action of intake, sent to a case in every state that does not offer it: refused by name, and told what is possible now."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from services.intake.api.acts import actions
from tests.intake.builders import ARNSTADT, PDF, STADTILM, an_early_start, attached
from tests.intake.offices import Desk
from tests.orders import answer_to, what_is_wrong

BODIES: Mapping[str, Any] = {
    "request-documents": {"documents": [{"text": "Beschluss"}]},
    "supply-documents": {"attachments": [{**attached(), "number": 1}]},
    "extend-deadline": {"ends_on": "2025-07-01", "reason": "Ferien"},
    "scan-paper-document": {"attachments": [attached()], "received_on": "2025-05-12"},
    "request-early-start": an_early_start(),
    "request-change": {"kind": "purpose", "reason": "Anderes Fachverfahren"},
    "submit-proof": {"kind": "final", "lines": [{"line": 1, "cents": 0}], "report": "erledigt"},
    "request-drawdown": {"year": 2025, "eligible_due_cents": 10_000_00, "requested_cents": 8_000_00},
    "name-successor": {"new_key": ARNSTADT},
}


def asked(desk: Desk) -> str:
    case = desk.case()
    assert desk.requests(case).is_success
    return case


def supplied(desk: Desk) -> str:
    case = asked(desk)
    assert desk.supplies(case, content=PDF).is_success
    return case


def complete(desk: Desk) -> str:
    case = desk.case()
    assert desk.completes(case).is_success
    return case


def withdrawn(desk: Desk) -> str:
    case = desk.case()
    assert desk.withdraws(case).is_success
    return case


def under_review(desk: Desk) -> str:
    case = complete(desk)
    desk.is_assessed(case)
    return case


def withdrawn_under_review(desk: Desk) -> str:
    case = under_review(desk)
    assert desk.withdraws(case).is_success
    return case


def awarded(desk: Desk) -> str:
    case = under_review(desk)
    desk.is_awarded(case)
    return case


def final(desk: Desk) -> str:
    case = awarded(desk)
    desk.is_final(case)
    return case


def drawn(desk: Desk) -> str:
    case = final(desk)
    assert desk.draws(case, 2025, 10_000_00, 8_000_00).is_success
    return case


def change_asked(desk: Desk) -> str:
    case = final(desk)
    headers = {"Idempotency-Key": case}
    assert desk.town.post(f"/intake/cases/{case}/changes", json=BODIES["request-change"], headers=headers).is_success
    return case


BETTERED = {"documents supplied": {"supply-documents"}}
"""What was supplied may be bettered until the application is complete; asked for is nothing any more."""
STATES: Mapping[str, Callable[[Desk], str]] = {
    "submitted": Desk.case,
    "documents asked for": asked,
    "documents supplied": supplied,
    "complete": complete,
    "withdrawn": withdrawn,
    "under review": under_review,
    "withdrawn under review": withdrawn_under_review,
    "awarded": awarded,
    "final": final,
    "money called": drawn,
    "a change is asked for": change_asked,
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_case_does_not_offer_is_refused_and_told_what_it_offers(desk: Desk, state: str) -> None:
    case = STATES[state](desk)
    path = f"/intake/cases/{case}"
    offered = {it["name"] for client in (desk.town, desk.clerk) for it in client.get(path).json()["actions"]}
    known = offered | BETTERED.get(state, set())
    impossible = [it for it in actions(desk.service.house) if "{case}" in it.path and it.name not in known]
    assert impossible
    wrong = dict[str, str]()
    for action in impossible:
        head = desk.service.house.writer.head
        body = BODIES.get(action.name, {})
        answer = answer_to(desk.service, action, body, {"case": case}, (desk.etag(case),), keys=(STADTILM,))
        if answer.is_success and desk.service.house.writer.head == head:
            continue  # done already, and not done again
        if complaint := what_is_wrong(answer, offered):
            wrong[action.name] = complaint
    assert not wrong, "\n".join(f"{name}: {it}" for name, it in wrong.items())
