"""The export: whole or not at all, and provable by bytes alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.export import NotAnExport, NotTheSignedHistory, export
from services.ledger.note import SignerUnknown
from services.ledger.verify import examine
from tests.ledger.builders import SIGNER, STRANGER, Chronicle, a_history

VKEY = SIGNER.verifier.vkey


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 600])
def test_every_size_of_history_exports_and_verifies(tmp_path: Path, size: int) -> None:
    report = examine(Chronicle().go_on(size).export(tmp_path / "export"), VKEY)
    assert report.faults == []
    assert report.checkpoint is not None
    assert report.checkpoint.size == size


def test_the_export_lies_where_the_manual_says(tmp_path: Path) -> None:
    made = files(a_history(300).export(tmp_path / "export"))
    assert set(made) == {
        *("README.txt", "checkpoint", "vkey", "heads.json", "checkpoints/75", "checkpoints/151", "checkpoints/227"),
        *("tile/0/000", "tile/0/001.p/47", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/47"),
        *("states/000", "states/001.p/47"),
    }
    assert made["states/000"].count(b"\n") == 256


def test_the_same_history_exports_to_the_same_bytes_over_an_older_export(tmp_path: Path) -> None:
    history = a_history(300)
    once = files(history.export(tmp_path / "one"))
    a_history(30).export(tmp_path / "two")
    assert files(history.export(tmp_path / "two")) == once
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "two"]


def test_what_follows_the_checkpoint_is_left_for_the_next_export(tmp_path: Path) -> None:
    history = a_history(40)
    note = history.note()
    history.go_on(5)
    exported = export(tmp_path / "export", history.records, checkpoint=note, vkey=VKEY)
    assert exported.size == len(history.records) - 5
    assert examine(tmp_path / "export", VKEY).faults == []


def test_an_export_that_would_not_verify_is_not_made_and_the_old_one_stays(tmp_path: Path) -> None:
    history = a_history(40)
    before = files(history.export(tmp_path / "export"))
    leaf, state = history.records[7]
    for records in (
        history.records[:-1],
        [*history.records[:7], (leaf, state + b" "), *history.records[8:]],
        [*history.records[:7], (leaf + b" ", state), *history.records[8:]],
        [*history.records[:7], history.records[8], history.records[7], *history.records[9:]],
    ):
        with pytest.raises(NotTheSignedHistory):
            export(tmp_path / "export", records, checkpoint=history.note(), vkey=VKEY)
    with pytest.raises(SignerUnknown):
        export(tmp_path / "export", history.records, checkpoint=history.note(), vkey=STRANGER.verifier.vkey)
    assert files(tmp_path / "export") == before
    assert [each.name for each in tmp_path.iterdir()] == ["export"]


def test_a_directory_that_is_no_export_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("Liebe")
    with pytest.raises(NotAnExport):
        a_history(40).export(tmp_path / "letters")
    assert (tmp_path / "letters/dear.txt").exists()


@settings(max_examples=300)
@given(data=st.data())
def test_no_single_flipped_bit_in_any_file_goes_unnoticed(small_export: Path, data: st.DataObject) -> None:
    paths = sorted(path for path in small_export.rglob("*") if path.is_file() and path.name != "README.txt")
    path = data.draw(st.sampled_from(paths))
    whole = path.read_bytes()
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
    try:
        report = examine(small_export, VKEY)
    finally:
        path.write_bytes(whole)
    assert report.faults, (path.name, at, bit)
    assert "abgebrochen" not in report.faults[0].detail
    assert examine(small_export, VKEY).faults == []


@settings(max_examples=100)
@given(data=st.data())
def test_no_file_cut_short_or_gone_goes_unnoticed(small_export: Path, data: st.DataObject) -> None:
    paths = sorted(
        path for path in small_export.rglob("*") if path.is_file() and path.name not in {"README.txt", "vkey"}
    )
    path = data.draw(st.sampled_from(paths))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    try:
        report = examine(small_export, VKEY)
    finally:
        path.write_bytes(whole)
    assert report.faults, path.name


@pytest.fixture(scope="module")
def small_export() -> object:
    with TemporaryDirectory() as folder:
        yield a_history(270).export(Path(folder) / "export")
