"""A budget begins, provisionally or not, and hands its promises over."""

from collections.abc import Sequence
from functools import reduce

from services.review.budget.checks import check_amounts, check_not_closed, check_reason
from services.review.budget.commands import (
    AllowDespiteProvisional,
    CarryOver,
    OpenBudget,
    ProclaimBudget,
    RecordPayment,
)
from services.review.budget.errors import (
    AmountsNotValid,
    AppropriationBelowCommitments,
    AppropriationBelowPreloads,
    BudgetAlreadyOpen,
    BudgetNotProvisional,
    BudgetYearNotBegun,
)
from services.review.budget.events import (
    BudgetCarriedOver,
    BudgetOpened,
    BudgetProclaimed,
    CommitmentCarried,
    Event,
    ProvisionalOverrideGranted,
)
from services.review.budget.evolving import evolve
from services.review.budget.paying import pay
from services.review.budget.states import Open, Unopened, cents_of
from shared.contracts import YearAmount
from shared.decider import Context, field_names
from shared.money import MAX_CENTS


def open_budget(command: OpenBudget, budget: Unopened, context: Context) -> Sequence[Event]:
    _check_plan(command.appropriation_cents, command.authorisations, command.year)
    _check_alarms(command.alarms_bp)
    if context.valid_on.year < command.year:
        raise BudgetYearNotBegun
    for amounts in (command.continued, *(it.by_year for it in command.preloads)):
        check_amounts(amounts)
    if sum(cents_of(it.by_year, command.year) for it in command.preloads) > command.appropriation_cents:
        raise AppropriationBelowPreloads
    told = {name: getattr(command, name) for name in field_names(BudgetOpened) if name != "opened_on"}
    opened = BudgetOpened(**told, opened_on=context.valid_on)
    carried = [
        CommitmentCarried(entry=entry, case=line.case, by_year=line.by_year, basis=line.basis)
        for entry, line in enumerate(command.preloads, start=1)
    ]
    events: list[Event] = [opened, *carried]
    state = reduce(evolve, events, budget)
    for it in (early.payment for early in sorted(budget.awaiting.values(), key=lambda it: it.number)):
        # One that no commitment covers stays waiting, for people to see; it must not keep the whole year shut.
        if isinstance(state, Open) and (it.overpaid or it.cents <= state.position(it.case).unpaid_cents(state.year)):
            payment = RecordPayment(
                payment=it.payment, case=it.case, cents=it.cents, paid_on=it.paid_on, overpaid=it.overpaid
            )
            recorded = pay(payment, state)
            events += recorded
            state = reduce(evolve, recorded, state)
    return events


def _check_plan(appropriation_cents: int, authorisations: Sequence[YearAmount], year: int) -> None:
    check_amounts(authorisations)
    if not 0 <= appropriation_cents <= MAX_CENTS or any(it.year <= year for it in authorisations):
        raise AmountsNotValid


def _check_alarms(alarms_bp: Sequence[int]) -> None:
    if list(alarms_bp) != sorted(set(alarms_bp)) or any(not 0 < it <= 10_000 for it in alarms_bp):
        raise AmountsNotValid("Warnschwellen sind aufsteigende Anteile bis 100 %.", field="alarms_bp")


_TOLD_AGAIN = (
    "title", "year", "appropriation_cents", "authorisations", "provisional", "transferable", "repayments_set_off",
    "last_order_on", "alarms_bp",
)  # fmt: skip


def open_again(command: OpenBudget, budget: Open) -> Sequence[Event]:
    if any(getattr(budget.opening, it) != getattr(command, it) for it in _TOLD_AGAIN):
        raise BudgetAlreadyOpen
    return []


def carry_over(command: CarryOver, budget: Open, context: Context) -> Sequence[Event]:
    return [] if budget.carried_into else [BudgetCarriedOver(into=command.into, carried_on=context.valid_on)]


def proclaim(command: ProclaimBudget, budget: Open, context: Context) -> Sequence[Event]:
    check_reason(command.reference, "reference")
    _check_plan(command.appropriation_cents, command.authorisations, budget.year)
    if not budget.provisional:
        own = budget.account(budget.year)
        later = tuple(
            YearAmount(year=it.year, cents=it.appropriated_cents)
            for it in budget.years
            if it.year != budget.year and it.appropriated_cents
        )
        if (own.appropriated_cents, later) == (command.appropriation_cents, command.authorisations):
            return []
        raise BudgetNotProvisional
    check_not_closed(budget)
    proclaimed = BudgetProclaimed(
        entry=budget.entries + 1,
        appropriation_cents=command.appropriation_cents,
        authorisations=command.authorisations,
        reference=command.reference,
        proclaimed_on=context.valid_on,
    )
    after = evolve(budget, proclaimed)
    if isinstance(after, Open) and any(it.taken_cents > it.voted_cents for it in after.years):
        raise AppropriationBelowCommitments
    return [proclaimed]


def allow(command: AllowDespiteProvisional, budget: Open, context: Context) -> Sequence[Event]:
    check_reason(command.reason)
    if not budget.provisional:
        raise BudgetNotProvisional
    if command.case in budget.overrides:
        return []
    return [
        ProvisionalOverrideGranted(
            case=command.case, reason=command.reason, granted_by=context.actor, granted_on=context.valid_on
        )
    ]
