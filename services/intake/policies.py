"""Regelungen, wie die Prüfung sie veröffentlicht hat: by them intake warns, early; by them alone review decides.

Nothing is judged here: a file that this version cannot read is kept, and until a readable one comes nothing is warned of.
"""

from collections.abc import Sequence
from datetime import date

from shared.decider import Context, Decider, event, value
from shared.policy import InForce, NoPolicyInForce, PolicyNotReadable, in_force


@value
class NotePolicy:
    kind: str
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str


type Command = NotePolicy


@event("intake.policy-noted")
class PolicyNoted:
    """Review published a guideline, practice or parameters (Richtlinie, Verwaltungspraxis, Parameter); `text` is the whole file."""

    kind: str
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str


type Event = PolicyNoted


@value
class Policies:
    """All policies of one programme, in the order in which review published them."""

    noted: tuple[PolicyNoted, ...] = ()


def decide(command: Command, policies: Policies, context: Context) -> Sequence[Event]:
    if any(it.sha256 == command.sha256 for it in policies.noted):
        return []
    return [
        PolicyNoted(
            kind=command.kind,
            version=command.version,
            title=command.title,
            in_force_on=command.in_force_on,
            text=command.text,
            sha256=command.sha256,
        )
    ]


def evolve(policies: Policies, it: Event) -> Policies:
    return Policies(noted=(*policies.noted, it))


decider = Decider[Command, Event, Policies](
    name="policies", per_case=False, initial=Policies(), decide=decide, evolve=evolve, events=[PolicyNoted]
)


def known_on(policies: Policies, on: date) -> InForce | None:
    """What applies on a day, as far as intake has heard; None when that is nothing, or nothing readable."""
    try:
        return in_force(policies.noted, on)
    except (NoPolicyInForce, PolicyNotReadable):
        return None
