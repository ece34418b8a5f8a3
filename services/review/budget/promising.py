"""Money is set aside for a case, promised to it, and freed again."""

from collections.abc import Sequence

from services.review.budget.checks import (
    check_amounts,
    check_not_closed,
    check_reason,
    is_repeated,
    shortfall,
    year_over,
)
from services.review.budget.commands import (
    CommitFunds,
    ExpireReservation,
    ReduceCommitment,
    ReleaseReservation,
    ReserveFunds,
    ShiftCommitment,
)
from services.review.budget.errors import (
    AlreadyCommitted,
    AmountsNotValid,
    CommitmentCarriedOver,
    NothingCommitted,
    OtherAmountsReserved,
    ReductionBeyondCommitment,
)
from services.review.budget.events import (
    CommitmentReduced,
    CommitmentShifted,
    CommitmentShiftRefused,
    Event,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsReservationRefused,
    FundsReserved,
    ReservationReleased,
    Shortfall,
)
from services.review.budget.states import Open, Position, cents_of, summed
from shared.contracts import YearAmount
from shared.decider import Context


def reserve(command: ReserveFunds, budget: Open, context: Context) -> Sequence[Event]:
    check_amounts(command.by_year)
    if not command.by_year:
        raise AmountsNotValid
    position = budget.position(command.case)
    if _is_reserved(command, budget, position):
        return []
    if position.committed_entry and not command.increase:
        raise AlreadyCommitted
    if position.reserved_entry:
        raise OtherAmountsReserved
    if reason := shortfall(command.case, command.by_year, budget, context):
        # Asked again it is refused, and recorded, again: an empty decision would read like a success.
        free = budget.free(command.by_year)
        return [FundsReservationRefused(case=command.case, by_year=command.by_year, free=free, reason=reason)]
    return [
        FundsReserved(
            entry=budget.entries + 1,
            case=command.case,
            by_year=command.by_year,
            expires_on=command.expires_on,
            basis=command.basis,
            increase=command.increase,
        )
    ]


def _is_reserved(command: ReserveFunds, budget: Open, position: Position) -> bool:
    """Whether this was set aside before, or promised since."""
    if position.increase == command.increase and position.reserved == command.by_year:
        return True
    if command.increase:
        return f"change:{command.case}:{command.increase}" in budget.references
    return position.committed == command.by_year


def release(command: ReleaseReservation, budget: Open) -> Sequence[Event]:
    return _released(command.case, command.reason, budget)


def expire(command: ExpireReservation, budget: Open, context: Context) -> Sequence[Event]:
    if context.valid_on <= budget.position(command.case).expires_on:
        return []
    return _released(command.case, "expired", budget)


def _released(case: str, reason: str, budget: Open) -> Sequence[Event]:
    position = budget.position(case)
    if not position.reserved_entry:
        return []
    return [
        ReservationReleased(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=case,
            by_year=position.reserved,
            reason=reason,
            increase=position.increase,
        )
    ]


def commit(command: CommitFunds, budget: Open, context: Context) -> Sequence[Event]:
    position = budget.position(command.case)
    if position.committed_entry:
        if command.by_year != position.committed:
            raise AlreadyCommitted
        return []
    if reason := _not_promised(command.case, command.by_year, "", budget, context):
        return [FundsCommitmentRefused(case=command.case, by_year=command.by_year, reason=reason)]
    return [
        FundsCommitted(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=command.case,
            by_year=command.by_year,
            basis=command.basis,
        )
    ]


def _not_promised(
    case: str,
    by_year: Sequence[YearAmount],
    increase: str,
    budget: Open,
    context: Context,
    less: Sequence[YearAmount] = (),
) -> Shortfall | None:
    """Why what was set aside cannot become an obligation; none when it can."""
    position = budget.position(case)
    if year_over(budget, context):
        return Shortfall.YEAR_OVER
    if budget.provisional and case not in budget.overrides:
        return Shortfall.PROVISIONAL
    if not position.reserved_entry or (position.increase, position.reserved) != (increase, by_year):
        return Shortfall.NOT_RESERVED
    if context.valid_on > position.expires_on:
        return Shortfall.RESERVATION_EXPIRED
    # A reservation is no obligation yet: a freeze that came after it reaches it (HGrG § 25), never a commitment.
    for it in summed(by_year, less, -1):
        account = budget.account(it.year)
        if it.cents > account.available_cents - account.committed_cents - account.paid_cents:
            return Shortfall.FUNDS_FROZEN
    return None


def reduce_commitment(command: ReduceCommitment, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"change:{command.case}:{command.reference}")
    if is_repeated(known, by_year=command.by_year):
        return []
    _check_change(command, budget)
    if not command.by_year:
        raise AmountsNotValid
    _check_reducible(command.case, command.by_year, budget)
    return [
        CommitmentReduced(
            entry=budget.entries + 1,
            counters=budget.position(command.case).committed_entry,
            case=command.case,
            by_year=command.by_year,
            reason=command.reason,
            reference=command.reference,
        )
    ]


def shift(command: ShiftCommitment, budget: Open, context: Context) -> Sequence[Event]:
    known = budget.references.get(f"change:{command.case}:{command.reference}")
    if is_repeated(known, less=command.less, more=command.more):
        return []
    _check_change(command, budget)
    check_amounts(command.more)
    if not command.more:
        raise AmountsNotValid(field="more")
    check_amounts(command.less)
    _check_reducible(command.case, command.less, budget)
    if reason := _not_promised(command.case, command.more, command.reference, budget, context, command.less):
        free = budget.free(command.more)
        return [
            CommitmentShiftRefused(case=command.case, less=command.less, more=command.more, free=free, reason=reason)
        ]
    return [
        CommitmentShifted(
            entry=budget.entries + 1,
            counters=budget.position(command.case).committed_entry,
            case=command.case,
            less=command.less,
            more=command.more,
            reason=command.reason,
            reference=command.reference,
            basis=command.basis,
            reserved=command.more,
        )
    ]


def _check_change(command: ReduceCommitment | ShiftCommitment, budget: Open) -> None:
    check_not_closed(budget)
    check_reason(command.reason)
    check_reason(command.reference, "reference")


def _check_reducible(case: str, by_year: Sequence[YearAmount], budget: Open) -> None:
    """Only what is committed and not paid can be freed, and only where it is committed now."""
    check_amounts(by_year)
    position = budget.position(case)
    if by_year and not position.committed_entry:
        raise NothingCommitted
    for it in by_year:
        if budget.carried_into and it.year != budget.year:
            raise CommitmentCarriedOver(f"Haushalt {budget.carried_into}")
        left = position.unpaid_cents(it.year) if it.year == budget.year else cents_of(position.committed, it.year)
        if it.cents > left:
            raise ReductionBeyondCommitment
