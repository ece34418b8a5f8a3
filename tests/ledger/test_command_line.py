"""`python -m services.ledger export` and `verify`: with the service running, over HTTP; without, from the store."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.ledger.__main__ import app
from services.ledger.wiring import blueprint
from shared.identity import Role
from tests.ledger.rooms import settings
from tests.machinery.toys import PUBLISHER, putting, until
from tests.machinery.toys import serving as beside
from tests.servers import NatsServer, wait_until
from tests.service import Place, Running, serving


@pytest.fixture
def place(tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> Place:
    place = Place(folder=tmp_path / "place", nats=nats_server)
    for name, it in settings(place).model_dump(exclude_none=True, exclude={"traces"}).items():
        if it not in ("", Path()):
            monkeypatch.setenv(f"FOERDERSTROM_{name.upper()}", str(it))
    return place


async def filled(place: Place) -> None:
    async with beside(PUBLISHER, place.settings()) as publisher:
        for amount in (1, 2, 4):
            await putting(publisher, amount, "case")
        await until(lambda: publisher.idle)


def signed(running: Running) -> bool:
    chronicle = running.house.own.chronicle
    return chronicle.size > 3 and not chronicle.due


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(it) for it in words])
    return done.exit_code, done.output


def result(told: str) -> dict[str, Any]:
    """The line of the result: the service in this process writes its log to the same output."""
    return json.loads(next(line for line in told.splitlines() if line.startswith('{"directory"')))


def test_the_road_of_an_export(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asyncio.run(filled(place))
    stick, key = tmp_path / "stick", place.folder / "vkey"
    with serving(blueprint, place, settings(place)) as running:
        wait_until(lambda: signed(running), "der Prüfpunkt")
        monkeypatch.setenv("FOERDERSTROM_PORT", running.url.rpartition(":")[2])
        code, told = run("export", stick)
        assert (code, "FOERDERSTROM_TOKEN" in told) == (2, True)
        monkeypatch.setenv("FOERDERSTROM_TOKEN", place.token("p-2", Role.EXPERT))
        code, told = run("export", stick)
        assert (code, "role-not-allowed" in told, stick.exists()) == (1, True, False)
        monkeypatch.setenv("FOERDERSTROM_TOKEN", place.token("p-1", Role.AUDITOR))
        code, told = run("export", stick)
        assert code == 0
        over_http = result(told)
        key.write_text(running.client("p-1", Role.AUDITOR).get("/ledger/vkey").text)
    assert run("verify", stick, "--vkey", key)[0] == 0
    code, told = run("export", tmp_path / "another")
    assert (code, result(told)["root"]) == (0, over_http["root"])
    assert run("verify", tmp_path / "another", "--since", stick / "checkpoint")[0] == 0
    assert sorted(it.name for it in stick.iterdir()) == sorted(it.name for it in (tmp_path / "another").iterdir())

    leaves = stick / "heads.json"
    leaves.write_bytes(leaves.read_bytes().replace(b'"position":3', b'"position":2'))
    code, told = run("verify", stick, "--json")
    assert (code, json.loads(told)["kind"]) == (1, "changed-heads")
    code, told = run("export", place.folder)
    assert (code, (place.folder / "jwks.json").exists()) == (2, True)


def test_nothing_signed_is_nothing_to_export(place: Place, tmp_path: Path):
    assert run("provision")[0] == 0
    assert run("export", tmp_path / "stick")[0] == 2
    assert not (tmp_path / "stick").exists()
