"""The map of the house's lanes: who follows whom, what the streams are called and limited to, and how they are made.

Streams and consumers are made by operations, never by a service; this module needs nothing but nats-py, so that making
them again after a broker came back takes no time.
"""

# nats-py is only partly typed.
# pyright: reportUnknownMemberType=false

from collections.abc import Mapping, Sequence
from typing import Any

import nats
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

MAX_MESSAGE = 536_000
"""A frame's body (`formats.MAX_BYTES`) and its headers."""
FOLLOWS: Mapping[str, Sequence[str]] = {
    "intake": ("review", "payout"),
    "review": ("intake", "payout"),
    "payout": ("intake", "review"),
    "ledger": (),
}
"""Who follows whose public contracts."""
SERVICES = tuple(FOLLOWS)
RECORDED = ("intake", "review", "payout")
"""Whose stored events the ledger receives byte for byte."""

ACK_WAIT = 60.0
DUPLICATE_WINDOW = 120.0


def lane(service: str) -> str:
    return f"lane.{service}"


def record_lane(service: str) -> str:
    return f"ledger.{service}"


def mirror(name: str, version: int) -> str:
    """The subject on which a single public event is mirrored: `grants.<publisher>.<event>.v1`."""
    return f"grants.{name}.v{version}"


def stream_of(subject: str) -> str:
    """The stream that holds a subject: `lane.intake` → `LANE_INTAKE`."""
    kind, service = subject.split(".")[:2]
    return f"{kind.upper()}_{service.upper()}"


def subjects_followed(service: str) -> list[str]:
    """The subjects a service consumes."""
    return [record_lane(it) for it in RECORDED] if service == "ledger" else [lane(it) for it in FOLLOWS[service]]


def subjects_published(service: str) -> list[str]:
    return [lane(service), *([record_lane(service)] if service in RECORDED else [])]


def refill_subject(publisher: str) -> str:
    """Where a follower asks a publisher to put frames back that a stream has lost."""
    return f"refill.{publisher}"


def question_subject(service: str) -> str:
    """Where a service asks the ledger what it has of it."""
    return f"witness.{service}"


def witnessed_subject(service: str) -> str:
    """Where the ledger alone says what it has of a service, asked or not; never in the asker's inbox, so that whoever
    asks cannot choose where the ledger speaks."""
    return f"witnessed.{service}"


def _stream(subject: str) -> StreamConfig:
    mirrored = subject.startswith("grants.")
    return StreamConfig(
        name=stream_of(subject),
        subjects=[subject],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD if mirrored else DiscardPolicy.NEW,
        max_msg_size=MAX_MESSAGE,
        duplicate_window=DUPLICATE_WINDOW,
        deny_delete=True,
        deny_purge=True,
        allow_rollup_hdrs=False,
        num_replicas=1,
    )


def _consumer(service: str, subject: str) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=service,
        filter_subject=subject,
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=ACK_WAIT,
        max_deliver=-1,
        max_ack_pending=1,  # a second frame in flight could overtake the first
    )


_AS_AGREED = (
    "subjects", "retention", "storage", "discard", "max_msg_size", "max_msgs", "max_bytes", "max_age",
    "duplicate_window", "deny_delete", "deny_purge", "allow_rollup_hdrs", "no_ack", "sealed",
)  # fmt: skip
_FOLLOWED_AS_AGREED = (
    "durable_name", "filter_subject", "deliver_policy", "ack_policy", "ack_wait", "max_deliver", "max_ack_pending",
    "backoff", "headers_only", "inactive_threshold",
)  # fmt: skip
_UNSAID: Mapping[str, Any] = {"max_msgs": -1, "max_bytes": -1}
"""What the server says where this map says nothing; else zero, empty or no."""


def _deviations(what: str, agreed: Any, found: Any, names: Sequence[str]) -> list[str]:
    def said(it: Any, name: str) -> Any:
        return getattr(it, name) or _UNSAID.get(name, False)

    return [
        f"{what}: {name} ist {said(found, name)!s} statt {said(agreed, name)!s}"
        for name in names
        if said(found, name) != said(agreed, name)
    ]


async def deviations(jetstream: JetStreamContext, service: str) -> list[str]:
    """How the streams and consumers that a service uses differ from this map; with others its rules do not hold."""
    found: list[str] = []
    for subject in [*subjects_published(service), *subjects_followed(service)]:
        name = stream_of(subject)
        stream = (await jetstream.stream_info(name)).config
        found += _deviations(name, _stream(subject), stream, _AS_AGREED)
    for subject in subjects_followed(service):
        name = stream_of(subject)
        consumer = (await jetstream.consumer_info(name, service)).config
        found += _deviations(f"{name}/{service}", _consumer(service, subject), consumer, _FOLLOWED_AS_AGREED)
    return found


async def provision(url: str, password: str) -> None:
    """Create every stream and consumer of the house that is missing, as the operator; leaves existing ones alone."""
    connection = await nats.connect(url, user="operator", password=password, inbox_prefix=b"_INBOX_operator")
    try:
        jetstream = connection.jetstream(timeout=10)
        published = [subject for service in SERVICES for subject in subjects_published(service)]
        for subject in [*published, *(f"grants.{service}.>" for service in SERVICES)]:
            try:
                await jetstream.stream_info(stream_of(subject))
            except NotFoundError:
                await jetstream.add_stream(_stream(subject))
        for service in SERVICES:
            for subject in subjects_followed(service):
                try:
                    await jetstream.consumer_info(stream_of(subject), service)
                except NotFoundError:
                    await jetstream.add_consumer(stream_of(subject), _consumer(service, subject))
    finally:
        await connection.close()
