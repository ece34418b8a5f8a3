"""Bedarf: needed soon, earlier instalments shown to be spent, one at a time, in proportion with the recipient's own funds."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout.disbursement import (
    REASONS,
    Accepted,
    AnotherDrawdownOpen,
    Certified,
    CertifyDrawdown,
    DrawdownAccepted,
    DrawdownRejected,
    ExamineDrawdown,
    NoteRejection,
    NoteReturn,
    NoteSettlement,
    Open,
    OrderDrawdown,
    Ordered,
    RegisterDrawdown,
    UnspentNoted,
    decider,
    need,
    share_cents,
)
from services.payout.disbursement.need import unspent
from services.payout.publications import publish
from services.payout.reactions import react
from shared.calendar import add_months
from shared.contracts import YearAmount, payout
from shared.contracts.intake import DrawdownRequested, LineUse
from shared.contracts.payout import DrawdownExamined, LateMoney
from shared.decider import Context, DomainError, field_names, replace
from tests.payout.builders import CASE, certifier, drawdown, examiner, orderer, plan, system

DAY = date(2025, 8, 4)
PAID_ON = date(2025, 8, 6)
PLAN = replace(plan(), drawdown_months=2)


def asked(name: str = "d1", on: date = DAY, *, needed_on: date | None = None, **more: Any) -> RegisterDrawdown:
    """A Mittelabruf that declares its need."""
    base = drawdown(name, on=on, **{it: more.pop(it) for it in ("due", "cents", "year") if it in more})
    return replace(base, needed_on=needed_on or on, purpose="Erste Rechnung", **more)


def second(on: date = date(2025, 9, 15), spent_cents: int = 24_000_00) -> RegisterDrawdown:
    return asked("d2", on, due=36_000_00, cents=9_600_00, spent=(LineUse(line=1, cents=spent_cents),))


def opened(state: Any) -> Open:
    assert isinstance(state, Open)
    return state


class Case:
    def __init__(self, *commands: Any) -> None:
        self.events: list[Any] = []
        for command in commands:
            self.do(command)

    def do(self, command: Any, context: Context | None = None) -> list[Any]:
        decided = list(decider.decide(command, decider.fold(self.events), context or system()))
        self.events += decided
        return decided

    def examine(self, name: str = "d1", on: date = DAY) -> list[Any]:
        return self.do(ExamineDrawdown(drawdown=name), examiner(on))

    def order(self, name: str = "d1", on: date = DAY) -> None:
        self.do(CertifyDrawdown(drawdown=name), certifier(on))
        self.do(OrderDrawdown(drawdown=name, payment=f"p-{name}"), orderer(on))

    def pay(self, name: str = "d1", on: date = PAID_ON) -> None:
        self.examine(name)
        self.order(name)
        self.do(NoteSettlement(case=CASE, drawdown=name, payment=f"p-{name}", settled_on=on))

    @property
    def under_way(self) -> int:
        stages = (it.stage for it in decider.fold(self.events).drawdowns)
        return sum(isinstance(it, Accepted | Certified | Ordered) for it in stages)


# ---- Needed within two months ----------------------------------------------------------------------------------------


def test_what_is_needed_on_the_last_day_of_the_two_months_is_paid_and_a_day_later_is_not() -> None:
    last = add_months(DAY, 2)
    assert isinstance(Case(PLAN, asked(needed_on=last)).examine()[-1], DrawdownAccepted)
    case = Case(PLAN, asked(needed_on=last + timedelta(days=1)))
    refused = case.examine()[-1]
    assert isinstance(refused, DrawdownRejected)
    told = publish(refused, decider.fold(case.events))
    assert isinstance(told, DrawdownExamined)
    assert (told.accepted_cents, told.reason) == (0, "need-too-late")
    assert "erst später gebraucht" in REASONS[told.reason]


def test_a_need_that_nobody_declared_is_refused_where_the_award_knows_the_rule_and_only_there() -> None:
    refused = Case(PLAN, drawdown()).examine()[-1]
    assert isinstance(refused, DrawdownRejected)
    assert refused.reason == "need-not-declared"
    assert isinstance(Case(plan(), drawdown()).examine()[-1], DrawdownAccepted)


def test_the_declared_need_comes_with_the_contract_and_one_of_an_earlier_version_declares_none() -> None:
    contract = DrawdownRequested(**{it: getattr(second(), it) for it in field_names(second())})
    decision = react(contract, CASE)
    assert decision is not None
    ((registered,),) = decision.judge([decider.initial], system()).values()
    assert (registered.needed_on, registered.purpose) == (date(2025, 9, 15), "Erste Rechnung")
    assert registered.spent == (LineUse(line=1, cents=24_000_00),)


# ---- Earlier instalments are shown to be spent -----------------------------------------------------------------------


def test_after_a_payment_nothing_more_is_paid_without_a_summary_of_what_was_spent() -> None:
    case = Case(PLAN, asked())
    case.pay()
    case.do(replace(second(), spent=()))
    refused = case.examine("d2", date(2025, 9, 15))[-1]
    assert isinstance(refused, DrawdownRejected)
    assert refused.reason == "use-not-summarised"
    case.do(replace(second(), drawdown="d3"))
    assert isinstance(case.examine("d3", date(2025, 9, 15))[-1], DrawdownAccepted)


def test_money_unspent_within_its_two_months_is_no_matter_and_beyond_them_it_is_noted_with_the_day() -> None:
    for on, late in ((date(2025, 10, 6), False), (date(2025, 10, 7), True)):
        case = Case(PLAN, asked())
        case.pay()
        case.do(second(on, spent_cents=10_000_00))
        decided = case.examine("d2", on)
        notes = [it for it in decided if isinstance(it, UnspentNoted)]
        assert bool(notes) == late
        for it in notes:
            assert (it.unspent_cents, it.late_cents, it.due_on) == (11_200_00, 11_200_00, date(2025, 10, 6))
            part = LateMoney(drawdown="d1", cents=11_200_00, due_on=date(2025, 10, 6))
            assert publish(it, decider.fold(case.events)) == payout.UnspentNoted(
                drawdown="d2", unspent_cents=11_200_00, late_cents=11_200_00, due_on=date(2025, 10, 6), noted_on=on,
                parts=(part,),
            )  # fmt: skip


@forall(
    payments=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 10_000_00)), min_size=1, max_size=4),
    spent_cents=st.integers(0, 60_000_00),
    after=st.integers(0, 250),
)
def test_what_is_spent_and_what_is_not_make_up_what_was_paid_and_the_oldest_money_goes_first(
    payments: list[tuple[int, int]], spent_cents: int, after: int
) -> None:
    on = DAY + timedelta(days=after)
    state = opened(decider.fold(Case(PLAN, *(asked(f"d{it}") for it in range(len(payments)))).events))
    ones = tuple(
        replace(
            one, accepted_cents=cents, stage=need.Paid(payment="p"), paid_on=DAY + timedelta(days=days)
        )
        for one, (days, cents) in zip(state.drawdowns, payments, strict=True)
    )  # fmt: skip
    found = unspent(state.plan, ones, spent_cents, on)
    paid = sum(cents for _, cents in payments)
    assert found.cents == max(0, paid - share_cents(state.plan, spent_cents))
    in_time = sum(cents for days, cents in payments if add_months(DAY + timedelta(days=days), 2) >= on)
    assert found.late_cents == max(0, found.cents - in_time)
    assert (found.since is None) == (found.late_cents == 0)
    assert sum(it.cents for it in found.parts) == found.late_cents
    assert all(it.due_on < on and it.cents > 0 for it in found.parts)
    assert found.since == min((it.due_on for it in found.parts), default=None)


# ---- One at a time ---------------------------------------------------------------------------------------------------


def test_of_two_drawdowns_only_the_first_is_examined_whichever_came_first() -> None:
    for first, then in permutations([asked("d1"), asked("d2", DAY + timedelta(days=1))]):
        case = Case(first, then, PLAN)
        with pytest.raises(AnotherDrawdownOpen) as refused:
            case.examine("d2")
        assert (refused.value.code, refused.value.field) == ("another-drawdown-open", "drawdown")
        assert isinstance(case.examine("d1")[-1], DrawdownAccepted)
        with pytest.raises(AnotherDrawdownOpen):
            case.examine("d2")


def test_a_drawdown_that_came_back_goes_before_one_that_is_only_examined() -> None:
    case = Case(PLAN, asked())
    case.pay()
    case.do(second())
    case.examine("d2", date(2025, 9, 15))
    case.do(NoteReturn(case=CASE, drawdown="d1", payment="p-d1", reason="AC04"))
    with pytest.raises(AnotherDrawdownOpen):
        case.order("d2")
    case.do(CertifyDrawdown(drawdown="d1"), certifier())
    assert isinstance(decider.fold(case.events).drawdowns[0].stage, Certified)


def test_a_drawdown_of_a_year_that_is_over_keeps_no_other_waiting() -> None:
    case = Case(PLAN, asked(on=date(2025, 12, 30)), asked("d2", date(2026, 1, 8), year=2026, cents=1_00))
    with pytest.raises(AnotherDrawdownOpen):
        case.examine("d2", date(2025, 12, 31))
    assert isinstance(case.examine("d2", date(2026, 1, 8))[-1], DrawdownAccepted)


NAMES = ("d1", "d2", "d3")
steps = st.lists(
    st.tuples(st.sampled_from(["register", "examine", "order", "settle", "reject"]), st.sampled_from(NAMES)),
    max_size=40,
)


def walk(taken: list[tuple[str, str]]) -> int:
    """The most that were under way at once."""
    case, most = Case(PLAN), 0
    for step, name in taken:
        payment = f"p-{name}"
        try:
            match step:
                case "register":
                    case.do(asked(name, DAY, due=56_000_00, cents=1_000_00, spent=(LineUse(line=1, cents=0),)))
                case "examine":
                    case.examine(name)
                case "order":
                    case.order(name)
                case "settle":
                    case.do(NoteSettlement(case=CASE, drawdown=name, payment=payment, settled_on=PAID_ON))
                case _:
                    case.do(NoteRejection(case=CASE, drawdown=name, payment=payment, reason="AC04"))
        except DomainError:
            continue
        most = max(most, case.under_way)
    return most


@forall(taken=steps)
def test_in_whatever_order_things_happen_never_are_two_drawdowns_under_way(taken: list[tuple[str, str]]) -> None:
    assert walk(taken) <= 1


def test_without_the_rule_two_are_under_way_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [("register", "d1"), ("register", "d2"), ("examine", "d1"), ("examine", "d2")]
    assert walk(both) == 1
    monkeypatch.setattr(need, "open_before", lambda *_: None)
    assert walk(both) == 2


# ---- In proportion with own funds ------------------------------------------------------------------------------------


@forall(
    granted=st.integers(1, 90_000_00),
    eligible=st.integers(1, 100_000_00),
    due=st.integers(0, 200_000_00),
    rate=st.integers(1, 10_000),
)
def test_the_grant_bears_no_more_of_what_is_due_than_its_part_of_all_expenditure(
    granted: int, eligible: int, due: int, rate: int
) -> None:
    granted = min(granted, eligible * rate // 10_000)
    of_case = decider.fold(
        Case(
            replace(PLAN, by_year=(YearAmount(year=2025, cents=granted),), eligible_cents=eligible, rate_bp=rate)
        ).events
    )
    stands = opened(of_case).plan
    share, counted = share_cents(stands, due), min(due, eligible)
    assert share * eligible <= granted * counted < (share + 1) * eligible or share == counted * rate // 10_000
    assert share <= counted * rate // 10_000
    if due >= eligible:
        assert share == granted
    gap = share_cents(replace(stands, financing_type="gap"), due)
    assert gap == max(0, granted - (eligible - counted)), "own funds go first, the gap is paid in the end"


def test_where_less_is_granted_than_the_rate_allows_own_funds_go_along_to_the_cent() -> None:
    """60,000.00 on 100,000.00 at up to 80 %: the recipient's 40 % go along from the first bill on."""
    capped = replace(PLAN, by_year=(YearAmount(year=2025, cents=60_000_00),), eligible_cents=100_000_00)
    case = Case(capped, asked(due=33_333_33, cents=26_666_66))
    (reduced,) = case.examine()
    assert (reduced.accepted_cents, reduced.reason) == (19_999_99, "pro-rata")
