from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake.application import ApplicationWithdrawn, Event, NotSubmitted, Submitted, decider
from services.intake.drawdown import (
    AlreadyRequested,
    AnotherDrawdownOpen,
    DrawdownRequested,
    FundsNotAssigned,
    Requested,
    request,
)
from services.intake.progress import DrawdownExamined, WithdrawalSettled
from services.intake.publications import publish
from shared.contracts import Acted, intake
from shared.contracts.intake import LineUse
from shared.decider import DomainError, RefusedAttempt, replace
from shared.identity import Role
from tests.intake.builders import (
    ARNSTADT,
    AWARD,
    CASE,
    FINAL,
    FIRST,
    FUNDS,
    RETURNED,
    SECOND,
    THIRD,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
    Streams,
    a_drawdown,
    application_with,
    drawn,
    recipient,
)

AUGUST = recipient(date(2025, 8, 4))
APPLICATION = f"application-{CASE}"


def refused(problem: type[DomainError], history: tuple[Event, ...], **changes: Any) -> DomainError:
    with pytest.raises(problem) as caught:
        application_with(*history).act(request(a_drawdown(9, **changes)), AUGUST)
    return caught.value


def test_a_drawdown_is_recorded_on_its_own_stream_and_known_to_its_application() -> None:
    decided = application_with(*UNTIL_FUNDS).act(request(a_drawdown()), AUGUST)
    assert decided == {
        APPLICATION: [FIRST[0]],
        "drawdown-d1": [
            DrawdownRequested(
                drawdown="d1",
                case=CASE,
                year=2025,
                eligible_due_cents=24_000_00,
                requested_cents=19_200_00,
                requested_on=date(2025, 8, 4),
                requested_by="p-stadtilm",
                acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="submit-application"),),
            )
        ],
    }


def test_the_version_that_a_request_is_checked_against_is_the_applications() -> None:
    assert request(a_drawdown()).primary == APPLICATION


def test_the_three_drawdowns_of_d1_follow_each_other() -> None:
    store = application_with(*UNTIL_FUNDS)
    store.act(request(a_drawdown(1)), AUGUST)
    store.events[APPLICATION] += FIRST[1:]
    second = a_drawdown(2, eligible_due_cents=40_000_00, requested_cents=12_800_00)
    assert store.act(request(second), recipient(date(2025, 10, 15)))[APPLICATION] == [SECOND[0]]
    store.events[APPLICATION] += SECOND[1:]
    third = a_drawdown(3, year=2026, eligible_due_cents=56_000_00, requested_cents=14_800_00)
    assert store.act(request(third), recipient(date(2026, 1, 12)))[APPLICATION] == [THIRD[0]]


def test_a_repeated_request_decides_nothing_even_while_the_drawdown_is_open() -> None:
    store = application_with(*UNTIL_FUNDS)
    store.act(request(a_drawdown()), AUGUST)
    assert store.act(request(a_drawdown()), AUGUST) == {}


def test_another_request_under_the_same_id_is_refused() -> None:
    store = application_with(*UNTIL_FUNDS)
    store.act(request(a_drawdown()), AUGUST)
    with pytest.raises(AlreadyRequested):
        store.act(request(a_drawdown(requested_cents=1)), AUGUST)


def test_another_municipality_cannot_draw() -> None:
    caught = refused(RefusedAttempt, UNTIL_FUNDS, applicant_keys=(ARNSTADT,))
    assert isinstance(caught, RefusedAttempt)
    assert (caught.rule, caught.action) == ("foreign-case", "request-drawdown")


def test_another_municipality_learns_nothing_from_repeating_a_request() -> None:
    store = application_with(*UNTIL_FUNDS)
    store.act(request(a_drawdown()), AUGUST)
    with pytest.raises(RefusedAttempt):
        store.act(request(a_drawdown(applicant_keys=(ARNSTADT,))), AUGUST)


def test_nothing_is_drawn_where_nothing_was_applied_for() -> None:
    with pytest.raises(NotSubmitted):
        Streams().act(request(a_drawdown()), AUGUST)


@pytest.mark.parametrize("history", [UNTIL_COMPLETE, (*UNTIL_COMPLETE, AWARD), (*UNTIL_COMPLETE, AWARD, FINAL)])
def test_nothing_is_drawn_before_the_funds_are_assigned(history: tuple[Event, ...]) -> None:
    refused(FundsNotAssigned, history)


def test_nothing_is_drawn_after_an_effective_withdrawal() -> None:
    withdrawn = ApplicationWithdrawn(withdrawn_on=date(2025, 7, 1), withdrawn_by="p-stadtilm")
    settled = WithdrawalSettled(effective=True, settled_on=date(2025, 7, 2))
    refused(FundsNotAssigned, (*UNTIL_FUNDS, withdrawn, settled))


@pytest.mark.parametrize("so_far", [1, 2, 3])
def test_one_drawdown_is_open_at_a_time_until_its_payment_is_settled(so_far: int) -> None:
    refused(AnotherDrawdownOpen, (*UNTIL_FUNDS, *FIRST[:so_far]))


def test_a_rejected_payment_leaves_its_drawdown_open() -> None:
    refused(AnotherDrawdownOpen, (*UNTIL_FUNDS, *FIRST[:2], *RETURNED))


def test_a_drawdown_refused_altogether_is_no_longer_open_and_binds_nobody() -> None:
    nothing = DrawdownExamined(
        drawdown="d1", requested_cents=19_200_00, accepted_cents=0, reason="Belege fehlen", examined_on=date(2025, 8, 6)
    )
    store = application_with(*UNTIL_FUNDS, FIRST[0], nothing)
    lower = a_drawdown(2, eligible_due_cents=20_000_00, requested_cents=16_000_00)
    assert store.act(request(lower), AUGUST)["drawdown-d2"]


@pytest.mark.parametrize(
    ("field", "code", "changes"),
    [
        ("year", "year-not-granted", {"year": 2027}),
        ("requested_cents", "amount-not-positive", {"requested_cents": 0}),
        ("requested_cents", "amount-not-positive", {"requested_cents": -1}),
        ("requested_cents", "amount-not-positive", {"requested_cents": 0.5}),
        ("eligible_due_cents", "amount-not-positive", {"eligible_due_cents": 0}),
        ("eligible_due_cents", "due-below-earlier", {"eligible_due_cents": 23_999_99}),
        ("requested_cents", "above-remaining", {"requested_cents": 25_600_01}),
    ],
)
def test_figures_that_cannot_be_are_refused_by_name(field: str, code: str, changes: dict[str, Any]) -> None:
    caught = refused(DomainError, (*UNTIL_FUNDS, *FIRST), **{"requested_cents": 100_00, **changes})
    assert (caught.field, caught.code, caught.status) == (field, code, 422)


def test_all_that_remains_may_be_drawn_to_the_cent() -> None:
    store = application_with(*UNTIL_FUNDS, *FIRST)
    assert store.act(request(a_drawdown(2, requested_cents=25_600_00)), AUGUST)


@for_all(st.lists(st.tuples(st.integers(1, 50_000_00), st.integers(0, 100)), min_size=1, max_size=12))
def test_whatever_is_asked_no_more_is_ever_accepted_for_drawing_than_was_granted(asked: list[tuple[int, int]]) -> None:
    store = application_with(*UNTIL_FUNDS)
    for number, (cents, percent) in enumerate(asked):
        open_cents = 44_800_00 - accepted_cents(store)
        command = a_drawdown(number, eligible_due_cents=56_000_00, requested_cents=cents)
        if cents > open_cents:
            with pytest.raises(DomainError) as caught:
                store.act(request(command), AUGUST)
            assert caught.value.code == "above-remaining"
            continue
        store.act(request(command), AUGUST)
        store.events[APPLICATION] += examined_and_paid(number, cents, cents * percent // 100)
    assert accepted_cents(store) <= 44_800_00


def accepted_cents(store: Streams) -> int:
    state = decider.fold(store.events[APPLICATION])
    assert isinstance(state, Submitted)
    return state.progress.accepted_cents


def examined_and_paid(number: int, requested: int, accepted: int) -> tuple[Any, ...]:
    return drawn(number, date(2025, 8, 4), 56_000_00, requested, accepted)[1:]


# ---- Needed soon, and earlier instalments shown to be spent ----------------------------------------------------------

RULED: tuple[Any, ...] = (*UNTIL_FUNDS[:-1], replace(FUNDS, drawdown_months=2))
FIRST_LINE = (LineUse(line=1, cents=24_000_00),)
DECLARED = {"needed_on": date(2025, 10, 4), "purpose": "Zweite Rechnung", "spent": FIRST_LINE}


@pytest.mark.parametrize(
    ("field", "code", "changes"),
    [
        ("needed_on", "need-not-declared", {"needed_on": None}),
        ("purpose", "need-not-declared", {"purpose": ""}),
        ("needed_on", "need-too-late", {"needed_on": date(2025, 10, 5)}),
        ("spent", "use-not-summarised", {"spent": ()}),
        ("spent", "use-not-of-plan", {"spent": (LineUse(line=99, cents=1),)}),
        ("spent", "use-not-of-plan", {"spent": FIRST_LINE * 2}),
        ("spent", "use-above-due", {"spent": (LineUse(line=1, cents=24_000_01),)}),
    ],
)
def test_a_need_that_is_not_near_and_a_use_that_is_not_shown_are_refused_by_name(
    field: str, code: str, changes: dict[str, Any]
) -> None:
    on = replace(AUGUST, valid_on=date(2025, 8, 4))
    store = application_with(*RULED, *FIRST)
    with pytest.raises(DomainError) as caught:
        store.act(request(a_drawdown(2, requested_cents=100_00, **{**DECLARED, **changes})), on)
    assert (caught.value.field, caught.value.code, caught.value.status) == (field, code, 422)
    store = application_with(*RULED, *FIRST)
    requested = store.act(request(a_drawdown(2, requested_cents=100_00, **DECLARED)), on)["drawdown-d2"]
    told = publish(requested[0], Requested(request=requested[0]))
    assert isinstance(told, intake.DrawdownRequested)
    assert (told.needed_on, told.purpose, told.spent) == (date(2025, 10, 4), "Zweite Rechnung", FIRST_LINE)


def test_the_first_instalment_needs_no_summary_and_an_award_without_the_rule_no_need() -> None:
    on = replace(AUGUST, valid_on=date(2025, 8, 4))
    first = a_drawdown(1, needed_on=date(2025, 8, 29), purpose="Erste Rechnung")
    assert application_with(*RULED).act(request(first), on)["drawdown-d1"]
    assert application_with(*UNTIL_FUNDS).act(request(a_drawdown(1)), on)["drawdown-d1"]
