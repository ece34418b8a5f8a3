"""A booking is the same where its name, its day, its payment and its cents are: a bank may give a number anew on another day.

Then nothing else that is alike makes it the one before: it is taken in under a name of its own, and told again it is known by that.
"""

from collections.abc import Iterable
from datetime import date

from services.payout import claim as claims
from services.payout import payment as payments
from services.payout.batch import Entry
from services.payout.report.content import AccountEntry, of_its_day
from services.payout.report.receipts import Expected
from services.payout.report.taking_in import Turn
from shared.decider import replace

type Named = tuple[str, date | None]
"""A booking in our books: its name, and its day where it is known."""


def told_apart(turn: Turn, line: AccountEntry, meant: Iterable[Entry], expected: Expected) -> AccountEntry:
    """The line under the name that its booking has in our books, or has to have in them."""
    own, known = of_its_day(line), set(_named(turn, line, meant, expected))
    if (line.key, line.booked_on) in known:
        return line
    other = any(name == own or (name == line.key and on not in (None, line.booked_on)) for name, on in known)
    return replace(line, key=own) if other else line


def _named(turn: Turn, line: AccountEntry, meant: Iterable[Entry], expected: Expected) -> Iterable[Named]:
    if line.credit and not line.returned:
        for it in line.bookings:
            if owed := expected.claims.get(it.reference):
                yield from _repayments(turn.states[claims.decider.stream(owed.case)], line, it.reference)
        return
    for entry in meant:
        state = turn.payment(entry)
        if line.returned:
            yield from _returns(state)
            continue
        if isinstance(state, payments.Settled | payments.Returned):
            yield state.booking, state.settled_on
        yield from _questioned(turn, entry)


def _returns(state: payments.Payment) -> Iterable[Named]:
    match state:
        case payments.Returned():
            yield state.returned.booking, state.returned.returned_on
        case payments.Batched(early=early) | payments.Accepted(early=early) if early:
            yield early.booking, early.returned_on
        case _:
            pass


def _questioned(turn: Turn, entry: Entry) -> Iterable[Named]:
    for it in turn.debits(entry):
        if it.payment == entry.payment:
            yield it.booking, it.booked_on


def _repayments(state: claims.Claims, line: AccountEntry, reference: str) -> Iterable[Named]:
    """Those of the claim that the account told, by what each would be called; what was entered by hand has the day that a person gave it."""
    receipts = {claims.receipt_of(it, reference): it for it in (line.key, of_its_day(line))}
    names = frozenset(receipts.values())
    for of in (it for it in state.claims if it.opened.reference == reference):
        for it in of.booked:
            # What two persons assigned bears the booking's name, and a number of its own.
            name = receipts.get(it.repayment) or (it.voucher if it.assigned and it.voucher in names else "")
            if name:
                yield name, it.account_on or it.received_on
        for it in of.found:
            if it.booking in names:
                yield it.booking, it.account_on
