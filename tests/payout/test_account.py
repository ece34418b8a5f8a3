"""The account of a case: changed by two persons, ordered to after a waiting period, and certified anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from services.payout import account as accounts
from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.account import AccountInChange, AccountWaits, ConfirmAccount, NoAccountProposed, ProposeAccount
from services.payout.batch import in_cases
from services.payout.disbursement import Accepted, CertificationVoided, NotCertified, NoteRejection, account_change
from shared.bank_details import Holder
from shared.decider import Context, RefusedAttempt
from shared.identity import Role
from tests.conftest import StartNats
from tests.payout.builders import (
    BATCH,
    CASE,
    House,
    cashier,
    certifier,
    drawdown,
    ordered_house,
    orderer,
    plan,
    sealed_value,
    system,
    transmitted_house,
)
from tests.payout.road import Road, on_the_road
from tests.scenario import Scenario, acting
from tests.service import Place

DAY = date(2025, 8, 4)
NEW = ProposeAccount(
    change="a1", account_holder=sealed_value("account_holder", "1" * 32), iban=sealed_value("iban", "1" * 32),
    reason="neue Bank",
)  # fmt: skip
OTHER_IBAN = "DE75512108001245126199"


def officer(number: int, on: date = DAY) -> Context:
    return acting(f"p-officer-{number}", Role.CASE_OFFICER, on)


def certified_house() -> House:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    return house


def change(house: House, on: date = DAY) -> list[Any]:
    house.record(disbursements.propose_account(CASE, NEW), officer(1, on))
    return house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2, on))


def certify(house: House, context: Context | None = None) -> list[Any]:
    return house.record(disbursements.certify(CASE, "d1"), context or certifier())


def stage(house: House) -> Any:
    return house.state(disbursements.decider, CASE).drawdowns[0].stage


def test_a_change_needs_two_persons_and_each_act_takes_effect_once() -> None:
    house = certified_house()
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    assert house.record(disbursements.propose_account(CASE, NEW), officer(1)) == []
    with pytest.raises(RefusedAttempt) as refused:
        house.record(disbursements.confirm_account(CASE, "a1", 5), officer(1))
    assert refused.value.rule == "account-by-two"
    assert house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2))
    assert house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2)) == []


@pytest.mark.parametrize("who", [1, 2])
def test_who_changed_the_account_neither_certifies_nor_orders(who: int) -> None:
    house = certified_house()
    change(house)
    person = f"p-officer-{who}"
    with pytest.raises(RefusedAttempt) as refused:
        certify(house, acting(person, Role.CERTIFIER, DAY))
    assert refused.value.rule == "account-apart"
    certify(house)
    later = acting(person, Role.ORDERING_OFFICER, DAY + timedelta(days=5))
    with pytest.raises(RefusedAttempt):
        house.record(disbursements.order(CASE, "d1", "p1"), later)


def test_who_certified_does_not_change_the_account() -> None:
    with pytest.raises(RefusedAttempt):
        certified_house().record(disbursements.propose_account(CASE, NEW), certifier())


def test_nothing_is_ordered_from_the_proposal_to_the_end_of_the_waiting_period_and_then_to_the_new_account() -> None:
    house = certified_house()
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    with pytest.raises(AccountInChange):
        house.order("d1", "p1")
    house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2))
    certify(house)
    with pytest.raises(AccountWaits, match=r"ab 09\.08\.2025"):
        house.order("d1", "p1", DAY + timedelta(days=4))
    house.order("d1", "p1", DAY + timedelta(days=5))
    assert house.payment("p1").order.iban == NEW.iban


def test_a_discarded_account_is_never_paid_to() -> None:
    house = certified_house()
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    house.record(disbursements.discard_account(CASE, "a1"), officer(1))
    assert house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2)) == []
    house.order("d1", "p1")
    assert house.payment("p1").order.iban == plan().iban


def test_what_was_certified_before_the_change_is_certified_anew() -> None:
    house = certified_house()
    assert CertificationVoided(drawdown="d1", change="a1") in change(house)
    assert stage(house) == Accepted()
    with pytest.raises(NotCertified):
        house.order("d1", "p1", DAY + timedelta(days=9))


def test_an_order_that_the_treasury_refuses_after_the_change_is_certified_anew() -> None:
    house = transmitted_house()
    change(house)
    house.disbursement(NoteRejection(case=CASE, drawdown="d1", payment="p1", reason="AC04"), system())
    assert stage(house) == Accepted()


def test_an_order_to_the_former_account_that_lies_in_no_file_is_taken_back_and_given_anew_to_the_new_one() -> None:
    house = ordered_house()
    change(house)
    assert isinstance(house.payment("p1"), payments.Cancelled)
    assert stage(house) == Accepted()
    certify(house)
    house.order("d1", "p2", DAY + timedelta(days=5))
    assert house.payment("p2").order.iban == NEW.iban
    assert house.seal("p2", on=DAY + timedelta(days=5))


def release(house: House) -> list[Any]:
    return house.record(batches.release(BATCH, [house.payment("p1").order]), cashier())


def test_a_file_with_a_payment_to_a_former_account_is_not_released_and_discarding_it_takes_the_order_back() -> None:
    house = ordered_house()
    house.seal("p1")
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    with pytest.raises(batches.AccountOfPaymentInChange, match=house.reference("p1")):
        release(house)
    house.record(disbursements.confirm_account(CASE, "a1", 5), officer(2))
    with pytest.raises(batches.PaymentToFormerAccount, match=house.reference("p1")):
        release(house)
    house.record(batches.discard(house.sealed(), ()), orderer())
    assert isinstance(house.payment("p1"), payments.Cancelled)
    assert stage(house) == Accepted()


def test_a_discarded_change_stands_in_no_files_way() -> None:
    house = ordered_house()
    house.seal("p1")
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    house.record(disbursements.discard_account(CASE, "a1"), officer(1))
    assert release(house)


def test_while_the_account_is_in_change_nothing_to_it_is_sealed() -> None:
    house = ordered_house()
    house.record(disbursements.propose_account(CASE, NEW), officer(1))
    with pytest.raises(batches.AccountOfPaymentInChange):
        house.seal("p1")


def test_without_the_check_the_former_account_would_be_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_cases, "account_hindrance", lambda _order, _account: None)
    house = ordered_house()
    house.seal("p1")
    change(house)
    assert release(house)
    assert house.payment("p1").order.iban == plan().iban


def test_an_unknown_change_is_not_confirmed() -> None:
    with pytest.raises(NoAccountProposed):
        Scenario(accounts.decider, ()).when(ConfirmAccount(change="a9", waiting_days=5), officer(2))


def test_without_the_voiding_an_old_certification_would_pay_to_a_new_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_change, "_voided", lambda _state, _decided: [])
    house = certified_house()
    change(house)
    house.order("d1", "p1", DAY + timedelta(days=5))
    assert house.payment("p1").order.iban == NEW.iban


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with on_the_road(Place(folder=tmp_path_factory.mktemp("accounts"), nats=start_nats())) as road:
        yield road


def test_the_house_keeps_the_account_sealed_shows_the_change_and_waits(road: Road) -> None:
    road.assign(case := uuid4().hex)
    road.request("d1", case)
    path = f"/payout/cases/{case}"
    body = {"account_holder": "Stadt Stadtilm", "iban": OTHER_IBAN, "reason": "neue Bank"}
    wrong = road.act("p-examiner", f"{path}/accounts", body | {"iban": "DE00512108001245126199"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "iban-invalid")
    far = road.act("p-examiner", f"{path}/accounts", body | {"iban": "GB29NWBK60161331926819"})
    assert (far.status_code, far.json()["code"]) == (422, "iban-too-far")
    nobody = road.act("p-examiner", f"{path}/accounts", body | {"account_holder": "🏛 ..."})
    assert (nobody.status_code, nobody.json()["code"]) == (422, "invalid-request")
    road.done("p-examiner", f"{path}/accounts", body)
    named = road.read(path)["account_change"]
    second = road.service.client("p-second", Role.CASE_OFFICER)
    road.clients["p-second"] = second
    refused = road.act("p-examiner", f"{path}/accounts/{named}/confirmation")
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    road.done("p-second", f"{path}/accounts/{named}/confirmation")
    assert road.read(path)["account_usable_on"] == "2025-08-09"
    page = road.ask("p-second", path, headers={"Accept": "text/html"}).text
    assert "Bankverbindung bestätigt" in page
    assert "DE75 5121 0800 1245 1261 99" in page
    rows = road.service.house.store.recorder.rows(0, 100_000)
    assert all(OTHER_IBAN.encode() not in it.state for it in rows)


def second_officer(road: Road) -> None:
    road.clients["p-second"] = road.service.client("p-second", Role.CASE_OFFICER)


def test_over_the_counter_a_changed_account_stops_the_release_and_the_money_goes_to_the_new_one(
    start_nats: StartNats, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=start_nats())) as road:
        second_officer(road)
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        first = road.ordered("d1", case)
        batch, path = road.sealed(first), f"/payout/cases/{case}"
        body = {"account_holder": "Stadt Stadtilm", "iban": OTHER_IBAN, "reason": "neue Bank"}
        change = road.done("p-examiner", f"{path}/accounts", body) and road.read(path)["account_change"]
        waiting = road.act("p-cashier", f"/payout/batches/{batch}/release")
        assert (waiting.status_code, waiting.json()["code"]) == (409, "payment-account-in-change")
        road.done("p-second", f"{path}/accounts/{change}/confirmation")
        refused = road.act("p-cashier", f"/payout/batches/{batch}/release")
        assert (refused.status_code, refused.json()["code"]) == (409, "payment-to-former-account")
        assert road.read(f"/payout/payments/{first}")["reference"] in refused.json()["detail"]
        assert "Verwerfen Sie den Zahlungslauf" in refused.json()["title"]
        road.done("p-orderer", f"/payout/batches/{batch}/discarding")
        assert road.read(f"/payout/payments/{first}")["status"] == "cancelled"
        road.service.place.turn_to(datetime(2025, 8, 11, 8, tzinfo=UTC))
        road.done("p-certifier", f"{path}/drawdowns/d1/certification")
        told = road.done("p-orderer", f"{path}/drawdowns/d1/order")
        file = road.transmitted(told["drawdowns"][0]["payment"])
        assert OTHER_IBAN in road.ask("p-cashier", f"/payout/batches/{file}/file").text


def test_marks_that_cannot_be_seen_do_not_get_into_the_name_of_an_account() -> None:
    holder: TypeAdapter[str] = TypeAdapter(Holder)
    assert holder.validate_python("Stadt Stadt\u00adilm\u200b") == "Stadt Stadtilm"
    assert holder.validate_python("\u202eÜ\u202c") == "Ü"
    for wrong in ("\u200b", "北京", "...", " "):
        with pytest.raises(ValidationError):
            holder.validate_python(wrong)
