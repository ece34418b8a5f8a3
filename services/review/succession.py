"""Rechtsnachfolge in einem Vorgang: the recipient ceased to exist, another body steps into its place.

All that was decided stays as it was; from here on the successor is who is written to, who may act and who is paid. The
official reference of the change comes from the register (dissolution.py); of several successors a person names one.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.review import assessment as assessments
from services.review import dissolution
from services.review.dissolution import BodyDissolved, Dissolved
from services.review.examination import Application
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, value

ACTION = "record-succession"


@value
class RecordSuccession:
    """`former` is the recipient until now, `by` who took over from it as the register told; filled in by `record`."""

    new_key: str
    former: str
    by: tuple[BodyDissolved, ...]


@event("review.recipient-succeeded")
class RecipientSucceeded:
    """Another body stepped into the recipient's place (Rechtsnachfolge), by the official change with this reference."""

    reference: str
    old_key: str
    old_name: str
    new_key: str
    new_name: str
    effective_on: date
    recorded_on: date
    acted: Acted


@value
class Recipient:
    """Every succession of a case, in order."""

    successions: tuple[RecipientSucceeded, ...] = ()

    def key(self, application: Application) -> str:
        return self.successions[-1].new_key if self.successions else application.applicant_key

    def name(self, application: Application) -> str:
        return self.successions[-1].new_name if self.successions else application.applicant_name


class RecipientExists(DomainError):
    code = "recipient-exists"
    title = "Zur Empfängerin ist keine Auflösung erfasst. Gebietsänderungen trägt der Antragseingang ein."


class SuccessionNotYetEffective(DomainError):
    """`detail` names the day."""

    code = "succession-not-yet-effective"
    title = "Die Gebietsänderung ist noch nicht wirksam; bis dahin besteht die Empfängerin."


class NotASuccessor(DomainError):
    """`detail` names who is."""

    code = "not-a-successor"
    title = "Diese Körperschaft ist keine Rechtsnachfolgerin der Empfängerin."
    status = 422


def decide(command: RecordSuccession, recipient: Recipient, context: Context) -> Sequence[RecipientSucceeded]:
    last = recipient.successions[-1] if recipient.successions else None
    if last is not None and last.new_key == command.new_key:
        return []
    if not command.by:
        raise RecipientExists(command.former)
    chosen = next((it for it in command.by if it.new_key == command.new_key), None)
    if chosen is None:
        raise NotASuccessor(", ".join(f"{it.new_name} ({it.new_key})" for it in command.by), field="new_key")
    if chosen.effective_on > context.valid_on:
        raise SuccessionNotYetEffective(f"wirksam ab {chosen.effective_on:%d.%m.%Y}")
    return [
        RecipientSucceeded(
            reference=chosen.reference,
            old_key=chosen.old_key,
            old_name=chosen.old_name,
            new_key=chosen.new_key,
            new_name=chosen.new_name,
            effective_on=chosen.effective_on,
            recorded_on=context.valid_on,
            acted=Acted(person=context.actor, role=context.role, action=ACTION),
        )
    ]


def evolve(recipient: Recipient, it: RecipientSucceeded) -> Recipient:
    return Recipient(successions=(*recipient.successions, it))


decider = Decider[RecordSuccession, RecipientSucceeded, Recipient](
    name="recipient", initial=Recipient(), decide=decide, evolve=evolve, events=[RecipientSucceeded]
)


def record(case: str, new_key: str) -> Decision:
    """The succession of a case's recipient, by what the register told of it."""
    own, file = decider.stream(case), assessments.decider.stream(case)
    register = dissolution.decider.stream(dissolution.REGISTER)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        recipient, assessment, dissolved = states
        if isinstance(assessment, assessments.Unopened):
            raise assessments.AssessmentNotOpen
        duties.refuse(ACTION, assessment.file.acted, context)
        former = recipient.key(assessment.file.application)
        command = RecordSuccession(new_key=new_key, former=former, by=tuple(dissolved.of(former)))
        return {own: decide(command, recipient, context)}

    reads = {own: decider, file: assessments.decider, register: dissolution.decider}
    return Decision(reads=reads, judge=judge, action="RecordSuccession")


def due(recipient: Recipient, application: Application, dissolved: Dissolved, on: date) -> Sequence[BodyDissolved]:
    """Who took over from the present recipient by this day: the work item of a running case, empty when there is none."""
    return [it for it in dissolved.of(recipient.key(application)) if it.effective_on <= on]
