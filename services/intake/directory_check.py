"""Geprüft, bevor verglichen wird: whether a directory's records agree with each other, and which bodies they make.

Kinds by their Textkennzeichen (Destatis, GV-ISys): 41 kreisfreie Stadt, 44 Landkreis; 50 verbandsfreie Gemeinde,
54 Verwaltungsgemeinschaft, 58 erfüllende Gemeinde; 61 kreisfreie Stadt, 63 Stadt, 64 kreisangehörige Gemeinde. Thuringia
has no others, so any other is a finding and no guess.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from services.intake.municipality import Kind, Municipality
from services.intake.official_directory import Entry, Read
from services.intake.register_file import ATTRIBUTION, Finding, refused
from services.intake.territorial_change import plain
from services.intake.territory import Directory

_LEVELS = frozenset({"10", "20", "30", "40", "50", "60"})
_KINDS: Mapping[tuple[str, str], Kind | None] = {
    ("40", "41"): None,
    ("40", "44"): Kind.DISTRICT,
    ("50", "50"): None,
    ("50", "54"): Kind.ASSOCIATION,
    ("50", "58"): Kind.FULFILLING_MUNICIPALITY,
    ("60", "61"): Kind.INDEPENDENT_CITY,
    ("60", "63"): Kind.TOWN,
    ("60", "64"): Kind.MUNICIPALITY,
}
"""Record and Textkennzeichen → kind; None where the same body has another record of its own."""


def directory(it: Read, sha256: str) -> Directory:
    """The bodies of a directory, sums made of their members. Raises a 422 problem that tells every finding."""
    findings = [*_each(it.entries), *_together(it.entries)]
    if findings:
        raise refused(sorted(findings, key=lambda it: it.line))
    return Directory(
        sha256=sha256,
        form=it.form,
        territory_on=it.territory_on,
        attribution=f"{ATTRIBUTION}, Gebietsstand {it.territory_on:%d.%m.%Y}",
        bodies=tuple(_bodies(it.entries, it.territory_on)),
    )


def key_of(it: Entry) -> str:
    """The key under which the register knows a record's body."""
    match it.level:
        case "60":
            return f"{it.district}{it.municipality}"
        case "50":
            return f"{it.district}{it.association}"
        case _:
            return it.district


def _each(entries: Sequence[Entry]) -> Iterator[Finding]:
    for it in entries:
        if it.level not in _LEVELS:
            yield Finding(line=it.line, code="unknown-record", text=f"Die Satzart {it.level} gibt es nicht.")
        elif it.level >= "40":
            if (it.level, it.text_code) not in _KINDS:
                text = f"Das Textkennzeichen {it.text_code} gibt es in Thüringen nicht."
                yield Finding(line=it.line, code="unknown-kind", text=text)
            if not _is_key(it):
                yield Finding(line=it.line, code="keys-inconsistent", text="Der Schlüssel ist unvollständig.")
            if not it.name:
                yield Finding(line=it.line, code="name-missing", text="Der Name fehlt.")
        if it.level == "60" and (it.inhabitants is None or it.hectares is None):
            yield Finding(line=it.line, code="count-missing", text="Bevölkerung oder Fläche fehlt.")
        if _sexes_differ(it):
            yield Finding(line=it.line, code="sum-differs", text="Männlich und weiblich ergeben nicht die Bevölkerung.")


def _is_key(it: Entry) -> bool:
    key, digits = key_of(it), {"40": 5, "50": 9, "60": 8}[it.level]
    whole = len(key) == digits and key.isascii() and key.isdecimal()
    # A Gemeinde without association has one of its own, by its own number.
    return whole and (it.level != "60" or it.association[:1] == "5" or it.association == f"0{it.municipality}")


def _sexes_differ(it: Entry) -> bool:
    if it.inhabitants is None or it.male is None:
        return False
    return it.male > it.inhabitants if it.female is None else it.male + it.female != it.inhabitants


def _together(entries: Sequence[Entry]) -> Iterator[Finding]:
    counted = Counter((it.level, key_of(it)) for it in entries if it.level >= "40")
    for it in entries:
        if counted[it.level, key_of(it)] > 1:
            yield Finding(line=it.line, code="key-twice", text=f"Der Schlüssel {key_of(it)} steht mehrfach da.")
        if it.level in ("50", "60") and ("40", it.district) not in counted:
            yield Finding(line=it.line, code="district-missing", text=f"Zum Kreis {it.district} fehlt der Satz.")
        if it.level == "60" and it.association and ("50", f"{it.district}{it.association}") not in counted:
            text = f"Zum Gemeindeverband {it.district}{it.association} fehlt der Satz."
            yield Finding(line=it.line, code="association-missing", text=text)
        yield from _sum(it, entries)


def _sum(it: Entry, entries: Sequence[Entry]) -> Iterator[Finding]:
    """A total that a record tells is the sum of its members; most editions tell none."""
    if it.level == "60" or it.inhabitants is None:
        return
    members = [one for one in entries if one.level == "60" and _belongs(one, it)]
    if sum(one.inhabitants or 0 for one in members) != it.inhabitants:
        text = f"Die Bevölkerung von {it.name} ist nicht die Summe ihrer Gemeinden."
        yield Finding(line=it.line, code="sum-differs", text=text)


def _belongs(member: Entry, it: Entry) -> bool:
    match it.level:
        case "40":
            return member.district == it.district
        case "50":
            return (member.district, member.association) == (it.district, it.association)
        case _:
            return True


def _bodies(entries: Sequence[Entry], on: date) -> Iterator[Municipality]:
    for it in entries:
        kind = _KINDS.get((it.level, it.text_code))
        if kind is None:
            continue
        members = [it] if it.level == "60" else [one for one in entries if one.level == "60" and _belongs(one, it)]
        yield Municipality(
            key=key_of(it),
            name=plain(it.name),
            kind=kind,
            district=it.district,
            inhabitants=sum(one.inhabitants or 0 for one in members),
            begins_on=on,
            ends_on=date.max,
            ars=f"{it.district}{it.association}{it.municipality}" if it.level == "60" else "",
            hectares=sum(one.hectares or 0 for one in members),
            served_by=_serving(it, members) if kind is Kind.FULFILLING_MUNICIPALITY else "",
        )


def _serving(it: Entry, members: Sequence[Entry]) -> str:
    """The member after which an association is named, as in territorial_change.py."""
    found = [key_of(one) for one in members if plain(one.name) == plain(it.name)]
    return found[0] if len(found) == 1 else ""
