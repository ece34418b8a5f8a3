"""A batch that nobody released is discarded: orders are taken back, or lie in another batch, and no file number is missing."""

from pathlib import Path

import pytest

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout import sequence
from services.payout.report import Answer, Status
from shared.records import replace
from tests.payout.builders import (
    BATCH,
    CASE,
    House,
    cashier,
    drawdown,
    ordered_house,
    orderer,
    plan,
    statuses,
    system,
)
from tests.payout.road import Road, on_the_road
from tests.servers import NatsServer
from tests.service import Place

OTHER_BATCH = "b0000000000000000000000000000002"


def two_ordered() -> House:
    house = House()
    house.disbursement(plan(), system())
    for name, payment in (("d1", "p1"), ("d2", "p2")):
        house.certified(drawdown(name, cents=5_000_00))
        house.order(name, payment)
    return house


def discarded(house: House, *cancelled: str) -> list[object]:
    return house.record(batches.discard(house.sealed(), cancelled), orderer())


def test_the_orders_of_a_discarded_batch_can_lie_in_another_one() -> None:
    house = two_ordered()
    house.seal("p1", "p2")
    discarded(house)
    assert isinstance(house.payment("p1"), payments.Ordered)
    house.seal("p1", "p2", batch=OTHER_BATCH)
    assert house.sealed(OTHER_BATCH).count == 2
    assert house.payment("p1").batch == OTHER_BATCH


def test_an_order_that_is_taken_back_is_given_anew_only_as_a_new_attempt() -> None:
    house = two_ordered()
    house.seal("p1", "p2")
    discarded(house, "p1")
    assert isinstance(house.payment("p1"), payments.Cancelled)
    assert isinstance(house.payment("p2"), payments.Ordered)
    with pytest.raises(payments.PaymentIsCancelled):
        house.seal("p1", batch=OTHER_BATCH)
    house.order("d1", "p1b")
    assert house.payment("p1b").order.attempt == 2
    assert house.reference("p1b") != house.reference("p1")


def test_discarding_again_decides_nothing_and_a_discarded_batch_goes_nowhere() -> None:
    house = two_ordered()
    house.seal("p1", "p2")
    discarded(house, "p1")
    assert discarded(house, "p1") == []
    for command in (batches.ReleaseBatch(), batches.StartSubmission(attempt=1)):
        with pytest.raises(batches.BatchIsDiscarded):
            house.batch(command, cashier())


def test_what_was_announced_or_lies_elsewhere_is_not_discarded() -> None:
    house = two_ordered()
    house.seal("p1")
    with pytest.raises(batches.NotInThisBatch):
        house.record(batches.discard(house.sealed(), ("p2",)), orderer())
    house.batch(batches.ReleaseBatch(), cashier())
    house.batch(batches.StartSubmission(attempt=1), cashier())
    for cancelled in ((), ("p1",)):
        with pytest.raises(batches.AlreadyReleased):
            discarded(house, *cancelled)


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_was_released_and_not_announced_is_discarded_unless_somebody_types_it_in(by_hand: bool) -> None:
    house = two_ordered()
    house.seal("p1")
    house.batch(batches.ReleaseBatch(), cashier())
    state = house.state(batches.decider, house.sealed().message_id)
    if by_hand:
        state = replace(state, sealed=replace(state.sealed, writing=batches.Writing(format=batches.BY_HAND)))
        with pytest.raises(batches.AlreadyReleased):
            batches.decider.decide(batches.DiscardBatch(), state, orderer())
        return
    assert discarded(house)
    with pytest.raises(batches.BatchIsDiscarded):
        house.batch(batches.StartSubmission(attempt=1), cashier())


def test_an_answer_to_a_discarded_batch_moves_no_payment() -> None:
    house = ordered_house()
    house.seal("p1")
    discarded(house)
    house.answered(statuses(Status(answer=Answer.ACCEPTED, status="ACCP")))
    assert isinstance(house.payment("p1"), payments.Ordered)


def test_the_number_of_a_discarded_file_is_the_next_ones() -> None:
    house = two_ordered()

    def seal(payment: str, batch: str, number: int) -> None:
        content = replace(house.draft(payment, batch=batch), writing=batches.Writing(format="hkr-xml", number=number))
        house.record(batches.seal(content, "a" * 64), orderer())

    seal("p1", BATCH, 1)
    seal("p2", OTHER_BATCH, 2)
    discarded(house)
    debtor = house.sealed().debtor
    assert house.state(sequence.decider, debtor).next == 1
    with pytest.raises(sequence.NumberNotNext):
        seal("p1", "c" * 32, 3)  # otherwise number 1 would be missing for ever
    seal("p1", "c" * 32, 1)
    assert house.state(sequence.decider, debtor).next == 3


def test_over_the_counter_a_batch_is_discarded_and_its_drawdown_ordered_anew_and_paid(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign()
        road.request()
        first = road.ordered()
        batch = road.sealed(first)
        told = road.done("p-orderer", f"/payout/batches/{batch}/discarding", {"cancelled": [first]})
        assert told["status"] == "discarded"
        assert road.read(f"/payout/payments/{first}")["status"] == "cancelled"
        assert_refused_release(road, batch)
        (asked,) = road.read(f"/payout/cases/{CASE}")["drawdowns"]
        assert (asked["stage"], asked["refused"]) == ("certified", [first])
        path = f"/payout/cases/{CASE}/drawdowns/d1/order"
        second = road.done("p-orderer", path)["drawdowns"][0]["payment"]
        again = road.transmitted(second)
        road.answered()
        road.until(f"/payout/batches/{again}", "status", "completed")
        assert road.book()["totals"] == {"ordered": 1, "settled": 1, "rejected": 0, "duplicate": 0}


def assert_refused_release(road: Road, batch: str) -> None:
    refused = road.act("p-cashier", f"/payout/batches/{batch}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "batch-discarded")
