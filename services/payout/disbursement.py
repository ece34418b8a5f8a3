"""Auszahlungsplan eines Zuwendungsbescheids: Mittelabruf prüfen, feststellen, anordnen.

Intake and review have no mutual order: a Mittelabruf that comes before the plan is registered and waits;
whichever comes last, the state is the same.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, assert_never

from services.payout import payment as payments
from services.payout.plan import (
    Changes,
    DrawdownReopened,
    FundsReturned,
    PlanSupplemented,
    ReductionReceived,
    ReturnFunds,
    SupplementPlan,
    changed,
    returns,
)
from shared import duties
from shared.contracts import Acted, YearAmount, minus, plus
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import Role, Sealed
from shared.money import at_rate

REASONS = {
    "pro-rata": "Mehr als der Anteil der Zuwendung an den bisher fälligen zuwendungsfähigen Ausgaben.",
    "year-exhausted": "Der für dieses Haushaltsjahr bewilligte Betrag ist ausgeschöpft.",
    "not-a-plan-year": "Für dieses Haushaltsjahr ist kein Betrag bewilligt.",
    "grant-exhausted": "Die bewilligte Zuwendung ist ausgeschöpft.",
    "nothing-requested": "Es wurde kein Betrag abgerufen.",
}
"""Why less than the requested amount is paid: stable code, sentence for the recipient."""


@value
class OpenPlan:
    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]


@value
class RegisterDrawdown:
    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()


@value
class ExamineDrawdown:
    drawdown: str


@value
class CertifyDrawdown:
    drawdown: str


@value
class OrderDrawdown:
    drawdown: str
    payment: str


@value
class NoteSettlement:
    case: str
    drawdown: str
    payment: str
    settled_on: date
    released_by: str = ""


@value
class NoteRejection:
    case: str
    drawdown: str
    payment: str
    reason: str
    released_by: str = ""


type Command = (
    OpenPlan
    | RegisterDrawdown
    | ExamineDrawdown
    | CertifyDrawdown
    | OrderDrawdown
    | NoteSettlement
    | NoteRejection
    | ReturnFunds
    | SupplementPlan
)


@event("payout.plan-opened")
class PlanOpened:
    """The award's amounts per year now belong to payout (Auszahlungsplan); only from here can they be spent."""

    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]


@event("payout.drawdown-registered")
class DrawdownRegistered:
    """A Mittelabruf arrived as number `tranche`; it waits while the plan is not open yet."""

    drawdown: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()


@event("payout.drawdown-accepted")
class DrawdownAccepted:
    """The Mittelabruf was examined: all that is asked for can be paid."""

    drawdown: str
    accepted_cents: int
    examined_by: str
    examined_on: date


@event("payout.drawdown-reduced")
class DrawdownReduced:
    """The Mittelabruf was examined: less than asked for can be paid; `reason` is a code of `REASONS`."""

    drawdown: str
    accepted_cents: int
    reason: str
    examined_by: str
    examined_on: date


@event("payout.drawdown-rejected")
class DrawdownRejected:
    """The Mittelabruf was examined: nothing can be paid; `reason` is a code of `REASONS`."""

    drawdown: str
    reason: str
    examined_by: str
    examined_on: date


@event("payout.drawdown-certified")
class DrawdownCertified:
    """A person certified the amount as factually and arithmetically correct (sachlich und rechnerisch richtig)."""

    drawdown: str
    accepted_cents: int
    certified_by: str
    certified_on: date


@event("payout.drawdown-ordered")
class DrawdownOrdered:
    """Another person ordered the certified amount to be paid, as this payment, the `attempt`-th for the drawdown."""

    drawdown: str
    payment: str
    attempt: int
    ordered_by: str
    ordered_on: date


@event("payout.drawdown-paid")
class DrawdownPaid:
    """The treasury's account was debited for the drawdown's payment. `released_by` released the file that held it."""

    case: str
    drawdown: str
    payment: str
    settled_on: date
    released_by: str = ""


@event("payout.drawdown-freed")
class DrawdownFreed:
    """The treasury refused the drawdown's payment for good: it may be ordered anew, as another payment."""

    case: str
    drawdown: str
    payment: str
    reason: str
    released_by: str = ""


type Event = (
    PlanOpened
    | DrawdownRegistered
    | DrawdownAccepted
    | DrawdownReduced
    | DrawdownRejected
    | DrawdownCertified
    | DrawdownOrdered
    | DrawdownPaid
    | DrawdownFreed
    | ReductionReceived
    | FundsReturned
    | DrawdownReopened
    | PlanSupplemented
)


@value
class Registered: ...


@value
class Accepted: ...


@value
class Rejected: ...


@value
class Certified:
    certified_by: str


@value
class Ordered:
    certified_by: str
    payment: str


@value
class Paid:
    payment: str


type Stage = Registered | Accepted | Rejected | Certified | Ordered | Paid


@value
class Drawdown:
    """One Mittelabruf. `refused` are its payments that the treasury refused, oldest first.

    `examinations` is one more than it was reopened.
    """

    id: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    accepted_cents: int = 0
    reason: str = ""
    stage: Stage = Registered()
    refused: tuple[str, ...] = ()
    examinations: int = 1


@value
class Waiting:
    """No plan yet; what arrived before it waits. `acted` is who took part in the case, here and elsewhere."""

    drawdowns: tuple[Drawdown, ...] = ()
    acted: tuple[Acted, ...] = ()
    changes: Changes = Changes()


@value
class Open:
    """`plan` is the plan as it stands after all changes, `opened` as it came from review."""

    plan: PlanOpened
    opened: PlanOpened
    drawdowns: tuple[Drawdown, ...] = ()
    acted: tuple[Acted, ...] = ()
    changes: Changes = Changes()


type Disbursement = Waiting | Open


class PlanNotOpen(DomainError):
    code = "plan-not-open"
    title = "Für diesen Fall sind noch keine Mittel zugewiesen."


class PlanDiffers(DomainError):
    code = "plan-differs"
    title = "Für diesen Fall wurden bereits andere Mittel zugewiesen."


class UnknownDrawdown(DomainError):
    code = "drawdown-unknown"
    title = "Diesen Mittelabruf gibt es nicht."
    status = 404


class DrawdownDiffers(DomainError):
    code = "drawdown-differs"
    title = "Dieser Mittelabruf liegt bereits mit anderen Angaben vor."


class NotExamined(DomainError):
    code = "drawdown-not-examined"
    title = "Der Mittelabruf ist noch nicht geprüft."


class NotCertified(DomainError):
    code = "drawdown-not-certified"
    title = "Der Mittelabruf ist noch nicht sachlich und rechnerisch richtig festgestellt."


class DrawdownIsRejected(DomainError):
    code = "drawdown-rejected"
    title = "Der Mittelabruf ist abgelehnt."


class AlreadyOrdered(DomainError):
    code = "drawdown-already-ordered"
    title = "Für diesen Mittelabruf ist bereits eine Zahlung angeordnet."


class YearNotOpen(DomainError):
    code = "budget-year-not-open"
    title = "Zulasten dieses Haushaltsjahres kann heute nicht angeordnet werden."


class ReductionDiffers(DomainError):
    code = "reduction-differs"
    title = "Diese Rückforderung von Mitteln liegt bereits mit anderen Angaben vor."


class PlanIsFrozen(DomainError):
    code = "plan-is-frozen"
    title = "Die Auszahlung ist gesperrt; zurzeit wird nichts festgestellt und nichts angeordnet."


class NotThisPayment(DomainError):
    code = "payment-not-of-this-drawdown"
    title = "Diese Zahlung gehört nicht zu diesem Mittelabruf."


def payable(plan: PlanOpened, drawdowns: Sequence[Drawdown], asked: Drawdown) -> tuple[int, str]:
    """Cents that can be paid on a Mittelabruf and, when it is less than asked for, the code of the narrowest limit.

    Limits: the rate's share of all eligible expenditure due so far, less all accepted before (anteilig, VV Nr. 7 zu § 44);
    what the year still holds (§ 45 ThürLHO: a year's money ends with the year); what the grant still holds.
    """
    granted_of_year = sum(part.cents for part in plan.by_year if part.year == asked.year)
    accepted_of_year = sum(it.accepted_cents for it in drawdowns if it.year == asked.year)
    accepted = sum(it.accepted_cents for it in drawdowns)
    due = min(asked.eligible_due_cents, plan.eligible_cents)
    limits = [
        (asked.requested_cents, ""),
        (at_rate(due, plan.rate_bp) - accepted, "pro-rata"),
        (granted_of_year - accepted_of_year, "year-exhausted" if granted_of_year else "not-a-plan-year"),
        (sum(part.cents for part in plan.by_year) - accepted, "grant-exhausted"),
    ]
    cents, reason = min(limits, key=lambda limit: limit[0])
    return max(cents, 0), reason


def decide(command: Command, state: Disbursement, context: Context) -> Sequence[Event]:
    match command:
        case OpenPlan():
            return _open(command, state, context)
        case RegisterDrawdown():
            return _register(command, state)
        case ExamineDrawdown():
            return _examine(command, state, context)
        case CertifyDrawdown():
            return _certify(command, state, context)
        case OrderDrawdown():
            return _order(command, state, context)
        case NoteSettlement():
            return _settle(command, state)
        case NoteRejection():
            return _free(command, state, context)
        case ReturnFunds():
            return _return(command, state, context)
        case SupplementPlan():
            return _supplement(command, state)
        case _ as missing:
            assert_never(missing)


def _open(command: OpenPlan, state: Disbursement, context: Context) -> Sequence[Event]:
    opened = PlanOpened(
        award=command.award,
        file_number=command.file_number,
        title=command.title,
        applicant_key=command.applicant_key,
        applicant_name=command.applicant_name,
        by_year=command.by_year,
        eligible_cents=command.eligible_cents,
        rate_bp=command.rate_bp,
        account_holder=command.account_holder,
        iban=command.iban,
        assigned_on=command.assigned_on,
        acted=command.acted,
    )
    if isinstance(state, Waiting):
        return [opened, *_give_back(evolve(state, opened), context)]
    if opened != state.opened:
        raise PlanDiffers
    return []


def _register(command: RegisterDrawdown, state: Disbursement) -> Sequence[Event]:
    registered = DrawdownRegistered(
        drawdown=command.drawdown,
        tranche=len(state.drawdowns) + 1,
        year=command.year,
        eligible_due_cents=command.eligible_due_cents,
        requested_cents=command.requested_cents,
        requested_on=command.requested_on,
        acted=command.acted,
    )
    for known in state.drawdowns:
        if known.id == command.drawdown:
            if _drawdown(replace(registered, tranche=known.tranche)) != _as_registered(known):
                raise DrawdownDiffers
            return []
    return [registered]


def _examine(command: ExamineDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    plan, asked = _plan(state), _find(state, command.drawdown)
    if not isinstance(asked.stage, Registered):
        return []
    duties.refuse("examine-drawdown", state.acted, context)
    cents, reason = payable(plan, state.drawdowns, asked)
    person, day = context.actor, context.valid_on
    if not cents:
        reason = reason or "nothing-requested"
        return [DrawdownRejected(drawdown=asked.id, reason=reason, examined_by=person, examined_on=day)]
    if reason:
        return [
            DrawdownReduced(drawdown=asked.id, accepted_cents=cents, reason=reason, examined_by=person, examined_on=day)
        ]
    return [DrawdownAccepted(drawdown=asked.id, accepted_cents=cents, examined_by=person, examined_on=day)]


def _certify(command: CertifyDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    asked = _find(state, command.drawdown)
    match asked.stage:
        case Registered():
            raise NotExamined
        case Rejected():
            raise DrawdownIsRejected
        case Accepted():
            _require_thawed(state)
            duties.refuse("certify-drawdown", state.acted, context)
            return [
                DrawdownCertified(
                    drawdown=asked.id,
                    accepted_cents=asked.accepted_cents,
                    certified_by=context.actor,
                    certified_on=context.valid_on,
                )
            ]
        case Certified() | Ordered() | Paid():
            return []
        case _ as missing:
            assert_never(missing)


def _order(command: OrderDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    asked = _find(state, command.drawdown)
    match asked.stage:
        case Registered():
            raise NotExamined
        case Accepted():
            raise NotCertified
        case Rejected():
            raise DrawdownIsRejected
        case Certified():
            if command.payment in asked.refused:
                return []  # The refused order, repeated: a new attempt is a new payment.
            _require_thawed(state)
            duties.refuse("order-payment", state.acted, context)
            if context.valid_on.year != asked.year:
                raise YearNotOpen(f"Haushaltsjahr {asked.year}, heute ist der {context.valid_on:%d.%m.%Y}.")
            return [
                DrawdownOrdered(
                    drawdown=asked.id,
                    payment=command.payment,
                    attempt=len(asked.refused) + 1,
                    ordered_by=context.actor,
                    ordered_on=context.valid_on,
                )
            ]
        case Ordered() | Paid():
            if asked.stage.payment != command.payment and command.payment not in asked.refused:
                raise AlreadyOrdered
            return []
        case _ as missing:
            assert_never(missing)


def _settle(command: NoteSettlement, state: Disbursement) -> Sequence[Event]:
    asked = _find(state, command.drawdown)
    match asked.stage:
        case Ordered(payment=command.payment):
            return [
                DrawdownPaid(
                    case=command.case,
                    drawdown=asked.id,
                    payment=command.payment,
                    settled_on=command.settled_on,
                    released_by=command.released_by,
                )
            ]
        case Paid(payment=command.payment):
            return []
        case _:
            raise NotThisPayment


def _free(command: NoteRejection, state: Disbursement, context: Context) -> Sequence[Event]:
    """The order came to nothing: what review had asked back of its money goes back now, and the rest may be ordered anew."""
    asked = _find(state, command.drawdown)
    if isinstance(asked.stage, Ordered) and asked.stage.payment == command.payment:
        freed = DrawdownFreed(
            case=command.case,
            drawdown=asked.id,
            payment=command.payment,
            reason=command.reason,
            released_by=command.released_by,
        )
        return [freed, *_give_back(evolve(state, freed), context)]
    if command.payment in asked.refused:
        return []
    raise NotThisPayment


def _require_thawed(state: Disbursement) -> None:
    if state.changes.frozen:
        raise PlanIsFrozen


def _return(command: ReturnFunds, state: Disbursement, context: Context) -> Sequence[Event]:
    received = ReductionReceived(
        reduction=command.reduction,
        by_year=command.by_year,
        eligible_cents=command.eligible_cents,
        freeze=command.freeze,
        reason=command.reason,
        requested_on=command.requested_on,
        acted=command.acted,
    )
    if command.reduction in {it.reduction for it in state.changes.asked}:
        return []
    return [received, *_give_back(evolve(state, received), context)]


def _supplement(command: SupplementPlan, state: Disbursement) -> Sequence[Event]:
    if command.supplement in state.changes.supplements:
        return []
    return [
        PlanSupplemented(
            supplement=command.supplement,
            by_year=command.by_year,
            eligible_cents=command.eligible_cents,
            supplemented_on=command.supplemented_on,
            acted=command.acted,
        )
    ]


def _give_back(state: Disbursement, context: Context) -> Sequence[Event]:
    """What goes back to review now, and the Mittelabrufe that no longer fit into the rest."""
    if isinstance(state, Waiting):
        return []
    given: list[Event] = list(returns(state.changes, unordered(state), context.valid_on))
    for it in given:
        state = evolve(state, it)
    reduction = state.changes.asked[-1].reduction if state.changes.asked else 0
    return [*given, *(DrawdownReopened(drawdown=it, reduction=reduction) for it in _outgrown(state))]


def unordered(state: Open) -> tuple[YearAmount, ...]:
    """Per year what no order was given for: only this can go back."""
    ordered: tuple[YearAmount, ...] = ()
    for it in state.drawdowns:
        if isinstance(it.stage, Ordered | Paid):
            ordered = plus(ordered, [YearAmount(year=it.year, cents=it.accepted_cents)])
    return minus(state.plan.by_year, ordered)


def _outgrown(state: Disbursement) -> Sequence[str]:
    """Mittelabrufe that are examined and not ordered, of which the plan no longer bears what was accepted."""
    plan, found = _plan(state), list[str]()
    kept = [it for it in state.drawdowns if isinstance(it.stage, Ordered | Paid)]
    for it in state.drawdowns:
        if isinstance(it.stage, Accepted | Certified):
            cents, _ = payable(plan, kept, replace(it, requested_cents=it.accepted_cents))
            if cents < it.accepted_cents:
                found.append(it.id)
            else:
                kept.append(it)
    return found


def evolve(state: Disbursement, it: Event) -> Disbursement:
    acted = _acted(state.acted, it)
    match it:
        case PlanOpened():
            opened = Open(plan=it, opened=it, drawdowns=state.drawdowns, acted=acted)
            return _planned(opened, state.changes)
        case ReductionReceived() | FundsReturned() | PlanSupplemented():
            return _planned(replace(state, acted=acted), changed(state.changes, it))
        case DrawdownRegistered():
            drawdowns = (*state.drawdowns, _drawdown(it))
        case _:
            drawdowns = tuple(_moved(one, it) if one.id == it.drawdown else one for one in state.drawdowns)
    return replace(state, drawdowns=drawdowns, acted=acted)


def _planned(state: Disbursement, changes: Changes) -> Disbursement:
    if isinstance(state, Waiting):
        return replace(state, changes=changes)
    opened = state.opened
    plan = replace(
        opened,
        by_year=changes.amounts(opened.by_year),
        eligible_cents=changes.eligible_cents or opened.eligible_cents,
    )
    return replace(state, plan=plan, changes=changes)


def _acted(acted: tuple[Acted, ...], it: Event) -> tuple[Acted, ...]:
    match it:
        case PlanOpened() | DrawdownRegistered() | ReductionReceived() | PlanSupplemented():
            return (*acted, *(act for act in it.acted if act not in acted))
        case DrawdownAccepted() | DrawdownReduced() | DrawdownRejected():
            return duties.with_act(acted, it.examined_by, Role.CASE_OFFICER, "examine-drawdown")
        case DrawdownCertified():
            return duties.with_act(acted, it.certified_by, Role.CERTIFIER, "certify-drawdown")
        case DrawdownOrdered():
            return duties.with_act(acted, it.ordered_by, Role.ORDERING_OFFICER, "order-payment")
        case DrawdownPaid() | DrawdownFreed():
            return duties.with_act(acted, it.released_by, Role.TREASURY, "release-batch")
        case FundsReturned() | DrawdownReopened():
            return acted
        case _ as missing:
            assert_never(missing)


type Moving = (
    DrawdownAccepted
    | DrawdownReduced
    | DrawdownRejected
    | DrawdownCertified
    | DrawdownOrdered
    | DrawdownPaid
    | DrawdownFreed
    | DrawdownReopened
)


def _moved(one: Drawdown, it: Moving) -> Drawdown:
    match it:
        case DrawdownAccepted():
            return replace(one, accepted_cents=it.accepted_cents, stage=Accepted())
        case DrawdownReduced():
            return replace(one, accepted_cents=it.accepted_cents, reason=it.reason, stage=Accepted())
        case DrawdownRejected():
            return replace(one, reason=it.reason, stage=Rejected())
        case DrawdownCertified():
            return replace(one, stage=Certified(certified_by=it.certified_by))
        case DrawdownOrdered():
            certified_by = one.stage.certified_by if isinstance(one.stage, Certified) else ""
            return replace(one, stage=Ordered(certified_by=certified_by, payment=it.payment))
        case DrawdownPaid():
            return replace(one, stage=Paid(payment=it.payment))
        case DrawdownFreed():
            certified_by = one.stage.certified_by if isinstance(one.stage, Ordered) else ""
            return replace(one, stage=Certified(certified_by=certified_by), refused=(*one.refused, it.payment))
        case DrawdownReopened():
            return replace(one, accepted_cents=0, reason="", stage=Registered(), examinations=one.examinations + 1)
        case _ as missing:
            assert_never(missing)


def _drawdown(it: DrawdownRegistered) -> Drawdown:
    return Drawdown(
        id=it.drawdown,
        tranche=it.tranche,
        year=it.year,
        eligible_due_cents=it.eligible_due_cents,
        requested_cents=it.requested_cents,
        requested_on=it.requested_on,
    )


def _as_registered(one: Drawdown) -> Drawdown:
    return replace(one, accepted_cents=0, reason="", stage=Registered(), refused=(), examinations=1)


def _plan(state: Disbursement) -> PlanOpened:
    if isinstance(state, Waiting):
        raise PlanNotOpen
    return state.plan


def _find(state: Disbursement, drawdown: str) -> Drawdown:
    for one in state.drawdowns:
        if one.id == drawdown:
            return one
    raise UnknownDrawdown(field="drawdown")


decider = Decider[Command, Event, Disbursement](
    name="disbursement",
    initial=Waiting(),
    decide=decide,
    evolve=evolve,
    events=[
        PlanOpened,
        DrawdownRegistered,
        DrawdownAccepted,
        DrawdownReduced,
        DrawdownRejected,
        DrawdownCertified,
        DrawdownOrdered,
        DrawdownPaid,
        DrawdownFreed,
        ReductionReceived,
        FundsReturned,
        DrawdownReopened,
        PlanSupplemented,
    ],
)


def order(case: str, drawdown: str, payment: str) -> Decision:
    """Order the certified amount of a Mittelabruf as this payment: the drawdown and the payment in one transaction."""
    disbursement_stream, payment_stream = decider.stream(case), payments.decider.stream(payment)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        state: Disbursement = states[0]
        ordered = decider.decide(OrderDrawdown(drawdown=drawdown, payment=payment), state, context)
        if not ordered:
            return {}
        command = _order_of(case, drawdown, payment, state)
        paid = payments.decider.decide(command, states[1], context)
        if not paid:
            raise payments.PaymentTaken
        return {disbursement_stream: ordered, payment_stream: paid}

    return Decision(
        reads={disbursement_stream: decider, payment_stream: payments.decider}, judge=judge, action="OrderPayment"
    )


def _order_of(case: str, drawdown: str, payment: str, state: Disbursement) -> payments.OrderPayment:
    plan, asked = _plan(state), _find(state, drawdown)
    attempt = len(asked.refused) + 1
    return payments.OrderPayment(
        payment=payment,
        case=case,
        drawdown=drawdown,
        attempt=attempt,
        reference=payments.reference_of(case, asked.tranche, attempt, asked.year),
        cents=asked.accepted_cents,
        title=plan.title,
        year=asked.year,
        file_number=plan.file_number,
        account_holder=plan.account_holder,
        iban=plan.iban,
        certified_by=asked.stage.certified_by if isinstance(asked.stage, Certified) else "",
        took_part=tuple(sorted(duties.barred("release-batch", state.acted))),
    )
