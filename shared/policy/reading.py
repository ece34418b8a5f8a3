"""Policy files: TOML with a German title and a source at every group of values, read strictly, named by their content.

Format 2 refuses what it does not know. Format 1, of the house's first issue, is still read, because its files lie in logs
for ever; it had two kinds, and a practice carried the parameters.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast

from shared.decider import DomainError, value
from shared.identity import is_id
from shared.money import MAX_CENTS
from shared.policy.criterion import Criterion, CriterionKind
from shared.policy.terms import (
    Bars,
    ConditionBlock,
    ConditionKind,
    FieldKind,
    FinancingType,
    Handling,
    Item,
    ItemField,
    Parameters,
    PolicyKind,
)
from shared.rules import Consequence, Rule, RuleNotReadable, parsed

MOST_CHARACTERS = 100_000
"""A policy travels in one message."""


class PolicyNotReadable(DomainError):
    """A policy file that is no TOML, or lacks a value, or holds one that nobody knows or of the wrong kind."""

    code = "policy-not-readable"
    title = "Die Regelungsdatei ist nicht lesbar oder unvollständig."
    status = 422


@value
class PolicyFile:
    """One file as it was read; of guideline, practice and parameters the parts that its kind has.

    `expires_on` is the last day of a guideline with an end. `numbers` are the parameters of a practice of format 1.
    """

    format: int
    kind: PolicyKind
    programme: str
    version: str
    title: str
    in_force_on: date
    source: str
    expires_on: date | None = None
    items: tuple[Item, ...] = ()
    budget_title: str = ""
    handlings: tuple[Handling, ...] = ()
    parameters: Parameters | None = None
    numbers: tuple[tuple[str, int], ...] = ()
    rules: tuple[Rule, ...] = ()
    side_conditions: tuple[ConditionBlock, ...] = ()
    criteria: tuple[Criterion, ...] = ()


class Group:
    """One table of a file, asked value by value; what was not asked for is unknown and refused at the end."""

    def __init__(self, table: object, at: str = "", *, lenient: bool = False) -> None:
        if not isinstance(table, dict):
            raise PolicyNotReadable(f"„{at}“ ist keine Gruppe von Werten", field=at)
        self._table, self._at, self._lenient = cast(Mapping[str, Any], table), at, lenient
        self._asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self._at}.{key}" if self._at else key

    def has(self, key: str) -> bool:
        return key in self._table

    def required[T](self, key: str, kind: type[T]) -> T:
        self._asked.add(key)
        found = self._table.get(key)
        if type(found) is not kind:
            raise PolicyNotReadable(
                f"„{self.at(key)}“ fehlt oder ist nicht vom Typ {kind.__name__}", field=self.at(key)
            )
        return found

    def text(self, key: str, *, empty: bool = False) -> str:
        found = self.required(key, str)
        if not found.strip() and not empty:
            raise PolicyNotReadable(f"„{self.at(key)}“ ist leer", field=self.at(key))
        return found

    def id(self, key: str) -> str:
        found = self.text(key)
        if not is_id(found):
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keine Kennung", field=self.at(key))
        return found

    def day(self, key: str) -> date:
        return self.required(key, date)

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            return default
        found = self.required(key, int)
        if not least <= found <= most:
            raise PolicyNotReadable(f"„{self.at(key)}“ liegt nicht zwischen {least} und {most}", field=self.at(key))
        return found

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        found = self.text(key)
        if found not in allowed:
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keines von {', '.join(allowed)}", field=self.at(key))
        return found

    def rows(self, key: str) -> "Sequence[Group]":
        if not self.has(key):
            return ()
        rows = cast(list[object], self.required(key, list))
        return [Group(it, f"{self.at(key)}.{index}", lenient=self._lenient) for index, it in enumerate(rows)]

    def flag(self, key: str) -> bool:
        return self.required(key, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        found = cast(list[object], self.required(key, list))
        if not all(isinstance(it, str) and it for it in found):
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keine Liste von Texten", field=self.at(key))
        return tuple(cast(list[str], found))

    def group(self, key: str) -> "Group":
        return Group(cast(object, self.required(key, dict)), self.at(key), lenient=self._lenient)

    def told(self) -> str:
        """The group's source, which no group lacks, with its German title."""
        self.text("title")
        return self.text("source")

    def finish(self) -> None:
        unknown = sorted(set(self._table) - self._asked)
        if unknown and not self._lenient:
            raise PolicyNotReadable(f"„{self.at(unknown[0])}“ ist unbekannt", field=self.at(unknown[0]))


@lru_cache(maxsize=64)
def read(text: str) -> PolicyFile:
    """A policy file's content, or `PolicyNotReadable`."""
    if len(text) > MOST_CHARACTERS:
        raise PolicyNotReadable(f"mehr als {MOST_CHARACTERS} Zeichen")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyNotReadable(str(error)) from error
    layout = content.get("format", 1)
    if layout not in (1, 2):
        raise PolicyNotReadable(f"unbekanntes Format {str(layout)[:10]!r}", field="format")
    file = Group(content, lenient=layout == 1)
    if layout == 2:
        file.required("format", int)
    kind = PolicyKind(file.one_of("kind", [it.value for it in PolicyKind]))
    common: dict[str, Any] = {
        "format": layout,
        "kind": kind,
        "programme": file.id("programme"),
        "version": file.text("version"),
        "title": file.text("title"),
        "in_force_on": file.day("in_force_on"),
        "source": file.text("source"),
    }
    its = _first_format(kind, file) if layout == 1 else _second_format(kind, file)
    file.finish()
    return PolicyFile(**common | its)


def _second_format(kind: PolicyKind, file: Group) -> dict[str, Any]:
    match kind:
        case PolicyKind.GUIDELINE:
            items = tuple(_item(it) for it in file.rows("items"))
            _check_once("items", [it.code for it in items], [it.letter for it in items if it.letter])
            return {"items": items, "expires_on": file.day_or_none("expires_on"), "rules": _rules(file)}
        case PolicyKind.PRACTICE:
            handlings = tuple(_handling(it) for it in file.rows("items"))
            _check_once("items", [it.code for it in handlings])
            return {
                "handlings": handlings,
                "budget_title": file.id("budget_title"),
                "rules": _rules(file),
                "side_conditions": _side_conditions(file),
                "criteria": _criteria(file),
            }
        case PolicyKind.PARAMETERS:
            return {"parameters": _parameters(file)}


def _check_once(field: str, *names: Sequence[str]) -> None:
    if not names[0]:
        raise PolicyNotReadable(f"„{field}“ ist leer", field=field)
    if any(len(set(it)) != len(it) for it in names):
        raise PolicyNotReadable("ein Fördergegenstand kommt doppelt vor", field=field)


def _item(it: Group) -> Item:
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


def _handling(it: Group) -> Handling:
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


def _side_conditions(file: Group) -> tuple[ConditionBlock, ...]:
    found = tuple(_block(it) for it in file.rows("side_conditions"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("eine Nebenbestimmung kommt doppelt vor", field="side_conditions")
    return found


def _block(it: Group) -> ConditionBlock:
    it.told()
    found = ConditionBlock(
        code=it.id("code"),
        title=it.text("title"),
        kind=ConditionKind(it.one_of("kind", [one.value for one in ConditionKind])),
        text=it.text("text"),
        law=it.text("law"),
        bars=Bars(it.one_of("bars", [one.value for one in Bars])) if it.has("bars") else Bars.NOTHING,
        due_days=it.number("due_days", 1, 3_660, 0),
        proof=it.text("proof") if it.has("proof") else "",
    )
    it.finish()
    if found.kind == ConditionKind.SUSPENSIVE and found.bars == Bars.NOTHING:
        raise PolicyNotReadable("eine aufschiebende Bedingung hält die Auszahlung auf", field=it.at("bars"))
    if found.kind.reserves and (found.bars != Bars.NOTHING or found.due_days):
        raise PolicyNotReadable("bei einem Vorbehalt ist nichts zu erfüllen", field=it.at("kind"))
    return found


def _criteria(file: Group) -> tuple[Criterion, ...]:
    found = tuple(_criterion(it) for it in file.rows("criteria"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("ein Kriterium kommt doppelt vor", field="criteria")
    return found


def _criterion(it: Group) -> Criterion:
    kind = CriterionKind(it.one_of("kind", [one.value for one in CriterionKind]))
    found = Criterion(
        code=it.id("code"),
        title=it.text("title"),
        kind=kind,
        source=it.text("source"),
        highest=it.number("highest", 2, 10) if kind == CriterionKind.SCALE else 1,
        weight=it.number("weight", 1, 100),
        required=it.flag("required"),
        items=it.texts("items") if it.has("items") else (),
    )
    it.finish()
    return found


def _rules(file: Group) -> tuple[Rule, ...]:
    found = tuple(_rule(it) for it in file.rows("rules"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("eine Regel kommt doppelt vor", field="rules")
    return found


def _rule(it: Group) -> Rule:
    found = Rule(
        code=it.id("code"),
        title=it.text("title"),
        condition=it.text("condition"),
        met=it.text("met"),
        reason=it.text("reason"),
        consequence=Consequence(it.one_of("consequence", [one.value for one in Consequence])),
        source=it.text("source"),
    )
    it.finish()
    try:
        parsed(found.condition)
    except RuleNotReadable as error:
        raise PolicyNotReadable(f"{found.code}: {error}", field=it.at("condition")) from error
    return found


DAY_COUNTS = ("act/365", "act/360", "30/360")


def _parameters(file: Group) -> Parameters:
    groups = {key: file.group(key) for key in _GROUPS}
    found: dict[str, Any] = {}
    for key, group in groups.items():
        group.told()
        for name, (least, most) in _GROUPS[key].items():
            found[name] = group.number(name, least, most)
    notice, interest, payout, budget = (groups[it] for it in ("notice", "interest", "payout", "budget"))
    alarms = cast(list[object], budget.required("alarms_bp", list))
    percentages = [it for it in alarms if type(it) is int and 0 < it <= 10_000]
    if len(percentages) != len(alarms) or percentages != sorted(set(percentages)):
        raise PolicyNotReadable("Schwellen sind aufsteigende Basispunkte bis 10000", field=budget.at("alarms_bp"))
    parameters = Parameters(
        **found,
        service_on_working_day=notice.flag("service_on_working_day"),
        day_count=interest.one_of("day_count", DAY_COUNTS),
        payout_only_when_final=payout.flag("payout_only_when_final"),
        alarms_bp=tuple(percentages),
    )
    for group in groups.values():
        group.finish()
    return parameters


_DAYS, _MONTHS, _BP, _YEARS = (1, 3_660), (1, 240), (0, 10_000), (1, 100)
_GROUPS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "deadlines": {
        # Under a fortnight no authority may expect papers from a council that meets once a month.
        "document_request_days": (14, 366),
        "document_extension_days": _DAYS,
        "hearing_days": (14, 366),
        "reservation_days": _DAYS,
        "early_start_months": _MONTHS,
        "period_months": _MONTHS,
        "drawdown_months": _MONTHS,
        "proof_months": _MONTHS,
        "interim_proof_months": _MONTHS,
        "proof_check_months": _MONTHS,
        "repayment_days": _DAYS,
        "revocation_months": _MONTHS,
    },
    "notice": {},
    "hearing": {"hearing_cut_bp": _BP},
    "signing": {"signing_limit_cents": (1, MAX_CENTS)},
    "samples": {"proof_sample_bp": (1, 10_000)},
    "bagatelles": {"recovery_bagatelle_cents": (0, MAX_CENTS), "interest_bagatelle_cents": (0, MAX_CENTS)},
    "interest": {},
    "payout": {"withheld_bp": _BP, "line_excess_bp": _BP},
    "budget": {"last_order_month": (1, 12), "last_order_day": (1, 28)},
    "cooperation": {"cooperation_members": (2, 100)},
    "retention": {"retention_years": _YEARS, "recipient_retention_years": _YEARS},
}

# ---- Format 1 -------------------------------------------------------------------------------------------------------

_NUMBERS = ("signing_limit_cents", "reservation_days", "period_months", "proof_months", "drawdown_months")


def _first_format(kind: PolicyKind, file: Group) -> dict[str, Any]:
    match kind:
        case PolicyKind.GUIDELINE:
            items = tuple(
                Item(
                    code=it.text("code"),
                    letter=it.text("letter", empty=True),
                    title=it.text("title"),
                    rate_bp=it.number("rate_bp", 1, 10_000),
                )
                for it in file.rows("items")
            )
            _check_once("items", [it.code for it in items])
            return {"items": items}
        case PolicyKind.PRACTICE:
            closed = tuple(
                Handling(code=it, closed_because="nach dieser Verwaltungspraxis") for it in file.texts("closed_items")
            )
            numbers = tuple((key, file.number(key, 1, MAX_CENTS)) for key in _NUMBERS)
            return {"budget_title": file.id("budget_title"), "handlings": closed, "numbers": numbers}
        case PolicyKind.PARAMETERS:
            raise PolicyNotReadable("Parameter gibt es erst im Format 2", field="format")
