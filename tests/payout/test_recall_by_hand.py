"""Where the treasury takes no file for it, two persons decide on a recall, the Kasse is told by hand, and a third records its answer."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout.payment import RecallOutcome
from services.payout.report import AnswerByHand, record_recall_answer
from services.payout.treasury.recall_sheet import WRITING, cash_references, recall_sheet
from shared.decider import DomainError, RefusedAttempt, replace
from shared.identity import Role
from tests.payout.builders import BATCH, cashier, ordered_house, orderer, sealed_value
from tests.payout.road import MONDAY, on_the_road
from tests.payout.test_recall import RECALL, Recalling, names
from tests.scenario import acting
from tests.servers import NatsServer, wait_until
from tests.service import Place

AT = datetime(2025, 8, 4, 11, tzinfo=UTC)
DAY = date(2025, 8, 4)
EVIDENCE = sealed_value("evidence")
HTML = {"Accept": "text/html"}


def third(person: str = "p-third") -> Any:
    return replace(acting(person, Role.TREASURY, DAY), now=AT + timedelta(hours=1))


class ByHand(Recalling):
    """d1's first payment, typed in under a Kassenzeichen."""

    @classmethod
    def begun(cls) -> "ByHand":
        house = cls()
        house.events = ordered_house().events
        content = replace(house.draft("p1"), writing=batches.Writing(format=batches.BY_HAND, number=1))
        house.record(batches.seal(content, "a" * 64, "csv"), orderer())
        house.tell(batches.decider, BATCH, batches.ReleaseBatch(), cashier())
        house.record(batches.record_entry(house.sealed(), "KZ 1"), cashier())
        return house

    def agree(self, recall: str = RECALL, context: Any = None) -> list[Any]:
        sealing = recalls.ApproveRecall(created_at=AT, file_sha256="d" * 64, file_name="r.csv", writing=WRITING)
        return self.record(recalls.approve(self.recall(recall).asked, sealing), context or cashier())

    def agreed(self) -> "ByHand":
        self.ask()
        self.agree()
        return self

    def hears(self, outcome: RecallOutcome, context: Any = None, **more: Any) -> list[Any]:
        said = AnswerByHand(answer="a1", outcome=outcome, references=(), told_on=DAY, sealed_evidence=EVIDENCE)
        told = record_recall_answer(self.recall().asked, self.sealed(), replace(said, **more))
        return self.record(told, context or third())


def test_two_persons_decide_and_the_kasse_is_told_under_the_kassenzeichen() -> None:
    house = ByHand.begun()
    assert names(house.ask()) == ["RecallRequested"]
    with pytest.raises(RefusedAttempt):
        house.agree(context=replace(cashier(), actor=orderer().actor))
    assert names(house.agree()) == ["RecallApproved", "PaymentRecalled"], "no file, no running number"
    known = cash_references(house.state(batches.decider, BATCH))
    reference = house.reference("p1")
    sheet = recall_sheet(house.recall().asked, known).decode()
    assert sheet.splitlines()[1] == f"KZ 1;{reference};19200.00;DUPL"


@pytest.mark.parametrize("who", [orderer, cashier])
def test_who_asked_or_agreed_does_not_say_that_the_kasse_held_it(who: Any) -> None:
    house = ByHand.begun().agreed()
    with pytest.raises(RefusedAttempt) as refused:
        house.hears(RecallOutcome.GRANTED, replace(third(), actor=who().actor))
    assert refused.value.rule == "recall-answer-by-another"
    assert payments.recall_status(house.payment("p1")) == "requested"


def test_held_before_the_debit_the_payment_ends_with_the_evidence_on_record() -> None:
    house = ByHand.begun().agreed()
    told = house.hears(RecallOutcome.GRANTED)
    assert {"RecallTransmitted", "PaymentRecallAnswered", "PaymentRejected", "DrawdownFreed"} <= set(names(told))
    [answered] = [it for it in told if isinstance(it, recalls.RecallAnswered)]
    assert (answered.recorded_by, answered.told_on, answered.ended) == ("p-third", DAY, True)
    assert answered.sealed_evidence == EVIDENCE
    assert house.hears(RecallOutcome.GRANTED) == []


def test_pending_is_no_answer_and_a_refusal_lets_the_payment_go_on() -> None:
    house = ByHand.begun().agreed()
    assert "RecallAnswered" in names(house.hears(RecallOutcome.PENDING))
    assert house.recall().open
    house.hears(RecallOutcome.REFUSED, answer="a2")
    assert not house.recall().open
    house.settled()
    assert isinstance(house.payment("p1"), payments.Settled)


def test_promised_after_the_debit_the_payment_stays_paid() -> None:
    house = ByHand.begun().agreed()
    house.settled()
    assert "PaymentRejected" not in names(house.hears(RecallOutcome.GRANTED))
    assert isinstance(house.payment("p1"), payments.Settled)


def test_another_last_word_is_a_contradiction() -> None:
    house = ByHand.begun().agreed()
    house.hears(RecallOutcome.REFUSED)
    with pytest.raises(payments.RecallContradicted):
        house.hears(RecallOutcome.GRANTED, answer="a2")


def test_what_is_held_by_hand_and_debited_all_the_same_waits_for_two_persons() -> None:
    house = ByHand.begun().agreed()
    house.hears(RecallOutcome.GRANTED)
    told = house.settled()
    assert "ClearingOpened" in names(told)
    assert isinstance(house.payment("p1"), payments.Rejected)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"sealed_evidence": None}, recalls.RecallEvidenceMissing),
        ({"told_on": DAY + timedelta(days=1)}, recalls.ToldAhead),
        ({"told_on": DAY - timedelta(days=1)}, recalls.ToldAhead),
        ({"references": ("TH2500000000000000000000",)}, batches.OrderNotInBatch),
    ],
)
def test_an_answer_without_evidence_or_of_another_day_or_payment_is_refused(
    more: Any, error: type[DomainError]
) -> None:
    house = ByHand.begun().agreed()
    with pytest.raises(error):
        house.hears(RecallOutcome.GRANTED, **more)


def test_what_nobody_agreed_to_or_what_the_treasury_has_as_a_file_is_not_answered_by_hand() -> None:
    house = ByHand.begun()
    house.ask()
    with pytest.raises(recalls.RecallNotApproved):
        house.hears(RecallOutcome.GRANTED)
    by_file = Recalling.begun().asked()
    said = AnswerByHand(
        answer="a1", outcome=RecallOutcome.GRANTED, references=(), told_on=DAY, sealed_evidence=EVIDENCE
    )
    with pytest.raises(recalls.RecallAnsweredByFile):
        by_file.record(record_recall_answer(by_file.recall().asked, by_file.sealed(), said), third())


def test_a_recall_runs_by_hand_from_the_desk_to_the_answer(nats_server: NatsServer, tmp_path: Path) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server), treasury_format="manual") as road:
        road.clients["p-third"] = road.service.client("p-third", Role.TREASURY)
        road.assign()
        road.request()
        payment = road.ordered()
        batch = road.sealed(payment)
        road.released(batch)
        path = f"/payout/batches/{batch}"
        road.done("p-cashier", f"{path}/entry", {"cash_reference": "KZ 7"})
        road.done("p-orderer", f"{path}/recalls", {"grounds": "DUPL", "text": "doppelt"})
        recall = road.read("/payout/recalls")["items"][0]["recall"]
        road.done("p-cashier", f"{path}/recalls/{recall}/approval")
        wait_until(
            lambda: "recall" in {it["kind"] for it in road.read("/payout/expected-files")["items"]}, "was erwartet wird"
        )
        page = road.ask("p-third", path, headers=HTML).text
        assert "Der Kasse von Hand mitzuteilen" in page
        assert "Antwort der Kasse auf den Rückruf vermerken" in page
        assert not list((road.treasury / "to-treasury").glob(f"{recall}*")), "nothing is handed over"
        answer = {"outcome": "granted", "told_on": f"{MONDAY:%Y-%m-%d}", "evidence": "Telefonat, Vermerk Bl. 7"}
        refused = road.act("p-cashier", f"{path}/recalls/{recall}/answers", answer)
        assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
        road.done("p-third", f"{path}/recalls/{recall}/answers", answer)
        told = road.read(f"{path}/recalls/{recall}")
        assert (told["status"], told["granted"], told["by_hand"]) == ("answered", 1, True)
        assert (told["payments"][0]["cash_reference"], told["payments"][0]["outcome"]) == ("KZ 7", "granted")
        assert (told["recorded"][0]["recorded_by"], told["recorded"][0]["evidence"]) == ("p-third", answer["evidence"])
        assert road.read(f"/payout/payments/{payment}")["status"] == "rejected"
        wait_until(
            lambda: "recall" in {it["kind"] for it in road.read("/payout/expected-files?status=arrived")["items"]},
            "die Antwort ist da",
        )
        assert "Telefonat, Vermerk Bl. 7" in road.ask("p-auditor", path, headers=HTML).text
