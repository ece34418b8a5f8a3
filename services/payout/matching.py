"""What of an account's lines needs no decision: the lists say that it was booked already, to the cent, under the same name and on the same day.

Nothing booked falls back, so that a list that lags lets through too much and never too little.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout.claim import receipt_of
from services.payout.report import MADE, STATEMENT, AccountEntry, listed_names, of_its_day
from shared.views import Views

type Found = Mapping[str, Mapping[str, Any]]


def unexplained(views: Views, ours: frozenset[str], kind: str, lines: Sequence[AccountEntry]) -> Sequence[AccountEntry]:
    """The lines that a decision has to look at; one of an account that is not `ours` repeats nothing."""
    found = views.bodies("references", {one.reference for it in lines for one in it.bookings} - {""})
    received = views.bodies("receipts", {it for line in lines if line.credit for it in _receipts(line)})
    left = [
        (it, rest)
        for it in lines
        if (
            rest := it.cents or -1 if it.other_currency or it.account not in {"", *ours} else _rest(it, found, received)
        )
    ]
    asked = [(it, _listed(it, rest, found, kind)) for it, rest in left]
    opened = views.bodies("clearing-bookings", {name for _, (names, _) in asked for name in names})
    return [
        it
        for it, (names, cents) in asked
        if not any(opened[name]["cents"] == cents for name in names if name in opened)
    ]


def _receipts(line: AccountEntry) -> set[str]:
    """The repayments that a line would be."""
    return {
        receipt_of(name, it.reference) for name in (line.key, of_its_day(line)) for it in line.bookings if it.reference
    }


def _rest(line: AccountEntry, found: Found, received: Found) -> int:
    """The cents of a line that no payment and no claim explains yet; -1 when it does not add up."""
    day = line.booked_on.isoformat()
    if line.credit and line.booked and not line.returned:
        known = {it for it in _receipts(line) & received.keys() if received[it]["booked_on"] == day}
        total = sum(it.cents for it in line.bookings)
        return line.cents - sum(received[it]["cents"] for it in known) if not known or total == line.cents else -1
    if not line.booked or not (line.debit or line.returned):
        return line.cents or -1
    cents = "returned_cents" if line.returned else "cents"
    explained = total = 0
    seen = set[str]()
    for it in line.bookings:
        total += it.cents
        known = found.get(it.reference)
        if known is not None and known[cents] == it.cents and it.reference not in seen and _is_this(line, day, known):
            explained += it.cents
        seen.add(it.reference)
    return line.cents - explained if total == line.cents or not line.bookings else -1


def _is_this(line: AccountEntry, day: str, known: Mapping[str, Any]) -> bool:
    """Whether a payment was booked, or came back, by this line: under its name, and on its day."""
    booking, on = ("returned_booking", "returned_on") if line.returned else ("booking", "booked_on")
    return known[on] == day and (known[booking] == line.key or known[booking] == of_its_day(line))


def _listed(line: AccountEntry, rest: int, found: Found, kind: str) -> tuple[Sequence[str], int]:
    """Under which names, and with how many cents, a line that was told before is listed; none where only its decision can say what is new of it."""
    if line.group or (line.key.startswith(MADE) and kind != STATEMENT):
        return (), 0
    # A debit that names ours and adds up is known by its question; what does not add up, or came back in vain, is none.
    odd = rest < 0 or line.returned or line.other_currency
    if not (odd or _is_foreign(line, found)):
        return (), 0
    names = listed_names(line)
    # A stranger's debit, as most lines are, is never called by its day.
    return names if odd or line.credit else names[:1], line.cents if rest < 0 else rest


def _is_foreign(line: AccountEntry, found: Found) -> bool:
    """Whether nothing of ours is named, or what is named was booked under this name."""
    return all(it.reference not in found or found[it.reference]["booking"] == line.key for it in line.bookings)
