"""The simulated calendar: real time plus an offset in a file that every service reads. Moved only forwards, only when the house is quiet."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from deploy.files import write_atomically
from deploy.proxy import Proxy


def begin(path: Path, instant: datetime) -> None:
    """Set the calendar to an instant (aware), unless it already runs: a restarted house continues its year."""
    if not path.exists():
        _write(path, instant - datetime.now(UTC))


def stood_still(path: Path, since: datetime) -> None:
    """Take the real time since then out of the calendar: a house that was off (nothing else may be running) slept."""
    if path.exists():
        _write(path, now(path) - datetime.now(UTC) - (datetime.now(UTC) - since))


def _write(path: Path, offset: timedelta) -> None:
    write_atomically(path, json.dumps({"offset_seconds": round(offset.total_seconds())}).encode())


def now(path: Path | None) -> datetime:
    """The simulated instant (UTC), or the real one without a calendar."""
    seconds = json.loads(path.read_bytes())["offset_seconds"] if path is not None else 0
    return datetime.now(UTC) + timedelta(seconds=seconds)


class NotForwards(ValueError):
    """The calendar would go back: events would be recorded before their causes."""


class StillBusy(RuntimeError):
    """Some services did not become idle in time: advancing now would let their work fall into another day."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(", ".join(services))
        self.services = services


class CalendarDesk:
    """Advances the calendar for one caller at a time. `patience` is how many seconds it waits for quiet."""

    def __init__(self, path: Path, proxy: Proxy, *, patience: float = 60.0) -> None:
        self._path = path
        self._proxy = proxy
        self._patience = patience
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        return now(self._path)

    async def advance(self, to: datetime) -> datetime:
        """Move to an instant once everything has come to rest; `NotForwards`, `StillBusy`."""
        async with self._turn:
            await self._quiet()
            if to < self.now():
                raise NotForwards(to.isoformat())
            _write(self._path, to - datetime.now(UTC))
            return self.now()

    async def _quiet(self) -> None:
        deadline = asyncio.get_running_loop().time() + self._patience
        before: dict[str, bytes] = {}
        while True:
            answers = {service: await self._idle(service) for service in self._proxy.services}
            busy = [service for service, answer in answers.items() if answer is None]
            # One idle answer each is not enough: a frame may have left a service after it was asked for one that had
            # answered before. Two equal rounds in a row (the answers carry the positions) leave no message between.
            if not busy and answers == before:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise StillBusy(busy or sorted(answers))
            before = {service: answer for service, answer in answers.items() if answer is not None}
            await asyncio.sleep(0.05)

    async def _idle(self, service: str) -> bytes | None:
        try:
            answer = await self._proxy.get(service, "/health/idle")
            return answer.content if answer.status_code == 200 and answer.json().get("idle") is True else None
        except (httpx2.HTTPError, ValueError):
            return None
