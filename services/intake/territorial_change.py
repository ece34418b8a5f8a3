"""Gebietsänderungen: what one record of the official list of changes of names, borders and keys does to the register.

Source of the kinds: Destatis, "Namens-, Grenz- und Schlüsseländerungen" (1 Auflösung, 2 Teilausgliederung,
3 Schlüsseländerung, 4 Namensänderung). A body that is divided has a record for each part.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar, assert_never

from services.intake.municipality import MUNICIPAL, Ended, Kind, Municipality, Register
from shared.decider import DomainError, replace, value


class ChangeKind(StrEnum):
    """Art der Änderung, by the numbers of the official list 1 to 4."""

    DISSOLUTION = "dissolution"
    PART_MOVED = "part-moved"
    KEY_CHANGE = "key-change"
    NAME_CHANGE = "name-change"


class Unit(StrEnum):
    """What a record speaks of: a Gemeinde by its AGS, or a Gemeindeverband by its 9-digit key."""

    MUNICIPALITY = "municipality"
    ASSOCIATION = "association"


@value
class OfficialChange:
    """One record of the list: `reference` is its Kennziffer, keys are those of the register (AGS or 9 digits),
    `inhabitants` and `hectares` are what moved with it, None where the list does not tell."""

    reference: str
    unit: Unit
    kind: ChangeKind
    effective_on: date
    old_key: str
    old_ars: str
    old_name: str
    new_key: str
    new_ars: str
    new_name: str
    inhabitants: int | None = None
    hectares: int | None = None


@value
class Effect:
    """What a record changes: bodies that cease, bodies as they are from its day on."""

    ended: tuple[Ended, ...] = ()
    begun: tuple[Municipality, ...] = ()


class UnknownBody(DomainError):
    """`detail` names the record and the key."""

    code = "unknown-body"
    title = "Eine Änderung nennt eine Körperschaft, die das Verzeichnis an diesem Tag nicht kennt."
    status: ClassVar[int] = 422


class MovedCountsMissing(DomainError):
    """Without them both bodies would be wrong for good."""

    code = "moved-counts-missing"
    title = "Bei einer Teilausgliederung fehlen die Einwohner oder die Fläche, die wechseln."
    status: ClassVar[int] = 422


def effect(it: OfficialChange, register: Register) -> Effect:
    """What a record changes in this register; nothing when the register knows it already. Raises `UnknownBody`."""
    if it.unit is Unit.ASSOCIATION and _stands_alone(it.old_key):
        return Effect()  # a Gemeinde without association is told by its own record
    match it.kind:
        case ChangeKind.DISSOLUTION:
            return _dissolved(it, register)
        case ChangeKind.PART_MOVED:
            return _part_moved(it, register)
        case ChangeKind.KEY_CHANGE:
            return _key_changed(it, register)
        case ChangeKind.NAME_CHANGE:
            return _renamed(it, register)
        case _ as missing:
            assert_never(missing)


def plain(name: str) -> str:
    """A name without what only says its kind: "Dingelstädt, Stadt"."""
    return name.removeprefix("EG ").removesuffix(", Landeshauptstadt").removesuffix(", Stadt").strip()


def heir_key(it: OfficialChange) -> str:
    """Whose key the new one is: an association of one Gemeinde is that Gemeinde."""
    return f"{it.new_key[:5]}{it.new_key[6:]}" if _stands_alone(it.new_key) else it.new_key


def _stands_alone(key: str) -> bool:
    return len(key) == 9 and key[5] == "0"


def _before(it: OfficialChange, register: Register) -> Municipality:
    found = register.body(it.old_key, it.effective_on - timedelta(days=1))
    if found is None:
        raise UnknownBody(f"{it.reference}: {it.old_key} ({it.effective_on:%d.%m.%Y})", field="records")
    return found


def _dissolved(it: OfficialChange, register: Register) -> Effect:
    old, heir = _before(it, register), heir_key(it)
    if old.ends_on < it.effective_on and heir in old.successors:
        return Effect()
    ended = Ended(key=old.key, successors=tuple(dict.fromkeys((*old.successors, heir))))
    if it.unit is Unit.ASSOCIATION:
        return Effect(ended=(ended,), begun=_new_association(it, register))
    divided = bool(old.successors)
    moved, area = it.inhabitants, it.hectares
    if not divided:
        moved, area = _else(moved, old.inhabitants), _else(area, old.hectares)
    return Effect(ended=(ended,), begun=(_grown(it, register, moved, area),))


def _grown(it: OfficialChange, register: Register, moved: int | None, area: int | None) -> Municipality:
    """The body that takes in an area, as it is from then on; it may begin with it."""
    known = register.body(it.new_key, it.effective_on)
    kind = Kind.TOWN if it.new_name.endswith(", Stadt") else Kind.MUNICIPALITY
    if known is None:
        return Municipality(
            key=it.new_key, name=plain(it.new_name), kind=kind, district=it.new_key[:5], inhabitants=moved,
            begins_on=it.effective_on, ends_on=date.max, ars=it.new_ars, hectares=area,
        )  # fmt: skip
    return replace(
        known,
        begins_on=it.effective_on,
        name=plain(it.new_name) or known.name,
        ars=it.new_ars or known.ars,
        kind=kind if known.kind in (Kind.TOWN, Kind.MUNICIPALITY) else known.kind,
        inhabitants=_sum(known.inhabitants, moved),
        hectares=_sum(known.hectares, area),
    )


def _new_association(it: OfficialChange, register: Register) -> tuple[Municipality, ...]:
    if _stands_alone(it.new_key) or register.body(it.new_key, it.effective_on):
        return ()
    name = plain(it.new_name)
    serving = _serving(it.new_key, name, it.effective_on, register) if it.new_name.startswith("EG ") else ""
    kind = Kind.FULFILLING_MUNICIPALITY if it.new_name.startswith("EG ") else Kind.ASSOCIATION
    return (
        Municipality(
            key=it.new_key, name=name, kind=kind, district=it.new_key[:5], inhabitants=it.inhabitants,
            begins_on=it.effective_on, ends_on=date.max, hectares=it.hectares, served_by=serving,
        ),
    )  # fmt: skip


def _serving(association: str, name: str, on: date, register: Register) -> str:
    """The member that gave an association its name: names are no keys, but among its few members this one says who serves."""
    members = [it.key for it in register.known(on) if it.association == association and it.name == name]
    return members[0] if len(members) == 1 else ""


def _part_moved(it: OfficialChange, register: Register) -> Effect:
    if it.inhabitants is None or it.hectares is None:
        raise MovedCountsMissing(f"{it.reference}: {it.old_key}", field="records")
    old = register.body(it.old_key, it.effective_on)
    if old is None or register.body(it.new_key, it.effective_on) is None:
        raise UnknownBody(f"{it.reference}: {it.old_key} → {it.new_key}", field="records")
    smaller = replace(
        old,
        begins_on=it.effective_on,
        inhabitants=_sum(old.inhabitants, -it.inhabitants),
        hectares=_sum(old.hectares, -it.hectares),
    )
    return Effect(begun=(smaller, _grown(it, register, it.inhabitants, it.hectares)))


def _key_changed(it: OfficialChange, register: Register) -> Effect:
    if it.new_key == it.old_key:
        now = register.body(it.old_key, it.effective_on)
        if now is not None and now.ars == it.new_ars:
            return Effect()
        return Effect(begun=(replace(now or _before(it, register), begins_on=it.effective_on, ars=it.new_ars),))
    old = _before(it, register)
    if old.ends_on < it.effective_on and it.new_key in old.successors:
        return Effect()
    new = replace(
        old, key=it.new_key, district=it.new_key[:5], ars=it.new_ars, name=plain(it.new_name),
        begins_on=it.effective_on, ends_on=date.max, successors=(),
    )  # fmt: skip
    return Effect(ended=(Ended(key=old.key, successors=(it.new_key,)),), begun=(new,))


def _renamed(it: OfficialChange, register: Register) -> Effect:
    now = register.body(it.old_key, it.effective_on)
    if now is None:
        raise UnknownBody(f"{it.reference}: {it.old_key}", field="records")
    kind = now.kind
    if kind in MUNICIPAL - {Kind.INDEPENDENT_CITY}:
        kind = Kind.TOWN if it.new_name.endswith(", Stadt") else Kind.MUNICIPALITY
    after = replace(now, begins_on=it.effective_on, name=plain(it.new_name), kind=kind)
    return Effect() if replace(after, begins_on=now.begins_on) == now else Effect(begun=(after,))


def _else(known: int | None, otherwise: int | None) -> int | None:
    return otherwise if known is None else known


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
