"""A day is closed when statements, orders and budget say the same to the cent; a year when all its days are."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import budget_entry, reconciliation, sums
from services.payout import payment as payments
from services.payout import statement as statements
from services.payout.budget_entry import BudgetEntryDiffers, BudgetEntryNoted, NoteEntry
from services.payout.day_closing import close_day, with_statements
from services.payout.reconciliation import (
    BudgetDiffers,
    BudgetLate,
    CloseDay,
    Closings,
    DayDiffers,
    DayNotNext,
    NothingBooked,
    NothingPaid,
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
from shared.contracts.review import PaymentEntered
from shared.money import euros
from shared.records import replace
from shared.views import Draft, Entry, Page, Views
from tests.payout.builders import TITLE, House, cashier, transmitted_house
from tests.payout.messages import came_back, camt_053, details, entry
from tests.payout.road import on_the_road
from tests.payout.test_desk import lay, reference
from tests.payout.test_pages import page, send
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
    with pytest.raises(NothingPaid):
        decide(replace(command, booked_days=0), state, cashier())
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
        body = {"closed_on": "2025-08-06"}
        refused = road.act("p-cashier", "/payout/reconciliations", body, etag='"0"')
        assert (refused.status_code, refused.json()["code"]) == (409, "budget-late")
        assert reference(road, payment) in refused.json()["detail"]
        shown = road.ask("p-cashier", "/payout/days/2025-08-06", headers={"Accept": "text/html"}).text
        assert "Der Haushalt hat eine Zahlung noch nicht gebucht" in shown
        entered = PaymentEntered(
            payment=payment, kind="paid", title=TITLE, year=2025, entry=3, cents=19_200_00, booked_on=DAY
        )
        road.service.tell("review", case, entered)
        told = road.read("/payout/days/2025-08-06")
        assert (told["paid_cents"], told["budget_cents"], told["unentered"]) == (19_200_00, 19_200_00, 0)
        road.done("p-cashier", "/payout/reconciliations", body, etag='"0"')
        assert road.read("/payout/days/2025-08-06")["closed_by"] == "p-cashier"
        assert [it["closed_by"] for it in road.read("/payout/days?status=closed")["items"]] == ["p-cashier"]
        year = {"title": TITLE, "year": 2025}
        early = road.act("p-cashier", "/payout/years", year, etag='"0"')
        assert (early.status_code, early.json()["code"]) == (409, "year-not-ready")  # the foreign debit waits
        report = f"/payout/years/{TITLE}/2025"
        seen = page(road, "p-cashier", report)
        assert "Noch nicht abgeschlossen; die Summen sind vorläufig." in seen
        assert "Ein Klärungsfall ist noch offen." in seen
        again = send(road, "p-cashier", seen, "/payout/forms/years")
        assert again.status_code == 409
        assert f"<h1>Jahresabschluss Haushaltstitel {TITLE}, Haushaltsjahr 2025</h1>" in again.text
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
        late = road.act("p-cashier", "/payout/reconciliations", {"closed_on": "2025-08-08"}, etag='"0"')
        assert late.json()["code"] == "budget-late"
        returned = replace(entered, kind="returned", entry=4, booked_on=date(2025, 8, 8))
        road.service.tell("review", case, returned)
        road.done("p-cashier", "/payout/reconciliations", {"closed_on": "2025-08-08"}, etag='"0"')
        (item,) = road.read("/payout/clearing")["items"]
        path = f"/payout/clearing/{item['clearing']}/items/1"
        road.done("p-cashier", f"{path}/proposals", {"resolution": "not-ours", "reason": "Miete"}, etag='"0"')
        proposal = road.read(path)["proposal"]
        road.done("p-orderer", f"{path}/proposals/{proposal}/approval", etag='"0"')
        assert send(road, "p-cashier", page(road, "p-cashier", report), "/payout/forms/years").status_code == 303
        told = road.read(report)
        assert (told["settled_cents"], told["returned_cents"], told["paid_cents"]) == (19_200_00, 19_200_00, 0)
        assert (told["entered_cents"], told["reversed_cents"], told["budget_cents"]) == (19_200_00, 19_200_00, 0)
        assert (told["sealed_by"], told["sealed_paid_cents"], told["sealed_budget_cents"]) == ("p-cashier", 0, 0)
        assert [(it["booked_on"], it["closed_by"]) for it in told["days"]] == [
            ("2025-08-06", "p-cashier"), ("2025-08-08", "p-cashier"),
        ]  # fmt: skip
        assert [(it["title"], it["year"], it["sealed_by"]) for it in road.read("/payout/years")] == [
            (TITLE, 2025, "p-cashier")
        ]
        seen = page(road, "p-auditor", report)
        assert "Abgeschlossen: Kontoauszüge, Auszahlung und Haushalt nennen denselben Betrag, auf den Cent." in seen
        assert all(file in seen for it in told["days"] for file in it["files"])
        assert f'href="{report}"' in page(road, "p-auditor", "/payout/years")
        assert road.ask("p-auditor", "/payout/years/9999-99999/2025").status_code == 404


# ---- The budget's side ----------------------------------------------------------------------------------------------

ENTRY = NoteEntry(payment="p1", kind="paid", title=TITLE, year=2025, entry=3, cents=100, booked_on=DAY, order_year=2025)


def test_an_entry_of_the_budget_is_noted_once_and_another_one_for_the_same_payment_is_refused() -> None:
    (told,) = budget_entry.decide(ENTRY, budget_entry.Entries(), cashier())
    state = budget_entry.decider.fold([told])
    assert budget_entry.decide(ENTRY, state, cashier()) == []
    for other in ({"cents": 101}, {"entry": 4}, {"title": "1605-88301"}):
        with pytest.raises(BudgetEntryDiffers):
            budget_entry.decide(replace(ENTRY, **other), state, cashier())
    assert budget_entry.decide(replace(ENTRY, kind="returned", entry=4), state, cashier())


def test_a_payment_that_the_budget_has_not_entered_keeps_its_day_open_and_is_named() -> None:
    with pytest.raises(BudgetLate) as refused:
        closed(unentered=2, first_unentered="TH26X")
    assert (refused.value.code, refused.value.field) == ("budget-late", "closed_on")
    assert "2, zuerst TH26X" in refused.value.detail


class Paper:
    """Views in memory, to count in."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Entry] = {}

    def get(self, view: str, key: str, **_: Any) -> Any:
        found = self.kept.get((view, key))
        return found and dict(found.body)

    def put(self, view: str, key: str, body: Any, *, grp: str = "", sort: str = "") -> None:
        self.kept[view, key] = Entry(key=key, body=dict(body), grp=grp, sort=sort)


class Read:
    """The same, read as the lists are."""

    def __init__(self, paper: Paper) -> None:
        self.kept = paper.kept

    def get(self, view: str, key: str) -> Entry | None:
        return self.kept.get((view, key))

    def find(self, view: str, *, grp: str | None = None, after: str = "", limit: int = 50) -> Page:
        assert (limit > 0, after) == (True, "")
        found = [it for (name, _), it in self.kept.items() if name == view and grp in (None, it.grp)]
        return Page(entries=sorted(found, key=lambda it: (it.sort, it.key)), next="")

    def count(self, view: str, grp: str | None = None) -> int:
        return len(self.find(view, grp=grp).entries)


def paid(number: int, cents: int, on: date, title: str = TITLE) -> payments.Settled:
    order = replace(transmitted_house().payment("p1").order, payment=f"p{number}", cents=cents, title=title)
    order = replace(order, reference=f"R{number}")
    return payments.Settled(order=order, batch="b", booking=f"K-{number}", settled_on=on)


def entered(number: int, cents: int, on: date, **more: Any) -> BudgetEntryNoted:
    values: dict[str, Any] = {"kind": "paid", "title": TITLE, "year": 2025, "entry": number, "order_year": 2025, **more}
    return BudgetEntryNoted(payment=f"p{number}", cents=cents, booked_on=on, **values)


@forall(
    payments_made=st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 9), st.booleans()), max_size=8),
    arrival=st.randoms(),
    until=st.integers(0, 10),
)
def test_whatever_comes_first_a_day_agrees_exactly_when_all_paid_until_then_is_entered(
    payments_made: list[tuple[int, int, bool]], arrival: Any, until: int
) -> None:
    draft, acts = cast(Draft, paper := Paper()), list[Any]()
    for number, (cents, after, told) in enumerate(payments_made):
        on = DAY + timedelta(days=after)
        acts.append(partial(sums.count_payment, draft, f"p{number}", paid(number, cents, on)))
        if told:
            acts.append(partial(sums.count_entry, draft, entered(number, cents, on)))
    arrival.shuffle(acts)
    for act in (*acts, *(it for it in acts if it.func is sums.count_payment)):
        act()
    day = DAY + timedelta(days=until)
    sides = sums.our_sides(cast(Views, Read(paper)), day)
    of_then = [(cents, told) for cents, after, told in payments_made if after <= until]
    assert sides.paid_cents == sum(cents for cents, _ in of_then)
    assert sides.budget_cents == sum(cents for cents, told in of_then if told)
    assert sides.unentered == sum(not told for _, told in of_then)
    whole = sums.of_title(cast(Views, Read(paper)), TITLE, 2025)
    assert (whole.paid_cents - whole.budget_cents) == sum(cents for cents, _, told in payments_made if not told)


def test_a_cent_that_the_budget_entered_otherwise_is_late_not_agreed() -> None:
    draft = cast(Draft, paper := Paper())
    sums.count_payment(draft, "p1", paid(1, 100, DAY))
    sums.count_entry(draft, entered(1, 99, DAY))
    sides = sums.our_sides(cast(Views, Read(paper)), DAY)
    assert (sides.unentered, sides.first_unentered, sides.budget_cents) == (1, "R1", 99)


def test_only_what_may_concern_a_title_is_open_in_its_year() -> None:
    draft, other = cast(Draft, paper := Paper()), "1605-88301"
    for number, title in ((1, TITLE), (2, other)):
        day = DAY + timedelta(days=number)
        sums.count_payment(draft, f"p{number}", paid(number, 100, day, title))
        draft.put("days", day.isoformat(), {"closed_by": ""}, grp="open")
        draft.put("references", f"R{number}", {"payment": f"p{number}"})
        draft.put("payments", f"p{number}", {"title": title, "year": 2025})
        draft.put("clearing", f"c{number}", {"reference": f"R{number}", "booked_on": None})

    def open_in(title: str, year: int = 2025) -> tuple[int, int]:
        found = sums.of_title(cast(Views, Read(paper)), title, year)
        return found.unclosed_days, found.open_items

    assert open_in(TITLE) == open_in(other) == (1, 1), "not what the other title waits for"
    assert open_in("1605-00000") == (0, 0)
    draft.put("clearing", "foreign", {"reference": "FREMD", "booked_on": "2025-08-07"})
    draft.put("clearing", "answer", {"reference": "FREMD", "booked_on": None})
    assert open_in("1605-00000") == (0, 1), "money that nobody can explain may be anyone's of its year"
    assert open_in("1605-00000", 2026) == (0, 0)
    draft.put("days", (DAY + timedelta(days=1)).isoformat(), {"closed_by": "p-cashier"}, grp="closed")
    assert open_in(TITLE)[0] == 0
