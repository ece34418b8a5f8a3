"""A treasury that pays what it is sent, once per file, against a house that may crash, repeat and be told things late."""

from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.report import Booking, ReportReceived, Status, StatusReport, batches_named
from shared.decider import DomainError
from tests.payout.builders import (
    CASE,
    OTHER_CASE,
    House,
    accepted,
    bookings,
    cashier,
    debit,
    drawdown,
    file_of,
    plan,
    rejected,
    system,
)

DRAWDOWNS = [(case, f"d{number}-{case[:1]}") for case in (CASE, OTHER_CASE) for number in (1, 2)]


class Treasury:
    """Keeps its own book and knows a file again; answers wait in `answers` until somebody carries them over."""

    def __init__(self, refuses: frozenset[int]) -> None:
        self.refuses = refuses
        self.book: Counter[str] = Counter()
        self.seen: dict[str, bytes] = {}
        self.refused: set[str] = set()
        self.answers: list[Any] = []

    def take(self, sealed: batches.BatchSealed, raw: bytes) -> None:
        assert self.seen.setdefault(sealed.message_id, raw) == raw, "andere Bytes unter demselben Namen"
        if any(isinstance(it, StatusReport) and it.batch == sealed.message_id for it in self.answers):
            return
        statuses: list[Status] = []
        for entry in sealed.entries:
            if (len(self.book) + len(self.refused)) in self.refuses:
                self.refused.add(entry.reference)
                statuses.append(rejected(entry.reference))
            else:
                self.book[entry.reference] += entry.cents
                statuses.append(accepted(entry.reference))
                line = debit(Booking(reference=entry.reference, cents=entry.cents), key=f"K-{entry.reference}")
                self.answers.append(bookings(line, message=f"C-{entry.reference}"))
        self.answers.append(
            StatusReport(message_id=f"S-{sealed.message_id}", batch=sealed.message_id, statuses=tuple(statuses))
        )


class Road:
    def __init__(self, refuses: frozenset[int]) -> None:
        self.house = House()
        self.treasury = Treasury(refuses)
        self.payments: list[str] = []
        self.batches: list[str] = []
        for case in (CASE, OTHER_CASE):
            self.house.disbursement(plan(case), system(), case)
        for number, (case, name) in enumerate(DRAWDOWNS):
            due, cents = [(24_000_00, 19_200_00), (40_000_00, 12_800_00)][number % 2]
            self.house.certified(drawdown(name, due=due, cents=cents), case)

    def act(self, action: str, number: int) -> None:
        with suppress(DomainError):  # out of turn is refused, and that is all that may happen
            getattr(self, action)(number)

    def order(self, number: int) -> None:
        case, name = DRAWDOWNS[number % len(DRAWDOWNS)]
        payment = f"p{len(self.payments)}"
        if self.house.order(name, payment, case=case):
            self.payments.append(payment)

    def seal(self, number: int) -> None:
        ready = [it for it in self.payments if isinstance(self.house.payment(it), payments.Ordered)]
        if ready:
            batch = f"b{len(self.batches):031d}"
            self.batches.append(batch)
            self.house.seal(*ready[: number % 3 + 1], batch=batch)

    def batch_of(self, number: int) -> str:
        return self.batches[number % len(self.batches)] if self.batches else "none"

    def release(self, number: int) -> None:
        self.house.batch(batches.ReleaseBatch(), cashier(), self.batch_of(number))

    def start(self, number: int) -> None:
        batch = self.batch_of(number)
        state = self.house.state(batches.decider, batch)
        last = state.attempt if isinstance(state, batches.Submitting | batches.Unknown) else 0
        self.house.batch(batches.StartSubmission(attempt=last + 1), system(), batch)

    def lose_track(self, number: int) -> None:
        self.house.batch(batches.NoteUnknownSubmission(attempt=1, reason="crash"), system(), self.batch_of(number))

    def write(self, number: int) -> None:
        state = self.house.state(batches.decider, self.batch_of(number))
        if isinstance(state, batches.Submitting | batches.Unknown):
            self.treasury.take(state.sealed, file_of(state.sealed))

    def confirm(self, number: int) -> None:
        batch = self.batch_of(number)
        if batch in self.treasury.seen:
            digest = sha256(self.treasury.seen[batch]).hexdigest()
            self.house.batch(batches.ConfirmTransmission(file_sha256=digest, evidence="file"), system(), batch)

    def carry(self, number: int) -> None:
        if self.treasury.answers:
            self.deliver(self.treasury.answers[number % len(self.treasury.answers)])

    def deliver(self, report: Any) -> None:
        digest = sha256(repr(report).encode()).hexdigest()
        if isinstance(report, StatusReport):
            assert batches_named(report) <= set(self.batches)
            self.house.answered(report, digest)
        else:
            self.house.booked(report, digest, *self.batches)

    def hurry(self, number: int) -> None:
        """The straight road to the treasury for one drawdown, so that most runs get that far."""
        for action in ("order", "seal"):
            self.act(action, number)
        for action in ("release", "start", "write"):
            self.act(action, len(self.batches) - 1)

    def check(self) -> None:
        house, book = self.house, self.treasury.book
        orders = [house.payment(it).order for it in self.payments]
        assert len({it.reference for it in orders}) == len(orders)
        assert all(cents == order.cents for order in orders if (cents := book.get(order.reference, order.cents)))
        for _, name in DRAWDOWNS:
            paid = [it.reference for it in orders if it.drawdown == name and book[it.reference]]
            assert len(paid) <= 1, f"{name} wurde {len(paid)}-mal gezahlt"
        for case in (CASE, OTHER_CASE):
            assert sum(book[it.reference] for it in orders if it.case == case) <= 44_800_00
        for payment in self.payments:
            state = house.payment(payment)
            if isinstance(state, payments.Settled):
                assert book[state.order.reference] == state.order.cents
            if isinstance(state, payments.Rejected):
                assert state.order.reference in self.treasury.refused

    def finish(self) -> None:
        for report in (*self.treasury.answers, *self.treasury.answers):
            self.deliver(report)
        self.check()
        for payment in self.payments:
            state = self.house.payment(payment)
            if self.treasury.book[state.order.reference]:
                assert isinstance(state, payments.Settled)
                found = self.house.state(disbursements.decider, state.order.case).drawdowns
                assert next(it.stage for it in found if it.id == state.order.drawdown) == disbursements.Paid(
                    payment=payment
                )
            elif state.order.reference in self.treasury.refused:
                assert isinstance(state, payments.Rejected)
        received = [it for events in self.house.events.values() for it in events if isinstance(it, ReportReceived)]
        assert [it.unmatched for it in received if it.unmatched] == []


ACTIONS = ["order", "seal", "release", "start", "write", "lose_track", "confirm", "carry", "hurry"]
steps = st.lists(st.tuples(st.sampled_from([*ACTIONS, "hurry", "carry", "order"]), st.integers(0, 11)), max_size=50)


@settings(max_examples=120)
@forall(steps=steps, refuses=st.frozensets(st.integers(0, 8), max_size=4))
def test_whatever_happens_in_whatever_order_each_order_is_paid_at_most_once(
    steps: list[tuple[str, int]], refuses: frozenset[int]
) -> None:
    road = Road(refuses)
    for action, number in steps:
        road.act(action, number)
        road.check()
    road.finish()


def walk(road: Road) -> None:
    for action in ("order", "seal", "release", "start", "write", "carry"):
        road.act(action, 0)


def test_a_refused_payment_is_paid_by_its_second_attempt() -> None:
    road = Road(frozenset({0}))
    walk(road)
    assert isinstance(road.house.payment("p0"), payments.Rejected)
    for action in ("order", "seal", "release", "start", "write"):
        road.act(action, 0 if action == "order" else 1)
    road.finish()
    assert isinstance(road.house.payment("p1"), payments.Settled)


def test_the_check_notices_a_drawdown_that_was_paid_twice() -> None:
    road = Road(frozenset())
    walk(road)
    order = road.house.payment("p0").order
    twin = disbursements.DrawdownFreed(case=CASE, drawdown=order.drawdown, payment="p0", reason="AC04")
    road.house.events[disbursements.decider.stream(CASE)].append(twin)  # a rejection that nobody sent
    for action in ("order", "seal", "release", "start", "write"):
        road.act(action, 0 if action == "order" else 1)
    with pytest.raises(AssertionError, match="2-mal"):
        road.check()
