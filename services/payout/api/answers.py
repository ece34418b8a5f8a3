"""What payout tells: a case, a payment, a batch as committed, items of the lists; the shapes are the OpenAPI's."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from services.payout import account as accounts
from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import collection, views
from services.payout import disbursement as disbursements
from services.payout import payee as payees
from services.payout import payment as payments
from services.payout.api.acts import actions
from services.payout.api.claiming import ClaimOfCase, told_claims
from services.payout.api.collecting import CollectionOfCase, collects, told_collections
from services.payout.api.hold_answers import HoldOfCase, standing_holds
from services.payout.api.lookup import (
    act_on,
    known_acts,
    known_batch,
    known_case,
    payment_of,
    stage_of,
    status_of_batch,
)
from services.payout.collection_list import NEEDED
from services.payout.treasury.directory import waiting
from services.payout.treasury.filing import settings_of
from shared import duties
from shared.access import Person
from shared.calendar import local_date
from shared.identity import is_id
from shared.records import replace
from shared.service import House
from shared.store import Folded
from shared.web import etag


class NextAction(BaseModel):
    """An act that the state asks for; `allowed` says whether the asking person may, `hindrance` what they did that bars them."""

    name: str
    title: str
    path: str
    roles: list[str]
    allowed: bool
    hindrance: str


class YearPlan(BaseModel):
    year: int
    granted_cents: int
    accepted_cents: int
    settled_cents: int
    remaining_cents: int


class DrawdownOfCase(BaseModel):
    drawdown: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    needed_on: date | None = Field(
        default=None, description="until when the money is needed; null if it was not declared"
    )
    purpose: str = ""
    spent_cents: int = Field(default=0, description="what was spent so far by the summary of use, from all funds")
    payable_cents: int | None = Field(description="what an examination now would accept; null once it took place")
    accepted_cents: int
    reason: str
    reason_text: str
    stage: str
    certified_by: str
    payment: str
    refused: list[str]
    next: NextAction | None


class PaymentOfCase(BaseModel):
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    certified_by: str
    ordered_by: str
    ordered_on: date
    status: str
    batch: str
    settled_on: date | None
    booking: str
    reason: str
    decide_by_on: date | None = Field(
        default=None, description="until when somebody decides on the payee whom the bank questions"
    )
    stream: str
    etag: str
    recall: str = Field(
        default="", description="where the last request to cancel stands: requested, pending, granted or refused"
    )


class ConditionOfCase(BaseModel):
    """A side condition that payments wait for; `outcome` is `open` or what review found of it last."""

    number: int
    text: str
    bars: str
    outcome: str


class Case(BaseModel):
    case: str
    stream: str
    etag: str
    open: bool = Field(description="whether review has assigned the funds; before, drawdowns wait")
    file_number: str = ""
    award: str = ""
    title: str = ""
    applicant_key: str = ""
    applicant_name: str = ""
    rate_bp: int = 0
    eligible_cents: int = 0
    years: list[YearPlan] = []
    frozen: bool = Field(default=False, description="whether review stopped all orders for now")
    returned_cents: int = Field(default=0, description="what review asked back and has got")
    kept_cents: int = Field(default=0, description="what review asked back and is ordered already")
    side_conditions: list[ConditionOfCase] = []
    holds: list[HoldOfCase] = []
    account_change: str = Field(
        default="", description="the change of the account that waits for a second person; empty when none does"
    )
    account_usable_on: date | None = Field(
        default=None, description="the first day on which is ordered to the changed account"
    )
    drawdowns: list[DrawdownOfCase]
    payments: list[PaymentOfCase]
    claims: list[ClaimOfCase] = []
    claims_etag: str = Field(default="", description="what an act on a claim must send as `If-Match`")
    collections: list[CollectionOfCase] = Field(default=[], description="the orders about the claims, oldest first")


class CaseItem(BaseModel):
    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    open: bool
    next: str
    granted_cents: int
    accepted_cents: int
    settled_cents: int


class PaymentItem(BaseModel):
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    applicant_name: str
    status: str
    batch: str
    ordered_on: date
    settled_on: date | None
    reason: str
    decide_by_on: date | None = None
    recall: str = Field(
        default="", description="where the last request to cancel stands: requested, pending, granted or refused"
    )


class BatchItem(BaseModel):
    batch: str
    status: str
    count: int
    sum_cents: int
    file_name: str
    file_sha256: str
    created_at: datetime
    execution_on: date
    attempt: int
    settled: list[str]
    rejected: list[str]
    silent: list[str] = Field(
        default=[],
        description="what the treasury should have said by now (answer, booking): until then the outcome is unknown",
    )


class BatchEntry(BaseModel):
    payment: str
    case: str
    reference: str
    cents: int
    title: str
    year: int
    file_number: str


class BatchCollection(BaseModel):
    order: str
    case: str
    claim: str
    kind: str
    reference: str
    cents: int
    due_on: date
    title: str
    year: int
    file_number: str


class Batch(BatchItem):
    stream: str
    etag: str
    debtor: str
    sealed_by: str
    released_by: str
    took_part: list[str]
    entries: list[BatchEntry]
    collections: list[BatchCollection] = Field(default=[], description="the orders about claims in the same file")
    by_hand: bool = Field(default=False, description="whether a person types it into the state's system")
    cash_reference: str = Field(default="", description="the Kassenzeichen under which that was done")
    format: str = Field(default="iso20022", description="how its file is written")


class ReportItem(BaseModel):
    report: str
    outcome: str
    kind: str
    message_id: str
    sha256: str
    at: datetime
    batches: list[str]
    matched: int
    unmatched: int
    reason_code: str
    reason: str


class Listing[T](BaseModel):
    """A page of a list; `next` is the cursor of the following one, empty at the end."""

    items: list[T]
    next: str


class Open(BaseModel):
    """What is not finished: cases by what is next, payments and batches by status, files and items that wait."""

    cases: dict[str, int]
    payments: dict[str, int]
    batches: dict[str, int]
    awaiting_treasury: int = Field(description="batches that the treasury holds and has not answered in full")
    files_waiting: int
    clearing: int
    claims_to_order: int = Field(default=0, description="claims of which the treasury does not know how they stand")
    files_overdue: int = Field(description="files that the treasury should have sent by now")
    paid_twice: int = Field(default=0, description="open items of money that may have left twice: an alarm")
    position: int


# ---- From states to answers ------------------------------------------------------------------------------------------


def told_open(house: House) -> Open:
    """Counts from the lists; blocks."""
    seen = house.views
    position = house.view_follower.position
    by_status = {it: seen.count("batches", it) for it in views.BATCH_STATUSES}
    try:
        files = waiting(settings_of(house).treasury)
    except OSError:
        files = 0
    return Open(
        cases={it: seen.count("cases", it) for it in views.STEPS},
        payments={it: seen.count("payments", it) for it in views.PAYMENT_STATUSES},
        batches=by_status,
        awaiting_treasury=sum(by_status[it] for it in ("released", "submitting", "unknown", "transmitted")),
        files_waiting=files,
        clearing=seen.count("clearing"),
        claims_to_order=seen.count("claim_orders", NEEDED) if collects(house) else 0,
        files_overdue=seen.count("expectations", "overdue"),
        paid_twice=views.paid_twice(seen),
        position=position,
    )


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


async def told_payment(house: House, name: str) -> PaymentOfCase | None:
    """A payment as committed, None when it was never ordered."""
    found = await house.writer.state(payments.decider, name) if is_id(name) else Folded(state=payments.Unordered())
    state: payments.Payment = found.state
    if isinstance(state, payments.Unordered):
        return None
    order = state.order
    settled = state if isinstance(state, payments.Settled) else None
    return PaymentOfCase(
        payment=name, case=order.case, drawdown=order.drawdown, attempt=order.attempt, reference=order.reference,
        cents=order.cents, title=order.title, year=order.year, file_number=order.file_number,
        certified_by=order.certified_by, ordered_by=order.ordered_by, ordered_on=order.ordered_on,
        status=views.status_of(state), decide_by_on=payments.held_until(state), batch="" if isinstance(state, payments.Ordered) else state.batch,
        settled_on=settled.settled_on if settled else None, booking=settled.booking if settled else "",
        reason=state.reason if isinstance(state, payments.Rejected) else "",
        stream=payments.decider.stream(name), etag=etag(found.version),
        recall=payments.recall_status(state),
    )  # fmt: skip


async def told_batch(house: House, name: str) -> Batch:
    """A batch as committed, with what the lists know of its answers; 404 problem when there is none."""
    found = await known_batch(house, name)
    sealed: batches.BatchSealed = found.state.sealed
    seen = await asyncio.to_thread(house.views.get, "batches", name)
    known: Mapping[str, Any] = seen.body if seen else {}
    return Batch(
        batch=name, stream=batches.decider.stream(name), etag=etag(found.version),
        status="completed" if known.get("status") == "completed" else status_of_batch(found.state),
        count=sealed.count, sum_cents=sealed.sum_cents, file_name=sealed.file_name, file_sha256=sealed.file_sha256,
        created_at=sealed.created_at, execution_on=sealed.execution_on, attempt=known.get("attempt", 0),
        silent=known.get("silent", []), settled=known.get("settled", []), rejected=known.get("rejected", []), debtor=sealed.debtor,
        sealed_by=sealed.sealed_by, released_by=known.get("released_by", ""), took_part=list(sealed.took_part),
        by_hand=sealed.writing.format == batches.BY_HAND, format=sealed.writing.format,
        cash_reference=found.state.cash_reference if isinstance(found.state, batches.Transmitted) else "",
        entries=[
            BatchEntry(
                payment=it.payment, case=it.case, reference=it.reference, cents=it.cents, title=it.title, year=it.year,
                file_number=it.file_number,
            )
            for it in sealed.entries
        ],
        collections=[
            BatchCollection(
                order=it.order, case=it.case, claim=it.claim, kind=it.kind, reference=it.reference, cents=it.cents,
                due_on=it.due_on, title=it.title, year=it.year, file_number=it.file_number,
            )
            for it in sealed.collections
        ],
    )  # fmt: skip
