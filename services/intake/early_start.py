"""Vorzeitiger Vorhabensbeginn: the applicant asks to begin before the decision, without losing the grant.

An informal application for a factual reason (VV Nr. 1.3 zu § 44 ThürLHO), before or after the application is complete.
Review decides; here only what cannot be is refused. The beginning is the conclusion of a supply or service contract.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, assert_never

from services.intake import application
from services.intake.application import Application, Note, Submitted, require_own
from services.intake.progress import EarlyStartDecided, EarlyStartReceived
from shared import duties
from shared.contracts import Acted
from shared.contracts.intake import RoughExpenditure
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import Role
from shared.money import NotAnAmount, amount

MAX_LINES = 50


@value
class RequestEarlyStart:
    """Ask to begin early. `contract_on` is the day on which the first contract is to be concluded; `applicant_keys` are
    the bodies the signed-in person acts for; what names the application, and who `acted` in it, is taken from it."""

    early_start: str
    case: str
    applicant_keys: tuple[str, ...]
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    description: str
    reason: str
    expenditure: tuple[RoughExpenditure, ...]
    contract_on: date
    acted: tuple[Acted, ...] = ()
    programme: str = ""
    municipalities: tuple[str, ...] = ()


type Command = RequestEarlyStart


@event("intake.early-start-requested")
class EarlyStartRequested:
    """The applicant asked to begin before the decision (Antrag auf vorzeitigen Vorhabensbeginn), with the factual reason."""

    early_start: str
    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    description: str
    reason: str
    expenditure: tuple[RoughExpenditure, ...]
    contract_on: date
    requested_on: date
    requested_by: str
    acted: tuple[Acted, ...] = ()
    programme: str = ""
    municipalities: tuple[str, ...] = ()


type Event = EarlyStartRequested


@value
class Unrequested:
    pass


@value
class Requested:
    """The early start as it was asked for."""

    request: EarlyStartRequested


type EarlyStart = Unrequested | Requested


class OtherEarlyStart(DomainError):
    code = "other-early-start"
    title = "Unter dieser Kennung wurde schon ein anderer vorzeitiger Beginn beantragt."


class AnotherEarlyStartOpen(DomainError):
    code = "another-early-start-open"
    title = "Über einen früheren Antrag auf vorzeitigen Beginn ist noch nicht entschieden."


class EarlyStartAlreadyApproved(DomainError):
    code = "early-start-already-approved"
    title = "Dem vorzeitigen Beginn wurde schon zugestimmt."


class DecisionTaken(DomainError):
    code = "decision-taken"
    title = "Über den Antrag ist schon entschieden; ein vorzeitiger Beginn kann nicht mehr beantragt werden."


class InvalidEarlyStart(DomainError):
    """An early start that cannot be asked for; each subclass names why."""

    status: ClassVar[int] = 422


class ReasonMissing(InvalidEarlyStart):
    code = "reason-missing"
    title = "Ohne Beschreibung und sachlichen Grund kann nicht über den vorzeitigen Beginn entschieden werden."


class ExpenditureMissing(InvalidEarlyStart):
    code = "expenditure-missing"
    title = f"Bitte nennen Sie die geplanten Ausgaben grob, in 1 bis {MAX_LINES} Zeilen mit Beträgen über null."


class ContractConcluded(InvalidEarlyStart):
    code = "contract-concluded"
    title = "Die Zustimmung muss vor dem Vertragsschluss vorliegen; dieser Tag ist schon vorbei."


def decide(command: Command, early_start: EarlyStart, context: Context) -> list[Event]:
    match early_start:
        case Unrequested():
            _check(command, context)
            return [_requested(command, context)]
        case Requested():
            if _wish(command) != _wish(early_start.request):
                raise OtherEarlyStart
            return []
        case _ as missing:
            assert_never(missing)


def _check(command: RequestEarlyStart, context: Context) -> None:
    for name in ("description", "reason"):
        if not getattr(command, name).strip():
            raise ReasonMissing(field=name)
    if not 0 < len(command.expenditure) <= MAX_LINES:
        raise ExpenditureMissing(field="expenditure")
    for index, it in enumerate(command.expenditure):
        try:
            positive = amount(it.cents) > 0
        except NotAnAmount:
            positive = False
        if not positive:
            raise ExpenditureMissing(field=f"expenditure.{index}.cents")
    if command.contract_on < context.valid_on:
        raise ContractConcluded(field="contract_on")


def _requested(command: RequestEarlyStart, context: Context) -> EarlyStartRequested:
    return EarlyStartRequested(
        early_start=command.early_start,
        case=command.case,
        file_number=command.file_number,
        applicant_key=command.applicant_key,
        applicant_name=command.applicant_name,
        title=command.title,
        description=command.description,
        reason=command.reason,
        expenditure=command.expenditure,
        contract_on=command.contract_on,
        requested_on=context.valid_on,
        requested_by=context.actor,
        acted=duties.with_act(command.acted, context.actor, Role.APPLICANT, "request-early-start"),
        programme=command.programme,
        municipalities=command.municipalities,
    )


def _wish(it: RequestEarlyStart | EarlyStartRequested) -> tuple[Any, ...]:
    return it.case, it.description, it.reason, it.expenditure, it.contract_on


def evolve(early_start: EarlyStart, it: Event) -> EarlyStart:
    match it:
        case EarlyStartRequested():
            return Requested(request=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, EarlyStart](
    name="early-start", initial=Unrequested(), decide=decide, evolve=evolve, events=[EarlyStartRequested]
)


# ---- Together with the application ---------------------------------------------------------------------------------


def request(command: RequestEarlyStart) -> Decision:
    """Judge an early start against its application, and let the application know the open one, in one transaction."""
    case, own = application.decider.stream(command.case), decider.stream(command.early_start)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        asked: Application = states[0]
        if not isinstance(asked, Submitted):
            raise application.NotSubmitted
        require_own(command.applicant_keys, asked, "request-early-start")
        known = replace(command, acted=asked.acted, programme=asked.form.programme, municipalities=asked.municipalities)
        requested = decide(known, states[1], context)
        if not requested:
            return {}
        duties.refuse("request-early-start", asked.acted, context)
        _check_against(asked, context)
        received = EarlyStartReceived(
            early_start=command.early_start,
            contract_on=command.contract_on,
            received_on=context.valid_on,
            acted=(Acted(person=context.actor, role=Role.APPLICANT, action="request-early-start"),),
        )
        return {case: application.decide(Note(fact=received), asked, context), own: requested}

    return Decision(reads={case: application.decider, own: decider}, judge=judge, action="request-early-start")


def _check_against(asked: Submitted, context: Context) -> None:
    progress = asked.progress
    if asked.withdrawn:
        raise application.AlreadyWithdrawn
    if progress.is_decided:
        raise DecisionTaken
    if any(it.holds(context.valid_on) for it in progress.noted(EarlyStartDecided)):
        raise EarlyStartAlreadyApproved
    if progress.open_early_start:
        raise AnotherEarlyStartOpen
