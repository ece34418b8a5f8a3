"""Bankverbindung: the account to which a case is paid, changed by two persons of whom neither certifies or orders.

Until the first change it is the account that the award named. From a proposal until the end of the waiting period after its
confirmation nothing is ordered: who stole a mailbox must wait, and the municipality can object. What was certified before the
change is certified anew.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role, Sealed

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class ProposeAccount:
    """`change` names the proposal; `reason` is why the account changes, without names of persons."""

    change: str
    account_holder: Sealed
    iban: Sealed
    reason: str


@value
class ConfirmAccount:
    """`waiting_days` are those in which nothing is ordered after the confirmation."""

    change: str
    waiting_days: int


@value
class DiscardAccount:
    change: str


type Command = ProposeAccount | ConfirmAccount | DiscardAccount

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("payout.account-proposed")
class AccountProposed:
    """A person entered another account for the case (Änderung der Bankverbindung); from now on nothing is ordered."""

    change: str
    account_holder: Sealed
    iban: Sealed
    reason: str
    proposed_by: str
    proposed_on: date


@event("payout.account-confirmed")
class AccountConfirmed:
    """Another person confirmed the account with the municipality (Bestätigung der Bankverbindung); payments are ordered to it from `usable_on` on."""

    change: str
    usable_on: date
    confirmed_by: str
    confirmed_on: date


@event("payout.account-discarded")
class AccountDiscarded:
    """The proposed account is not used (Änderung verworfen); the one before stays."""

    change: str
    discarded_by: str
    discarded_on: date


type Event = AccountProposed | AccountConfirmed | AccountDiscarded

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Account:
    """`proposed` waits for a second person, `confirmed` is where the case is paid; None while it is as the award named it."""

    proposed: AccountProposed | None = None
    confirmed: AccountProposed | None = None
    usable_on: date | None = None
    changes: tuple[str, ...] = ()
    acted: tuple[Acted, ...] = ()


# ---- Errors ---------------------------------------------------------------------------------------------------------


class AccountInChange(DomainError):
    code = "account-in-change"
    title = "Die Bankverbindung wird gerade geändert; erst ist die Änderung zu bestätigen oder zu verwerfen."


class AccountWaits(DomainError):
    """`detail` says until when."""

    code = "account-waits"
    title = "Die Bankverbindung wurde eben erst geändert; angeordnet wird nach der Wartezeit."


class NoAccountProposed(DomainError):
    code = "account-not-proposed"
    title = "Diese Änderung der Bankverbindung liegt nicht vor."


class AccountReasonMissing(DomainError):
    code = "account-reason-missing"
    title = "Eine Änderung der Bankverbindung wird begründet."
    status = 422


def hindrance(account: Account, today: date) -> AccountInChange | AccountWaits | None:
    """Why nothing can be ordered to the case's account today; None when it can."""
    if account.proposed is not None:
        return AccountInChange()
    if account.usable_on is not None and today < account.usable_on:
        return AccountWaits(f"Möglich ab {account.usable_on:%d.%m.%Y}.")
    return None


def refuse_unusable(account: Account, context: Context) -> None:
    """Raises while nothing may be ordered to the case's account."""
    if found := hindrance(account, context.valid_on):
        raise found


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, account: Account, context: Context) -> Sequence[Event]:
    match command:
        case ProposeAccount():
            return _propose(command, account, context)
        case ConfirmAccount():
            if _is_done(command.change, account):
                return []
            duties.refuse("confirm-account", account.acted, context)
            usable_on = context.valid_on + timedelta(days=max(command.waiting_days, 0))
            return [
                AccountConfirmed(
                    change=command.change, usable_on=usable_on, confirmed_by=context.actor, confirmed_on=context.valid_on
                )
            ]  # fmt: skip
        case DiscardAccount():
            if _is_done(command.change, account):
                return []
            duties.refuse("discard-account", account.acted, context)
            return [AccountDiscarded(change=command.change, discarded_by=context.actor, discarded_on=context.valid_on)]
        case _ as missing:
            assert_never(missing)


def _is_done(change: str, account: Account) -> bool:
    if change not in account.changes:
        raise NoAccountProposed(field="change")
    return account.proposed is None or account.proposed.change != change


def _propose(command: ProposeAccount, account: Account, context: Context) -> Sequence[Event]:
    if command.change in account.changes:
        return []
    if account.proposed is not None:
        raise AccountInChange
    if not command.reason.strip():
        raise AccountReasonMissing(field="reason")
    duties.refuse("propose-account", account.acted, context)
    return [
        AccountProposed(
            change=command.change,
            account_holder=command.account_holder,
            iban=command.iban,
            reason=command.reason,
            proposed_by=context.actor,
            proposed_on=context.valid_on,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(account: Account, it: Event) -> Account:
    match it:
        case AccountProposed():
            acted = duties.with_act(account.acted, it.proposed_by, Role.CASE_OFFICER, "propose-account")
            return replace(account, proposed=it, changes=(*account.changes, it.change), acted=acted)
        case AccountConfirmed():
            acted = duties.with_act(account.acted, it.confirmed_by, Role.CASE_OFFICER, "confirm-account")
            return replace(account, proposed=None, confirmed=account.proposed, usable_on=it.usable_on, acted=acted)
        case AccountDiscarded():
            acted = duties.with_act(account.acted, it.discarded_by, Role.CASE_OFFICER, "discard-account")
            return replace(account, proposed=None, acted=acted)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Account](
    name="account",
    initial=Account(),
    decide=decide,
    evolve=evolve,
    events=[AccountProposed, AccountConfirmed, AccountDiscarded],
)
