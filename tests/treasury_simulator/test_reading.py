"""Properties of the treasury's reading: it never stumbles, and it never takes a damaged file for a whole one."""

import ast
import string
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deploy.treasury_simulator.desk as desk
from deploy.treasury_simulator import checks
from deploy.treasury_simulator.order import FileRefused
from deploy.treasury_simulator.reading import read
from tests.treasury_simulator.builders import CREDITOR, Transfer, pain_001

WELL = pain_001(Transfer("TH26AAAA0001", "12.34"), Transfer("TH26AAAA0002", "0.01"))


@given(st.lists(st.integers(1, 99_999_999_999), min_size=1, max_size=20))
def test_amounts_are_read_to_the_cent(amounts: list[int]) -> None:
    transfers = [Transfer(f"R{i}", f"{cents // 100}.{cents % 100:02}") for i, cents in enumerate(amounts)]
    assert [payment.amount_cents for payment in read(pain_001(*transfers)).payments] == amounts


@given(st.integers(0, len(WELL) - 1))
def test_a_file_cut_anywhere_is_refused(end: int) -> None:
    with pytest.raises(FileRefused):
        read(WELL[:end])


@given(st.integers(0, len(WELL) - 1), st.binary(max_size=4), st.integers(0, 4))
@settings(max_examples=300)
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(place: int, put: bytes, dropped: int) -> None:
    try:
        order = read(WELL[:place] + put + WELL[place + dropped :])
    except FileRefused:
        return
    assert sum(payment.amount_cents for payment in order.payments) == 1235


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        read(content)


@given(st.integers(4, 21), st.sampled_from(string.digits))
def test_one_wrong_digit_of_an_iban_is_seen(place: int, digit: str) -> None:
    changed = CREDITOR[:place] + digit + CREDITOR[place + 1 :]
    assert checks.is_iban(changed) is (changed == CREDITOR)


def test_the_program_imports_nothing_but_itself_lxml_and_the_standard_library() -> None:
    imported: set[str] = set()
    for path in Path(desk.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported.update(name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("deploy.treasury_simulator")} == {"lxml"}
    assert "deploy" not in {name for name in imported if "." not in name}
