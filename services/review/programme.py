"""Richtlinie und Verwaltungspraxis: the rules a grant is decided by, as readable files named by their content.

A grant depends on guideline × practice × day of the decision. Both are published with their full text, so that
an auditor reads in the log what a decision's hashes mean; nothing is ever resolved as "the latest" on replay.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any, cast

from shared.decider import Context, Decider, Decision, DomainError, decision, event, value
from shared.identity import is_id


@value
class PublishPolicy:
    text: str


type Command = PublishPolicy


class PolicyKind(StrEnum):
    """Guideline (Richtlinie: what may be granted) or practice (Verwaltungspraxis: how the authority handles it)."""

    GUIDELINE = "guideline"
    PRACTICE = "practice"


@event("review.policy-published")
class PolicyPublished:
    """A guideline or practice applies from a day on (Richtlinie, Verwaltungspraxis). `text` is the whole file, `sha256` its hash."""

    kind: PolicyKind
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str


type Event = PolicyPublished


@value
class Programme:
    """All policies of one programme, in the order of their publication."""

    published: tuple[PolicyPublished, ...] = ()


@value
class Basis:
    """The policy a decision was made under, by the SHA-256 of the files (Entscheidungsgrundlage)."""

    guideline_sha256: str
    practice_sha256: str


@value
class Terms:
    """What guideline and practice say about one funding item on one day.

    `rate_bp` is the funding rate in basis points; above `signing_limit_cents` two approvers sign;
    months count after the award's end (`proof_months`), as the award's longest period (`period_months`),
    or from payment to use (`drawdown_months`).
    """

    item: str
    letter: str
    item_title: str
    is_open: bool
    budget_title: str
    rate_bp: int
    signing_limit_cents: int
    reservation_days: int
    period_months: int
    proof_months: int
    drawdown_months: int
    basis: Basis


class PolicyNotReadable(DomainError):
    """A policy file that is no TOML, or lacks a value, or holds one of the wrong kind."""

    code = "policy-not-readable"
    title = "Die Regelungsdatei ist nicht lesbar oder unvollständig."
    status = 422


class NoPolicyInForce(DomainError):
    code = "no-policy-in-force"
    title = "Für diesen Tag ist keine Richtlinie mit Verwaltungspraxis veröffentlicht."


class UnknownItem(DomainError):
    code = "unknown-item"
    title = "Die Richtlinie kennt diesen Fördergegenstand nicht."
    status = 422


@value
class _Policy:
    kind: PolicyKind
    programme: str
    version: str
    title: str
    in_force_on: date
    content: Mapping[str, Any]


def _required[T](table: Mapping[str, Any], key: str, kind: type[T]) -> T:
    found = table.get(key)
    if type(found) is not kind:
        raise PolicyNotReadable(f"„{key}“ fehlt oder ist nicht vom Typ {kind.__name__}", field=key)
    return found


_NUMBERS = ("signing_limit_cents", "reservation_days", "period_months", "proof_months", "drawdown_months")


@cache
def _read(text: str) -> _Policy:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyNotReadable(str(error)) from error
    kind = _required(content, "kind", str)
    if kind not in list(PolicyKind):
        raise PolicyNotReadable(f"unbekannte Art {kind[:40]!r}", field="kind")
    _required(content, "source", str)
    if kind == PolicyKind.GUIDELINE:
        _check_guideline(content)
    else:
        _check_practice(content)
    programme = _required(content, "programme", str)
    if not is_id(programme):
        raise PolicyNotReadable("das Programm ist keine Kennung", field="programme")
    return _Policy(
        kind=PolicyKind(kind),
        programme=programme,
        version=_required(content, "version", str),
        title=_required(content, "title", str),
        in_force_on=_required(content, "in_force_on", date),
        content=content,
    )


def _check_guideline(content: Mapping[str, Any]) -> None:
    items = cast(list[Mapping[str, Any]], _required(content, "items", list))
    for item in items:
        for key in ("code", "letter", "title"):
            _required(item, key, str)
        if not 0 < _required(item, "rate_bp", int) <= 10_000:
            raise PolicyNotReadable("eine Förderquote liegt zwischen 1 und 10000 Basispunkten", field="rate_bp")
    if len({item["code"] for item in items}) != len(items):
        raise PolicyNotReadable("ein Fördergegenstand kommt doppelt vor", field="items")


def _check_practice(content: Mapping[str, Any]) -> None:
    if not is_id(_required(content, "budget_title", str)):
        raise PolicyNotReadable("der Haushaltstitel ist keine Kennung", field="budget_title")
    _required(content, "closed_items", list)
    for key in _NUMBERS:
        if _required(content, key, int) < 1:
            raise PolicyNotReadable("eine Frist oder Grenze ist positiv", field=key)


def decide(command: Command, programme: Programme, context: Context) -> Sequence[Event]:
    policy = _read(command.text)
    digest = sha256(command.text.encode()).hexdigest()
    if any(it.sha256 == digest for it in programme.published):
        return []
    return [
        PolicyPublished(
            kind=policy.kind,
            version=policy.version,
            title=policy.title,
            in_force_on=policy.in_force_on,
            text=command.text,
            sha256=digest,
        )
    ]


def evolve(programme: Programme, it: Event) -> Programme:
    return Programme(published=(*programme.published, it))


decider = Decider[Command, Event, Programme](
    name="programme", per_case=False, initial=Programme(), decide=decide, evolve=evolve, events=[PolicyPublished]
)


def publish_policy(text: str) -> Decision:
    """Publish a policy file in the programme it names; `PolicyNotReadable` when it is none."""
    return decision(decider, _read(text).programme, PublishPolicy(text=text))


def _in_force(programme: Programme, kind: PolicyKind, on: date) -> PolicyPublished:
    candidates = [it for it in programme.published if it.kind == kind and it.in_force_on <= on]
    if not candidates:
        raise NoPolicyInForce(f"am {on:%d.%m.%Y} gilt keine Regelung der Art „{kind}“")
    latest = max(it.in_force_on for it in candidates)
    # Of two for the same day the one published later corrects the one before.
    return [it for it in candidates if it.in_force_on == latest][-1]


def policy_in_force(programme: Programme, on: date, item: str) -> Terms:
    """What applies to an item, named by its code or its letter in Ziffer 2, on a day; `NoPolicyInForce`, `UnknownItem`."""
    guideline = _in_force(programme, PolicyKind.GUIDELINE, on)
    practice = _in_force(programme, PolicyKind.PRACTICE, on)
    rules = _read(practice.text).content
    for found in _read(guideline.text).content["items"]:
        if item and item in (found["code"], found["letter"]):
            return Terms(
                item=found["code"],
                letter=found["letter"],
                item_title=found["title"],
                is_open=found["code"] not in rules["closed_items"],
                budget_title=rules["budget_title"],
                rate_bp=found["rate_bp"],
                signing_limit_cents=rules["signing_limit_cents"],
                reservation_days=rules["reservation_days"],
                period_months=rules["period_months"],
                proof_months=rules["proof_months"],
                drawdown_months=rules["drawdown_months"],
                basis=Basis(guideline_sha256=guideline.sha256, practice_sha256=practice.sha256),
            )
    raise UnknownItem(f"{item[:60]!r} steht nicht in {guideline.title} ({guideline.version})", field="item")
