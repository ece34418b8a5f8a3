"""Regeln als Daten: a condition over named inputs, what came of it, and a reason that a clerk and a court can read.

The language is small on purpose: names, whole numbers, days, texts, yes and no; comparison, sum, product, and, or, not.
Whatever is put in, a condition has a result: what is not known stays undecided, and nothing is ever executed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, assert_never

from shared.decider import value
from shared.money import euros

MOST_CHARACTERS = 400
DEEPEST = 12
LARGEST = 2**53


class Kind(StrEnum):
    """What an input is."""

    NUMBER = "number"
    DAY = "day"
    TEXT = "text"
    YES_NO = "yes-no"


type Input = int | date | str | bool
type Inputs = Mapping[str, Input | None]


class Consequence(StrEnum):
    """What follows from a rule that is not met: the decision is not possible, or whoever decides is warned."""

    STOPS = "stops"
    WARNS = "warns"


class Result(StrEnum):
    MET = "met"
    NOT_MET = "not-met"
    UNDECIDED = "undecided"


RESULT_TITLES: Mapping[Result, str] = {
    Result.MET: "erfüllt",
    Result.NOT_MET: "nicht erfüllt",
    Result.UNDECIDED: "nicht feststellbar",
}


@value
class Rule:
    """One rule of a policy file. `met` and `reason` are told with the values filled in: when it is met, when it is not."""

    code: str
    title: str
    condition: str
    met: str
    reason: str
    consequence: Consequence
    source: str


@value
class Given:
    """An input as a decision keeps it: numbers in digits, days as YYYY-MM-DD, yes-no as true or false, unknown as empty."""

    name: str
    text: str


@value
class Outcome:
    """What came of one rule, with the reason in words."""

    code: str
    title: str
    result: Result
    consequence: Consequence
    reason: str
    source: str


@value
class Judgement:
    """All rules that were asked, and what they were asked about (Prüfergebnis)."""

    inputs: tuple[Given, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def stopping(self) -> tuple[Outcome, ...]:
        """The rules that stand against the decision."""
        return tuple(it for it in self.outcomes if it.result == Result.NOT_MET and it.consequence == Consequence.STOPS)


class RuleNotReadable(ValueError):
    """A condition or a reason that this language does not know."""


# ---- Conditions -----------------------------------------------------------------------------------------------------


@value
class Constant:
    constant: int | date | str | bool


@value
class Name:
    name: str


@value
class Pair:
    """Two parts and what is between them."""

    operator: str
    left: "Part"
    right: "Part"


@value
class Not:
    part: "Part"


type Part = Constant | Name | Pair | Not

_EQUAL: Mapping[str, Callable[[Input, Input], bool]] = {"=": eq, "!=": ne}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_RECKON: Mapping[str, Callable[[int, int], int]] = {"+": add, "-": sub, "*": mul}
_LEVELS: Sequence[frozenset[str]] = (
    frozenset({"or"}), frozenset({"and"}), frozenset({*_EQUAL, *_ORDER}), frozenset({"+", "-"}), frozenset({"*"}),
)  # fmt: skip
"""From what binds least to what binds most; `not` stands between `and` and comparison."""
_TOKEN = re.compile(r"\s*(\d{4}-\d{2}-\d{2}|\d+|'[^']*'|[a-z][a-z0-9_]*|<=|>=|!=|[=<>+\-*()])", re.ASCII)


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if found is None:
                raise RuleNotReadable(f"unverständlich ab „{text[position : position + 20]}“")
            self._tokens.append(found.group(1))
            position = found.end()

    @property
    def next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def take(self) -> str:
        if not self._tokens:
            raise RuleNotReadable("die Bedingung bricht ab")
        return self._tokens.pop(0)

    def whole(self) -> Part:
        part = self._level(0, 0)
        if self.next:
            raise RuleNotReadable(f"„{self.next}“ steht an falscher Stelle")
        return part

    def _level(self, level: int, depth: int) -> Part:
        if depth > DEEPEST:
            raise RuleNotReadable("die Bedingung ist zu tief geschachtelt")
        if level == len(_LEVELS):
            return self._single(depth)
        if level == 2 and self.next == "not":
            self.take()
            return Not(part=self._level(2, depth + 1))
        part = self._level(level + 1, depth)
        while self.next in _LEVELS[level]:
            part = Pair(operator=self.take(), left=part, right=self._level(level + 1, depth))
        return part

    def _single(self, depth: int) -> Part:
        word = self.take()
        if word == "(":
            part = self._level(0, depth + 1)
            if self.take() != ")":
                raise RuleNotReadable("eine Klammer bleibt offen")
            return part
        if word in ("true", "false"):
            return Constant(constant=word == "true")
        if word.startswith("'"):
            return Constant(constant=word[1:-1])
        if "-" in word and len(word) == 10:
            return Constant(constant=_day(word))
        if word.isdigit():
            if int(word) >= LARGEST:
                raise RuleNotReadable("die Zahl ist zu groß")
            return Constant(constant=int(word))
        if word in ("and", "or", "not") or not word[0].isalpha():
            raise RuleNotReadable(f"„{word}“ steht an falscher Stelle")
        return Name(name=word)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise RuleNotReadable(f"„{word}“ ist kein Tag") from error


@lru_cache(maxsize=512)
def parsed(condition: str) -> Part:
    """A condition as a tree, or `RuleNotReadable`."""
    if len(condition) > MOST_CHARACTERS:
        raise RuleNotReadable(f"die Bedingung hat mehr als {MOST_CHARACTERS} Zeichen")
    return _Reader(condition).whole()


# ---- Publication ----------------------------------------------------------------------------------------------------

_INPUT = re.compile(r"\{([^{}]*)\}")


def check(rule: Rule, known: Mapping[str, Kind]) -> None:
    """Nothing, or `RuleNotReadable`: an input that is not known, or kinds that do not go together."""
    if _kind(parsed(rule.condition), known) != Kind.YES_NO:
        raise RuleNotReadable(f"{rule.code}: die Bedingung ist keine Ja-Nein-Frage")
    for text in (rule.met, rule.reason):
        if unknown := [it for it in _INPUT.findall(text) if it not in known]:
            raise RuleNotReadable(f"{rule.code}: „{unknown[0]}“ ist keine bekannte Angabe")


def _kind(part: Part, known: Mapping[str, Kind]) -> Kind:
    match part:
        case Constant():
            return _KINDS[type(part.constant)]
        case Name():
            if part.name not in known:
                raise RuleNotReadable(f"„{part.name}“ ist keine bekannte Angabe")
            return known[part.name]
        case Not():
            return _both(part.part, part.part, known, {Kind.YES_NO}, Kind.YES_NO)
        case Pair(operator="and" | "or"):
            return _both(part.left, part.right, known, {Kind.YES_NO}, Kind.YES_NO)
        case Pair(operator="=" | "!="):
            return _both(part.left, part.right, known, set(Kind), Kind.YES_NO)
        case Pair(operator="<" | "<=" | ">" | ">="):
            return _both(part.left, part.right, known, {Kind.NUMBER, Kind.DAY}, Kind.YES_NO)
        case Pair():
            return _both(part.left, part.right, known, {Kind.NUMBER}, Kind.NUMBER)
        case _ as missing:
            assert_never(missing)


_KINDS: Mapping[type, Kind] = {int: Kind.NUMBER, date: Kind.DAY, str: Kind.TEXT, bool: Kind.YES_NO}


def _both(left: Part, right: Part, known: Mapping[str, Kind], allowed: set[Kind], result: Kind) -> Kind:
    kinds = {_kind(left, known), _kind(right, known)}
    if len(kinds) > 1 or not kinds <= allowed:
        raise RuleNotReadable(f"verglichen wird Ungleiches: {' und '.join(sorted(kinds))}")
    return result


# ---- Judgement ------------------------------------------------------------------------------------------------------


def judge(rules: Sequence[Rule], inputs: Inputs) -> Judgement:
    """The outcome of every rule, in order, with the inputs by name."""
    return Judgement(
        inputs=tuple(Given(name=name, text=_stored(inputs[name])) for name in sorted(inputs)),
        outcomes=tuple(_outcome(it, inputs) for it in rules),
    )


def _outcome(rule: Rule, inputs: Inputs) -> Outcome:
    found = _truth(_valued(parsed(rule.condition), inputs))
    result = Result.UNDECIDED if found is None else Result.MET if found else Result.NOT_MET
    return Outcome(
        code=rule.code,
        title=rule.title,
        result=result,
        consequence=rule.consequence,
        reason=told(rule.met if result == Result.MET else rule.reason, inputs),
        source=rule.source,
    )


def _truth(it: Input | None) -> bool | None:
    return it if isinstance(it, bool) else None


def _valued(part: Part, inputs: Inputs) -> Input | None:
    """What a part comes to; None when it rests on something not known (Kleene's logic)."""
    match part:
        case Constant():
            return part.constant
        case Name():
            return inputs.get(part.name)
        case Not():
            known = _truth(_valued(part.part, inputs))
            return None if known is None else not known
        case Pair(operator="and" | "or"):
            deciding = part.operator == "or"
            both = [_truth(_valued(it, inputs)) for it in (part.left, part.right)]
            return deciding if deciding in both else None if None in both else not deciding
        case Pair():
            return _reckoned(part.operator, _valued(part.left, inputs), _valued(part.right, inputs))
        case _ as missing:
            assert_never(missing)


def _reckoned(operator: str, left: Input | None, right: Input | None) -> Input | None:
    if left is None or right is None or type(left) is not type(right):
        return None
    if operator in _EQUAL:
        return _EQUAL[operator](left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, int) and isinstance(right, int):
        return _ORDER[operator](left, right) if operator in _ORDER else _RECKON[operator](left, right)
    if isinstance(left, date) and isinstance(right, date):
        return _ORDER[operator](left, right) if operator in _ORDER else None
    return None


def told(text: str, inputs: Inputs) -> str:
    """A reason with its values filled in, as people write them."""
    return _INPUT.sub(lambda found: in_words(found.group(1), inputs.get(found.group(1))), text)


def in_words(name: str, it: Input | None) -> str:
    """A value as people write it: its unit is the ending of its name."""
    if it is None:
        return "nicht angegeben"
    if isinstance(it, bool):
        return "ja" if it else "nein"
    if isinstance(it, date):
        return f"{it:%d.%m.%Y}"
    if isinstance(it, int) and name.endswith("_cents"):
        return euros(it)
    if isinstance(it, int) and name.endswith("_bp"):
        return f"{it / 100:g} %".replace(".", ",")
    return str(it)


def _stored(it: Input | None) -> str:
    if it is None:
        return ""
    return str(it).lower() if isinstance(it, bool) else str(it)
