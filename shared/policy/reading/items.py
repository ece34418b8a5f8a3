"""What a guideline promotes (Fördergegenstände), and how a practice handles it."""

from collections.abc import Sequence

from shared.money import MAX_CENTS
from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group
from shared.policy.terms import FieldKind, FinancingType, Handling, Item, ItemField


def item_of(it: Group) -> Item:
    financing = FinancingType(it.one_of("financing_type", [one.value for one in FinancingType]))
    it.told()
    fixed = it.number("fixed_cents", 1, MAX_CENTS) if financing == FinancingType.FIXED else 0
    rate = it.number("rate_bp", 1, 10_000)
    found = Item(
        code=it.id("code"),
        letter=it.text("letter", empty=True),
        title=it.text("title"),
        financing_type=financing,
        rate_bp=rate,
        fixed_cents=fixed,
        minimum_cents=it.number("minimum_cents", 0, MAX_CENTS, 0),
        maximum_cents=it.number("maximum_cents", 1, MAX_CENTS, 0),
        cooperation_bonus_bp=it.number("cooperation_bonus_bp", 0, 10_000 - rate, 0),
        categories=it.texts("categories") if it.has("categories") else (),
        fields=tuple(_field(one) for one in it.rows("fields")),
    )
    it.finish()
    if 0 < found.maximum_cents < found.minimum_cents:
        raise PolicyNotReadable("der Höchstbetrag liegt unter dem Mindestbetrag", field=it.at("maximum_cents"))
    return found


def _field(it: Group) -> ItemField:
    found = ItemField(
        code=it.id("code"),
        title=it.text("title"),
        kind=FieldKind(it.one_of("kind", [one.value for one in FieldKind])),
    )
    it.finish()
    return found


def handling_of(it: Group) -> Handling:
    it.text("source")
    closed = it.text("closed_because") if it.has("closed_because") else ""
    found = Handling(
        code=it.id("code"),
        opens_on=None if closed else it.day("opens_on"),
        closes_on=None if closed else it.day_or_none("closes_on"),
        closed_because=closed,
    )
    it.finish()
    if found.opens_on and found.closes_on and found.closes_on < found.opens_on:
        raise PolicyNotReadable("der letzte offene Tag liegt vor dem ersten", field=it.at("closes_on"))
    return found


def check_once(field: str, *names: Sequence[str]) -> None:
    if not names[0]:
        raise PolicyNotReadable(f"„{field}“ ist leer", field=field)
    if any(len(set(it)) != len(it) for it in names):
        raise PolicyNotReadable("ein Fördergegenstand kommt doppelt vor", field=field)
