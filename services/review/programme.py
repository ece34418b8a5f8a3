"""Förderprogramm: guideline, practice and parameters as they were published, one stream per programme.

What files say and what applies on a day is read in `shared.policy`, because intake warns by the same files. Files that are
published together are judged together: no day may be left without a rule.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from services.review.judging import VOCABULARY
from shared.contracts import Acted
from shared.decider import Context, Decider, Decision, decision, event, value
from shared.identity import Role
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
    "parameters_in_force", "policy_in_force", "publish_policy", "publishers",
]  # fmt: skip


@value
class PublishPolicy:
    """Files of one programme that begin to apply together."""

    texts: tuple[str, ...]


type Command = PublishPolicy


@event("review.policy-published")
class PolicyPublished:
    """A guideline, practice or parameters apply from a day on (Richtlinie, Verwaltungspraxis, Parameter). `text` is the whole file, `sha256` its hash.

    `published_by` is empty for what ships with the house.
    """

    kind: PolicyKind
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str
    published_by: str = ""


type Event = PolicyPublished


@value
class Programme:
    """All policies of one programme, in the order of their publication."""

    published: tuple[PolicyPublished, ...] = ()


def decide(command: Command, programme: Programme, context: Context) -> Sequence[Event]:
    known = {it.sha256 for it in programme.published}
    if len({read(text).programme for text in command.texts}) > 1:
        raise PolicyNotConsistent("Die Dateien gehören zu verschiedenen Programmen.", field="texts")
    person = "" if context.by_system else context.actor
    published = (_published(it, person) for it in dict.fromkeys(command.texts))
    new = [it for it in published if it.sha256 not in known]
    if new:
        check_together([*programme.published, *new])
    return new


def _published(text: str, person: str) -> PolicyPublished:
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
        published_by=person,
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


def publishers(programme: Programme, basis: Basis) -> tuple[Acted, ...]:
    """Who published the files that a decision is made under, as acts; nobody for what ships with the house."""
    hashes = (basis.guideline_sha256, basis.practice_sha256, basis.parameters_sha256)
    persons = (it.published_by for it in programme.published if it.sha256 in hashes and it.published_by)
    return tuple(Acted(person=it, role=Role.APPROVER, action="publish-policy") for it in persons)
