"""A payment that an HKR system holds is taken back by an order of its own (Absetzungsanordnung), which two persons give."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.etree
import pytest

from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout import sequence
from services.payout.batch import BatchSealed, Writing, seal
from services.payout.recall import RecallGrounds
from services.payout.report import DEDUCTED, Answer, Status, StatusReport, apply_recall_receipt
from services.payout.treasury import Unwritable, deducting
from services.payout.treasury.hkr.notation import SCHEMAS, from_csv
from services.payout.treasury.known import FORMATS
from shared.identity import has_valid_check
from shared.records import replace
from tests.payout.builders import BATCH, DEBTOR, PAYEE, cashier, drawdown, ordered_house, orderer, system
from tests.payout.road import on_the_road
from tests.payout.test_recall import RECALL, Recalling, names, unmatched
from tests.servers import NatsServer, wait_until
from tests.service import Place

AT = datetime(2025, 8, 4, 23, 30, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"
SPACE = {"h": "urn:foerderstrom:hkr:2"}


class Deducting(Recalling):
    """d1's first payment at an HKR system, sealed as its first file."""

    @classmethod
    def begun(cls, format: str = "hkr-xml") -> "Deducting":
        house = cls()
        house.events = ordered_house().events
        content = replace(house.draft("p1"), writing=Writing(format=format, number=1, version=2))
        house.record(seal(content, "a" * 64), orderer())
        house.transmit()
        return house

    def ask(
        self, *references: str, recall: str = RECALL, context: Any = None, version: int = 2, **_more: Any
    ) -> list[Any]:
        asked = recalls.request(recall, self.sealed(), references, RecallGrounds.DUPLICATE, "doppelt", version)
        return self.record(asked, context or orderer())

    def instruction(self, recall: str = RECALL, number: int = 2) -> Any:
        asked = self.recall(recall).asked
        writing = replace(self.sealed().writing, number=number)
        return deducting(asked, AT, writing, {it.reference: PAYEE.holder for it in asked.entries}, DEBTOR)

    def agree(
        self, recall: str = RECALL, context: Any = None, number: int = 2, before: Sequence[str] = ()
    ) -> list[Any]:
        writing = replace(self.sealed().writing, number=number)
        sealing = recalls.ApproveRecall(created_at=AT, file_sha256="d" * 64, file_name=f"{recall}.xml", writing=writing)
        return self.record(recalls.approve(self.recall(recall).asked, sealing, before), context or cashier())

    def receipt(self, *said: Status, message: str = "Q-2", count: int = 1, cents: int = 19_200_00) -> list[Any]:
        whole = Status(answer=Answer.RECEIVED, status="angenommen")
        report = StatusReport(
            message_id=message,
            batch=RECALL,
            statuses=(*(() if said else (whole,)), *said),
            count=count,
            sum_cents=cents,
        )
        return self.record(apply_recall_receipt(report, "e" * 64, self.sealed(), self.recall()), system())

    @property
    def order_reference(self) -> str:
        return self.recall().asked.entries[0].order


def taken(reference: str) -> Status:
    return Status(answer=Answer.ACCEPTED, status="angenommen", reference=reference)


def refused(reference: str, reason: str = "ARDT") -> Status:
    return Status(answer=Answer.REJECTED, status="abgewiesen", reason=reason, reference=reference)


# ---- The order -------------------------------------------------------------------------------------------------------


def test_two_persons_take_a_payment_back_under_the_next_number_and_a_reference_of_its_own() -> None:
    house = Deducting.begun()
    assert names(house.ask()) == ["RecallRequested"]
    assert has_valid_check(house.order_reference)
    assert house.order_reference.startswith("AB25")
    assert names(house.agree()) == ["RecallApproved", "FileNumberTaken", "PaymentRecalled"]
    assert house.state(sequence.decider, house.sealed().debtor).next == 3
    assert house.agree() == []


def test_the_order_names_the_payment_that_it_takes_back_and_nothing_is_paid_by_its_file() -> None:
    house = Deducting.begun()
    house.ask()
    raw = FORMATS["hkr-xml"].build(house.instruction())
    assert raw == (GOLDEN / "hkr-2-absetzung.xml").read_bytes()
    root = lxml.etree.fromstring(raw)
    assert lxml.etree.XMLSchema(lxml.etree.parse(SCHEMAS[2])).validate(root)
    (order,) = root.findall("h:Einzelsatz", SPACE)
    told = {lxml.etree.QName(it).localname: it.text for it in order}
    assert (told["Art"], told["Bezug"], told["Betrag"]) == ("Absetzung", house.reference("p1"), "19200.00")
    assert told["Fremdkennzeichen"] == house.order_reference
    assert not {"Kassenzeichen", "Faelligkeit", "IBAN"} & set(told)
    trailer = {lxml.etree.QName(it).localname: it.text for it in root.find("h:Nachsatz", SPACE)}
    assert (trailer["Summe"], trailer["SummeAuszahlungen"]) == ("19200.00", "0.00")
    assert root.findtext("h:Vorsatz/h:Ausfuehrungstag", namespaces=SPACE) == "2025-08-05", "the day in Berlin"


def test_both_notations_take_back_the_same() -> None:
    house = Deducting.begun("hkr-csv")
    house.ask()
    raw = FORMATS["hkr-csv"].build(house.instruction())
    assert raw == (GOLDEN / "hkr-2-absetzung.csv").read_bytes()
    of_xml = lxml.etree.fromstring(
        FORMATS["hkr-xml"].build(house.instruction()), lxml.etree.XMLParser(remove_blank_text=True)
    )
    assert lxml.etree.tostring(from_csv(raw)) == lxml.etree.tostring(of_xml)


def test_the_first_version_has_no_such_order() -> None:
    house = Deducting.begun()
    house.ask(version=1)
    assert house.order_reference == "", "the Kasse is called"
    house = Deducting.begun()
    house.ask()
    with pytest.raises(Unwritable, match="version"):
        FORMATS["hkr-xml"].build(replace(house.instruction(), version=1))


def test_a_name_that_does_not_open_any_more_is_not_written() -> None:
    house = Deducting.begun()
    house.ask()
    with pytest.raises(Unwritable, match="payee-unknown"):
        deducting(house.recall().asked, AT, house.sealed().writing, {}, DEBTOR)


def test_no_file_overtakes_one_that_was_numbered_before_it() -> None:
    house = Deducting.begun()
    house.certified(drawdown("d2", due=25_000_00, cents=10_000_00))
    house.order("d2", "p2")
    other = "b0000000000000000000000000000002"
    content = replace(house.draft("p2", batch=other), writing=Writing(format="hkr-xml", number=2, version=2))
    house.record(seal(content, "b" * 64), orderer())
    house.ask()
    with pytest.raises(sequence.NumberNotNext):
        house.agree(number=2)
    with pytest.raises(recalls.FileBeforeRecall):
        house.agree(number=3, before=[other])
    house.transmit(other)
    assert "RecallApproved" in names(house.agree(number=3, before=[other]))


# ---- The answer ------------------------------------------------------------------------------------------------------


def test_taken_before_the_debit_nothing_is_paid_and_two_persons_may_order_anew() -> None:
    house = Deducting.begun().asked()
    told = house.receipt(taken(house.order_reference))
    assert {"PaymentRecallAnswered", "PaymentRejected", "DrawdownFreed", "RecallAnswered"} <= set(names(told))
    assert house.payment("p1").reason == DEDUCTED
    assert house.order("d1", "p2")


def test_refused_the_payment_goes_on() -> None:
    house = Deducting.begun().asked()
    told = house.receipt(refused(house.order_reference))
    assert "PaymentRejected" not in names(told)
    assert payments.recall_status(house.payment("p1")) == "refused"
    house.settled()
    assert isinstance(house.payment("p1"), payments.Settled)


def test_a_file_that_is_refused_as_a_whole_takes_nothing_back() -> None:
    house = Deducting.begun().asked()
    house.receipt(Status(answer=Answer.REJECTED, status="abgewiesen", reason="AM18"))
    assert payments.recall_status(house.payment("p1")) == "refused"
    assert isinstance(house.payment("p1"), payments.Batched)


def test_that_the_file_arrived_is_no_answer_to_its_orders() -> None:
    house = Deducting.begun().asked()
    assert names(house.receipt()) == ["ReportReceived"]
    assert payments.recall_status(house.payment("p1")) == "requested"


def test_taken_after_the_debit_the_payment_stays_paid_until_its_money_is_back() -> None:
    house = Deducting.begun().asked()
    house.settled()
    assert "PaymentRejected" not in names(house.receipt(taken(house.order_reference)))
    assert isinstance(house.payment("p1"), payments.Settled)


@pytest.mark.parametrize("wrong", ["count-differs", "sum-differs", "unknown-reference", "duplicate-receipt"])
def test_a_receipt_that_does_not_fit_moves_nothing(wrong: str) -> None:
    house = Deducting.begun().asked()
    mine = taken(house.order_reference)
    told = {
        "count-differs": lambda: house.receipt(mine, count=2),
        "sum-differs": lambda: house.receipt(mine, cents=1),
        # The payment's own reference is none of an order to take it back.
        "unknown-reference": lambda: house.receipt(taken(house.reference("p1"))),
        "duplicate-receipt": lambda: house.receipt(refused("", "AM05")),
    }[wrong]()
    assert unmatched(told) == [wrong]
    assert payments.recall_status(house.payment("p1")) == "requested"


def test_an_answer_that_comes_before_the_hand_over_was_recorded_proves_it() -> None:
    house = Deducting.begun()
    house.ask()
    house.agree()
    assert unmatched(house.receipt(taken(house.order_reference))) == ["recall-not-approved"], "nothing was announced"
    house.tell(recalls.decider, RECALL, recalls.StartRecallSubmission(), system())
    told = names(house.receipt(taken(house.order_reference), message="Q-3"))
    assert told.index("RecallTransmitted") < told.index("RecallAnswered")
    assert isinstance(house.payment("p1"), payments.Rejected)


def test_a_receipt_under_the_name_of_another_file_is_an_incident() -> None:
    house = Deducting.begun().asked()
    house.answered(StatusReport(message_id="Q-2", batch=BATCH, statuses=()))
    assert "ReportConflicting" in names(house.receipt(taken(house.order_reference)))
    assert payments.recall_status(house.payment("p1")) == "requested"


# ---- The house -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["hkr-xml", "hkr-csv"])
def test_the_house_sends_the_order_and_the_simulated_treasury_answers_it(
    nats_server: NatsServer, tmp_path: Path, format: str
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server), treasury_format=format) as road:
        road.assign()
        road.request()
        payment = road.ordered()
        batch = road.transmitted(payment)
        road.answered()
        page = road.ask("p-orderer", f"/payout/batches/{batch}", headers={"Accept": "text/html"}).text
        assert "Rückruf beantragen" in page
        road.done("p-orderer", f"/payout/batches/{batch}/recalls", {"grounds": "DUPL", "text": "doppelt"})
        recall = road.read("/payout/recalls")["items"][0]["recall"]
        road.done("p-cashier", f"/payout/batches/{batch}/recalls/{recall}/approval")
        wait_until(lambda: road.read("/payout/recalls")["items"][0]["status"] == "transmitted", "die Übergabe")
        wait_until(lambda: road.service.house.idle, "was erwartet wird")
        expected = road.read("/payout/expected-files?status=awaited")["items"]
        assert [it["due_at"][:10] for it in expected if it["kind"] == "recall"] == ["2025-08-04"]
        road.answered()
        assert road.read(f"/payout/payments/{payment}")["recall"] == "refused", "it was executed before"
        assert road.read("/payout/open")["clearing"] == 0
        # The numbers go on: the next batch is taken as the third file.
        road.request("d2", due=12_500_00 * 2, cents=10_000_00)
        road.transmitted(road.ordered("d2"))
        road.answered()
        book = road.book()
        assert [it["state"] for it in book["files"]] == ["accepted"] * 3
        assert book["totals"]["duplicate"] == 0


def test_what_the_order_was_sealed_with_is_what_it_is_made_of_again() -> None:
    house = Deducting.begun()
    house.ask()
    house.agree()
    sealed: BatchSealed = house.sealed()
    assert house.recall().sealed.writing == replace(sealed.writing, number=2)
    assert FORMATS["hkr-xml"].build(house.instruction()) == FORMATS["hkr-xml"].build(house.instruction())
