"""Was sich ändert: in what a directory differs from the register on its day, body by body, before it is accepted."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from services.intake.municipality import Kind, Municipality, Register
from shared.decider import replace, value


class DifferenceKind(StrEnum):
    """In what a body differs."""

    APPEARED = "appeared"
    DISAPPEARED = "disappeared"
    RENAMED = "renamed"
    OF_OTHER_KIND = "of-other-kind"
    IN_OTHER_ASSOCIATION = "in-other-association"
    INHABITANTS = "inhabitants"
    AREA = "area"


@value
class Difference:
    """One body in one respect; `before` and `after` as a person reads them."""

    key: str
    name: str
    kind: DifferenceKind
    before: str
    after: str


DIRECTORY_HOLDS = frozenset(Kind) - {Kind.SPECIAL_PURPOSE_ASSOCIATION}
"""What an official directory can tell of; a Zweckverband is in none."""


def begun(bodies: Sequence[Municipality], register: Register, on: date) -> tuple[Municipality, ...]:
    """The bodies that are new or other than on this day, as they are from it on; who serves an association is kept."""
    found: list[Municipality] = []
    for it in bodies:
        known = register.body(it.key, on)
        served_by = it.served_by or (known.served_by if known else "")
        told = replace(it, served_by=served_by, begins_on=on, ends_on=date.max, successors=())
        if known is None or told != replace(known, begins_on=on, ends_on=date.max, successors=()):
            found.append(told)
    return tuple(found)


def disappeared(bodies: Sequence[Municipality], register: Register, on: date) -> tuple[str, ...]:
    """The keys that the register knows on this day and a directory of this day does not."""
    told = {it.key for it in bodies}
    return tuple(sorted(it.key for it in register.known(on) if it.kind in DIRECTORY_HOLDS and it.key not in told))


def differences(
    changed: Sequence[Municipality], gone: Sequence[str], register: Register, on: date
) -> Iterator[Difference]:
    """What a person looks at, by key."""
    for key in gone:
        known = register.body(key, on)
        name = known.full_name if known else key
        yield Difference(key=key, name=name, kind=DifferenceKind.DISAPPEARED, before=name, after="")
    for it in sorted(changed, key=lambda it: it.key):
        known = register.body(it.key, on)
        if known is None:
            appeared = DifferenceKind.APPEARED
            yield Difference(key=it.key, name=it.full_name, kind=appeared, before="", after=it.full_name)
        else:
            yield from _of(known, it)


def _of(before: Municipality, after: Municipality) -> Iterator[Difference]:
    respects = (
        (DifferenceKind.RENAMED, before.name, after.name),
        (DifferenceKind.OF_OTHER_KIND, before.kind.value, after.kind.value),
        (DifferenceKind.IN_OTHER_ASSOCIATION, before.ars, after.ars),
        (DifferenceKind.INHABITANTS, _number(before.inhabitants), _number(after.inhabitants)),
        (DifferenceKind.AREA, _number(before.hectares), _number(after.hectares)),
    )
    for kind, was, now in respects:
        if was != now:
            yield Difference(key=after.key, name=after.full_name, kind=kind, before=was, after=now)


def _number(it: int | None) -> str:
    return "unbekannt" if it is None else f"{it:,}".replace(",", ".")
