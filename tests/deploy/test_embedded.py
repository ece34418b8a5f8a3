"""The embedded mode: what it hands to whom, and that it survives what is done to it."""

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from deploy.embedded import Embedded, main
from deploy.house import TREASURY_FORMATS, House
from deploy.nats_server import SERVICES
from deploy.ports import free_port
from deploy.supervisor import Part
from services.payout.settings import Settings

CALENDAR = datetime(2025, 1, 6, 8, tzinfo=UTC)


def _parts(house: House) -> Mapping[str, Part]:
    return {part.name: part for part in house.prepare()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(directory=tmp_path / "var", port=0, calendar=CALENDAR)


def test_every_service_is_provisioned_then_served_and_the_streams_are_made_again_with_the_broker(house: House) -> None:
    parts = _parts(house)
    assert set(parts) == {
        "nats-server",
        "provision-streams",
        "front",
        "treasury-simulator",
        *SERVICES,
        *(f"provision-{service}" for service in SERVICES),
    }
    streams = parts["provision-streams"]
    assert (streams.once, streams.after, streams.again_after) == (True, ("nats-server",), "nats-server")
    for service in SERVICES:
        provision = parts[f"provision-{service}"]
        assert (provision.once, provision.after, provision.again_after) == (True, (), "")
        assert parts[service].after == (f"provision-{service}", "provision-streams")
        assert parts[service].command[-2:] == (f"services.{service}", "serve")


def test_only_provisioning_knows_the_operators_password(house: House) -> None:
    parts = _parts(house)
    for name, part in parts.items():
        knows = any("OPERATOR" in key for key in part.environment)
        assert knows == (name == "provision-streams"), name


def test_each_service_gets_its_own_settings_and_the_treasury_nothing_but_a_directory(house: House) -> None:
    parts = _parts(house)
    given = {name: {k for k in part.environment if k.startswith("FOERDERSTROM_")} for name, part in parts.items()}
    common = {
        f"FOERDERSTROM_{name}"
        for name in (
            *("PORT", "STORE", "NATS_URL", "NATS_PASSWORD_FILE", "KEYS", "KEK_FILE"),
            *("DOCUMENTS", "JWKS", "ISSUER", "CALENDAR", "TRACES"),
        )
    }
    assert given["intake"] == given["review"] == common
    assert given["payout"] - common == {"FOERDERSTROM_TREASURY", "FOERDERSTROM_TREASURY_FORMAT"}
    assert given["ledger"] - common == {"FOERDERSTROM_LEDGER_KEY_FILE", "FOERDERSTROM_LEDGER_ORIGIN"}
    assert given["treasury-simulator"] == given["front"] == given["nats-server"] == set()
    assert parts["treasury-simulator"].command[-1] == str(house.directory / "treasury")


def test_what_lies_in_the_caller_s_environment_does_not_reach_the_services(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOERDERSTROM_STORE", "postgresql://elsewhere")
    assert _parts(house)["intake"].environment["FOERDERSTROM_STORE"].startswith("sqlite:")


def test_stores_are_apart_and_postgresql_is_handed_on(house: House) -> None:
    stores = {_parts(house)[service].environment["FOERDERSTROM_STORE"] for service in SERVICES}
    assert len(stores) == len(SERVICES)
    postgres = House(directory=house.directory, port=0, store="postgresql://u@h/d")
    assert {_parts(postgres)[service].environment["FOERDERSTROM_STORE"] for service in SERVICES} == {
        "postgresql://u@h/d"
    }


def test_a_second_start_finds_the_same_secrets_ports_and_calendar(house: House) -> None:
    first, kept = _parts(house), _secrets(house)
    calendar = house.calendar_file.read_bytes()
    later = House(directory=house.directory, port=0, calendar=datetime(2027, 1, 1, tzinfo=UTC))
    assert _parts(later) == first
    assert _secrets(house) == kept
    assert house.calendar_file.read_bytes() == calendar


def _secrets(house: House) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in house.secrets.iterdir()}


def test_secrets_are_their_owners_alone_and_whole(house: House) -> None:
    _parts(house)
    assert {stat.S_IMODE(path.stat().st_mode) for path in house.secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(house.secrets.stat().st_mode) == 0o700
    assert len((house.secrets / "kek").read_bytes()) == len((house.secrets / "ledger-seed").read_bytes()) == 32
    published = json.loads((house.directory / "jwks.json").read_bytes())
    assert ["d" in key for key in published["keys"]] == [False]


def test_without_a_simulated_calendar_nobody_is_told_of_one(tmp_path: Path) -> None:
    parts = _parts(House(directory=tmp_path, port=0))
    assert "FOERDERSTROM_CALENDAR" not in parts["intake"].environment
    assert "--calendar" not in parts["front"].command


def test_single_events_are_mirrored_when_asked_for(house: House) -> None:
    assert "FOERDERSTROM_MIRROR" not in _parts(house)["intake"].environment
    mirrored = House(directory=house.directory, port=0, mirror=True)
    assert {_parts(mirrored)[service].environment["FOERDERSTROM_MIRROR"] for service in SERVICES} == {"true"}


def test_a_house_speaks_to_its_treasury_as_it_was_told_until_it_is_told_otherwise(house: House) -> None:
    def spoken(told: str = "") -> str:
        again = House(directory=house.directory, port=0, treasury_format=told)
        return _parts(again)["payout"].environment["FOERDERSTROM_TREASURY_FORMAT"]

    assert [spoken(), spoken("hkr-csv"), spoken(), spoken("iso20022"), spoken()] == [
        "iso20022", "hkr-csv", "hkr-csv", "iso20022", "iso20022",
    ]  # fmt: skip
    assert get_args(Settings.model_fields["treasury_format"].annotation) == TREASURY_FORMATS


def test_a_taken_front_port_is_told_and_nothing_is_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as stranger:
        port = stranger.getsockname()[1]
        assert main([str(tmp_path), "--port", str(port)]) == 2
    assert f"Port {port} ist belegt" in capsys.readouterr().err
    assert not (tmp_path / "status.json").exists()


@pytest.mark.parametrize(
    "arguments", [["--simulated-calendar", "2025-01-06T08:00"], ["--store", "mysql://x"], ["--treasury-format", "fax"]]
)
def test_nonsense_on_the_command_line_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), *arguments])


# ---- the real thing ------------------------------------------------------------------------------------------------


def eventually[T](look: Callable[[], T | None], within: float = 15.0) -> T:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


_OUTSIDE = ("nats-server", "front", "treasury-simulator")
"""The parts that need no service: the services have the whole-system tests."""


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Embedded]:
    with Embedded(tmp_path / "var", calendar=CALENDAR) as it:
        yield it


def _front_lives(embedded: Embedded) -> bool:
    try:
        return httpx2.get(f"{embedded.url}/health/live", trust_env=False).status_code == 200
    except (httpx2.HTTPError, KeyError):
        return False


def test_the_house_survives_kills_of_its_parts_and_of_its_supervisor(embedded: Embedded) -> None:
    eventually(lambda: _front_lives(embedded) and set(_OUTSIDE) <= embedded.pids().keys())
    ports = embedded.status()["ports"]
    for name in _OUTSIDE:
        killed = embedded.pids()[name]
        os.kill(killed, signal.SIGKILL)
        eventually(lambda name=name, killed=killed: embedded.pids().get(name, killed) != killed)
    eventually(lambda: _front_lives(embedded))
    with httpx2.Client(base_url=embedded.url, trust_env=False) as visitor:
        visitor.post("/sign-in", data={"person": "p-7c9r"})
        assert "Yasemin Bürgel" in visitor.get("/").text

    pids = [embedded.supervisor_pid, *embedded.pids().values()]
    embedded.kill()
    eventually(lambda: not any(lives(pid) for pid in pids))
    embedded.start()
    eventually(lambda: _front_lives(embedded) and set(_OUTSIDE) <= embedded.pids().keys())
    assert embedded.status()["ports"] == ports

    pids = [embedded.supervisor_pid, *embedded.pids().values()]
    embedded.stop()
    assert not [pid for pid in pids if lives(pid)]
    assert not [path for path in _files(embedded.directory) if "Bürgel".encode() in path.read_bytes()]


def _files(directory: Path) -> list[Path]:
    found = [path for path in directory.rglob("*") if path.is_file()]
    assert len(found) > 20
    return found
