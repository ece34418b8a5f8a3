"""Bausteine der Formulare: the fields that the forms of decisions are made of."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.decider import value
from shared.money import euros

type FormField = dict[str, Any]


@value
class Form:
    """What a decision's form shows beside its title; `consequence` is what will be true afterwards."""

    fields: Sequence[FormField] = ()
    submit: str
    text: str = ""
    consequence: str = ""
    letter: bool = False


def area(name: str, label: str, *, required: bool = True, hint: str = "", value: str = "") -> FormField:
    return {"name": name, "label": label, "kind": "textarea", "required": required, "hint": hint, "value": value}


def line(name: str, label: str, *, required: bool = True, hint: str = "", value: str = "") -> FormField:
    return {"name": name, "label": label, "required": required, "hint": hint, "value": value}


def money(name: str, label: str, cents: int | None, *, required: bool = False, hint: str = "") -> FormField:
    text = "" if cents is None else euros(cents).removesuffix(" €")
    field = {"name": name, "label": label, "kind": "money", "value": text, "required": required, "hint": hint}
    return {**field, "quiet": True}


def hidden(name: str, value: object) -> FormField:
    return {"name": name, "label": "", "kind": "hidden", "value": str(value)}


def day(name: str, label: str, on: date) -> FormField:
    return {"name": name, "label": label, "kind": "date", "required": True, "value": on.isoformat(), "width": "date"}


def chosen(name: str, label: str, options: Mapping[str, str], value: str = "") -> FormField:
    """One of several, as radio buttons."""
    listed = [{"value": key, "text": text} for key, text in options.items()]
    return {"name": name, "label": label, "kind": "radio", "required": True, "options": listed, "value": str(value)}
