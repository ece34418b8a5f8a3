"""What the plan gives changes: freezes, reallocations, remainders."""

from collections.abc import Sequence
from datetime import date

from services.review.budget.checks import check_amounts, check_cents, check_not_closed, check_reason, is_repeated
from services.review.budget.commands import (
    FreezeFunds,
    GiveFunds,
    HandOverRemainder,
    LiftFreeze,
    TakeFunds,
    TakeOverRemainder,
)
from services.review.budget.errors import (
    AmountsNotValid,
    BudgetNotClosed,
    ConsentMissing,
    FreezeBeyondFunds,
    FundsNotFree,
    NotTransferable,
    RemainderTooOld,
    UnknownFreeze,
)
from services.review.budget.events import (
    CommitmentCarried,
    Event,
    FreezeLifted,
    FundsFrozen,
    FundsGiven,
    FundsTaken,
    RemainderHandedOver,
    RemainderTakenOver,
)
from services.review.budget.states import Open, cents_of, unspent_by_origin

LAST_YEAR_OF_REMAINDER = 2
"""A remainder may be used until the end of the second year after its own (HGrG § 27 II)."""


def freeze(command: FreezeFunds, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"freeze:{command.reference}")
    if command.share_bp and is_repeated(known, year=command.year, share_bp=command.share_bp):
        return []
    if is_repeated(known, year=command.year, cents=command.cents):
        return []
    check_not_closed(budget)
    check_reason(command.reason)
    account = budget.account(command.year)
    if bool(command.cents) == bool(command.share_bp) or not 0 <= command.share_bp <= 10_000:
        raise AmountsNotValid("Zu sperren ist entweder ein Betrag oder ein Anteil.", field="cents")
    # Rounded up: a freeze is never a cent smaller than ordered.
    cents = command.cents or -(-account.appropriated_cents * command.share_bp // 10_000)
    check_cents(cents)
    if cents + account.frozen_cents > account.voted_cents:
        raise FreezeBeyondFunds
    return [
        FundsFrozen(
            entry=budget.entries + 1,
            freeze=command.reference,
            year=command.year,
            cents=cents,
            share_bp=command.share_bp,
            reason=command.reason,
        )
    ]


def lift(command: LiftFreeze, budget: Open) -> Sequence[Event]:
    standing = budget.freezes.get(command.freeze)
    if standing is None:
        raise UnknownFreeze
    if command.left_cents == standing.left_cents:
        return []
    check_not_closed(budget)
    check_reason(command.reason)
    if not 0 <= command.left_cents < standing.left_cents:
        raise AmountsNotValid("Eine Sperre kann nur sinken; mehr zu sperren ist eine neue Sperre.", field="left_cents")
    return [
        FreezeLifted(
            entry=budget.entries + 1,
            counters=standing.entry,
            freeze=command.freeze,
            year=standing.year,
            cents=standing.left_cents - command.left_cents,
            left_cents=command.left_cents,
            reason=command.reason,
        )
    ]


def give(command: GiveFunds, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"given:{command.reference}")
    if is_repeated(known, counterpart=command.counterpart, cents=command.cents):
        return []
    _check_reallocation(command, budget)
    if command.cents > budget.account(budget.year).free_cents:
        raise FundsNotFree
    return [
        FundsGiven(
            entry=budget.entries + 1,
            reference=command.reference,
            counterpart=command.counterpart,
            cents=command.cents,
            reason=command.reason,
            authority=command.authority,
        )
    ]


def take(command: TakeFunds, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"taken:{command.reference}")
    if is_repeated(known, counterpart=command.counterpart, cents=command.cents):
        return []
    _check_reallocation(command, budget)
    return [
        FundsTaken(
            entry=budget.entries + 1,
            reference=command.reference,
            counterpart=command.counterpart,
            cents=command.cents,
            reason=command.reason,
            authority=command.authority,
        )
    ]


def _check_reallocation(command: GiveFunds | TakeFunds, budget: Open) -> None:
    check_not_closed(budget)
    check_cents(command.cents)
    check_reason(command.reason)
    check_reason(command.authority, "authority")


def hand_over(command: HandOverRemainder, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"handed-over:{command.origin}:{command.consent}")
    if is_repeated(known, cents=command.cents, into=command.into):
        return []
    check_cents(command.cents)
    check_transferable(budget, command.consent)
    if not budget.closed_on:
        raise BudgetNotClosed
    own = budget.account(budget.year)
    unspent = cents_of(unspent_by_origin(budget, own.paid_cents + budget.moved_cents), command.origin)
    if command.cents > min(unspent - cents_of(budget.handed_over, command.origin), own.free_cents):
        raise FundsNotFree
    return [
        RemainderHandedOver(
            entry=budget.entries + 1,
            origin=command.origin,
            cents=command.cents,
            into=command.into,
            consent=command.consent,
        )
    ]


def check_transferable(budget: Open, consent: str) -> None:
    """Only transferable expenditure leaves a remainder (§ 19 LHO), used with the finance ministry's consent (§ 45 III)."""
    if not budget.opening.transferable:
        raise NotTransferable
    if not consent.strip():
        raise ConsentMissing(field="consent")


def take_over(command: TakeOverRemainder, budget: Open) -> Sequence[Event]:
    known = budget.references.get(f"taken-over:{command.out_of}:{command.origin}:{command.consent}")
    if is_repeated(known, cents=command.cents):
        return []
    check_not_closed(budget)
    check_cents(command.cents)
    if budget.year > command.origin + LAST_YEAR_OF_REMAINDER:
        raise RemainderTooOld
    taken = RemainderTakenOver(
        entry=budget.entries + 1,
        origin=command.origin,
        cents=command.cents,
        out_of=command.out_of,
        consent=command.consent,
        expires_on=date(command.origin + LAST_YEAR_OF_REMAINDER, 12, 31),
    )
    for line in command.lines:
        check_amounts(line.by_year)
    carried = [
        CommitmentCarried(entry=entry, case=line.case, by_year=line.by_year, basis=line.basis)
        for entry, line in enumerate(command.lines, start=taken.entry + 1)
    ]
    if (
        sum(cents_of(line.by_year, budget.year) for line in command.lines)
        > command.cents + budget.account(budget.year).free_cents
    ):
        raise FundsNotFree
    return [taken, *carried]
