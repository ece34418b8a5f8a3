"""A whole file is asked back at once: as many payments as a file holds, in events of bounded size, in one file and one decision."""

from pathlib import Path

import pytest

from services.payout import recall as recalls
from services.payout.batch import MAX_ENTRIES
from services.payout.payment import RecallOutcome
from services.payout.recall.content import ANSWERED_AT_ONCE, LISTED_AT_ONCE
from shared.decider import replace
from shared.formats import encode
from tests.payout.builders import BATCH, cashier, orderer, system
from tests.payout.messages import camt_029
from tests.payout.road import on_the_road
from tests.payout.test_desk import lay, reference
from tests.payout.test_recall import RECALL, Recalling, recalled
from tests.servers import NatsServer
from tests.service import Place

COUNTS = [1, LISTED_AT_ONCE, LISTED_AT_ONCE + 1, MAX_ENTRIES]


def wanted(count: int) -> recalls.RequestRecall:
    house = Recalling.begun()
    house.ask()
    asked = house.recall().asked
    (one,) = asked.entries
    many = tuple(replace(one, payment=f"{it:032x}", reference=f"TH{it:023d}", cents=it + 1) for it in range(count))
    return recalls.RequestRecall(
        recall=RECALL, batch=BATCH, batch_created_at=asked.batch_created_at, execution_on=asked.execution_on,
        debtor=asked.debtor, entries=many, grounds=asked.grounds, text="doppelt",
    )  # fmt: skip


@pytest.mark.parametrize("count", COUNTS)
def test_a_request_for_a_whole_file_is_listed_in_parts_and_whole_again_when_read(count: int) -> None:
    command = wanted(count)
    events = recalls.decider.decide(command, recalls.Unrequested(), orderer())
    assert all(len(encode(it)) < 512_000 for it in events)
    assert len(events) == (1 if count <= LISTED_AT_ONCE else -(-count // LISTED_AT_ONCE) + 1)
    state = recalls.decider.fold(events)
    assert isinstance(state, recalls.Requested)
    assert state.asked.entries == command.entries
    assert recalls.decider.decide(command, state, orderer()) == []


def test_without_one_of_its_parts_a_request_would_not_be_whole() -> None:
    command = wanted(LISTED_AT_ONCE + 1)
    first, _, asked = recalls.decider.decide(command, recalls.Unrequested(), orderer())
    state = recalls.decider.fold([first, asked])
    assert isinstance(state, recalls.Requested)
    assert state.asked.entries != command.entries


def test_more_than_a_file_holds_is_not_asked_back() -> None:
    with pytest.raises(recalls.RecallTooLarge, match=r"20\.000"):
        recalls.decider.decide(wanted(MAX_ENTRIES + 1), recalls.Unrequested(), orderer())


def sent(count: int) -> recalls.Sent:
    state = recalls.decider.fold(recalls.decider.decide(wanted(count), recalls.Unrequested(), orderer()))
    digest = "a" * 64
    for command, context in (
        (recalls.ApproveRecall(created_at=wanted(1).batch_created_at, file_sha256=digest, file_name="x"), cashier()),
        (recalls.StartRecallSubmission(), system()),
        (recalls.ConfirmRecallTransmission(file_sha256=digest), system()),
    ):
        state = recalls.decider.fold(recalls.decider.decide(command, state, context), state)
    assert isinstance(state, recalls.Sent)
    return state


def test_the_answer_for_a_whole_file_is_recorded_in_parts_and_ends_with_the_last() -> None:
    state = sent(MAX_ENTRIES)
    names = tuple(it.payment for it in state.asked.entries)
    told = recalls.NoteRecallAnswer(message_id="R-1", granted=names[:15_000], refused=names[15_000:], pending=())
    events = recalls.decider.decide(told, state, system())
    assert len(events) == MAX_ENTRIES // ANSWERED_AT_ONCE
    assert all(len(encode(it)) < 512_000 for it in events)
    assert [isinstance(it, recalls.RecallAnswered) and it.ended for it in events] == [
        *[False] * (len(events) - 1),
        True,
    ]
    after = recalls.decider.fold(events, state)
    assert isinstance(after, recalls.Sent)
    assert not after.open
    outcomes = [outcome for _, outcome in after.answers]
    assert (outcomes.count(RecallOutcome.GRANTED), outcomes.count(RecallOutcome.REFUSED)) == (15_000, 5_000)
    assert recalls.decider.decide(told, after, system()) == []


def test_a_whole_file_is_asked_back_answered_and_shown(
    nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.payout.recall.deciding.LISTED_AT_ONCE", 1)
    monkeypatch.setattr("services.payout.recall.deciding.ANSWERED_AT_ONCE", 1)
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign()
        road.request("d1", cents=10_000_00)
        road.request("d2", cents=5_000_00)
        ordered = [road.ordered("d1"), road.ordered("d2")]
        batch = road.transmitted(*ordered)
        recall = recalled(road, batch)
        told = road.read(f"/payout/batches/{batch}/recalls/{recall}")
        assert (told["count"], told["cents"], len(told["references"])) == (2, 15_000_00, 2)
        said = [(reference(road, ordered[0]), "ACCR", "CUST"), (reference(road, ordered[1]), "RJCR", "LEGL")]
        lay(road, "answer.xml", camt_029(batch, *said))
        road.until(f"/payout/batches/{batch}/recalls/{recall}", "status", "answered")
        told = road.read(f"/payout/batches/{batch}/recalls/{recall}")
        assert (told["granted"], told["refused"]) == (1, 1)
