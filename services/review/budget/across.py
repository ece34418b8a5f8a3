"""Decisions over several budgets: one year hands over to the next, one title gives to another, a change finds its year."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.review.budget.closing import moving_by_origin, unpaid_lines
from services.review.budget.commands import (
    CarriedLine,
    CarryOver,
    CloseBudget,
    GiveFunds,
    HandOverRemainder,
    OpenBudget,
    PutOnCommitment,
    RecordPayment,
    ReduceCommitment,
    ReleaseReservation,
    ReserveFunds,
    ReversePayment,
    ShiftCommitment,
    TakeFunds,
    TakeOverRemainder,
)
from services.review.budget.deciding import decide
from services.review.budget.errors import BudgetNotOpen, SameTitle
from services.review.budget.events import CommitmentShiftRefused
from services.review.budget.noun import decider
from services.review.budget.states import Budget, Open, Unopened, YearAccount, summed
from shared.contracts import YearAmount
from shared.decider import AnyDecider, Context, Decided, Decision, replace


def budget_id(title: str, year: int) -> str:
    """The id of a title's budget of one year, as in `budget-<title>-<year>`."""
    return f"{title}-{year}"


def stream_of(title: str, year: int) -> str:
    """The stream of a title's budget of one year."""
    return decider.stream(budget_id(title, year))


def preloads(previous: Budget) -> tuple[CarriedLine, ...]:
    """What a budget promised for the years after its own, case by case."""
    if isinstance(previous, Unopened):
        return ()
    lines = (
        CarriedLine(
            case=case,
            by_year=tuple(it for it in position.committed if it.year > previous.year),
            basis=position.basis,
        )
        for case, position in sorted(previous.positions.items(), key=lambda it: it[0])
    )
    return tuple(line for line in lines if line.by_year)


def unused_authorisations(previous: Budget, year: int) -> tuple[YearAmount, ...]:
    """The authority to promise for the years after `year` that the budget before left unused."""
    accounts: Sequence[YearAccount] = previous.years if isinstance(previous, Open) else ()
    return tuple(YearAmount(year=it.year, cents=it.free_cents) for it in accounts if it.year > year and it.free_cents)


def open_next_budget(
    title: str,
    year: int,
    appropriation_cents: int,
    authorisations: tuple[YearAmount, ...] = (),
    *,
    continue_authorisations: bool = False,
    **particulars: Any,
) -> Decision:
    """Open a title's budget of a year, the first one too: the year before hands over its promises and takes no more.

    Not before the year has begun (`BudgetYearNotBegun`): the old year's last commitments would be missed.
    `continue_authorisations` is for a provisional budget whose law lets unused authorisations live on (HGrG § 27 I).
    """
    opened, previous = (stream_of(title, it) for it in (year, year - 1))

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = OpenBudget(
            title=title,
            year=year,
            appropriation_cents=appropriation_cents,
            authorisations=authorisations,
            preloads=preloads(states[1]),
            continued=unused_authorisations(states[1], year) if continue_authorisations else (),
            **particulars,
        )
        return {
            opened: decide(command, states[0], context),
            previous: decide(CarryOver(into=year), states[1], context),
        }

    return Decision(reads={opened: decider, previous: decider}, judge=judge, action="OpenBudget", creates=True)


def close_budget(title: str, year: int, *, move: bool, consent: str) -> Decision:
    """Close a year: what it owes lapses, or moves with its money to the next budget."""
    closing, following = stream_of(title, year), stream_of(title, year + 1)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        budget: Budget = states[0]
        closed = decide(CloseBudget(moved_into=year + 1 if move else 0, consent=consent), budget, context)
        if not closed or not isinstance(budget, Open) or not move:
            return {closing: closed}
        return {closing: closed, following: _received(budget, states[1], consent, context)}

    return Decision(reads={closing: decider, following: decider}, judge=judge, action="CloseBudget")


def _received(budget: Open, following: Budget, consent: str, context: Context) -> Sequence[Any]:
    """What the next budget enters of what moves there: the money by its origin, then what it is to pay."""
    found: list[Any] = []
    origins = moving_by_origin(budget)
    for it in origins:
        command = TakeOverRemainder(
            origin=it.year,
            cents=it.cents,
            out_of=budget.year,
            consent=consent,
            lines=tuple(unpaid_lines(budget, budget.year + 1)) if it is origins[-1] else (),
        )
        entered = decide(command, following, context)
        following = decider.fold(entered, start=following)
        found += entered
    return found


def hand_over_remainder(title: str, year: int, *, origin: int, cents: int, consent: str) -> Decision:
    """Give a closed year's unspent cash to the next budget, both sides in one decision."""
    giving, taking = stream_of(title, year), stream_of(title, year + 1)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        give = HandOverRemainder(origin=origin, cents=cents, into=year + 1, consent=consent)
        take = TakeOverRemainder(origin=origin, cents=cents, out_of=year, consent=consent)
        return {giving: decide(give, states[0], context), taking: decide(take, states[1], context)}

    return Decision(reads={giving: decider, taking: decider}, judge=judge, action="HandOverRemainder")


def reallocate(
    giver: str, taker: str, year: int, *, cents: int, reference: str, reason: str, authority: str
) -> Decision:
    """Move cash from one title to another within a year, both sides in one decision (Umschichtung)."""
    giving, taking = stream_of(giver, year), stream_of(taker, year)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        if giver == taker:
            raise SameTitle(field="taker")
        how: Mapping[str, Any] = {"cents": cents, "reference": reference, "reason": reason, "authority": authority}
        give = GiveFunds(counterpart=taker, **how)
        take = TakeFunds(counterpart=giver, **how)
        return {giving: decide(give, states[0], context), taking: decide(take, states[-1], context)}

    return Decision(reads={giving: decider, taking: decider}, judge=judge, action="ReallocateFunds")


def record_payment(title: str, year: int, command: RecordPayment) -> Decision:
    """Enter a payment where its commitment is: in its year's budget, or in the next one when it moved there at the closing."""
    own, following = stream_of(title, year), stream_of(title, year + 1)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        budget: Budget = states[0]
        if isinstance(budget, Open):
            position = budget.position(command.case)
            if position.moved_into and command.payment not in position.payments:
                return {following: decide(command, states[1], context)}
        return {own: decide(command, budget, context)}

    return Decision(reads={own: decider, following: decider}, judge=judge, action="RecordPayment")


def reverse_payment(title: str, year: int, command: ReversePayment) -> Decision:
    """Counter a payment where it was entered: in its year's budget, or in the next one."""
    own, following = stream_of(title, year), stream_of(title, year + 1)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        budget: Budget = states[0]
        if isinstance(budget, Open):
            position = budget.position(command.case)
            if position.moved_into and command.payment not in position.payments:
                return {following: decide(command, states[1], context)}
        return {own: decide(command, budget, context)}

    return Decision(reads={own: decider, following: decider}, judge=judge, action="ReversePayment")


def put_on_commitment(
    title: str,
    year: int,
    commands: Sequence[PutOnCommitment],
    states: Mapping[str, Any],
    before: Decided,
    context: Context,
) -> Decided:
    """Put what was entered beside the commitment on it, in whichever of the two budgets it was entered, after what was decided `before`."""
    decided = {stream: list(events) for stream, events in before.items()}
    for stream in (stream_of(title, year), stream_of(title, year + 1)):
        state = decider.fold(decided.get(stream, ()), states[stream])
        for command in commands:
            events = decide(command, state, context)
            state = decider.fold(events, state)
            if events:
                decided.setdefault(stream, []).extend(events)
    return decided


# ---- Changes of a commitment, in whichever budgets hold it now --------------------------------------------------------


def holders(title: str, years: Iterable[int]) -> Mapping[str, AnyDecider]:
    """What a decision reads to change a case's commitment: the budgets of its years, and the one after, in their order."""
    wanted = sorted(set(years))
    return {stream_of(title, year): decider for year in range(wanted[0], wanted[-1] + 2)}


def reduced(command: ReduceCommitment, title: str, states: Mapping[str, Any], context: Context) -> Decided:
    """The reduction, each year's part in the budget that holds it; what lapsed with a closed year needs no entry."""
    found: dict[str, Sequence[Any]] = {}
    for stream, by_year in _placed(command.case, command.by_year, title, states).items():
        found[stream] = decide(replace(command, by_year=by_year), states[stream], context)
    return found


def shifted(command: ShiftCommitment, title: str, states: Mapping[str, Any], context: Context) -> Decided:
    """The change, `more` in the budget of the decision's year; nothing but the refusal when that lacks the money."""
    current = stream_of(title, context.valid_on.year)
    less = dict(_placed(command.case, command.less, title, states))
    own = replace(command, less=less.pop(current, ()))
    entered = decide(own, states.get(current, decider.initial), context)
    if any(isinstance(it, CommitmentShiftRefused) for it in entered):
        return {current: entered}
    elsewhere = {
        stream: decide(
            ReduceCommitment(case=command.case, by_year=by_year, reason=command.reason, reference=command.reference),
            states[stream],
            context,
        )
        for stream, by_year in less.items()
    }
    return {current: entered, **elsewhere}


def set_aside(command: ReserveFunds, title: str, states: Mapping[str, Any], context: Context) -> Decided:
    """The reservation, or its refusal, in the budget of the decision's year."""
    current = stream_of(title, context.valid_on.year)
    return {current: decide(command, states.get(current, decider.initial), context)}


def let_go(case: str, increase: str, reason: str, states: Mapping[str, Any], context: Context) -> Decided:
    """What was set aside for this change is free again, in whichever budget it stands."""
    return {
        stream: decide(ReleaseReservation(case=case, reason=reason), state, context)
        for stream, state in states.items()
        if isinstance(state, Open) and state.position(case).increase == increase
    }


def _placed(
    case: str, by_year: Sequence[YearAmount], title: str, states: Mapping[str, Any]
) -> Mapping[str, tuple[YearAmount, ...]]:
    """Each year's part by the budget that holds it now, as amounts of that budget's years."""
    opened = {it.year: it for it in states.values() if isinstance(it, Open) and it.title == title}
    if not opened:
        raise BudgetNotOpen
    found: dict[str, tuple[YearAmount, ...]] = {}
    for part in by_year:
        at, year = max((it for it in opened if it <= part.year), default=min(opened)), part.year
        while opened[at].position(case).moved_into in opened and year <= at:
            year = at = opened[at].position(case).moved_into
        if opened[at].closed_on and opened[at].position(case).unpaid_cents(year) <= 0:
            continue
        stream = stream_of(title, at)
        found[stream] = summed(found.get(stream, ()), (YearAmount(year=year, cents=part.cents),))
    return found
