"""An official file as it was handed in: its text or its rows, or why it is not taken, line by line.

Official files come from the statistics office, but through many hands: nothing in one is believed before it is checked.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from shared.decider import value
from shared.problems import FieldError, Problem

ATTRIBUTION = "© Statistische Ämter des Bundes und der Länder / Statistisches Bundesamt (Destatis)"
"""The directory may be copied and passed on with this attribution (Vervielfältigung mit Quellenangabe gestattet)."""

MAX_FILE = 10_000_000
"""Bytes of an official file at most: the whole of Germany as fixed-width text has 4 MB."""
MOST_LINES = 60_000
MOST_FINDINGS = 50
"""More are not told: a file with that many is another file than it seems."""


@value
class Finding:
    """What is wrong with a file, and where: the line as a text editor counts, 0 for the whole of it."""

    line: int
    code: str
    text: str


def refused(findings: Sequence[Finding]) -> Problem:
    """The file is not taken; every finding is told."""
    told = [
        FieldError(field="file", code=it.code, message=f"Zeile {it.line}: {it.text}" if it.line else it.text)
        for it in findings[:MOST_FINDINGS]
    ]
    title = "Die Datei kann so nicht übernommen werden."
    return Problem(422, findings[0].code, title, errors=told, field="file")


def fingerprint(content: bytes) -> str:
    """The SHA-256 by which an event names the file."""
    return sha256(content).hexdigest()


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8 or, as older editions were, in Windows-1252; never with letters lost.

    Both are tried in this order because nearly no Windows-1252 text with umlauts is valid UTF-8, while every byte but
    five is some letter of Windows-1252. Raises a 422 problem.
    """
    if len(content) > MAX_FILE:
        raise refused([Finding(line=0, code="file-too-large", text="Die Datei ist größer als 10 MB.")])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\ufffd" in text or "Ã¼" in text or "Ã¶" in text or "Ã¤" in text:
            # Somebody saved UTF-8 as if it were Windows-1252, or lost letters before: the names are wrong for good.
            break
        return text
    raise refused([Finding(line=0, code="file-garbled", text="Umlaute sind beschädigt: bitte die Originaldatei.")])


def table(text: str, columns: Mapping[str, str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a table in text form (comma or semicolon) with their line, named by `columns` (heading → name)."""
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [columns.get(it.strip().casefold(), "") for it in next(rows, list[str]())]
    missing = sorted(set(columns.values()) - set(names) - OPTIONAL)
    if missing:
        raise refused([Finding(line=1, code="columns-missing", text=f"Es fehlen die Spalten {', '.join(missing)}.")])
    for number, row in enumerate(rows, 2):
        if number > MOST_LINES:
            raise refused([Finding(line=number, code="file-too-long", text="Die Datei hat zu viele Zeilen.")])
        if any(it.strip() for it in row):
            yield number, {name: it.strip() for name, it in zip(names, row, strict=False) if name}


OPTIONAL = frozenset({"inhabitants", "hectares"})
"""Columns that an edition may leave out."""
