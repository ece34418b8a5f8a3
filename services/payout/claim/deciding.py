"""What may be done with a claim."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.payout.claim.by_hand import NEAR, match_entry, refuse_on_account, refuse_perhaps_by_hand, told_before
from services.payout.claim.commands import (
    ASSESS,
    BOOK,
    DEFER,
    REMIT,
    RESUME,
    SUSPEND,
    WAIVE,
    AssessInterest,
    BookRepayment,
    Command,
    DeferClaim,
    MatchRepayment,
    NoteService,
    OfClaim,
    OpenClaim,
    PaidBy,
    RemindOfClaims,
    RemitClaim,
    ResumeClaim,
    SuspendClaim,
    TakeReceipt,
    WaiveInterest,
)
from services.payout.claim.errors import (
    ClaimDateNotValid,
    ClaimDiffers,
    ClaimIsSettled,
    ClaimIsSuspended,
    ClaimNotSuspended,
    ClaimReasonMissing,
    MoreThanOwed,
    NoInterestOpen,
    NotOfTreasury,
    PrincipalOpen,
    ReceiptListed,
    RepaymentDiffers,
    UnknownClaim,
)
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
)
from services.payout.claim.evolving import after
from services.payout.claim.states import Claim, Claims, of_account
from shared import duties
from shared.contracts import Acted
from shared.decider import Context
from shared.interest import Balance, DayCount, statement
from shared.records import likeness


def decide(command: Command, claims: Claims, context: Context) -> Sequence[Event]:
    match command:
        case OpenClaim():
            return _open(command, claims)
        case NoteService():
            told = likeness(DemandServiceNoted, command)
            return [] if told in claims.services else [told]
        case RemindOfClaims():
            return [_reminded(it, context) for it in claims.claims if it.is_pursued and it.due_on < context.valid_on]
        case TakeReceipt():
            return _take(command, _known(command.claim, claims), context)
        case _:
            return _of_claim(command, claims, context)


def _open(command: OpenClaim, claims: Claims) -> Sequence[Event]:
    opened = likeness(ClaimOpened, command)
    if known := claims.find(command.claim):
        if known.opened != opened:
            raise ClaimDiffers
        return []
    return [opened]


def _reminded(it: Claim, context: Context) -> ClaimReminded:
    """The next reminder is counted from the day that was missed or, when the clock is late, from today."""
    next_on = max(it.due_on, context.valid_on) + timedelta(days=max(it.opened.due_days, 1))
    return ClaimReminded(
        claim=it.id, number=it.reminders + 1, open_cents=it.owed_cents, due_on=next_on, reminded_on=context.valid_on
    )


def _known(name: str, claims: Claims) -> Claim:
    it = claims.find(name)
    if it is None:
        raise UnknownClaim(field="claim")
    return it


def _of_claim(command: OfClaim, claims: Claims, context: Context) -> Sequence[Event]:
    it = _known(command.claim, claims)
    acted = (*command.acted, *claims.acted)
    match command:
        case BookRepayment():
            return _book(command, it, acted, context)
        case MatchRepayment():
            return match_entry(command, it, acted, context)
        case AssessInterest():
            return _assess(command, it, acted, context)
        case WaiveInterest():
            return _waive(command, it, acted, context)
        case DeferClaim():
            return _defer(command, it, acted, context)
        case SuspendClaim():
            return _suspend(command, it, acted, context)
        case ResumeClaim():
            return _resume(command, it, acted, context)
        case RemitClaim():
            return _remit(command, it, acted, context)
        case _ as missing:
            assert_never(missing)


def _require(
    it: Claim, text: str, action: str, acted: tuple[Acted, ...], context: Context, field: str = "reason"
) -> None:
    if it.settled:
        raise ClaimIsSettled
    if not text.strip():
        raise ClaimReasonMissing(field=field)
    duties.refuse(action, acted, context)


def _book(command: BookRepayment, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    known = next((one for one in it.booked if one.repayment == command.repayment), None)
    if known:
        on = known.account_on or known.received_on
        said = (known.cents + known.interest_cents, on, known.paid_by, known.voucher)
        if said != (command.cents, command.received_on, command.paid_by, command.voucher):
            raise RepaymentDiffers
        return []
    # What a file booked is not entered by hand as well, and what was entered by hand is not assigned as well.
    if any(one.voucher == command.voucher and of_account(one) != command.assigned for one in it.booked):
        raise RepaymentDiffers(field="voucher")
    refuse_on_account(command, it)
    if command.cents > it.owed_cents and not it.settled:
        raise MoreThanOwed(field="cents")
    _require(it, command.voucher, BOOK, acted, context, "voucher")
    if context.role not in duties.MATRIX.roles[BOOK]:
        raise NotOfTreasury
    return _booked(command, it, context)


def _take(command: TakeReceipt, it: Claim, context: Context) -> Sequence[Event]:
    """What is owed is booked; told again, by the same or another file or by a person before, it is nothing new."""
    known = told_before(command, it, context)
    if known is not None:
        return known
    if command.listed:
        raise ReceiptListed
    refuse_perhaps_by_hand(command, it)
    return _booked(command, it, context)


def _booked(command: BookRepayment | TakeReceipt, it: Claim, context: Context) -> Sequence[Event]:
    if it.settled:
        raise ClaimIsSettled
    if not it.opened.demanded_on <= command.received_on <= context.valid_on:
        raise ClaimDateNotValid(field="received_on")
    received_on = _credited_on(command, context)
    cents = min(command.cents, it.owed_cents)
    if cents <= 0:
        raise MoreThanOwed(field="cents")
    principal = min(cents, it.open_cents)
    booked = RepaymentBooked(
        claim=it.id, repayment=command.repayment, cents=principal, interest_cents=cents - principal,
        received_on=received_on, voucher=command.voucher, booked_by=context.actor, booked_on=context.valid_on,
        paid_by=command.paid_by if isinstance(command, BookRepayment) else PaidBy.TRANSFER,
        surplus_cents=command.cents - cents, assigned=isinstance(command, BookRepayment) and command.assigned,
        account_on=command.received_on if received_on != command.received_on else None,
    )  # fmt: skip
    return _with_settlement(it, booked, received_on)


def _credited_on(command: BookRepayment | TakeReceipt, context: Context) -> date:
    """When the money was credited, which ends its interest (§ 49a III VwVfG): on the day of its value, if the file has one.

    One far from the booking is a slip, and one to come ends nothing later than today.
    """
    valued = command.valued_on
    if valued is None or abs(valued - command.received_on) > NEAR:
        return command.received_on
    return min(valued, context.valid_on)


def _assess(command: AssessInterest, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if it.assessed:
        return []
    if not it.bears_interest:
        raise NoInterestOpen
    if it.open_cents:
        raise PrincipalOpen
    duties.refuse(ASSESS, acted, context)
    found = statement(balances(it), command.rates, DayCount(it.opened.day_count))
    assessed = InterestAssessed(
        claim=it.id, lines=found.lines, cents=found.cents,
        charged=found.cents > 0 and found.cents >= it.opened.interest_bagatelle_cents,
        due_on=context.valid_on + timedelta(days=it.opened.due_days), assessed_by=context.actor,
        assessed_on=context.valid_on,
    )  # fmt: skip
    return _with_settlement(it, assessed, context.valid_on)


def balances(it: Claim) -> Sequence[Balance]:
    """What stood open from which day until which, of an amount that is paid by now."""
    left, since, found = it.opened.cents, it.opened.interest_from_on, list[Balance]()
    for on, cents in sorted(it.falls):
        if since is not None and since < on:
            found.append(Balance(cents=left, from_on=since, until_on=on))
            since = on
        left -= cents
    return found


def _waive(command: WaiveInterest, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if it.waived:
        return []
    if not it.bears_interest:
        raise NoInterestOpen
    _require(it, command.reason, WAIVE, acted, context)
    waived = InterestWaived(
        claim=it.id, reason=command.reason, waived_by=context.actor, waived_on=context.valid_on
    )  # fmt: skip
    return _with_settlement(it, waived, context.valid_on)


def _defer(command: DeferClaim, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if it.due_on == command.until_on:
        return []
    _require(it, command.reason, DEFER, acted, context)
    if it.suspended:
        raise ClaimIsSuspended
    if command.until_on <= max(it.due_on, context.valid_on):
        raise ClaimDateNotValid(field="until_on")
    return [
        ClaimDeferred(
            claim=it.id, until_on=command.until_on, reason=command.reason, deferred_by=context.actor,
            deferred_on=context.valid_on,
        )
    ]  # fmt: skip


def _suspend(command: SuspendClaim, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if it.suspended:
        return []
    _require(it, command.reason, SUSPEND, acted, context)
    return [
        ClaimSuspended(
            claim=it.id, reason=command.reason, suspended_by=context.actor, suspended_on=context.valid_on
        )
    ]  # fmt: skip


def _resume(command: ResumeClaim, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if not it.suspended:
        if it.resumed:
            return []
        raise ClaimNotSuspended
    _require(it, command.reason, RESUME, acted, context)
    return [
        ClaimResumed(
            claim=it.id, reason=command.reason, due_on=context.valid_on + timedelta(days=it.opened.due_days),
            resumed_by=context.actor, resumed_on=context.valid_on,
        )
    ]  # fmt: skip


def _remit(command: RemitClaim, it: Claim, acted: tuple[Acted, ...], context: Context) -> Sequence[Event]:
    if command.remission in it.remissions:
        return []
    _require(it, command.reason, REMIT, acted, context)
    if not 0 < command.cents <= it.owed_cents:
        raise MoreThanOwed(field="cents")
    principal = min(command.cents, it.open_cents)
    remitted = ClaimRemitted(
        claim=it.id, remission=command.remission, cents=principal,
        interest_cents=command.cents - principal, reason=command.reason, remitted_by=context.actor, remitted_on=context.valid_on,
    )  # fmt: skip
    return _with_settlement(it, remitted, context.valid_on)


def _with_settlement(it: Claim, made: Event, on: date) -> Sequence[Event]:
    """The event, and that it left nothing open."""
    left = after(it, made)
    if left.owed_cents or left.bears_interest:
        return [made]
    return [
        made,
        ClaimSettled(
            claim=it.id, outcome="remitted" if left.remitted_cents else "paid",
            paid_cents=sum(one.cents for one in left.booked),
            interest_cents=sum(one.interest_cents for one in left.booked), remitted_cents=left.remitted_cents,
            settled_on=on,
        ),
    ]  # fmt: skip
