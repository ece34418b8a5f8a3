"""With a protection taken out, the simulation finds what is lost, doubled or stuck; otherwise it would prove nothing.

Each control names the seeds among which it is found and the faults that bring it out. The same seeds with the
protection in place are healthy, which each control shows as well.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from shared import lanes, messaging, relaying, witnessing
from shared.commands import Request
from shared.formats import Frame
from shared.lane_following import LaneFollower
from shared.overlay import Overlay
from shared.recorders import Batch, Lane
from shared.records import replace
from shared.relaying import Relay
from tests.simulation import faults_of_broker as broker
from tests.simulation import faults_of_machines as machines
from tests.simulation import world
from tests.simulation.faults import Fault
from tests.simulation.recorder import Disk
from tests.simulation.simulate import Result, simulate

Patch = pytest.MonkeyPatch


def found(seeds: range, often: Mapping[Fault, float]) -> Result:
    """The first of these worlds in which something is wrong."""
    for seed in seeds:
        result = simulate(seed, often)
        if result.violations:
            return result
    raise AssertionError(f"nothing is wrong in {seeds}: the simulation would not notice")


def unprotected(patch: Patch, take_out: Callable[[Patch], None], seeds: range, often: Mapping[Fault, float]) -> str:
    """What goes wrong without the protection in a world that is healthy with it."""
    with patch.context() as without:
        take_out(without)
        result = found(seeds, often)
    assert not simulate(result.seed, often).violations, result.replay
    return "; ".join(result.violations)


OUT_OF_ORDER: Mapping[Fault, float] = {
    broker.consumer_jumps: 2, broker.deliveries_disturbed: 1, broker.acknowledgements_lost: 1, broker.broker_restarted: 1,
}  # fmt: skip
HOLES: Mapping[Fault, float] = {broker.messages_lost: 1, broker.consumer_jumps: 1, broker.acknowledgements_lost: 1}
WIPES: Mapping[Fault, float] = {broker.stream_wiped: 1, broker.consumer_jumps: 1, broker.acknowledgements_lost: 1}
DEATHS: Mapping[Fault, float] = {machines.killed: 1, machines.killed_at_commit: 1, broker.acknowledgements_lost: 1}


def test_money_is_lost_when_the_rule_of_the_previous_frame_is_off(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        def only_forward(lane: Lane, frame: Frame) -> bool:
            return frame.last > lane.position

        without.setattr(lanes, "is_new", only_forward)

    assert "told was" in unprotected(monkeypatch, take_out, range(1, 100), OUT_OF_ORDER)


def test_money_is_doubled_when_the_position_is_not_looked_at(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        without.setattr(lanes, "is_new", lambda _lane, _frame: True)
        without.setattr(Overlay, "lane", lambda _overlay, source: Lane(source=source))

    assert "told was" in unprotected(monkeypatch, take_out, range(1, 100), OUT_OF_ORDER)


def test_money_is_doubled_when_the_position_is_not_part_of_the_transaction(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        commit = Disk.commit

        def without_lanes(disk: Disk, batch: Batch) -> None:
            commit(disk, replace(batch, lanes=()))

        without.setattr(Disk, "commit", without_lanes)

    assert "told was" in unprotected(monkeypatch, take_out, range(1, 100), DEATHS)


def test_money_is_paid_twice_without_idempotency_keys(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        requested = world.requested

        def without_key(payment: world.Payment) -> Request:
            return replace(requested(payment), id="")

        without.setattr(world, "requested", without_key)

    assert "recorded 2 times" in unprotected(
        monkeypatch, take_out, range(1, 100), {machines.killed_at_commit: 1, machines.people_hear_nothing: 1}
    )


def test_the_log_forks_when_two_processes_write_without_a_fence(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        commit = Disk.commit

        def unfenced(disk: Disk, batch: Batch) -> None:
            disk.head = batch.before
            commit(disk, batch)

        without.setattr(Disk, "commit", unfenced)

    often: Mapping[Fault, float] = {machines.started_twice: 1}
    assert "breaks at" in unprotected(monkeypatch, take_out, range(1, 100), often)


def test_a_lane_waits_for_ever_when_nothing_is_refilled(monkeypatch: Patch) -> None:
    async def nothing(_relay: Relay, _position: int) -> None:
        """The publisher does not answer."""

    def take_out(without: Patch) -> None:
        without.setattr(Relay, "refill", nothing)

    assert "follows" in unprotected(monkeypatch, take_out, range(1, 100), HOLES)


def test_a_lane_waits_for_ever_when_the_stream_itself_is_not_read(monkeypatch: Patch) -> None:
    async def gap(_follower: LaneFollower) -> None:
        raise lanes.Gap

    def take_out(without: Patch) -> None:
        without.setattr(LaneFollower, "catch_up", gap)

    assert "follows" in unprotected(monkeypatch, take_out, range(1, 100), OUT_OF_ORDER)


def test_a_lane_waits_for_ever_when_an_idle_publisher_does_not_look_at_its_stream(monkeypatch: Patch) -> None:
    async def nothing(_relay: Relay) -> None:
        """What is sent is believed to lie there."""

    def take_out(without: Patch) -> None:
        without.setattr(Relay, "_look", nothing)

    assert "follows" in unprotected(monkeypatch, take_out, range(1, 200), WIPES)


def test_a_process_stands_still_for_ever_when_it_does_not_see_that_another_wrote_its_store(monkeypatch: Patch) -> None:
    def take_out(without: Patch) -> None:
        for where in (relaying, witnessing):
            without.setattr(where, "still_written_alone", lambda _recorder, _head: None)

    often: Mapping[Fault, float] = {machines.started_twice: 1, machines.slow_threads: 1, broker.slow_network: 1}
    assert "does not write" in unprotected(monkeypatch, take_out, range(1, 200), often)


def test_a_process_spins_when_an_absent_broker_is_asked_without_a_pause(monkeypatch: Patch) -> None:
    def at_once(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        return fetch

    def take_out(without: Patch) -> None:
        without.setattr(messaging, "_patiently", at_once)

    assert "spins" in unprotected(monkeypatch, take_out, range(1, 100), {broker.outage: 1, broker.half_open: 1})
