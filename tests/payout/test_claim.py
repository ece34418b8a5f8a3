"""Forderung: what is owed, what came in, and interest of one statement however the money was divided."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import claim
from services.payout.claim import (
    AssessInterest,
    BookRepayment,
    ClaimDeferred,
    ClaimOpened,
    ClaimReminded,
    ClaimSettled,
    DeferClaim,
    InterestAssessed,
    InterestWaived,
    OpenClaim,
    PaidBy,
    RemindOfClaims,
    RemitClaim,
    RepaymentBooked,
    ResumeClaim,
    SuspendClaim,
    WaiveInterest,
)
from services.payout.publications import publish
from services.payout.reactions import react
from shared.contracts import Acted, payout, review
from shared.decider import Context, RefusedAttempt, decision
from shared.identity import Role
from shared.interest import DayCount, RateUnknown
from shared.published_rates import shipped_base_rates
from shared.records import field_names, replace
from tests.scenario import Scenario, acting

RATES = shipped_base_rates()
PROPOSER = Acted(person="p-officer", role=Role.CASE_OFFICER, action="propose-repayment")
DEMANDED = review.RepaymentDemanded(
    claim="c1", kind="excess", cents=6_400_00, interest_cents=0, interest_from_on=date(2026, 2, 27), waived_because="",
    day_count="act/365", interest_bagatelle_cents=50_00, reference="RF26", title="1605-63371",
    file_number="EG-2025-00001", due_on=date(2026, 6, 21), due_days=30, demanded_on=date(2026, 5, 22), acted=(PROPOSER,),
)  # fmt: skip
TOLD = {it: getattr(DEMANDED, it) for it in field_names(DEMANDED)}
OPENED = ClaimOpened(**TOLD)
BOOK = BookRepayment(
    claim="c1", repayment="r1", cents=6_400_00, received_on=date(2026, 6, 1), paid_by=PaidBy.TRANSFER, voucher="K 4711"
)  # fmt: skip
ASSESS = AssessInterest(claim="c1", rates=RATES)


def cashier(on: date = date(2026, 6, 1)) -> Context:
    return acting("p-cashier", Role.TREASURY, on)


def officer(on: date = date(2026, 6, 3)) -> Context:
    return acting("p-interest", Role.CASE_OFFICER, on)


def budget(on: date = date(2026, 6, 3)) -> Context:
    return acting("p-budget", Role.BUDGET_OFFICER, on)


def given(*history: Any) -> Scenario[Any, Any, Any]:
    return Scenario(claim.decider, history)


def after(*steps: tuple[Any, Context], opened: ClaimOpened = OPENED) -> Sequence[Any]:
    """The history of a claim after these commands."""
    history: list[Any] = [opened]
    for command, context in steps:
        history += claim.decide(command, claim.decider.fold(history), context)
    return history


def test_what_review_demands_is_a_claim_once() -> None:
    asked = react(DEMANDED, "c" * 32)
    assert asked
    assert asked.judge([claim.decider.initial], budget()) == {f"claim-{'c' * 32}": [OPENED]}
    given(OPENED).when(OpenClaim(**TOLD)).then()
    with pytest.raises(claim.ClaimDiffers):
        given(OPENED).when(replace(OpenClaim(**TOLD), cents=1))


def test_stadtilm_pays_6_400_euros_and_103_34_of_interest() -> None:
    history = after((BOOK, cashier()), (ASSESS, officer()))
    assessed = next(it for it in history if isinstance(it, InterestAssessed))
    assert (assessed.cents, assessed.charged, assessed.due_on) == (103_34, True, date(2026, 7, 3))
    assert [(it.cents, it.days, it.rate_bp) for it in assessed.lines] == [(6_400_00, 94, 627)]
    assert not any(isinstance(it, ClaimSettled) for it in history)
    rest = replace(BOOK, repayment="r2", cents=103_34, received_on=date(2026, 6, 20))
    paid, settled = given(*history).when(rest, cashier(date(2026, 6, 20))).events
    assert (paid.cents, paid.interest_cents) == (0, 103_34)
    assert (settled.outcome, settled.paid_cents, settled.interest_cents) == ("paid", 6_400_00, 103_34)
    assert settled.settled_on == date(2026, 6, 20)


def test_interest_for_a_late_use_is_owed_as_demanded() -> None:
    opened = replace(OPENED, kind="late-use", cents=0, interest_cents=76_06, interest_from_on=None)
    history = after((replace(BOOK, cents=76_06), cashier()), opened=opened)
    booked, settled = history[1:]
    assert (booked.cents, booked.interest_cents, settled.outcome) == (0, 76_06, "paid")


def test_whoever_pays_in_parts_bears_interest_on_what_was_left() -> None:
    first = replace(BOOK, repayment="r1", cents=4_000_00, received_on=date(2026, 5, 28))
    second = replace(BOOK, repayment="r2", cents=2_400_00)
    history = after((first, cashier()), (second, cashier()), (ASSESS, officer()))
    assessed = next(it for it in history if isinstance(it, InterestAssessed))
    assert [(it.cents, it.days) for it in assessed.lines] == [(6_400_00, 90), (2_400_00, 4)]
    assert assessed.cents == 100_59


@settings(max_examples=60)
@given_any(
    parts=st.lists(st.tuples(st.integers(1, 900_00), st.integers(0, 39)), min_size=1, max_size=7),
    day_count=st.sampled_from(DayCount),
)
def test_a_payment_divided_on_one_day_costs_no_cent_more_and_every_cent_is_counted(
    parts: list[tuple[int, int]], day_count: DayCount
) -> None:
    total = sum(cents for cents, _ in parts)
    opened = replace(OPENED, cents=total, day_count=str(day_count), interest_bagatelle_cents=0)

    def interest(split: Sequence[tuple[int, int]]) -> int:
        steps = [
            (replace(BOOK, repayment=f"r{place}", cents=cents, received_on=opened.demanded_on + timedelta(days=day)), cashier(date(2026, 6, 30)))
            for place, (cents, day) in enumerate(split)
        ]  # fmt: skip
        state = claim.decider.fold(after(*steps, (ASSESS, officer(date(2026, 6, 30))), opened=opened)).claims[0]
        assert state.open_cents == 0
        assert sum(it.cents for it in state.booked) == total
        assert state.assessed
        assert state.interest_due_cents == state.assessed.cents
        return state.assessed.cents

    halves = [half for cents, day in parts for half in ((cents // 2, day), (cents - cents // 2, day)) if half[0]]
    assert interest(parts) == interest(halves) == interest(list(reversed(parts)))


def test_a_control_interest_rounded_per_payment_would_differ() -> None:
    """The protection is the one statement: two claims of half the amount lose a cent."""
    opened = replace(OPENED, cents=60, interest_bagatelle_cents=0)
    whole = claim.decider.fold(after((replace(BOOK, cents=60), cashier()), (ASSESS, officer()), opened=opened))
    half = claim.decider.fold(
        after((replace(BOOK, cents=30), cashier()), (ASSESS, officer()), opened=replace(opened, cents=30))
    )
    assert whole.claims[0].assessed
    assert half.claims[0].assessed
    assert whole.claims[0].assessed.cents == 1
    assert 2 * half.claims[0].assessed.cents == 0


def test_a_rate_that_is_not_published_fixes_nothing() -> None:
    late = after((replace(BOOK, received_on=date(2026, 7, 2)), cashier(date(2026, 7, 2))))
    with pytest.raises(RateUnknown):
        given(*late).when(ASSESS, officer(date(2026, 7, 3)))


def test_small_interest_is_fixed_and_not_charged() -> None:
    opened = replace(OPENED, cents=1_000_00)
    history = after((replace(BOOK, cents=1_000_00), cashier()), (ASSESS, officer()), opened=opened)
    assessed, settled = history[-2:]
    assert (assessed.cents, assessed.charged) == (16_15, False)
    assert settled.outcome == "paid"


def test_interest_is_waived_with_a_reason_and_then_nothing_is_open() -> None:
    history = after((BOOK, cashier()), (WaiveInterest(claim="c1", reason="nicht zu vertreten"), budget()))
    assert [type(it) for it in history[1:]] == [RepaymentBooked, InterestWaived, ClaimSettled]
    with pytest.raises(claim.NoInterestOpen):
        given(*history).when(ASSESS, officer())
    with pytest.raises(claim.ClaimReasonMissing):
        given(OPENED).when(WaiveInterest(claim="c1", reason=" "), budget())


def test_a_claim_without_interest_is_settled_by_its_payment() -> None:
    assert isinstance(after((BOOK, cashier()), opened=replace(OPENED, interest_from_on=None))[-1], ClaimSettled)


def test_the_clock_reminds_of_what_is_due_and_a_deferral_moves_the_day() -> None:
    overdue = acting("system", Role.SYSTEM, date(2026, 6, 22))
    reminded = given(OPENED).when(RemindOfClaims(), overdue).then_one(ClaimReminded)
    assert (reminded.number, reminded.open_cents, reminded.due_on) == (1, 6_400_00, date(2026, 7, 22))
    given(OPENED, reminded).when(RemindOfClaims(), overdue).then()
    defer = DeferClaim(claim="c1", until_on=date(2026, 9, 30), reason="Haushaltslage")
    deferred = given(OPENED).when(defer, budget()).then_one(ClaimDeferred)
    given(OPENED, deferred).when(RemindOfClaims(), overdue).then()
    given(OPENED, deferred).when(defer, budget()).then()
    with pytest.raises(claim.ClaimDateNotValid):
        given(OPENED).when(replace(defer, until_on=date(2026, 6, 1)), budget())


def test_a_suspended_claim_is_not_reminded_of_but_money_counts() -> None:
    suspended = after((SuspendClaim(claim="c1", reason="erfolglos"), budget()))
    given(*suspended).when(RemindOfClaims(), acting("system", Role.SYSTEM, date(2026, 8, 1))).then()
    with pytest.raises(claim.ClaimIsSuspended):
        given(*suspended).when(DeferClaim(claim="c1", until_on=date(2026, 9, 30), reason="x"), budget())
    assert given(*suspended).when(BOOK, cashier()).only(RepaymentBooked).cents == 6_400_00
    resumed = given(*suspended).when(ResumeClaim(claim="c1", reason="wieder Mittel"), budget()).events
    assert claim.decider.fold([*suspended, *resumed]).claims[0].is_pursued
    with pytest.raises(claim.ClaimNotSuspended):
        given(OPENED).when(ResumeClaim(claim="c1", reason="x"), budget())


def test_a_part_is_remitted_once_and_the_rest_paid() -> None:
    remit = RemitClaim(claim="c1", remission="e1", cents=400_00, reason="Härte")
    history = after((remit, budget(date(2026, 6, 1))), (remit, budget(date(2026, 6, 1))))
    assert len(history) == 2
    paid = after((remit, budget(date(2026, 6, 1))), (replace(BOOK, cents=6_000_00), cashier()), (ASSESS, officer()))
    assessed = next(it for it in paid if isinstance(it, InterestAssessed))
    assert assessed.cents == 103_34
    with pytest.raises(claim.MoreThanOwed):
        given(*history).when(replace(BOOK, cents=6_000_01), cashier())


def test_what_is_set_off_counts_like_money() -> None:
    booked = given(OPENED).when(replace(BOOK, paid_by=PaidBy.SET_OFF, voucher="gegen Abruf 4"), cashier()).events[0]
    assert (booked.paid_by, booked.cents) == (PaidBy.SET_OFF, 6_400_00)


def test_the_same_booking_counts_once_and_another_under_its_name_is_refused() -> None:
    history = after((BOOK, cashier()))
    given(*history).when(BOOK, cashier()).then()
    with pytest.raises(claim.RepaymentDiffers):
        given(*history).when(replace(BOOK, cents=1), cashier())


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (replace(BOOK, cents=6_400_01), claim.MoreThanOwed),
        (replace(BOOK, cents=0), claim.MoreThanOwed),
        (replace(BOOK, received_on=date(2026, 6, 2)), claim.ClaimDateNotValid),
        (replace(BOOK, received_on=date(2026, 5, 21)), claim.ClaimDateNotValid),
        (replace(BOOK, voucher=""), claim.ClaimReasonMissing),
        (replace(BOOK, claim="c2"), claim.UnknownClaim),
        (ASSESS, claim.PrincipalOpen),
    ],
)
def test_what_cannot_be_has_a_name(command: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        given(OPENED).when(command, cashier())


def test_who_demanded_does_not_book_and_who_booked_does_not_remit() -> None:
    with pytest.raises(RefusedAttempt):
        given(OPENED).when(BOOK, acting("p-officer", Role.TREASURY, date(2026, 6, 1)))
    history = after((replace(BOOK, cents=1_00), cashier()))
    with pytest.raises(RefusedAttempt):
        given(*history).when(
            RemitClaim(claim="c1", remission="e1", cents=1, reason="x"),
            acting("p-cashier", Role.BUDGET_OFFICER, date(2026, 6, 1)),
        )


def test_what_came_in_is_told_with_its_title() -> None:
    history = after((replace(BOOK, cents=1_00), cashier()))
    told = publish(history[1], claim.decider.fold(history))
    assert isinstance(told, payout.RepaymentReceived)
    assert (told.cents, told.interest_cents, told.title, told.received_on) == (1_00, 0, "1605-63371", date(2026, 6, 1))
    assert [it.action for it in told.acted] == ["book-repayment"]
    assert decision(claim.decider, "c", OpenClaim(**TOLD)).action == "OpenClaim"
