"""Bedarf: money is paid for what is due soon, after it was shown what earlier instalments were spent on, one instalment at a time.

The rules hold for plans that know within how many months drawn money must be needed; an award that was handed over before
payout was told of it names none (0).
"""

from collections.abc import Sequence
from datetime import date

from services.payout.disbursement.errors import AnotherDrawdownOpen
from services.payout.disbursement.events import PlanOpened, UnspentNoted
from services.payout.disbursement.limits import share_cents
from services.payout.disbursement.states import (
    Accepted,
    Certified,
    Disbursement,
    Drawdown,
    Ordered,
    Paid,
    Registered,
    Waiting,
)
from shared.calendar import add_months
from shared.contracts.payout import LateMoney
from shared.decider import value


def refused_for(plan: PlanOpened, drawdowns: Sequence[Drawdown], asked: Drawdown, on: date) -> str:
    """Why nothing can be paid on a Mittelabruf that is examined on this day; empty when its need is declared and near enough."""
    if not plan.drawdown_months:
        return ""
    if asked.needed_on is None:
        return "need-not-declared"
    if asked.needed_on > add_months(on, plan.drawdown_months):
        return "need-too-late"
    if not asked.spent and any(isinstance(it.stage, Paid) for it in drawdowns):
        return "use-not-summarised"
    return ""


def open_before(state: Disbursement, asked: Drawdown, on: date) -> Drawdown | None:
    """The Mittelabruf that has to be finished first: the one that was begun, else the one that was called for first.

    One whose budget year is over can be ordered no more and keeps no other waiting.
    """
    if isinstance(state, Waiting) or not state.plan.drawdown_months:
        return None
    for it in state.drawdowns:
        if it.id != asked.id and (isinstance(it.stage, Ordered) or it.year >= on.year) and _goes_first(it, asked):
            return it
    return None


def refuse_second(state: Disbursement, asked: Drawdown, on: date) -> None:
    """Only one Mittelabruf at a time, in whatever order they came."""
    if it := open_before(state, asked, on):
        raise AnotherDrawdownOpen(f"Offen ist der {it.tranche}. Abruf.", field="drawdown")


def _goes_first(it: Drawdown, asked: Drawdown) -> bool:
    earlier = (it.requested_on, it.id) < (asked.requested_on, asked.id)
    match it.stage:
        case Accepted() | Certified() | Ordered():
            return earlier or isinstance(asked.stage, Registered)
        case Registered():
            return earlier and isinstance(asked.stage, Registered)
        case _:
            return False


@value
class Unspent:
    """What of the money paid so far was not spent, and what of that is past the time within which it was to be needed."""

    cents: int = 0
    late_cents: int = 0
    since: date | None = None
    parts: tuple[LateMoney, ...] = ()


def unspent(plan: PlanOpened, drawdowns: Sequence[Drawdown], spent_cents: int, on: date) -> Unspent:
    """What the grant's share of the money spent leaves of the payments; what came first was spent first."""
    left = share_cents(plan, spent_cents)
    cents, parts = 0, list[LateMoney]()
    paid = [(it.paid_on, it.accepted_cents, it.id) for it in drawdowns if isinstance(it.stage, Paid) and it.paid_on]
    for paid_on, paid_cents, drawdown in sorted(paid):
        used = min(left, paid_cents)
        left -= used
        cents += paid_cents - used
        ends_on = add_months(paid_on, plan.drawdown_months)
        if used < paid_cents and ends_on < on:
            parts.append(LateMoney(drawdown=drawdown, cents=paid_cents - used, due_on=ends_on))
    late = sum(it.cents for it in parts)
    return Unspent(cents=cents, late_cents=late, since=parts[0].due_on if parts else None, parts=tuple(parts))


def noted(plan: PlanOpened, drawdowns: Sequence[Drawdown], asked: Drawdown, on: date) -> Sequence[UnspentNoted]:
    """That money lies unspent beyond its time, when the summary of a Mittelabruf shows it."""
    if not plan.drawdown_months or not asked.spent:
        return []
    found = unspent(plan, drawdowns, asked.spent_cents, on)
    if found.since is None:
        return []
    return [
        UnspentNoted(
            drawdown=asked.id,
            unspent_cents=found.cents,
            late_cents=found.late_cents,
            due_on=found.since,
            noted_on=on,
            parts=found.parts,
        )
    ]
