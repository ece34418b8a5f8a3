"""Die Liste der Namens-, Grenz- und Schlüsseländerungen (Destatis, GV-ISys): a table in text form → records, checked."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from services.intake.register_file import Finding, refused, table, text_of
from services.intake.territorial_change import ChangeKind, OfficialChange, Unit

COLUMNS: Mapping[str, str] = {
    "kennziffer": "reference",
    "einheit": "unit",
    "ars_alt": "old_ars",
    "ags_alt": "old_key",
    "name_alt": "old_name",
    "aenderungsart": "kind",
    "ars_neu": "new_ars",
    "ags_neu": "new_key",
    "name_neu": "new_name",
    "wirksam_ab": "effective_on",
    "einwohner": "inhabitants",
    "flaeche_ha": "hectares",
}
"""Heading → field; inhabitants and area may be missing."""

_KINDS = {
    "1": ChangeKind.DISSOLUTION,
    "2": ChangeKind.PART_MOVED,
    "3": ChangeKind.KEY_CHANGE,
    "4": ChangeKind.NAME_CHANGE,
}
_UNITS = {"Gemeinde": Unit.MUNICIPALITY, "Gemeindeverband": Unit.ASSOCIATION}
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_THURINGIA = "16"


def changes(content: bytes) -> Sequence[OfficialChange]:
    """The records of Thuringia in the order of the list. Raises a 422 problem that tells every finding."""
    found: list[OfficialChange] = []
    findings: list[Finding] = []
    for line, row in table(text_of(content), COLUMNS):
        if not (row.get("old_ars", "") or row.get("new_ars", "")).startswith(_THURINGIA):
            continue
        wrong = _wrong(row)
        findings += [Finding(line=line, code=code, text=text) for code, text in wrong]
        if not wrong:
            found.append(_record(row))
    if not findings and not found:
        findings = [Finding(line=0, code="no-record", text="Die Datei nennt keine Änderung in Thüringen.")]
    if findings:
        raise refused(findings)
    return found


def _wrong(row: Mapping[str, str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if row["unit"] not in _UNITS:
        found.append(("unknown-unit", "Die Einheit ist weder Gemeinde noch Gemeindeverband."))
        return found
    if row["kind"] not in _KINDS:
        found.append(("unknown-kind", "Die Änderungsart ist keine von 1 bis 4."))
    if not row["reference"]:
        found.append(("reference-missing", "Die Kennziffer fehlt."))
    if _day(row["effective_on"]) is None:
        found.append(("day-unreadable", "Das Datum der Wirksamkeit ist nicht lesbar."))
    for key, ars in ((row["old_key"], row["old_ars"]), (row["new_key"], row["new_ars"])):
        if not _consistent(_UNITS[row["unit"]], key, ars):
            found.append(("keys-inconsistent", "Gemeinde- und Regionalschlüssel passen nicht zueinander."))
    if any(it and not (it.isascii() and it.isdecimal()) for it in _counts(row)):
        found.append(("count-unreadable", "Einwohner und Fläche sind ganze Zahlen."))
    return found


def _consistent(unit: Unit, key: str, ars: str) -> bool:
    digits = ars.isascii() and ars.isdecimal() and ars.startswith(_THURINGIA)
    if unit is Unit.ASSOCIATION:
        return digits and len(ars) == 9
    return digits and len(ars) == 12 and key == f"{ars[:5]}{ars[9:]}"


def _counts(row: Mapping[str, str]) -> tuple[str, str]:
    return row.get("inhabitants", ""), row.get("hectares", "")


def _record(row: Mapping[str, str]) -> OfficialChange:
    unit = _UNITS[row["unit"]]
    inhabitants, hectares = _counts(row)
    return OfficialChange(
        reference=row["reference"],
        unit=unit,
        kind=_KINDS[row["kind"]],
        effective_on=_day(row["effective_on"]) or date.min,
        old_key=row["old_key"] if unit is Unit.MUNICIPALITY else row["old_ars"],
        old_ars=row["old_ars"],
        old_name=row["old_name"],
        new_key=row["new_key"] if unit is Unit.MUNICIPALITY else row["new_ars"],
        new_ars=row["new_ars"],
        new_name=row["new_name"],
        inhabitants=int(inhabitants) if inhabitants else None,
        hectares=int(hectares) if hectares else None,
    )


def _day(text: str) -> date | None:
    german, iso = _DAY.fullmatch(text), _ISO.fullmatch(text)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None
