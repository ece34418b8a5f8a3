"""Rechtsnachfolge before the application is handed on: from then on it is review's (services/review/succession.py)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from services.intake import territory
from services.intake.application.commands import Note
from services.intake.application.deciding import decide
from services.intake.application.errors import NotSubmitted
from services.intake.application.evolving import decider
from services.intake.application.states import Application, Submitted
from services.intake.municipality import Municipality
from services.intake.progress import RecipientSucceeded
from services.intake.territorial_change import heir_key
from services.intake.territory import Territory
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decided, Decision, DomainError

ACTION = "name-successor"


class HandedOn(DomainError):
    code = "handed-on"
    title = "Der Antrag liegt bei der Bewilligungsstelle; dort wird die Rechtsnachfolge vermerkt."


class ApplicantExists(DomainError):
    code = "applicant-exists"
    title = "Die Antragstellerin besteht; zu ihr ist keine Auflösung erfasst."


class NotASuccessor(DomainError):
    """`detail` names who is."""

    code = "not-a-successor"
    title = "Diese Körperschaft ist keine Rechtsnachfolgerin der Antragstellerin."
    status: ClassVar[int] = 422


def successors(application: Submitted, known: Territory, on: date) -> Sequence[Municipality]:
    """Who takes over from an applicant that has ceased by this day."""
    return known.register.successors(application.applicant_key, on)


def name_successor(case: str, new_key: str) -> Decision:
    """Put one of the successors in the place of an applicant that has ceased, while intake has the application."""
    stream, bodies = decider.stream(case), territory.decider.stream(territory.REGISTER)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        application: Application = states[0]
        if not isinstance(application, Submitted):
            raise NotSubmitted
        if new_key == application.applicant_key:
            return {}
        if application.completed:
            raise HandedOn
        duties.refuse(ACTION, application.acted, context)
        fact = _fact(application, new_key, states[1], context)
        return {stream: decide(Note(fact=fact), application, context)}

    return Decision(reads={stream: decider, bodies: territory.decider}, judge=judge, action="NameSuccessor")


def _fact(application: Submitted, new_key: str, known: Territory, context: Context) -> RecipientSucceeded:
    heirs = successors(application, known, context.valid_on)
    if not heirs:
        raise ApplicantExists(application.applicant_key)
    heir = next((it for it in heirs if it.key == new_key), None)
    if heir is None:
        raise NotASuccessor(", ".join(f"{it.full_name} ({it.key})" for it in heirs), field="new_key")
    told = [it for it in known.changes if it.old_key == application.applicant_key]
    named = [it for it in told if heir_key(it) == new_key] or told
    last = known.register.bodies[application.applicant_key][-1]
    return RecipientSucceeded(
        reference=named[0].reference if named else "",
        old_key=application.applicant_key,
        new_key=heir.key,
        new_name=heir.full_name,
        effective_on=named[0].effective_on if named else date.fromordinal(last.ends_on.toordinal() + 1),
        recorded_on=context.valid_on,
        acted=(Acted(person=context.actor, role=context.role, action=ACTION),),
    )
