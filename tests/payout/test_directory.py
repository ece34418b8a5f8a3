import os
from hashlib import sha256
from pathlib import Path

import pytest

from services.payout.treasury.directory import Directory, OtherBytesUnderName, sha256_of


def outgoing(root: Path) -> list[str]:
    return sorted(it.name for it in (root / "to-treasury").iterdir())


def test_a_file_is_handed_over_whole_and_not_readable_by_everybody(tmp_path: Path) -> None:
    Directory(tmp_path).hand_over("a.xml", b"<a/>")
    file = tmp_path / "to-treasury" / "a.xml"
    assert file.read_bytes() == b"<a/>"
    assert outgoing(tmp_path) == ["a.xml"]
    assert file.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("folder", ["to-treasury", "received"])
def test_the_same_bytes_again_change_nothing_wherever_they_lie(tmp_path: Path, folder: str) -> None:
    directory = Directory(tmp_path)
    directory.hand_over("a.xml", b"<a/>")
    (tmp_path / "to-treasury" / "a.xml").rename(tmp_path / folder / "a.xml")
    directory.hand_over("a.xml", b"<a/>")
    assert outgoing(tmp_path) == (["a.xml"] if folder == "to-treasury" else [])


@pytest.mark.parametrize("folder", ["to-treasury", "received"])
def test_other_bytes_under_a_used_name_are_refused(tmp_path: Path, folder: str) -> None:
    directory = Directory(tmp_path)
    (tmp_path / folder / "a.xml").write_bytes(b"<a/>")
    with pytest.raises(OtherBytesUnderName):
        directory.hand_over("a.xml", b"<b/>")
    assert (tmp_path / folder / "a.xml").read_bytes() == b"<a/>"


def test_what_a_crash_left_half_written_is_written_anew(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    (tmp_path / "to-treasury" / ".a.xml.part").write_bytes(b"<a")
    directory.hand_over("a.xml", b"<a/>")
    assert outgoing(tmp_path) == ["a.xml"]


def test_arrived_files_come_oldest_first_without_those_still_being_written(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    folder = tmp_path / "from-treasury"
    for age, name in enumerate(["c.xml", "a.xml", "b.xml", ".hidden.xml", "d.xml.tmp", "e.part"]):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, ns=(1_000 + age, 1_000 + age))
    (folder / "f").mkdir()
    (folder / "g.xml").symlink_to(folder / "a.xml")
    assert [it.name for it in directory.arrived()] == ["c.xml", "a.xml", "b.xml"]


def test_a_file_that_goes_while_the_folder_is_read_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = Directory(tmp_path)
    there, gone = (tmp_path / "from-treasury" / name for name in ("a.xml", "b.xml"))
    there.write_bytes(b"<a/>")
    monkeypatch.setattr(Path, "iterdir", lambda _folder: iter([there, gone]))
    assert directory.arrived() == [there]


def test_archiving_twice_is_archiving_once_and_other_bytes_lose_nothing(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    arrived = tmp_path / "from-treasury" / "a.xml"
    for content in (b"1", b"1", b"2"):
        arrived.write_bytes(content)
        directory.archive(arrived)
        directory.archive(arrived)
    assert not arrived.exists()
    assert sorted(it.read_bytes() for it in (tmp_path / "archive").iterdir()) == [b"1", b"2"]


def test_quarantine_keeps_the_file_as_it_came_with_the_reason_beside_it(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    arrived = tmp_path / "from-treasury" / "a.xml"
    arrived.write_bytes(b"\x00")
    moved = directory.quarantine(arrived, "not-utf-8: Die Datei ist nicht in UTF-8 geschrieben.")
    assert moved.read_bytes() == b"\x00"
    assert "not-utf-8" in (tmp_path / "quarantine" / "a.xml.reason.txt").read_text("utf-8")
    assert directory.arrived() == []


def test_a_file_is_named_by_the_hash_of_all_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"x" * 1_000)
    assert sha256_of(file) == sha256(b"x" * 1_000).hexdigest()
