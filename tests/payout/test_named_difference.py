"""A budget whose entry never comes: two persons name the difference, and every closing shows it until it is gone."""

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
    BudgetLate,
    Cause,
    CloseDay,
    Closings,
    DayDiffers,
    DayNotNext,
    DifferenceChanged,
    DifferenceProposed,
    DifferenceReasonMissing,
    NothingDiffers,
    ProposeDifference,
    ReconciliationClosed,
    SealYear,
    Sides,
    StatementsIncomplete,
    YearDifferenceUnnamed,
    YearNotReady,
    YearSealed,
    decide,
    decider,
)
from services.payout.report import STATEMENT, BookingReport, DaySums, Statement
from shared.contracts.review import PaymentEntered
from shared.decider import DomainError, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import House, cashier, sealed_value, transmitted_house
from tests.payout.messages import camt_053, details, entry
from tests.payout.road import on_the_road
from tests.payout.test_desk import lay, reference
from tests.payout.test_reconciliation import SIDES
from tests.payout.test_statement import ACCOUNT
from tests.scenario import acting
from tests.servers import NatsServer
from tests.service import Place

DAY, NEXT = date(2025, 8, 6), date(2025, 8, 7)
LATE = replace(SIDES, budget_cents=40, unentered=1, first_unentered="TH26A", unentered_payments=("TH26A",))
SECOND = acting("p-second", Role.TREASURY, DAY)
NAMING = ProposeDifference(
    closed_on=DAY, proposal="d1", cause=Cause.ENTRY_MISSING, sides=LATE, sealed_reason=sealed_value("difference.d1")
)


def named(sides: Sides = LATE, **more: Any) -> Closings:
    return decider.fold(decide(replace(NAMING, sides=sides, **more), Closings(), cashier()))


def close(
    state: Closings, sides: Sides = LATE, day: date = DAY, proposal: str = "d1", by: Any = SECOND
) -> Sequence[reconciliation.Event]:
    return decide(CloseDay(closed_on=day, sides=sides, proposal=proposal), state, by)


def closed(state: Closings, *more: Any, **facts: Any) -> ReconciliationClosed:
    (found,) = close(state, *more, **facts)
    assert isinstance(found, ReconciliationClosed)
    return found


def test_one_person_names_the_difference_and_another_closes_the_day_with_it() -> None:
    it = closed(named())
    assert it.difference is not None
    assert (it.closed_by, it.difference.proposed_by) == ("p-second", "p-cashier")
    assert (it.difference.cents, it.difference.payments, it.difference.cause) == (30, ("TH26A",), Cause.ENTRY_MISSING)
    assert (it.paid_cents, it.budget_cents) == (70, 40), "both sums stand as they are"


def test_who_named_it_does_not_close_the_day_and_without_it_nobody_does() -> None:
    with pytest.raises(RefusedAttempt) as refused:
        close(named(), by=cashier())
    assert (refused.value.rule, refused.value.action) == ("day-difference-by-two", "close-day")
    with pytest.raises(BudgetLate):
        close(named(), proposal="")
    for state in (Closings(), named(proposal="d2")):
        with pytest.raises(DifferenceChanged):
            close(state)


@pytest.mark.parametrize(
    "changes", [{"budget_cents": 41}, {"paid_cents": 71}, {"unentered_payments": ("TH26A", "TH26B"), "unentered": 2}]
)
def test_another_difference_than_the_named_one_has_to_be_named_anew(changes: dict[str, Any]) -> None:
    with pytest.raises(DifferenceChanged):
        close(named(), replace(LATE, **changes))


def test_of_the_account_no_difference_is_ever_named_nor_accepted() -> None:
    for changes, error in (({"debit_cents": 101}, DayDiffers), ({"incomplete": True}, StatementsIncomplete)):
        odd = replace(LATE, **changes)
        with pytest.raises(error):
            named(odd)
        with pytest.raises(error):
            close(named(), odd)


def test_where_nothing_differs_nothing_is_named_and_a_reason_is_asked_for() -> None:
    with pytest.raises(NothingDiffers):
        named(SIDES)
    with pytest.raises(DifferenceReasonMissing):
        named(sealed_reason=None)


def test_the_same_again_changes_nothing_and_a_closed_day_has_no_difference_to_name() -> None:
    state = named()
    assert decide(NAMING, state, cashier()) == []
    done = decider.fold([closed(state)], state)
    assert close(done) == []
    with pytest.raises(DayNotNext):
        decide(replace(NAMING, proposal="d2"), done, cashier())


def test_it_is_carried_from_day_to_day_until_it_is_gone_and_never_hidden() -> None:
    state = named()
    first = closed(state)
    state = decider.fold([first], state)
    carried = closed(state, day=NEXT, proposal="")
    assert carried.difference == first.difference
    for changes in ({"unentered": 2, "unentered_payments": ("TH26A", "TH26B")}, {"budget_cents": 39}):
        with pytest.raises(BudgetLate):
            close(state, replace(LATE, **changes), NEXT, "")
    assert closed(state, SIDES, NEXT, "").difference is None
    gone = decider.fold([closed(state, SIDES, NEXT, "")], state)
    with pytest.raises(BudgetLate):
        close(gone, day=date(2025, 8, 8), proposal="")


def test_a_closing_of_before_names_none() -> None:
    (it,) = decide(CloseDay(closed_on=DAY, sides=SIDES), Closings(), cashier())
    assert isinstance(it, ReconciliationClosed)
    assert (it.difference, it.accounts) == (None, ())
    assert not isinstance(it, DifferenceProposed)


# ---- Several accounts ------------------------------------------------------------------------------------------------


def noted(house: House, account: str, number: int, opening: int, closing: int) -> str:
    one = Statement(
        id=f"S-{account[-3:]}-{number}", account=account, sequence=number, opening_cents=opening, closing_cents=closing,
        entries=1, closed_on=DAY, days=(DaySums(booked_on=DAY, debit_cents=25, credit_cents=15),),
    )  # fmt: skip
    report = BookingReport(message_id=one.id, entries=(), kind=STATEMENT, statements=(one,))
    house.booked(report, one.id.rjust(64, "0"))
    return statements.stream_id(account)


def test_the_balances_of_every_account_stand_in_the_closing_and_add_up() -> None:
    house, other = transmitted_house(), "DE02120300000000202051"
    one = noted(house, ACCOUNT, 7, 500, 490)
    two = noted(house, other, 3, 1_000, 990)
    noted(house, other, 4, 990, 980)
    sides = replace(SIDES, settled_cents=55, listed_out_cents=20, returned_cents=25)
    (told,) = house.record(close_day(DAY, sides, [one, two]), cashier())
    assert [(it.account, it.opening_cents, it.closing_cents, len(it.statements)) for it in told.accounts] == [
        (one, 500, 490, 1),
        (two, 1_000, 980, 2),
    ]
    assert (told.opening_cents, told.closing_cents) == (1_500, 1_470)
    states = [house.state(statements.decider, it) for it in (two, one)]
    assert with_statements(sides, DAY, states).closing_cents == 1_470, "in whatever order the accounts are read"


# ---- The year --------------------------------------------------------------------------------------------------------

YEAR = SealYear(
    title="1605-63371", year=2025, paid_cents=70, budget_cents=40, open_items=0, unclosed_days=0,
    differing=("TH26A",), differing_cents=30,
)  # fmt: skip


def closed_with_it() -> Closings:
    state = named()
    return decider.fold([closed(state)], state)


def test_a_year_is_sealed_with_what_two_persons_named_and_the_seal_names_it() -> None:
    (told,) = decide(YEAR, closed_with_it(), SECOND)
    assert isinstance(told, YearSealed)
    assert told.difference is not None
    assert (told.paid_cents, told.budget_cents, told.difference.cents) == (70, 40, 30)
    assert (told.difference.payments, told.difference.cause) == (("TH26A",), Cause.ENTRY_MISSING)
    assert (told.difference.proposed_by, told.sealed_by) == ("p-cashier", "p-second")
    assert decide(YEAR, decider.fold([told], closed_with_it()), SECOND) == []


def test_who_named_it_does_not_seal_the_year_with_it() -> None:
    with pytest.raises(RefusedAttempt) as refused:
        decide(YEAR, closed_with_it(), cashier())
    assert (refused.value.rule, refused.value.action) == ("year-difference-by-two", "seal-year")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"differing_cents": 29}, BudgetDiffers),
        ({"budget_cents": 39}, BudgetDiffers),
        ({"differing": ("TH26B",)}, YearDifferenceUnnamed),
        ({"differing": ("TH26A", "TH26B")}, YearDifferenceUnnamed),
        ({"differing": (), "differing_cents": 0}, BudgetDiffers),
        ({"open_items": 1}, YearNotReady),
        ({"unclosed_days": 1}, YearNotReady),
    ],
)
def test_of_anything_else_no_year_is_sealed(changes: dict[str, Any], error: type[DomainError]) -> None:
    with pytest.raises(error):
        decide(replace(YEAR, **changes), closed_with_it(), SECOND)


def test_what_the_last_closing_does_not_name_any_more_has_to_be_named_anew() -> None:
    state = closed_with_it()
    (agreed,) = decide(CloseDay(closed_on=NEXT, sides=SIDES), state, cashier())
    with pytest.raises(YearDifferenceUnnamed):
        decide(YEAR, decider.fold([agreed], state), SECOND)
    with pytest.raises(YearDifferenceUnnamed):
        decide(YEAR, Closings(), SECOND)


def test_two_differences_that_cancel_each_other_are_named_all_the_same() -> None:
    hidden = replace(YEAR, budget_cents=70, differing=("TH26A", "TH26B"), differing_cents=0)
    with pytest.raises(YearDifferenceUnnamed):
        decide(hidden, closed_with_it(), SECOND)


# ---- Over the desk ---------------------------------------------------------------------------------------------------


def test_a_day_whose_entry_never_comes_is_closed_over_the_api_by_two(nats_server: NatsServer, tmp_path: Path) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        payment = road.ordered("d1", case)
        road.transmitted(payment)
        ours = entry("19200.00", details(reference(road, payment)), servicer="K-1")
        lay(road, "s.xml", camt_053(ours, opening="20000.00", closing="800.00"))
        html = {"Accept": "text/html"}
        day = "/payout/days/2025-08-06"
        assert "Abweichung zum Haushalt benennen" in road.ask("p-cashier", day, headers=html).text
        naming = {"cause": "budget-entry-missing", "reason": "Der Titel ist im Haushalt gesperrt."}
        road.done("p-cashier", f"{day}/difference", naming, etag='"0"')
        told = road.read(day)
        assert (told["difference"]["cents"], told["difference"]["accepted"]) == (19_200_00, False)
        assert told["difference"]["payments"] == [reference(road, payment)]
        assert [(it["opening_cents"], it["closing_cents"]) for it in told["accounts"]] == [(20_000_00, 800_00)]
        body = {"closed_on": "2025-08-06", "proposal": told["difference"]["proposal"]}
        refused = road.act("p-cashier", "/payout/reconciliations", body, etag='"0"')
        assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
        road.clients["p-second"] = road.service.client("p-second", Role.TREASURY)
        road.done("p-second", "/payout/reconciliations", body, etag='"0"')
        told = road.read(day)
        assert (told["closed_by"], told["difference"]["accepted"]) == ("p-second", True)
        report = road.ask("p-auditor", day, headers=html).text
        for shown in (
            "Benannte Abweichung vom Haushalt",
            "Der Titel ist im Haushalt gesperrt.",
            reference(road, payment),
        ):
            assert shown in report
        year = {"title": "1605-63371", "year": 2025}
        mine = road.act("p-cashier", "/payout/years", year, etag='"0"')
        assert (mine.status_code, mine.json()["code"]) == (403, "attempt-refused")
        road.done("p-second", "/payout/years", year, etag='"0"')
        sealed = road.read("/payout/years/1605-63371/2025")
        assert (sealed["sealed_by"], sealed["difference"]["cents"]) == ("p-second", 19_200_00)
        assert (sealed["differing"], sealed["differing_cents"]) == ([reference(road, payment)], 19_200_00)
        seen = road.ask("p-auditor", "/payout/years/1605-63371/2025", headers=html).text
        assert "Abgeschlossen mit einer benannten Abweichung" in seen
        assert "Der Titel ist im Haushalt gesperrt." in seen
        entered = PaymentEntered(
            payment=payment, kind="paid", title="1605-63371", year=2025, entry=3, cents=19_200_00, booked_on=DAY
        )
        road.service.tell("review", case, entered)
        settled = road.read("/payout/years/1605-63371/2025")
        assert (settled["differing"], settled["differing_cents"]) == ([], 0)
        assert settled["difference"]["cents"] == 19_200_00, "the seal stands as it was made"
        unknown = road.act("p-cashier", "/payout/days/nie/difference", naming, etag='"0"')
        assert (unknown.status_code, unknown.json()["code"]) == (404, "day-unknown")
