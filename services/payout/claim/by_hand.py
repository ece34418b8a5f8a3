"""What a person entered by hand and the account tells as well is one repayment: the booking is matched with the entry, and counted once.

The name of the booking ties it by itself. An amount and a day only suggest, so that two persons say whether it is the same money.
"""

from collections.abc import Sequence
from datetime import timedelta

from services.payout.claim.commands import BOOK, BookRepayment, MatchRepayment, PaidBy, TakeReceipt
from services.payout.claim.errors import (
    NotEnteredByHand,
    NotOfTreasury,
    RepaymentDiffers,
    RepaymentMatched,
    RepaymentOnAccount,
    RepaymentPerhapsByHand,
)
from services.payout.claim.events import RepaymentBooked, RepaymentFoundOnAccount
from services.payout.claim.states import Claim, of_account, total_of
from shared import duties
from shared.contracts import Acted
from shared.decider import Context

NEAR = timedelta(days=31)
"""Further apart, an entry and a booking are not taken for the same money."""


def unmatched(it: Claim) -> Sequence[RepaymentBooked]:
    """What was entered by hand as paid to the account, and no booking was matched with."""
    matched = {one.repayment for one in it.found}
    by_hand = [one for one in it.booked if one.paid_by == PaidBy.TRANSFER and not of_account(one)]
    return [one for one in by_hand if one.repayment not in matched]


def told_before(command: TakeReceipt, it: Claim, context: Context) -> Sequence[RepaymentFoundOnAccount] | None:
    """What a booking is of which the claim knows already; None when it is news to it.

    Raises `RepaymentPerhapsByHand` where an entry made by hand may be the same money.
    """
    named = (command.voucher, command.received_on)
    if found := next((one for one in it.found if (one.booking, one.account_on) == named), None):
        return _nothing_new(found.cents, command)
    matched = {one.repayment for one in it.found}
    alike = (one for one in it.booked if _same_voucher(one, command) and one.repayment not in matched)
    known = next((one for one in it.booked if command.repayment == one.repayment), None) or next(alike, None)
    if known:
        _nothing_new(total_of(known), command)
        by_hand = known in unmatched(it) and known.repayment != command.repayment
        return [_found(command, known, context)] if by_hand and not command.listed else []
    return None


def refuse_perhaps_by_hand(command: TakeReceipt, it: Claim) -> None:
    """`RepaymentPerhapsByHand` where a person entered as much near that day."""
    for one in unmatched(it):
        if total_of(one) == command.cents and abs(one.received_on - command.received_on) <= NEAR:
            raise RepaymentPerhapsByHand(f"Beleg {one.voucher} vom {one.received_on:%d.%m.%Y}.")


def refuse_on_account(command: BookRepayment, it: Claim) -> None:
    """`RepaymentOnAccount` where the account told as much of this day, of its booking or its value: a second one it tells by itself."""
    of_day = [one for one in it.booked if of_account(one) and command.received_on in (one.account_on, one.received_on)]
    if not command.assigned and command.paid_by == PaidBy.TRANSFER:
        for one in of_day:
            if total_of(one) == command.cents:
                raise RepaymentOnAccount(f"Buchung {one.voucher}.", field="cents")


def match_entry(
    command: MatchRepayment, it: Claim, acted: tuple[Acted, ...], context: Context
) -> Sequence[RepaymentFoundOnAccount]:
    """Two persons found that a booking is what a person entered before."""
    one = next((known for known in it.booked if known.repayment == command.repayment), None)
    if one is None or of_account(one) or one.paid_by != PaidBy.TRANSFER:
        raise NotEnteredByHand(field="repayment")
    if known := next((found for found in it.found if found.repayment == command.repayment), None):
        if known.booking != command.voucher:
            raise RepaymentMatched(field="repayment")
        return []
    if total_of(one) != command.cents or any(
        of_account(known) and known.voucher == command.voucher for known in it.booked
    ):
        raise RepaymentDiffers(field="repayment")
    duties.refuse(BOOK, acted, context)
    if context.role not in duties.MATRIX.roles[BOOK]:
        raise NotOfTreasury
    return [_found(command, one, context)]


def _found(command: TakeReceipt | MatchRepayment, one: RepaymentBooked, context: Context) -> RepaymentFoundOnAccount:
    return RepaymentFoundOnAccount(
        claim=command.claim,
        repayment=one.repayment,
        booking=command.voucher,
        cents=command.cents,
        account_on=command.received_on,
        found_by=context.actor,
        found_on=context.valid_on,
    )


def _nothing_new(cents: int, command: TakeReceipt) -> Sequence[RepaymentFoundOnAccount]:
    if cents != command.cents:
        raise RepaymentDiffers
    return []


def _same_voucher(one: RepaymentBooked, command: TakeReceipt) -> bool:
    near = abs((one.account_on or one.received_on) - command.received_on) <= NEAR
    return one.paid_by == PaidBy.TRANSFER and one.voucher == command.voucher and near
