"""Mittelabruf: the recipient calls for money that is due.

A drawdown is judged together with its application, which knows what may be drawn and whether another drawdown is
still open. How much of it is paid, payout decides (budget year, pro-rata share); here only what cannot be is refused.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, assert_never

from services.intake import application
from services.intake.application import Application, Note, Submitted, require_own
from services.intake.proceeding import drawable
from services.intake.progress import DrawdownExamined, DrawdownReceived, FundsAssigned, Progress
from shared import duties
from shared.calendar import add_months
from shared.contracts import Acted
from shared.contracts.intake import LineUse
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import Role
from shared.money import NotAnAmount, amount


@value
class RequestDrawdown:
    """Call money of a budget year. `acted` is who acted for the recipient before; `eligible_due_cents` is all eligible expenditure due so far, cumulative;
    `applicant_keys` are the bodies the signed-in person acts for. The money is needed until `needed_on` for `purpose`; `spent`
    is what was spent so far, per line of the plan, from all funds."""

    drawdown: str
    case: str
    applicant_keys: tuple[str, ...]
    year: int
    eligible_due_cents: int
    requested_cents: int
    acted: tuple[Acted, ...] = ()
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()


type Command = RequestDrawdown


@event("intake.drawdown-requested")
class DrawdownRequested:
    """The recipient called for money (Mittelabruf eingegangen), needed until `needed_on` for `purpose`.

    `acted` is who acted for it in the case before; `spent` what was spent so far, per line of the plan, from all funds.
    """

    drawdown: str
    case: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    requested_by: str
    acted: tuple[Acted, ...] = ()
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()


type Event = DrawdownRequested


@value
class Unrequested:
    pass


@value
class Requested:
    """The drawdown as it was asked for."""

    request: DrawdownRequested


type Drawdown = Unrequested | Requested


class AlreadyRequested(DomainError):
    code = "already-requested"
    title = "Unter dieser Kennung wurde schon ein anderer Mittelabruf eingereicht."


class FundsNotAssigned(DomainError):
    code = "funds-not-assigned"
    title = "Mittel können erst abgerufen werden, wenn der Zuwendungsbescheid bestandskräftig ist."


class AnotherDrawdownOpen(DomainError):
    """One at a time: the next instalment only after the earlier one (domain 2.2 step 9)."""

    code = "another-drawdown-open"
    title = "Ein früherer Mittelabruf ist noch nicht abgeschlossen."


class InvalidDrawdown(DomainError):
    """A drawdown whose figures cannot be; each subclass names why."""

    status: ClassVar[int] = 422


class NotPositive(InvalidDrawdown):
    code = "amount-not-positive"
    title = "Der Betrag muss größer als null sein."


class YearNotGranted(InvalidDrawdown):
    code = "year-not-granted"
    title = "Für dieses Haushaltsjahr sind keine Mittel bewilligt."


class DueBelowEarlier(InvalidDrawdown):
    code = "due-below-earlier"
    title = "Die bisher fälligen Ausgaben können nicht niedriger sein als im vorigen Mittelabruf."


class AboveRemaining(InvalidDrawdown):
    code = "above-remaining"
    title = "Der Betrag übersteigt, was von der Zuwendung noch abgerufen werden kann."


class NeedNotDeclared(InvalidDrawdown):
    code = "need-not-declared"
    title = "Bitte geben Sie an, bis wann und wofür Sie den Betrag brauchen."


class NeedTooLate(InvalidDrawdown):
    """`detail` names the last day that is near enough today."""

    code = "need-too-late"
    title = "Der Betrag wird erst später gebraucht; bitte rufen Sie ihn dann ab."


class UseNotSummarised(InvalidDrawdown):
    """The next instalment only after it was shown what the earlier ones were spent on (domain 2.2 step 9)."""

    code = "use-not-summarised"
    title = "Bitte geben Sie an, was Sie von den früheren Auszahlungen bisher ausgegeben haben."


class UseNotOfPlan(InvalidDrawdown):
    code = "use-not-of-plan"
    title = "Jede Angabe gehört zu genau einer Position des Ausgabenplans."


class UseAboveDue(InvalidDrawdown):
    code = "use-above-due"
    title = "Ausgegeben kann nicht mehr sein, als bisher fällig war."


def decide(command: Command, drawdown: Drawdown, context: Context) -> list[Event]:
    match drawdown:
        case Unrequested():
            _check_amounts(command)
            return [
                DrawdownRequested(
                    drawdown=command.drawdown,
                    case=command.case,
                    year=command.year,
                    eligible_due_cents=command.eligible_due_cents,
                    requested_cents=command.requested_cents,
                    requested_on=context.valid_on,
                    requested_by=context.actor,
                    acted=command.acted,
                    needed_on=command.needed_on,
                    purpose=command.purpose,
                    spent=command.spent,
                )
            ]
        case Requested():
            if _figures(command) != _figures(drawdown.request):
                raise AlreadyRequested
            return []
        case _ as missing:
            assert_never(missing)


def _check_amounts(command: RequestDrawdown) -> None:
    for name, cents in (
        ("eligible_due_cents", command.eligible_due_cents),
        ("requested_cents", command.requested_cents),
    ):
        try:
            amount(cents)
        except NotAnAmount as error:
            raise NotPositive(field=name) from error
        if cents == 0:
            raise NotPositive(field=name)


def _figures(it: RequestDrawdown | DrawdownRequested) -> tuple[Any, ...]:
    return it.case, it.year, it.eligible_due_cents, it.requested_cents, it.needed_on, it.purpose, it.spent


def evolve(drawdown: Drawdown, it: Event) -> Drawdown:
    match it:
        case DrawdownRequested():
            return Requested(request=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Drawdown](
    name="drawdown", initial=Unrequested(), decide=decide, evolve=evolve, events=[DrawdownRequested]
)


# ---- Together with the application ---------------------------------------------------------------------------------


def request(command: RequestDrawdown) -> Decision:
    """Judge a drawdown against its application, and let the application know the open one, in one transaction.

    The application comes first: a municipality that calls twice at once is refused by its version.
    """
    case, own = application.decider.stream(command.case), decider.stream(command.drawdown)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        asked: Application = states[0]
        if not isinstance(asked, Submitted):
            raise application.NotSubmitted
        require_own(command.applicant_keys, asked, "request-drawdown")
        acted = tuple(it for it in asked.acted if it.role == Role.APPLICANT)
        requested = decide(replace(command, acted=acted), states[1], context)
        if not requested:
            return {}
        _check_against(command, asked)
        _check_need(command, asked, context.valid_on)
        duties.refuse("request-drawdown", asked.acted, context)
        received = DrawdownReceived(
            drawdown=command.drawdown,
            year=command.year,
            eligible_due_cents=command.eligible_due_cents,
            requested_cents=command.requested_cents,
            received_on=context.valid_on,
            acted=(Acted(person=context.actor, role=context.role, action="request-drawdown"),),
        )
        return {case: application.decide(Note(fact=received), asked, context), own: requested}

    return Decision(reads={case: application.decider, own: decider}, judge=judge, action="RequestDrawdown")


def _check_against(command: RequestDrawdown, asked: Submitted) -> None:
    progress = asked.progress
    by_year = drawable(progress)
    if progress.only(FundsAssigned) is None or asked.withdrawal_effective:
        raise FundsNotAssigned
    if progress.open_drawdown:
        raise AnotherDrawdownOpen
    if command.year not in {part.year for part in by_year}:
        raise YearNotGranted(field="year")
    if command.eligible_due_cents < _due_before(progress):
        raise DueBelowEarlier(field="eligible_due_cents")
    if command.requested_cents > sum(part.cents for part in by_year) - progress.accepted_cents:
        raise AboveRemaining(field="requested_cents")


def _check_need(command: RequestDrawdown, asked: Submitted, on: date) -> None:
    """What the side conditions ask: needed soon, and earlier instalments shown to be spent."""
    funds = asked.progress.only(FundsAssigned)
    if funds is None or not funds.drawdown_months:
        return
    if command.needed_on is None or not command.purpose:
        raise NeedNotDeclared(field="purpose" if command.needed_on else "needed_on")
    last = add_months(on, funds.drawdown_months)
    if command.needed_on > last:
        raise NeedTooLate(
            f"Heute kann abgerufen werden, was bis zum {last:%d.%m.%Y} gebraucht wird.", field="needed_on"
        )
    if not command.spent and asked.progress.settled_payments:
        raise UseNotSummarised(field="spent")
    lines = [it.line for it in command.spent]
    if len(set(lines)) != len(lines) or not set(lines) <= {it.line for it in asked.form.lines}:
        raise UseNotOfPlan(field="spent")
    if sum(it.cents for it in command.spent) > command.eligible_due_cents:
        raise UseAboveDue(field="spent")


def _due_before(progress: Progress) -> int:
    """What was due by earlier drawdowns; one refused altogether may have been in error, so it binds nobody."""
    refused = {it.drawdown for it in progress.noted(DrawdownExamined) if it.accepted_cents == 0}
    return max(
        (it.eligible_due_cents for it in progress.noted(DrawdownReceived) if it.drawdown not in refused), default=0
    )
