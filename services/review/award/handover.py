"""Übergabe der Mittel: what review asks of payout, and what it does with what comes back.

Payout owns the money of a final award. Review frees a cent only when payout has returned it, and once.
"""

from collections.abc import Sequence
from typing import assert_never

from services.review.award.acts import acts_of
from services.review.award.commands import FreezePayout, LiftPayoutFreeze, TakeBackFunds
from services.review.award.errors import (
    AwardIsGone,
    GrantIsRefused,
    NotApproved,
    NotAssigned,
    UnknownReduction,
)
from services.review.award.events import Event, FundsSupplemented, FundsTakenBack, ReductionRequested
from services.review.award.hearing import require_text
from services.review.award.states import (
    Approved,
    Award,
    Final,
    Gone,
    Granted,
    HalfSigned,
    Notified,
    Refused,
    Unsigned,
    is_assigned,
)
from shared import duties
from shared.contracts import YearAmount, minus
from shared.decider import Context
from shared.identity import Role


def ask(
    award: Granted,
    context: Context,
    *,
    by_year: tuple[YearAmount, ...],
    reason: str,
    action: str,
    then: tuple[YearAmount, ...] = (),
    eligible_cents: int = 0,
    freeze: bool | None = None,
) -> ReductionRequested:
    """The next request to payout; orders stay stopped, or possible, unless it says otherwise."""
    role = Role.APPROVER if action in ("decide-annulment", "approve-amendment") else Role.CASE_OFFICER
    return ReductionRequested(
        reduction=len(award.course.reductions) + 1,
        by_year=by_year,
        then=then,
        eligible_cents=eligible_cents,
        freeze=award.course.frozen if freeze is None else freeze,
        reason=reason,
        requested_on=context.valid_on,
        acted=duties.with_act(acts_of(award), context.actor, role, action),
    )


def supplement(
    award: Granted, context: Context, *, by_year: tuple[YearAmount, ...], eligible_cents: int, action: str
) -> FundsSupplemented:
    """More money for payout, which the budget has committed before."""
    return FundsSupplemented(
        supplement=award.course.supplements + 1,
        by_year=by_year,
        eligible_cents=eligible_cents,
        supplemented_on=context.valid_on,
        acted=duties.with_act(acts_of(award), context.actor, Role.APPROVER, action),
    )


def freeze(command: FreezePayout | LiftPayoutFreeze, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Approved() | Notified() | Final():
            if not is_assigned(award):
                raise NotAssigned
        case Gone():
            raise AwardIsGone
        case Refused():
            raise GrantIsRefused
        case Unsigned() | HalfSigned():
            raise NotApproved
        case _ as missing:
            assert_never(missing)
    wanted = isinstance(command, FreezePayout)
    if award.course.frozen == wanted:
        return []
    require_text(reason=command.reason)
    action = "freeze-payout" if wanted else "lift-payout-freeze"
    duties.refuse(action, acts_of(award), context)
    return [ask(award, context, by_year=(), reason=command.reason, action=action, freeze=wanted)]


def take_back(command: TakeBackFunds, award: Award, context: Context) -> Sequence[Event]:
    if not isinstance(award, Approved | Notified | Final | Gone):
        raise UnknownReduction
    found = next((it for it in award.course.reductions if it.number == command.reduction), None)
    if found is None or not found.asked or command.part > found.answered + 1:
        raise UnknownReduction
    if command.part <= found.answered:
        return []
    short = _short(found.then, command.kept) if command.part == 1 else ()
    taken = FundsTakenBack(
        reduction=command.reduction,
        part=command.part,
        by_year=command.by_year,
        kept=command.kept,
        short=short,
        taken_on=context.valid_on,
    )
    follows = minus(found.then, short) if command.part == 1 else ()
    if not follows:
        return [taken]
    return [taken, supplement(award, context, by_year=follows, eligible_cents=0, action="approve-amendment")]


def _short(then: Sequence[YearAmount], kept: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    """What of the following amounts falls away, from the last year on, because as much is ordered where it was to leave."""
    left, found = sum(it.cents for it in kept), list[YearAmount]()
    for it in reversed(then):
        cents = min(it.cents, left)
        left -= cents
        if cents:
            found.append(YearAmount(year=it.year, cents=cents))
    return tuple(reversed(found))
