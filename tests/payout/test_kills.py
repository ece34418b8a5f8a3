"""Payout killed (SIGKILL) between any two steps of its work with the treasury: every payment is made exactly once."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.payout import batch as batches
from shared.identity import Role
from tests.payout.builders import CASE
from tests.payout.dying import MOMENTS
from tests.payout.road import PROJECT, book, on_the_road, settings_at, simulated_treasury
from tests.servers import NatsServer, free_port, wait_until
from tests.service import Place


@contextmanager
def dying_at(moment: str, place: Place, **more: Any) -> Generator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """The service as a process of its own that dies at a moment; the treasury's cashier talks to it."""
    port = free_port()
    told = settings_at(place, **more).model_dump(mode="json", exclude={"debtors"}, exclude_none=True) | {"port": port}
    environment = {f"FOERDERSTROM_{name.upper()}": str(it) for name, it in told.items()}
    command = [sys.executable, "-m", "tests.payout.dying", moment, "serve"]
    with (place.folder / "dying.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | environment, stdout=log, stderr=log)
    headers = {"Authorization": f"Bearer {place.token('p-cashier', Role.TREASURY)}"}
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20) as client:
            wait_until(lambda: process.poll() is not None or _answers(client), "der Dienst", within=60)
            yield process, client
            wait_until(lambda: process.poll() is not None, f"das Ende bei {moment}", within=60)
            assert process.returncode == -9
    finally:
        process.kill()
        process.wait()


def _answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/health/startup").status_code == 200
    except httpx2.HTTPError:
        return False


def release(client: httpx2.Client, batch: str) -> None:
    etag = client.get(f"/payout/batches/{batch}").headers["etag"]
    try:
        client.post(f"/payout/batches/{batch}/release", headers={"If-Match": etag, "Idempotency-Key": "r"}, json={})
    except httpx2.HTTPError:
        return  # it may die before it has answered; the release is recorded or will be asked for again


@pytest.mark.parametrize("moment", [it for it in MOMENTS if it != "request-made"])
def test_a_kill_loses_no_payment_and_doubles_none(moment: str, nats_server: NatsServer, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place) as road:
        road.assign()
        road.request("d1")
        batch = road.sealed(road.ordered("d1"))
        if moment.startswith("report"):
            road.released(batch)
            road.until(f"/payout/batches/{batch}", "status", "transmitted")
    if moment.startswith("report"):
        simulated_treasury(road.treasury, "--once")
        with dying_at(moment, place):
            pass
    else:
        with dying_at(moment, place) as (_, client):
            release(client, batch)
        # The treasury works on whatever it finds before payout is back.
        simulated_treasury(road.treasury, "--once")
    with on_the_road(place) as road:
        state = road.service.house.store.load(batches.decider, f"batch-{batch}").state
        if isinstance(state, batches.Unreleased):
            road.released(batch)
        wait_until(lambda: road.service.house.idle, "payout ruht")
        road.answered()
        road.answered()
        (payment,) = road.read(f"/payout/cases/{CASE}")["payments"]
        assert (payment["status"], payment["settled_on"]) == ("settled", "2025-08-04")
        assert road.read("/payout/open")["clearing"] == 0
        assert road.read(f"/payout/batches/{batch}")["status"] == "completed"
    told = book(road.treasury)
    assert told["totals"] == {"ordered": 1, "settled": 1, "rejected": 0, "duplicate": 0}
    assert len(told["files"]) == 1
    assert list((road.treasury / "from-treasury").iterdir()) == []


RECALL_MOMENTS = ("request-made", "submission-started", "file-half-handed-over", "file-handed-over")


@pytest.mark.parametrize("format", ["iso20022", "hkr-xml"])
@pytest.mark.parametrize("moment", RECALL_MOMENTS)
def test_a_kill_while_a_request_to_cancel_is_sent_sends_it_once(
    moment: str, format: str, nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place, treasury_format=format) as road:
        road.assign()
        road.request("d1")
        batch = road.transmitted(road.ordered("d1"))
        road.answered()
        road.done("p-orderer", f"/payout/batches/{batch}/recalls", {"grounds": "DUPL", "text": "doppelt"})
        recall = road.read("/payout/recalls")["items"][0]["recall"]
    with dying_at(moment, place, treasury_format=format) as (_, client):
        approve(client, batch, recall)
    simulated_treasury(road.treasury, "--once")
    with on_the_road(place, treasury_format=format) as road:
        wait_until(lambda: road.read("/payout/recalls")["items"][0]["status"] != "approved", "die Übergabe")
        road.answered()
        item = road.read("/payout/recalls")["items"][0]
        assert (item["status"], item["granted"], item["refused"]) == ("answered", 0, 1)
        (payment,) = road.read(f"/payout/cases/{CASE}")["payments"]
        assert (payment["status"], payment["recall"]) == ("settled", "refused")
        assert road.read("/payout/open")["clearing"] == 0
    told = book(road.treasury)
    assert [it["message_id"] for it in told["files"]] == [batch, recall]
    assert told["totals"] == {"ordered": 1, "settled": 1, "rejected": 0, "duplicate": 0}


def approve(client: httpx2.Client, batch: str, recall: str) -> None:
    etag = client.get(f"/payout/batches/{batch}").headers["etag"]
    path, headers = f"/payout/batches/{batch}/recalls/{recall}/approval", {"If-Match": etag, "Idempotency-Key": "r"}
    try:
        client.post(path, headers=headers, json={})
    except httpx2.HTTPError:
        return  # it may die before it has answered; the approval is recorded or will be asked for again


def test_a_file_sent_under_a_new_name_would_be_noticed_as_a_second_order(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign()
        road.request("d1")
        batch = road.transmitted(road.ordered("d1"))
        (sent,) = (road.treasury / "to-treasury").glob("*.xml")
        other = sent.read_bytes().replace(batch.encode(), b"another-message")
        (road.treasury / "to-treasury" / "again.xml").write_bytes(other)
        road.answered()
    assert book(road.treasury)["totals"]["duplicate"] == 1
