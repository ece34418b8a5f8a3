"""Trennung der Aufgaben: which own act in a case bars a person from another one, read from duties.toml.

Nouns ask it with the acts that their state carries, wherever in the house these were done; pages ask it beforehand.
The matrix is named by the SHA-256 of its file, which a refused attempt records.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from shared.contracts import Acted
from shared.decider import Context, RefusedAttempt, value
from shared.identity import SYSTEM, Role

FILE = Path(__file__).with_name("duties.toml")
OUTSIDE = "outside"
"""The part of an action that belongs to no case."""
NO_CASE_RIGHTS = frozenset({Role.AUDITOR, Role.OPERATOR, Role.SYSTEM})
"""Who reads or runs the house acts in no case."""


class UnsoundMatrix(ValueError):
    """A matrix that names what does not exist, says one thing twice, or leaves a rule without reason."""


_BY_TWO = "Vier-Augen-Prinzip"


@value
class Rule:
    """Who did one of `between` does none of `and`, and the other way round unless it holds one way only."""

    code: str
    between: frozenset[str]
    apart_from: frozenset[str]
    reason: str
    source: str
    one_way: bool = False
    spares: frozenset[str] = frozenset()

    @property
    def sentence(self) -> str:
        """The reason with its law, for a page."""
        reason = self.reason.replace(f" ({_BY_TWO})", "") if _BY_TWO in self.source else self.reason
        return f"{reason} ({self.source})"

    def bars(self, done: str, action: str) -> bool:
        if action in self.spares:
            return False
        if done in self.between and action in self.apart_from:
            return True
        return not self.one_way and done in self.apart_from and action in self.between


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Roles and parts by action, and the rules between them; `text` is the whole file."""

    title: str
    version: str
    source: str
    text: str
    parts: Mapping[str, str]
    roles: Mapping[str, frozenset[Role]]
    part_of: Mapping[str, str]
    rules: Sequence[Rule]

    @cached_property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    @cached_property
    def barring(self) -> Mapping[str, Mapping[str, Rule]]:
        """By action and by act done before: the rule that stands in the way."""
        return {
            action: {done: rule for done in self.roles for rule in self.rules if rule.bars(done, action)}
            for action in self.roles
        }


def read(text: str) -> Matrix:
    """The matrix that a file holds, or `UnsoundMatrix`."""
    content = tomllib.loads(text)
    try:
        rows: Mapping[str, Mapping[str, Any]] = content["action"]
        matrix = Matrix(
            title=content["title"], version=content["version"], source=content["source"], text=text,
            parts=content["part"],
            roles={name: frozenset(Role(it) for it in row["roles"]) for name, row in rows.items()},
            part_of={name: row["part"] for name, row in rows.items()},
            rules=[_rule(it, rows, content["part"]) for it in content["rule"]],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise UnsoundMatrix(f"{type(error).__name__}: {error}") from error
    _check(matrix)
    return matrix


def _rule(it: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], parts: Mapping[str, str]) -> Rule:
    def actions(names: Sequence[str]) -> frozenset[str]:
        if unknown := [name for name in names if name not in rows and name not in parts]:
            raise UnsoundMatrix(f"{it['code']}: {', '.join(unknown)} gibt es nicht")
        return frozenset(name for name, row in rows.items() if name in names or row["part"] in names)

    one_way, spares = bool(it.get("one_way", False)), actions(it.get("spares", []))
    if (one_way or bool(spares)) != bool(it.get("why", "")):
        raise UnsoundMatrix(f"{it['code']}: genau eine Regel mit Ausnahme sagt, warum")
    return Rule(
        code=it["code"], between=actions(it["between"]), apart_from=actions(it["and"]),
        reason=it["reason"].strip(), source=it["source"].strip(), one_way=one_way, spares=spares,
    )  # fmt: skip


def _check(matrix: Matrix) -> None:
    if unknown := {part for part in matrix.part_of.values() if part not in matrix.parts}:
        raise UnsoundMatrix(f"unbekannte Mitwirkung: {', '.join(sorted(unknown))}")
    codes = [rule.code for rule in matrix.rules]
    if len(set(codes)) < len(codes):
        raise UnsoundMatrix("zwei Regeln haben denselben Namen")
    for rule in matrix.rules:
        if not rule.reason or not rule.source:
            raise UnsoundMatrix(f"{rule.code}: ohne Grund oder ohne Quelle")
    for action, roles in matrix.roles.items():
        part = matrix.part_of[action]
        if not roles or (part != OUTSIDE and roles & NO_CASE_RIGHTS):
            raise UnsoundMatrix(f"{action}: keine Rolle, oder eine ohne Rechte in Vorgängen")
        for done in matrix.roles:
            barred_by = [rule.code for rule in matrix.rules if rule.bars(done, action)]
            if len(barred_by) > 1:
                raise UnsoundMatrix(f"{done} und {action}: {', '.join(barred_by)} sagen dasselbe")
            if barred_by and OUTSIDE in (part, matrix.part_of[done]):
                raise UnsoundMatrix(f"{barred_by[0]}: {action} gehört zu keinem Vorgang")


MATRIX = read(FILE.read_text(encoding="utf-8"))


def name_of(action: str) -> str:
    """An act as the matrix names it; the first contracts told theirs in the words of the code (`SubmitApplication`)."""
    if not action[:1].isupper():
        return action
    return "".join(f"-{it.lower()}" if it.isupper() else it for it in action).removeprefix("-")


def barring_rule(action: str, acted: Iterable[Acted], person: str) -> Rule | None:
    """The rule that keeps this person from the action because of what they did in the case, None when none does."""
    barring = MATRIX.barring[action]
    for it in acted:
        if it.person == person and (rule := barring.get(name_of(it.action))):
            return rule
    return None


def sentence_of(code: str) -> str:
    """The rule of a refused attempt in words; the code itself when the rule is none of the matrix."""
    return next((rule.sentence for rule in MATRIX.rules if rule.code == code), code)


def refuse(action: str, acted: Iterable[Acted], context: Context, *, case: str = "", file_number: str = "") -> None:
    """`RefusedAttempt` when this person, in whatever role, did something in the case that bars them from the action.

    Where one action concerns many cases, `case` says which; the sentence names it by its file number, if there is one.
    """
    if context.by_system:
        return
    if rule := barring_rule(action, acted, context.actor):
        told = f"Vorgang {file_number or case}: {rule.sentence}" if case else rule.sentence
        raise RefusedAttempt(told, rule=rule.code, action=action, matrix_sha256=MATRIX.sha256, case=case)


def hindrance(action: str, acted: Iterable[Acted], person: str) -> str:
    """Why this person may not do the action in this case, as a sentence; empty when nothing they did is in the way."""
    rule = barring_rule(action, acted, person)
    return rule.sentence if rule else ""


def barred(action: str, acted: Iterable[Acted]) -> frozenset[str]:
    """Everybody whose acts in the case bar them from the action."""
    barring = MATRIX.barring[action]
    return frozenset(it.person for it in acted if name_of(it.action) in barring)


def with_act(acted: tuple[Acted, ...], person: str, role: Role, action: str) -> tuple[Acted, ...]:
    """The acts of a case and one more; the clock's are no person's, and a repeated one is none."""
    act = Acted(person=person, role=role, action=action)
    return acted if not person or person == SYSTEM or act in acted else (*acted, act)
