"""A store is lost, and an operator goes by the runbook: backup back, `recover`, by an export where the stream is lost, too."""

import asyncio
import shutil

from eventsourcing.persistence import PersistenceError

from services.ledger.ledger import Ledger
from shared.continuation import NotRecoverable
from shared.messaging import Messenger
from shared.problems import Problem
from shared.recovery import recovered
from shared.topology import RECORDED
from shared.views import Views
from shared.writer import NotWriting
from tests.simulation.faults import Fault, Faults
from tests.simulation.recorder import Disk, MemoryRecorder
from tests.simulation.world import FOLDER, LEDGER, URL, Service, World

PAUSE = 3.0
"""Virtual seconds that an operator thinks before the next step."""


def store_lost(it: Faults) -> None:
    """The disk breaks, a while after the last backup, when all that is on it was told: the rest is lost by definition."""
    service = it.world.services[it.random.choice(RECORDED)]
    it.loop.later(it.random.uniform(0.2, 4), _break, it, service, service.disk.copy())


def _break(it: Faults, service: Service, backup: Disk) -> None:
    if it.healed:
        return
    if not _all_is_told(it.world, service):
        it.loop.later(0.1, _break, it, service, backup)
        return
    it.loop.note("restored", f"{service.name} from {service.disk.head.position} to {backup.head.position}")
    unnoticed = it.random.random() < 0.5
    service.kept_down = not unnoticed
    service.kill()
    service.disk = backup
    it.loop.create_task(_operate(it.world, service), context=it.loop.outside.copy())


def _all_is_told(world: World, service: Service) -> bool:
    """Whether the ledger has every event, and nobody waits for an answer whose key would be forgotten."""
    told = world.services[LEDGER].disk.lanes.get(service.name)
    waiting = [it for it in world.payments if it.by == service.name and it.outcome is None]
    return told is not None and told.position == service.disk.head.position and not waiting


async def _operate(world: World, service: Service) -> None:
    """Until it is recovered and every lane of it moves; the service itself stands still when somebody starts it before."""
    while True:
        await asyncio.sleep(PAUSE)
        service.kept_down = True
        service.kill()
        try:
            await _recover(world, service)
        except (NotRecoverable, Problem, TimeoutError, NotWriting, PersistenceError) as error:
            world.loop.note("not recovered", f"{service.name}: {type(error).__name__} {error}")
            continue
        service.kept_down = False
        service.start_again()
        await asyncio.sleep(10 * PAUSE)
        if service.house is None or not any(it.stopped for it in service.house.lanes):
            return


async def _recover(world: World, service: Service) -> None:
    def recorder() -> MemoryRecorder:
        return MemoryRecorder(service.disk, lambda _step: False)

    def messenger() -> Messenger:
        return Messenger(service.name, URL, "")

    views = Views(service.views)
    try:
        await recovered(service.name, recorder(), messenger(), views, ask_ledger=True)
    except NotRecoverable:
        ledger = world.services[LEDGER].house
        if ledger is None or not isinstance(ledger.own, Ledger):
            raise
        name = f"{world.seed}-{service.name}"
        exported = await asyncio.wait_for(ledger.own.export(name), 10 * PAUSE)
        try:
            await recovered(service.name, recorder(), messenger(), views, exported, ask_ledger=True)
        finally:
            shutil.rmtree(FOLDER / "exports" / name)


OFTEN: dict[Fault, float] = {store_lost: 1.5}
"""Each fault, and how often it strikes among the others."""
