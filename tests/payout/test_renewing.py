"""After a refusal the treasury's account has the last word: nothing is ordered anew before it could have shown the payment."""

from datetime import date

import pytest

from services.payout import disbursement as disbursements
from services.payout import statement as statements
from services.payout.disbursement.renewing import refuse_early
from services.payout.report import apply_status_report
from services.payout.statement import NoteStatement, Statements
from tests.payout.builders import House, orderer, rejected, statuses, system, transmitted_house
from tests.payout.test_paid_after_refusal import drawn

ACCOUNT = statements.stream_id("DE65820000000082001589")
EXECUTED, RENEWABLE, LATEST = date(2025, 8, 4), date(2025, 8, 5), date(2025, 8, 12)


def refused(days: int = 1) -> House:
    """Refused on its execution day, a Monday."""
    house = transmitted_house()
    report = statuses(rejected(house.reference("p1")))

    def waits(sealed: object) -> disbursements.Renewal | None:
        assert sealed == house.sealed()
        return disbursements.renewal_of(house.sealed().execution_on, ACCOUNT, days, 5)

    house.record(apply_status_report(report, "a" * 64, house.sealed(), waits), system())
    return house


def closed(house: House, on: date, number: int = 1) -> None:
    """The account's statement of a day."""
    told = NoteStatement(
        sha256=f"{number:064x}", message_id=f"M-{number}", statement=f"S-{number}", year=on.year, number=number, closed_on=on,
        opening_cents=0, closing_cents=0, entries=0, days=(),
    )  # fmt: skip
    house.tell(statements.decider, ACCOUNT, told, system())


def test_a_refused_payment_waits_for_the_day_on_which_its_debit_would_be_told() -> None:
    house = refused()
    with pytest.raises(disbursements.RenewalTooEarly) as early:
        house.order("d1", "p2", EXECUTED)
    assert "05.08.2025" in str(early.value.detail)
    assert house.order("d1", "p2", RENEWABLE)


def test_where_the_account_has_statements_the_one_of_that_day_is_waited_for() -> None:
    house = refused()
    closed(house, date(2025, 8, 1))
    with pytest.raises(disbursements.StatementAwaited):
        house.order("d1", "p2", RENEWABLE)
    closed(house, EXECUTED, 2)
    assert house.order("d1", "p2", RENEWABLE)


def test_a_statement_that_never_comes_is_not_waited_for_for_ever() -> None:
    house = refused()
    closed(house, date(2025, 8, 1))
    with pytest.raises(disbursements.StatementAwaited):
        house.order("d1", "p2", date(2025, 8, 11))
    assert house.order("d1", "p2", LATEST)


def test_without_the_wait_it_is_ordered_anew_on_the_same_day() -> None:
    assert refused(days=0).order("d1", "p2", EXECUTED)


def test_the_wait_counts_days_on_which_money_moves() -> None:
    before_easter = date(2026, 4, 2)
    wait = disbursements.renewal_of(before_easter, "", 1, 5)
    assert wait is not None
    assert (wait.renewable_on, wait.latest_on) == (date(2026, 4, 7), date(2026, 4, 14))
    with pytest.raises(disbursements.RenewalTooEarly):
        refuse_early(wait, Statements(), date(2026, 4, 6))
    refuse_early(wait, Statements(), wait.renewable_on)


def test_what_was_freed_before_there_was_a_wait_waits_for_nothing() -> None:
    house = transmitted_house()
    house.answered(statuses(rejected(house.reference("p1"))))
    assert drawn(house).renewal is None
    assert house.order("d1", "p2", EXECUTED)
    assert orderer(EXECUTED).valid_on == EXECUTED
