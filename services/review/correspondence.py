"""Schriftverkehr: letters beside the notices that leave the house, of a hearing, a formal rejection or a repayment.

A stream per case. The letter is made from what was decided and is named here by the hash of its bytes; a notice of an award
or a refusal has its own road in the award.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, assert_never

from services.review import assessment as assessments
from services.review import award as awards
from services.review import programme as programmes
from services.review import recovery as recoveries
from services.review.award.periods import remedy_of, service_of
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import DocumentReference

ACTION, FAIL = "dispatch-letter", "record-letter-failure"


class LetterKind(StrEnum):
    """What a letter tells: of a hearing on the application, of one on the award, of a formal rejection, of a repayment."""

    HEARING = "hearing"
    AWARD_HEARING = "award-hearing"
    REJECTION = "formal-rejection"
    REPAYMENT = "repayment"


CONTESTABLE = frozenset({LetterKind.REJECTION, LetterKind.REPAYMENT})
"""Letters that decide something: an action is possible against them."""
HEARINGS = frozenset({LetterKind.HEARING, LetterKind.AWARD_HEARING})
"""Letters that begin a period to be heard in: unserved, it does not end, and served again it runs anew."""
FAILING = HEARINGS | {LetterKind.REPAYMENT}
"""Letters of which it is recorded here that they were not served; what follows is their hearing's, or their demand's."""


@value
class DispatchLetter:
    """`number` is that of the hearing or of the repayment, 1 for a rejection; `acted` are those who took part in the case."""

    kind: LetterKind
    number: int
    letter: DocumentReference
    channel: awards.Channel
    service_on_working_day: bool
    acted: tuple[Acted, ...]


@value
class RecordLetterFailure:
    """The letter that is out was not served."""

    kind: LetterKind
    number: int
    reason: awards.FailureReason
    acted: tuple[Acted, ...] = ()


type Command = DispatchLetter | RecordLetterFailure


@event("review.letter-dispatched")
class LetterDispatched:
    """A letter beside the notices left the house (Schreiben versandt): of a hearing, a formal rejection or a repayment.

    `remedy_ends_on` is the last day for an action against what the letter decides, none when it decides nothing;
    `attempt` counts its dispatches.
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
    attempt: int = 1


@event("review.letter-service-failed")
class LetterServiceFailed:
    """A letter was not served (Bekanntgabe gescheitert), with the reason; it can go out again. `attempt` is the dispatch that failed."""

    kind: LetterKind
    number: int
    attempt: int
    reason: awards.FailureReason
    failed_on: date
    recorded_by: str


type Event = LetterDispatched | LetterServiceFailed


@value
class Correspondence:
    """The case's letters, in the order in which they left, and of each the dispatch that failed last."""

    dispatched: tuple[LetterDispatched, ...] = ()
    failed: tuple[LetterServiceFailed, ...] = ()

    def last(self, kind: LetterKind, number: int) -> LetterDispatched | None:
        """The letter's last dispatch, served or not."""
        return next((it for it in reversed(self.dispatched) if (it.kind, it.number) == (kind, number)), None)

    def failure(self, it: LetterDispatched) -> LetterServiceFailed | None:
        """Why this dispatch was not served, None when nobody said so."""
        name = (it.kind, it.number, it.attempt)
        return next((one for one in self.failed if (one.kind, one.number, one.attempt) == name), None)

    def of(self, kind: LetterKind, number: int) -> LetterDispatched | None:
        """The letter as it is out; None before its dispatch, and after a dispatch that failed."""
        sent = self.last(kind, number)
        return None if sent is None or self.failure(sent) else sent


class LetterIsDispatched(DomainError):
    code = "letter-is-dispatched"
    title = "Dieses Schreiben ist bereits anders versandt."


class LetterNotDispatched(DomainError):
    code = "letter-not-dispatched"
    title = "Dieses Schreiben ist nicht versandt."


class OnlyOfHearings(DomainError):
    """A rejection is notified by the notice of its refusal."""

    code = "only-of-hearings"
    title = "Vermerkt wird hier nur, dass das Schreiben einer Anhörung oder ein Erstattungsbescheid nicht bekannt gegeben ist."
    status = 422


class NotByPortal(DomainError):
    """Of a retrieval nobody would tell this noun, and without it nothing is served (§ 41 IIa VwVfG)."""

    code = "not-by-portal"
    title = "Dieses Schreiben geht mit der Post oder elektronisch hinaus; zum Abruf liegt nur ein Bescheid bereit."
    status = 422


def decide(command: Command, correspondence: Correspondence, context: Context) -> Sequence[Event]:
    match command:
        case DispatchLetter():
            return _dispatch(command, correspondence, context)
        case RecordLetterFailure():
            return _fail(command, correspondence, context)
        case _ as missing:
            assert_never(missing)


def _fail(command: RecordLetterFailure, correspondence: Correspondence, context: Context) -> Sequence[Event]:
    if command.kind not in FAILING:
        raise OnlyOfHearings(field="letter")
    sent = correspondence.last(command.kind, command.number)
    if sent is None:
        raise LetterNotDispatched(field="letter")
    if correspondence.failure(sent):
        return []
    duties.refuse(FAIL, command.acted, context)
    return [
        LetterServiceFailed(
            kind=command.kind,
            number=command.number,
            attempt=sent.attempt,
            reason=command.reason,
            failed_on=context.valid_on,
            recorded_by=context.actor,
        )
    ]


def _dispatch(command: DispatchLetter, correspondence: Correspondence, context: Context) -> Sequence[Event]:
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
    before = correspondence.last(command.kind, command.number)
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
            attempt=before.attempt + 1 if before else 1,
        )
    ]


def evolve(correspondence: Correspondence, it: Event) -> Correspondence:
    match it:
        case LetterDispatched():
            return replace(correspondence, dispatched=(*correspondence.dispatched, it))
        case LetterServiceFailed():
            return replace(correspondence, failed=(*correspondence.failed, it))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Correspondence](
    name="correspondence",
    initial=Correspondence(),
    decide=decide,
    evolve=evolve,
    events=[LetterDispatched, LetterServiceFailed],
)


def _acted(assessment: assessments.Assessment, awarded: awards.Award) -> tuple[Acted, ...]:
    acted = () if isinstance(assessment, assessments.Unopened) else assessment.file.acted
    return (*acted, *awards.acts_of(awarded))


def _served_on(sent: Sequence[Event]) -> date:
    return next(it.deemed_served_on for it in sent if isinstance(it, LetterDispatched))


def _attempt_of(told: Sequence[Event]) -> int:
    return next(it.attempt for it in told)


def record_failure(case: str, kind: LetterKind, number: int, reason: awards.FailureReason) -> Decision:
    """A letter was not served: it can go out again, and the hearing's period, or what the demand asks for, waits for that."""
    own, file, award, asked = (
        decider.stream(case),
        assessments.decider.stream(case),
        awards.decider.stream(case),
        recoveries.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        correspondence, assessment, awarded, recovery = states
        command = RecordLetterFailure(kind=kind, number=number, reason=reason, acted=_acted(assessment, awarded))
        failed = decide(command, correspondence, context)
        if not failed:
            return {}
        if kind == LetterKind.REPAYMENT:
            waits = recoveries.NoteDemandFailure(number=number, dispatch=_attempt_of(failed))
            return {own: failed, asked: recoveries.decide(waits, recovery, context)}
        if kind == LetterKind.AWARD_HEARING:
            noted = awards.decide(awards.NoteAwardHearingFailure(number=number), awarded, context)
            return {own: failed, award: noted}
        unserved = assessments.NoteHearingServiceFailure(number=number)
        return {own: failed, file: assessments.decide(unserved, assessment, context)}

    reads = {own: decider, file: assessments.decider, award: awards.decider, asked: recoveries.decider}
    return Decision(reads=reads, judge=judge, action="RecordLetterFailure")


def dispatch(
    case: str, programme: str, kind: LetterKind, number: int, letter: DocumentReference, channel: awards.Channel
) -> Decision:
    """Dispatch a letter by somebody whom the case allows it; its day of service is by the parameters in force then."""
    own, file, award, policies, asked = (
        decider.stream(case),
        assessments.decider.stream(case),
        awards.decider.stream(case),
        programmes.decider.stream(programme),
        recoveries.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        correspondence, assessment, awarded, programme_state, recovery = states
        parameters = programmes.parameters_in_force(programme_state, context.valid_on)
        command = DispatchLetter(
            kind=kind,
            number=number,
            letter=letter,
            channel=channel,
            service_on_working_day=parameters.service_on_working_day,
            acted=_acted(assessment, awarded),
        )
        sent = decide(command, correspondence, context)
        if kind not in FAILING or not sent:
            return {own: sent}
        served_on = _served_on(sent)
        if kind == LetterKind.REPAYMENT:
            left = recoveries.NoteDemandDispatch(number=number, dispatch=_attempt_of(sent), served_on=served_on)
            return {own: sent, asked: recoveries.decide(left, recovery, context)}
        if kind == LetterKind.AWARD_HEARING:
            anew = awards.RestartAwardHearing(number=number, served_on=served_on)
            return {own: sent, award: awards.decide(anew, awarded, context)}
        restart = assessments.RestartHearing(number=number, served_on=served_on)
        return {own: sent, file: assessments.decide(restart, assessment, context)}

    reads = {
        own: decider, file: assessments.decider, award: awards.decider, policies: programmes.decider,
        asked: recoveries.decider,
    }  # fmt: skip
    return Decision(reads=reads, judge=judge, action="DispatchLetter")
