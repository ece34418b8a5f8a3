"""A treasury refuses a payment and debits it all the same: nothing is paid twice unseen, in whatever order people and files come."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payout import batch as batches
from services.payout import clearing
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import ClearingKind, Resolution
from services.payout.report import Booking, approve
from services.payout.report.resolving import NewAttemptSealed, OverpaymentOpen
from shared.decider import DomainError
from tests.payout.builders import (
    CASE,
    House,
    bookings,
    cashier,
    debit,
    orderer,
    rejected,
    statuses,
    system,
    transmitted_house,
)
from tests.payout.test_clearing import PAID, listed, person, propose

AGAIN = "c" * 32
"""The batch of a second attempt."""


def drawn(house: House) -> disbursements.Drawdown:
    return disbursements.find(house.state(disbursements.decider, CASE), "d1")


def refused_house() -> House:
    house = transmitted_house()
    house.answered(statuses(rejected(house.reference("p1"))))
    return house


def debited(
    house: House, payment: str = "p1", message: str = "C-1", key: str = "K-1", sha: str = "b" * 64
) -> list[Any]:
    batch = house.payment(payment).batch
    line = debit(Booking(reference=house.reference(payment), cents=PAID), key=key)
    return house.booked(bookings(line, message=message), sha, batch)


def refused_and_debited() -> House:
    house = refused_house()
    debited(house)
    return house


def open_items(house: House) -> Sequence[tuple[str, int, clearing.Standing]]:
    return [it for it in listed(house) if it[2].resolved is None]


def agreed(house: House, resolution: Resolution, payment: str = "", counter: str = "", at: int = 0) -> list[Any]:
    """Two persons say what the open item was."""
    name, number, one = open_items(house)[at]
    if not one.proposed:
        propose(house, name, number, resolution, payment, counter)
    sealed = house.sealed(house.payment(payment).batch) if payment else None
    questioned = [house.payment(one.item.payment).order] if one.item.payment else []
    stage = drawn(house).stage
    newer = house.payment(stage.payment) if isinstance(stage, disbursements.Ordered) else None
    beside = newer.batch if isinstance(newer, payments.Batched | payments.Accepted) else ""
    decision = approve(name, number, f"r-{number}", sealed, payment, counter, None, questioned, beside)
    return house.record(decision, person("p-two"))


def released(house: House, batch: str) -> list[Any]:
    orders = [house.payment(it.payment).order for it in house.sealed(batch).entries]
    return house.record(batches.release(batch, orders), cashier())


def sent_anew(house: House) -> None:
    """A second attempt is ordered and handed over before the treasury debits the first."""
    house.order("d1", "p2")
    house.seal("p2", batch=AGAIN)
    house.transmit(AGAIN)


# ---- Nothing is ordered anew ----------------------------------------------------------------------------------------


def test_what_was_refused_and_debited_is_not_ordered_anew_before_two_persons_explained_it() -> None:
    house = refused_and_debited()
    with pytest.raises(disbursements.DebitUnexplained):
        house.order("d1", "p2")
    agreed(house, Resolution.NOT_OURS)
    assert house.order("d1", "p2")


def test_without_the_question_it_is_ordered_anew_and_paid_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.payout.disbursement.deciding.refuse_unexplained", lambda _debits: None)
    house = refused_and_debited()
    assert house.order("d1", "p2")


def test_the_debit_is_an_item_once_however_often_it_is_told() -> None:
    house = refused_and_debited()
    debited(house, message="C-2", sha="c" * 64)
    ((_, _, one),) = listed(house)
    assert (one.item.reason, one.item.payment, one.item.cents) == ("settled-after-rejection", "p1", PAID)
    assert len(drawn(house).debits) == 1
    debited(house, message="C-3", key="K-2", sha="d" * 64)
    assert len(listed(house)) == len(drawn(house).debits) == 2


def test_a_debit_of_another_amount_or_of_an_unsent_file_is_a_question_too() -> None:
    house = refused_house()
    line = debit(Booking(reference=house.reference("p1"), cents=PAID - 1))
    house.booked(bookings(line))
    with pytest.raises(disbursements.DebitUnexplained):
        house.order("d1", "p2")


def test_a_sum_over_a_group_pays_the_refused_with_the_others_or_asks_about_each() -> None:
    house = refused_house()
    group = batches.groups(house.sealed())[0].id
    house.booked(bookings(debit(group=group, cents=PAID)))
    assert [it.item.reason for _, _, it in listed(house)] == ["settled-after-rejection"]
    other = refused_house()
    other.booked(bookings(debit(group=group, cents=PAID + 1)))
    assert [(it.item.reason, it.item.payment) for _, _, it in listed(other)] == [
        ("sum-differs", ""),
        ("perhaps-in-sum", "p1"),
    ]
    with pytest.raises(disbursements.DebitUnexplained):
        other.order("d1", "p2")
    agreed(other, Resolution.NOTED, at=1)
    assert other.order("d1", "p2")


# ---- Assigned to the refused payment --------------------------------------------------------------------------------


def test_two_persons_assign_it_to_the_refused_payment_which_is_settled_then() -> None:
    house = refused_and_debited()
    agreed(house, Resolution.ASSIGNED, "p1")
    assert isinstance(house.payment("p1"), payments.Settled)
    assert drawn(house).stage == disbursements.Paid(payment="p1")
    with pytest.raises(disbursements.AlreadyOrdered):
        house.order("d1", "p2")
    assert open_items(house) == []


def test_an_unsent_attempt_is_taken_back_when_the_first_turns_out_paid() -> None:
    house = refused_house()
    house.order("d1", "p2")
    debited(house)
    with pytest.raises(disbursements.DebitUnexplained):
        house.seal("p2", batch=AGAIN)
    agreed(house, Resolution.ASSIGNED, "p1")
    assert isinstance(house.payment("p2"), payments.Cancelled)
    assert drawn(house).stage == disbursements.Paid(payment="p1")


def test_a_sealed_attempt_does_not_leave_and_is_discarded_first() -> None:
    house = refused_house()
    house.order("d1", "p2")
    house.seal("p2", batch=AGAIN)
    debited(house)
    with pytest.raises(disbursements.DebitUnexplained):
        released(house, AGAIN)
    with pytest.raises(NewAttemptSealed):
        agreed(house, Resolution.ASSIGNED, "p1")
    house.record(batches.discard(house.sealed(AGAIN), ()), orderer())
    assert isinstance(house.payment("p2"), payments.Cancelled)
    agreed(house, Resolution.ASSIGNED, "p1")
    assert drawn(house).stage == disbursements.Paid(payment="p1")


def test_a_released_attempt_is_not_handed_over_and_can_still_be_discarded() -> None:
    house = refused_house()
    house.order("d1", "p2")
    house.seal("p2", batch=AGAIN)
    released(house, AGAIN)
    debited(house)
    sealed = house.sealed(AGAIN)
    with pytest.raises(disbursements.DebitUnexplained):
        house.record(batches.start_submission(sealed, 1, sealed.file_sha256), system())
    with pytest.raises(NewAttemptSealed):
        agreed(house, Resolution.ASSIGNED, "p1")
    house.record(batches.discard(sealed, ()), orderer())
    agreed(house, Resolution.ASSIGNED, "p1")
    assert (type(house.payment("p2")), drawn(house).stage) == (payments.Cancelled, disbursements.Paid(payment="p1"))


def test_what_is_announced_goes_on_being_handed_over_and_is_not_discarded() -> None:
    house = refused_house()
    house.order("d1", "p2")
    house.seal("p2", batch=AGAIN)
    released(house, AGAIN)
    sealed = house.sealed(AGAIN)
    house.record(batches.start_submission(sealed, 1, sealed.file_sha256), system())
    debited(house)
    assert house.record(batches.start_submission(sealed, 2, sealed.file_sha256), system())
    with pytest.raises(batches.AlreadyReleased):
        house.record(batches.discard(sealed, ()), orderer())


def test_without_the_question_at_the_release_the_sealed_attempt_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disbursements, "refuse_unexplained", lambda _debits: None)
    house = refused_house()
    house.order("d1", "p2")
    house.seal("p2", batch=AGAIN)
    debited(house)
    assert released(house, AGAIN)


# ---- Both are paid --------------------------------------------------------------------------------------------------


def both_paid() -> House:
    house = refused_house()
    sent_anew(house)
    debited(house)
    debited(house, "p2", "C-2", "K-2", "c" * 64)
    agreed(house, Resolution.ASSIGNED, "p1")
    return house


def test_where_both_were_sent_the_overpayment_is_named_and_stays_open() -> None:
    house = both_paid()
    assert isinstance(house.payment("p1"), payments.Settled)
    assert isinstance(house.payment("p2"), payments.Settled)
    assert [it.payment for it in drawn(house).overpaid] == ["p1"]
    ((_, _, one),) = open_items(house)
    assert (one.item.kind, one.item.reason, one.item.cents) == (ClearingKind.OVERPAYMENT, "drawdown-paid-twice", PAID)
    with pytest.raises(OverpaymentOpen):
        agreed(house, Resolution.RECOVERED)


@pytest.mark.parametrize("back", ["p1", "p2"])
def test_when_one_of_the_two_comes_back_the_drawdown_is_paid_once(back: str) -> None:
    house = both_paid()
    name = f"R-{back}"
    batch = house.payment(back).batch
    line = debit(Booking(reference=house.reference(back), cents=PAID, reason="AC04"), key=name)
    returned = type(line)(
        key=name, cents=PAID, debit=False, booked=True, booked_on=date(2025, 8, 8), bookings=line.bookings,
        returned=True, credit=True,
    )  # fmt: skip
    house.booked(bookings(returned, message=name), "d" * 64, batch)
    kept = "p2" if back == "p1" else "p1"
    assert (drawn(house).stage, drawn(house).overpaid) == (disbursements.Paid(payment=kept), ())
    agreed(house, Resolution.RECOVERED)
    assert open_items(house) == []


def test_when_the_second_attempt_is_refused_the_first_pays_the_drawdown() -> None:
    house = refused_house()
    sent_anew(house)
    debited(house)
    agreed(house, Resolution.ASSIGNED, "p1")
    assert [it.payment for it in drawn(house).overpaid] == ["p1"]
    house.answered(statuses(rejected(house.reference("p2")), message="S-2", batch=AGAIN), "e" * 64)
    assert (drawn(house).stage, drawn(house).overpaid) == (disbursements.Paid(payment="p1"), ())


# ---- In any order ---------------------------------------------------------------------------------------------------


@dataclass
class World:
    """A treasury that lies and people who act as far as they may; what left the house and what was debited is counted."""

    house: House = field(default_factory=transmitted_house)
    told: int = 0
    debits: set[str] = field(default_factory=set[str])

    def act(self, act: str) -> None:
        with suppress(DomainError):
            getattr(self, act)()

    def refuse(self) -> None:
        self._answer("p1")

    def refuse_second(self) -> None:
        self._answer("p2")

    def _answer(self, payment: str) -> None:
        state = self.house.payment(payment)
        if not isinstance(state, payments.Unordered | payments.Ordered) and self.is_sent(state.batch):
            self.told += 1
            report = statuses(rejected(self.house.reference(payment)), message=f"S-{self.told}", batch=state.batch)
            self.house.answered(report, f"{self.told:064x}")

    def debit(self) -> None:
        self._debit("p1")

    def debit_second(self) -> None:
        self._debit("p2")

    def _debit(self, payment: str) -> None:
        state = self.house.payment(payment)
        if not isinstance(state, payments.Unordered | payments.Ordered) and self.is_sent(state.batch):
            self.told += 1
            debited(self.house, payment, f"C-{self.told}", f"K-{payment}", f"{self.told:064x}")
            self.debits.add(payment)

    def is_sent(self, batch: str) -> bool:
        return isinstance(self.house.state(batches.decider, batch), batches.Transmitted)

    def order(self) -> None:
        self.house.order("d1", "p2")

    def _sealed(self) -> bool:
        return not isinstance(self.house.state(batches.decider, AGAIN), batches.Unsealed)

    def seal(self) -> None:
        if isinstance(self.house.payment("p2"), payments.Unordered):
            return
        self.house.seal("p2", batch=AGAIN)

    def release(self) -> None:
        if self._sealed():
            released(self.house, AGAIN)

    def send(self) -> None:
        if not self._sealed():
            return
        digest = self.house.sealed(AGAIN).file_sha256
        self.house.record(batches.start_submission(self.house.sealed(AGAIN), 1, digest), system())
        self.house.batch(batches.ConfirmTransmission(file_sha256=digest, evidence="file"), system(), AGAIN)

    def discard(self) -> None:
        if self._sealed():
            self.house.record(batches.discard(self.house.sealed(AGAIN), ()), orderer())

    def assign(self) -> None:
        waiting = open_items(self.house)
        if waiting and waiting[0][2].item.kind == ClearingKind.OUTGOING:
            agreed(self.house, Resolution.ASSIGNED, waiting[0][2].item.payment)


ACTS = (
    "refuse", "refuse_second", "debit", "debit_second", "order", "seal", "release", "send", "discard", "assign",
)  # fmt: skip


def paid_twice_unseen(acts: Sequence[str]) -> bool:
    """Whether more than was asked for was paid without an open item that says so, or a new attempt left beside an open debit."""
    world = World()
    for act in acts:
        before = disbursements.open_debits(drawn(world.house).debits)
        ordered = isinstance(world.house.payment("p2"), payments.Unordered)
        sent = world.is_sent(AGAIN)
        world.act(act)
        left = not sent and world.is_sent(AGAIN)
        anew = ordered and not isinstance(world.house.payment("p2"), payments.Unordered)
        if before and (left or anew):
            return True
        told = [it for _, _, it in open_items(world.house) if it.item.payment]
        if len(world.debits) == 2 and not told:
            return True
    return False


BEGINNINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("refuse",),
    ("refuse", "order", "seal"),
    ("refuse", "order", "seal", "release", "send"),
)


@given(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(ACTS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_in_whatever_order_they_come_nothing_is_paid_twice_unseen(begun: tuple[str, ...], acts: list[str]) -> None:
    assert not paid_twice_unseen((*begun, *acts))


TO_THE_SECOND = ("refuse", "order", "seal", "debit", "release", "send")


def test_without_the_protection_the_same_orders_pay_twice_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not paid_twice_unseen(TO_THE_SECOND)
    monkeypatch.setattr(disbursements, "refuse_unexplained", lambda _debits: None)
    assert paid_twice_unseen(TO_THE_SECOND)
