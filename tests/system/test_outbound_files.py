"""The files that a house handed to its treasury in a lived year, read a second time, one by one and all together."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.published import errors
from tests.second_reading import read, series
from tests.system.conftest import Undisturbed

THREE_YEARS = Path(__file__).parents[2] / "var" / "demo" / "treasury" / "received"
"""What `make demo` left here, if it was run."""


def wrong(folder: Path) -> dict[str, Sequence[str]]:
    """By file, what breaks a rule; the folder itself for what is wrong with all of them together."""
    files = {it.name: it.read_bytes() for it in sorted(folder.iterdir()) if it.is_file()}
    assert files
    found = {name: read(raw) for name, raw in files.items()} | {folder.name: series(files.values())}
    found |= {f"{name}, schema": errors(raw) for name, raw in files.items() if b"iso:20022" in raw[:400]}
    return {name: it for name, it in found.items() if it}


def test_a_lived_year_hands_over_files_that_keep_every_rule(undisturbed: Undisturbed) -> None:
    assert wrong(undisturbed.directory / "treasury" / "received") == {}


def test_the_demonstrations_three_years_hand_over_files_that_keep_every_rule() -> None:
    if not THREE_YEARS.is_dir():
        pytest.skip("die Vorführung wurde hier nicht gezeigt (make demo)")
    assert wrong(THREE_YEARS) == {}


def test_a_file_that_is_missing_or_changed_is_noticed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    files = sorted((undisturbed.directory / "treasury" / "received").iterdir())
    raw = files[0].read_bytes()
    (tmp_path / "once.xml").write_bytes(raw)
    (tmp_path / "again.xml").write_bytes(raw.replace(b".00<", b".01<", 1))
    assert set(wrong(tmp_path)) >= {"again.xml", tmp_path.name}
