"""The seam to FastStream and NATS: the connection, frames out and in, direct reads, the guard.

JetStream is transport, never the record: every stream can be wiped and is filled again from the logs.
"""

# nats-py is only partly typed.
# pyright: reportUnknownMemberType=false

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast
from uuid import uuid4

import structlog
from faststream import AckPolicy
from faststream.exceptions import IncorrectState
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.errors import BadRequestError, NotFoundError

from shared.formats import Frame, NotAFrame, frame_of
from shared.topology import (
    RECORDED,
    deviations,
    question_subject,
    refill_subject,
    stream_of,
    subjects_published,
    witnessed_subject,
)

log = structlog.get_logger()

UNANSWERED = 30.0
"""Seconds without a connection to a reachable server, or without a beat of the event loop, before the process exits."""


# ---- The broker ----------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The broker cannot be reached or has not confirmed: try again, nothing is known to have happened."""


class Overtaken(Lost):
    """The stream does not end where it was believed to: another publisher has written to it; look before going on."""


_WRONG_LAST_SEQUENCE = 10071


class Messenger:
    """One service's connection to NATS, carried by FastStream."""

    def __init__(self, service: str, url: str, password: str) -> None:
        self.service = service
        self.failures = 0
        self.leaving = False
        """Set before the connection is closed on purpose."""
        self.broker = NatsBroker(
            url,
            security=SASLPlaintext(username=service, password=password),
            name=service,
            inbox_prefix=f"_INBOX_{service}".encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=5,
            ping_interval=10,
            max_outstanding_pings=2,
            pending_size=0,  # what cannot be sent now must fail now, not wait in a buffer
            ack_policy=AckPolicy.MANUAL,
            graceful_timeout=20,
            apply_types=False,  # nothing is injected, so nothing has to be looked for in every message
            logger=None,
        )
        # FastStream's own callback re-raises authorisation errors inside the reconnect task, which ends it for good.
        self.broker._connection_kwargs["error_cb"] = self._noted  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    async def _noted(self, error: Exception) -> None:
        self.failures += 1
        if self.failures < 5 or self.failures % 100 == 0:
            log.warning("nats", error=type(error).__name__, failures=self.failures)

    @property
    def client(self) -> Client:
        """The connection's own client; `Lost` before there is one, and after a stopping service has closed it."""
        try:
            return self.broker.connection
        except IncorrectState as error:
            raise Lost(str(error)) from error

    @property
    def jetstream(self) -> JetStreamContext:
        return self.client.jetstream(timeout=10)

    @property
    def connection(self) -> int:
        """Which connection this is: another number after each time it was lost and made again."""
        return self.client.stats["reconnects"]

    @property
    def connected(self) -> bool:
        try:
            return self.client.is_connected
        except Exception:
            return False

    @property
    def closed(self) -> bool:
        """Whether the client has given up for good, as it does when the server ends the session with an error."""
        try:
            return self.client.is_closed and not self.leaving
        except Exception:
            return False

    async def deviations(self) -> list[str]:
        """How the broker's streams and consumers differ from what was agreed."""
        return await deviations(self.jetstream, self.service)

    def subscribe(self, subject: str, handle: Callable[[Any], Awaitable[None]]) -> None:
        """Hand every message of a lane to `handle`, one at a time; it acknowledges by itself, after the commit."""

        subscriber = self.broker.subscriber(
            subject,
            stream=JStream(stream_of(subject), declare=False),
            durable=self.service,
            pull_sub=PullSub(batch_size=1, timeout=5.0),
            ack_policy=AckPolicy.MANUAL,
            inbox_prefix=f"_INBOX_{self.service}.".encode(),
            no_reply=True,  # a forged `reply_to` header must not make this service publish
            decoder=_as_it_is,
        )
        subscriber(handle)

    async def start(self) -> None:
        """Connect, and begin to pull from the lanes."""
        await self.broker.connect()
        jetstream: Any = self.broker.config.connection_state.stream
        jetstream.pull_subscribe = partial(_subscribe_patiently, jetstream)
        await self.broker.start()

    async def publish(self, frame: Frame, subject: str, *, refill: bool = False, after: int | None = None) -> int:
        """Put a frame into its lane and wait for the broker's fsync; returns its sequence. `Lost` when not confirmed.

        With `after` only if that is the stream's last sequence, else `Overtaken`. The broker compares it before it looks
        for the message id: a frame that had arrived although its confirmation was lost is refused, too, not doubled.
        """
        headers = frame.headers()
        if refill:
            headers["Nats-Msg-Id"] += f"/{uuid4().hex}"
        if after is not None:
            headers["Nats-Expected-Last-Sequence"] = str(after)
        sequence = await self._send(frame.body, subject, headers)
        if after is not None and sequence != after + 1:
            raise Overtaken(f"{subject}: {sequence} statt {after + 1}")
        return sequence

    async def publish_mirrored(self, body: bytes, subject: str, message_id: str) -> None:
        await self._send(body, subject, {"Nats-Msg-Id": message_id, "Content-Type": "application/json"}, "GRANTS_" + self.service.upper())  # fmt: skip

    async def _send(self, body: bytes, subject: str, headers: dict[str, str], stream: str = "") -> int:
        try:
            ack = await self.broker.publish(
                body, subject, stream=stream or stream_of(subject), headers=headers, timeout=10
            )
        except BadRequestError as error:
            if error.err_code == _WRONG_LAST_SEQUENCE:
                raise Overtaken(subject) from error
            raise Lost(f"{subject}: {error.description}") from error
        except Exception as error:
            raise Lost(f"{subject}: {type(error).__name__}") from error
        return int(ack.seq)

    async def last_frame(self, subject: str) -> Frame | None:
        """The newest frame in a lane, or None when the stream holds none; `Lost` when the broker cannot say."""
        return (await self.end(subject))[1]

    async def end(self, subject: str) -> tuple[int, Frame | None]:
        """The last sequence of a lane's stream, and the newest frame up to it; `Lost` when the broker cannot say."""
        first, last = await self._sequences(subject)
        for sequence in range(last, first - 1, -1):
            found = await self.frame_at(subject, sequence)
            if found is not None:
                return last, found
        return last, None

    async def frames_after(self, subject: str, position: int) -> list[Frame]:
        """Up to 64 frames that follow on from `position` without a gap, read from the stream itself.

        The first is found by bisection, because positions rise with sequences; from there on each sequence is looked
        at, because what was refilled lies behind what it fills.
        """
        first, last = await self._sequences(subject)
        low, high = first, last + 1
        while low < high:
            middle = (low + high) // 2
            frame = await self._frame_from(subject, middle, high)
            if frame is None or frame[1].last > position:
                high = middle
            else:
                low = frame[0] + 1
        found: list[Frame] = []
        for sequence in range(low, last + 1):
            there = await self.frame_at(subject, sequence)
            if there is not None and there.previous <= position < there.last:
                found.append(there)
                position = there.last
                if len(found) == 64:
                    break
        return found

    async def _frame_from(self, subject: str, sequence: int, end: int) -> tuple[int, Frame] | None:
        for at in range(sequence, end):
            frame = await self.frame_at(subject, at)
            if frame is not None:
                return at, frame
        return None

    async def frame_at(self, subject: str, sequence: int) -> Frame | None:
        """The frame under a sequence, or None when nothing, or nothing of ours, lies there."""
        try:
            message = await self.jetstream.get_msg(stream_of(subject), seq=sequence)
            frame = frame_of(cast(dict[str, str], message.headers or {}), message.data or b"")
        except (NotFoundError, NotAFrame):
            return None
        except Exception as error:
            raise Lost(f"{subject}: {type(error).__name__}") from error
        # A lane has one publisher: what names another was sent by nobody in the house.
        return frame if frame.source == subject.rpartition(".")[2] else None

    async def _sequences(self, subject: str) -> tuple[int, int]:
        try:
            info = await self.jetstream.stream_info(stream_of(subject))
        except Exception as error:
            raise Lost(f"{subject}: {type(error).__name__}") from error
        return max(1, info.state.first_seq), info.state.last_seq

    async def is_followed(self, subject: str) -> bool:
        """Whether this service's consumer is there; without it a subscriber polls in vain for ever."""
        try:
            await self.jetstream.consumer_info(stream_of(subject), self.service)
        except NotFoundError:
            return False
        except Exception as error:
            raise Lost(f"{subject}: {type(error).__name__}") from error
        return True

    async def ask_refill(self, publisher: str, subject: str, position: int) -> None:
        """Ask a publisher to send again what follows a position."""
        await self.client.publish(refill_subject(publisher), f"{subject} {position}".encode())

    async def on_refill(self, answer: Callable[[str, int], Awaitable[None]]) -> None:
        """Answer such requests; anything that is none is ignored."""

        async def receive(message: Any) -> None:
            subject, _, position = bytes(message.data).decode(errors="replace").partition(" ")
            if subject in subjects_published(self.service) and position.isdecimal() and len(position) < 16:
                await answer(subject, int(position))

        await self.client.subscribe(refill_subject(self.service), cb=receive)

    async def ask_ledger(self) -> None:
        """Ask the ledger what it has of this service; it answers where `on_witnessed` hears. May be lost: ask again."""
        await self._say(question_subject(self.service), b"")

    async def on_witnessed(self, hear: Callable[[bytes], None]) -> None:
        """Hand over whatever the ledger says of this service."""

        async def receive(message: Any) -> None:
            hear(bytes(message.data))

        await self.client.subscribe(witnessed_subject(self.service), cb=receive)

    async def on_question(self, answer: Callable[[str], Awaitable[None]]) -> None:
        """For the ledger: `answer(service)` whenever a service asks what it has of it."""

        def receiver(service: str) -> Callable[[Any], Awaitable[None]]:
            async def receive(_message: Any) -> None:
                await answer(service)

            return receive

        for service in RECORDED:
            await self.client.subscribe(question_subject(service), cb=receiver(service))

    async def tell_witnessed(self, service: str, body: bytes) -> None:
        """For the ledger: say what it has of a service."""
        await self._say(witnessed_subject(service), body)

    async def _say(self, subject: str, body: bytes) -> None:
        try:
            await self.client.publish(subject, body)
        except Exception as error:
            raise Lost(f"{subject}: {type(error).__name__}") from error


async def _subscribe_patiently(jetstream: JetStreamContext, **options: Any) -> Any:
    pulls: Any = await JetStreamContext.pull_subscribe(jetstream, **options)
    pulls.fetch = _patiently(pulls.fetch)
    return pulls


def _patiently(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """FastStream asks again at once, whatever went wrong: a broker that is away would cost a whole core."""

    async def fetch_or_pause(**asked: Any) -> Any:
        try:
            return await fetch(**asked)
        except NatsTimeout:
            raise
        except Exception as error:
            await asyncio.sleep(0.5)
            raise NatsTimeout from error

    return fetch_or_pause


async def _as_it_is(message: Any, _original: Any = None) -> Any:
    return message


# ---- The guard -----------------------------------------------------------------------------------------------------


class Guard(threading.Thread):
    """Ends a process that looks alive and is not: a frozen event loop, or a client that gave up on a living broker."""

    def __init__(self, messenger: Messenger, reachable: Callable[[], bool]) -> None:
        super().__init__(daemon=True, name="guard")
        self._messenger = messenger
        self._reachable = reachable
        self.beat = time.monotonic()
        self._connected = time.monotonic()
        self._done = threading.Event()

    def stop(self) -> None:
        """Watch no longer: what is guarded has ended on purpose."""
        self._done.set()

    async def keep_beating(self) -> None:
        while True:
            self.beat = time.monotonic()
            await asyncio.sleep(1)

    def run(self) -> None:
        while not self._done.wait(2):
            self.look()

    def look(self) -> None:
        """Judge once; the process ends when it is not alive."""
        now = time.monotonic()
        if self._messenger.connected or not self._reachable():
            self._connected = now
        if self._messenger.closed:
            self._end(70, "connection closed for good")
        if now - self.beat > UNANSWERED:
            self._end(71, "event loop frozen")
        if now - self._connected > UNANSWERED:
            self._end(70, "disconnected from a reachable broker")

    def _end(self, code: int, reason: str) -> None:
        log.critical("guard ends the process", reason=reason)
        os._exit(code)
