"""Vorzeitiger Vorhabensbeginn: whether the applicant may begin before the decision, without losing the grant.

VV Nr. 1.3 zu § 44 ThürLHO: only for a factual reason, only before the first contract is concluded; the consent is no
promise of a grant. It stands on its own: the application may not have arrived yet, or never be complete.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, assert_never

from services.review import assessment as assessments
from services.review import programme as programmes
from shared import duties
from shared.calendar import add_months
from shared.contracts import Acted
from shared.contracts.intake import RoughExpenditure
from shared.decider import AnyDecider, Context, Decider, Decision, DomainError, decision, event, replace, value
from shared.identity import Role

NO_PROMISE = (
    "Sie dürfen mit dem Vorhaben ab dem genannten Tag auf eigenes Risiko beginnen. Die Zustimmung ist keine "
    "Förderzusage: Ob und in welcher Höhe eine Zuwendung bewilligt wird, bleibt offen."
)

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class EarlyStartRequest:
    """What the applicant asks for, as intake told it."""

    early_start: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    description: str
    reason: str
    expenditure: tuple[RoughExpenditure, ...]
    contract_on: date
    requested_on: date
    acted: tuple[Acted, ...]
    programme: str = ""
    municipalities: tuple[str, ...] = ()


@value
class OpenEarlyStart:
    request: EarlyStartRequest


@value
class ProposeEarlyStart:
    """Propose to consent or to refuse; `reasons` judge the factual reason."""

    consent: bool
    reasons: str


@value
class ApproveEarlyStart:
    """Consent, from a day on: today when none is named; `valid_months` is how long it holds, 0 without an end."""

    may_begin_on: date | None = None
    valid_months: int = 0


@value
class RefuseEarlyStart:
    """Refuse, with reasons for the applicant."""

    reasons: str


@value
class WithdrawEarlyStart:
    """The applicant took the application back on this day."""

    withdrawn_on: date


type Command = OpenEarlyStart | ProposeEarlyStart | ApproveEarlyStart | RefuseEarlyStart | WithdrawEarlyStart

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.early-start-opened")
class EarlyStartOpened:
    """The applicant's wish to begin before the decision arrived (Antrag auf vorzeitigen Vorhabensbeginn)."""

    request: EarlyStartRequest
    opened_on: date


@event("review.early-start-proposed")
class EarlyStartProposed:
    """A clerk proposes to consent to the early start or to refuse it, with reasons."""

    consent: bool
    reasons: str
    proposed_on: date
    proposed_by: str


@event("review.early-start-approved")
class EarlyStartApproved:
    """The applicant may begin from a day on (Zustimmung zum vorzeitigen Vorhabensbeginn); no promise of a grant.

    After `expires_on` the consent has ended: what has not begun then begins with the award.
    """

    may_begin_on: date
    text: str
    approved_on: date
    approved_by: str
    expires_on: date | None = None


@event("review.early-start-refused")
class EarlyStartRefused:
    """The applicant may not begin before the decision (Ablehnung des vorzeitigen Vorhabensbeginns), with reasons."""

    reasons: str
    refused_on: date
    refused_by: str


@event("review.early-start-withdrawn")
class EarlyStartWithdrawn:
    """The application was taken back before the early start was decided (Antragsrücknahme): nothing is decided any more."""

    withdrawn_on: date


type Event = EarlyStartOpened | EarlyStartProposed | EarlyStartApproved | EarlyStartRefused | EarlyStartWithdrawn

# ---- States ---------------------------------------------------------------------------------------------------------


@value
class Unopened:
    pass


@value
class Opened:
    """Asked for, and perhaps proposed; nothing is decided."""

    request: EarlyStartRequest
    opened_on: date
    proposal: EarlyStartProposed | None = None


@value
class Decided:
    """Consented to or refused, or not to be decided any more."""

    request: EarlyStartRequest
    outcome: EarlyStartApproved | EarlyStartRefused | EarlyStartWithdrawn
    proposal: EarlyStartProposed | None = None


type EarlyStart = Unopened | Opened | Decided

# ---- Errors ---------------------------------------------------------------------------------------------------------


class EarlyStartUnknown(DomainError):
    code = "early-start-unknown"
    title = "Zu diesem Vorgang ist kein vorzeitiger Beginn beantragt."


class OtherEarlyStart(DomainError):
    code = "other-early-start"
    title = "Unter dieser Kennung ist schon ein anderer vorzeitiger Beginn beantragt."


class EarlyStartNotProposed(DomainError):
    code = "early-start-not-proposed"
    title = "Über den vorzeitigen Beginn kann erst nach einem Vorschlag der Sachbearbeitung entschieden werden."


class AlreadyDecided(DomainError):
    code = "early-start-decided"
    title = "Über den vorzeitigen Beginn ist schon entschieden."


class ApplicationTakenBack(DomainError):
    code = "application-taken-back"
    title = "Der Antrag ist zurückgenommen; über den vorzeitigen Beginn wird nicht mehr entschieden."


class ContractConcluded(DomainError):
    code = "contract-concluded"
    title = "Der Tag des geplanten Vertragsschlusses ist vorbei: Einem schon begonnenen Vorhaben kann nicht zugestimmt werden."


class InvalidEarlyStart(DomainError):
    """A decision that cannot be; each subclass names why."""

    status: ClassVar[int] = 422


class ReasonsMissing(InvalidEarlyStart):
    code = "reasons-missing"
    title = "Bitte begründen Sie dies."


class ValidTooEarly(InvalidEarlyStart):
    code = "valid-too-early"
    title = "Die Zustimmung wirkt nicht zurück; sie gilt frühestens ab heute."


class ValidTooLate(InvalidEarlyStart):
    code = "valid-too-late"
    title = "Die Zustimmung endete, bevor sie gälte."


# ---- Decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, early_start: EarlyStart, context: Context) -> list[Event]:
    match command, early_start:
        case OpenEarlyStart(), Unopened():
            return [EarlyStartOpened(request=command.request, opened_on=context.valid_on)]
        case OpenEarlyStart(), Opened() | Decided():
            if command.request != early_start.request:
                raise OtherEarlyStart
            return []
        case WithdrawEarlyStart(), Opened():
            return [EarlyStartWithdrawn(withdrawn_on=command.withdrawn_on)]
        case WithdrawEarlyStart(), Unopened() | Decided():
            return []
        case _, Unopened():
            raise EarlyStartUnknown
        case ProposeEarlyStart(), Opened():
            return _proposed(command, early_start, context)
        case ((ApproveEarlyStart() | RefuseEarlyStart()), Opened()):
            return _decided(command, early_start, context)
        case _, Decided():
            return _again(command, early_start)
        case _ as missing:
            assert_never(missing)


def _proposed(command: ProposeEarlyStart, early_start: Opened, context: Context) -> list[Event]:
    duties.refuse("propose-early-start", acted(early_start), context)
    if not command.reasons.strip():
        raise ReasonsMissing(field="reasons")
    known = early_start.proposal
    if known and (known.consent, known.reasons, known.proposed_by) == (command.consent, command.reasons, context.actor):
        return []
    return [
        EarlyStartProposed(
            consent=command.consent, reasons=command.reasons, proposed_on=context.valid_on, proposed_by=context.actor
        )
    ]


def _decided(command: ApproveEarlyStart | RefuseEarlyStart, early_start: Opened, context: Context) -> list[Event]:
    if early_start.proposal is None:
        raise EarlyStartNotProposed
    duties.refuse(_ACTIONS[type(command)], acted(early_start), context)
    match command:
        case ApproveEarlyStart():
            return [_approved(command, early_start, context)]
        case RefuseEarlyStart():
            if not command.reasons.strip():
                raise ReasonsMissing(field="reasons")
            return [EarlyStartRefused(reasons=command.reasons, refused_on=context.valid_on, refused_by=context.actor)]
        case _ as missing:
            assert_never(missing)


_ACTIONS: Mapping[type, str] = {
    ProposeEarlyStart: "propose-early-start",
    ApproveEarlyStart: "approve-early-start",
    RefuseEarlyStart: "refuse-early-start",
}


def _approved(command: ApproveEarlyStart, early_start: Opened, context: Context) -> EarlyStartApproved:
    may_begin_on = command.may_begin_on or context.valid_on
    if may_begin_on < context.valid_on:
        raise ValidTooEarly(field="may_begin_on")
    if early_start.request.contract_on < context.valid_on:
        raise ContractConcluded
    expires_on = add_months(context.valid_on, command.valid_months) if command.valid_months else None
    if expires_on and may_begin_on > expires_on:
        raise ValidTooLate(f"Sie gilt längstens bis {expires_on:%d.%m.%Y}.", field="may_begin_on")
    return EarlyStartApproved(
        may_begin_on=may_begin_on,
        text=NO_PROMISE,
        approved_on=context.valid_on,
        approved_by=context.actor,
        expires_on=expires_on,
    )


def _again(command: Command, early_start: Decided) -> list[Event]:
    match command, early_start.outcome:
        case _, EarlyStartWithdrawn():
            raise ApplicationTakenBack
        case ApproveEarlyStart(), EarlyStartApproved():
            if command.may_begin_on in (None, early_start.outcome.may_begin_on):
                return []
        case RefuseEarlyStart(), EarlyStartRefused():
            if command.reasons == early_start.outcome.reasons:
                return []
        case _:
            pass
    raise AlreadyDecided


# ---- Evolve ---------------------------------------------------------------------------------------------------------


def evolve(early_start: EarlyStart, it: Event) -> EarlyStart:
    match it, early_start:
        case EarlyStartOpened(), _:
            return Opened(request=it.request, opened_on=it.opened_on)
        case EarlyStartProposed(), Opened():
            return replace(early_start, proposal=it)
        case ((EarlyStartApproved() | EarlyStartRefused() | EarlyStartWithdrawn()), Opened()):
            return Decided(request=early_start.request, outcome=it, proposal=early_start.proposal)
        case _, _:
            return early_start


def acted(early_start: Opened | Decided) -> tuple[Acted, ...]:
    """Who took part, from the request to the decision."""
    found, proposal = early_start.request.acted, early_start.proposal
    if proposal:
        found = duties.with_act(found, proposal.proposed_by, Role.CASE_OFFICER, "propose-early-start")
    match early_start:
        case Decided(outcome=EarlyStartApproved(approved_by=person)):
            return duties.with_act(found, person, Role.APPROVER, "approve-early-start")
        case Decided(outcome=EarlyStartRefused(refused_by=person)):
            return duties.with_act(found, person, Role.APPROVER, "refuse-early-start")
        case _:
            return found


decider = Decider[Command, Event, EarlyStart](
    name="early-start-decision",
    initial=Unopened(),
    decide=decide,
    evolve=evolve,
    events=[EarlyStartOpened, EarlyStartProposed, EarlyStartApproved, EarlyStartRefused, EarlyStartWithdrawn],
)


# ---- Together with the case ----------------------------------------------------------------------------------------


def act(early_start: str, case: str, command: ProposeEarlyStart | ApproveEarlyStart | RefuseEarlyStart) -> Decision:
    """Judge an act of a person; what they did in the examination of the application may bar them, if it has begun.

    How long a consent holds say the parameters of the programme that the application is for.
    """
    own, examined = decider.stream(early_start), assessments.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Mapping[str, Sequence[Any]]:
        asked = command
        if isinstance(asked, ApproveEarlyStart) and len(states) > 2:
            months = programmes.parameters_in_force(states[2], context.valid_on).early_start_months
            asked = replace(asked, valid_months=months)
        decided = decide(asked, states[0], context)
        if decided and not isinstance(states[1], assessments.Unopened):
            duties.refuse(_ACTIONS[type(command)], states[1].file.acted, context)
        return {own: decided}

    reads = {own: decider, examined: assessments.decider}
    return Decision(reads=reads, judge=judge, action=_ACTIONS[type(command)], further=_programme_of)


def _programme_of(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
    """The programme that is applied for; a wish from before it was told names none."""
    asked: EarlyStart = states[0]
    if isinstance(asked, Unopened) or not asked.request.programme:
        return {}
    return {programmes.decider.stream(asked.request.programme): programmes.decider}


def withdraw(early_start: str, withdrawn_on: date, settled: Decision | None) -> Decision:
    """End an early start with its application, and settle the withdrawal where the application is examined already."""
    if settled is None:
        return decision(decider, early_start, WithdrawEarlyStart(withdrawn_on=withdrawn_on))
    own, count, inner = decider.stream(early_start), len(settled.reads), settled

    def judge(states: Sequence[Any], context: Context) -> Mapping[str, Sequence[Any]]:
        decided = inner.judge([*states[:count], *states[count + 1 :]], context)
        return {**decided, own: decide(WithdrawEarlyStart(withdrawn_on=withdrawn_on), states[count], context)}

    def further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return inner.further(states[:count]) if inner.further else {}

    return replace(inner, reads={**inner.reads, own: decider}, judge=judge, further=further)
