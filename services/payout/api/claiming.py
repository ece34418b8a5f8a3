"""Forderungen: what people do with them, as JSON or form to decision, and how they are told."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from services.payout import claim as claims
from services.payout.api.lookup import known_case
from shared.decider import Decision
from shared.identity import Role
from shared.interest import InterestLine
from shared.published_rates import base_rates
from shared.service import House
from shared.web import Action, Ask, Body, Cents, Line, NoBody

TREASURY, OFFICER, BUDGET = (
    frozenset({Role.TREASURY}),
    frozenset({Role.CASE_OFFICER}),
    frozenset({Role.BUDGET_OFFICER}),
)
ROAD = "/payout/cases/{case}/claims/{claim}"


class RepaymentBody(Body):
    cents: Cents = Field(title="Betrag")
    received_on: date = Field(title="Wertstellung")
    paid_by: claims.PaidBy = Field(default=claims.PaidBy.TRANSFER, title="Art")
    voucher: Line = Field(title="Beleg", description="Buchung der Kasse, oder gegen welche Forderung aufgerechnet wird")


class ReasonBody(Body):
    reason: Line = Field(title="Grund")


class DeferralBody(Body):
    until_on: date = Field(title="Gestundet bis")
    reason: Line = Field(title="Grund")


class RemissionBody(Body):
    cents: Cents = Field(title="Erlassener Betrag")
    reason: Line = Field(title="Grund")


class RepaymentOfClaim(BaseModel):
    """`received_on` is the day that counts, that of the value if the file has one; `account_on` the day of the booking."""

    cents: int
    interest_cents: int
    received_on: date
    account_on: date
    paid_by: str


class ClaimOfCase(BaseModel):
    """A claim as committed; `lines` is the statement of its interest, once that is fixed."""

    claim: str
    kind: str
    reference: str
    status: str
    due_on: date
    demanded_cents: int
    open_cents: int
    interest_cents: int
    interest_due_cents: int
    received_cents: int
    remitted_cents: int
    reminders: int
    lines: list[dict[str, Any]]
    repayments: list[RepaymentOfClaim] = Field(default=[], description="what came in or was set off, oldest first")
    actions: list[str]
    needed: str = Field(default="", description="the order that the treasury needs now: collect, change or deduct")
    needed_cents: int = 0


def claiming(house: House) -> list[Action]:
    """Everything a person may do with a claim."""

    async def of(ask: Ask, command: claims.OfClaim) -> Decision:
        await known_case(house, ask.path["case"])
        return claims.of_case(ask.path["case"], command)

    async def book(body: RepaymentBody, ask: Ask) -> Decision:
        named = claims.BookRepayment(claim=ask.path["claim"], repayment=ask.new_id("repayment"), **body.model_dump())
        return await of(ask, named)

    async def assess(_body: NoBody, ask: Ask) -> Decision:
        rates = await asyncio.to_thread(base_rates, house.settings.base_rates)
        return await of(ask, claims.AssessInterest(claim=ask.path["claim"], rates=rates))

    async def waive(body: ReasonBody, ask: Ask) -> Decision:
        return await of(ask, claims.WaiveInterest(claim=ask.path["claim"], reason=body.reason))

    async def defer(body: DeferralBody, ask: Ask) -> Decision:
        return await of(ask, claims.DeferClaim(claim=ask.path["claim"], until_on=body.until_on, reason=body.reason))

    async def suspend(body: ReasonBody, ask: Ask) -> Decision:
        return await of(ask, claims.SuspendClaim(claim=ask.path["claim"], reason=body.reason))

    async def resume(body: ReasonBody, ask: Ask) -> Decision:
        return await of(ask, claims.ResumeClaim(claim=ask.path["claim"], reason=body.reason))

    async def remit(body: RemissionBody, ask: Ask) -> Decision:
        named = claims.RemitClaim(
            claim=ask.path["claim"], remission=ask.new_id("remission"), cents=body.cents, reason=body.reason
        )
        return await of(ask, named)

    def action(name: str, title: str, path: str, roles: frozenset[Role], body: type[Body], decide: Any) -> Action:
        return Action(
            name=name, title=title, path=f"{ROAD}/{path}", roles=roles, body=body, decide=decide, answer=told,
        )  # fmt: skip

    return [
        action(claims.BOOK, "Zahlungseingang buchen", "repayments", TREASURY, RepaymentBody, book),
        action(claims.ASSESS, "Zinsen festsetzen", "interest", OFFICER, NoBody, assess),
        action(claims.WAIVE, "Von Zinsen absehen", "interest/waiver", BUDGET, ReasonBody, waive),
        action(claims.DEFER, "Forderung stunden", "deferral", BUDGET, DeferralBody, defer),
        action(claims.SUSPEND, "Forderung niederschlagen", "suspension", BUDGET, ReasonBody, suspend),
        action(claims.RESUME, "Beitreibung wieder aufnehmen", "resumption", BUDGET, ReasonBody, resume),
        action(claims.REMIT, "Forderung erlassen", "remission", BUDGET, RemissionBody, remit),
    ]


def told(state: claims.Claims, _ask: Ask) -> Mapping[str, Any]:
    """The case's claims, as every act on one of them answers."""
    return {"claims": [it.model_dump(mode="json") for it in told_claims(state)]}


def told_claims(state: claims.Claims) -> list[ClaimOfCase]:
    """The case's claims, oldest first."""
    return [_told_claim(it) for it in state.claims]


def _told_claim(it: claims.Claim) -> ClaimOfCase:
    return ClaimOfCase(
        claim=it.id, kind=it.opened.kind, reference=it.opened.reference, status=it.status, due_on=it.due_on,
        demanded_cents=it.opened.cents, open_cents=it.open_cents,
        interest_cents=it.assessed.cents if it.assessed else it.opened.interest_cents,
        interest_due_cents=it.interest_due_cents,
        received_cents=sum(one.cents + one.interest_cents for one in it.booked), remitted_cents=it.remitted_cents,
        reminders=it.reminders, lines=[_line(one) for one in it.assessed.lines] if it.assessed else [],
        actions=list(acts_on(it)), repayments=[_repayment(one) for one in it.booked],
    )  # fmt: skip


def _repayment(it: claims.RepaymentBooked) -> RepaymentOfClaim:
    return RepaymentOfClaim(
        cents=it.cents, interest_cents=it.interest_cents, received_on=it.received_on, paid_by=it.paid_by,
        account_on=it.account_on or it.received_on,
    )  # fmt: skip


def _line(it: InterestLine) -> dict[str, Any]:
    return {
        "cents": it.cents, "from_on": it.from_on.isoformat(), "until_on": it.until_on.isoformat(), "days": it.days,
        "rate_bp": it.rate_bp,
    }  # fmt: skip


def acts_on(it: claims.Claim) -> Sequence[str]:
    """What can be done with a claim now, whoever may do it."""
    if it.settled:
        return ()
    if not it.owed_cents:
        return (claims.ASSESS, claims.WAIVE)
    interest = () if not it.bears_interest else (claims.WAIVE,)
    pursuit = (claims.RESUME,) if it.suspended else (claims.DEFER, claims.SUSPEND)
    return (claims.BOOK, *interest, *pursuit, claims.REMIT)
