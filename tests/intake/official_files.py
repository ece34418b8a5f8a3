"""Files as the statistics office publishes them, made from a register's facts: fixed-width GV100AD and the workbook of GV-ISys."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from services.intake.municipality import MUNICIPAL, Kind, Municipality, Register

_CODES = {
    Kind.DISTRICT: "44", Kind.ASSOCIATION: "54", Kind.FULFILLING_MUNICIPALITY: "58",
    Kind.INDEPENDENT_CITY: "61", Kind.TOWN: "63", Kind.MUNICIPALITY: "64",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record, before it is written in either form."""

    level: str
    code: str
    key: str
    """Land, RB and Kreis, then Gemeinde or Verband."""
    municipality: str = ""
    association: str = ""
    name: str = ""
    hectares: int | None = None
    inhabitants: int | None = None


def lines(register: Register, on: date) -> list[Line]:
    """The records of all bodies of a day, as the directory orders them: Land, Kreis, Verband, Gemeinde."""
    found = [Line(level="10", code="", key="16", name="Thüringen")]
    bodies = {it.key: it for it in register.known(on)}
    municipal = sorted((it for it in bodies.values() if it.kind in MUNICIPAL), key=lambda it: it.ars)
    for district in sorted({it.district for it in municipal}):
        own = [it for it in municipal if it.district == district]
        whole = bodies.get(district)
        code = "44" if whole else "41"
        found.append(Line(level="40", code=code, key=district, name=whole.name if whole else f"{own[0].name}, Stadt"))
        for association in sorted({it.ars[5:9] for it in own}):
            members = [it for it in own if it.ars[5:9] == association]
            joint = bodies.get(district + association)
            name = joint.name if joint else _name(members[0])
            code = _CODES[joint.kind] if joint else "50"
            found.append(Line(level="50", code=code, key=district, association=association, name=name))
            found += [_municipal(it) for it in members]
    return found


def _municipal(it: Municipality) -> Line:
    return Line(
        level="60", code=_CODES[it.kind], key=it.district, municipality=it.ars[9:], association=it.ars[5:9],
        name=_name(it), hectares=it.hectares, inhabitants=it.inhabitants,
    )  # fmt: skip


def _name(it: Municipality) -> str:
    return f"{it.name}, Stadt" if it.kind in (Kind.TOWN, Kind.INDEPENDENT_CITY) else it.name


# ---- GV100AD -------------------------------------------------------------------------------------------------------


def fixed(it: Line, on: date) -> str:
    """A record of 220 characters."""
    counts = ("", "", "")
    if it.level == "60":
        male = (it.inhabitants or 0) // 2
        counts = (f"{it.hectares or 0:011d}", f"{it.inhabitants or 0:011d}", f"{male:011d}")
    text = (
        f"{it.level}{on:%Y%m%d}{it.key:<5}{it.municipality:<3}{it.association:<4}{it.name:<50}{'':<50}{it.code:<2}"
        f"{'':<4}{counts[0]:<11}{counts[1]:<11}{counts[2]:<11}{'':<4}99999"
    )
    return text.ljust(220)


def gv100ad(records: Iterable[Line], on: date, *, encoding: str = "utf-8", ending: str = "\r\n") -> bytes:
    """The file, with a record of another Land before and after."""
    elsewhere = Line(level="60", code="63", key="15001", municipality="000", association="0000", name="Dessau-Roßlau")
    texts = [fixed(elsewhere, on), *(fixed(it, on) for it in records), fixed(elsewhere, on)]
    return "".join(f"{it}{ending}" for it in texts).encode(encoding)


# ---- Auszug GV -----------------------------------------------------------------------------------------------------

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cells(it: Line) -> list[str | float]:
    """A row of the sheet; keys are texts, area and people numbers."""
    row: list[str | float] = [
        it.level, it.code, it.key[:2], it.key[2:3], it.key[3:5], it.association, it.municipality, it.name,
    ]  # fmt: skip
    if it.level == "60":
        male = (it.inhabitants or 0) // 2
        row += [(it.hectares or 0) / 100, it.inhabitants or 0, male, (it.inhabitants or 0) - male]
    return row


def workbook(records: Iterable[Line], on: date) -> bytes:
    """The workbook: a cover sheet, and the data from row 7 on."""
    return packed([cells(it) for it in records], f"Onlineprodukt_Gemeinden{on:%d%m%Y}")


def packed(rows: Sequence[Sequence[str | float]], sheet: str, extra: dict[str, bytes] | None = None) -> bytes:
    """Rows as an xlsx file, with shared strings as programs write them."""
    strings: dict[str, int] = {}
    body = ['<row r="1"><c r="A1" t="inlineStr"><is><t>Gemeinden in Deutschland</t></is></c></row>']
    for number, row in enumerate(rows, 7):
        told = [_cell(number, at, it, strings) for at, it in enumerate(row) if it != ""]
        body.append(f'<row r="{number}">{"".join(told)}</row>')
    shared = "".join(f"<si><t>{escape(it)}</t></si>" for it in strings)
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="Deckblatt" sheetId="1" r:id="rId1"/><sheet name="{sheet}" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(body)}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**{name: it.encode() for name, it in parts.items()}, **(extra or {})}.items():
            archive.writestr(name, text)
    return out.getvalue()


def _cell(row: int, at: int, it: str | float, strings: dict[str, int]) -> str:
    place = f"{chr(65 + at)}{row}"
    if isinstance(it, str):
        return f'<c r="{place}" t="s"><v>{strings.setdefault(it, len(strings))}</v></c>'
    return f'<c r="{place}"><v>{it}</v></c>'
