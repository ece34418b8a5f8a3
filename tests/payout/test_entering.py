"""By hand: each order of a file gets the Kassenzeichen that the state's system gave it, and what was released is known in its cases."""

from pathlib import Path
from typing import Any

import pytest

from services.payout import batch as batches
from services.payout import cash_reference, collection
from services.payout import claim as claims
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.batch import BatchEntered, OrderEntered, Released, Transmitted
from services.payout.report import Answer, Booking, ReportReceived, Status
from shared.decider import RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import (
    BATCH,
    CASE,
    OTHER_CASE,
    House,
    bookings,
    cashier,
    debit,
    drawdown,
    orderer,
    plan,
    statuses,
    system,
)
from tests.payout.road import on_the_road
from tests.payout.test_collection import DAY, drafted, on_claim, ordered, owing
from tests.payout.test_receipt import OWED, owed_by
from tests.scenario import acting
from tests.servers import NatsServer
from tests.service import Place

HTML = {"Accept": "text/html"}


def two_orders() -> House:
    """A file of two payments in two cases, released, that nobody typed in yet."""
    house = House()
    for case, payment in ((CASE, "p1"), (OTHER_CASE, "p2")):
        house.disbursement(plan(case), system(), case)
        house.certified(drawdown(), case)
        house.order("d1", payment, case=case)
    sealing = replace(house.draft("p1", "p2"), writing=batches.Writing(format=batches.BY_HAND, number=1))
    house.record(batches.seal(sealing, "a" * 64, "csv"), orderer())
    house.record(batches.release(BATCH, [house.payment(it).order for it in ("p1", "p2")]), cashier())
    return house


def type_in(house: House, payment: str, given: str, context: Any = None) -> list[Any]:
    return house.record(batches.record_entry(house.sealed(), given, house.reference(payment)), context or cashier())


def now(house: House) -> Any:
    return house.state(batches.decider, BATCH)


def test_each_order_gets_its_kassenzeichen_and_with_the_last_the_batch_is_at_the_treasury() -> None:
    house = two_orders()
    first = type_in(house, "p1", "KZ 1")
    assert [type(it) for it in first] == [OrderEntered, cash_reference.CashReferenceUsed]
    assert isinstance(now(house), Released)
    assert batches.untyped(now(house)) == {house.reference("p2")}
    last = type_in(house, "p2", "KZ 2", acting("p-other", Role.TREASURY, cashier().valid_on))
    assert BatchEntered(cash_reference="", entered_by="p-other", entered_on=cashier().valid_on) in last
    assert isinstance(now(house), Transmitted)
    assert dict(now(house).entered) == {house.reference("p1"): "KZ 1", house.reference("p2"): "KZ 2"}
    assert batches.untyped(now(house)) == frozenset()


def test_an_order_keeps_its_kassenzeichen_and_the_same_again_is_nothing() -> None:
    house = two_orders()
    type_in(house, "p1", "KZ 1")
    assert type_in(house, "p1", "KZ 1") == []
    with pytest.raises(batches.OtherCashReference):
        type_in(house, "p1", "KZ 9")
    type_in(house, "p2", "KZ 2")
    assert type_in(house, "p1", "KZ 1") == []
    with pytest.raises(batches.OtherCashReference):
        type_in(house, "p2", "KZ 9")


@pytest.mark.parametrize("again", ["KZ 1", "KZ1"])
def test_no_kassenzeichen_is_used_for_two_orders(again: str) -> None:
    house = two_orders()
    type_in(house, "p1", "KZ 1")
    with pytest.raises(cash_reference.CashReferenceTaken):
        type_in(house, "p2", again)
    assert isinstance(now(house), Released)


def test_without_the_register_one_kassenzeichen_would_stand_for_two_payments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    house = two_orders()
    monkeypatch.setattr(cash_reference, "stream_id", lambda debtor, given: f"{len(house.events):032x}")
    type_in(house, "p1", "KZ 1")
    type_in(house, "p2", "KZ 1")
    assert {it for _, it in now(house).entered} == {"KZ 1"}


def test_which_order_is_meant_is_said_where_there_are_several() -> None:
    house = two_orders()
    with pytest.raises(batches.OrderNotNamed):
        house.record(batches.record_entry(house.sealed(), "KZ 1"), cashier())
    with pytest.raises(batches.OrderNotInBatch):
        house.record(batches.record_entry(house.sealed(), "KZ 1", "TH25STRANGE"), cashier())


def test_what_was_recorded_before_each_order_had_its_own_is_still_one_for_all() -> None:
    house = two_orders()
    house.events[batches.decider.stream(BATCH)].append(
        BatchEntered(cash_reference="KZ 1", entered_by="p-cashier", entered_on=cashier().valid_on)
    )
    assert isinstance(now(house), Transmitted)
    assert type_in(house, "p2", "KZ 1") == []
    with pytest.raises(batches.OtherCashReference):
        type_in(house, "p2", "KZ 2")


def booked(house: House, payment: str, key: str) -> list[Any]:
    line = debit(Booking(reference=house.reference(payment), cents=19_200_00), key=key)
    return house.booked(bookings(line, message=key), key[-1] * 64)


def reasons(events: list[Any]) -> list[str]:
    return [one.reason for it in events if isinstance(it, ReportReceived) for one in it.unmatched]


def test_what_is_typed_in_can_be_paid_while_the_rest_of_the_file_waits_and_the_rest_cannot() -> None:
    house = two_orders()
    type_in(house, "p1", "KZ 1")
    assert reasons(booked(house, "p1", "K-1")) == []
    assert isinstance(house.payment("p1"), payments.Settled)
    assert reasons(booked(house, "p2", "K-2")) == ["batch-not-submitted"]
    assert isinstance(house.payment("p2"), payments.Batched)


def test_an_answer_counts_for_the_orders_that_were_typed_in() -> None:
    house = two_orders()
    said = [Status(answer=Answer.ACCEPTED, status="angenommen", reference=house.reference(it)) for it in ("p1", "p2")]
    assert reasons(house.answered(statuses(*said), "a" * 64)) == ["batch-not-submitted"]
    type_in(house, "p1", "KZ 1")
    assert reasons(house.answered(statuses(*said, message="S-2"), "b" * 64)) == ["batch-not-submitted"]
    assert isinstance(house.payment("p1"), payments.Accepted)
    assert isinstance(house.payment("p2"), payments.Batched)


# ---- Orders about claims ---------------------------------------------------------------------------------------------


def claims_only(house: House, *orders: str) -> Any:
    content = replace(drafted(house, *orders), writing=batches.Writing(format=batches.BY_HAND, number=1, version=2))
    house.record(batches.seal(content, "a" * 64, "csv"), orderer(DAY))
    return house.sealed()


def test_the_release_of_a_file_of_orders_about_claims_alone_is_an_act_in_their_case() -> None:
    house = owing()
    ordered(house, "o1")
    known = claims_only(house, "o1")
    made = house.record(batches.release(BATCH, [], known.collections), cashier(DAY))
    released = collection.CollectionReleased(order="o1", batch=BATCH, released_by="p-cashier", released_on=DAY)
    assert released in made
    assert house.record(batches.release(BATCH, [], known.collections), cashier(DAY)) == []
    examining = disbursements.ExamineDrawdown(drawdown="d1")
    house.disbursement(drawdown(), system(DAY))
    with pytest.raises(RefusedAttempt) as refused:
        house.disbursement(examining, acting("p-cashier", Role.CASE_OFFICER, DAY))
    assert refused.value.rule == "orderer-may-not-release"
    assert house.disbursement(examining, acting("p-other", Role.CASE_OFFICER, DAY))


def test_who_released_an_order_about_a_claim_gives_none_in_the_case() -> None:
    house = owing()
    ordered(house, "o1")
    known = claims_only(house, "o1")
    house.record(batches.release(BATCH, [], known.collections), cashier(DAY))
    house.record(batches.record_entry(known, "KZ 1"), acting("p-other", Role.TREASURY, DAY))
    on_claim(house, claims.RemitClaim(claim="c1", remission="m1", cents=OWED // 2, reason="Billigkeit"))
    with pytest.raises(RefusedAttempt) as refused:
        ordered(house, "o2", person="p-cashier")
    assert refused.value.rule == "orderer-may-not-release"
    assert ordered(house, "o2", person="p-third")


def test_two_orders_about_one_claim_may_bear_the_same_kassenzeichen() -> None:
    house = owing()
    ordered(house, "o1")
    known = claims_only(house, "o1")
    house.record(batches.release(BATCH, [], known.collections), cashier(DAY))
    house.record(batches.record_entry(known, "KZ 1"), cashier(DAY))
    used = cash_reference.stream_id(known.debtor, "KZ 1")
    again = cash_reference.UseCashReference(cash_reference="KZ 1", about="c1", batch="b2")
    assert house.tell(cash_reference.decider, used, again, cashier(DAY)) == []
    with pytest.raises(cash_reference.CashReferenceTaken):
        house.tell(cash_reference.decider, used, replace(again, about="c2"), cashier(DAY))


# ---- The house -------------------------------------------------------------------------------------------------------


def test_a_clerk_types_a_payment_and_an_order_about_a_claim_in_one_after_the_other(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server), treasury_format="manual") as road:
        owed_by(road, CASE)
        told = road.read(f"/payout/cases/{CASE}")
        claim = told["claims"][0]["claim"]
        road.done("p-orderer", f"/payout/cases/{CASE}/claims/{claim}/order", etag=told["claims_etag"])
        road.request()
        payment = road.ordered()
        batch = road.done("p-orderer", "/payout/batches", {})["batch"]
        road.released(batch)
        path = f"/payout/batches/{batch}"
        sealed = road.read(path)
        assert (sealed["to_enter"], sealed["status"]) == (2, "released")
        page = road.ask("p-cashier", path, headers=HTML).text
        assert "Noch zu erfassen: 2" in page
        assert "offen" in page
        unnamed = road.act("p-cashier", f"{path}/entry", {"cash_reference": "KZ 1"})
        assert unnamed.json()["code"] == "batch-order-not-named"
        paid, owed = sealed["entries"][0]["reference"], sealed["collections"][0]["reference"]
        road.done("p-cashier", f"{path}/entry", {"cash_reference": "KZ 1", "order": owed})
        assert road.read("/payout/collections")["items"][0]["status"] == "accepted"
        twice = road.act("p-cashier", f"{path}/entry", {"cash_reference": "KZ 1", "order": paid})
        assert twice.json()["code"] == "cash-reference-used"
        assert road.read(path)["to_enter"] == 1
        assert (
            road.done("p-cashier", f"{path}/entry", {"cash_reference": "KZ 2", "order": paid})["status"]
            == "transmitted"
        )
        now_told = road.read(path)
        assert now_told["entries"][0]["cash_reference"] == "KZ 2"
        assert now_told["collections"][0]["cash_reference"] == "KZ 1"
        case = road.ask("p-orderer", f"/payout/cases/{CASE}", headers=HTML).text
        assert "Datei mit der Anordnung zur Forderung in der Kasse freigegeben" in case
        assert road.read(f"/payout/payments/{payment}")["status"] == "batched"
