"""Änderungsantrag: the recipient asks for a change of what was awarded. Review decides it (Änderungsbescheid or not).

Judged together with its application, which knows the award and whether another change is open; here only what cannot be
is refused.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, assert_never

from services.intake import application
from services.intake.application import Application, Note, Submitted, require_own
from services.intake.proceeding import last_change, settled_changes
from services.intake.progress import AwardAnnounced, ChangeReceived, FundsAssigned, Progress
from shared import duties
from shared.contracts import Acted, YearAmount
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, value
from shared.identity import Role
from shared.money import NotAnAmount, amount


class ChangeKind(StrEnum):
    """What is to change."""

    SHIFT = "shift-between-years"
    AMOUNT = "amount"
    PERIOD = "period"
    PURPOSE = "purpose"
    PARTNER_LEAVES = "partner-leaves"


@value
class RequestChange:
    """Ask for a change: the whole new split by year, the new eligible expenditure, the new end; empty, 0 and None stay.
    `applicant_keys` are the bodies the signed-in person acts for."""

    change: str
    case: str
    applicant_keys: tuple[str, ...]
    kind: ChangeKind
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str


type Command = RequestChange


@event("intake.change-requested")
class ChangeRequested:
    """The recipient asked for a change of the award (Änderungsantrag eingegangen), with its reason.

    What stays is empty (`by_year`), 0 (`eligible_cents`) or None (`ends_on`).
    """

    change: str
    case: str
    kind: ChangeKind
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str
    requested_on: date
    requested_by: str


type Event = ChangeRequested


@value
class Unrequested:
    pass


@value
class Requested:
    """The change as it was asked for."""

    request: ChangeRequested


type Change = Unrequested | Requested


class OtherChange(DomainError):
    code = "other-change"
    title = "Unter dieser Kennung wurde schon eine andere Änderung beantragt."


class NotAwarded(DomainError):
    code = "not-awarded"
    title = "Eine Änderung kann erst beantragt werden, wenn eine Zuwendung bewilligt ist."


class AnotherChangeOpen(DomainError):
    code = "another-change-open"
    title = "Über einen früheren Änderungsantrag ist noch nicht entschieden."


class InvalidChange(DomainError):
    """A change that cannot be asked for; each subclass names why."""

    status: ClassVar[int] = 422


class ReasonMissing(InvalidChange):
    code = "reason-missing"
    title = "Bitte begründen Sie die Änderung."


class ChangeAmountInvalid(InvalidChange):
    code = "change-amount-invalid"
    title = "Das ist kein zulässiger Betrag."


class YearTwice(InvalidChange):
    code = "year-twice"
    title = "Jedes Haushaltsjahr darf nur einmal vorkommen."


class SplitMissing(InvalidChange):
    code = "split-missing"
    title = "Bitte nennen Sie die neue Aufteilung auf die Haushaltsjahre."


class SumChanged(InvalidChange):
    code = "sum-changed"
    title = "Beim Verschieben zwischen den Jahren muss die Summe der Zuwendung gleich bleiben."


class AmountMissing(InvalidChange):
    code = "amount-missing"
    title = "Bitte nennen Sie die neuen zuwendungsfähigen Ausgaben oder die neue Aufteilung auf die Haushaltsjahre."


class EndMissing(InvalidChange):
    code = "end-missing"
    title = "Bitte nennen Sie das neue Ende des Vorhabens."


class EndPassed(InvalidChange):
    code = "end-passed"
    title = "Das neue Ende darf nicht in der Vergangenheit liegen."


def decide(command: Command, change: Change, context: Context) -> list[Event]:
    match change:
        case Unrequested():
            _check(command, context)
            return [
                ChangeRequested(
                    change=command.change,
                    case=command.case,
                    kind=command.kind,
                    by_year=command.by_year,
                    eligible_cents=command.eligible_cents,
                    ends_on=command.ends_on,
                    reason=command.reason,
                    requested_on=context.valid_on,
                    requested_by=context.actor,
                )
            ]
        case Requested():
            if _wish(command) != _wish(change.request):
                raise OtherChange
            return []
        case _ as missing:
            assert_never(missing)


def _check(command: RequestChange, context: Context) -> None:
    if not command.reason.strip():
        raise ReasonMissing(field="reason")
    named = [(f"by_year.{index}.cents", it.cents) for index, it in enumerate(command.by_year)]
    for name, cents in [*named, ("eligible_cents", command.eligible_cents)]:
        try:
            amount(cents)
        except NotAnAmount as error:
            raise ChangeAmountInvalid(field=name) from error
    if len({it.year for it in command.by_year}) != len(command.by_year):
        raise YearTwice(field="by_year")
    if command.ends_on is not None and command.ends_on < context.valid_on:
        raise EndPassed(field="ends_on")
    match command.kind:
        case ChangeKind.SHIFT:
            if not command.by_year:
                raise SplitMissing(field="by_year")
        case ChangeKind.AMOUNT | ChangeKind.PARTNER_LEAVES:
            if not command.eligible_cents and not command.by_year:
                raise AmountMissing(field="eligible_cents")
        case ChangeKind.PERIOD:
            if command.ends_on is None:
                raise EndMissing(field="ends_on")
        case ChangeKind.PURPOSE:
            pass


def _wish(it: RequestChange | ChangeRequested) -> tuple[Any, ...]:
    return it.case, it.kind, it.by_year, it.eligible_cents, it.ends_on, it.reason


def evolve(change: Change, it: Event) -> Change:
    match it:
        case ChangeRequested():
            return Requested(request=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Change](
    name="change", initial=Unrequested(), decide=decide, evolve=evolve, events=[ChangeRequested]
)


# ---- Together with the application ---------------------------------------------------------------------------------


def request(command: RequestChange) -> Decision:
    """Judge a change against its application, and let the application know the open one, in one transaction."""
    case, own = application.decider.stream(command.case), decider.stream(command.change)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        asked: Application = states[0]
        if not isinstance(asked, Submitted):
            raise application.NotSubmitted
        require_own(command.applicant_keys, asked, "request-change")
        requested = decide(command, states[1], context)
        if not requested:
            return {}
        duties.refuse("request-change", asked.acted, context)
        _check_against(command, asked)
        received = ChangeReceived(
            change=command.change,
            kind=command.kind,
            received_on=context.valid_on,
            acted=(Acted(person=context.actor, role=Role.APPLICANT, action="request-change"),),
        )
        return {case: application.decide(Note(fact=received), asked, context), own: requested}

    return Decision(reads={case: application.decider, own: decider}, judge=judge, action="request-change")


def _check_against(command: RequestChange, asked: Submitted) -> None:
    granted = granted_cents(asked.progress)
    if granted is None or asked.withdrawal_effective:
        raise NotAwarded
    if open_change(asked.progress):
        raise AnotherChangeOpen
    if command.kind is ChangeKind.SHIFT and sum(it.cents for it in command.by_year) != granted:
        raise SumChanged(field="by_year")


def granted_cents(progress: Progress) -> int | None:
    """What is granted now, after the last change that was told; None before an award."""
    by_year = granted_by_year(progress)
    return None if by_year is None else sum(it.cents for it in by_year)


def granted_by_year(progress: Progress) -> Sequence[YearAmount] | None:
    """The same by budget year; None, too, when nothing of the award is left."""
    if changed := last_change(progress):
        return changed.by_year or None
    if award := progress.only(AwardAnnounced):
        return award.by_year
    funds = progress.only(FundsAssigned)
    return funds.by_year if funds else None


def open_change(progress: Progress) -> ChangeReceived | None:
    """The change that nobody has decided yet."""
    settled = settled_changes(progress)
    return next((it for it in progress.noted(ChangeReceived) if it.change not in settled), None)
