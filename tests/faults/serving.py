"""A service of the house as a process of its own, without HTTP: it takes requests as JSON lines on a socket in the folder.

What a client has read from the socket was acknowledged; what it had asked and not read is unknown, and is asked again.
"""

import asyncio
import logging
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog
import uvloop
from nats.js.api import ConsumerConfig

from deploy.treasury_simulator import __main__ as treasury
from services.intake.wiring import blueprint as intake
from services.payout.settings import Settings as PayoutSettings
from services.payout.wiring import blueprint as payout
from services.review.wiring import blueprint as review
from shared import messaging, topology
from shared.commands import KeyReused, Request, StaleVersion
from shared.decider import Decision
from shared.service import House, build, running
from shared.settings import Settings
from shared.writer import NotWriting
from tests.faults import moments, unprotected, unprotected_writer, unreliable
from tests.faults.acts import ACTS, caller_of, retry
from tests.faults.life import Life
from tests.faults.purse import carrying

BLUEPRINTS = {it.name: it for it in (intake, review, payout)}


def settings_of(life: Life) -> Settings:
    folder = Path(life.folder)
    told: dict[str, Any] = {
        "store": life.store, "nats_url": life.nats_url, "keys": f"sqlite:{folder / 'keys.sqlite'}",
        "kek_file": folder / "kek", "documents": folder / "documents", "jwks": str(folder / "jwks.json"),
        "issuer": "urn:test", "calendar": folder / "calendar.json", "trace_ratio": 0.0,
        "start_awaits_ledger": False,
    }  # fmt: skip
    password = folder / f"{life.service}.password"
    if password.exists():
        told["nats_password_file"] = password
    return PayoutSettings(**told, treasury=folder / "treasury") if life.service == "payout" else Settings(**told)


def house_of(life: Life) -> House:
    house = build(carrying(BLUEPRINTS[life.service], life.variants), settings_of(life))
    house.messenger.broker._connection_kwargs["ping_interval"] = min(10, life.patience / 3)
    return house


def serve(life: Life) -> int:
    """Live until told to end; the exit code."""
    if life.service == "treasury":
        return treasury.main([f"{life.folder}/treasury", "--poll", "0.05"])
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])],
    )
    messaging.UNANSWERED = life.patience
    _agree(life)
    if life.moment:
        moments.arm(life)
    unprotected.switch_off(life.unprotected)  # later, so that it can also die between the pieces of what was one
    if life.unreliable:
        unreliable.arm(life)
    try:
        uvloop.run(_serve(life))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _agree(life: Life) -> None:
    """Let the map say what this world's consumers are like: else a service takes no commands where they differ from it."""
    consumer = topology._consumer

    def as_here(service: str, subject: str) -> ConsumerConfig:
        agreed = consumer(service, subject)
        agreed.ack_wait, agreed.max_ack_pending = life.ack_wait, life.max_ack_pending
        return agreed

    topology._consumer = as_here


async def _serve(life: Life) -> None:
    ended = asyncio.Event()

    def end() -> None:
        unprotected_writer.asked_to_end()
        ended.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    house = house_of(life)
    async with running(house):
        life.socket.unlink(missing_ok=True)
        desk = Desk(house)
        server = await asyncio.start_unix_server(desk.listen, str(life.socket), limit=2**20)
        await ended.wait()
        server.close()


class Desk:
    """Answers what is asked on the socket; many at once, so that they meet in groups."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: set[asyncio.Task[None]] = set()

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            task = asyncio.ensure_future(self._answer(msgspec.json.decode(line), writer))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    async def _answer(self, ask: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        answer = await self._do(ask)
        if answer.get("last"):
            moments.answering()
        with suppress(OSError, RuntimeError):
            writer.write(msgspec.json.encode({"id": ask["id"]} | answer) + b"\n")

    async def _do(self, ask: dict[str, Any]) -> dict[str, Any]:
        match ask["act"]:
            case "look":
                return await self._look()
            case "refill":
                subject, position = ask["subject"], ask["position"]
                await self._house.messenger.ask_refill(ask["of"], subject, position)
                return {}
            case "freeze":
                signal.pause()
                return {}
            case _:
                return await self._command(ask)

    async def _command(self, ask: dict[str, Any]) -> dict[str, Any]:
        house = self._house
        try:
            if ask["act"] == "retry":
                done = asyncio.get_running_loop().create_future()
                handled, waiting = await house.writer.submit(retry(house, ask, done))
                return {"handled": handled, "waiting": waiting}
            made = ACTS[ask["act"]][2](house, ask)
            decision = made if isinstance(made, Decision) else await made
            request = Request(
                decision=decision, caller=caller_of(ask), id=ask["key"], body_hash=ask["key"], expected=ask.get("expected")
            )  # fmt: skip
            return msgspec.to_builtins(await house.writer.execute(request))
        except (NotWriting, StaleVersion, KeyReused) as error:
            return {"refused": type(error).__name__, "detail": str(error)}
        except Exception as error:
            return {"failed": type(error).__name__, "detail": str(error)[:300]}

    async def _look(self) -> dict[str, Any]:
        """How the process sees itself; nothing of it is proof of anything."""
        house = self._house
        kept_up = [await it.keeps_up() for it in house.lanes]
        return {
            "idle": house.idle and all(kept_up),
            "unready": house.unready(),
            "refusing": house.writer.refusing,
            "head": house.writer.head.position,
            "lanes": {
                it.source: {"position": it.followed().position, "stopped": it.stopped, "paused": it.paused}
                for it in house.lanes
            },
            "relays": {it.subject: {"position": it.position, "stopped": it.stopped} for it in house.relays},
        }
