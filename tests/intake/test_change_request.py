"""Änderungsantrag: what may be asked to change of an award, and what cannot."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.intake import change_request
from services.intake.application import Event, NotSubmitted
from services.intake.change_request import (
    AmountMissing,
    AnotherChangeOpen,
    ChangeAmountInvalid,
    ChangeKind,
    ChangeRequested,
    EndMissing,
    EndPassed,
    NotAwarded,
    OtherChange,
    ReasonMissing,
    RequestChange,
    SplitMissing,
    SumChanged,
    YearTwice,
    request,
)
from services.intake.progress import ChangeReceived, ChangeSettled
from services.intake.publications import publish
from shared.contracts import Acted, YearAmount, intake
from shared.decider import DomainError, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.intake.builders import (
    ARNSTADT,
    AWARD,
    BEGUN,
    CASE,
    STADTILM,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
    application_with,
    recipient,
)
from tests.intake.offices import Desk
from tests.intake.test_pages import hidden, page

ON = recipient(date(2025, 10, 1))
LATER = (YearAmount(year=2025, cents=20_000_00), YearAmount(year=2026, cents=24_800_00))
ASKED = RequestChange(
    change="c1",
    case=CASE,
    applicant_keys=(STADTILM,),
    kind=ChangeKind.SHIFT,
    by_year=LATER,
    eligible_cents=0,
    ends_on=None,
    reason="Der Dienstleister liefert später.",
)
RECEIVED = ChangeReceived(
    change="c1",
    kind="shift-between-years",
    received_on=ON.valid_on,
    acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="request-change"),),
)


def refused(problem: type[DomainError], history: tuple[Event, ...] = UNTIL_FUNDS, **changes: Any) -> None:
    with pytest.raises(problem):
        application_with(*history).act(request(replace(ASKED, **changes)), ON)


@pytest.mark.parametrize("history", [(*UNTIL_COMPLETE, BEGUN, AWARD), UNTIL_FUNDS])
def test_a_change_may_be_asked_for_once_there_is_an_award(history: tuple[Event, ...]) -> None:
    decided = application_with(*history).act(request(ASKED), ON)
    assert decided[f"application-{CASE}"] == [RECEIVED]
    [asked] = decided["change-c1"]
    told = publish(asked, change_request.decider.fold([asked]))
    assert isinstance(told, intake.ChangeRequested)
    assert (told.kind, told.by_year, told.eligible_cents, told.ends_on) == ("shift-between-years", LATER, 0, None)
    assert [it.action for it in told.acted] == ["request-change"]


def test_asking_twice_asks_once() -> None:
    store = application_with(*UNTIL_FUNDS)
    assert isinstance(store.act(request(ASKED), ON)["change-c1"][0], ChangeRequested)
    assert store.act(request(ASKED), ON) == {}
    with pytest.raises(OtherChange):
        store.act(request(replace(ASKED, reason="Anders")), ON)


def test_one_change_at_a_time() -> None:
    refused(AnotherChangeOpen, (*UNTIL_FUNDS, RECEIVED), change="c2")
    settled = ChangeSettled(change="c1", granted=False, text="Nicht begründet.", settled_on=ON.valid_on)
    assert application_with(*UNTIL_FUNDS, RECEIVED, settled).act(request(replace(ASKED, change="c2")), ON)


def test_what_cannot_be_asked_for_has_a_name() -> None:
    refused(NotSubmitted, ())
    refused(NotAwarded, UNTIL_COMPLETE)
    refused(RefusedAttempt, applicant_keys=(ARNSTADT,))
    refused(ReasonMissing, reason="")
    refused(SplitMissing, by_year=())
    refused(SumChanged, by_year=(YearAmount(year=2026, cents=44_800_01),))
    refused(YearTwice, by_year=(YearAmount(year=2026, cents=1), YearAmount(year=2026, cents=2)))
    refused(ChangeAmountInvalid, by_year=(YearAmount(year=2026, cents=-1),))
    refused(AmountMissing, kind=ChangeKind.AMOUNT, by_year=())
    refused(AmountMissing, kind=ChangeKind.PARTNER_LEAVES, by_year=())
    refused(EndMissing, kind=ChangeKind.PERIOD)
    refused(EndPassed, kind=ChangeKind.PERIOD, ends_on=date(2025, 9, 30))


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


def test_a_recipient_asks_for_a_longer_period_over_the_api_and_sees_it(desk: Desk) -> None:
    case = desk.case()
    body = {"kind": "period", "ends_on": "2026-10-31", "reason": "Der Dienstleister liefert später."}
    path = f"/intake/cases/{case}/changes"
    early = desk.town.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert (early.status_code, early.json()["code"]) == (409, "not-awarded")
    desk.completes(case)
    desk.is_awarded(case)
    sent = desk.town.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert sent.status_code == 202, sent.text
    [change] = desk.town.get(f"/intake/cases/{case}").json()["changes"]
    assert (change["change"], change["kind"], change["granted"]) == (sent.json()["change"], "period", None)
    assert "Änderung beantragt" in page(desk.town, f"/intake/cases/{case}").text


def test_a_shift_between_years_is_asked_for_on_the_page(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    form = f"/intake/forms/cases/{case}/changes"
    fields = hidden(page(desk.town, f"/intake/cases/{case}").text, form)
    years = {it: text for it, text in fields.items() if it.endswith(".year")}
    assert sorted(years.values()) == ["2025", "2026", "2027"]
    typed = {
        "kind": "shift-between-years",
        "reason": "Später",
        "by_year.0.cents": "20.000",
        "by_year.1.cents": "24.800",
    }
    done = desk.town.post(form, data={**fields, **typed})
    assert done.status_code == 303, done.text
    [change] = desk.town.get(f"/intake/cases/{case}").json()["changes"]
    assert change["kind"] == "shift-between-years"
