"""Who is tied to a municipality handles none of its applications at intake, whichever of the two was heard first."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.intake import municipal_tie
from services.intake.application import DeclareComplete, Submitted, decider
from services.intake.reactions import react
from shared import ties
from shared.contracts import Acted, review
from shared.decider import RefusedAttempt, decision
from shared.identity import Role
from shared.records import replace
from tests.conftest import StartNats
from tests.intake.builders import (
    ARNSTADT,
    CASE,
    CLERK,
    RECEIPT,
    STADTILM,
    SUBMITTED,
    SYSTEM,
    application_with,
)
from tests.intake.offices import Desk, Place, blueprint, serving

COMPLETE = decision(decider, CASE, DeclareComplete(reason="liegt vor"))


def declared(key: str, person: str = "p-clerk") -> review.MunicipalTieDeclared:
    act = Acted(person=person, role=Role.INTAKE_CLERK, action="declare-municipal-tie")
    return review.MunicipalTieDeclared(acted=(act,), key=key, declared_on=date(2025, 5, 12))


def noted(key: str) -> Any:
    """A store in which the clerk's tie is noted, twice told and once kept."""
    store, told = application_with(SUBMITTED, RECEIPT), react(declared(key), "")
    assert told
    assert len(store.act(told, SYSTEM)["tie-register"]) == 1
    assert store.act(told, SYSTEM)["tie-register"] == []
    return store


def test_who_is_tied_to_the_applicant_does_not_declare_its_application_complete() -> None:
    decided = ties.untied(COMPLETE, municipal_tie.decider, "declare-complete", (STADTILM,))
    with pytest.raises(RefusedAttempt) as refused:
        noted(STADTILM).act(decided, CLERK)
    assert refused.value.rule == "conflict-of-interest"
    assert noted(ARNSTADT).act(decided, CLERK), "a tie to another municipality stands in nobody's way"


def test_without_the_look_into_the_register_the_tied_clerk_would_act() -> None:
    assert noted(STADTILM).act(COMPLETE, CLERK)


def test_a_case_is_about_its_applicant_its_successor_and_whom_it_is_applied_for() -> None:
    state = decider.fold([replace(SUBMITTED, on_behalf_of=("16070010",))])
    assert isinstance(state, Submitted)
    assert state.municipalities == (STADTILM, "16070010")


@pytest.mark.parametrize("tie_first", [True, False])
def test_over_the_counter_a_tied_clerk_is_refused_on_the_record_and_another_goes_on(
    start_nats: StartNats, tmp_path: Path, tie_first: bool
) -> None:
    place = Place(folder=tmp_path / "place", nats=start_nats())
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        if tie_first:
            service.tell("review", "", declared(STADTILM, "p-tied"))
        case = desk.case()
        if not tie_first:
            service.tell("review", "", declared(STADTILM, "p-tied"))
        tied = service.client("p-tied", Role.INTAKE_CLERK)
        body = {"documents": [{"kind": "council-decision", "text": "Beschluss"}]}
        refused = desk.acts(tied, case, "document-requests", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
        assert desk.requests(case).status_code == 200
        service.settled()
        past = desk.auditor.get(f"/intake/cases/{case}/history").json()["events"]
        assert [it["actor"] for it in past if it["topic"].startswith("house.attempt-refused")] == ["p-tied"]
