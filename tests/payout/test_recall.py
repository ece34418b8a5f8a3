"""A request to cancel what the treasury holds: two persons, a sealed file, and what each answer means for the money."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout.batch import Writing
from services.payout.file_calendar import SHIPPED
from services.payout.payment import AnswerRecall, RecallOutcome
from services.payout.recall import RecallGrounds
from services.payout.report import (
    Answer,
    Booking,
    Recall,
    RecallReport,
    RecallStatus,
    ReportReceived,
    Status,
    apply_recall_answer,
    meant,
)
from services.payout.treasury import expecting
from services.payout.treasury.iso20022.parsing import etree
from services.payout.treasury.iso20022.recall_request import CAMT_055, WRITING, build_recall
from shared.decider import DomainError, RefusedAttempt, replace
from shared.identity import Role
from shared.treasury_accounts import FREE_STATE, DebtorAccount
from tests.conftest import StartNats
from tests.payout.builders import (
    BATCH,
    CASE,
    House,
    bookings,
    cashier,
    debit,
    ordered_house,
    orderer,
    rejected,
    statuses,
    system,
    transmitted_house,
)
from tests.payout.messages import came_back, camt_029, camt_054, details, entry
from tests.payout.road import MONDAY, Road, on_the_road
from tests.payout.test_desk import lay, reference
from tests.published import errors as schema_errors
from tests.scenario import acting
from tests.second_reading import read
from tests.servers import wait_until
from tests.service import Place

AT = datetime(2025, 8, 4, 11, tzinfo=UTC)
RECALL = "c0000000000000000000000000000001"


class Recalling(House):
    """d1's first payment at the treasury, and what is asked and answered about it."""

    @classmethod
    def begun(cls) -> "Recalling":
        house = cls()
        house.events = transmitted_house().events
        return house

    def ask(self, *references: str, recall: str = RECALL, context: Any = None) -> list[Any]:
        asked = recalls.request(recall, self.sealed(), references, RecallGrounds.DUPLICATE, "doppelt angeordnet")
        return self.record(asked, context or orderer())

    def agree(self, recall: str = RECALL, context: Any = None) -> list[Any]:
        asked = self.recall(recall).asked
        digest = sha256(build_recall(asked, AT, "Freistaat", Writing())).hexdigest()
        sealing = recalls.ApproveRecall(created_at=AT, file_sha256=digest, file_name=f"{recall}.xml")
        return self.record(recalls.approve(asked, sealing), context or cashier())

    def send(self, recall: str = RECALL) -> None:
        self.tell(recalls.decider, recall, recalls.StartRecallSubmission(), system())
        digest = self.recall(recall).sealed.file_sha256
        self.tell(recalls.decider, recall, recalls.ConfirmRecallTransmission(file_sha256=digest), system())

    def asked(self, recall: str = RECALL) -> Self:
        self.ask(recall=recall)
        self.agree(recall)
        self.send(recall)
        return self

    def recall(self, recall: str = RECALL) -> Any:
        return self.state(recalls.decider, recall)

    def says(self, kind: Recall, status: str, message: str = "R-1", **more: str) -> list[Any]:
        told = RecallReport(
            message_id=message, batch=BATCH, statuses=(RecallStatus(recall=kind, status=status, reason="CUST", **more),)
        )
        entries = [it for it, _ in meant(told, self.sealed()).values()]
        known = {payments.recall_of(self.payment(it.payment)) for it in entries} - {""}
        return self.record(apply_recall_answer(told, "a" * 64, self.sealed(), sorted(known)), system())

    def settled(self, key: str = "K-1") -> list[Any]:
        return self.booked(bookings(debit(Booking(reference=self.reference("p1"), cents=19_200_00), key=key)))


def names(events: list[Any]) -> list[str]:
    return [type(it).__name__ for it in events]


def unmatched(events: list[Any]) -> list[str]:
    return [one.reason for it in events if isinstance(it, ReportReceived) for one in it.unmatched]


# ---- Asking ----------------------------------------------------------------------------------------------------------


def test_two_persons_ask_and_only_then_the_payment_is_recalled_and_the_file_sealed() -> None:
    house = Recalling.begun()
    assert names(house.ask()) == ["RecallRequested"]
    assert payments.recall_status(house.payment("p1")) == ""
    assert names(house.agree()) == ["RecallApproved", "PaymentRecalled"]
    assert payments.recall_status(house.payment("p1")) == "requested"
    assert isinstance(house.payment("p1"), payments.Batched), "until the treasury answers, the order stands"
    assert house.agree() == []
    assert house.ask() == []


def test_who_asked_does_not_agree() -> None:
    house = Recalling.begun()
    house.ask()
    with pytest.raises(RefusedAttempt) as refused:
        house.agree(context=acting("p-orderer", Role.TREASURY, date(2025, 8, 4)))
    assert (refused.value.rule, refused.value.action) == ("recall-by-two", "approve-recall")


def test_the_same_request_with_other_words_is_refused_and_a_dropped_one_is_never_sent() -> None:
    house = Recalling.begun()
    house.ask()
    with pytest.raises(recalls.RecallDiffers):
        house.record(recalls.request(RECALL, house.sealed(), (), RecallGrounds.FRAUD, "Betrug"), orderer())
    dropped = house.tell(recalls.decider, RECALL, recalls.DropRecall(reason="Irrtum"), cashier())
    assert names(dropped) == ["RecallDropped"]
    with pytest.raises(recalls.RecallIsDropped):
        house.agree()
    assert house.tell(recalls.decider, RECALL, recalls.DropRecall(reason="Irrtum"), cashier()) == []


def test_only_what_the_treasury_holds_is_recalled() -> None:
    house = Recalling()
    house.events = ordered_house().events
    house.seal("p1")
    with pytest.raises(recalls.NotHandedOver):
        house.ask()


@pytest.mark.parametrize("twice", [RecallOutcome.PENDING, RecallOutcome.GRANTED, None])
def test_a_payment_is_recalled_once_at_a_time(twice: RecallOutcome | None) -> None:
    house = Recalling.begun().asked()
    house.settled()
    if twice:
        kind = {RecallOutcome.PENDING: Recall.PENDING, RecallOutcome.GRANTED: Recall.CANCELLED}[twice]
        house.says(kind, "ACCR")
    with pytest.raises(payments.RecallUnderway):
        house.ask(house.reference("p1"), recall="c2")
    with pytest.raises(recalls.RecallEmpty):
        house.ask(recall="c2")


def test_after_a_refusal_another_request_may_be_made() -> None:
    house = Recalling.begun().asked()
    house.says(Recall.REFUSED, "RJCR")
    house.asked("c2")
    assert payments.recall_of(house.payment("p1")) == "c2"
    assert payments.recall_status(house.payment("p1")) == "requested"


def test_what_was_refused_or_came_back_is_not_recalled() -> None:
    house = Recalling.begun()
    house.answered(statuses(rejected(house.reference("p1"))))
    with pytest.raises(payments.NothingToRecall):
        house.ask(house.reference("p1"))


# ---- Answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["reference", "group", "file"])
def test_granted_before_the_debit_nothing_is_paid_and_two_persons_may_order_anew(where: str) -> None:
    house = Recalling.begun().asked()
    more = {"reference": {"reference": house.reference("p1")}, "group": {"group": f"{BATCH}-01"}, "file": {}}[where]
    told = house.says(Recall.CANCELLED, "ACCR", **more)
    assert {"PaymentRecallAnswered", "PaymentRejected", "DrawdownFreed", "RecallAnswered"} <= set(names(told))
    assert house.payment("p1").reason == "ACCR"
    assert house.recall().open == frozenset()
    assert house.order("d1", "p2")
    assert house.payment("p2").order.attempt == 2


def test_what_was_cancelled_and_is_debited_all_the_same_is_never_ordered_anew_unseen() -> None:
    house = Recalling.begun().asked()
    house.says(Recall.CANCELLED, "ACCR")
    assert unmatched(house.settled()) == ["settled-after-rejection"]
    with pytest.raises(DomainError):
        house.order("d1", "p2")


def test_granted_after_the_debit_the_payment_stays_paid_until_its_money_is_back() -> None:
    house = Recalling.begun().asked()
    house.settled()
    told = house.says(Recall.CANCELLED, "ACCR")
    assert "PaymentRejected" not in names(told)
    assert isinstance(house.payment("p1"), payments.Settled)
    back = replace(
        debit(Booking(reference=house.reference("p1"), cents=19_200_00, reason="FOCR"), key="K-R"),
        debit=False, credit=True, returned=True,
    )  # fmt: skip
    house.booked(bookings(back, message="C-2"), "d" * 64)
    assert isinstance(house.payment("p1"), payments.Returned)
    assert isinstance(house.state(disbursements.decider, CASE).drawdowns[0].stage, disbursements.Accepted)


def test_refused_the_payment_goes_on() -> None:
    house = Recalling.begun().asked()
    told = house.says(Recall.REFUSED, "RJCR")
    assert names(told).count("PaymentRecallAnswered") == 1
    assert unmatched(told) == []
    house.settled()
    assert isinstance(house.payment("p1"), payments.Settled)
    assert payments.recall_status(house.payment("p1")) == "refused"


def test_pending_is_no_answer_and_after_a_last_word_it_is_no_news() -> None:
    house = Recalling.begun().asked()
    house.says(Recall.PENDING, "PDCR")
    assert house.recall().open == {"p1"}
    house.says(Recall.REFUSED, "RJCR", message="R-2")
    assert names(house.says(Recall.PENDING, "PDCR", message="R-3")) == ["ReportReceived"]
    assert payments.recall_status(house.payment("p1")) == "refused"


def test_two_last_words_that_differ_are_a_contradiction_that_a_person_clears() -> None:
    house = Recalling.begun().asked()
    house.says(Recall.REFUSED, "RJCR")
    assert unmatched(house.says(Recall.CANCELLED, "ACCR", message="R-2")) == ["recall-contradicted"]
    assert isinstance(house.payment("p1"), payments.Batched)


def test_a_promise_that_nobody_asked_for_moves_nothing() -> None:
    house = Recalling.begun()
    assert unmatched(house.says(Recall.CANCELLED, "ACCR")) == ["recall-cancelled"]
    assert isinstance(house.payment("p1"), payments.Batched)


def test_a_promise_that_counted_as_a_refusal_after_the_debit_would_be_paid_twice() -> None:
    """The control: taken for negative evidence after the debit, the drawdown could be ordered again at once."""
    house = Recalling.begun().asked()
    house.settled()
    house.says(Recall.CANCELLED, "ACCR")
    with pytest.raises(DomainError):
        house.order("d1", "p2")
    command = AnswerRecall(batch=BATCH, recall=RECALL, outcome=RecallOutcome.GRANTED, status="ACCR", reason="")
    state = house.payment("p1")
    assert not payments.is_ended_by(command, state)
    before = payments.Batched(order=state.order, batch=state.batch, recalled=state.recalled)
    assert payments.is_ended_by(command, before)


def test_the_same_answer_again_changes_nothing() -> None:
    house = Recalling.begun().asked()
    house.says(Recall.CANCELLED, "ACCR")
    assert house.says(Recall.CANCELLED, "ACCR") == []
    assert names(house.says(Recall.CANCELLED, "ACCR", message="R-2")) == ["ReportReceived"]


def test_a_pain_002_beside_the_recall_is_judged_as_ever() -> None:
    house = Recalling.begun().asked()
    house.answered(statuses(Status(answer=Answer.ACCEPTED, status="ACCP", reference=house.reference("p1"))))
    assert payments.recall_status(house.payment("p1")) == "requested"
    house.says(Recall.CANCELLED, "ACCR")
    assert isinstance(house.payment("p1"), payments.Rejected)


# ---- The file --------------------------------------------------------------------------------------------------------

SECOND = Writing(version=WRITING)


def test_the_file_names_what_was_ordered_and_no_payee() -> None:
    house = Recalling.begun()
    house.ask()
    raw = build_recall(house.recall().asked, AT, "Freistaat Thüringen", SECOND)
    assert build_recall(house.recall().asked, AT, "Freistaat Thüringen", SECOND) == raw
    root = etree.fromstring(raw)
    found = {etree.QName(it).localname: it.text for it in root.iter() if it.text and it.text.strip()}
    assert root.tag == f"{{{CAMT_055}}}Document"
    assert (found["OrgnlMsgId"], found["OrgnlPmtInfId"]) == (BATCH, f"{BATCH}-01")
    assert (found["OrgnlEndToEndId"], found["OrgnlInstdAmt"]) == (house.reference("p1"), "19200.00")
    assert (found["CtrlSum"], found["NbOfTxs"], found["Cd"]) == ("19200.00", "1", "DUPL")
    assert found["Nm"] == "Freistaat Thueringen"
    assert b"Stadtilm" not in raw
    assert b"DE0" not in raw


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("grounds", RecallGrounds)
def test_for_every_reason_the_file_is_valid_by_the_official_schema(grounds: RecallGrounds, native: bool) -> None:
    house = Recalling.begun()
    house.ask()
    asked = replace(house.recall().asked, grounds=grounds)
    raw = build_recall(asked, AT, "Freistaat Thüringen", replace(SECOND, native_text=native))
    assert schema_errors(raw) == []
    assert ("Thüringen" in raw.decode()) == native


def test_a_file_sealed_in_the_first_writing_keeps_its_bytes() -> None:
    house = Recalling.begun()
    house.ask()
    asked = replace(house.recall().asked, grounds=RecallGrounds.WRONG_ACCOUNT)
    raw = build_recall(asked, AT, "Freistaat", Writing())
    assert b"<Cd>AC03</Cd>" in raw
    assert schema_errors(raw), "the closed list of this version has no wrong account"
    assert b"<Prtry>AC03</Prtry>" in build_recall(asked, AT, "Freistaat", SECOND)


@forall(
    st.lists(st.tuples(st.integers(1, 99_999_999_999), st.sampled_from("ABC")), min_size=1, max_size=30),
    st.text(max_size=100), st.sampled_from(RecallGrounds), st.booleans(),
)  # fmt: skip
def test_whatever_is_asked_back_the_file_is_valid_by_the_official_schema(
    amounts: list[tuple[int, str]], holder: str, grounds: RecallGrounds, native: bool
) -> None:
    house = Recalling.begun()
    house.ask()
    asked = house.recall().asked
    [one] = asked.entries
    entries = tuple(
        replace(one, reference=f"TH25{number}", cents=cents, group=f"{BATCH}-{group}")
        for number, (cents, group) in enumerate(sorted(amounts, key=lambda it: it[1]))
    )
    wanted = replace(asked, entries=entries, grounds=grounds)
    raw = build_recall(wanted, AT, f"x{holder}", replace(SECOND, native_text=native))
    assert schema_errors(raw) == []
    sums = etree.fromstring(raw).findtext(f".//{{{CAMT_055}}}CtrlSum")
    assert sums == f"{sum(it.cents for it in entries) / Decimal(100):.2f}"


# ---- The house -------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, start_nats: StartNats) -> Iterator[Place]:
    nats = start_nats()
    yield Place(folder=tmp_path, nats=nats)
    nats.stop()


def handed_over(road: Road) -> tuple[str, str, str]:
    road.assign(case := uuid4().hex)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    return case, payment, road.transmitted(payment)


def recalled(road: Road, batch: str) -> str:
    body = {"grounds": "DUPL", "text": "doppelt angeordnet"}
    road.done("p-orderer", f"/payout/batches/{batch}/recalls", body)
    recall = road.read("/payout/recalls?limit=1")["items"][0]["recall"]
    page = road.ask("p-cashier", f"/payout/batches/{batch}", headers={"Accept": "text/html"}).text
    assert "Rückruf freigeben" in page
    refused = road.act("p-orderer", f"/payout/batches/{batch}/recalls/{recall}/approval")
    assert refused.status_code == 403
    road.done("p-cashier", f"/payout/batches/{batch}/recalls/{recall}/approval")
    wait_until(lambda: road.read("/payout/recalls?limit=1")["items"][0]["status"] == "transmitted", "die Übergabe")
    wait_until(lambda: road.service.house.idle, "was erwartet wird")
    return recall


def test_the_house_sends_what_it_sealed_hears_the_answer_and_shows_it_in_the_case(place: Place) -> None:
    with on_the_road(place) as road:
        case, payment, batch = handed_over(road)
        recall = recalled(road, batch)
        item = road.read("/payout/recalls")["items"][0]
        (file,) = (road.treasury / "to-treasury").glob(f"{recall}.*.xml")
        assert sha256(file.read_bytes()).hexdigest() == item["file_sha256"]
        assert road.read(f"/payout/payments/{payment}")["recall"] == "requested"
        expected = road.read("/payout/expected-files?status=awaited")["items"]
        assert [it["due_at"][:10] for it in expected if it["kind"] == "recall"] == ["2025-08-25"]
        lay(road, "answer.xml", camt_029(batch, (reference(road, payment), "ACCR", "CUST")))
        told = road.read(f"/payout/payments/{payment}")
        assert (told["status"], told["reason"], told["recall"]) == ("rejected", "ACCR", "granted")
        assert road.read("/payout/recalls")["items"][0]["status"] == "answered"
        wait_until(
            lambda: "recall" in {it["kind"] for it in road.read("/payout/expected-files?status=arrived")["items"]},
            "die Antwort ist eingegangen",
        )
        page = road.ask("p-orderer", f"/payout/cases/{case}", headers={"Accept": "text/html"}).text
        assert "Bei der Kasse zurückgerufen" in page
        assert "Antwort der Kasse auf den Rückruf" in page
        place.turn_to(MONDAY + timedelta(days=3))
        road.done("p-orderer", f"/payout/cases/{case}/drawdowns/d1/order")


@pytest.mark.parametrize("native", [False, True])
def test_order_and_request_are_written_by_the_setting_and_right_by_a_second_reading(place: Place, native: bool) -> None:
    with on_the_road(place, native_text=native) as road:
        road.assign(case := uuid4().hex, holder="Stadt Mühlhausen/Thüringen")
        road.request("d1", case)
        batch = road.transmitted(road.ordered("d1", case))
        path, body = f"/payout/batches/{batch}/recalls", {"grounds": "AC03", "text": "falsches Konto"}
        road.done("p-orderer", path, body)
        recall = road.read("/payout/recalls?limit=1")["items"][0]["recall"]
        road.done("p-cashier", f"{path}/{recall}/approval")
        wait_until(lambda: road.read("/payout/recalls?limit=1")["items"][0]["status"] == "transmitted", "die Übergabe")
        order, request = (
            next((road.treasury / "to-treasury").glob(f"{it}.*.xml")).read_bytes() for it in (batch, recall)
        )
        assert read(order, native=native, single=frozenset()) == read(request, native=native) == []
        assert schema_errors(order) == schema_errors(request) == []
        assert "<Prtry>AC03</Prtry>" in request.decode()
        assert ("Stadt Mühlhausen" in order.decode()) == native


def test_a_silent_treasury_is_an_alarm_after_fifteen_business_days_and_pays_in_the_meantime(place: Place) -> None:
    with on_the_road(place) as road:
        _, payment, batch = handed_over(road)
        recalled(road, batch)
        raw = camt_054(entry("19200.00", details(reference(road, payment)), servicer="K-1"))
        lay(road, "booked.xml", raw)
        assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
        place.turn_to(MONDAY + timedelta(days=22))
        wait_until(
            lambda: "recall" in {it["kind"] for it in road.read("/payout/expected-files?status=overdue")["items"]},
            "die Antwort ist überfällig",
        )
        assert road.read(f"/payout/payments/{payment}")["recall"] == "requested"


def kinds(road: Road, status: str) -> dict[str, str]:
    road.service.settled()
    items = road.read(f"/payout/expected-files?status={status}")["items"]
    return {it["kind"]: it["due_at"][:10] for it in items}


def test_money_that_was_promised_back_is_expected_missed_and_comes(place: Place) -> None:
    with on_the_road(place) as road:
        case, payment, batch = handed_over(road)
        recalled(road, batch)
        paid = camt_054(entry("19200.00", details(reference(road, payment)), servicer="K-1"))
        lay(road, "booked.xml", paid)
        lay(road, "answer.xml", camt_029(batch, (reference(road, payment), "ACCR", "CUST")))
        assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
        wait_until(lambda: kinds(road, "awaited").get("return") == "2025-08-11", "das Geld wird erwartet")
        place.turn_to(datetime(2025, 8, 11, 10, 1, tzinfo=UTC))
        wait_until(lambda: "return" in kinds(road, "overdue"), "das Geld bleibt aus")
        page = road.ask("p-cashier", "/payout/expected-files?status=overdue", headers={"Accept": "text/html"}).text
        assert f"/payout/cases/{case}" in page
        back = camt_054(came_back("19200.00", reference(road, payment), code="FOCR"))
        lay(road, "back.xml", back.replace(b"C-1", b"C-2"))
        wait_until(lambda: "return" in kinds(road, "late"), "das Geld ist da")
        assert road.read(f"/payout/payments/{payment}")["status"] == "returned"
        views, follower = road.service.house.views, road.service.house.view_follower
        names = (
            "expectations",
            "arrivals",
            "to-expect",
            "recalls",
            "recalls-of-batches",
            "outgoing-recalls",
            "batches",
        )
        before = {name: views.find(name).entries for name in names}
        assert [it for it in ("to-expect", "arrivals", "outgoing-recalls") if before[it]] == []
        follower.rebuild()
        wait_until(lambda: follower.idle, "die Listen")
        assert {name: views.find(name).entries for name in names} == before


def test_money_is_promised_back_on_the_account_it_was_paid_from_whichever_is_used_now(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expecting, "_PAGE", 1)
    calendar = place.folder / "calendar.toml"
    # This treasury owes no word on a request: what gives rise to nothing stands before what does.
    rules = SHIPPED.read_text("utf-8").split("[[expected]]")
    calendar.write_text("[[expected]]".join(it for it in rules if 'kind = "recall"' not in it))
    accounts = {
        FREE_STATE: DebtorAccount(holder="Freistaat Thüringen", iban="DE65820000000082001589"),
        "second": DebtorAccount(holder="Freistaat Thüringen", iban="DE02120300000000202051"),
    }
    with on_the_road(place, file_calendar=calendar, debtors=accounts) as road:
        _, payment, batch = handed_over(road)
        recalled(road, batch)
        lay(road, "booked.xml", camt_054(entry("19200.00", details(reference(road, payment)), servicer="K-1")))
    with on_the_road(place, file_calendar=calendar, debtors=accounts, debtor="second") as road:
        lay(road, "answer.xml", camt_029(batch, (reference(road, payment), "ACCR", "CUST")))
        wait_until(lambda: kinds(road, "awaited").get("return") == "2025-08-11", "das Geld wird erwartet")
        owed = {it["kind"]: it["account"] for it in road.read("/payout/expected-files?status=awaited")["items"]}
        assert owed["return"] == FREE_STATE


def test_a_house_that_stopped_between_sealing_and_sending_sends_the_same_bytes(place: Place) -> None:
    with on_the_road(place) as road:
        _, _, batch = handed_over(road)
        road.done("p-orderer", f"/payout/batches/{batch}/recalls", {"grounds": "TECH", "text": "doppelt"})
        recall = road.read("/payout/recalls")["items"][0]["recall"]
        outgoing = road.treasury / "to-treasury"
        outgoing.rename(road.treasury / "gone")
        outgoing.write_text("kein Verzeichnis")
        road.done("p-cashier", f"/payout/batches/{batch}/recalls/{recall}/approval")
        assert road.read("/payout/recalls")["items"][0]["status"] == "approved"
    outgoing.unlink()
    (road.treasury / "gone").rename(outgoing)
    with on_the_road(place) as road:
        wait_until(lambda: road.read("/payout/recalls")["items"][0]["status"] == "transmitted", "die Übergabe")
        (file,) = outgoing.glob(f"{recall}.*.xml")
        sealed = road.read("/payout/recalls")["items"][0]["file_sha256"]
        assert sha256(file.read_bytes()).hexdigest() == sealed
