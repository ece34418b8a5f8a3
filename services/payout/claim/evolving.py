"""How a claim stands after what happened."""

from typing import assert_never

from services.payout.claim.commands import ASSESS, BOOK, DEFER, REMIT, RESUME, SUSPEND, WAIVE
from services.payout.claim.events import (
    ClaimDeferred,
    ClaimOpened,
    ClaimReminded,
    ClaimRemitted,
    ClaimResumed,
    ClaimSettled,
    ClaimSuspended,
    DemandServiceNoted,
    Event,
    InterestAssessed,
    InterestWaived,
    RepaymentBooked,
    RepaymentFoundOnAccount,
)
from services.payout.claim.states import Claim, Claims, later
from shared import duties
from shared.contracts import Acted
from shared.decider import replace
from shared.identity import Role


def after(it: Claim, made: Event) -> Claim:
    """One claim after one of its events."""
    match made:
        case RepaymentBooked():
            return replace(
                it, open_cents=it.open_cents - made.cents, booked=(*it.booked, made),
                interest_due_cents=it.interest_due_cents - made.interest_cents,
                falls=(*it.falls, (made.received_on, made.cents)) if made.cents else it.falls,
            )  # fmt: skip
        case RepaymentFoundOnAccount():
            return replace(it, found=(*it.found, made))
        case ClaimRemitted():
            return replace(
                it, open_cents=it.open_cents - made.cents,
                interest_due_cents=it.interest_due_cents - made.interest_cents,
                remitted_cents=it.remitted_cents + made.cents + made.interest_cents,
                remissions=(*it.remissions, made.remission),
                falls=(*it.falls, (made.remitted_on, made.cents)) if made.cents else it.falls,
            )  # fmt: skip
        case InterestAssessed():
            charged = made.cents if made.charged else 0
            return replace(
                it,
                assessed=made,
                interest_due_cents=it.interest_due_cents + charged,
                due_on=made.due_on,
                payable_on=made.due_on,
            )
        case InterestWaived():
            return replace(it, waived=made)
        case ClaimDeferred():
            return replace(it, due_on=made.until_on, payable_on=made.until_on)
        case ClaimSuspended():
            return replace(it, suspended=True, resumed=False)
        case ClaimResumed():
            return replace(it, suspended=False, resumed=True, due_on=made.due_on, payable_on=made.due_on)
        case ClaimReminded():
            return replace(it, reminders=made.number, due_on=made.due_on)
        case ClaimSettled():
            return replace(it, settled=made)
        case DemandServiceNoted():
            return _served(it, made)
        case ClaimOpened():
            return it
        case _ as missing:
            assert_never(missing)


def _served(it: Claim, made: DemandServiceNoted) -> Claim:
    """What was told last of the notice holds; its day moves that on which the claim is due, which a deferral may have moved further."""
    if later(it.service, made) is not made:
        return it
    if made.due_on is None:
        return replace(it, service=made)
    payable_on = max(it.payable_on, made.due_on)
    return replace(it, service=made, due_on=payable_on, payable_on=payable_on)


def _act_of(acted: tuple[Acted, ...], it: Event) -> tuple[Acted, ...]:
    budget = Role.BUDGET_OFFICER
    match it:
        case ClaimOpened():
            return (*acted, *(one for one in it.acted if one not in acted))
        case RepaymentBooked():
            return duties.with_act(acted, it.booked_by, Role.TREASURY, BOOK)
        case RepaymentFoundOnAccount():
            return duties.with_act(acted, it.found_by, Role.TREASURY, BOOK)
        case InterestAssessed():
            return duties.with_act(acted, it.assessed_by, Role.CASE_OFFICER, ASSESS)
        case InterestWaived():
            return duties.with_act(acted, it.waived_by, budget, WAIVE)
        case ClaimDeferred():
            return duties.with_act(acted, it.deferred_by, budget, DEFER)
        case ClaimSuspended():
            return duties.with_act(acted, it.suspended_by, budget, SUSPEND)
        case ClaimResumed():
            return duties.with_act(acted, it.resumed_by, budget, RESUME)
        case ClaimRemitted():
            return duties.with_act(acted, it.remitted_by, budget, REMIT)
        case ClaimReminded() | ClaimSettled() | DemandServiceNoted():
            return acted
        case _ as missing:
            assert_never(missing)


def evolve(claims: Claims, it: Event) -> Claims:
    acted = _act_of(claims.acted, it)
    if isinstance(it, ClaimOpened):
        opened = Claim(
            opened=it, due_on=it.due_on, payable_on=it.due_on, open_cents=it.cents, interest_due_cents=it.interest_cents
        )
        for told in claims.services:
            opened = after(opened, told) if told.claim == it.claim else opened
        return replace(claims, claims=(*claims.claims, opened), acted=acted)
    if isinstance(it, DemandServiceNoted):
        claims = replace(claims, services=(*claims.services, it))
    return replace(
        claims, claims=tuple(after(one, it) if one.id == it.claim else one for one in claims.claims), acted=acted
    )
