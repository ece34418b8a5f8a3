"""The same stories with a protection taken out: money is lost, doubled or altered. Otherwise the tests would prove nothing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared import lanes
from shared.formats import Frame, frame_of
from shared.identity import Sealed
from shared.lanes import FrameJob
from shared.privacy import Forged, Privacy, vault
from shared.recorders import Lane
from shared.records import replace
from shared.service import House
from tests.machinery.test_lanes import frames
from tests.machinery.toys import (
    FOLLOWER,
    PUBLISHER,
    as_operator,
    cents,
    putting,
    serving,
    settings,
    until,
    writing,
)
from tests.servers import NatsServer


async def four_frames(tmp_path: Path, nats: NatsServer) -> list[Frame]:
    """Frames with 1, 2, 4 and 8 cents, as they lie in the lane."""
    async with serving(PUBLISHER, settings(tmp_path / "p", nats)) as publisher:
        for amount in (1, 2, 4, 8):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.relays[0].idle)
        connection, jetstream = await as_operator(nats)
        found = [frame_of(dict(it.headers), it.data) for it in await frames(jetstream)]
        await connection.close()
        return found


async def applied(follower: House, arriving: list[Frame]) -> int:
    """What the follower's purse holds after these frames arrived in this order; a gap makes a frame wait its turn."""
    waiting = list(arriving)
    for _ in range(len(arriving) ** 2):
        if not waiting:
            break
        frame = waiting.pop(0)
        job = FrameJob(frame, FOLLOWER.reactions, asyncio.get_running_loop().create_future())
        try:
            await follower.writer.submit(job)
        except lanes.Gap:
            waiting.append(frame)
    return cents(follower, "case")


async def test_overtaken_frames_lose_money_when_the_rule_of_the_previous_frame_is_off(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    one, two, three, four = await four_frames(tmp_path, nats_server)
    async with writing(FOLLOWER, settings(tmp_path / "with", None)) as follower:
        assert await applied(follower, [one, three, two, four]) == 15

    def only_forward(lane: Lane, frame: Frame) -> bool:
        return frame.last > lane.position

    monkeypatch.setattr(lanes, "is_new", only_forward)
    async with writing(FOLLOWER, settings(tmp_path / "without", None)) as follower:
        assert await applied(follower, [one, three, two, four]) == 13, "two cents are gone for ever"


async def test_redelivered_frames_double_money_when_the_position_is_not_looked_at(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    one, two, three, four = await four_frames(tmp_path, nats_server)
    async with writing(FOLLOWER, settings(tmp_path / "with", None)) as follower:
        assert await applied(follower, [one, two, two, three, four, four]) == 15

    def always(_lane: Lane, _frame: Frame) -> bool:
        return True

    def no_position(self: Any, overlay: Any) -> int:
        real = overlay.lane(self.frame.source)
        overlay.lanes[self.frame.source] = Lane(source=self.frame.source, epoch=real.epoch)
        return follow(self, overlay)

    def everything(self: Any, _followed: int) -> Any:
        return read(self, 0)

    follow, read = FrameJob._follow, FrameJob._read  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(FrameJob, "_read", everything)
    monkeypatch.setattr(lanes, "is_new", always)
    monkeypatch.setattr(FrameJob, "_follow", no_position)
    async with writing(FOLLOWER, settings(tmp_path / "without", None)) as follower:
        assert await applied(follower, [one, two, two, three, four, four]) == 25


async def test_another_history_alters_money_when_the_chain_is_not_compared(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    one, two, three, four = await four_frames(tmp_path, nats_server)
    altered = replace(two, body=four.body, last=four.last, chain_last=four.chain_last, chain_previous="e" * 64)
    async with writing(FOLLOWER, settings(tmp_path / "with", None)) as follower:
        await applied(follower, [one])
        with pytest.raises(lanes.LaneStopped):
            await applied(follower, [altered])
        assert await applied(follower, [two, three, four]) == 15

    def without_chain(lane: Lane, frame: Frame) -> bool:
        if frame.previous > lane.position:
            raise lanes.Gap
        return frame.last > lane.position

    monkeypatch.setattr(lanes, "is_new", without_chain)
    async with writing(FOLLOWER, settings(tmp_path / "without", None)) as follower:
        await applied(follower, [one, altered])
        assert await applied(follower, [two, three, four]) == 9, "the altered history was believed"


async def test_a_case_is_handled_out_of_order_when_nothing_waits_behind_a_parked_message(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        for amount in (13, 5):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.relays[0].idle)
        connection, jetstream = await as_operator(nats_server)
        sent = [frame_of(dict(it.headers), it.data) for it in await frames(jetstream)]
        await connection.close()
    async with writing(FOLLOWER, settings(tmp_path / "with", None)) as follower:
        assert await applied(follower, sent) == 0, "the second waits behind the poisoned first"
    real = lanes.react

    def never_parks(*args: Any) -> str:
        real(*args)
        return ""

    monkeypatch.setattr(lanes, "react", never_parks)
    async with writing(FOLLOWER, settings(tmp_path / "without", None)) as follower:
        assert await applied(follower, sent) == 5, "it overtook the first, which is gone"


def test_a_sealed_value_moved_to_another_field_opens_when_nothing_binds_it(tmp_path: Path):
    keys = vault(f"sqlite:{tmp_path / 'keys.sqlite'}", bytes(32))
    keys.provision()
    privacy = Privacy(keys, "intake")
    iban = privacy.seal("DE02120300000000202051", stream="application-a", path="iban", subject="s-1")
    moved = Sealed(origin="intake", stream="application-b", path="iban", subject="s-1", nonce=iban.nonce, box=iban.box)
    assert privacy.open(iban) == "DE02120300000000202051"
    with pytest.raises(Forged):
        privacy.open(moved)
    key = keys.key("s-1")
    assert key is not None
    unbound = AESGCM(key).encrypt(bytes(12), b'"DE02"', None)
    assert AESGCM(key).decrypt(bytes(12), unbound, None) == b'"DE02"', "without associated data it opens anywhere"
