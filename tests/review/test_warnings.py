"""What intake warned of is read by a reviewer before an award is proposed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.review import assessment, award
from services.review.assessment import (
    AcknowledgeWarnings,
    NoWarnings,
    OpenAssessment,
    WarningsAcknowledged,
    WarningsOpen,
    decider,
)
from services.review.assessment.errors import AssessmentNotOpen
from services.review.examination import ReasonMissing
from services.review.standing import steps
from services.review.wiring import blueprint
from shared.contracts.intake import Cooperation, Detail, Measure, Participant
from shared.decider import RefusedAttempt, decision
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    D1_LINES,
    MISSED,
    POSITIVE,
    WARNING,
    House,
    application,
    expert,
    officer,
    opened_house,
    propose_d1,
    system,
)
from tests.review.road import D1_EXPENDITURE, D1_PROPOSAL, OPINION, Road
from tests.review.test_api import place
from tests.review.test_pages import read
from tests.service import serving

READ = AcknowledgeWarnings(consideration="Beide Anträge betreffen verschiedene Verfahren.")


def warned(*findings: Any) -> House:
    house = opened_house()
    house.perform(decision(decider, CASE, OpenAssessment(application=application(findings=findings))), system())
    return house


def do(house: House, command: assessment.Command, context: Any) -> list[Any]:
    return list(house.perform(decision(decider, CASE, command), context).get(f"assessment-{CASE}", []))


def assessed(*findings: Any) -> House:
    house = warned(*findings)
    do(house, POSITIVE, expert())
    do(house, D1_LINES, officer())
    return house


def test_an_award_is_not_proposed_before_the_warnings_were_read() -> None:
    house = assessed(WARNING, MISSED)
    with pytest.raises(WarningsOpen, match="EG-2025-00002"):
        propose_d1(house)
    assert do(house, READ, officer(date(2025, 6, 27))) == [
        WarningsAcknowledged(
            codes=("same-title",),
            consideration=READ.consideration,
            acknowledged_by="p-officer",
            acknowledged_on=date(2025, 6, 27),
        )
    ]
    propose_d1(house)


def test_without_the_demand_it_would_have_been_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.review.assessment.states.warnings_of", lambda _: ())
    propose_d1(assessed(WARNING))


def test_what_was_only_missing_stands_in_nobodys_way() -> None:
    propose_d1(assessed(MISSED))


def test_warnings_are_read_once_and_only_where_there_are_some() -> None:
    house = warned(WARNING)
    assert len(do(house, READ, officer())) == 1
    assert do(house, READ, officer()) == []
    with pytest.raises(ReasonMissing):
        do(warned(WARNING), AcknowledgeWarnings(consideration=" "), officer())
    with pytest.raises(NoWarnings):
        do(warned(MISSED), READ, officer())
    with pytest.raises(AssessmentNotOpen):
        do(opened_house(), READ, officer())


def test_who_voted_does_not_read_the_warnings() -> None:
    house = warned(WARNING)
    do(house, POSITIVE, expert())
    with pytest.raises(RefusedAttempt):
        do(house, READ, expert())


def test_reading_them_is_the_next_step_until_it_is_done() -> None:
    house = warned(WARNING)
    state, unsigned = house.state(f"assessment-{CASE}"), award.decider.initial
    assert steps(state, unsigned)[0].action == "acknowledge-warnings"
    do(house, READ, officer())
    later = house.state(f"assessment-{CASE}")
    assert "acknowledge-warnings" not in [it.action for it in steps(later, unsigned)]


@pytest.fixture
def road(tmp_path: Path, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        yield road


OPEN_TO_OTHERS = "Die Schnittstelle steht anderen Kommunen zur Nachnutzung offen"
"""What the guideline calls the field `re-use`."""


def test_a_reviewer_sees_what_intake_told_and_reads_the_warnings(road: Road) -> None:
    cooperation = Cooperation(
        cost_key="inhabitants",
        participants=(
            Participant(key="16070048", name="Stadt Stadtilm", inhabitants=8_408, own_cents=10_351_07),
            Participant(key="16070004", name="Stadt Arnstadt", inhabitants=28_264, own_cents=34_795_74),
        ),
    )
    measure = Measure(title="Anbindung", details=(Detail(code="re-use", text="yes"),))
    case = road.receive(findings=(WARNING, MISSED), cooperation=cooperation, measures=(measure,))
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    told = road.read(case)["application"]
    assert [(it["rule"], it["severity"]) for it in told["findings"]] == [("B11", "warning"), ("B16", "missing")]
    assert told["warnings_read"] is None
    refused = road.act(case, "proposal", D1_PROPOSAL)
    assert (refused.status_code, refused.json()["code"]) == (409, "warnings-open")
    officer = road.person("p-officer", Role.CASE_OFFICER)
    text = read(officer, f"/review/cases/{case}")
    for shown in (
        "Der Name stimmt mit EG-2025-00002 überein.",
        "Stadt Arnstadt",
        "34.795,74",
        "Anbindung",
        "B16",
        OPEN_TO_OTHERS,
    ):
        assert shown in text, shown
    assert f'action="/review/forms/cases/{case}/warnings"' in text
    road.do(case, "warnings", {"consideration": READ.consideration})
    assert road.read(case)["application"]["warnings_read"]["consideration"] == READ.consideration
    road.do(case, "proposal", D1_PROPOSAL)
    road.service.settled()
    assert "Hinweise gewürdigt" in read(officer, f"/review/cases/{case}")
