"""A service that is stopped ends well: what is being committed is acknowledged first, although the broker is already left."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared import lifecycle, relaying
from shared.recorders import Batch
from shared.service import running
from tests.machinery.toys import PUBLISHER, cents, provisioned, putting, settings, until
from tests.servers import NatsServer


async def test_a_commit_that_takes_long_is_still_acknowledged_and_no_part_ends_the_process_before(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    ends = list[str]()
    monkeypatch.setattr(lifecycle, "_end", lambda _code, reason: ends.append(reason))
    monkeypatch.setattr(relaying.wait, "__defaults__", (0.05,))  # relays look so often that they look while it stops
    house = await provisioned(PUBLISHER, settings(tmp_path, nats_server))
    append = house.store.recorder.append

    def slowly(batch: Batch) -> None:
        time.sleep(1)
        append(batch)

    monkeypatch.setattr(house.store.recorder, "append", slowly)
    async with running(house):
        await until(lambda: not house.writer.refusing)
        acknowledged = asyncio.create_task(putting(house, 5, "case"))
        await until(lambda: house.writer.busy)
    assert (await acknowledged).last == 1
    assert ends == []
    again = await provisioned(PUBLISHER, settings(tmp_path, None))
    try:
        assert cents(again, "case") == 5
    finally:
        again.views.close()
        again.store.recorder.close()


@pytest.mark.parametrize("what", ["log", "views"])
def test_a_store_that_is_closed_while_threads_read_in_it_takes_no_process_down(tmp_path: Path, what: str):
    command = [sys.executable, "-m", "tests.machinery.closing_early", str(tmp_path), what]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
