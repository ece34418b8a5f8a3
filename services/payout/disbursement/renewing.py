"""Neuanordnung: a refusal is the treasury's word; its account has the last, on the day on which it would have paid.

A refused payment is ordered anew when its execution day and the days for the statement are over, and when that statement was
read, if the account tells its days by statements at all. What it books under the refused payment stands in the way by itself.
"""

from collections.abc import Sequence
from datetime import date

from services.payout.disbursement.questioned import Debit, refuse_unexplained
from services.payout.statement import Statements
from shared.calendar import target_days_after
from shared.decider import DomainError, value


@value
class Renewal:
    """From when on a refused payment is ordered anew: `executed_on` is its day at the treasury, `account` whose statement tells it
    (`statement.stream_id`), which is waited for until `latest_on`.
    """

    renewable_on: date
    executed_on: date
    latest_on: date
    account: str = ""


class RenewalTooEarly(DomainError):
    """`detail` says from which day on."""

    code = "renewal-too-early"
    title = "Die Kasse hat die Zahlung abgelehnt, könnte sie aber noch buchen; bis dahin wird nicht neu angeordnet."


class StatementAwaited(DomainError):
    """`detail` says which statement, and until when it is waited for."""

    code = "renewal-awaits-statement"
    title = "Der Kontoauszug, der die abgelehnte Zahlung zeigen müsste, liegt noch nicht vor; bis dahin wird nicht neu angeordnet."


def renewal_of(executed_on: date, account: str, days: int, statement_days: int) -> Renewal | None:
    """The wait after a refusal: so many days on which T2 settles, and so many more for a missing statement; none without days."""
    if not days:
        return None
    renewable_on = target_days_after(executed_on, days)
    latest_on = target_days_after(renewable_on, statement_days)
    return Renewal(renewable_on=renewable_on, executed_on=executed_on, latest_on=latest_on, account=account)


def renewal_hindrance(debits: Sequence[Debit], renewal: Renewal | None, today: date) -> DomainError | None:
    """Why a refused Mittelabruf is not ordered anew today, as far as it knows by itself; None when it may be."""
    try:
        refuse_unexplained(debits)
        refuse_early(renewal, None, today)
    except DomainError as error:
        return error
    return None


def refuse_early(renewal: Renewal | None, told: Statements | None, today: date) -> None:
    """`RenewalTooEarly` or `StatementAwaited` while the treasury's account may still show the refused payment."""
    if renewal is None:
        return
    if today < renewal.renewable_on:
        raise RenewalTooEarly(f"Möglich ab dem {renewal.renewable_on:%d.%m.%Y}.")
    if told is None or not told.noted or today >= renewal.latest_on:
        return
    closed = [it.closed_on for it in told.noted.values() if it.closed_on is not None]
    if max(closed, default=date.min) < renewal.executed_on:
        detail = f"Auszug vom {renewal.executed_on:%d.%m.%Y} oder später; gewartet wird bis zum {renewal.latest_on:%d.%m.%Y}."
        raise StatementAwaited(detail)
