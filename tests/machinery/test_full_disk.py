"""A full disk under the views: they fall behind and say so, commands are taken all the same, and with room they go on by themselves."""

import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx2
import psycopg
import pytest

from shared import lifecycle, view_tables
from shared.identity import Role
from shared.records import replace, value
from tests.machinery.toy_process import toy
from tests.servers import NatsServer, PostgresServer, wait_until
from tests.service import Place, Running, serving

MOST = 400
"""So many purses take more room than is left anywhere here."""


# ---- Disks that are full ---------------------------------------------------------------------------------------------


@value
class Disk:
    """Where the views of a service lie: full when told, with room again when told."""

    store: str
    fill: Callable[[Running], None]
    make_room: Callable[[Running], None]


@contextmanager
def _small_file_system() -> Generator[Path]:
    """A file system of a few megabytes; skips loudly where only root could make one."""
    with TemporaryDirectory(prefix="foerderstrom-small-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL does not run as root
        place = Path(folder) / "disk"
        place.mkdir()
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs", place], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip(f"kein kleines Dateisystem: {made.stderr.decode()}")
        try:
            yield place
        finally:
            wait_until(
                lambda: not subprocess.run(["umount", place], check=False, capture_output=True).returncode, "umount"
            )


def _filled(place: Path) -> None:
    with (place / "filler").open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))


def _on(store: str, place: Path) -> Disk:
    return Disk(store=store, fill=lambda _: _filled(place), make_room=lambda _: (place / "filler").unlink())


@contextmanager
def _sqlite_on_a_small_disk(folder: Path) -> Generator[Disk]:
    """The log lies elsewhere: only the views are out of room, and find out as late as at their commit."""
    with _small_file_system() as place:
        stores = folder / "stores"
        stores.mkdir()
        (stores / "intake.views.sqlite").symlink_to(place / "intake.views.sqlite")
        yield _on(f"sqlite:{stores}", place)


@contextmanager
def _sqlite_with_no_page_left(folder: Path) -> Generator[Disk]:
    def fill(service: Running) -> None:
        service.house.views.database.all("PRAGMA max_page_count=1")  # as few as there are

    def make_room(service: Running) -> None:
        service.house.views.database.all("PRAGMA max_page_count=1000000")

    yield Disk(store=f"sqlite:{folder / 'stores'}", fill=fill, make_room=make_room)


@contextmanager
def _postgresql_on_a_small_disk(server: PostgresServer) -> Generator[Disk]:
    """The views' documents lie in a table space of a few megabytes, all else where there is room."""
    with _small_file_system() as place, psycopg.connect(server.dsn(), autocommit=True) as connection:
        (place / "documents").mkdir(mode=0o700)
        shutil.chown(place / "documents", "nobody", "nogroup")
        space, name = f"t{uuid4().hex[:12]}", server.fresh_database()
        connection.execute(f"CREATE TABLESPACE {space} LOCATION '{place / 'documents'}'".encode())
        on_it = _on(server.url(name), place)

        def fill(service: Running) -> None:
            service.house.views.database.execute([(f"ALTER TABLE {{s}}view SET TABLESPACE {space}", ())])
            on_it.fill(service)

        try:
            yield replace(on_it, fill=fill)
        finally:
            server.drop_database(name)
            connection.execute(f"DROP TABLESPACE {space}".encode())


@pytest.fixture(params=["sqlite", "no page left", pytest.param("postgres", marks=pytest.mark.postgres)])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    match request.param:
        case "sqlite":
            made = _sqlite_on_a_small_disk(tmp_path)
        case "no page left":
            made = _sqlite_with_no_page_left(tmp_path)
        case _:
            made = _postgresql_on_a_small_disk(request.getfixturevalue("postgres_server"))
    with made as it:
        yield it


# ---- The story --------------------------------------------------------------------------------------------------------


@value
class Told:
    """What was seen: why the service was not ready, how its process ended, cents acknowledged and cents shown."""

    reasons: tuple[str, ...]
    ends: tuple[str, ...]
    acknowledged: int
    shown: int


def _put(client: httpx2.Client, cents: int) -> int:
    answer = client.post(
        f"/intake/purses/{uuid4().hex}", json={"cents": cents}, headers={"Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 200, answer.text
    return cents


def _shown(service: Running) -> int:
    found = service.house.views.find("purses", grp="all", limit=2 * MOST).entries
    return sum(it.body["cents"] for it in found)


def through_a_full_disk(disk: Disk, place: Place, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Cents are put while the views have no room, and once more when they have."""
    ends = list[str]()
    monkeypatch.setattr(lifecycle, "_end", lambda _code, reason: ends.append(reason))
    with serving(toy(), place) as service:
        client = service.client("p-1", Role.EXPERT)
        acknowledged = _put(client, 1)
        service.settled()
        disk.fill(service)
        reasons = list[str]()
        for _ in range(MOST):
            acknowledged += _put(client, 10)
            if reasons := client.get("/health/ready").json()["reasons"]:
                break
            if ends:
                break
        acknowledged += sum(_put(client, 100) for _ in range(5))
        disk.make_room(service)
        if not ends:
            wait_until(lambda: client.get("/health/ready").status_code == 200, "die Bereitschaft mit neuem Platz")
            service.settled()
        return Told(reasons=tuple(reasons), ends=tuple(ends), acknowledged=acknowledged, shown=_shown(service))


def test_views_without_room_fall_behind_and_say_so_and_with_room_they_are_complete(
    disk: Disk, tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    told = through_a_full_disk(disk, Place(folder=tmp_path / "p", nats=nats_server, store=disk.store), monkeypatch)
    [reason] = told.reasons
    assert reason.startswith("Ansichten: ")
    assert "full" in reason or "No space left" in reason
    assert told.ends == ()
    assert told.shown == told.acknowledged


def test_without_minding_it_the_process_ends_and_its_views_show_too_few_cents(
    disk: Disk, tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(view_tables, "passing_failures", nullcontext)
    told = through_a_full_disk(disk, Place(folder=tmp_path / "p", nats=nats_server, store=disk.store), monkeypatch)
    assert told.ends == ("views",)
    assert told.shown < told.acknowledged
