"""Ein Blatt einer Arbeitsmappe (xlsx, ISO/IEC 29500): its rows as texts, read as a stream and never more than is sane.

A workbook is a zip of XML files that a stranger packed. What it declares to hold is bounded, and never more than that is
inflated: a part that holds more than it declares fails its checksum. Document types are refused, because they can name
entities; nothing outside the parts that are needed is opened.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import lxml.etree

from services.intake.register_file import MAX_FILE, MOST_LINES, Finding, refused

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types

MOST_PARTS = 200
MAX_PART = 80_000_000
"""Bytes of one part when inflated: the sheet of all of Germany has about 12 MB."""
MAX_RATIO = 200
"""Inflated to packed size; a sheet of numbers and names has 5 to 20."""
MOST_STRINGS = 200_000
MOST_COLUMNS = 64

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLUMN = re.compile(r"([A-Z]{1,3})\d+", re.ASCII)


def _bomb() -> Exception:
    return refused([Finding(line=0, code="file-inflates", text="Die Datei ist entpackt unsinnig groß.")])


def _unreadable() -> Exception:
    return refused([Finding(line=0, code="file-unreadable", text="Die Datei ist keine lesbare Arbeitsmappe (xlsx).")])


class Workbook:
    """An xlsx file in memory. Raises a 422 problem when it is none, or packed to do harm."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MAX_FILE:
            raise refused([Finding(line=0, code="file-too-large", text="Die Datei ist größer als 10 MB.")])
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            parts = self._archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _unreadable() from error
        if len(parts) > MOST_PARTS or any(it.flag_bits & 1 for it in parts):
            raise _unreadable()
        if any(it.file_size > MAX_PART or it.file_size > max(it.compress_size * MAX_RATIO, 100_000) for it in parts):
            raise _bomb()
        self._parts = frozenset(it.filename for it in parts)

    def sheets(self) -> Mapping[str, str]:
        """Name → part of every sheet, in the book's order."""
        links: dict[str, str] = {}
        for it in self._elements("xl/_rels/workbook.xml.rels", "Relationship", namespace="*"):
            links[str(it.get("Id"))] = str(it.get("Target")).removeprefix("/xl/")
        found: dict[str, str] = {}
        for it in self._elements("xl/workbook.xml", "sheet"):
            found[str(it.get("name"))] = f"xl/{links.get(str(it.get(_LINKED)), '')}"
        return found

    def rows(self, part: str) -> Iterator[tuple[int, Sequence[str]]]:
        """The rows of a sheet with their number, each cell as text; empty rows are left out."""
        strings = self._strings()
        for count, row in enumerate(self._elements(part, "row"), 1):
            if count > MOST_LINES:
                raise refused([Finding(line=count, code="file-too-long", text="Die Datei hat zu viele Zeilen.")])
            cells: list[str] = []
            for cell in row.iterchildren(f"{_MAIN}c"):
                at = _place(cell.get("r"), len(cells))
                if at >= MOST_COLUMNS:
                    break
                cells += [""] * (at + 1 - len(cells))
                cells[at] = _text(cell, strings)
            if any(cells):
                yield int(row.get("r") or count), cells

    def _strings(self) -> Sequence[str]:
        if "xl/sharedStrings.xml" not in self._parts:
            return ()
        found: list[str] = []
        for it in self._elements("xl/sharedStrings.xml", "si"):
            if len(found) >= MOST_STRINGS:
                raise _bomb()
            found.append("".join(str(one.text or "") for one in it.iter(f"{_MAIN}t")))
        return found

    def _elements(self, part: str, tag: str, namespace: str = "") -> Iterator[Any]:
        """The elements of one name in a part, forgotten after each."""
        if part not in self._parts:
            raise _unreadable()
        wanted = f"{{*}}{tag}" if namespace else f"{_MAIN}{tag}"
        try:
            with self._archive.open(part) as opened:
                for _, it in etree.iterparse(
                    opened, events=("end",), tag=wanted, resolve_entities=False, no_network=True, load_dtd=False,
                ):  # fmt: skip
                    if it.getroottree().docinfo.doctype:
                        raise _unreadable()
                    yield it
                    it.clear()
        except (etree.XMLSyntaxError, zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
            raise _unreadable() from error


def _place(reference: str | None, following: int) -> int:
    found = _COLUMN.fullmatch(reference or "")
    if found is None:
        return following
    at = 0
    for letter in found[1]:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _text(cell: Any, strings: Sequence[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return "".join(str(it.text or "") for it in cell.iter(f"{_MAIN}t")).strip()
    text = str(cell.findtext(f"{_MAIN}v") or "").strip()
    if kind != "s":
        return text
    if not text.isdecimal() or int(text) >= len(strings):
        raise _unreadable()
    return strings[int(text)].strip()
