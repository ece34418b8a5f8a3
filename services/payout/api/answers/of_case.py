"""A case as committed, with what this person may do next."""

from collections.abc import Sequence

from services.payout import account as accounts
from services.payout import claim as claims
from services.payout import collection
from services.payout import disbursement as disbursements
from services.payout import payee as payees
from services.payout.api.acts import actions
from services.payout.api.answers.of_payment import told_payment
from services.payout.api.answers.shapes import Case, ConditionOfCase, DrawdownOfCase, NextAction, YearPlan
from services.payout.api.claiming import ClaimOfCase, told_claims
from services.payout.api.collecting import collects, told_collections
from services.payout.api.hold_answers import standing_holds
from services.payout.api.lookup import (
    act_on,
    known_acts,
    known_case,
    payment_of,
    stage_of,
)
from shared import duties
from shared.access import Person
from shared.calendar import local_date
from shared.records import replace
from shared.service import House
from shared.web import etag


async def told_case(house: House, case: str, person: Person) -> Case:
    """A case as committed, for this person; 404 problem when there is none."""
    found = await known_case(house, case)
    state: disbursements.Disbursement = found.state
    names = [name for it in state.drawdowns for name in (*it.refused, payment_of(it)) if name]
    paid = [it for name in names if (it := await told_payment(house, name))]
    owed = await house.writer.state(claims.decider, case)
    collected: collection.Collections = (await house.writer.state(collection.decider, case)).state
    payee = (await house.writer.state(payees.decider, case)).state
    standing = await standing_holds(house, case, state, payee)
    held = standing[0].sentence if standing else ""
    account: accounts.Account = (await house.writer.state(accounts.decider, case)).state
    of_person = replace(state, acted=await known_acts(house, case, person.id))
    told = Case(
        case=case, stream=disbursements.decider.stream(case), etag=etag(found.version), open=False, payments=paid,
        holds=standing, account_change=account.proposed.change if account.proposed else "", account_usable_on=account.usable_on,
        drawdowns=[_told_drawdown(house, case, it, of_person, person, held, account) for it in state.drawdowns],
        claims=_told_claims(house, owed.state, collected), claims_etag=etag(owed.version),
        collections=told_collections(collected),
    )  # fmt: skip
    if isinstance(state, disbursements.Waiting):
        return told
    plan = state.plan
    of_plan = {
        "open": True, "file_number": plan.file_number, "award": plan.award, "title": plan.title, "rate_bp": plan.rate_bp,
        "applicant_key": payee.key or plan.applicant_key, "applicant_name": payee.name or plan.applicant_name, "eligible_cents": plan.eligible_cents,
        "years": [_told_year(part.year, part.cents, state.drawdowns) for part in plan.by_year],
        "frozen": state.changes.frozen, "returned_cents": state.changes.returned_cents, "kept_cents": state.changes.kept_cents,
        "side_conditions": [
            ConditionOfCase(number=it.number, text=it.text, bars=it.bars, outcome=disbursements.outcome_of(it.number, state.noted))
            for it in state.opened.side_conditions
        ],
    }  # fmt: skip
    return told.model_copy(update=of_plan)


def _told_claims(house: House, owed: claims.Claims, collected: collection.Collections) -> list[ClaimOfCase]:
    """The case's claims, each with the order that it needs where this treasury takes orders about claims."""
    found = [(it, claims.needed_by(it, collected) if collects(house) else None) for it in owed.claims]
    told = zip(told_claims(owed), found, strict=True)
    return [
        one.model_copy(
            update={"actions": [*one.actions, collection.ORDER], "needed": now.kind, "needed_cents": now.cents}
        )
        if now
        else one
        for one, (_, now) in told
    ]


def _told_year(year: int, granted: int, ones: Sequence[disbursements.Drawdown]) -> YearPlan:
    accepted = sum(it.accepted_cents for it in ones if it.year == year)
    settled = sum(it.accepted_cents for it in ones if it.year == year and isinstance(it.stage, disbursements.Paid))
    return YearPlan(
        year=year, granted_cents=granted, accepted_cents=accepted, settled_cents=settled, remaining_cents=granted - accepted
    )  # fmt: skip


def _told_drawdown(
    house: House,
    case: str,
    it: disbursements.Drawdown,
    state: disbursements.Disbursement,
    person: Person,
    held: str,
    account: accounts.Account,
) -> DrawdownOfCase:
    payable, reason = None, it.reason
    if isinstance(it.stage, disbursements.Registered) and isinstance(state, disbursements.Open):
        payable, reason = disbursements.examined(state, it, local_date(house.now()))
    return DrawdownOfCase(
        drawdown=it.id, tranche=it.tranche, year=it.year, eligible_due_cents=it.eligible_due_cents,
        requested_cents=it.requested_cents, requested_on=it.requested_on, payable_cents=payable,
        needed_on=it.needed_on, purpose=it.purpose, spent_cents=it.spent_cents,
        accepted_cents=it.accepted_cents, reason=reason, reason_text=disbursements.REASONS.get(reason, ""),
        stage=stage_of(it), payment=payment_of(it),
        certified_by=it.stage.certified_by if isinstance(it.stage, disbursements.Certified | disbursements.Ordered) else "",
        refused=list(it.refused), next=_next_action(house, case, it, state, person, held, account) if isinstance(state, disbursements.Open) else None,
    )  # fmt: skip


def _next_action(
    house: House,
    case: str,
    it: disbursements.Drawdown,
    state: disbursements.Open,
    person: Person,
    held: str,
    account: accounts.Account,
) -> NextAction | None:
    name = act_on(it)
    if not name:
        return None
    action = next(one for one in actions(house) if one.name == name)
    hindrance = duties.hindrance(name, (*state.acted, *account.acted), person.id)
    if not hindrance and (another := disbursements.open_before(state, it, local_date(house.now()))):
        hindrance = f"{disbursements.AnotherDrawdownOpen.title} Offen ist der {another.tranche}. Abruf."
    if state.changes.frozen and name != "examine-drawdown":
        hindrance = disbursements.PlanIsFrozen.title
    elif name != "examine-drawdown" and (waiting_for := disbursements.open_condition(state)):
        hindrance = f"{disbursements.SideConditionOpen.title} {disbursements.in_words(waiting_for)}"
    elif name != "examine-drawdown" and held:
        hindrance = held
    elif name == "order-payment" and not hindrance:
        today = local_date(house.now())
        why = disbursements.renewal_hindrance(it.debits, it.renewal, today) or accounts.hindrance(account, today)
        hindrance = f"{why.title} {why.detail}".strip() if why else ""
    return NextAction(
        name=name, title=action.title, path=action.path.format(case=case, drawdown=it.id), roles=sorted(action.roles),
        allowed=bool(person.roles & action.roles) and not hindrance, hindrance=hindrance,
    )  # fmt: skip
