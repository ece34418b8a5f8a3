"""Die Regelungen beim Antragseingang: noted as review told them, never judged, and offered to whoever applies."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from services.intake import policies
from services.intake.policies import PolicyNoted, decider, known_on
from services.intake.reactions import react
from shared.contracts import review
from shared.formats import encode
from shared.policy import read
from shared.shipped_policies import FILES
from tests.intake.builders import SYSTEM
from tests.intake.offices import Desk


def told(file: str, **changes: Any) -> review.PolicyPublished:
    it = read(file)
    content: dict[str, Any] = {
        "programme": it.programme, "kind": it.kind, "version": it.version, "title": it.title,
        "in_force_on": it.in_force_on, "text": file, "sha256": sha256(file.encode()).hexdigest(),
    }  # fmt: skip
    return review.PolicyPublished(**content | changes)


TOLD = [told(path.read_text("utf-8")) for path in sorted(FILES.glob("*.toml"))]
OURS = [it for it in TOLD if it.programme == "thueregovrl"]


def noted(contract: review.PolicyPublished, state: policies.Policies = decider.initial) -> list[PolicyNoted]:
    asked = react(contract, "")
    assert asked
    assert asked.primary == f"policies-{contract.programme}"
    return list(asked.judge([state], SYSTEM)[asked.primary])


def test_a_published_policy_is_noted_with_its_full_text_and_once():
    [it] = noted(OURS[0])
    assert (it.text, it.sha256) == (OURS[0].text, OURS[0].sha256)
    assert encode(it)
    assert noted(OURS[0], decider.fold([it])) == []


def test_what_applies_is_known_once_all_three_kinds_were_told():
    state = decider.fold(it for contract in OURS for it in noted(contract))
    applies = known_on(state, date(2026, 3, 1))
    assert applies
    assert not applies.terms("document-management").is_open
    assert applies.parameters.document_request_days == 14
    alone = decider.fold(noted(OURS[0]))
    assert known_on(alone, date(2026, 3, 1)) is None
    assert known_on(state, date(2024, 6, 30)) is None


@pytest.mark.parametrize("changes", [{"text": "format = 3"}, {"text": "kein = TOML = hier"}, {"kind": "law"}])
def test_a_file_that_this_version_cannot_read_stops_no_lane_and_warns_of_nothing(changes: dict[str, Any]):
    later = told(OURS[0].text, **changes | {"sha256": "ff" * 32, "in_force_on": date(2026, 1, 1)})
    state = decider.fold([it for contract in [*OURS, later] for it in noted(contract)])
    if "text" in changes:
        assert known_on(state, date(2026, 3, 1)) is None
    assert known_on(state, date(2025, 12, 31)) is not None


def test_programmes_told_without_a_case_are_offered_and_the_lane_goes_on(desk: Desk):
    desk.service.tell("review", "", *TOLD)
    desk.service.tell(
        "review", "", told(OURS[0].text, text="format = 3", sha256="ff" * 32, in_force_on=date(2030, 1, 1))
    )
    desk.service.settled()
    found = {it["programme"]: it for it in desk.town.get("/intake/programmes").json()["items"]}
    assert set(found) == {"ortskerne", "thueregovrl"}
    assert all(it["is_open"] for it in found["thueregovrl"]["items"])
    interfaces = found["thueregovrl"]["items"][0]
    assert (interfaces["letter"], interfaces["rate_bp"], interfaces["fields"][2]["kind"]) == ("2c", 8000, "yes-no")
    later = desk.town.get("/intake/programmes?on=2026-03-01").json()["items"]
    open_ = [it["code"] for it in later[1]["items"] if it["is_open"]]
    assert open_ == ["interfaces", "training"]
    assert "Haushaltsmittel" in later[1]["items"][2]["closed_because"]
    case = desk.case()
    desk.is_assessed(case)
    assert desk.status(case)["code"]
    assert desk.nobody.get("/intake/programmes").status_code == 401
