"""A whole policy file, read strictly."""

import tomllib
from datetime import date
from functools import lru_cache
from typing import Any

from shared.decider import value
from shared.policy.criterion import Criterion
from shared.policy.reading.criteria import criteria_of
from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.first_format import first_format
from shared.policy.reading.group import Group
from shared.policy.reading.items import check_once, handling_of, item_of
from shared.policy.reading.parameters import parameters_of
from shared.policy.reading.rules import rules_of
from shared.policy.reading.side_conditions import side_conditions_of
from shared.policy.terms import ConditionBlock, Handling, Item, Parameters, PolicyKind
from shared.rules import Rule

MOST_CHARACTERS = 100_000
"""A policy travels in one message."""


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
    its = first_format(kind, file) if layout == 1 else _second_format(kind, file)
    file.finish()
    return PolicyFile(**common | its)


def _second_format(kind: PolicyKind, file: Group) -> dict[str, Any]:
    match kind:
        case PolicyKind.GUIDELINE:
            items = tuple(item_of(it) for it in file.rows("items"))
            check_once("items", [it.code for it in items], [it.letter for it in items if it.letter])
            return {"items": items, "expires_on": file.day_or_none("expires_on"), "rules": rules_of(file)}
        case PolicyKind.PRACTICE:
            handlings = tuple(handling_of(it) for it in file.rows("items"))
            check_once("items", [it.code for it in handlings])
            return {
                "handlings": handlings,
                "budget_title": file.id("budget_title"),
                "rules": rules_of(file),
                "side_conditions": side_conditions_of(file),
                "criteria": criteria_of(file),
            }
        case PolicyKind.PARAMETERS:
            return {"parameters": parameters_of(file)}
