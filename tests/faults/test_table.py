"""The table of what was broken on purpose keeps up with the stories."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "faults.md"
NOT_A_STORY = {"faults/test_table.py", "faults/test_checker.py"}


def named(text: str) -> list[str]:
    return re.findall(r"`(\w+/test_\w+\.py::test_\w+)`", text)


def lines() -> list[list[str]]:
    rows = [it.strip("|").split("|") for it in TABLE.read_text("utf-8").splitlines() if it.startswith("|")]
    return [[cell.strip() for cell in it] for it in rows[2:]]


def runnable(file: Path) -> set[str]:
    return set(re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE))


def test_every_story_that_the_table_names_can_be_run() -> None:
    for name in named(TABLE.read_text("utf-8")):
        file, _, test = name.partition("::")
        assert test in runnable(TESTS / file), name


def test_every_line_has_a_story_and_the_same_without_its_protection() -> None:
    assert len(lines()) > 30
    for what, story, without in lines():
        assert what
        assert named(story), what
        assert named(without), what


def test_every_story_of_faults_stands_in_the_table() -> None:
    told = set(named(TABLE.read_text("utf-8")))
    files = [it for it in (TESTS / "faults").glob("test_*.py") if f"faults/{it.name}" not in NOT_A_STORY]
    untold = {f"faults/{file.name}::{test}" for file in files for test in runnable(file)} - told
    assert {it for it in untold if not it.split("::")[1].startswith("test_every_")} == set()
