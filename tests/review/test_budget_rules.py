"""Haushaltsregeln C1–C16, each told as a story: what the plan gives, who may promise it, and how a year ends."""

from datetime import date
from typing import Any

import pytest

from services.review import budget
from services.review.budget import (
    AllowDespiteProvisional,
    AmountsNotValid,
    AppropriationBelowCommitments,
    BudgetIsClosed,
    BudgetNotClosed,
    BudgetNotProvisional,
    BudgetOpened,
    BudgetYearNotOver,
    CloseBudget,
    Command,
    CommitFunds,
    CommitmentCarriedOver,
    CommitmentMoved,
    ConsentMissing,
    Event,
    ExpireReservation,
    FreezeBeyondFunds,
    FreezeFunds,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsFrozen,
    FundsNotFree,
    FundsReservationRefused,
    FundsReserved,
    LiftFreeze,
    NothingCommitted,
    NotTransferable,
    Open,
    PaymentBeyondCommitment,
    ProclaimBudget,
    ReasonNotGiven,
    RecordPayment,
    RecordRepayment,
    ReduceCommitment,
    ReductionBeyondCommitment,
    ReferenceContradicted,
    ReleaseReservation,
    RemainderTooOld,
    ReservationReleased,
    ReservationsStand,
    ReserveFunds,
    SameTitle,
    ShiftCommitment,
    Shortfall,
    ThresholdReached,
    UnknownFreeze,
    close_budget,
    decider,
    hand_over_remainder,
    holders,
    open_next_budget,
    reallocate,
    record_payment,
    reduced,
    shifted,
    stream_of,
)
from services.review.programme import Basis
from services.review.words.budget import ENTRIES, tell_of_budget
from shared.contracts import YearAmount
from shared.decider import Context, Decided, Decision, decision, replace
from tests.review.builders import CASE, OTHER_CASE, TITLE, House, budget_officer, cents, system
from tests.scenario import Scenario

BASIS = Basis(guideline_sha256="aa" * 32, practice_sha256="bb" * 32)
LATER = Basis(guideline_sha256="aa" * 32, practice_sha256="cc" * 32)
IN_JULY = budget_officer()
OTHER_TITLE = "1605-88371"
LETTER = "FM 21-H 1200/45"


def opening(**more: Any) -> BudgetOpened:
    plan: dict[str, Any] = {
        "title": TITLE,
        "year": 2025,
        "appropriation_cents": 100_000_00,
        "authorisations": cents(y2026=50_000_00),
        "opened_on": date(2025, 1, 2),
    }
    return BudgetOpened(**plan | more)


def asking(case: str = CASE, **years: int) -> ReserveFunds:
    return ReserveFunds(case=case, by_year=cents(**years), expires_on=date(2025, 9, 19), basis=BASIS)


def state_after(*commands: Command, on: Context = IN_JULY, **plan: Any) -> Open:
    """The budget after these commands, each of which does something."""
    state: Any = decider.fold([opening(**plan)])
    for command in commands:
        events = decider.decide(command, state, on)
        assert events, command
        state = decider.fold(events, start=state)
    return state


def promised(case: str = CASE, **years: int) -> tuple[Command, ...]:
    return asking(case, **years), CommitFunds(case=case, by_year=cents(**years), basis=BASIS)


def judged(state: Open, command: Command, on: Context = IN_JULY) -> list[Event]:
    return list(decider.decide(command, state, on))


def only[E](events: list[Event], kind: type[E]) -> E:
    (found,) = [it for it in events if not isinstance(it, ThresholdReached)]
    assert isinstance(found, kind), found
    return found


def given(*history: Event) -> Scenario[Command, Event, budget.Budget]:
    return Scenario(decider, history)


# ---- C1, C11: what is available, and freezes ------------------------------------------------------------------------


def test_available_is_appropriation_with_remainders_and_reallocations_less_freezes():
    state = state_after(
        budget.TakeFunds(reference="U1", counterpart=OTHER_TITLE, cents=5_000_00, reason="Bedarf", authority=LETTER),
        budget.TakeOverRemainder(origin=2024, cents=3_000_00, out_of=2024, consent=LETTER),
        FreezeFunds(reference="S1", year=2025, share_bp=1_000, reason="Haushaltssperre"),
    )
    account = state.account(2025)
    assert (account.voted_cents, account.available_cents) == (108_000_00, 98_000_00)


def test_a_freeze_by_share_is_of_the_appropriation_and_never_a_cent_too_small():
    state = state_after(appropriation_cents=100_01)
    it = only(judged(state, FreezeFunds(reference="S1", year=2025, share_bp=3_333, reason="Sperre")), FundsFrozen)
    assert it.cents == 33_34


def test_a_freeze_meets_new_reservations_at_once_and_says_so():
    state = state_after(FreezeFunds(reference="S1", year=2025, cents=40_000_00, reason="Sperre"))
    refused = only(judged(state, asking(y2025=60_000_01)), FundsReservationRefused)
    assert (refused.reason, refused.free) == (Shortfall.FUNDS_FROZEN, cents(y2025=60_000_00))
    assert only(judged(state, asking(y2025=60_000_00)), FundsReserved)
    assert only(judged(state, asking(y2025=100_000_01)), FundsReservationRefused).reason == Shortfall.FUNDS_EXHAUSTED


def test_a_freeze_never_reaches_what_is_committed_and_it_can_be_paid():
    state = state_after(*promised(y2025=80_000_00), FreezeFunds(reference="S1", year=2025, cents=50_000_00, reason="S"))
    assert state.account(2025).free_cents == 0
    assert only(
        judged(state, RecordPayment(payment="p", case=CASE, cents=80_000_00, paid_on=date(2025, 8, 1))),
        budget.PaymentRecorded,
    )


def test_a_reservation_is_no_obligation_yet_so_a_later_freeze_holds_up_its_commitment():
    state = state_after(
        *promised(OTHER_CASE, y2025=50_000_00),
        asking(y2025=30_000_00),
        FreezeFunds(reference="S1", year=2025, cents=30_000_00, reason="Sperre"),
    )
    commit = CommitFunds(case=CASE, by_year=cents(y2025=30_000_00), basis=BASIS)
    assert only(judged(state, commit), FundsCommitmentRefused).reason == Shortfall.FUNDS_FROZEN
    lifted = decider.fold(judged(state, LiftFreeze(freeze="S1", left_cents=20_000_00, reason="teilweise")), start=state)
    assert isinstance(lifted, Open)
    assert only(judged(lifted, commit), FundsCommitted)


def test_a_freeze_is_lifted_by_counter_entry_in_part_or_whole_and_once():
    state = state_after(FreezeFunds(reference="S1", year=2025, cents=40_000_00, reason="Sperre"))
    lift = LiftFreeze(freeze="S1", left_cents=0, reason="aufgehoben")
    it = only(judged(state, lift), budget.FreezeLifted)
    assert (it.counters, it.cents, it.left_cents) == (1, 40_000_00, 0)
    after = decider.fold([it], start=state)
    assert isinstance(after, Open)
    assert judged(after, lift) == []
    assert after.account(2025).available_cents == 100_000_00


def test_a_freeze_has_its_bounds_and_its_name():
    state = state_after(FreezeFunds(reference="S1", year=2025, cents=40_000_00, reason="Sperre"))
    assert judged(state, FreezeFunds(reference="S1", year=2025, cents=40_000_00, reason="Sperre")) == []
    for command, error in (
        (FreezeFunds(reference="S1", year=2025, cents=1, reason="Sperre"), ReferenceContradicted),
        (FreezeFunds(reference="S2", year=2025, cents=60_000_01, reason="Sperre"), FreezeBeyondFunds),
        (FreezeFunds(reference="S2", year=2025, cents=1, share_bp=1, reason="Sperre"), AmountsNotValid),
        (FreezeFunds(reference="S2", year=2025, cents=1, reason=" "), ReasonNotGiven),
        (LiftFreeze(freeze="S9", left_cents=0, reason="x"), UnknownFreeze),
        (LiftFreeze(freeze="S1", left_cents=40_000_01, reason="x"), AmountsNotValid),
    ):
        with pytest.raises(error):
            judged(state, command)


# ---- C1: reallocation -----------------------------------------------------------------------------------------------


def two_titles() -> House:
    house = House()
    for title in (TITLE, OTHER_TITLE):
        house.perform(open_next_budget(title, 2025, 10_000_00), IN_JULY)
    return house


def moving(amount: int, reference: str = "U1", authority: str = LETTER) -> Decision:
    return reallocate(OTHER_TITLE, TITLE, 2025, cents=amount, reference=reference, reason="Bedarf", authority=authority)


def test_a_reallocation_is_entered_on_both_sides_in_one_decision_and_once():
    house = two_titles()
    assert house.kinds(moving(4_000_00), IN_JULY) == ["FundsGiven", "FundsTaken"]
    assert house.kinds(moving(4_000_00), IN_JULY) == []
    available = [house.state(stream_of(it, 2025)).account(2025).available_cents for it in (TITLE, OTHER_TITLE)]
    assert available == [14_000_00, 6_000_00]


def test_only_free_money_is_reallocated_and_on_an_authority():
    house = two_titles()
    for it, error in (
        (moving(10_000_01), FundsNotFree),
        (moving(1, authority=""), ReasonNotGiven),
        (reallocate(TITLE, TITLE, 2025, cents=1, reference="U", reason="x", authority="x"), SameTitle),
    ):
        with pytest.raises(error):
            house.perform(it, IN_JULY)
    house.perform(moving(10_000_00), IN_JULY)
    with pytest.raises(ReferenceContradicted):
        house.perform(moving(1), IN_JULY)


# ---- C3: authorisations ---------------------------------------------------------------------------------------------


def test_an_authorisation_of_one_year_does_not_pay_for_another():
    state = state_after(authorisations=cents(y2026=50_000_00, y2027=1_00))
    assert only(judged(state, asking(y2027=1_01)), FundsReservationRefused).reason == Shortfall.FUNDS_EXHAUSTED
    assert only(judged(state, asking(y2028=1)), FundsReservationRefused).reason == Shortfall.AUTHORISATION_MISSING


def test_unused_authorisations_expire_with_their_year_and_the_closing_says_how_much():
    state = state_after(*promised(y2026=20_000_00))
    on = budget_officer(date(2026, 1, 15))
    assert only(judged(state, asking(OTHER_CASE, y2026=1), on), FundsReservationRefused).reason == Shortfall.YEAR_OVER
    assert only(judged(state, CloseBudget(), on), budget.BudgetClosed).expired == cents(y2026=30_000_00)


def test_under_a_late_budget_unused_authorisations_live_on_if_the_law_says_so_until_it_is_proclaimed():
    house = House()
    house.perform(open_next_budget(TITLE, 2025, 10_000_00, cents(y2026=1_00, y2027=5_000_00)), IN_JULY)
    in_2026 = budget_officer(date(2026, 1, 5))
    house.perform(open_next_budget(TITLE, 2026, 10_000_00, provisional=True, continue_authorisations=True), in_2026)
    fund = f"{TITLE}-2026"
    assert house.state(f"budget-{fund}").free(cents(y2027=1)) == cents(y2027=5_000_00)
    house.perform(decision(decider, fund, AllowDespiteProvisional(case=CASE, reason="unaufschiebbar")), in_2026)
    split = cents(y2027=2_000_00)
    reserve = ReserveFunds(case=CASE, by_year=split, expires_on=date(2026, 3, 1), basis=BASIS)
    house.perform(decision(decider, fund, reserve), in_2026)
    act = ProclaimBudget(appropriation_cents=12_000_00, authorisations=cents(y2027=700_00), reference="HG 2026")
    house.perform(decision(decider, fund, act), in_2026)
    account = house.state(f"budget-{fund}").account(2027)
    assert (account.voted_cents, account.taken_cents, account.free_cents) == (2_700_00, 2_000_00, 700_00)


# ---- C4: preloads ---------------------------------------------------------------------------------------------------


def test_what_earlier_years_promised_comes_first_and_reduces_what_is_free():
    house = House()
    house.perform(open_next_budget(TITLE, 2025, 1_00, cents(y2026=6_000_000_00)), IN_JULY)
    for command in promised(y2026=6_000_000_00):
        house.perform(decision(decider, f"{TITLE}-2025", command), IN_JULY)
    house.perform(open_next_budget(TITLE, 2026, 10_000_000_00), budget_officer(date(2026, 1, 2)))
    state = house.state(stream_of(TITLE, 2026))
    assert state.free(cents(y2026=1)) == cents(y2026=4_000_000_00)
    assert state.position(CASE).basis == BASIS, "C16: the policy it was promised under goes with it"


# ---- C6: expiry -----------------------------------------------------------------------------------------------------


def test_the_clock_releases_a_reservation_after_its_last_day_and_not_on_it():
    state = state_after(asking(y2025=1_00))
    assert judged(state, ExpireReservation(case=CASE), system(date(2025, 9, 19))) == []
    late = judged(state, ExpireReservation(case=CASE), system(date(2025, 10, 3)))
    assert late == [ReservationReleased(entry=2, counters=1, case=CASE, by_year=cents(y2025=1_00), reason="expired")]
    assert judged(decider.fold(late, start=state), ExpireReservation(case=CASE), system(date(2025, 10, 4))) == []  # type: ignore[arg-type]


# ---- C5, C8: reductions and changes ---------------------------------------------------------------------------------

REDUCE = ReduceCommitment(case=CASE, by_year=cents(y2026=24_000_00), reason="Partner ausgeschieden", reference="A1")


def test_a_commitment_is_reduced_by_counter_entry_and_the_money_is_free_again():
    state = state_after(*promised(y2025=10_000_00, y2026=40_000_00))
    it = only(judged(state, REDUCE), budget.CommitmentReduced)
    assert (it.entry, it.counters) == (3, 2)
    after = decider.fold([it], start=state)
    assert isinstance(after, Open)
    assert after.free(cents(y2026=1)) == cents(y2026=34_000_00)
    assert after.position(CASE).committed == cents(y2025=10_000_00, y2026=16_000_00)
    assert judged(after, REDUCE) == []


def test_what_is_paid_or_was_never_committed_is_not_reduced():
    pay = RecordPayment(payment="p", case=CASE, cents=9_000_00, paid_on=date(2025, 8, 1))
    state = state_after(*promised(y2025=10_000_00, y2026=40_000_00), pay)
    for command, error in (
        (ReduceCommitment(case=CASE, by_year=cents(y2025=1_000_01), reason="x", reference="A"), ReductionBeyondCommitment),
        (ReduceCommitment(case=CASE, by_year=cents(y2026=40_000_01), reason="x", reference="A"), ReductionBeyondCommitment),
        (ReduceCommitment(case=OTHER_CASE, by_year=cents(y2025=1), reason="x", reference="A"), NothingCommitted),
        (ReduceCommitment(case=CASE, by_year=cents(y2025=1), reason="", reference="A"), ReasonNotGiven),
        (ReduceCommitment(case=CASE, by_year=(), reason="x", reference="A"), AmountsNotValid),
    ):  # fmt: skip
        with pytest.raises(error):
            judged(state, command)


def shift(less: tuple[YearAmount, ...], more: tuple[YearAmount, ...], reference: str = "A2") -> ShiftCommitment:
    return ShiftCommitment(case=CASE, less=less, more=more, reason="Bauzeit", reference=reference, basis=LATER)


def more(by_year: tuple[YearAmount, ...], reference: str = "A2") -> ReserveFunds:
    return ReserveFunds(case=CASE, by_year=by_year, expires_on=date(2025, 12, 31), basis=BASIS, increase=reference)


def after_all(state: Open, *commands: budget.Command) -> Open:
    for command in commands:
        found = decider.fold(judged(state, command), start=state)
        assert isinstance(found, Open)
        state = found
    return state


def test_money_shifted_to_a_later_year_needs_its_authorisation():
    before = state_after(*promised(y2025=30_000_00, y2026=40_000_00))
    state = after_all(before, more(cents(y2026=10_000_00)))
    it = judged(state, shift(cents(y2025=10_000_00), cents(y2026=10_000_00)))
    assert only(it, budget.CommitmentShifted).counters == 2
    after = decider.fold(it, start=state)
    assert isinstance(after, Open)
    assert after.position(CASE).committed == cents(y2025=20_000_00, y2026=50_000_00)
    assert after.position(CASE).basis == LATER
    assert after.account(2026).reserved_cents == 0
    refused = only(judged(before, more(cents(y2026=10_000_01))), FundsReservationRefused)
    assert (refused.reason, refused.free) == (Shortfall.FUNDS_EXHAUSTED, cents(y2026=10_000_00))
    assert judged(after, shift(cents(y2025=10_000_00), cents(y2026=10_000_00))) == []


def test_an_increase_needs_free_money_and_a_running_year():
    before = state_after(*promised(y2025=95_000_00))
    assert only(judged(before, more(cents(y2025=5_000_01))), FundsReservationRefused)
    state = after_all(before, more(cents(y2025=5_000_00)))
    assert only(judged(state, shift((), cents(y2025=5_000_00))), budget.CommitmentShifted)
    late = judged(state, shift((), cents(y2025=5_000_00)), budget_officer(date(2026, 1, 2)))
    assert only(late, budget.CommitmentShiftRefused).reason == Shortfall.YEAR_OVER


def test_only_what_was_set_aside_for_this_very_increase_is_promised():
    before = state_after(*promised(y2025=30_000_00, y2026=40_000_00))
    asked = more(cents(y2025=5_000_00))
    state = after_all(before, asked)
    assert isinstance(state, Open)
    assert (state.account(2025).reserved_cents, state.position(CASE).committed) == (
        5_000_00, cents(y2025=30_000_00, y2026=40_000_00),
    )  # fmt: skip
    assert judged(state, asked) == []
    for start, command in (
        (before, shift((), cents(y2025=5_000_00))),
        (state, shift((), cents(y2025=5_000_01))),
        (state, shift((), cents(y2025=5_000_00), "A3")),
    ):
        refused = only(judged(start, command), budget.CommitmentShiftRefused)
        assert refused.reason == Shortfall.NOT_RESERVED
    with pytest.raises(budget.OtherAmountsReserved):
        judged(state, more(cents(y2025=5_000_00), "A3"))


def test_an_increase_that_expires_or_is_let_go_leaves_the_commitment():
    before = state_after(*promised(y2025=30_000_00))
    asked = replace(more(cents(y2025=5_000_00)), expires_on=date(2025, 9, 19))
    state = after_all(before, asked)
    late = judged(state, shift((), cents(y2025=5_000_00)), budget_officer(date(2025, 9, 20)))
    assert only(late, budget.CommitmentShiftRefused).reason == Shortfall.RESERVATION_EXPIRED
    it = judged(state, budget.ExpireReservation(case=CASE), budget_officer(date(2025, 9, 20)))
    assert only(it, budget.ReservationReleased).increase == "A2"
    left = decider.fold(it, start=state)
    assert isinstance(left, Open)
    assert left.position(CASE) == before.position(CASE)
    assert only(judged(left, asked), FundsReserved)


def test_a_freeze_reaches_an_increase_that_is_only_set_aside():
    before = state_after(*promised(y2025=30_000_00))
    freeze = budget.FreezeFunds(reference="S", year=2025, cents=69_000_00, reason="Sperre")
    state = after_all(before, more(cents(y2025=5_000_00)), freeze)
    refused = only(judged(state, shift((), cents(y2025=5_000_00))), budget.CommitmentShiftRefused)
    assert refused.reason == Shortfall.FUNDS_FROZEN


def promised_house() -> House:
    """10,000.00 in 2025 and 40,000.00 in 2026 committed for the case; the budget of 2026 is open."""
    house = House()
    plan: dict[str, Any] = {"transferable": True}
    house.perform(open_next_budget(TITLE, 2025, 100_000_00, cents(y2026=50_000_00), **plan), IN_JULY)
    for command in promised(y2025=10_000_00, y2026=40_000_00):
        house.perform(decision(decider, f"{TITLE}-2025", command), IN_JULY)
    house.perform(open_next_budget(TITLE, 2026, 100_000_00, **plan), IN_2026)
    return house


IN_2026 = budget_officer(date(2026, 2, 2))


def changing(command: ReduceCommitment | ShiftCommitment) -> Decision:
    reads = holders(TITLE, (2025, 2026))
    change: Any = reduced if isinstance(command, ReduceCommitment) else shifted

    def judge(states: Any, context: Context) -> Decided:
        return change(command, TITLE, dict(zip(reads, states, strict=True)), context)

    return Decision(reads=reads, judge=judge)


def test_a_reduction_finds_the_budget_that_holds_each_years_part():
    house = promised_house()
    with pytest.raises(CommitmentCarriedOver):
        house.perform(decision(decider, f"{TITLE}-2025", REDUCE), IN_2026)
    both = ReduceCommitment(case=CASE, by_year=cents(y2025=1_000_00, y2026=2_000_00), reason="x", reference="A")
    house.perform(changing(both), IN_2026)
    assert house.state(stream_of(TITLE, 2025)).position(CASE).unpaid_cents(2025) == 9_000_00
    assert house.state(stream_of(TITLE, 2026)).position(CASE).committed == cents(y2026=38_000_00)
    assert house.kinds(changing(both), IN_2026) == []


def test_a_shift_from_the_old_year_takes_from_its_budget_and_needs_cash_of_the_new_one():
    house = promised_house()
    own = f"{TITLE}-2026"
    assert house.kinds(decision(decider, own, more(cents(y2026=60_000_01))), IN_2026) == ["FundsReservationRefused"]
    asked = replace(more(cents(y2026=10_000_00)), expires_on=date(2026, 12, 31))
    assert house.kinds(decision(decider, own, asked), IN_2026) == ["FundsReserved"]
    kinds = house.kinds(changing(shift(cents(y2025=10_000_00), cents(y2026=10_000_00))), IN_2026)
    assert kinds == ["CommitmentShifted", "CommitmentReduced"]
    assert house.state(stream_of(TITLE, 2026)).position(CASE).committed == cents(y2026=50_000_00)


# ---- C9: the end of a year ------------------------------------------------------------------------------------------


def test_a_year_is_closed_after_it_is_over_and_without_reservations():
    state = state_after(asking(y2025=1_00))
    with pytest.raises(BudgetYearNotOver):
        judged(state, CloseBudget(), budget_officer(date(2025, 12, 31)))
    for waiting in (state, state_after(asking(y2026=1_00))):
        with pytest.raises(ReservationsStand):
            judged(waiting, CloseBudget(), IN_2026)


def test_what_was_not_paid_lapses_with_the_year_and_nothing_is_entered_afterwards():
    house = promised_house()
    assert house.kinds(close_budget(TITLE, 2025, move=False, consent=""), IN_2026) == [
        "CommitmentLapsed",
        "BudgetClosed",
    ]
    assert house.kinds(close_budget(TITLE, 2025, move=False, consent=""), IN_2026) == []
    state = house.state(stream_of(TITLE, 2025))
    assert state.account(2025).committed_cents == 0
    for command, error in (
        (RecordPayment(payment="p", case=CASE, cents=1, paid_on=date(2025, 12, 30)), BudgetIsClosed),
        (FreezeFunds(reference="S", year=2025, cents=1, reason="x"), BudgetIsClosed),
        (RecordRepayment(repayment="r", case=CASE, cents=1, received_on=date(2025, 12, 30)), BudgetIsClosed),
        (ReduceCommitment(case=CASE, by_year=cents(y2025=1), reason="x", reference="A"), BudgetIsClosed),
    ):
        with pytest.raises(error):
            judged(state, command, IN_2026)
    # What payout gives back of the lapsed year needs no entry any more.
    assert (
        house.kinds(
            changing(ReduceCommitment(case=CASE, by_year=cents(y2025=10_000_00), reason="x", reference="B")), IN_2026
        )
        == []
    )


def test_what_was_not_paid_moves_with_its_money_if_the_finance_ministry_consents():
    house = promised_house()
    with pytest.raises(ConsentMissing):
        house.perform(close_budget(TITLE, 2025, move=True, consent=" "), IN_2026)
    kinds = house.kinds(close_budget(TITLE, 2025, move=True, consent=LETTER), IN_2026)
    assert kinds == ["CommitmentMoved", "BudgetClosed", "RemainderTakenOver", "CommitmentCarried"]
    account = house.state(stream_of(TITLE, 2026)).account(2026)
    assert (account.voted_cents, account.committed_cents, account.free_cents) == (110_000_00, 50_000_00, 60_000_00)
    moved = house.log[stream_of(TITLE, 2025)][-2]
    assert isinstance(moved, CommitmentMoved)
    assert house.state(stream_of(TITLE, 2025)).account(2025).voted_cents == 90_000_00


def test_a_payment_of_the_old_year_is_entered_where_its_commitment_moved_to():
    house = promised_house()
    house.perform(close_budget(TITLE, 2025, move=True, consent=LETTER), IN_2026)
    late = RecordPayment(payment="p", case=CASE, cents=10_000_00, paid_on=date(2025, 12, 30))
    assert house.kinds(record_payment(TITLE, 2025, late), IN_2026) == ["PaymentRecorded"]
    assert house.state(stream_of(TITLE, 2026)).position(CASE).paid_cents == 10_000_00
    assert house.kinds(record_payment(TITLE, 2025, late), IN_2026) == []


def test_a_title_that_is_not_transferable_leaves_no_remainder():
    state = state_after(*promised(y2025=1_00))
    with pytest.raises(NotTransferable):
        judged(state, CloseBudget(moved_into=2026, consent=LETTER), IN_2026)


def test_a_remainder_is_what_the_closed_year_did_not_spend():
    house = promised_house()
    with pytest.raises(BudgetNotClosed):
        house.perform(hand_over_remainder(TITLE, 2025, origin=2025, cents=1, consent=LETTER), IN_2026)
    house.perform(close_budget(TITLE, 2025, move=True, consent=LETTER), IN_2026)
    with pytest.raises(FundsNotFree):
        house.perform(hand_over_remainder(TITLE, 2025, origin=2025, cents=90_000_01, consent="FM 2"), IN_2026)
    rest = hand_over_remainder(TITLE, 2025, origin=2025, cents=90_000_00, consent="FM 2")
    assert house.kinds(rest, IN_2026) == ["RemainderHandedOver", "RemainderTakenOver"]
    assert house.kinds(rest, IN_2026) == []
    assert house.state(stream_of(TITLE, 2026)).account(2026).voted_cents == 200_000_00


def test_a_remainder_lives_until_the_end_of_the_second_following_year():
    house = House()
    for year in (2025, 2026, 2027, 2028):
        house.perform(open_next_budget(TITLE, year, 10_000_00, transferable=True), budget_officer(date(year, 7, 21)))
    on = budget_officer(date(2029, 1, 15))
    for year in (2025, 2026, 2027):
        house.perform(close_budget(TITLE, year, move=False, consent=""), on)
        rest = hand_over_remainder(TITLE, year, origin=2025, cents=6_000_00, consent=LETTER)
        if year < 2027:
            house.perform(rest, on)
        else:
            with pytest.raises(RemainderTooOld):
                house.perform(rest, on)
    assert house.state(stream_of(TITLE, 2027)).account(2027).available_cents == 16_000_00


def test_the_oldest_money_is_spent_first():
    state = state_after(
        budget.TakeOverRemainder(origin=2024, cents=3_000_00, out_of=2024, consent=LETTER),
        *promised(y2025=2_000_00),
        RecordPayment(payment="p", case=CASE, cents=2_000_00, paid_on=date(2025, 8, 1)),
    )
    assert budget.unspent_by_origin(state, state.account(2025).paid_cents) == cents(y2024=1_000_00, y2025=100_000_00)


# ---- C10: the provisional budget ------------------------------------------------------------------------------------


def test_a_provisional_budget_grants_nothing_new_but_by_a_reasoned_exception():
    state = state_after(provisional=True)
    assert only(judged(state, asking(y2025=1_00)), FundsReservationRefused).reason == Shortfall.PROVISIONAL
    with pytest.raises(ReasonNotGiven):
        judged(state, AllowDespiteProvisional(case=CASE, reason=""))
    granted = judged(state, AllowDespiteProvisional(case=CASE, reason="rechtliche Verpflichtung"))
    assert only(granted, budget.ProvisionalOverrideGranted).granted_by == "p-budget"
    after = decider.fold(granted, start=state)
    assert isinstance(after, Open)
    assert only(judged(after, asking(y2025=1_00)), FundsReserved)
    assert only(judged(after, asking(OTHER_CASE, y2025=1_00)), FundsReservationRefused)
    assert judged(after, AllowDespiteProvisional(case=CASE, reason="rechtliche Verpflichtung")) == []


def test_a_provisional_budget_pays_what_was_promised_before():
    carried = budget.CommitmentCarried(entry=1, case=CASE, by_year=cents(y2025=500_00), basis=BASIS)
    pay = RecordPayment(payment="p", case=CASE, cents=500_00, paid_on=date(2025, 2, 1))
    given(opening(provisional=True), carried).when(pay, IN_JULY).then_one(budget.PaymentRecorded)


def test_a_proclaimed_budget_replaces_the_provisional_amounts_and_ends_the_exception():
    state = state_after(provisional=True)
    act = ProclaimBudget(appropriation_cents=80_000_00, authorisations=cents(y2027=9_000_00), reference="GVBl 4/2025")
    it = only(judged(state, act), budget.BudgetProclaimed)
    after = decider.fold([it], start=state)
    assert isinstance(after, Open)
    assert after.free(cents(y2025=1, y2026=1, y2027=1)) == cents(y2025=80_000_00, y2026=0, y2027=9_000_00)
    assert only(judged(after, asking(y2025=1_00)), FundsReserved)
    assert judged(after, act) == []
    with pytest.raises(BudgetNotProvisional):
        judged(after, ProclaimBudget(appropriation_cents=1, authorisations=(), reference="x"))
    with pytest.raises(BudgetNotProvisional):
        judged(after, AllowDespiteProvisional(case=CASE, reason="x"))


def test_a_proclaimed_budget_covers_what_is_promised_already():
    carried = budget.CommitmentCarried(entry=1, case=CASE, by_year=cents(y2025=500_00), basis=BASIS)
    with pytest.raises(AppropriationBelowCommitments):
        given(opening(provisional=True), carried).when(
            ProclaimBudget(appropriation_cents=499_99, authorisations=(), reference="x"), IN_JULY
        )


# ---- C12: repayments ------------------------------------------------------------------------------------------------

BACK = RecordRepayment(repayment="r1", case=CASE, cents=6_400_00, interest_cents=103_34, received_on=date(2025, 11, 3))


def paid_case(**plan: Any) -> Open:
    pay = RecordPayment(payment="p", case=CASE, cents=10_000_00, paid_on=date(2025, 8, 1))
    return state_after(*promised(y2025=10_000_00), pay, **plan)


def test_a_repayment_is_income_unless_the_plan_lets_it_be_set_off():
    it = only(judged(paid_case(), BACK), budget.RepaymentReceived)
    assert (it.set_off_cents, it.income_cents, it.counters) == (0, 6_503_34, 0)
    set_off = only(judged(paid_case(repayments_set_off=True), BACK), budget.RepaymentReceived)
    assert (set_off.set_off_cents, set_off.income_cents, set_off.counters) == (6_400_00, 103_34, 3)


def test_what_is_set_off_is_free_again_and_the_case_gets_no_second_claim_to_it():
    state = paid_case(repayments_set_off=True)
    after = decider.fold(judged(state, BACK), start=state)
    assert isinstance(after, Open)
    assert after.account(2025).free_cents == 96_400_00
    with pytest.raises(PaymentBeyondCommitment):
        judged(after, RecordPayment(payment="p2", case=CASE, cents=1, paid_on=date(2025, 12, 1)))
    assert judged(after, BACK) == []


def test_a_repayment_of_an_earlier_years_money_is_income_and_belongs_to_the_year_it_came_in():
    state = state_after(repayments_set_off=True)
    assert only(judged(state, BACK), budget.RepaymentReceived).set_off_cents == 0
    with pytest.raises(AmountsNotValid):
        judged(state, RecordRepayment(repayment="r", case=CASE, cents=1, received_on=date(2024, 12, 30)))


# ---- C13: alarms ----------------------------------------------------------------------------------------------------


def alarms(events: list[Event]) -> list[tuple[int, int]]:
    return [(it.year, it.threshold_bp) for it in events if isinstance(it, ThresholdReached)]


def test_each_threshold_is_told_when_it_is_reached_and_once():
    state: Any = state_after()
    told: list[list[tuple[int, int]]] = []
    for number, amount in enumerate([79_999_99, 1, 15_000_00, 5_000_00]):
        events = judged(state, asking(f"case-{number}", y2025=amount))
        told.append(alarms(events))
        state = decider.fold(events, start=state)
    assert told == [[], [(2025, 8_000)], [(2025, 9_500)], [(2025, 10_000)]]
    freed: Any = decider.fold(judged(state, ReleaseReservation(case="case-3", reason="x")), start=state)
    assert alarms(judged(freed, asking("again", y2025=5_000_00))) == []


def test_a_freeze_can_reach_several_thresholds_at_once_and_each_year_has_its_own():
    state = state_after(asking(y2025=50_000_00, y2026=40_000_00))
    events = judged(state, FreezeFunds(reference="S", year=2025, cents=50_000_00, reason="Sperre"))
    assert alarms(events) == [(2025, 8_000), (2025, 9_500), (2025, 10_000)]
    assert [it.year for it in state.years if it.alarmed_bp] == [2026]


@pytest.mark.parametrize("alarms_bp", [(9_500, 8_000), (0,), (10_001,)])
def test_thresholds_rise_and_end_at_the_whole(alarms_bp: tuple[int, ...]):
    with pytest.raises(AmountsNotValid):
        House().perform(open_next_budget(TITLE, 2025, 1, alarms_bp=alarms_bp), IN_JULY)


# ---- What was stored before -----------------------------------------------------------------------------------------


def test_a_budget_that_was_opened_before_these_rules_lives_under_cautious_defaults():
    old = BudgetOpened(title=TITLE, year=2025, appropriation_cents=1, authorisations=(), opened_on=date(2025, 1, 2))
    assert (old.provisional, old.transferable, old.repayments_set_off) == (False, False, False)
    assert old.alarms_bp == (8_000, 9_500, 10_000)


def test_the_timeline_tells_why_a_commitment_changed():
    state = state_after(*promised(y2025=10_000_00))
    change = ReduceCommitment(case=CASE, by_year=cents(y2025=1_00), reason="annulment-2", reference="annulment-2")
    told = tell_of_budget(only(judged(state, change), budget.CommitmentReduced))
    assert told is not None
    assert told.why.endswith("Der Bescheid ist ganz oder teilweise aufgehoben.")
    for case in [it for it in ENTRIES if hasattr(it, "TOPIC")]:
        assert case in decider.events
