"""The first answers of a restored store are gone with it: whoever repeats a request then still moves no money twice.

Every keyed action on the road from application to money is done, and repeated as it was, and once more on the version
that the store has now: right after each step with the first answers forgotten, and after a real recovery.
"""

import asyncio
import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest

from services.intake.wiring import blueprint as intake
from services.payout.wiring import blueprint as payout
from services.review.wiring import blueprint as review
from shared import operations
from shared.contracts import contract
from shared.identity import SYSTEM, Role
from shared.records import value
from shared.refusals import attempts
from shared.service import Blueprint
from shared.settings import Settings
from shared.web import Ask
from tests.conftest import StartNats
from tests.intake.offices import Desk
from tests.machinery.test_recovery import backup, recovering
from tests.payout.builders import IBAN
from tests.payout.messages import camt_054, details, entry
from tests.payout.road import Road as Payout
from tests.payout.road import settings_at
from tests.payout.test_desk import lay
from tests.review.road import DISPENSATION
from tests.review.road import Road as Review
from tests.servers import wait_until
from tests.service import Place, Running, serving
from tests.system.roads_beside import beside_intake, beside_review

# ---- The roads: every keyed action of a service ----------------------------------------------------------------------


@contract("review.funds-assigned")
class NoPlan:
    """A contract that payout and intake cannot read."""

    nothing: str


@contract("intake.application-completed")
class NoApplication:
    """A contract that review cannot read."""

    nothing: str


def discard(service: Running, source: str, unreadable: Any) -> None:
    """An operator discards a message that was parked."""
    service.tell(source, case := uuid4().hex, unreadable)
    body = {"source": source, "position": service.house.writer.lanes[source].position, "reason": "unlesbar"}
    answer = service.client("p-operator", Role.OPERATOR).post(f"/{service.house.name}/parked/{case}/discard", json=body)
    assert answer.status_code == 200, answer.text


def in_intake(service: Running) -> None:
    desk = Desk(service)
    desk.withdraws(desk.case())
    beside_intake(desk)
    case = desk.case()
    desk.completes(case)
    for step in (desk.is_assessed, desk.is_awarded, desk.is_final):
        step(case)
    for due, cents in ((10_000_00, 8_000_00), (20_000_00, 7_000_00)):
        drawdown = desk.draws(case, 2025, due, cents).json()["drawdown"]
        desk.is_examined(case, drawdown, cents, cents)
        desk.is_paid(case, drawdown, 2025, cents)
    discard(service, "review", NoPlan(nothing=""))


def in_review(service: Running) -> None:
    road = Review(service)
    road.open_budget()
    refused = road.receive()
    road.do(refused, "refusal-proposal", {"reasons": ["Das Vorhaben war bereits begonnen."]})
    road.do(refused, "hearing/dispensation", DISPENSATION)
    road.do(refused, "refusal")
    released = road.reserve()
    road.do(released, "reservation/release", {"reason": "falscher Titel"})
    road.do(road.dispatch(), "waiver", {"declared_on": service.house.now().date().isoformat()})
    case = road.dispatch()
    discard(service, "intake", NoApplication(nothing=""))
    beside_review(road)
    road.turn_to(date(2025, 9, 1))
    wait_until(lambda: road.read(case)["status"] == "final" and service.house.idle, "die Uhr")
    road.do(case, "finality")  # the clock was first


def in_payout(service: Running) -> None:
    road = Payout(service=service, treasury=service.place.folder / "treasury")
    road.clients |= {it: service.client(it, Role.CASE_OFFICER) for it in ("p-second", "p-other")}
    first, second, third = (uuid4().hex for _ in range(3))
    for it in (first, second, third):
        road.assign(it)
        road.request("d1", it)
    road.assign(other := uuid4().hex)
    held = {"kind": "case", "reason": "audit", "text": "Prüfung"}
    road.done("p-certifier", f"/payout/cases/{other}/holds", held)
    hold = road.read("/payout/holds")["items"][0]["hold"]
    road.done("p-examiner", f"/payout/holds/{hold}/lifting", {"reason": "geklärt"}, etag='"0"')
    for by, verb, proposer in (("p-second", "confirmation", "p-examiner"), ("p-other", "discard", "p-other")):
        body = {"account_holder": "Stadt Stadtilm", "iban": IBAN, "reason": "neue Bank"}
        road.done(proposer, f"/payout/cases/{other}/accounts", body)
        named = road.read(f"/payout/cases/{other}")["account_change"]
        road.done(by, f"/payout/cases/{other}/accounts/{named}/{verb}")
    clear(road)
    refused = road.ordered("d1", first)
    reference = road.read(f"/payout/payments/{refused}")["reference"]
    (road.treasury / "scenario.json").write_text(json.dumps({"rules": [{"reference": reference, "reject": "AC04"}]}))
    road.transmitted(refused)
    road.answered()
    road.ordered("d1", second)
    road.transmitted()
    road.answered()
    road.ordered("d1", third)  # waits to be sealed: another batch must not take it unasked
    discard(service, "review", NoPlan(nothing=""))


def clear(road: Payout) -> None:
    """A debit that nobody ordered: its first explanation is declined, its second one agreed to."""
    lay(road, "foreign.xml", camt_054(entry("12.00", details("FREMD"), servicer="K-9")))
    item = road.read("/payout/clearing")["items"][0]
    path, body = f"/payout/clearing/{item['clearing']}/items/1", {"resolution": "not-ours", "reason": "Miete"}
    road.done("p-cashier", f"{path}/owner", etag='"0"')
    for verb, more in (("decline", {"reason": "nicht belegt"}), ("approval", None)):
        road.done("p-cashier", f"{path}/proposals", body, etag='"0"')
        named = road.read(path)["proposal"]
        road.done("p-orderer", f"{path}/proposals/{named}/{verb}", more, etag='"0"')


@value
class Story:
    """A service, and the road that its people walk from a day on."""

    blueprint: Blueprint
    walk: Callable[[Running], None]
    begins: datetime
    settings: Callable[[Place], Settings] = Place.settings


def renewing_at_once(place: Place) -> Settings:
    """What was refused may be ordered anew on the same day, so that a repeated order would show."""
    return settings_at(place, renewal_days=0)


STORIES = {
    "intake": Story(blueprint=intake, walk=in_intake, begins=datetime(2025, 5, 12, 9, tzinfo=UTC)),
    "review": Story(blueprint=review, walk=in_review, begins=datetime(2025, 5, 28, 9, tzinfo=UTC)),
    "payout": Story(
        blueprint=payout, walk=in_payout, begins=datetime(2025, 8, 4, 8, tzinfo=UTC), settings=renewing_at_once
    ),
}


# ---- What was asked ---------------------------------------------------------------------------------------------------


@value
class Done:
    """A request that did something, and its answer."""

    path: str
    headers: dict[str, str]
    content: bytes
    status: int
    answer: dict[str, Any]


class Remembering(Running):
    """A running service whose people send a key with every request; what was done is remembered."""

    def __init__(self, service: Running, after_each: Callable[[Done], None]) -> None:
        super().__init__(place=service.place, house=service.house, url=service.url)
        self._after_each = after_each

    def client(self, actor: str = "", *roles: Role, keys: tuple[str, ...] = ()) -> httpx2.Client:
        client = super().client(actor, *roles, keys=keys)
        client.event_hooks = {"request": [_with_key], "response": [self._remember]}
        return client

    def _remember(self, response: httpx2.Response) -> None:
        request = response.request
        if request.method == "POST":
            response.read()
            assert response.is_success, response.text
            headers = {it: text for it, text in request.headers.items() if it in _SENT}
            self._after_each(
                Done(
                    path=request.url.path, headers=headers, content=request.content,
                    status=response.status_code, answer=response.json(),
                )
            )  # fmt: skip


_SENT = ("authorization", "content-type", "idempotency-key", "if-match")


def _with_key(request: httpx2.Request) -> None:
    if request.method == "POST" and "idempotency-key" not in request.headers:
        request.headers["Idempotency-Key"] = uuid4().hex


BESIDE_THE_ROADS = {
    "accept-directory", "acknowledge-warnings", "begin-draft", "close-budget", "deliver-submission",
    "discard-directory", "discard-draft", "dispatch-letter", "record-letter-failure", "hand-over-remainder", "import-territorial-changes",
    "name-successor", "preview-directory", "publish-policy", "remove-draft-file", "record-succession", "record-territorial-change",
    "register-special-purpose-association", "save-draft", "submit-draft", "assign-cases", "declare-municipal-tie", "find-violation", "record-fulfilment",
    "request-recall", "approve-recall", "drop-recall", "waive-side-condition", "discard-batch", "record-entry", "close-day", "seal-year",
    "propose-day-difference", "acknowledge-overdue-file", "record-recall-answer",
    "submit-proof", "check-proof", "check-proof-in-depth", "accept-proof",
    "accept-interim-proof",
    "send-back-proof", "write-closing-note", "close-case",
    "propose-repayment", "demand-repayment", "drop-repayment", "book-repayment", "assess-interest", "waive-interest", "defer-claim",
    "suspend-claim", "resume-claim", "remit-claim", "order-collection",
}  # fmt: skip
"""Actions that these roads do not take. Their nouns are asked each command twice (tests/nouns), and none takes effect twice."""


def actions_of(service: Running) -> set[str]:
    """All actions of a service that lie on its road."""
    house = service.house
    return {it.name for it in (*house.blueprint.actions(house), *operations.actions(house))} - BESIDE_THE_ROADS


def actions_in(service: Running, all_done: Sequence[Done]) -> set[str]:
    """The actions that were done."""
    house = service.house
    return {
        action.name
        for action in (*house.blueprint.actions(house), *operations.actions(house))
        if any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", action.path), it.path) for it in all_done)
    }


# ---- Repeating --------------------------------------------------------------------------------------------------------


class _Context(msgspec.Struct):
    actor: str


class _Stored(msgspec.Struct):
    context: _Context
    facts: dict[str, Any]


def recorded_for_people(service: Running, after: int) -> list[str]:
    """The topics of what was recorded after a position because people asked for it, but for their refusals."""
    kinds = [it for noun in service.house.store.nouns.values() for it in noun.events]
    refusals = {it.TOPIC for it in kinds if it.REFUSAL or it in attempts.events}
    rows = service.house.store.recorder.rows(after, 1_000)
    told = [(it.topic.rpartition(".v")[0], msgspec.json.decode(it.state, type=_Stored)) for it in rows]
    return [
        f"{name}, of nothing" if it.facts.get("by_year") == [] else name
        for name, it in told
        if it.context.actor != SYSTEM and name not in refusals
    ]


ASKED_ANEW = {
    "review.reservation-noted", "review.funds-reserved", "review.reservation-dropped", "review.reservation-released",
    "review.hearing-opened", "review.hearing-extended", "review.reviewer-assigned", "review.case-handed-back",
    "review.award-hearing-opened", "review.award-hearing-closed", "review.reduction-requested, of nothing",
    "intake.documents-requested", "intake.deadline-extended",
}  # fmt: skip
"""Who names the version of now has seen what became of the first, and may ask again: that a reservation was released, a
hearing ended, payments go on. Nothing is promised and no money moved by it."""


def repeated(service: Running, done: Done) -> list[str]:
    """What came of sending a request once more, as it was and on the version of now, and which answers name another thing."""
    start, store = service.house.writer.head.position, service.house.store
    found = _sent(service, done, done.headers)
    recorded = recorded_for_people(service, start)
    if "if-match" in done.headers:
        between, stream = service.house.writer.head.position, done.answer["stream"]
        version = store.load(store.noun_of(stream), stream).version
        found += _sent(service, done, {**done.headers, "if-match": f'"{version}"'})
        recorded += [it for it in recorded_for_people(service, between) if it not in ASKED_ANEW]
    return found + recorded


AGAIN = httpx2.Client(timeout=20)


def _sent(service: Running, done: Done, headers: dict[str, str]) -> list[str]:
    answer = AGAIN.post(service.url + done.path, content=done.content, headers=headers)
    assert answer.status_code < 500, answer.text
    told = (answer.status_code, _made(answer.json()))
    return [f"answer of {done.path}"] if answer.is_success and told != (done.status, _made(done.answer)) else []


def _made(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says was made; its version and what became of it since may be others."""
    return {name: text for name, text in answer.items() if name in ("stream", "case", "drawdown", "batch", "title")}


@contextmanager
def at_work(story: Story, place: Place, after_each: Callable[[Done], None]) -> Generator[Remembering]:
    with serving(story.blueprint, place, story.settings(place)) as service:
        remembering = Remembering(service, after_each)
        try:
            yield remembering
        finally:
            remembering.close()


@pytest.fixture
def place(tmp_path: Path, start_nats: StartNats, store_setting: str) -> Iterator[Place]:
    server = start_nats()
    yield Place(folder=tmp_path, nats=server, store=store_setting)
    server.stop()


def after_a_recovery(story: Story, place: Place) -> list[str]:
    """All is done, the store is lost and recovered from a backup of before, all is asked again: what is recorded then."""
    all_done = list[Done]()
    place.turn_to(story.begins)
    with at_work(story, place, all_done.append):
        pass
    name, at = story.blueprint.name, story.settings(place)
    restore = backup(at, name)
    with at_work(story, place, all_done.append) as service:
        story.walk(service)
        wait_until(lambda: service.house.idle, "die Uhr")
        service.settled()
        assert actions_in(service, all_done) == actions_of(service)
        end = service.house.writer.head
    restore()
    assert asyncio.run(recovering(story.blueprint, at)).after == end.position
    with at_work(story, place, all_done.append) as service:
        return [topic for it in all_done for topic in repeated(service, it)]


@pytest.mark.parametrize("name", STORIES)
def test_after_a_recovery_no_repeated_request_does_anything_twice(name: str, place: Place):
    assert after_a_recovery(STORIES[name], place) == []


@pytest.mark.parametrize(
    ("name", "twice"),
    [
        ("intake", {"intake.application-submitted", "intake.drawdown-requested"}),
        ("payout", {"payout.payment-ordered", "payout.batch-sealed"}),
    ],
)
def test_with_ids_that_a_repeated_request_does_not_get_again_money_is_asked_for_and_ordered_twice(
    name: str, twice: set[str], tmp_path: Path, start_nats: StartNats, monkeypatch: pytest.MonkeyPatch
):
    def of_this_process(self: Ask, purpose: str) -> str:
        return sha256(f"{self.request_id}{purpose}{processes}".encode()).hexdigest()[:32]

    processes, real = list[str](), Running.__init__

    def started(self: Running, **told: Any) -> None:
        real(self, **told)
        processes.append(self.url)

    monkeypatch.setattr(Ask, "new_id", of_this_process)
    monkeypatch.setattr(Running, "__init__", started)
    place = Place(folder=tmp_path, nats=start_nats())
    assert twice <= set(after_a_recovery(STORIES[name], place))


# ---- Right after each step --------------------------------------------------------------------------------------------


def after_each_step(story: Story, place: Place, forgotten: list[Done]) -> list[str]:
    """The first answer to whatever was just done is forgotten, and it is asked again: what is recorded then."""
    twice = list[str]()

    def ask_again(done: Done) -> None:
        service.forget_first_answers()
        forgotten.append(done)
        twice.extend(repeated(service, done))

    place.turn_to(story.begins)
    with at_work(story, place, ask_again) as service:
        story.walk(service)
        assert actions_in(service, forgotten) == actions_of(service)
    return twice


@pytest.mark.parametrize("name", STORIES)
def test_right_after_each_step_no_request_whose_answer_was_forgotten_does_anything_twice(name: str, place: Place):
    assert after_each_step(STORIES[name], place, []) == []


def test_with_ids_that_change_when_answers_are_forgotten_a_whole_application_is_submitted_twice(
    tmp_path: Path, start_nats: StartNats, monkeypatch: pytest.MonkeyPatch
):
    forgotten = list[Done]()

    def of_this_moment(self: Ask, purpose: str) -> str:
        return sha256(f"{self.request_id}{purpose}{len(forgotten)}".encode()).hexdigest()[:32]

    monkeypatch.setattr(Ask, "new_id", of_this_moment)
    place = Place(folder=tmp_path, nats=start_nats())
    assert "intake.application-submitted" in after_each_step(STORIES["intake"], place, forgotten)
