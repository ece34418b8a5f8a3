"""Schriftverkehr: letters beside the notices that leave the house, of a hearing or of a formal rejection.

A stream per case. The letter is made from what was decided and is named here by the hash of its bytes; a notice of an award
or a refusal has its own road in the award.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from services.review import assessment as assessments
from services.review import award as awards
from services.review import programme as programmes
from services.review.award.periods import remedy_of, service_of
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, value
from shared.identity import DocumentReference

ACTION = "dispatch-letter"


class LetterKind(StrEnum):
    """What a letter tells: of a hearing on the application, of one on the award, of a formal rejection."""

    HEARING = "hearing"
    AWARD_HEARING = "award-hearing"
    REJECTION = "formal-rejection"


CONTESTABLE = frozenset({LetterKind.REJECTION})
"""Letters that decide something: an action is possible against them."""


@value
class DispatchLetter:
    """`number` is that of the hearing, 1 for a rejection; `acted` are those who took part in the case."""

    kind: LetterKind
    number: int
    letter: DocumentReference
    channel: awards.Channel
    service_on_working_day: bool
    acted: tuple[Acted, ...]


type Command = DispatchLetter


@event("review.letter-dispatched")
class LetterDispatched:
    """A letter beside the notices left the house (Schreiben versandt): of a hearing, or of a formal rejection.

    `remedy_ends_on` is the last day for an action against what the letter decides, none when it decides nothing.
    """

    kind: LetterKind
    number: int
    letter: DocumentReference
    channel: awards.Channel
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    service_rule: str
    remedy_ends_on: date | None
    remedy_rule: str


type Event = LetterDispatched


@value
class Correspondence:
    """The case's letters, in the order in which they left."""

    dispatched: tuple[LetterDispatched, ...] = ()

    def of(self, kind: LetterKind, number: int) -> LetterDispatched | None:
        return next((it for it in self.dispatched if (it.kind, it.number) == (kind, number)), None)


class LetterIsDispatched(DomainError):
    code = "letter-is-dispatched"
    title = "Dieses Schreiben ist bereits anders versandt."


class NotByPortal(DomainError):
    """Of a retrieval nobody would tell this noun, and without it nothing is served (§ 41 IIa VwVfG)."""

    code = "not-by-portal"
    title = "Dieses Schreiben geht mit der Post oder elektronisch hinaus; zum Abruf liegt nur ein Bescheid bereit."
    status = 422


def decide(command: Command, correspondence: Correspondence, context: Context) -> Sequence[Event]:
    if known := correspondence.of(command.kind, command.number):
        if (known.letter.sha256, known.channel) != (command.letter.sha256, command.channel):
            raise LetterIsDispatched(f"am {known.dispatched_on:%d.%m.%Y}")
        return []
    if command.channel == awards.Channel.PORTAL:
        raise NotByPortal(field="channel")
    duties.refuse(ACTION, command.acted, context)
    served_on, service_rule = service_of(
        command.channel, context.valid_on, on_working_day=command.service_on_working_day
    )
    last_day, remedy_rule = remedy_of(served_on, instructed=True) if command.kind in CONTESTABLE else (None, "")
    return [
        LetterDispatched(
            kind=command.kind,
            number=command.number,
            letter=command.letter,
            channel=command.channel,
            dispatched_by=context.actor,
            dispatched_on=context.valid_on,
            deemed_served_on=served_on,
            service_rule=service_rule,
            remedy_ends_on=last_day,
            remedy_rule=remedy_rule,
        )
    ]


def evolve(correspondence: Correspondence, it: Event) -> Correspondence:
    return Correspondence(dispatched=(*correspondence.dispatched, it))


decider = Decider[Command, Event, Correspondence](
    name="correspondence", initial=Correspondence(), decide=decide, evolve=evolve, events=[LetterDispatched]
)


def dispatch(
    case: str, programme: str, kind: LetterKind, number: int, letter: DocumentReference, channel: awards.Channel
) -> Decision:
    """Dispatch a letter by somebody whom the case allows it; its day of service is by the parameters in force then."""
    own, file, award, policies = (
        decider.stream(case),
        assessments.decider.stream(case),
        awards.decider.stream(case),
        programmes.decider.stream(programme),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        correspondence, assessment, awarded, programme_state = states
        acted = () if isinstance(assessment, assessments.Unopened) else assessment.file.acted
        command = DispatchLetter(
            kind=kind,
            number=number,
            letter=letter,
            channel=channel,
            service_on_working_day=programmes.parameters_in_force(
                programme_state, context.valid_on
            ).service_on_working_day,
            acted=(*acted, *awards.acts_of(awarded)),
        )
        return {own: decide(command, correspondence, context)}

    reads = {own: decider, file: assessments.decider, award: awards.decider, policies: programmes.decider}
    return Decision(reads=reads, judge=judge, action="DispatchLetter")
