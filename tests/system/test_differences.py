"""Negative controls: the comparison of two years notices what it is there to notice."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from deploy.demo_report import Result
from shared.records import replace
from tests.system.conftest import Undisturbed
from tests.system.years import differences


@pytest.fixture
def calm(undisturbed: Undisturbed) -> Result:
    return undisturbed.result


def _with_payment(result: Result, **changed: Any) -> Result:
    book: dict[str, Any] = deepcopy(dict(result.book))
    payments: dict[str, dict[str, Any]] = book["payments"]
    next(iter(payments.values())).update(changed)
    return replace(result, book=book)


def _with_totals(result: Result, totals: Mapping[str, int]) -> Result:
    return replace(result, book={**result.book, "totals": {**result.book["totals"], **totals}})


def test_an_undisturbed_year_does_not_differ_from_itself(calm: Result) -> None:
    assert differences(calm, calm) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"bookings": 2},
        {"bookings": 0},
        {"duplicates_refused": 1},
        {"state": "rejected"},
        {"amount_cents": 1},
        {"iban": "DE02120300000000202051"},
    ],
)
def test_a_payment_made_twice_never_or_elsewhere_is_noticed(calm: Result, changed: dict[str, Any]) -> None:
    assert differences(calm, _with_payment(calm, **changed))


def test_a_payment_missing_from_the_book_is_noticed(calm: Result) -> None:
    book = dict(calm.book) | {"payments": dict(list(calm.book["payments"].items())[1:])}
    assert differences(calm, replace(calm, book=book))


@pytest.mark.parametrize("totals", [{"duplicate": 1}, {"settled": 8}, {"ordered": 10}])
def test_false_totals_are_noticed(calm: Result, totals: dict[str, int]) -> None:
    assert differences(calm, _with_totals(calm, totals))


@pytest.mark.parametrize("changed", [{"status": "awarded"}, {"settled_cents": 1}, {"awarded_cents": 44_800_01}])
def test_a_case_that_ended_otherwise_is_noticed(calm: Result, changed: dict[str, Any]) -> None:
    cases = {**calm.cases, "stadtilm": replace(calm.cases["stadtilm"], **changed)}
    assert differences(calm, replace(calm, cases=cases))


def test_a_budget_that_says_something_else_is_noticed(calm: Result) -> None:
    first, *others = calm.accounts
    assert differences(calm, replace(calm, accounts=[replace(first, paid_cents=first.paid_cents + 1), *others]))


def test_a_ledger_that_does_not_verify_is_noticed(calm: Result) -> None:
    assert differences(calm, replace(calm, proof=replace(calm.proof, verified=False)))
