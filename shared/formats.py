"""The bytes of version 1: what is stored, hashed, sent and proved. Frozen; described with examples in docs/formats.md.

Everything is canonical JSON: sorted ASCII keys, no floats, integers below 2^53, text in NFC, no white space.
Bytes are made once: what is stored is what is hashed, framed and proved; nothing is ever serialised a second time.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast

import msgspec

from shared.decider import value
from shared.identity import Role

FORMAT = 1
ZERO = "0" * 64
"""`prev` of a stream's first event and `chain` before a log's first."""
MAX_BYTES = 512_000
"""No event and no frame is larger; a document is referred to by its hash instead."""

_encoder = msgspec.json.Encoder(order="sorted")
_SHAPE = bytes.maketrans(
    bytes(range(256)),
    bytes({**{ord(it): ord("0") for it in "0123456789"}, **{ord(it): ord(":") for it in ":[,-"}, ord("."): ord("."),
           ord("e"): ord("e"), ord("E"): ord("e")}.get(it, ord(" ")) for it in range(256)),
)  # fmt: skip
"""Text to its shape: digits are 0, what may stand before a number is a colon, the rest but points and exponents a space."""
_POINT, _EXPONENT, _LARGE = b"0.", b":0e", b":" + b"0" * 16
"""A float with a point, one without (its mantissa has one digit), an integer of 16 digits; or text that looks like one."""


class NotCanonical(ValueError):
    """A value that has no canonical form: a float, an integer of 2^53 or more, text that is not NFC, or too many bytes."""


def encode(it: Any) -> bytes:
    """Canonical JSON of a record, or `NotCanonical`."""
    raw = _encoder.encode(it)
    if len(raw) > MAX_BYTES:
        raise NotCanonical(f"{len(raw)} Bytes sind mehr als {MAX_BYTES}")
    _check_text(raw)
    shape = raw.translate(_SHAPE)
    if _POINT in shape or _EXPONENT in shape or _LARGE in shape:
        _check_numbers(msgspec.json.decode(raw))
    return raw


def _check_text(raw: bytes) -> None:
    if not raw.isascii() and not unicodedata.is_normalized("NFC", raw.decode()):
        raise NotCanonical("Text ist nicht in Normalform NFC")


def context_bytes(it: "StoredContext") -> bytes:
    """Canonical JSON of a context, which has no numbers, or `NotCanonical`."""
    raw = _encoder.encode(it)
    _check_text(raw)
    return raw


def stored_bytes(context: bytes, facts: Any) -> bytes:
    """The bytes of an event from its context's canonical bytes and its facts, or `NotCanonical`."""
    raw = b'{"context":%b,"facts":%b}' % (context, encode(facts))
    if len(raw) > MAX_BYTES:
        raise NotCanonical(f"{len(raw)} Bytes sind mehr als {MAX_BYTES}")
    return raw


def _check_numbers(it: Any) -> None:
    match it:
        case dict():
            for inner in cast(dict[str, Any], it).values():
                _check_numbers(inner)
        case list():
            for inner in cast(list[Any], it):
                _check_numbers(inner)
        case int() if abs(it) >= 2**53:
            raise NotCanonical(f"{it} ist keine Ganzzahl unter 2^53")
        case float():
            raise NotCanonical("Fließkommazahlen haben keine kanonische Form")
        case _:
            return


@value
class StoredContext:
    """Who, when, why: stored with every event. `at` is the recorded instant, `valid_on` the date in law,
    `cause` the message ("service/epoch/position") or empty, `correlation` the case or empty, `trace` a W3C traceparent or empty."""

    actor: str
    role: Role
    at: datetime
    valid_on: date
    cause: str
    correlation: str
    trace: str


@value
class Header:
    """What the ledger proves of one event; its canonical JSON is the leaf. Hashes are lower-case hex."""

    format: int
    service: str
    epoch: str
    position: int
    stream: str
    version: int
    topic: str
    sha256: str
    prev: str
    at: datetime


_word = re.compile(r"[!#-\[\]-~]{1,255}")


def word(text: str) -> str:
    """A name that may stand in a header: printable ASCII without space, quotation mark and backslash, or `NotCanonical`."""
    if not _word.fullmatch(text):
        raise NotCanonical(f"{text[:80]!r} ist kein Name für einen Kopf")
    return text


def instant(at: datetime) -> str:
    """An instant as canonical JSON writes it, without its quotation marks."""
    return _encoder.encode(at)[1:-1].decode()


def leaf(
    service: str, epoch: str, position: int, stream: str, version: int, topic: str, sha256: str, prev: str, at: str
) -> bytes:
    """The canonical JSON of a header, written out: ten times faster than encoding one, and every event has one.

    The names are `word`s and `at` an `instant`, so that nothing in it needs escaping.
    """
    return (
        f'{{"at":"{at}","epoch":"{epoch}","format":{FORMAT},"position":{position},"prev":"{prev}",'
        f'"service":"{service}","sha256":"{sha256}","stream":"{stream}","topic":"{topic}","version":{version}}}'
    ).encode()


def digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def link(stream: str, version: int, topic: str, state: bytes) -> str:
    """`prev` of the next event in the stream: SHA-256 over the parts, each but the last ended by a newline, which none of them can hold."""
    return sha256(b"%b\n%d\n%b\n%b" % (stream.encode(), version, topic.encode(), state)).hexdigest()


def chain(previous: str, header: bytes) -> str:
    """The log's running hash: SHA-256(previous chain as 32 bytes ‖ header)."""
    return sha256(bytes.fromhex(previous) + header).hexdigest()


def topic_of(name: str, version: int) -> str:
    """The name under which an event class of a version is stored: `payout.payment-ordered.v1`."""
    return f"{name}.v{version}"


# ---- Lanes ---------------------------------------------------------------------------------------------------------


@value
class Envelope:
    """One public event on a lane. `body` is the contract's fields as raw JSON; `position` the publisher's log position."""

    contract: str
    version: int
    position: int
    at: datetime
    valid_on: date
    case: str
    cause: str
    trace: str
    body: msgspec.Raw


@value
class Record:
    """One stored event on its way to the ledger: the leaf's and the state's exact bytes."""

    leaf: msgspec.Raw
    state: msgspec.Raw


@value
class Frame:
    """Consecutive events of one publisher in one message.

    `previous` is the last position of the frame before it; `chain_previous` and `chain_last` the publisher's
    chain at `previous` and at `last`, so that an altered or restored publisher is noticed, not followed.
    """

    source: str
    epoch: str
    first: int
    last: int
    previous: int
    chain_previous: str
    chain_last: str
    body: bytes

    @property
    def message_id(self) -> str:
        """`Nats-Msg-Id`: with first and last, because after a crash a longer frame may begin at the same position."""
        return f"{self.source}/{self.epoch}/{self.first}-{self.last}"

    def headers(self) -> dict[str, str]:
        return {
            "Foerderstrom-Frame": str(FORMAT),
            "Foerderstrom-Source": self.source,
            "Foerderstrom-Epoch": self.epoch,
            "Foerderstrom-First": str(self.first),
            "Foerderstrom-Last": str(self.last),
            "Foerderstrom-Previous": str(self.previous),
            "Foerderstrom-Chain-Previous": self.chain_previous,
            "Foerderstrom-Chain-Last": self.chain_last,
            "Nats-Msg-Id": self.message_id,
        }


class NotAFrame(ValueError):
    """A message that is no frame of a known format: nobody in the house sent it."""


_hex64 = re.compile(r"[0-9a-f]{64}")


def frame_of(headers: dict[str, str], body: bytes) -> Frame:
    """Read a frame back from a message, or `NotAFrame`."""
    try:
        if headers["Foerderstrom-Frame"] != str(FORMAT):
            raise NotAFrame(f"Frame-Format {headers['Foerderstrom-Frame'][:20]!r}")
        frame = Frame(
            source=headers["Foerderstrom-Source"],
            epoch=headers["Foerderstrom-Epoch"],
            first=int(headers["Foerderstrom-First"]),
            last=int(headers["Foerderstrom-Last"]),
            previous=int(headers["Foerderstrom-Previous"]),
            chain_previous=headers["Foerderstrom-Chain-Previous"],
            chain_last=headers["Foerderstrom-Chain-Last"],
            body=body,
        )
    except (KeyError, ValueError) as error:
        raise NotAFrame(str(error)[:200]) from error
    chains = _hex64.fullmatch(frame.chain_previous) and _hex64.fullmatch(frame.chain_last)
    if not chains or not 0 <= frame.previous < frame.first <= frame.last:
        raise NotAFrame("Positionen oder Ketten sind widersprüchlich")
    return frame


@value
class _Envelopes:
    events: tuple[Envelope, ...]


@value
class _RawEnvelopes:
    events: tuple[msgspec.Raw, ...]


@value
class _Records:
    records: tuple[Record, ...]


_raw_envelopes = msgspec.json.Decoder(_RawEnvelopes)
_envelope = msgspec.json.Decoder(Envelope)
_records = msgspec.json.Decoder(_Records)


def envelope_bytes(it: Envelope) -> bytes:
    """An envelope's canonical JSON; what it holds was found canonical when it was stored, and its body just now."""
    return _encoder.encode(it)


def pack_envelopes(raw: Sequence[bytes]) -> bytes:
    """The body of a lane's frame from encoded envelopes."""
    return b'{"events":[' + b",".join(raw) + b"]}"


def unpack_envelopes(body: bytes) -> Sequence[bytes]:
    """Each envelope's bytes; `msgspec.MsgspecError` when the body is no frame's body."""
    return [bytes(raw) for raw in _raw_envelopes.decode(body).events]


def envelope_of(raw: bytes) -> Envelope:
    """One envelope; `msgspec.MsgspecError` when it is none."""
    return _envelope.decode(raw)


def record_bytes(leaf: bytes, state: bytes) -> bytes:
    """One stored event on its way to the ledger."""
    return b'{"leaf":%b,"state":%b}' % (leaf, state)


def pack_records(records: Sequence[bytes]) -> bytes:
    """The body of a ledger frame from its records."""
    return b'{"records":[' + b",".join(records) + b"]}"


def unpack_records(body: bytes) -> Sequence[tuple[bytes, bytes]]:
    """(leaf, state) of each record, byte for byte as stored."""
    return [(bytes(record.leaf), bytes(record.state)) for record in _records.decode(body).records]
