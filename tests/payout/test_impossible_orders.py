"""Every act of payout, sent to a drawdown or a batch in every state that does not ask for it: refused by name, and told what is possible."""

from collections.abc import Callable, Iterator, Mapping
from uuid import uuid4

import pytest

from services.payout.api import actions
from tests.conftest import StartNats
from tests.orders import answer_to, what_is_wrong
from tests.payout.road import Road, on_the_road
from tests.servers import wait_until
from tests.service import Place


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with on_the_road(Place(folder=tmp_path_factory.mktemp("orders"), nats=start_nats())) as road:
        yield road


def asked(road: Road) -> str:
    case = uuid4().hex
    road.assign(case)
    road.request("d1", case)
    return case


def examined(road: Road) -> str:
    case = asked(road)
    road.done("p-examiner", f"/payout/cases/{case}/drawdowns/d1/examination")
    return case


def certified(road: Road) -> str:
    case = examined(road)
    road.done("p-certifier", f"/payout/cases/{case}/drawdowns/d1/certification")
    return case


def ordered(road: Road) -> str:
    case = certified(road)
    road.done("p-orderer", f"/payout/cases/{case}/drawdowns/d1/order")
    return case


def paid(road: Road) -> str:
    case = asked(road)
    road.transmitted(road.ordered("d1", case))
    road.answered()
    return case


STATES: Mapping[str, Callable[[Road], str]] = {
    "asked": asked, "examined": examined, "certified": certified, "ordered": ordered, "paid": paid,
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_what_a_drawdown_does_not_wait_for_is_refused_and_told_what_it_waits_for(road: Road, state: str) -> None:
    case = STATES[state](road)
    told = road.read(f"/payout/cases/{case}")
    waits_for = next(it["next"] for it in told["drawdowns"] if it["drawdown"] == "d1")
    offered = {waits_for["name"]} if waits_for else set[str]()
    complaints = list[str]()
    for action in actions(road.service.house):
        if "{drawdown}" not in action.path or action.name in offered:
            continue
        head = road.service.house.writer.head
        answer = answer_to(road.service, action, {}, {"case": case, "drawdown": "d1"}, (told["etag"],))
        if answer.is_success and road.service.house.writer.head == head:
            continue  # done already, and not done again
        if complaint := what_is_wrong(answer, offered):
            complaints.append(f"{action.name}: {complaint}")
    assert not complaints, "\n".join(complaints)


def test_a_batch_that_is_released_is_not_released_again(road: Road) -> None:
    batch = road.transmitted(road.ordered("d1", asked(road)))
    release = next(it for it in actions(road.service.house) if it.name == "release-batch")
    wait_until(lambda: road.service.house.idle, "was mit der Übergabe kommt")
    head = road.service.house.writer.head
    answer = answer_to(road.service, release, {}, {"batch": batch}, (road.read(f"/payout/batches/{batch}")["etag"],))
    done_already = answer.is_success and road.service.house.writer.head == head
    assert done_already or not what_is_wrong(answer, ()), answer.text
