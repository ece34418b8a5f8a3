"""Haushaltstitel: every rule of the budget, told one by one."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.review.budget import (
    AlreadyCommitted,
    AmountsNotValid,
    AppropriationBelowPreloads,
    BudgetAlreadyOpen,
    BudgetCarriedOver,
    BudgetNotOpen,
    BudgetOpened,
    BudgetYearNotBegun,
    CarriedLine,
    CarryOver,
    Command,
    CommitFunds,
    CommitmentCarried,
    Event,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsReservationRefused,
    FundsReserved,
    Open,
    OpenBudget,
    OtherAmountsReserved,
    PaymentAwaitingBudget,
    PaymentBeyondCommitment,
    PaymentContradicted,
    PaymentRecorded,
    RecordPayment,
    ReleaseReservation,
    ReservationReleased,
    ReserveFunds,
    Shortfall,
    ThresholdReached,
    decider,
    open_next_budget,
)
from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import decision
from shared.persistent import PersistentMap
from shared.records import replace
from tests.review.builders import BUDGET, CASE, OTHER_CASE, TITLE, House, budget_officer, cents
from tests.scenario import Scenario

BASIS = Basis(guideline_sha256="aa" * 32, practice_sha256="bb" * 32)
IN_JULY = budget_officer()
NEXT_YEAR = budget_officer(date(2026, 1, 2))
SPLIT = cents(y2025=30_000_00, y2026=14_800_00)

opening = OpenBudget(
    title=TITLE, year=2025, appropriation_cents=100_000_00, authorisations=cents(y2026=50_000_00, y2027=20_000_00)
)
opened = BudgetOpened(
    title=TITLE,
    year=2025,
    appropriation_cents=100_000_00,
    authorisations=cents(y2026=50_000_00, y2027=20_000_00),
    opened_on=date(2025, 7, 21),
)
reserve = ReserveFunds(case=CASE, by_year=SPLIT, expires_on=date(2025, 9, 19), basis=BASIS)
reserved = FundsReserved(entry=1, case=CASE, by_year=SPLIT, expires_on=date(2025, 9, 19), basis=BASIS)
commit = CommitFunds(case=CASE, by_year=SPLIT, basis=BASIS)
committed = FundsCommitted(entry=2, counters=1, case=CASE, by_year=SPLIT, basis=BASIS)
pay = RecordPayment(payment="p-1", case=CASE, cents=19_200_00, paid_on=date(2025, 8, 6))
paid = PaymentRecorded(entry=3, counters=2, payment="p-1", case=CASE, cents=19_200_00, paid_on=date(2025, 8, 6))


def given(*history: Event):
    return Scenario(decider, history)


def folded(*history: Event) -> Open:
    state = decider.fold(history)
    assert isinstance(state, Open)
    return state


def asking(case: str, by_year: tuple[YearAmount, ...]) -> ReserveFunds:
    return ReserveFunds(case=case, by_year=by_year, expires_on=date(2025, 9, 19), basis=BASIS)


def test_a_budget_opens_with_its_appropriation_and_its_authorisations():
    given().when(opening, IN_JULY).then(opened)


def test_opening_a_budget_twice_changes_nothing():
    given(opened).when(opening, IN_JULY).then()


def test_an_open_budget_is_not_opened_with_other_amounts():
    with pytest.raises(BudgetAlreadyOpen):
        given(opened).when(OpenBudget(title=TITLE, year=2025, appropriation_cents=1), IN_JULY)


def test_a_budget_is_not_opened_before_its_year():
    with pytest.raises(BudgetYearNotBegun):
        given().when(OpenBudget(title=TITLE, year=2026, appropriation_cents=1), IN_JULY)


@pytest.mark.parametrize("years", [cents(y2025=1), cents(y2027=1, y2026=1), cents(y2026=0), cents(y2026=-5)])
def test_authorisations_are_positive_and_for_later_years_in_order(years: tuple[YearAmount, ...]):
    with pytest.raises(AmountsNotValid):
        given().when(OpenBudget(title=TITLE, year=2025, appropriation_cents=1, authorisations=years), IN_JULY)


def test_nothing_is_reserved_before_the_budget_is_open():
    with pytest.raises(BudgetNotOpen):
        given().when(reserve, IN_JULY)


def test_money_is_set_aside_for_a_case_in_each_of_its_years():
    given(opened).when(reserve, IN_JULY).then(reserved)
    free = folded(opened, reserved).free(cents(y2025=1, y2026=1, y2027=1))
    assert free == cents(y2025=70_000_00, y2026=35_200_00, y2027=20_000_00)


def test_the_same_reservation_twice_is_one_reservation():
    given(opened, reserved).when(reserve, IN_JULY).then()
    given(opened, reserved, committed).when(reserve, IN_JULY).then()


def test_other_amounts_are_not_reserved_beside_a_reservation():
    with pytest.raises(OtherAmountsReserved):
        given(opened, reserved).when(asking(CASE, cents(y2025=1)), IN_JULY)


def test_a_committed_case_is_not_reserved_again():
    with pytest.raises(AlreadyCommitted):
        given(opened, reserved, committed).when(asking(CASE, cents(y2025=1)), IN_JULY)


def test_one_cent_too_much_in_any_year_is_refused_and_the_refusal_tells_what_is_free():
    asked = cents(y2025=70_000_00, y2026=35_200_01)
    given(opened, reserved).when(asking(OTHER_CASE, asked), IN_JULY).then(
        FundsReservationRefused(
            case=OTHER_CASE,
            by_year=asked,
            free=cents(y2025=70_000_00, y2026=35_200_00),
            reason=Shortfall.FUNDS_EXHAUSTED,
        )
    )


def test_the_last_cent_can_be_reserved():
    asked = cents(y2025=70_000_00)
    events = decider.decide(asking(OTHER_CASE, asked), folded(opened, reserved), IN_JULY)
    told = [it.threshold_bp for it in events if isinstance(it, ThresholdReached)]
    assert (type(events[0]), told) == (FundsReserved, [8_000, 9_500, 10_000])


def test_a_year_without_an_authorisation_promises_nothing():
    it = given(opened).when(asking(CASE, cents(y2028=1)), IN_JULY).then_one(FundsReservationRefused)
    assert (it.reason, it.free) == (Shortfall.AUTHORISATION_MISSING, cents(y2028=0))


def test_the_authority_to_spend_ends_with_the_year():
    it = given(opened).when(reserve, NEXT_YEAR).then_one(FundsReservationRefused)
    assert it.reason == Shortfall.YEAR_OVER


def test_a_refusal_asked_for_again_is_refused_again():
    refused = FundsReservationRefused(
        case=CASE, by_year=cents(y2028=1), free=cents(y2028=0), reason=Shortfall.AUTHORISATION_MISSING
    )
    given(opened, refused).when(asking(CASE, cents(y2028=1)), IN_JULY).then(refused)


@pytest.mark.parametrize("by_year", [(), cents(y2025=0), cents(y2025=-1), cents(y2026=1, y2025=1)])
def test_amounts_to_reserve_are_positive_and_in_order(by_year: tuple[YearAmount, ...]):
    with pytest.raises(AmountsNotValid):
        given(opened).when(asking(CASE, by_year), IN_JULY)


def test_a_reservation_is_released_by_a_counter_entry():
    release = ReleaseReservation(case=CASE, reason="withdrawn")
    released = ReservationReleased(entry=2, counters=1, case=CASE, by_year=SPLIT, reason="withdrawn")
    given(opened, reserved).when(release, IN_JULY).then(released)
    given(opened, reserved, released).when(release, IN_JULY).then()
    assert folded(opened, reserved, released).free(SPLIT) == cents(y2025=100_000_00, y2026=50_000_00)


def test_a_reservation_becomes_a_commitment():
    given(opened, reserved).when(commit, IN_JULY).then(committed)
    given(opened, reserved, committed).when(commit, IN_JULY).then()


def test_what_is_not_reserved_is_not_committed():
    for history in [(opened,), (opened, replace(reserved, by_year=cents(y2025=1)))]:
        it = given(*history).when(commit, IN_JULY).then_one(FundsCommitmentRefused)
        assert it.reason == Shortfall.NOT_RESERVED


def test_a_reservation_holds_on_its_last_day_and_not_longer():
    given(opened, reserved).when(commit, budget_officer(date(2025, 9, 19))).then_one(FundsCommitted)
    it = given(opened, reserved).when(commit, budget_officer(date(2025, 9, 20))).then_one(FundsCommitmentRefused)
    assert it.reason == Shortfall.RESERVATION_EXPIRED


def test_a_reservation_of_the_old_year_is_not_committed_in_the_new_one():
    it = given(opened, reserved).when(commit, NEXT_YEAR).then_one(FundsCommitmentRefused)
    assert it.reason == Shortfall.YEAR_OVER


def test_a_payment_uses_the_commitment_of_the_budget_year():
    given(opened, reserved, committed).when(pay, IN_JULY).then(paid)
    account = folded(opened, reserved, committed, paid).years[0]
    assert (account.reserved_cents, account.committed_cents, account.paid_cents) == (0, 10_800_00, 19_200_00)
    assert account.free_cents == 70_000_00


def test_a_payment_is_entered_once_and_never_with_another_amount():
    given(opened, reserved, committed, paid).when(pay, IN_JULY).then()
    with pytest.raises(PaymentContradicted):
        given(opened, reserved, committed, paid).when(
            RecordPayment(payment="p-1", case=CASE, cents=1, paid_on=date(2025, 8, 6)), IN_JULY
        )


def test_a_payment_beyond_the_years_commitment_is_an_error():
    # 10,800.00 of 2025 are left; the 14,800.00 of 2026 do not help.
    with pytest.raises(PaymentBeyondCommitment):
        given(opened, reserved, committed, paid).when(
            RecordPayment(payment="p-2", case=CASE, cents=10_800_01, paid_on=date(2025, 10, 17)), IN_JULY
        )


def test_a_payment_before_the_budget_is_open_waits_and_is_entered_at_the_opening():
    early = RecordPayment(payment="p-3", case=CASE, cents=14_800_00, paid_on=date(2026, 1, 2))
    waiting = PaymentAwaitingBudget(payment="p-3", case=CASE, cents=14_800_00, paid_on=date(2026, 1, 2))
    given().when(early, NEXT_YEAR).then(waiting)
    given(waiting).when(early, NEXT_YEAR).then()
    stray = PaymentAwaitingBudget(payment="p-4", case=OTHER_CASE, cents=1, paid_on=date(2026, 1, 2))
    next_opening = OpenBudget(
        title=TITLE,
        year=2026,
        appropriation_cents=20_000_00,
        preloads=(CarriedLine(case=CASE, by_year=cents(y2026=14_800_00)),),
    )
    given(waiting, stray).when(next_opening, NEXT_YEAR).then(
        BudgetOpened(
            title=TITLE, year=2026, appropriation_cents=20_000_00, authorisations=(), opened_on=date(2026, 1, 2)
        ),
        CommitmentCarried(entry=1, case=CASE, by_year=cents(y2026=14_800_00)),
        PaymentRecorded(entry=2, counters=1, payment="p-3", case=CASE, cents=14_800_00, paid_on=date(2026, 1, 2)),
    )


def test_an_appropriation_covers_what_earlier_years_promised():
    line = CarriedLine(case=CASE, by_year=cents(y2026=14_800_00))
    with pytest.raises(AppropriationBelowPreloads):
        given().when(OpenBudget(title=TITLE, year=2026, appropriation_cents=14_799_99, preloads=(line,)), NEXT_YEAR)


def test_what_earlier_years_promised_is_told_once_for_a_year_and_never_less_than_nothing():
    own = YearAmount(year=2026, cents=100)
    for by_year in ((own, own), (YearAmount(year=2026, cents=-100), own), (YearAmount(year=2026, cents=0),)):
        line = CarriedLine(case=CASE, by_year=by_year)
        with pytest.raises(AmountsNotValid):
            given().when(OpenBudget(title=TITLE, year=2026, appropriation_cents=200, preloads=(line,)), NEXT_YEAR)
        with pytest.raises(AmountsNotValid):
            given().when(OpenBudget(title=TITLE, year=2026, appropriation_cents=200, continued=by_year), NEXT_YEAR)


def house_of(*commands: Command) -> House:
    house = House()
    house.perform(open_next_budget(TITLE, 2025, 100_000_00, cents(y2026=50_000_00, y2027=20_000_00)), IN_JULY)
    for command in commands:
        house.perform(decision(decider, BUDGET, command), IN_JULY)
    return house


def test_the_next_budget_begins_with_the_promises_of_the_last_one():
    split = cents(y2025=30_000_00, y2026=14_800_00, y2027=5_000_00)
    house = house_of(asking(CASE, split), CommitFunds(case=CASE, by_year=split, basis=BASIS), asking(OTHER_CASE, SPLIT))
    house.perform(open_next_budget(TITLE, 2026, 40_000_00, cents(y2027=10_000_00)), NEXT_YEAR)
    state = house.state(f"budget-{TITLE}-2026")
    # The 5,000.00 for 2027 bring the authorisation they were made on; the new one stays whole.
    assert state.free(cents(y2026=1, y2027=1)) == cents(y2026=25_200_00, y2027=10_000_00)
    assert state.entries == 1
    assert isinstance(house.log[f"budget-{BUDGET[:-5]}-2025"][-1], BudgetCarriedOver)


def test_a_budget_that_was_carried_over_takes_nothing_more():
    house = house_of(reserve)
    house.perform(open_next_budget(TITLE, 2026, 40_000_00), NEXT_YEAR)
    assert house.kinds(decision(decider, BUDGET, commit), IN_JULY) == ["FundsCommitmentRefused"]
    assert house.kinds(decision(decider, BUDGET, asking(OTHER_CASE, SPLIT)), IN_JULY) == ["FundsReservationRefused"]
    assert house.kinds(decision(decider, BUDGET, CarryOver(into=2026)), NEXT_YEAR) == []


def test_opening_the_next_budget_twice_carries_once():
    house = house_of(reserve, commit)
    opened_once = open_next_budget(TITLE, 2026, 40_000_00)
    assert house.kinds(opened_once, NEXT_YEAR) == ["BudgetOpened", "CommitmentCarried", "BudgetCarriedOver"]
    assert house.kinds(opened_once, NEXT_YEAR) == []


def test_of_two_reservations_for_the_last_25000_euros_exactly_one_succeeds():
    """Example d3: 9,975,000.00 committed, twice 15,000.00 asked at once; 30,000.00 are refused, 25,000.00 are free."""
    house = House()
    house.perform(open_next_budget(TITLE, 2025, 10_000_000_00), IN_JULY)
    bulk = cents(y2025=9_975_000_00)
    house.perform(decision(decider, BUDGET, asking("bulk", bulk)), IN_JULY)
    house.perform(decision(decider, BUDGET, CommitFunds(case="bulk", by_year=bulk, basis=BASIS)), IN_JULY)
    too_much = house.perform(decision(decider, BUDGET, asking("big", cents(y2025=30_000_00))), IN_JULY)
    refusal = too_much[f"budget-{BUDGET}"][0]
    assert isinstance(refusal, FundsReservationRefused)
    assert refusal.free == cents(y2025=25_000_00)
    both = [
        kind
        for case in (CASE, OTHER_CASE)
        for kind in house.kinds(decision(decider, BUDGET, asking(case, cents(y2025=15_000_00))), IN_JULY)
    ]
    assert both == ["FundsReserved", "FundsReservationRefused"]


def grown(cases: int) -> Open:
    """A budget with two entries per case."""
    state = decider.fold([opened])
    for number in range(cases):
        part = cents(y2025=1)
        case = f"{number:032x}"
        events = (
            FundsReserved(entry=2 * number + 1, case=case, by_year=part, expires_on=date(2025, 9, 19), basis=BASIS),
            FundsCommitted(entry=2 * number + 2, counters=2 * number + 1, case=case, by_year=part, basis=BASIS),
        )
        state = decider.fold(events, start=state)
    assert isinstance(state, Open)
    return state


def test_with_50000_entries_a_decision_looks_at_and_copies_no_more_than_with_500(monkeypatch: pytest.MonkeyPatch):
    looked_at = Counter[str]()

    def counting(name: str) -> Callable[..., Any]:
        do = getattr(PersistentMap, name)

        def counted(*arguments: Any) -> Any:
            looked_at[name] += 1
            return do(*arguments)

        return counted

    for name in ("__getitem__", "__iter__", "put", "without"):
        monkeypatch.setattr(PersistentMap, name, counting(name))

    def work(state: Open) -> Counter[str]:
        looked_at.clear()
        decider.fold(decider.decide(reserve, state, IN_JULY), start=state)
        return looked_at.copy()

    small, large = grown(250), grown(25_000)
    assert len(large.positions) == 25_000
    assert work(large) == work(small) == {"__getitem__": 2, "put": 1}


def paid_often(payments: int) -> Open:
    """A case with many payments."""
    state = decider.fold([opened, *(it for it in (reserved, committed))])
    for number in range(payments):
        paid = PaymentRecorded(
            entry=number + 3, counters=2, payment=f"p-{number}", case=CASE, cents=1, paid_on=date(2025, 8, 1)
        )
        state = decider.fold([paid], start=state)
    assert isinstance(state, Open)
    return state


def test_what_a_case_was_paid_is_a_running_sum():
    state = paid_often(300)
    assert state.position(CASE).paid_cents == sum(state.position(CASE).payments.values()) == 300


def test_payments_that_came_early_are_entered_in_the_order_in_which_they_came():
    names = [f"p-{number}" for number in range(60)]
    early = [RecordPayment(payment=it, case=OTHER_CASE, cents=1, paid_on=date(2026, 1, 2)) for it in reversed(names)]
    state = decider.initial
    for it in early:
        state = decider.fold(decider.decide(it, state, NEXT_YEAR), start=state)
    opening = OpenBudget(
        title=TITLE, year=2026, appropriation_cents=100,
        preloads=(CarriedLine(case=OTHER_CASE, by_year=cents(y2026=40)),),
    )  # fmt: skip
    events = decider.decide(opening, state, NEXT_YEAR)
    assert [it.payment for it in events if isinstance(it, PaymentRecorded)] == names[::-1][:40]
    after = decider.fold(events, start=state)
    assert sorted(after.awaiting) == sorted(names[:20])


def test_an_older_state_stays_as_it_was_when_a_newer_one_is_folded():
    before = folded(opened)
    after = decider.fold([reserved], start=before)
    assert before.position(CASE).reserved == ()
    assert isinstance(after, Open)
    assert after.position(CASE).reserved == SPLIT
