"""Förderprogramm: guideline, practice and parameters as they were published, one stream per programme.

What files say and what applies on a day is read in `shared.policy`, because intake warns by the same files. Files that are
published together are judged together: no day may be left without a rule.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from services.review.judging import VOCABULARY
from shared.decider import Context, Decider, Decision, decision, event, value
from shared.policy import (
    Basis,
    InForce,
    NoPolicyInForce,
    Parameters,
    PolicyFile,
    PolicyKind,
    PolicyNotConsistent,
    PolicyNotReadable,
    Terms,
    UnknownItem,
    check_together,
    in_force,
    read,
)
from shared.rules import RuleNotReadable, check

__all__ = [
    "Basis", "Command", "Event", "InForce", "NoPolicyInForce", "Parameters", "PolicyKind", "PolicyNotConsistent", "PolicyNotReadable",
    "PolicyPublished", "Programme", "PublishPolicy", "Terms", "UnknownItem", "decide", "decider", "evolve", "in_force_on",
    "parameters_in_force", "policy_in_force", "publish_policy",
]  # fmt: skip


@value
class PublishPolicy:
    """Files of one programme that begin to apply together."""

    texts: tuple[str, ...]


type Command = PublishPolicy


@event("review.policy-published")
class PolicyPublished:
    """A guideline, practice or parameters apply from a day on (Richtlinie, Verwaltungspraxis, Parameter). `text` is the whole file, `sha256` its hash."""

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


def decide(command: Command, programme: Programme, context: Context) -> Sequence[Event]:
    known = {it.sha256 for it in programme.published}
    if len({read(text).programme for text in command.texts}) > 1:
        raise PolicyNotConsistent("Die Dateien gehören zu verschiedenen Programmen.", field="texts")
    new = [it for it in map(_published, dict.fromkeys(command.texts)) if it.sha256 not in known]
    if new:
        check_together([*programme.published, *new])
    return new


def _published(text: str) -> PolicyPublished:
    file = read(text)
    if file.format == 1:
        raise PolicyNotReadable("Format 1 wird nicht mehr veröffentlicht", field="format")
    _check_rules(file)
    return PolicyPublished(
        kind=file.kind,
        version=file.version,
        title=file.title,
        in_force_on=file.in_force_on,
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
    )


def _check_rules(file: PolicyFile) -> None:
    for it in file.rules:
        try:
            check(it, VOCABULARY)
        except RuleNotReadable as error:
            raise PolicyNotReadable(str(error), field="rules") from error


def evolve(programme: Programme, it: Event) -> Programme:
    return Programme(published=(*programme.published, it))


decider = Decider[Command, Event, Programme](
    name="programme", per_case=False, initial=Programme(), decide=decide, evolve=evolve, events=[PolicyPublished]
)


def publish_policy(*texts: str) -> Decision:
    """Publish policy files in the programme that they name; `PolicyNotReadable` when the first is none."""
    return decision(decider, read(texts[0]).programme, PublishPolicy(texts=texts))


def in_force_on(programme: Programme, on: date) -> InForce:
    """Guideline, practice and parameters of a day, with their rules; `NoPolicyInForce`."""
    return in_force(programme.published, on)


def policy_in_force(programme: Programme, on: date, item: str) -> Terms:
    """What applies to an item, named by its code or its letter in Ziffer 2, on a day; `NoPolicyInForce`, `UnknownItem`."""
    return in_force(programme.published, on).terms(item)


def parameters_in_force(programme: Programme, on: date) -> Parameters:
    """The periods, limits and samples of a day; `NoPolicyInForce`."""
    return in_force(programme.published, on).parameters
