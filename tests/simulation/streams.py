"""Streams and durable pull consumers in memory, with the answers that nats-server gives."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.simulation.loop import SimulatedLoop

EPOCH = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Wire(Protocol):
    """What JetStream needs of the server around it."""

    def send(self, subject: str, reply: str, headers: bytes, raw: bytes, shown: str = "") -> bool: ...
    def listens(self, subject: str) -> bool: ...


class Refused(Exception):
    """An answer that is an error: HTTP-like status, the server's own code, a sentence."""

    def __init__(self, status: int, code: int, description: str) -> None:
        super().__init__(description)
        self.error = {"code": status, "err_code": code, "description": description}


@dataclass
class Stored:
    """A message in a stream."""

    sequence: int
    subject: str
    headers: bytes
    raw: bytes
    at: float


@dataclass
class Pull:
    """A client that waits for messages on its inbox."""

    reply: str
    batch: int
    expires_at: float


@dataclass
class Pending:
    """A message delivered and not acknowledged; at `again_at` it is delivered again."""

    again_at: float
    deliveries: int = 1


@dataclass
class Consumer:
    """A durable pull consumer."""

    stream: "Stream"
    config: Mapping[str, Any]
    next: int = 1
    delivered: int = 0
    pending: dict[int, Pending] = field(default_factory=dict[int, Pending])
    waiting: list[Pull] = field(default_factory=list[Pull])

    @property
    def name(self) -> str:
        return str(self.config["durable_name"])

    @property
    def ack_wait(self) -> float:
        return self.config.get("ack_wait", 30_000_000_000) / 1e9

    def pull(self, reply: str, asked: Mapping[str, Any]) -> None:
        now = self.stream.loop.now
        pull = Pull(reply, int(asked.get("batch", 1)), now + asked.get("expires", 0) / 1e9)
        self.waiting.append(pull)
        self.pump()
        if pull in self.waiting:
            if asked.get("no_wait") or not asked.get("expires"):
                self._answer(pull, "404 No Messages")
            else:
                self.stream.loop.later(pull.expires_at - now, self._expire, pull)

    def _expire(self, pull: Pull) -> None:
        if pull in self.waiting:
            self._answer(pull, "408 Request Timeout")

    def _answer(self, pull: Pull, status: str) -> None:
        self.waiting.remove(pull)
        self.stream.wire.send(pull.reply, "", f"NATS/1.0 {status}\r\n\r\n".encode(), b"")

    def gone(self) -> None:
        """The consumer was deleted: whoever waits is told."""
        for pull in list(self.waiting):
            self._answer(pull, "409 Consumer Deleted")

    def pump(self) -> None:
        """Deliver while somebody waits and something is due."""
        wire, loop = self.stream.wire, self.stream.loop
        while self.waiting:
            if not wire.listens(self.waiting[0].reply):
                self.waiting.pop(0)
                continue
            sequence = self._due()
            if sequence is None:
                if self.pending:
                    again_at = min(it.again_at for it in self.pending.values())
                    loop.later(max(0.0, again_at - loop.now) + 1e-6, self.pump)
                return
            self._deliver(self.waiting[0], self.stream.messages[sequence])

    def _due(self) -> int | None:
        for sequence in list(self.pending):
            if sequence not in self.stream.messages:
                del self.pending[sequence]
        for sequence, it in sorted(self.pending.items()):
            if it.again_at <= self.stream.loop.now:
                return sequence
        most = self.config.get("max_ack_pending", 1000)
        while self.next <= self.stream.last and len(self.pending) < most:
            if self.next in self.stream.messages:
                return self.next
            self.next += 1
        return None

    def _deliver(self, pull: Pull, message: Stored) -> None:
        sequence, now = message.sequence, self.stream.loop.now
        pending = self.pending.get(sequence)
        if pending is None:
            pending = self.pending[sequence] = Pending(now + self.ack_wait)
            self.next = max(self.next, sequence + 1)
        else:
            pending.again_at, pending.deliveries = now + self.ack_wait, pending.deliveries + 1
        self.delivered += 1
        waiting = self.stream.last - self.next + 1
        stamp = int(message.at * 1e9)
        place = f"{pending.deliveries}.{sequence}.{self.delivered}.{stamp}.{waiting}"
        reply = f"$JS.ACK.{self.stream.name}.{self.name}.{place}"
        pull.batch -= 1
        if pull.batch == 0:
            self.waiting.remove(pull)
        self.stream.deliver(pull.reply, message, reply)

    def acknowledged(self, sequence: int, raw: bytes) -> None:
        word, _, options = raw.partition(b" ")
        pending = self.pending.get(sequence)
        if pending is None:
            return
        now = self.stream.loop.now
        match word:
            case b"-NAK":
                pending.again_at = now + (json.loads(options)["delay"] / 1e9 if options else 0.0)
            case b"+WPI":
                pending.again_at = now + self.ack_wait
            case _:
                del self.pending[sequence]
        self.pump()

    def info(self) -> dict[str, Any]:
        floor = {"consumer_seq": self.delivered, "stream_seq": self.next - 1}
        return {
            "type": "io.nats.jetstream.api.v1.consumer_info_response", "stream_name": self.stream.name, "name": self.name,
            "created": stamp(0), "config": dict(self.config), "delivered": floor, "ack_floor": floor,
            "num_ack_pending": len(self.pending), "num_redelivered": 0, "num_waiting": len(self.waiting),
            "num_pending": self.stream.last - self.next + 1,
        }  # fmt: skip


def stamp(at: float) -> str:
    return datetime.fromtimestamp(EPOCH.timestamp() + at, UTC).isoformat().replace("+00:00", "Z")


class Stream:
    """A stream of one server, always on disk before it is acknowledged."""

    def __init__(self, loop: SimulatedLoop, wire: Wire, config: Mapping[str, Any]) -> None:
        self.loop = loop
        self.wire = wire
        self.config = config
        self.name = str(config["name"])
        self.messages: dict[int, Stored] = {}
        self.first = 0
        self.last = 0
        self.consumers: dict[str, Consumer] = {}
        self.known: dict[str, tuple[int, float]] = {}
        """Message ids within the duplicate window: sequence and instant."""
        self.deliver: Callable[[str, Stored, str], None] = self.deliver_once

    def deliver_once(self, inbox: str, message: Stored, reply: str) -> None:
        self.wire.send(inbox, reply, message.headers, message.raw, shown=message.subject)

    def append(self, subject: str, headers: bytes, raw: bytes) -> dict[str, Any]:
        """Store a message, or say why not; the answer is what the publisher gets."""
        said = _headers(headers)
        expected = said.get("Nats-Expected-Stream")
        if expected is not None and expected != self.name:
            raise Refused(400, 10060, "expected stream does not match")
        after = said.get("Nats-Expected-Last-Sequence")
        if after is not None and int(after) != self.last:
            raise Refused(400, 10071, f"wrong last sequence: {self.last}")
        message_id = said.get("Nats-Msg-Id", "")
        window = self.config.get("duplicate_window", 120_000_000_000) / 1e9
        if message_id in self.known and self.loop.now - self.known[message_id][1] < window:
            return {"stream": self.name, "seq": self.known[message_id][0], "duplicate": True}
        last_id = said.get("Nats-Expected-Last-Msg-Id")
        if last_id is not None and last_id != self.last_id():
            raise Refused(400, 10070, f"wrong last msg ID: {self.last_id()}")
        self.last += 1
        self.first = self.first or 1
        self.messages[self.last] = Stored(self.last, subject, headers, raw, self.loop.now)
        if message_id:
            self.known[message_id] = self.last, self.loop.now
        for consumer in self.consumers.values():
            consumer.pump()
        return {"stream": self.name, "seq": self.last}

    def last_id(self) -> str:
        newest = self.messages.get(self.last)
        return _headers(newest.headers).get("Nats-Msg-Id", "") if newest else ""

    def shorten(self, lost: int) -> None:
        """The last messages were never written, whatever was acknowledged."""
        for sequence in range(max(1, self.last - lost + 1), self.last + 1):
            self.messages.pop(sequence, None)
        self.last = max(0, self.last - lost)
        self.first = self.first if self.messages else 0
        self.known = {name: it for name, it in self.known.items() if it[0] <= self.last}
        for consumer in self.consumers.values():
            consumer.next = min(consumer.next, self.last + 1)

    def lose(self, first: int, last: int) -> None:
        """These messages cannot be read any more; the stream's end stays where it is."""
        for sequence in range(first, last + 1):
            self.messages.pop(sequence, None)
        self.first = min(self.messages, default=self.last + 1)

    def info(self) -> dict[str, Any]:
        return {
            "type": "io.nats.jetstream.api.v1.stream_info_response", "config": dict(self.config), "created": stamp(0),
            "state": {
                "messages": len(self.messages), "bytes": sum(len(it.raw) for it in self.messages.values()),
                "first_seq": self.first, "last_seq": self.last, "consumer_count": len(self.consumers),
            },
        }  # fmt: skip

    def message(self, sequence: int) -> dict[str, Any]:
        found = self.messages.get(sequence)
        if found is None:
            raise Refused(404, 10037, "no message found")
        message: dict[str, Any] = {"subject": found.subject, "seq": sequence, "time": stamp(found.at)}
        if found.headers:
            message["hdrs"] = b64encode(found.headers).decode()
        if found.raw:
            message["data"] = b64encode(found.raw).decode()
        return {"type": "io.nats.jetstream.api.v1.stream_msg_get_response", "message": message}


def _headers(raw: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in raw.decode().split("\r\n")[1:])
    return {name: text.strip() for name, _, text in pairs if name}
