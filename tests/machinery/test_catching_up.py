"""An upgraded service handles a contract that it did not handle before: from the beginning, once, in order."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared import catching_up
from shared.catching_up import CatchingUp
from shared.commands import Request
from shared.contracts import contract
from shared.decider import Context, Decision, decision
from shared.formats import Frame, frame_of
from shared.handled import ContractsHandled, HandleContracts, Handled, NoteCaughtUp, handled
from shared.identity import Role
from shared.lanes import Reactions, RetryJob
from shared.messaging import Lost, Messenger
from shared.parking import DiscardParked, parked
from shared.records import replace
from shared.service import Blueprint, House
from shared.topology import lane, stream_of
from tests.machinery import toys
from tests.machinery.test_lanes import followed
from tests.machinery.test_negative_controls import applied, four_frames
from tests.machinery.test_recovery import backup, recovering
from tests.machinery.toys import (
    FOLLOWER,
    PERSON,
    PUBLISHER,
    ToyPut,
    WasPut,
    as_operator,
    cents,
    purse,
    putting,
    serving,
    settings,
    until,
    writing,
)
from tests.servers import NatsServer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@contract("intake.toy-odd")
class ToyOdd:
    """An odd number of cents was put."""

    cents: int


def publish(it: Any, _state: Any) -> ToyPut | ToyOdd | None:
    match it:
        case WasPut(cents=amount):
            return ToyOdd(cents=amount) if amount % 2 else ToyPut(cents=amount)
        case _:
            return None


def react(it: ToyPut | ToyOdd, case: str) -> Decision:
    return decision(purse, case, toys.Break() if it.cents == 14 else toys.Put(cents=it.cents))


TELLER = replace(PUBLISHER, publish=publish)
BEFORE = replace(FOLLOWER, reactions=Reactions.of([ToyPut], react))
"""Does not know odd numbers."""
AFTER = replace(FOLLOWER, reactions=Reactions.of([ToyPut, ToyOdd], react))
"""The same service, upgraded."""


async def tell(tmp_path: Path, nats: NatsServer, *amounts: int, case: str = "case") -> None:
    """Put these amounts, each a frame of its own."""
    async with serving(TELLER, settings(tmp_path / "p", nats)) as publisher:
        for amount in amounts:
            await putting(publisher, amount, case)
            await until(lambda: publisher.relays[0].idle)


async def follow(blueprint: Blueprint, tmp_path: Path, nats: NatsServer, upto: int, case: str = "case") -> int:
    """What the follower's purse holds once it has followed so far and is behind with nothing."""
    async with serving(blueprint, settings(tmp_path / "f", nats)) as follower:
        await until(lambda: followed(follower) == upto and follower.lanes[0].is_caught_up)
        await until(lambda: follower.writer.idle)
        return cents(follower, case)


def order(house: House, case: str = "case") -> list[int]:
    """The amounts in the order in which they came into the purse."""
    return [it.event.cents for it in house.store.history(purse.stream(case))]


async def test_a_newly_handled_contract_is_caught_up_with_from_the_beginning_before_the_lane_goes_on(
    tmp_path: Path, nats_server: NatsServer
):
    await tell(tmp_path, nats_server, 1, 2, 3, 4)
    assert await follow(BEFORE, tmp_path, nats_server, 4) == 6
    await tell(tmp_path, nats_server, 6, 7)
    async with serving(AFTER, settings(tmp_path / "f", nats_server)) as follower:
        await until(lambda: followed(follower) == 6)
        assert order(follower) == [2, 4, 1, 3, 6, 7], "what was missed, in order, and only then what follows"
    assert await follow(AFTER, tmp_path, nats_server, 6) == 23, "and never again"


async def test_nothing_has_to_arrive_for_a_service_to_catch_up(tmp_path: Path, nats_server: NatsServer):
    await tell(tmp_path, nats_server, 1, 2, 3)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 2
    assert await follow(AFTER, tmp_path, nats_server, 3) == 6


async def test_without_catching_up_the_money_before_the_upgrade_never_arrives(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    await tell(tmp_path, nats_server, 1, 2, 3)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 2

    async def at_once(self: CatchingUp) -> None:
        self.done = True

    monkeypatch.setattr(CatchingUp, "finish", at_once)
    await tell(tmp_path, nats_server, 5)
    assert await follow(AFTER, tmp_path, nats_server, 4) == 7, "1 and 3 are lost for ever"


# ---- Interrupted ---------------------------------------------------------------------------------------------------


async def interrupted(tmp_path: Path, nats: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Odd 1, 3 and 5 were missed; the broker goes away after the first two frames of the past."""
    await tell(tmp_path, nats, 1, 3, 5)
    assert await follow(BEFORE, tmp_path, nats, 3) == 0
    real, calls = Messenger.frames_after, 0

    async def two_at_most(self: Messenger, subject: str, position: int) -> list[Frame]:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise Lost(subject)
        return (await real(self, subject, position))[:2]

    with monkeypatch.context() as patched:
        patched.setattr(Messenger, "frames_after", two_at_most)
        async with serving(AFTER, settings(tmp_path / "f", nats)) as follower:
            await until(lambda: cents(follower, "case") == 4 and calls > 1)
            assert any("toy-odd" in it for it in follower.unready())


async def test_an_interrupted_service_goes_on_where_it_was(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    await interrupted(tmp_path, nats_server, monkeypatch)
    assert await follow(AFTER, tmp_path, nats_server, 3) == 9


async def test_without_a_position_of_its_own_what_was_caught_up_with_is_doubled(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    def forgotten(*, position: int, chain: str) -> NoteCaughtUp:
        return NoteCaughtUp(position=position if position == 3 else 0, chain=chain)

    with monkeypatch.context() as patched:
        patched.setattr(catching_up, "NoteCaughtUp", forgotten)
        await interrupted(tmp_path, nats_server, monkeypatch)
    assert await follow(AFTER, tmp_path, nats_server, 3) == 13, "1 and 3 came twice"


async def test_a_restored_service_is_recovered_with_what_it_had_caught_up_with(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "f", nats_server)
    await tell(tmp_path, nats_server, 1, 2, 3)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 2
    restore = backup(at, "review")
    assert await follow(AFTER, tmp_path, nats_server, 3) == 6
    restore()
    await recovering(AFTER, at)
    assert await follow(AFTER, tmp_path, nats_server, 3) == 6


async def test_what_the_stream_has_lost_is_asked_for(tmp_path: Path, nats_server: NatsServer):
    await tell(tmp_path, nats_server, 1, 2, 3)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 2
    connection, jetstream = await as_operator(nats_server)
    name = stream_of(lane("intake"))
    message = await jetstream.get_msg(name, seq=3)
    last = frame_of(dict(message.headers or {}), message.data or b"")
    config = (await jetstream.stream_info(name)).config
    await jetstream.delete_stream(name)
    await jetstream.add_stream(config)
    await jetstream.publish(lane("intake"), last.body, headers=last.headers())
    await connection.close()
    async with serving(TELLER, settings(tmp_path / "p", nats_server)):
        assert await follow(AFTER, tmp_path, nats_server, 3) == 6


# ---- Which contracts are new ---------------------------------------------------------------------------------------


async def test_a_store_that_says_nothing_of_it_is_not_told_again_what_it_had_handled(
    tmp_path: Path, nats_server: NatsServer
):
    sent = await four_frames(tmp_path, nats_server)
    async with writing(FOLLOWER, settings(tmp_path / "f", None)) as follower:
        assert await applied(follower, sent) == 15, "a store of a time before this was recorded"
    assert await follow(FOLLOWER, tmp_path, nats_server, 4) == 15
    async with writing(FOLLOWER, settings(tmp_path / "f", None)) as follower:
        [it] = follower.store.history(handled.stream("intake"))
        assert it.event == ContractsHandled(contracts=("intake.toy-put",), position=4)


async def test_a_contract_given_up_for_a_while_catches_up_with_that_while_only(tmp_path: Path, nats_server: NatsServer):
    await tell(tmp_path, nats_server, 1, 2)
    assert await follow(AFTER, tmp_path, nats_server, 2) == 3
    await tell(tmp_path, nats_server, 5)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 3
    assert await follow(AFTER, tmp_path, nats_server, 3) == 8


def test_a_second_upgrade_in_the_middle_of_catching_up_loses_nothing_of_the_first():
    context = Context(actor="system", role=Role.SYSTEM, now=NOON, valid_on=NOON.date())

    def after(*commands: HandleContracts | NoteCaughtUp) -> Handled:
        state = handled.initial
        for it in commands:
            state = handled.fold(handled.decide(it, state, context), state)
        return state

    begun = HandleContracts(contracts=("a",), position=0)
    upgraded = HandleContracts(contracts=("a", "b"), position=9)
    again = HandleContracts(contracts=("a", "b", "c"), position=9)
    half = NoteCaughtUp(position=4, chain="")
    assert after(begun, upgraded, half, again).behind == {"b": 4, "c": 0}
    assert after(begun, upgraded, half, again, NoteCaughtUp(position=9, chain="")).behind == {}
    assert after(begun, upgraded, half, HandleContracts(contracts=("a",), position=9)).left == {"b": 4}
    assert after(begun, begun) == after(begun)


# ---- Parked --------------------------------------------------------------------------------------------------------


async def test_a_message_that_waits_for_its_case_comes_by_its_retry_and_not_twice(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    await tell(tmp_path, nats_server, 1, 14, 3)
    assert await follow(BEFORE, tmp_path, nats_server, 3) == 0
    async with serving(AFTER, settings(tmp_path / "f", nats_server)) as follower:
        await until(lambda: follower.lanes[0].is_caught_up)
        assert cents(follower, "case") == 0, "what was missed waits behind what is parked"
        waiting = [it.position for it in follower.store.load(parked, parked.stream("case")).state]
        assert waiting == [2, 3, 1]
        monkeypatch.setattr(toys, "Break", lambda: toys.Put(cents=14))
        job = RetryJob("case", PERSON, AFTER.reactions, asyncio.get_running_loop().create_future())
        assert await follower.writer.submit(job) == (3, 0)
        assert cents(follower, "case") == 18


async def test_what_an_operator_gave_up_stays_given_up_and_what_was_retried_before_the_upgrade_is_caught_up_with(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    await tell(tmp_path, nats_server, 14, 3)
    await tell(tmp_path, nats_server, 14, 5, case="given-up")
    async with serving(BEFORE, settings(tmp_path / "f", nats_server)) as follower:
        await until(lambda: followed(follower) == 4)
        for position in (3, 4):
            command = DiscardParked(source="intake", position=position, reason="doppelt")
            asked = Request(decision=decision(parked, "given-up", command), caller=PERSON)
            await follower.writer.execute(asked)
        with monkeypatch.context() as patched:
            patched.setattr(toys, "Break", lambda: toys.Put(cents=14))
            job = RetryJob("case", PERSON, BEFORE.reactions, asyncio.get_running_loop().create_future())
            assert await follower.writer.submit(job) == (2, 0)
        assert cents(follower, "case") == 14, "the odd one meant nothing then"
    async with serving(AFTER, settings(tmp_path / "f", nats_server)) as follower:
        await until(lambda: follower.lanes[0].is_caught_up)
        assert (cents(follower, "case"), cents(follower, "given-up")) == (17, 0)


async def test_a_newer_version_of_a_contract_behind_pauses_the_lane(tmp_path: Path, nats_server: NatsServer):
    await tell(tmp_path, nats_server, 1)
    assert await follow(BEFORE, tmp_path, nats_server, 1) == 0
    newer = type("ToyOdd", (ToyOdd,), {"VERSION": 0, "__doc__": "An older odd."})
    older = replace(FOLLOWER, reactions=Reactions.of([ToyPut, newer], react))
    async with serving(older, settings(tmp_path / "f", nats_server)) as follower:
        await until(lambda: "Version" in follower.lanes[0].paused)
        assert not follower.lanes[0].is_caught_up
    assert await follow(AFTER, tmp_path, nats_server, 1) == 1
