"""A NATS server in memory, at the level of bytes: the clients' protocol, subjects, rights, requests nobody answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from deploy.nats_server import OPERATOR, rights
from shared.topology import SERVICES
from tests.simulation.jetstream import JetStream
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Link

NO_RESPONDERS = b"NATS/1.0 503\r\n\r\n"


@lru_cache(10_000)
def matches(pattern: str, subject: str) -> bool:
    """NATS wildcards: `*` for a token, `>` for all that follow."""
    if pattern == subject or pattern == ">":
        return True
    if "*" not in pattern and ">" not in pattern:
        return False
    wanted, tokens = pattern.split("."), subject.split(".")
    for index, part in enumerate(wanted):
        if part == ">":
            return len(tokens) > index
        if index >= len(tokens) or part not in ("*", tokens[index]):
            return False
    return len(wanted) == len(tokens)


def _rights(user: str) -> tuple[list[str], list[str]]:
    if user == OPERATOR:
        return [">"], [">"]
    granted = rights(user) if user in SERVICES else {"publish": {"allow": []}, "subscribe": {"allow": []}}
    return granted["publish"]["allow"], granted["subscribe"]["allow"]


_RIGHTS: Mapping[str, tuple[list[str], list[str]]] = {it: _rights(it) for it in (OPERATOR, *SERVICES)}


@dataclass
class Subscription:
    subject: str
    left: int = 0
    """How many more messages it takes; 0 for any number."""


@dataclass
class ClientSession:
    """The server's end of one connection."""

    broker: "Broker"
    link: Link
    user: str = ""
    subscriptions: dict[str, Subscription] = field(default_factory=dict[str, Subscription])
    closed: bool = False
    _buffer: bytes = b""

    def received(self, data: bytes) -> None:
        if self.closed:
            return
        self._buffer += data
        while not self.closed and b"\r\n" in self._buffer:
            line, rest = self._buffer.split(b"\r\n", 1)
            verb, _, arguments = line.partition(b" ")
            if verb in (b"PUB", b"HPUB"):
                size = int(arguments.rsplit(b" ", 1)[1])
                if len(rest) < size + 2:
                    return
                self._buffer = rest[size + 2 :]
                self._published(verb, arguments.decode().split(), rest[:size])
            else:
                self._buffer = rest
                self._told(verb, arguments)

    def _told(self, verb: bytes, arguments: bytes) -> None:
        match verb, arguments.decode().split():
            case b"CONNECT", _:
                self._connect(json.loads(arguments))
            case b"PING", _:
                self.link.down.send(b"PONG\r\n")
            case b"SUB", [subject, *_, sid]:
                if self._may(1, subject):
                    self.subscriptions[sid] = Subscription(subject)
                else:
                    self.refuse(f'Permissions Violation for Subscription to "{subject}"')
            case b"UNSUB", [sid]:
                self.subscriptions.pop(sid, None)
            case b"UNSUB", [sid, most]:
                if sid in self.subscriptions:
                    self.subscriptions[sid].left = int(most)
            case _:
                """PONG, and what no client of ours says."""

    def _connect(self, told: Mapping[str, Any]) -> None:
        self.user = str(told.get("user", ""))
        if self.broker.rejects_next > 0:
            self.broker.rejects_next -= 1
            self.refuse("Authorization Violation")
            self.closed = True
            self.link.cut()

    def _may(self, which: int, subject: str) -> bool:
        return any(matches(it, subject) for it in _RIGHTS.get(self.user, ((), ()))[which])

    def _published(self, verb: bytes, arguments: list[str], raw: bytes) -> None:
        subject, *middle = arguments
        headers = b""
        if verb == b"HPUB":
            *middle, header_size, _ = middle
            headers, raw = raw[: int(header_size)], raw[int(header_size) :]
        else:
            middle = middle[:-1]
        reply = middle[0] if middle else ""
        if self._may(0, subject):
            self.broker.dispatch(self, subject, reply, headers, raw)
        else:
            self.refuse(f'Permissions Violation for Publish to "{subject}"')

    def refuse(self, reason: str) -> None:
        self.link.down.send(b"-ERR '%b'\r\n" % reason.encode())

    def deliver(self, sid: str, subject: str, reply: str, headers: bytes, raw: bytes) -> None:
        answer = f" {reply}" if reply else ""
        if headers:
            line = f"HMSG {subject} {sid}{answer} {len(headers)} {len(headers) + len(raw)}\r\n"
        else:
            line = f"MSG {subject} {sid}{answer} {len(raw)}\r\n"
        self.link.down.send(line.encode() + headers + raw + b"\r\n")

    def lost(self) -> None:
        self.closed = True
        self.subscriptions.clear()
        if self in self.broker.sessions:
            self.broker.sessions.remove(self)


class Broker:
    """Sessions, subjects, and JetStream behind them."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.sessions: list[ClientSession] = []
        self.jetstream = JetStream(loop, self)
        self.rejects_next = 0
        """How many CONNECTs will be turned away, as while credentials are being rotated."""

    def accept(self, link: Link) -> ClientSession:
        session = ClientSession(self, link)
        self.sessions.append(session)
        info = {"server_id": "S", "version": "2.15.1", "headers": True, "max_payload": 1_048_576, "jetstream": True,
                "auth_required": True, "proto": 1, "client_id": len(self.sessions)}  # fmt: skip
        link.down.send(b"INFO %b\r\n" % json.dumps(info).encode())
        return session

    def dispatch(self, sender: ClientSession, subject: str, reply: str, headers: bytes, raw: bytes) -> None:
        heard = self.jetstream.take(subject, reply, headers, raw)
        heard = self.send(subject, reply, headers, raw) or heard
        if not heard and reply:
            self.send(reply, "", NO_RESPONDERS, b"")

    def listens(self, subject: str) -> bool:
        """Whether anybody subscribes to a subject."""
        return any(matches(it.subject, subject) for session in self.sessions for it in session.subscriptions.values())

    def send(self, subject: str, reply: str, headers: bytes, raw: bytes, shown: str = "") -> bool:
        """Deliver to all who listen, under the subject or the one it is to be shown as; returns whether anybody did."""
        heard = False
        for session in list(self.sessions):
            for sid, it in list(session.subscriptions.items()):
                if matches(it.subject, subject):
                    heard = True
                    session.deliver(sid, shown or subject, reply, headers, raw)
                    if it.left:
                        it.left -= 1
                        if not it.left:
                            del session.subscriptions[sid]
        return heard
