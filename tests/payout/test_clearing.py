"""What nobody could explain: opened with its file, resolved by two persons, and no cent goes missing by it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from services.payout import clearing
from services.payout import payment as payments
from services.payout.clearing import (
    ClearingKind,
    ClearingOpened,
    Direction,
    Item,
    ItemResolved,
    NothingProposed,
    Resolution,
    ResolutionIncomplete,
    ResolutionNotOffered,
    ResolutionPending,
    Standing,
    kind_of,
)
from services.payout.report import AccountEntry, Booking, ReportReceived, Unmatched, approve
from services.payout.report.resolving import CounterDiffers
from shared import duties
from shared.decider import Context, RefusedAttempt
from shared.duties import read
from shared.identity import Role
from tests.payout.builders import House, bookings, debit, statuses, transmitted_house
from tests.payout.messages import camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_desk import lay, reference
from tests.scenario import acting

PAID = 19_200_00


def person(name: str = "p-cashier", on: date = date(2025, 8, 7)) -> Context:
    return acting(name, Role.TREASURY, on)


def listed(house: House) -> Sequence[tuple[str, int, Standing]]:
    """Every item of every file: the list's name, its number, how it stands."""
    return [
        (stream.partition("-")[2], one.item.number, one)
        for stream in list(house.events)
        if stream.startswith("clearing-")
        for one in sorted(clearing.decider.fold(house.events[stream]).items.values(), key=lambda it: it.item.number)
    ]


def money_back(cents: int, key: str = "K-C") -> AccountEntry:
    return AccountEntry(key=key, cents=cents, debit=False, booked=True, booked_on=date(2025, 8, 7), credit=True)


def propose(
    house: House,
    name: str,
    number: int,
    resolution: Resolution,
    payment: str = "",
    counter: str = "",
    by: str = "p-one",
) -> list[Any]:
    command = clearing.ProposeResolution(
        number=number,
        proposal=f"r-{number}",
        resolution=resolution,
        reason="so war es",
        payment=payment,
        counter=counter,
    )
    return house.tell(clearing.decider, name, command, person(by))


def agree(house: House, name: str, number: int, payment: str = "", counter: str = "", by: str = "p-two") -> list[Any]:
    sealed = house.sealed() if payment else None
    return house.record(approve(name, number, f"r-{number}", sealed, payment, counter), person(by))


def unexplained_debit(cents: int = PAID) -> tuple[House, str]:
    """A debit that names nothing of ours, of the amount of our payment."""
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference="FREMD", cents=cents), key="K-7")))
    ((name, number, _),) = listed(house)
    assert number == 1
    return house, name


# ---- Opened with the file -------------------------------------------------------------------------------------------


def test_what_moves_nothing_is_opened_with_what_was_booked_in_the_same_transaction() -> None:
    house = transmitted_house()
    told = house.booked(bookings(debit(Booking(reference="FREMD", cents=12_00), key="K-7"), money_back(5_00)))
    opened = next(it for it in told if isinstance(it, ClearingOpened))
    assert any(isinstance(it, ReportReceived) and it.opened for it in told)
    assert [(it.number, it.kind, it.reference, it.cents, it.booking) for it in opened.items] == [
        (1, ClearingKind.OUTGOING, "FREMD", 12_00, "K-7"),
        (2, ClearingKind.INCOMING, "K-C", 5_00, "K-C"),
    ]


def test_the_report_lists_a_thousand_items_and_events_of_their_own_hold_all() -> None:
    house = transmitted_house()
    lines = [debit(Booking(reference=f"F{it}", cents=1), key=f"K-{it}") for it in range(2_345)]
    told = house.booked(bookings(*lines))
    report = next(it for it in told if isinstance(it, ReportReceived))
    assert (len(report.unmatched), report.unmatched_count) == (1_000, 2_345)
    opened = [it for it in told if isinstance(it, ClearingOpened)]
    assert [len(it.items) for it in opened] == [1_000, 1_000, 345]
    assert [one.number for it in opened for one in it.items] == list(range(1, 2_346))
    assert house.booked(bookings(*lines)) == []


def test_another_file_under_the_same_name_adds_an_item_and_changes_none() -> None:
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference="FREMD", cents=1))))
    house.booked(bookings(debit(Booking(reference="ANDERS", cents=2))), "c" * 64)
    assert [(number, one.item.reason) for _, number, one in listed(house)] == [
        (1, "unknown-reference"),
        (2, "report-conflicting"),
    ]


@pytest.mark.parametrize(
    ("reason", "direction", "kind"),
    [
        ("settled-after-rejection", Direction.OUT, ClearingKind.OUTGOING),
        ("returned-twice", Direction.IN, ClearingKind.INCOMING),
        ("payee-no-match", Direction.NONE, ClearingKind.PAYEE),
        ("count-differs", Direction.NONE, ClearingKind.CONTRADICTION),
        ("unknown-batch", Direction.NONE, ClearingKind.ANSWER),
        ("statement-gap", Direction.NONE, ClearingKind.FILE),
    ],
)
def test_the_kind_follows_from_the_money_and_then_from_the_reason(
    reason: str, direction: Direction, kind: ClearingKind
) -> None:
    assert kind_of(reason, direction) == kind


def test_a_proposal_of_version_1_tells_its_reason_as_it_was_stored() -> None:
    old = msgspec.json.decode(
        b'{"number":1,"proposal":"r-1","resolution":"not-ours","reason":"so war es","payment":"","counter":"",'
        b'"proposed_by":"p-one","proposed_on":"2025-08-07"}',
        type=clearing.ResolutionProposed,
    )
    assert (old.reason, old.sealed_reason) == ("so war es", None)


# ---- Resolved by two ------------------------------------------------------------------------------------------------


def test_an_assigned_debit_settles_its_payment_with_the_agreement_of_another_person() -> None:
    house, name = unexplained_debit()
    propose(house, name, 1, Resolution.ASSIGNED, payment="p1")
    assert isinstance(house.payment("p1"), payments.Batched)  # nothing moves on one person's word
    agree(house, name, 1, payment="p1")
    state = house.payment("p1")
    assert isinstance(state, payments.Settled)
    assert (state.booking, listed(house)[0][2].resolved is not None) == ("K-7", True)
    assert agree(house, name, 1, payment="p1") == []


def test_a_debit_of_another_amount_is_not_assigned_and_the_item_stays_open() -> None:
    house, name = unexplained_debit(PAID - 1)
    propose(house, name, 1, Resolution.ASSIGNED, payment="p1")
    with pytest.raises(payments.AmountDiffers):
        agree(house, name, 1, payment="p1")
    assert listed(house)[0][2].resolved is None


def test_an_assigned_credit_is_the_return_of_its_payment() -> None:
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=PAID))))
    house.booked(bookings(money_back(PAID - 5_00), message="C-2"), "c" * 64)
    ((name, number, _),) = listed(house)
    propose(house, name, number, Resolution.ASSIGNED, payment="p1")
    agree(house, name, number, payment="p1")
    returned = house.payment("p1").returned
    assert (returned.cents, returned.charges_cents, returned.booking) == (PAID - 5_00, 5_00, "K-C")


def test_whoever_proposed_does_not_agree() -> None:
    house, name = unexplained_debit()
    propose(house, name, 1, Resolution.NOT_OURS)
    with pytest.raises(RefusedAttempt) as refused:
        agree(house, name, 1, by="p-one")
    assert (refused.value.rule, refused.value.action) == ("clearing-by-two", "approve-resolution")
    assert agree(house, name, 1)


def test_without_the_rule_one_person_alone_would_explain_money(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = duties.MATRIX.text.split("[[rule]]")
    without = read("[[rule]]".join(it for it in blocks if 'code = "clearing-by-two"' not in it))
    monkeypatch.setattr(duties, "MATRIX", without)
    house, name = unexplained_debit()
    propose(house, name, 1, Resolution.ASSIGNED, payment="p1")
    agree(house, name, 1, payment="p1", by="p-one")
    assert isinstance(house.payment("p1"), payments.Settled)


def test_a_declined_proposal_leaves_the_item_open_for_another() -> None:
    house, name = unexplained_debit()
    propose(house, name, 1, Resolution.NOT_OURS)
    with pytest.raises(ResolutionPending):
        house.tell(clearing.decider, name, _other_proposal(), person("p-two"))
    declined = clearing.DeclineResolution(number=1, proposal="r-1", reason="nicht belegt")
    house.tell(clearing.decider, name, declined, person("p-two"))
    assert house.tell(clearing.decider, name, declined, person("p-two")) == []
    with pytest.raises(NothingProposed):
        agree(house, name, 1)
    assert propose(house, name, 1, Resolution.NOT_OURS) == []  # the same request again
    assert house.tell(clearing.decider, name, _other_proposal(), person("p-one"))


def _other_proposal() -> clearing.ProposeResolution:
    return clearing.ProposeResolution(number=1, proposal="r-x", resolution=Resolution.NOT_OURS, reason="Miete")


def test_what_is_explained_is_explained_once() -> None:
    house, name = unexplained_debit()
    propose(house, name, 1, Resolution.NOT_OURS)
    agree(house, name, 1)
    with pytest.raises(ItemResolved):
        house.tell(clearing.decider, name, _other_proposal(), person("p-one"))
    with pytest.raises(ItemResolved):
        house.tell(clearing.decider, name, clearing.TakeClearing(number=1), person())


# ---- No cent goes missing -------------------------------------------------------------------------------------------


def test_booked_money_is_never_just_noted() -> None:
    house, name = unexplained_debit()
    with pytest.raises(ResolutionNotOffered):
        propose(house, name, 1, Resolution.NOTED)
    for resolution, payment, counter in (
        (Resolution.ASSIGNED, "", ""),
        (Resolution.NOT_OURS, "p1", ""),
        (Resolution.BOOKED_TWICE, "", ""),
        (Resolution.BOOKED_TWICE, "p1", "x/1"),
    ):
        with pytest.raises(ResolutionIncomplete):
            propose(house, name, 1, resolution, payment, counter)


def test_a_second_booking_is_closed_with_the_one_that_took_it_back() -> None:
    house, name = unexplained_debit(12_00)
    house.booked(bookings(money_back(12_00), money_back(11_00, "K-D"), message="C-2"), "c" * 64)
    other = next(one for one, _, it in listed(house) if it.item.direction == Direction.IN)
    propose(house, name, 1, Resolution.BOOKED_TWICE, counter=f"{other}/1")
    agree(house, name, 1, counter=f"{other}/1")
    states = {(one, number): it.resolved for one, number, it in listed(house)}
    first, second = states[name, 1], states[other, 1]
    assert first is not None
    assert second is not None
    assert (second.resolution, second.counter) == (Resolution.BOOKED_TWICE, f"{name}/1")
    assert states[other, 2] is None


@pytest.mark.parametrize("number", [2, 3, 9])
def test_another_amount_the_same_direction_or_nothing_is_no_counter(number: int) -> None:
    house, name = unexplained_debit(12_00)
    more = debit(Booking(reference="AUCH", cents=12_00), key="K-8")
    house.booked(bookings(money_back(12_00), money_back(11_00, "K-D"), more, message="C-2"), "c" * 64)
    other = next(one for one, _, it in listed(house) if it.item.direction == Direction.IN)
    propose(house, name, 1, Resolution.BOOKED_TWICE, counter=f"{other}/{number}")
    with pytest.raises(CounterDiffers):
        agree(house, name, 1, counter=f"{other}/{number}")


def test_an_item_that_moved_no_money_is_noted() -> None:
    house = House()
    house.answered(statuses(batch="f" * 32))
    ((name, number, one),) = listed(house)
    assert one.item == Item(
        number=1, kind=ClearingKind.ANSWER, reference="f" * 32, reason="unknown-batch", cents=0,
        direction=Direction.NONE, booking="", booked_on=None,
    )  # fmt: skip
    propose(house, name, number, Resolution.NOTED)
    agree(house, name, number)
    assert listed(house)[0][2].resolved is not None


def test_of_old_files_the_report_alone_tells() -> None:
    old = ReportReceived(
        sha256="a" * 64, kind="booking", message_id="C-1", batches=(), matched=0,
        unmatched=(Unmatched(reference="X", reason="unknown-reference"),), unmatched_count=1,
    )  # fmt: skip
    assert not old.opened


# ---- Over the API ---------------------------------------------------------------------------------------------------


def test_an_item_is_taken_proposed_and_agreed_to_over_the_api_and_its_payment_is_settled(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    road.transmitted(payment)
    message = uuid4().hex[:20]
    raw = camt_054(entry("19200.00", details("FREMD"), servicer=f"K-{message}")).replace(b"C-1", message.encode())
    lay(road, "foreign.xml", raw)
    item = next(it for it in road.read("/payout/clearing?about=outgoing")["items"] if it["message_id"] == message)
    assert (item["cents"], item["status"], item["owner"], item["age_days"]) == (PAID, "open", "", 0)
    path = f"/payout/clearing/{item['clearing']}/items/1"
    told = road.read(path, "p-cashier")
    assert [it["name"] for it in told["next"]] == ["propose-resolution", "take-clearing"]
    assert told["offered"] == ["assigned", "booked-twice", "not-ours"]
    road.done("p-cashier", f"{path}/owner", etag='"0"')
    assert item["clearing"] in [it["clearing"] for it in road.read("/payout/clearing?owner=p-cashier")["items"]]
    body = {"resolution": "assigned", "reason": "Kennung vergessen", "reference": reference(road, payment)}
    road.done("p-cashier", f"{path}/proposals", body, etag='"0"')
    assert road.read(path)["proposed_reason"] == "Kennung vergessen"
    stored = b"".join(bytes(it.state) for it in road.service.house.store.recorder.rows(0, 100_000))
    assert b"Kennung vergessen" not in stored, "what a person says of an item may name people, and is sealed"
    listed = next(it for it in road.read("/payout/clearing?about=outgoing")["items"] if it["message_id"] == message)
    assert listed["proposed_reason"] == ""
    proposal = road.read(path)["proposal"]
    approval = f"{path}/proposals/{proposal}/approval"
    refused = road.act("p-cashier", approval, etag='"0"')
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    assert "Vier-Augen" in next(
        it["hindrance"] for it in road.read(path, "p-cashier")["next"] if it["name"] == "approve-resolution"
    )
    road.done("p-orderer", approval, etag='"0"')
    assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
    assert road.read(path)["status"] == "resolved"
    assert item["clearing"] in [it["clearing"] for it in road.read("/payout/clearing?resolved=true")["items"]]
    assert road.read("/payout/clearing?about=outgoing")["items"] == []


def test_the_list_and_an_item_are_pages_with_forms(road: Road) -> None:
    message = uuid4().hex[:20]
    raw = camt_054(entry("7.00", details("FREMD"), servicer=f"K-{message}")).replace(b"C-1", message.encode())
    lay(road, "page.xml", raw)
    item = next(it for it in road.read("/payout/clearing")["items"] if it["message_id"] == message)
    html = {"Accept": "text/html"}
    seen = road.ask("p-cashier", "/payout/clearing?about=outgoing", headers=html)
    assert f"/payout/clearing/{item['clearing']}/items/1" in seen.text
    assert "Belastung, die keine Zahlung erklärt" in seen.text
    one = road.ask("p-cashier", f"/payout/clearing/{item['clearing']}/items/1", headers=html)
    assert "Klärung vorschlagen" in one.text
    assert "7,00" in one.text
    assert road.ask("p-cashier", f"/payout/clearing/{'f' * 32}/items/1", headers=html).status_code == 404
