"""A day is closed when statements, orders and budget say the same to the cent; a year when all its days are."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.payout import reconciliation
from services.payout import statement as statements
from services.payout.day_closing import close_day, with_statements
from services.payout.reconciliation import (
    BudgetDiffers,
    CloseDay,
    Closings,
    DayDiffers,
    DayNotNext,
    NothingBooked,
    ReconciliationClosed,
    SealYear,
    Sides,
    StatementsIncomplete,
    YearNotReady,
    YearSealed,
    decide,
    decider,
    differences,
)
from services.payout.report import STATEMENT, BookingReport, DaySums, Statement
from shared.money import euros
from shared.records import replace
from tests.payout.builders import TITLE, House, cashier, transmitted_house
from tests.payout.messages import came_back, camt_053, details, entry
from tests.payout.road import on_the_road
from tests.payout.test_desk import lay, reference
from tests.payout.test_statement import ACCOUNT
from tests.servers import NatsServer
from tests.service import Place

DAY = date(2025, 8, 6)
SIDES = Sides(
    debit_cents=100, credit_cents=30, settled_cents=80, returned_cents=10, listed_out_cents=20, listed_in_cents=20,
    paid_cents=70, budget_cents=70, files=("a" * 64,), statements=("S-7",), opening_cents=500, closing_cents=430, open_items=2,
)  # fmt: skip


def closed(state: Closings = decider.initial, day: date = DAY, **changes: Any) -> Sequence[reconciliation.Event]:
    return decide(CloseDay(closed_on=day, sides=replace(SIDES, **changes)), state, cashier())


def test_what_agrees_on_all_three_sides_is_closed_once_with_its_files() -> None:
    (told,) = closed()
    assert isinstance(told, ReconciliationClosed)
    assert (told.debit_cents, told.paid_cents, told.files, told.closed_by) == (100, 70, ("a" * 64,), "p-cashier")
    assert closed(decider.fold([told])) == []


@pytest.mark.parametrize("side", ["debit_cents", "credit_cents", "settled_cents", "returned_cents", "listed_in_cents"])
def test_a_single_cent_on_any_side_keeps_the_day_open(side: str) -> None:
    with pytest.raises(DayDiffers) as told:
        closed(**{side: getattr(SIDES, side) + 1})
    assert "€" in told.value.detail
    assert closed()


@pytest.mark.parametrize("cents", [69, 71])
def test_another_sum_in_the_budget_keeps_the_day_open(cents: int) -> None:
    with pytest.raises(BudgetDiffers):
        closed(budget_cents=cents)


def test_a_day_without_statement_or_after_a_missing_one_is_not_closed() -> None:
    with pytest.raises(NothingBooked):
        closed(statements=())
    with pytest.raises(StatementsIncomplete):
        closed(incomplete=True)


def test_days_are_closed_in_their_order() -> None:
    state = decider.fold(closed())
    with pytest.raises(DayNotNext):
        closed(state, date(2025, 8, 5))
    assert closed(state, date(2025, 8, 7))


def test_a_year_is_sealed_when_every_day_is_closed_nothing_waits_and_the_budget_agrees() -> None:
    state = decider.fold(closed())
    command = SealYear(title=TITLE, year=2025, paid_cents=70, budget_cents=70, open_items=0, unclosed_days=0)
    for wrong in ({"open_items": 1}, {"unclosed_days": 1}):
        with pytest.raises(YearNotReady):
            decide(replace(command, **wrong), state, cashier())
    with pytest.raises(BudgetDiffers):
        decide(replace(command, budget_cents=69), state, cashier())
    (told,) = decide(command, state, cashier())
    assert isinstance(told, YearSealed)
    assert (told.files, told.paid_cents) == (1, 70)
    assert decide(command, decider.fold([told], state), cashier()) == []


# ---- The statements' side -------------------------------------------------------------------------------------------


def account(*numbers: int) -> tuple[House, str]:
    house = transmitted_house()
    for number in numbers:
        one = Statement(
            id=f"S-{number}", account=ACCOUNT, sequence=number, opening_cents=0, closing_cents=0, entries=1, closed_on=DAY,
            days=(DaySums(booked_on=DAY, debit_cents=50, credit_cents=15),),
        )  # fmt: skip
        report = BookingReport(message_id=f"M-{number}", entries=(), kind=STATEMENT, statements=(one,))
        house.booked(report, f"{number}".rjust(64, "0"))
    return house, statements.stream_id(ACCOUNT)


def test_the_statements_of_a_day_are_read_where_it_is_closed() -> None:
    house, name = account(7, 8)
    (told,) = house.record(close_day(DAY, SIDES, [name]), cashier())
    assert (told.debit_cents, told.credit_cents, told.statements) == (100, 30, ("S-7", "S-8"))
    assert len(told.files) == 2


def test_a_statement_that_comes_later_is_not_in_a_closed_day_and_a_missing_one_bars_it() -> None:
    house, name = account(7, 9)
    state = house.state(statements.decider, name)
    assert with_statements(SIDES, DAY, [state]).incomplete
    with pytest.raises(StatementsIncomplete):
        house.record(close_day(DAY, SIDES, [name]), cashier())


def test_what_is_said_of_a_day_names_both_sums() -> None:
    assert differences(SIDES) == []
    assert differences(replace(SIDES, debit_cents=101)) == [f"Belastet wurden {euros(101)}, erklärt sind {euros(100)}."]


# ---- Over the service -----------------------------------------------------------------------------------------------


def test_a_day_and_its_year_are_closed_over_the_api(nats_server: NatsServer, tmp_path: Path) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        payment = road.ordered("d1", case)
        road.transmitted(payment)
        ours = entry("19200.00", details(reference(road, payment)), servicer="K-1")
        foreign = entry("7.00", details("FREMD"), servicer="F-1")
        lay(road, "s.xml", camt_053(ours, foreign, opening="20000.00", closing="793.00"))
        told = road.read("/payout/days/2025-08-06")
        assert (told["debit_cents"], told["settled_cents"], told["listed_out_cents"]) == (19_207_00, 19_200_00, 7_00)
        assert told["differences"] == []
        body = {"closed_on": "2025-08-06", "budget_cents": 19_200_00}
        refused = road.act("p-cashier", "/payout/reconciliations", {**body, "budget_cents": 19_199_99}, etag='"0"')
        assert (refused.status_code, refused.json()["code"]) == (409, "budget-differs")
        road.done("p-cashier", "/payout/reconciliations", body, etag='"0"')
        assert road.read("/payout/days/2025-08-06")["closed_by"] == "p-cashier"
        assert [it["closed_by"] for it in road.read("/payout/days?status=closed")["items"]] == ["p-cashier"]
        year = {"title": TITLE, "year": 2025, "budget_cents": 19_200_00}
        early = road.act("p-cashier", "/payout/years", year, etag='"0"')
        assert (early.status_code, early.json()["code"]) == (409, "year-not-ready")  # the foreign debit waits
        back = came_back("19200.00", reference(road, payment), servicer="K-R")
        lay(
            road,
            "t.xml",
            camt_053(back, message="M-2", number=8, opening="793.00", closing="19993.00", on="2025-08-08"),
        )
        told = road.read("/payout/days/2025-08-08")
        assert (told["credit_cents"], told["returned_cents"], told["paid_cents"]) == (19_200_00, 19_200_00, 0)
        html = {"Accept": "text/html"}
        assert "Noch nicht abgeschlossen" in road.ask("p-cashier", "/payout/days/2025-08-08", headers=html).text
        assert "Tag abschließen" in road.ask("p-cashier", "/payout/days", headers=html).text
        road.done("p-cashier", "/payout/reconciliations", {"closed_on": "2025-08-08", "budget_cents": 0}, etag='"0"')
        (item,) = road.read("/payout/clearing")["items"]
        path = f"/payout/clearing/{item['clearing']}/items/1"
        road.done("p-cashier", f"{path}/proposals", {"resolution": "not-ours", "reason": "Miete"}, etag='"0"')
        proposal = road.read(path)["proposal"]
        road.done("p-orderer", f"{path}/proposals/{proposal}/approval", etag='"0"')
        road.done("p-cashier", "/payout/years", {**year, "budget_cents": 0}, etag='"0"')
