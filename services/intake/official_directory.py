"""Das amtliche Gemeindeverzeichnis in seinen beiden Formen: GV100AD (fixed width) and the extract "Auszug GV" (xlsx).

GV100AD after Destatis, "Datensatzbeschreibung GV100AD" (positions from 1, both ends in; a record has 220 characters):
  1–2 Satzart (10 Land, 20 Regierungsbezirk, 30 Region, 40 Kreis, 50 Gemeindeverband, 60 Gemeinde) · 3–10 Gebietsstand
  JJJJMMTT · 11–12 Land · 13 Regierungsbezirk · 14–15 Kreis · 16–18 Gemeinde · 19–22 Gemeindeverband · 23–72 Bezeichnung ·
  73–122 Verwaltungssitz (10 to 50) · 123–124 Textkennzeichen (40 to 60) · 129–139 Fläche in ha · 140–150 Bevölkerung ·
  151–161 männlich · 166–170 PLZ of the seat. Area and people only in records 60.
"Auszug GV" has a sheet "Onlineprodukt_Gemeinden" with the Gebietsstand TTMMJJJJ in its name; from row 7 on the columns
  A Satzart · B Textkennzeichen · C Land · D RB · E Kreis · F VB · G Gem · H Name · I Fläche in km² · J Bevölkerung · K männlich · L weiblich.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from services.intake.register_file import MOST_LINES, Finding, refused, text_of
from services.intake.workbook import Workbook
from shared.decider import value

LENGTH = 220
FIRST_ROW = 7
STATE = "16"
"""Thuringia: everybody else's rows are passed over."""

_SHEET = re.compile(r"Onlineprodukt_Gemeinden_?(\d{2})(\d{2})(\d{4}|\d{2})", re.ASCII)
_CARRIES_COUNTS = "60"


@value
class Entry:
    """One record as the file tells it: `level` is the Satzart, `text_code` the Textkennzeichen, keys without judgement."""

    line: int
    level: str
    text_code: str
    district: str
    municipality: str
    association: str
    name: str
    hectares: int | None
    inhabitants: int | None
    male: int | None = None
    female: int | None = None


@value
class Read:
    """What a file tells of Thuringia, and as of which day."""

    form: str
    territory_on: date
    entries: tuple[Entry, ...]


def read(content: bytes) -> Read:
    """A directory in either form, told apart by its first bytes. Raises a 422 problem with every finding."""
    return _workbook(content) if content[:4] == b"PK\x03\x04" else _fixed_width(content)


# ---- GV100AD -------------------------------------------------------------------------------------------------------


def _fixed_width(content: bytes) -> Read:
    findings: list[Finding] = []
    entries: list[Entry] = []
    days: set[str] = set()
    for line, text in _lines(text_of(content)):
        if text[10:12] != STATE:
            continue
        if not text[:2].isdecimal() or len(text) > LENGTH or len(text) < _least(text[:2]):
            # One letter too many before them, as in a file saved in another encoding, moves all fields behind.
            findings.append(
                Finding(line=line, code="line-length", text=f"Der Satz hat {len(text)} statt {LENGTH} Zeichen.")
            )
            continue
        days.add(text[2:10])
        try:
            entries.append(_entry(line, text))
        except ValueError:
            findings.append(
                Finding(line=line, code="number-unreadable", text="Fläche oder Bevölkerung ist keine Zahl.")
            )
    on = _day(days.pop(), "%Y%m%d") if len(days) == 1 else None
    if not findings and not entries:
        findings.append(
            Finding(line=0, code="no-record", text="Die Datei enthält keinen Satz für Thüringen (Land 16).")
        )
    elif on is None:
        findings.append(
            Finding(line=0, code="day-unreadable", text="Der Gebietsstand ist nicht in allen Sätzen derselbe Tag.")
        )
    if findings or on is None:
        raise refused(findings)
    return Read(form="gv100ad", territory_on=on, entries=tuple(entries))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for line, it in enumerate(text.split("\n"), 1):
        if line > MOST_LINES:
            raise refused([Finding(line=line, code="file-too-long", text="Die Datei hat zu viele Zeilen.")])
        if it.strip("\r\x1a "):
            yield line, it.rstrip("\r")


def _least(level: str) -> int:
    """The last position that a record needs: editors cut what is blank at the end."""
    return 150 if level == _CARRIES_COUNTS else 23


def _entry(line: int, text: str) -> Entry:
    def at(first: int, last: int) -> str:
        return text[first - 1 : last].strip()

    return Entry(
        line=line,
        level=at(1, 2),
        text_code=at(123, 124),
        district=at(11, 15),
        municipality=at(16, 18),
        association=at(19, 22),
        name=at(23, 72),
        hectares=_whole(at(129, 139)),
        inhabitants=_whole(at(140, 150)),
        male=_whole(at(151, 161)),
    )


def _whole(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text) if text else None


# ---- Auszug GV -----------------------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Read:
    book = Workbook(content)
    named = [(part, found) for name, part in book.sheets().items() if (found := _SHEET.match(name))]
    if len(named) != 1:
        text = "Es fehlt das Blatt „Onlineprodukt_Gemeinden“ mit dem Gebietsstand in seinem Namen."
        raise refused([Finding(line=0, code="sheet-missing", text=text)])
    [(part, found)] = named
    on = _day(f"{found[1]}{found[2]}{found[3]}", "%d%m%Y" if len(found[3]) == 4 else "%d%m%y")
    entries: list[Entry] = []
    findings: list[Finding] = (
        [] if on else [Finding(line=0, code="day-unreadable", text="Der Gebietsstand ist kein Tag.")]
    )
    for line, cells in book.rows(part):
        if line < FIRST_ROW or len(cells) < 8 or _code(cells[2], 2) != STATE:
            continue
        try:
            entries.append(_row(line, [*cells, *[""] * (12 - len(cells))]))
        except (ValueError, InvalidOperation):
            findings.append(
                Finding(line=line, code="number-unreadable", text="Fläche oder Bevölkerung ist keine Zahl.")
            )
    if not findings and not entries:
        findings.append(
            Finding(line=0, code="no-record", text="Die Datei enthält keine Zeile für Thüringen (Land 16).")
        )
    if findings or on is None:
        raise refused(findings)
    return Read(form="auszug-gv", territory_on=on, entries=tuple(entries))


def _row(line: int, cells: Sequence[str]) -> Entry:
    return Entry(
        line=line,
        level=_code(cells[0], 2),
        text_code=_code(cells[1], 2),
        district=f"{_code(cells[2], 2)}{_code(cells[3], 1)}{_code(cells[4], 2)}",
        municipality=_code(cells[6], 3),
        association=_code(cells[5], 4),
        name=cells[7],
        hectares=_hectares(cells[8]),
        inhabitants=_count(cells[9]),
        male=_count(cells[10]),
        female=_count(cells[11]),
    )


def _code(text: str, digits: int) -> str:
    """A key's part as the file means it: a program may have made a number of "05"."""
    return text.zfill(digits) if text else ""


def _plain(text: str) -> str:
    return text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")


def _count(text: str) -> int | None:
    return _whole(_plain(text).removesuffix(".0"))


def _hectares(text: str) -> int | None:
    if not text:
        return None
    square = Decimal(_plain(text))
    if not square.is_finite() or square < 0:
        raise ValueError(text)
    # A program may have stored 12,026 km² as a binary fraction next to it.
    return int((square * 100).quantize(Decimal(1)))


def _day(text: str, form: str) -> date | None:
    digits = re.fullmatch(r"\d{6,8}", text, re.ASCII)
    if digits is None:
        return None
    year, month, day = (
        (text[:4], text[4:6], text[6:]) if form.startswith("%Y") else (text[4:].rjust(4, "0"), text[2:4], text[:2])
    )
    try:
        return date(int(year) + (2000 if form.endswith("%y") else 0), int(month), int(day))
    except ValueError:
        return None
