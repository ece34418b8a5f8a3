"""The bytes of version 1, held still: what is in `golden/` was written by other code than ours and never changes."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.ledger import log
from services.ledger.checkpoint import Checkpoint
from services.ledger.note import Signer, sign
from shared.contracts.intake import DrawdownRequested
from shared.decider import value
from shared.formats import (
    FORMAT,
    ZERO,
    Envelope,
    Frame,
    Header,
    NotAFrame,
    NotCanonical,
    StoredContext,
    chain,
    digest,
    encode,
    envelope_of,
    frame_of,
    link,
    pack_envelopes,
    pack_records,
    record_bytes,
    topic_of,
    unpack_envelopes,
    unpack_records,
)
from shared.identity import Role, Sealed

GOLDEN = Path(__file__).with_name("golden")
CASE = "0123456789abcdef0123456789abcdef"
STREAM = f"application-{CASE}"
SUBJECT = "s-fedcba9876543210fedcba9876543210"
KEY, NONCE = bytes(range(32)), bytes(range(12))
HANDED_IN, RECEIPT = topic_of("example.application-handed-in", 1), topic_of("example.receipt-given", 1)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


PROOFS: dict[str, str] = json.loads(golden("proofs.json"))


@value
class Line:
    line: int
    cents: int


@value
class HandedIn:
    title: str
    grant_cents: int
    lines: tuple[Line, ...]
    submitted_on: date
    contact_name: Sealed


@value
class ReceiptGiven:
    file_number: str


@value
class Stored:
    context: StoredContext
    facts: HandedIn | ReceiptGiven


BY_A_PERSON = StoredContext(
    actor="p-hb3",
    role=Role.APPLICANT,
    at=datetime(2025, 2, 3, 8, 15, tzinfo=UTC),
    valid_on=date(2025, 2, 3),
    cause="",
    correlation=CASE,
    trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
BY_THE_SYSTEM = StoredContext(
    actor="system",
    role=Role.SYSTEM,
    at=datetime(2025, 2, 3, 8, 15, 0, 250_000, tzinfo=UTC),
    valid_on=date(2025, 2, 3),
    cause="review/0195a1/17",
    correlation=CASE,
    trace="",
)


def sealed_with(key: bytes, nonce: bytes, plain: str) -> Sealed:
    associated = encode({"origin": "intake", "path": "contact_name", "stream": STREAM, "subject": SUBJECT})
    box = AESGCM(key).encrypt(nonce, encode(plain), associated)
    return Sealed(
        origin="intake",
        stream=STREAM,
        path="contact_name",
        subject=SUBJECT,
        nonce=urlsafe_b64encode(nonce).decode().rstrip("="),
        box=urlsafe_b64encode(box).decode().rstrip("="),
    )


SEALED = sealed_with(KEY, NONCE, "Jürgen Groß-Weißenborn")
STATE_1 = Stored(
    context=BY_A_PERSON,
    facts=HandedIn(
        title="Digitale Bauakte für Großbreitenbach",
        grant_cents=6_450_000,
        lines=(Line(line=1, cents=5_600_000), Line(line=2, cents=2_462_500)),
        submitted_on=date(2025, 2, 3),
        contact_name=SEALED,
    ),
)
STATE_2 = Stored(context=BY_THE_SYSTEM, facts=ReceiptGiven(file_number="EG-2025-00017"))


def header(position: int, topic: str, state: bytes, prev: str, at: datetime) -> Header:
    return Header(
        format=FORMAT,
        service="intake",
        epoch="0195a0",
        position=position,
        stream=STREAM,
        version=position,
        topic=topic,
        sha256=digest(state),
        prev=prev,
        at=at,
    )


def test_the_context_is_these_bytes() -> None:
    assert encode(BY_A_PERSON) == golden("context.json")


def test_the_stored_bytes_are_context_and_facts() -> None:
    assert encode(STATE_1) == golden("state-1.json")
    assert encode(STATE_2) == golden("state-2.json")


def test_a_stored_event_reads_back_into_the_same_bytes() -> None:
    stored = msgspec.json.decode(golden("state-1.json"))
    assert stored["context"] == json.loads(golden("context.json"))
    assert encode(msgspec.convert(stored["facts"], HandedIn, strict=False)) == encode(stored["facts"])


def test_a_sealed_value_is_these_bytes_and_opens_only_where_it_lies() -> None:
    assert encode(SEALED) == golden("sealed.json")
    raw = golden("state-1.json")
    assert golden("sealed.json") in raw
    assert "Weißenborn".encode() not in raw
    nonce, box = (_bytes(SEALED.nonce), _bytes(SEALED.box))
    associated = golden("sealed-associated.json")
    assert AESGCM(KEY).decrypt(nonce, box, associated) == golden("sealed-plaintext.json")
    with pytest.raises(InvalidTag):
        AESGCM(KEY).decrypt(nonce, box, associated.replace(b"contact_name", b"contact_mail"))


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_leaf_is_the_header_s_canonical_json() -> None:
    one, two = golden("state-1.json"), golden("state-2.json")
    assert encode(header(1, HANDED_IN, one, ZERO, BY_A_PERSON.at)) == golden("leaf-1.json")
    assert encode(header(2, RECEIPT, two, PROOFS["prev_2"], BY_THE_SYSTEM.at)) == golden("leaf-2.json")
    assert encode(msgspec.json.decode(golden("leaf-1.json"), type=Header)) == golden("leaf-1.json")


def test_prev_and_chain_are_these_hashes() -> None:
    assert PROOFS["prev_1"] == ZERO
    assert link(STREAM, 1, HANDED_IN, golden("state-1.json")) == PROOFS["prev_2"]
    first = chain(ZERO, golden("leaf-1.json"))
    assert first == PROOFS["chain_1"]
    assert chain(first, golden("leaf-2.json")) == PROOFS["chain_2"]


def test_the_tree_over_both_leaves_has_this_root_and_these_files() -> None:
    leaves = [golden("leaf-1.json"), golden("leaf-2.json")]
    hashes = [log.leaf_hash(leaf) for leaf in leaves]
    assert [each.hex() for each in hashes] == [PROOFS["leaf_hash_1"], PROOFS["leaf_hash_2"]]
    assert log.MerkleLog(hashes).root().hex() == PROOFS["root_2"]
    assert dict(log.entry_bundles(leaves)) == {"tile/entries/000.p/2": golden("entries.bin")}
    assert dict(log.tiles(hashes)) == {"tile/0/000.p/2": b"".join(hashes)}


def test_the_checkpoint_over_both_leaves_is_this_note() -> None:
    signer = Signer("foerderstrom.example/ledger", KEY)
    text = Checkpoint(origin=signer.name, size=2, root=PROOFS["root_2"]).text
    assert sign(text, signer).encode() == golden("checkpoint.txt")
    assert f"{signer.verifier.vkey}\n".encode() == golden("vkey.txt")


@value
class DrawdownRequestedAsOfVersion1:
    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date


def an_envelope(number: int, position: int) -> bytes:
    requested = DrawdownRequestedAsOfVersion1(
        drawdown=f"d{number}",
        year=2025,
        eligible_due_cents=2_400_000 * number,
        requested_cents=1_920_000,
        requested_on=date(2025, 6, 2),
    )
    return encode(
        Envelope(
            contract="intake.drawdown-requested",
            version=1,
            position=position,
            at=datetime(2025, 6, 2, 10, tzinfo=UTC),
            valid_on=date(2025, 6, 2),
            case=CASE,
            cause="",
            trace="",
            body=msgspec.Raw(encode(requested)),
        )
    )


def test_a_contract_travels_in_this_envelope() -> None:
    assert an_envelope(1, 41) == golden("envelope.json")
    read = envelope_of(golden("envelope.json"))
    assert msgspec.json.decode(read.body, type=DrawdownRequested).drawdown == "d1"


LANE = Frame(
    source="intake",
    epoch="0195a0",
    first=41,
    last=44,
    previous=37,
    chain_previous=PROOFS["chain_1"],
    chain_last=PROOFS["chain_2"],
    body=pack_envelopes([an_envelope(1, 41), an_envelope(2, 44)]),
)
RECORDS = Frame(
    source="intake",
    epoch="0195a0",
    first=1,
    last=2,
    previous=0,
    chain_previous=ZERO,
    chain_last=PROOFS["chain_2"],
    body=pack_records(
        [record_bytes(golden(f"leaf-{number}.json"), golden(f"state-{number}.json")) for number in (1, 2)]
    ),
)


@pytest.mark.parametrize(
    ("headers", "body", "frame"),
    [
        ("lane-frame-headers.json", "lane-frame-body.json", LANE),
        ("ledger-frame-headers.json", "ledger-frame-body.json", RECORDS),
    ],
)
def test_a_frame_is_these_headers_and_this_body(headers: str, body: str, frame: Frame) -> None:
    assert frame.headers() == json.loads(golden(headers))
    assert frame.body == golden(body)
    assert frame_of(json.loads(golden(headers)), golden(body)) == frame


def test_frames_give_back_each_part_byte_for_byte() -> None:
    assert unpack_envelopes(LANE.body) == [an_envelope(1, 41), an_envelope(2, 44)]
    assert unpack_records(RECORDS.body) == [
        (golden("leaf-1.json"), golden("state-1.json")),
        (golden("leaf-2.json"), golden("state-2.json")),
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Foerderstrom-Frame", "2"),
        ("Foerderstrom-First", "37"),
        ("Foerderstrom-Last", "40"),
        ("Foerderstrom-Previous", "-1"),
        ("Foerderstrom-Chain-Last", "x" * 64),
    ],
)
def test_contradicting_headers_are_no_frame(name: str, wrong: str) -> None:
    with pytest.raises(NotAFrame):
        frame_of(LANE.headers() | {name: wrong}, LANE.body)


@pytest.mark.parametrize("it", [2**53, -(2**53), "Ju\u0308rgen", {"a": [2**60]}, "x" * 600_000])
def test_what_has_no_canonical_form_is_not_encoded(it: Any) -> None:
    with pytest.raises(NotCanonical):
        encode({"it": it})


def test_every_golden_file_is_used() -> None:
    code = Path(__file__).read_text("utf-8")
    assert [path.name for path in GOLDEN.iterdir() if f'"{path.name}"' not in code] == []
