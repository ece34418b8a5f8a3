"""Vorzeitiger Vorhabensbeginn at intake: asked for before or after completeness, one at a time, and what review tells of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.intake import early_start
from services.intake.application import AlreadyWithdrawn, ApplicationWithdrawn, Event, NotSubmitted, Submitted, decider
from services.intake.early_start import (
    AnotherEarlyStartOpen,
    ContractConcluded,
    DecisionTaken,
    EarlyStartAlreadyApproved,
    EarlyStartRequested,
    ExpenditureMissing,
    OtherEarlyStart,
    ReasonMissing,
    RequestEarlyStart,
    request,
)
from services.intake.progress import EarlyStartDecided, EarlyStartReceived
from services.intake.publications import publish
from services.intake.reactions import react
from shared.contracts import Acted, intake, review
from shared.contracts.intake import RoughExpenditure
from shared.decider import DomainError, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.conftest import StartNats
from tests.intake.builders import (
    ARNSTADT,
    AWARD,
    BEGUN,
    CASE,
    COMPLETE,
    RECEIPT,
    STADTILM,
    SUBMITTED,
    SYSTEM,
    a_body,
    an_early_start,
    application_with,
    recipient,
)
from tests.intake.offices import Desk, Place, blueprint, serving
from tests.intake.test_pages import hidden, page

ON = recipient(date(2025, 5, 12))
ASKED = RequestEarlyStart(
    early_start="e1",
    case=CASE,
    applicant_keys=(STADTILM,),
    file_number="EG-2025-00001",
    applicant_key=STADTILM,
    applicant_name="Stadt Stadtilm",
    title=SUBMITTED.title,
    description="Schnittstelle",
    reason="Das alte Verfahren wird abgeschaltet.",
    expenditure=(RoughExpenditure(description="Entwicklung", cents=38_000_00),),
    contract_on=date(2025, 6, 2),
)
RECEIVED = EarlyStartReceived(
    early_start="e1",
    contract_on=date(2025, 6, 2),
    received_on=date(2025, 5, 12),
    acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="request-early-start"),),
)
APPROVED = EarlyStartDecided(
    early_start="e1",
    approved=True,
    may_begin_on=date(2025, 6, 2),
    text="Keine Förderzusage.",
    decided_on=date(2025, 6, 2),
)
REFUSED = replace(APPROVED, approved=False, may_begin_on=None, text="Kein sachlicher Grund.")


def refused(problem: type[DomainError], history: tuple[Event, ...], **changes: Any) -> None:
    with pytest.raises(problem):
        application_with(*history).act(request(replace(ASKED, **changes)), ON)


@pytest.mark.parametrize("history", [(SUBMITTED, RECEIPT), (SUBMITTED, RECEIPT, COMPLETE, BEGUN)])
def test_an_early_start_may_be_asked_for_before_and_after_completeness(history: tuple[Event, ...]) -> None:
    decided = application_with(*history).act(request(ASKED), ON)
    assert decided[f"application-{CASE}"] == [RECEIVED]
    [asked] = decided["early-start-e1"]
    assert isinstance(asked, EarlyStartRequested)
    assert (asked.contract_on, asked.requested_on, asked.requested_by) == (date(2025, 6, 2), ON.valid_on, "p-stadtilm")


def test_asking_twice_asks_once_and_for_something_else_not_at_all() -> None:
    store = application_with(SUBMITTED, RECEIPT)
    store.act(request(ASKED), ON)
    assert store.act(request(ASKED), ON) == {}
    with pytest.raises(OtherEarlyStart):
        store.act(request(replace(ASKED, reason="Anders")), ON)


def test_one_at_a_time_and_another_only_after_a_refusal() -> None:
    refused(AnotherEarlyStartOpen, (SUBMITTED, RECEIPT, RECEIVED), early_start="e2")
    refused(EarlyStartAlreadyApproved, (SUBMITTED, RECEIPT, RECEIVED, APPROVED), early_start="e2")
    again = request(replace(ASKED, early_start="e2"))
    assert application_with(SUBMITTED, RECEIPT, RECEIVED, REFUSED).act(again, ON)


def test_an_approval_ends_on_its_day_and_then_another_may_be_asked_for() -> None:
    until = replace(APPROVED, expires_on=ON.valid_on)
    refused(EarlyStartAlreadyApproved, (SUBMITTED, RECEIPT, RECEIVED, until), early_start="e2")
    ended = replace(APPROVED, expires_on=ON.valid_on - timedelta(days=1))
    again = request(replace(ASKED, early_start="e2"))
    assert application_with(SUBMITTED, RECEIPT, RECEIVED, ended).act(again, ON)


def test_a_project_that_begins_after_the_approval_ended_is_not_begun_early() -> None:
    for days, allowed in ((0, APPROVED.may_begin_on), (-1, None)):
        until = replace(APPROVED, expires_on=SUBMITTED.starts_on + timedelta(days=days))
        state = decider.fold([SUBMITTED, RECEIPT, RECEIVED, until])
        assert isinstance(state, Submitted)
        assert state.early_start_on == allowed


def test_a_consent_of_an_earlier_application_is_taken_over_with_its_end() -> None:
    for days, allowed in ((0, APPROVED.may_begin_on), (-1, None)):
        until = SUBMITTED.starts_on + timedelta(days=days)
        again = replace(SUBMITTED, early_start_on=APPROVED.may_begin_on, early_start_ends_on=until)
        state = decider.fold([again, RECEIPT])
        assert isinstance(state, Submitted)
        assert state.early_start_on == allowed
        contracted = decider.fold([replace(again, contract_on=until), RECEIPT])
        assert isinstance(contracted, Submitted)
        assert contracted.early_start_on == APPROVED.may_begin_on, "a project begins with its first contract"


def test_what_makes_no_sense_has_a_name() -> None:
    refused(NotSubmitted, ())
    refused(RefusedAttempt, (SUBMITTED, RECEIPT), applicant_keys=(ARNSTADT,))
    withdrawn = ApplicationWithdrawn(withdrawn_on=ON.valid_on, withdrawn_by="p-stadtilm")
    refused(AlreadyWithdrawn, (SUBMITTED, RECEIPT, withdrawn))
    refused(DecisionTaken, (SUBMITTED, RECEIPT, COMPLETE, AWARD))
    refused(ContractConcluded, (SUBMITTED, RECEIPT), contract_on=date(2025, 5, 11))
    refused(ReasonMissing, (SUBMITTED, RECEIPT), reason=" ")
    refused(ExpenditureMissing, (SUBMITTED, RECEIPT), expenditure=())
    refused(ExpenditureMissing, (SUBMITTED, RECEIPT), expenditure=(RoughExpenditure(description="x", cents=0),))


def test_review_is_told_all_that_it_needs_without_the_application() -> None:
    store = application_with(SUBMITTED, RECEIPT)
    [asked] = store.act(request(ASKED), ON)["early-start-e1"]
    told = publish(asked, early_start.decider.fold([asked]))
    assert isinstance(told, intake.EarlyStartRequested)
    assert (told.file_number, told.reason, told.contract_on) == ("EG-2025-00001", ASKED.reason, ASKED.contract_on)
    assert told.programme == SUBMITTED.programme == "thueregovrl"
    assert [it.action for it in told.acted] == ["submit-application", "request-early-start"]
    assert publish(RECEIVED, decider.fold([SUBMITTED, RECEIPT, RECEIVED])) is None


def test_the_decision_is_noted_once_wherever_the_application_stands() -> None:
    contract = review.EarlyStartDecided(
        early_start="e1", approved=True, may_begin_on=date(2025, 6, 2), text="Keine Förderzusage.",
        decided_on=date(2025, 6, 2), acted=(),
    )  # fmt: skip
    for history in ((SUBMITTED, RECEIPT), (SUBMITTED, RECEIPT, RECEIVED, COMPLETE)):
        store, decision = application_with(*history), react(contract, CASE)
        assert decision
        assert store.act(decision, SYSTEM)[f"application-{CASE}"] == [APPROVED]
        assert store.act(decision, SYSTEM) == {f"application-{CASE}": []}


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


@dataclass
class Wish:
    """An early start asked for over the API."""

    desk: Desk
    case: str

    def is_sent(self, **changes: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())}
        return self.desk.town.post(
            f"/intake/cases/{self.case}/early-starts", json=an_early_start(**changes), headers=headers
        )

    def is_decided(self, wish: str, **changes: Any) -> None:
        told: dict[str, Any] = {
            "early_start": wish, "approved": True, "may_begin_on": date(2025, 6, 2), "text": "Keine Förderzusage.",
            "decided_on": date(2025, 6, 2), "acted": (),
        }  # fmt: skip
        self.desk.service.tell("review", self.case, review.EarlyStartDecided(**(told | changes)))

    def record(self) -> list[dict[str, Any]]:
        return self.desk.town.get(f"/intake/cases/{self.case}").json()["early_starts"]


def test_the_municipality_sees_its_wish_and_the_decision(desk: Desk) -> None:
    wish = Wish(desk, desk.case())
    sent = wish.is_sent()
    assert sent.status_code == 202, sent.text
    [open_one] = wish.record()
    assert (open_one["early_start"], open_one["approved"]) == (sent.json()["early_start"], None)
    assert wish.is_sent().json()["code"] == "another-early-start-open"
    wish.is_decided(open_one["early_start"])
    [approved] = wish.record()
    assert (approved["approved"], approved["may_begin_on"]) == (True, "2025-06-02")
    shown = page(desk.town, f"/intake/cases/{wish.case}").text
    assert "Über den vorzeitigen Beginn entschieden" in shown
    assert "Keine Förderzusage." in shown
    assert "gilt ab 02.06.2025" in shown


def test_the_wish_is_sent_from_the_page_and_comes_back_with_what_was_typed(desk: Desk) -> None:
    case = desk.case()
    form = f"/intake/forms/cases/{case}/early-starts"
    fields = hidden(page(desk.town, f"/intake/cases/{case}").text, form)
    typed = {
        **fields,
        "description": "Schnittstelle",
        "reason": "Abschaltung am 30.06.",
        "contract_on": "2025-01-01",
        "expenditure.0.description": "Entwicklung",
        "expenditure.0.cents": "38.000,00",
    }
    wrong = desk.town.post(form, data=typed)
    assert (wrong.status_code, "Abschaltung am 30.06." in wrong.text) == (422, True)
    key = hidden(wrong.text, form)["Idempotency-Key"]
    done = desk.town.post(form, data={**typed, "contract_on": "2025-06-02", "Idempotency-Key": key})
    assert done.status_code == 303
    assert "vorzeitigen Beginn ist eingegangen" in page(desk.town, done.headers["location"]).text


TITLE = "Schnittstelle mit vorzeitigem Beginn"


@pytest.mark.parametrize(
    ("decided", "began_on", "status"),
    [
        ({}, "2025-06-02", 201),
        ({}, "2025-06-01", 422),
        ({"expires_on": date(2025, 6, 10)}, "2025-06-10", 201),
        ({"expires_on": date(2025, 6, 10)}, "2025-06-11", 422),
        ({"approved": False, "may_begin_on": None}, "2025-06-02", 422),
        (None, "2025-06-02", 422),
    ],
    ids=["approved", "begun-earlier", "begun-on-its-last-day", "begun-after-it-ended", "refused", "undecided"],
)
def test_who_hands_in_a_project_again_may_have_begun_it_since_an_early_start_was_approved(
    start_nats: StartNats, tmp_path: Path, decided: dict[str, Any] | None, began_on: str, status: int
) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        desk = Desk(service)
        wish = Wish(desk, desk.case(title=TITLE))
        asked = wish.is_sent().json()["early_start"]
        place.turn_to(datetime(2025, 7, 1, 9, tzinfo=UTC))
        if decided is not None:
            wish.is_decided(asked, **decided)
        assert desk.withdraws(wish.case).status_code == 200
        service.settled()
        begun = {**a_body()["declarations"], "not_started": False}
        again = desk.submits(
            title=TITLE.upper(), starts_on=began_on, contract_on=began_on, ends_on="2026-04-30", declarations=begun
        )
        assert again.status_code == status, again.text
        if status == 201:
            case = again.json()["case"]
            assert desk.completes(case).status_code == 200
            events = [it.event for it in service.house.store.history(decider.stream(case))]
            told = publish(events[-1], decider.fold(events))
            assert isinstance(told, intake.ApplicationCompleted)
            assert told.early_start_on == date(2025, 6, 2)
        else:
            assert again.json()["code"] == "project-begun"
