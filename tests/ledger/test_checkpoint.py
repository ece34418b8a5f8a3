"""The checkpoint: what was signed once never shrinks and never forks."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.ledger.checkpoint import (
    Checkpoint,
    CheckpointMalformed,
    CheckpointSigned,
    Command,
    Event,
    LogForked,
    LogShrank,
    SignCheckpoint,
    State,
    decider,
)
from services.ledger.note import (
    KeyMalformed,
    NoteInvalid,
    NoteMalformed,
    SignatureForged,
    Signer,
    SignerUnknown,
    Verifier,
    cosign,
    sign,
    verify,
)
from shared.decider import Context
from shared.identity import SYSTEM, Role
from tests.ledger.builders import ORIGIN, SIGNER, STRANGER
from tests.scenario import Scenario

BY_THE_CLOCK = Context(actor=SYSTEM, role=Role.SYSTEM, now=datetime(2026, 3, 2, tzinfo=UTC), valid_on=date(2026, 3, 2))
ROOT, OTHER = "11" * 32, "22" * 32


def note_over(size: int, root: str = ROOT) -> str:
    return sign(Checkpoint(origin=ORIGIN, size=size, root=root).text, SIGNER)


def to_sign(size: int, root: str = ROOT) -> SignCheckpoint:
    return SignCheckpoint(size=size, root=root, note=note_over(size, root))


def was_signed(size: int, root: str = ROOT) -> CheckpointSigned:
    return CheckpointSigned(size=size, root=root, note=note_over(size, root))


def given(*history: CheckpointSigned) -> Scenario[Command, Event, State]:
    return Scenario(decider, history)


def test_a_first_checkpoint_is_recorded() -> None:
    given().when(to_sign(5), BY_THE_CLOCK).then(was_signed(5))


def test_a_longer_log_is_signed_again() -> None:
    given(was_signed(5)).when(to_sign(8, OTHER), BY_THE_CLOCK).then(was_signed(8, OTHER))


def test_the_same_checkpoint_again_decides_nothing() -> None:
    given(was_signed(5)).when(to_sign(5), BY_THE_CLOCK).then()


def test_a_shorter_log_is_never_signed() -> None:
    with pytest.raises(LogShrank):
        given(was_signed(5), was_signed(9)).when(to_sign(8), BY_THE_CLOCK)


def test_another_root_at_the_same_size_is_never_signed() -> None:
    with pytest.raises(LogForked):
        given(was_signed(5)).when(to_sign(5, OTHER), BY_THE_CLOCK)


@pytest.mark.parametrize(
    "command",
    [
        SignCheckpoint(size=6, root=ROOT, note=note_over(5)),
        SignCheckpoint(size=5, root=OTHER, note=note_over(5)),
        SignCheckpoint(size=0, root=ROOT, note=note_over(0)),
        SignCheckpoint(size=5, root=ROOT, note="no note"),
    ],
)
def test_a_note_that_says_something_else_is_not_recorded(command: SignCheckpoint) -> None:
    with pytest.raises(CheckpointMalformed):
        given().when(command, BY_THE_CLOCK)


@over(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([ROOT, OTHER])), max_size=12))
def test_whatever_is_asked_recorded_sizes_only_grow(asked: list[tuple[int, str]]) -> None:
    history: list[CheckpointSigned] = []
    for size, root in asked:
        try:
            history += decider.decide(to_sign(size, root), decider.fold(history), BY_THE_CLOCK)
        except (LogShrank, LogForked):
            continue
    grown = [it.size for it in history]
    assert grown == sorted(set(grown))


# ---- Notes ---------------------------------------------------------------------------------------------------------

# The example of golang.org/x/mod/sumdb/note, which all implementations of the format share.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_known_example_is_signed_and_read_byte_for_byte() -> None:
    signer = Signer.of(PETER)
    assert (signer.skey, signer.verifier.vkey) == (PETER, PETER_PUBLIC)
    assert sign(PETER_TEXT, signer) == f"{PETER_TEXT}\n{PETER_LINE}"
    assert verify(f"{PETER_TEXT}\n{PETER_LINE}", [Verifier.of(PETER_PUBLIC)]) == (PETER_TEXT, [signer.verifier])


def test_the_checkpoint_of_the_specification_is_read() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    read = Checkpoint.of(text)
    assert (read.origin, read.size, read.text) == ("example.com/behind-the-sofa", 20852163, text)


def test_a_note_may_carry_several_signatures_and_names_those_that_are_trusted() -> None:
    witness = Signer.generate("witness.example")
    note = cosign(sign("text\n", SIGNER), witness)
    assert verify(note, [SIGNER.verifier]) == ("text\n", [SIGNER.verifier])
    assert verify(note, [witness.verifier, SIGNER.verifier])[1] == [SIGNER.verifier, witness.verifier]


def test_a_note_of_strangers_only_is_not_believed() -> None:
    with pytest.raises(SignerUnknown):
        verify(sign("text\n", STRANGER), [SIGNER.verifier])


def test_one_forged_signature_of_a_trusted_key_spoils_the_note() -> None:
    witness = Signer.generate("witness.example")
    forged = sign("another text\n", SIGNER).rpartition("\n\n")[2]
    with pytest.raises(SignatureForged):
        verify(sign("text\n", witness) + forged, [witness.verifier, SIGNER.verifier])


@over(st.data())
def test_no_single_flipped_bit_of_a_note_is_believed(data: st.DataObject) -> None:
    raw = bytearray(note_over(5).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NoteInvalid):
        verify(raw.decode(errors="replace"), [SIGNER.verifier])


@pytest.mark.parametrize("text", ["", "no end", "tab\t\n"])
def test_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteMalformed):
        sign(text, SIGNER)


@pytest.mark.parametrize(
    "key", ["", "a+b", "name+00000000+AAAA", PETER_PUBLIC.replace("c74f", "c75f"), "a b+c74f20a3+AAAA"]
)
def test_what_is_no_key_is_not_taken_for_one(key: str) -> None:
    with pytest.raises(KeyMalformed):
        Verifier.of(key)
    with pytest.raises(KeyMalformed):
        Signer.of(f"PRIVATE+KEY+{key}")
