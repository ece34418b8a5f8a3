"""Haushalt: what a budget officer may do with the titles.

One person suffices for each: the law asks for a second *office*, not for a second officer (§ 9 LHO makes the budget officer
answer for the budget; freezes are ordered, reallocations and remainders consented to by the finance ministry, §§ 41, 45, 46 LHO).
What that office wrote is named in the entry, and without it the entry is refused.
"""

from datetime import date
from typing import Any

from services.review import budget as budgets
from services.review import budget_acts
from services.review import handling as handlings
from services.review.api.budget_bodies import (
    BudgetBody,
    ClosingBody,
    FreezeBody,
    LiftBody,
    OverrideBody,
    ProclamationBody,
    ReallocationBody,
    RemainderBody,
    RepaymentBody,
)
from services.review.api.budget_reading import parameters_of, title_and_year
from services.review.api.common import BUDGET, amounts
from services.review.api.handling import municipalities_of
from services.review.api.reading import opened
from shared.decider import Decision, decision
from shared.service import House
from shared.web import Action, Ask

_ONE = "/review/budgets/{title}/{year}"


def _told(state: budgets.Budget, _ask: Ask) -> dict[str, Any]:
    return {"title": state.title, "year": state.year} if isinstance(state, budgets.Open) else {}


def budgeting(house: House) -> list[Action]:
    """All that is done to a title's budget of a year, from its opening to its closing."""
    return [_opening(house), *_planning(), *_of_cases(house)]


def _decide(ask: Ask, command: budgets.Command) -> Decision:
    title, year = title_and_year(ask.path)
    return decision(budgets.decider, budgets.budget_id(title, year), command)


async def _proclaim(body: ProclamationBody, ask: Ask) -> Decision:
    authorised = amounts(body.authorisations)
    command = budgets.ProclaimBudget(
        appropriation_cents=body.appropriation_cents, authorisations=authorised, reference=body.reference
    )
    return _decide(ask, command)


async def _freeze(body: FreezeBody, ask: Ask) -> Decision:
    return _decide(ask, budgets.FreezeFunds(**body.model_dump()))


async def _lift(body: LiftBody, ask: Ask) -> Decision:
    return _decide(ask, budgets.LiftFreeze(**body.model_dump()))


async def _reallocate(body: ReallocationBody, ask: Ask) -> Decision:
    title, year = title_and_year(ask.path)
    return budgets.reallocate(title, year=year, **body.model_dump())


async def _close(body: ClosingBody, ask: Ask) -> Decision:
    title, year = title_and_year(ask.path)
    return budgets.close_budget(title, year, move=body.move, consent=body.consent or "")


async def _hand_over(body: RemainderBody, ask: Ask) -> Decision:
    title, year = title_and_year(ask.path)
    return budgets.hand_over_remainder(title, year, **body.model_dump())


def _opening(house: House) -> Action:
    async def open_title(body: BudgetBody, ask: Ask) -> Decision:
        last_order_on, alarms_bp = body.last_order_on, body.alarms_bp
        if policy := await parameters_of(house, body.title, ask.today):
            last_order_on = last_order_on or date(body.year, policy.last_order_month, policy.last_order_day)
            alarms_bp = policy.alarms_bp if alarms_bp is None else alarms_bp
        return budgets.open_next_budget(
            body.title, body.year, body.appropriation_cents, amounts(body.authorisations),
            continue_authorisations=body.continue_authorisations, provisional=body.provisional,
            transferable=body.transferable, repayments_set_off=body.repayments_set_off,
            last_order_on=last_order_on, alarms_bp=budgets.ALARMS_BP if alarms_bp is None else alarms_bp,
        )  # fmt: skip

    return Action(
        name="open-budget", title="Haushaltstitel eröffnen", path="/review/budgets", roles=BUDGET, body=BudgetBody,
        decide=open_title, creates=True, status=201, answer=_told, location="/review/budgets/{title}/{year}",
    )  # fmt: skip


def _planning() -> list[Action]:
    def entry(name: str, title: str, path: str, body: Any, decide: Any) -> Action:
        return Action(
            name=name, title=title, path=_ONE + path, roles=BUDGET, body=body, decide=decide, creates=True, answer=_told,
        )  # fmt: skip

    return [
        entry("proclaim-budget", "Haushaltsgesetz verkündet", "/proclamation", ProclamationBody, _proclaim),
        entry("freeze-funds", "Mittel sperren", "/freezes", FreezeBody, _freeze),
        entry("lift-freeze", "Sperre aufheben", "/freezes/lift", LiftBody, _lift),
        entry("reallocate-funds", "Mittel umschichten", "/reallocations", ReallocationBody, _reallocate),
        entry("close-budget", "Haushaltsjahr abschließen", "/closing", ClosingBody, _close),
        entry("hand-over-remainder", "Ausgaberest übertragen", "/remainders", RemainderBody, _hand_over),
    ]  # fmt: skip


def _of_cases(house: House) -> list[Action]:
    async def enter(
        ask: Ask, action: str, command: budgets.AllowDespiteProvisional | budgets.RecordRepayment
    ) -> Decision:
        await opened(house, command.case)
        entered = budget_acts.enter(*title_and_year(ask.path), action, command)
        return handlings.within_duty(entered, command.case, action, await municipalities_of(house, command.case))

    async def allow(body: OverrideBody, ask: Ask) -> Decision:
        return await enter(ask, budget_acts.ALLOW, budgets.AllowDespiteProvisional(case=body.case, reason=body.reason))

    async def repay(body: RepaymentBody, ask: Ask) -> Decision:
        return await enter(ask, budget_acts.REPAY, budgets.RecordRepayment(**body.model_dump()))

    return [
        Action(
            name=budget_acts.ALLOW, title="Ausnahme von der vorläufigen Haushaltsführung",
            path=f"{_ONE}/overrides", roles=BUDGET, body=OverrideBody, decide=allow, creates=True, answer=_told,
        ),
        Action(
            name=budget_acts.REPAY, title="Rückzahlung buchen", path=f"{_ONE}/repayments", roles=BUDGET,
            body=RepaymentBody, decide=repay, creates=True, answer=_told,
        ),
    ]  # fmt: skip
