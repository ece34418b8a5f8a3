"""Schemas put together from generated classes say the same as the published ones, type by type, where both are there."""

from pathlib import Path
from typing import Any

import pytest

from tests.payout.messages import came_back, camt_029, camt_053, camt_054, entry, interim, pain_002
from tests.published import as_published, errors, etree, from_classes, published_file, schema, written_from_classes

XS = "{http://www.w3.org/2001/XMLSchema}"
BESIDE = Path(__file__).parents[3] / "shared" / "schemas"
"""Where a published schema may lie that no wheel has."""

type Simple = tuple[str, tuple[tuple[str, str], ...]]


def simple(element: Any) -> Simple:
    """A simple type: what it restricts, and by what."""
    restriction = element.find(f"{XS}restriction")
    return restriction.get("base"), tuple(sorted((etree.QName(it).localname, it.get("value")) for it in restriction))


def said(root: Any) -> dict[str, Any]:
    """What a schema says of every type: order or choice, names, occurrence, and the simple types of its fields."""
    known = {it.get("name"): it for it in root if it.tag is not etree.Comment}

    def kind(element: Any, name: str) -> Any:
        own = element.find(f"{XS}simpleType")
        if own is not None:
            return simple(own)
        if name.startswith("xs:"):
            return name, ()
        found = known[name]
        return simple(found) if found.tag == f"{XS}simpleType" else name

    def field(it: Any) -> tuple[Any, ...]:
        if it.tag == f"{XS}any":
            return ("any",)
        many = (it.get("minOccurs", "1"), it.get("maxOccurs", "1"))
        return (it.get("name"), *many, kind(it, it.get("type", "")))

    def body(holder: Any) -> tuple[Any, ...]:
        [first] = holder
        if first.tag != f"{XS}simpleContent":
            return etree.QName(first).localname, *map(field, first)
        [extension] = first
        attributes = [(it.get("name"), it.get("use"), kind(it, it.get("type", ""))) for it in extension]
        return kind(extension, extension.get("base")), *attributes

    told = {name: body(it) for name, it in known.items() if it.tag == f"{XS}complexType"}
    document = known["Document"].find(f"{XS}complexType")
    return told | ({"Document": body(document)} if document is not None else {})


MESSAGES = ["pain.001.001.09", "camt.052.001.08", "camt.053.001.08", "camt.054.001.08", "pain.002.001.10"]


@pytest.mark.parametrize("message", MESSAGES)
def test_what_is_put_together_from_classes_says_what_was_published(message: str) -> None:
    file = BESIDE / "pain.002.001.10.xsd" if message == "pain.002.001.10" else published_file(message)
    if not file.is_file():
        pytest.skip(f"das Schema {message} liegt nicht neben dem Projekt")
    published = said(etree.parse(file).getroot())
    ours = said(etree.fromstring(written_from_classes(message)))
    assert ours == published
    assert len(ours) > 50


def test_the_comparison_notices_a_lost_length() -> None:
    raw = written_from_classes("pain.001.001.09")
    shorter = raw.replace(b'<xs:maxLength value="140"/>', b'<xs:maxLength value="141"/>', 1)
    assert shorter != raw
    assert said(etree.fromstring(shorter)) != said(etree.fromstring(raw))


SAMPLES = {
    "camt.029": camt_029("B-1", ("R1", "ACCR", "CUST")),
    "camt.052": interim(entry("1.00")),
    "camt.053": camt_053(entry("1.00"), came_back("1.00", "R1", charges="0.10"), opening="2.00", closing="1.00"),
    "camt.054": camt_054(entry("1.00")),
    "pain.002": pain_002(status="RJCT", code="FF01"),
}


@pytest.mark.parametrize("raw", SAMPLES.values(), ids=SAMPLES.keys())
def test_the_answers_that_tests_write_are_valid(raw: bytes) -> None:
    assert errors(raw) == []


def test_a_published_schema_is_preferred_to_one_that_is_put_together() -> None:
    assert schema("camt.053.001.08") is as_published("camt.053.001.08")
    assert schema("camt.055.001.05") is from_classes("camt.055.001.05")
