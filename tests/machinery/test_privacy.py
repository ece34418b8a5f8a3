"""Sealed values and documents: readable by key, gone with the key, bound to their place."""

import tracemalloc
import unicodedata
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import ChangedMeanwhile, DocumentDirectory, MissingDocument
from shared.formats import NotCanonical, encode
from shared.identity import DocumentReference, Erased
from shared.privacy import Forged, Keys, Privacy, Vault, vault


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = vault(f"sqlite:{tmp_path / 'keys.sqlite'}", bytes(range(32)))
    made.provision()
    return made


def test_a_sealed_value_opens_for_who_has_the_key_and_shows_nothing_to_others(keys: Keys, tmp_path: Path):
    sealed = Privacy(keys, "intake").seal("Erika Muster", stream="application-a", path="contact_name", subject="s-1")
    assert "Erika" not in encode(sealed).decode()
    assert Privacy(keys, "payout").open(sealed) == "Erika Muster", "another service reads what intake sealed"
    assert b"Erika" not in (tmp_path / "keys.sqlite").read_bytes()


def test_all_values_of_a_person_are_sealed_with_one_visit_to_the_vault(keys: Keys, monkeypatch: pytest.MonkeyPatch):
    assert isinstance(keys, Vault)
    visits: list[str] = []
    execute = keys._execute

    def noted(statement: str, values: tuple[Any, ...]) -> list[Any]:
        visits.append(statement.split(maxsplit=1)[0])
        return execute(statement, values)

    monkeypatch.setattr(keys, "_execute", noted)
    privacy = Privacy(keys, "intake")
    sealed = [privacy.seal(path, stream="application-a", path=path, subject="s-1") for path in ("name", "mail", "iban")]
    assert [privacy.open(it) for it in sealed] == ["name", "mail", "iban"]
    assert visits == ["INSERT", "SELECT"]


def test_an_erased_person_is_a_typed_answer_and_never_an_exception(keys: Keys, tmp_path: Path):
    privacy = Privacy(keys, "intake")
    sealed = privacy.seal("Erika Muster", stream="application-a", path="contact_name", subject="s-1")
    keys.destroy("s-1")
    assert privacy.open(sealed) == Erased(subject="s-1")
    with pytest.raises(Forged):
        privacy.seal("again", stream="application-a", path="contact_name", subject="s-1")


def test_a_restart_opens_with_the_same_kek_and_with_no_other(keys: Keys, tmp_path: Path):
    sealed = Privacy(keys, "intake").seal("x", stream="s", path="p", subject="s-1")
    again = vault(f"sqlite:{tmp_path / 'keys.sqlite'}", bytes(range(32)))
    assert Privacy(again, "review").open(sealed) == "x"


def changed(box: bytes, at: int) -> bytes:
    """The box with one bit of the byte at `at` turned around: another box, whatever it held."""
    other = bytearray(box)
    other[at] ^= 1
    return bytes(other)


def test_documents_come_back_whole_and_lie_encrypted(keys: Keys, tmp_path: Path):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    reference = documents.put(
        b"Beschluss des Stadtrats", kind="resolution", media_type="application/pdf", subject="s-1"
    )
    assert documents.get(reference) == b"Beschluss des Stadtrats"
    assert (
        documents.put(b"Beschluss des Stadtrats", kind="resolution", media_type="application/pdf", subject="s-1")
        == reference
    )
    [file] = [it for it in (tmp_path / "documents").rglob("*") if it.is_file()]
    assert b"Beschluss" not in file.read_bytes()
    file.write_bytes(changed(file.read_bytes(), at=-1))
    with pytest.raises(Forged):
        documents.get(reference)
    keys.destroy("s-1")
    assert documents.get(reference) == Erased(subject="s-1")


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_a_file_is_kept_a_chunk_at_a_time_in_the_same_form(keys: Keys, tmp_path: Path, size: int):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    (file := tmp_path / "file").write_bytes(content := bytes(range(256)) * (size // 256 + 1))
    kept = documents.put_file(file, kind="treasury-report", media_type="application/xml", subject="treasury-files")
    assert documents.get(kept) == content
    assert kept == documents.put(
        content, kind="treasury-report", media_type="application/xml", subject="treasury-files"
    )
    assert [it.name for it in (tmp_path / "documents" / "treasury-files").iterdir()] == [kept.sha256]


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_what_was_kept_comes_back_a_chunk_at_a_time(keys: Keys, tmp_path: Path, size: int):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    kept = documents.put(content := bytes(size), kind="treasury-report", media_type="text/xml", subject="s-1")
    found = documents.read(kept.sha256, subject="s-1")
    assert not isinstance(found, Erased)
    assert b"".join(found) == content


@pytest.mark.parametrize("damage", [partial(changed, at=-1), lambda it: it[:20], partial(changed, at=0)])
def test_nothing_comes_back_of_a_file_that_was_changed_in_the_store(
    keys: Keys, tmp_path: Path, damage: Callable[[bytes], bytes]
):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    kept = documents.put(b"as it came", kind="treasury-report", media_type="text/xml", subject="s-1")
    box = tmp_path / "documents" / "s-1" / kept.sha256
    box.write_bytes(damage(box.read_bytes()))
    with pytest.raises(Forged):
        documents.read(kept.sha256, subject="s-1")
    box.unlink()
    with pytest.raises(MissingDocument):
        documents.read(kept.sha256, subject="s-1")
    keys.destroy("s-1")
    assert documents.read(kept.sha256, subject="s-1") == Erased(subject="s-1")


def test_a_large_file_is_never_held_in_memory(keys: Keys, tmp_path: Path):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    with (file := tmp_path / "file").open("wb") as handle:
        handle.truncate(64_000_000)
    tracemalloc.start()
    kept = documents.put_file(file, kind="treasury-report", media_type="application/xml", subject="treasury-files")
    found = documents.read(kept.sha256, subject="treasury-files")
    assert not isinstance(found, Erased)
    assert sum(map(len, found)) == 64_000_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000


def test_a_file_that_changes_while_it_is_kept_is_not_kept(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    documents = DocumentDirectory(tmp_path / "documents", keys)
    (file := tmp_path / "file").write_bytes(b"as it was hashed")
    monkeypatch.setattr("shared.documents.file_digest", lambda _handle, _name: sha256(b"something else"))
    with pytest.raises(ChangedMeanwhile):
        documents.put_file(file, kind="treasury-report", media_type="application/xml", subject="treasury-files")
    assert list((tmp_path / "documents" / "treasury-files").iterdir()) == []


def test_a_document_that_is_not_there_is_named(keys: Keys, tmp_path: Path):
    keys.create("s-1")
    reference = DocumentReference(sha256="0" * 64, size=1, media_type="application/pdf", kind="x", subject="s-1")
    with pytest.raises(MissingDocument):
        DocumentDirectory(tmp_path, keys).get(reference)


@given(st.text(max_size=60))
def test_any_text_is_canonical_in_nfc_or_refused(text: str):
    try:
        raw = encode({"t": text})
    except (NotCanonical, UnicodeEncodeError):
        assert unicodedata.normalize("NFC", text) != text or any("\ud800" <= it <= "\udfff" for it in text)
    else:
        assert encode({"t": text}) == raw


@given(
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(st.integers(-(2**60), 2**60), max_size=3)
)
def test_numbers_are_whole_and_below_two_to_the_53_or_refused(number: object):
    def fits(it: object) -> bool:
        if isinstance(it, list):
            return all(fits(one) for one in it)
        return isinstance(it, int) and abs(it) < 2**53

    if fits(number):
        encode({"n": number})
    else:
        with pytest.raises((NotCanonical, OverflowError)):
            encode({"n": number})
