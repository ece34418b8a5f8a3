"""Debits and credits of the treasury's account."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import Direction, Unexplained
from services.payout.report.bounds import Bounds, apart
from services.payout.report.content import INTERIM, AccountEntry, Booking, BookingReport
from services.payout.report.receipts import NOTHING, Expected, of_claims, received
from services.payout.report.same_booking import told_apart
from services.payout.report.statements import note_statements, streams_of
from services.payout.report.taking_in import Turn, taken_in
from shared.decider import AnyDecider, Decision, replace

BOOKING = "booking"
IN_SUM = "perhaps-in-sum"
"""A refused payment that may lie in a debit whose sum does not add up."""

OTHER_CURRENCY = "wrong-currency"
"""A line that is not in euros."""

UNBOUND = Bounds()

type Place = tuple[batches.BatchSealed, batches.Entry]
"""A payment in its sealed batch."""


class Known:
    """The payments of batches, found by their reference, and by the group or the file that they lie in."""

    def __init__(
        self, report: BookingReport, sealed: Iterable[batches.BatchSealed], expected: Expected, bounds: Bounds
    ) -> None:
        self.sealed = list(sealed)
        self.expected = expected
        self._report, self._bounds = report, bounds
        self.by_reference: dict[str, Place] = {}
        self.by_group: dict[str, dict[str, Place]] = {}
        for it in self.sealed:
            for group in batches.groups(it):
                of_group = {entry.reference: (it, entry) for entry in group.entries}
                self.by_group[group.id] = of_group
                self.by_group.setdefault(it.message_id, {}).update(of_group)
                self.by_reference |= of_group

    def objection(self, line: AccountEntry, today: date, sealed: batches.BatchSealed | None = None) -> str:
        """Why a line moves nothing, whatever it names."""
        debtor, sealed_on = (sealed.debtor, sealed.created_at.date()) if sealed else ("", None)
        return self._bounds.objection(line, today, self._report.created_on, debtor, sealed_on)

    def meant(self, line: AccountEntry) -> Iterable[Place]:
        """The payments that a line may move: those it names, else the group it names."""
        if not line.bookings:
            return self.by_group.get(line.group, {}).values()
        return [self.by_reference[it.reference] for it in line.bookings if it.reference in self.by_reference]


def apply_booking(
    report: BookingReport,
    file_sha256: str,
    sealed: Iterable[batches.BatchSealed],
    expected: Expected = NOTHING,
    bounds: Bounds = UNBOUND,
) -> Decision:
    """Take in what the account tells; `sealed` are the batches it names or whose payments it names, `expected` the claims."""
    known = Known(report, sealed, expected, bounds)

    def take(turn: Turn) -> list[Unexplained]:
        if report.kind == INTERIM:
            return []
        turn.matched += report.explained
        found = [it for entry in report.entries for it in booked(turn, entry, known)]
        return found + note_statements(turn, report, file_sha256)

    meant = (entry for line in report.entries for _, entry in known.meant(line))
    return taken_in(BOOKING, report.message_id, file_sha256, known.sealed, take, meant, beside(report, expected))


def beside(report: BookingReport, expected: Expected) -> Mapping[str, AnyDecider]:
    """What a file of the account moves beside payments and their cases: claims and statements."""
    owing: dict[str, AnyDecider] = {claims.decider.stream(it.case): claims.decider for it in expected.claims.values()}
    return {**owing, **streams_of(report)}


def _whole(line: AccountEntry, reason: str, name: str = "") -> Unexplained:
    """A line that explains nothing, with all that it booked."""
    return _part(line, name or line.group or line.key, line.cents, reason)


def _part(line: AccountEntry, reference: str, cents: int, reason: str = "") -> Unexplained:
    direction = (Direction.IN if line.credit else Direction.OUT) if line.booked else Direction.NONE
    return Unexplained(
        reference=reference,
        reason=reason,
        cents=cents,
        direction=direction,
        booking=line.key,
        booked_on=line.booked_on,
        valued_on=line.valued_on,
    )


def booked(turn: Turn, line: AccountEntry, known: Known) -> list[Unexplained]:
    """Take in one line; what of it moved nothing."""
    meant = [entry for _, entry in known.meant(line)] if line.booked else ()
    line = told_apart(turn, line, meant, known.expected)
    if line.other_currency:
        return _in_other_money(turn, line, known)
    if line.returned and line.booked:
        return _came_back(turn, line, known)
    if of_claims(line, known.expected):
        if reason := known.objection(line, turn.context.valid_on):
            return [_whole(apart(line, reason), reason)]
        whole = sum(it.cents for it in line.bookings) == line.cents
        return received(turn, line, known.expected, _part) if whole else [_whole(line, "sum-differs")]
    if not (line.debit and line.booked):
        return [_whole(line, "not-booked" if line.debit else "not-a-debit")]
    in_group = known.by_group.get(line.group, {})
    entries = in_group or known.by_reference
    bookings = line.bookings or _whole_group(turn, in_group, line.cents)
    if sum(it.cents for it in bookings) != line.cents:
        return [_whole(line, "sum-differs"), *_refused_in(turn, line, known)]
    unmatched: list[Unexplained] = []
    seen: set[str] = set()
    for booking in bookings:
        told = _part(line, booking.reference, booking.cents)
        if booking.reference in seen:
            unmatched += _again(turn, line, told, entries.get(booking.reference))
        elif booking.reference not in entries:
            unmatched.append(_part(line, booking.reference or line.key, booking.cents, "unknown-reference"))
        else:
            unmatched += _settled(turn, line, told, known, *entries[booking.reference])
        seen.add(booking.reference)
    return unmatched


def _in_other_money(turn: Turn, line: AccountEntry, known: Known) -> list[Unexplained]:
    """Nothing is booked of it; a payment of ours that it names waits until it is clear what became of it."""
    whole = _whole(line, OTHER_CURRENCY, line.key)
    whole = whole if line.cents else replace(whole, direction=Direction.NONE)
    named = [entry for _, entry in known.meant(line)] if line.bookings else []
    alone = len(line.bookings) == len(named) == 1
    items = [] if alone else [whole]
    for entry in named:
        told = replace(whole, reference=entry.reference)
        told = told if alone else replace(told, cents=0, direction=Direction.NONE)
        if not turn.is_questioned(entry, line.key, told.cents):
            items += turn.questioned([told], entry)
    return items


def _came_back(turn: Turn, line: AccountEntry, known: Known) -> list[Unexplained]:
    """A credit by which payments come back: each undoes its own debit, in full or less what the banks kept."""
    if not line.bookings:
        return [_whole(line, "return-names-no-payment", line.key)]
    if sum(it.cents for it in line.bookings) != line.cents:
        return [_whole(line, "sum-differs", line.key)]
    entries = known.by_reference
    unmatched: list[Unexplained] = []
    for booking in line.bookings:
        if booking.reference in entries:
            unmatched += _unsettled(turn, line, booking, known, *entries[booking.reference])
        else:
            unmatched.append(_part(line, booking.reference or line.key, booking.cents, "unknown-reference"))
    return unmatched


def _unsettled(
    turn: Turn, line: AccountEntry, booking: Booking, known: Known, sealed: batches.BatchSealed, entry: batches.Entry
) -> list[Unexplained]:
    if reason := known.objection(line, turn.context.valid_on, sealed):
        return [_part(apart(line, reason), entry.reference, booking.cents, reason)]
    command = payments.ReturnPayment(
        batch=sealed.message_id,
        cents=booking.cents,
        booking=line.key,
        reason=booking.reason or "NARR",
        charges_cents=booking.charges_cents,
        returned_on=line.booked_on,
    )
    told = _part(line, entry.reference, booking.cents)
    refused = turn.attempt(told, payments.decider.stream(entry.payment), command)
    return refused or reopened(turn, entry)


def reopened(turn: Turn, entry: batches.Entry) -> list[Unexplained]:
    """The case is told as soon as both are known, the debit and the return."""
    state = turn.payment(entry)
    if not isinstance(state, payments.Returned):
        return []
    told = disbursements.NoteReturn(
        case=entry.case, drawdown=entry.drawdown, payment=entry.payment, reason=state.returned.reason
    )
    turn.act(disbursements.decider.stream(entry.case), told)
    return []


def _whole_group(turn: Turn, in_group: Mapping[str, Place], cents: int) -> tuple[Booking, ...]:
    """A debit that names only the group means all of it that was not refused, or all of it; its sum must agree to the cent."""
    everything = tuple(Booking(reference=entry.reference, cents=entry.cents) for _, entry in in_group.values())
    if sum(it.cents for it in everything) == cents:
        return everything
    refused = {entry.reference for _, entry in in_group.values() if _is_refused(turn, entry)}
    return tuple(it for it in everything if it.reference not in refused)


def _is_refused(turn: Turn, entry: batches.Entry) -> bool:
    return isinstance(turn.payment(entry), payments.Rejected)


def _refused_in(turn: Turn, line: AccountEntry, known: Known) -> list[Unexplained]:
    """The refused payments that a debit may have paid, nobody knows which: none of them is ordered anew before that is clear."""
    items: list[Unexplained] = []
    for _, entry in known.meant(line):
        if _is_refused(turn, entry) and not turn.is_questioned(entry, line.key, 0):
            told = replace(_part(line, entry.reference, 0, IN_SUM), direction=Direction.NONE)
            items += turn.questioned([told], entry)
    return items


def _again(
    turn: Turn, line: AccountEntry, told: Unexplained, place: Place | None, reason: str = payments.DebitedTwice.code
) -> list[Unexplained]:
    """A debit that moves nothing whatever its payment is: the second under one name in a line, or one that is not believed."""
    told = replace(told, reason=reason, booking=line.key)
    if place is None:
        return [told]
    if turn.is_questioned(place[1], line.key, told.cents):
        return []
    return turn.questioned([told], place[1])


def _settled(
    turn: Turn, line: AccountEntry, told: Unexplained, known: Known, sealed: batches.BatchSealed, entry: batches.Entry
) -> list[Unexplained]:
    if reason := known.objection(line, turn.context.valid_on, sealed):
        return _again(turn, apart(line, reason), told, (sealed, entry), reason)
    if turn.is_questioned(entry, line.key, told.cents):
        return []
    reason = turn.proved(sealed, entry.reference)
    refused = [replace(told, reason=reason)] if reason else turn.attempt(told, *settling(turn, told, sealed, entry))
    return turn.questioned(refused, entry) if refused else reopened(turn, entry)


def settling(
    turn: Turn,
    told: Unexplained,
    sealed: batches.BatchSealed,
    entry: batches.Entry,
    *,
    assigned: bool = False,
    listed: str = "",
) -> Sequence[str | payments.SettlePayment | disbursements.NoteSettlement]:
    """What a debit means for a payment, and for its case unless it came back already; `listed` is the clearing list it stood on."""
    assert told.booked_on is not None, "ein Umsatz ohne Buchungstag"
    released_by = turn.released_by(sealed.message_id)
    settlement = payments.SettlePayment(
        batch=sealed.message_id,
        cents=told.cents,
        booking=told.booking,
        settled_on=told.booked_on,
        released_by=released_by,
        assigned=assigned,
        beside=_beside(turn, entry) if assigned else "",
    )
    stream = payments.decider.stream(entry.payment)
    if isinstance(turn.payment(entry), payments.Returned):
        return stream, settlement
    noted = disbursements.NoteSettlement(
        case=entry.case,
        drawdown=entry.drawdown,
        payment=entry.payment,
        settled_on=told.booked_on,
        released_by=released_by,
        assigned=assigned,
        cents=told.cents,
        listed=listed,
    )
    return stream, settlement, disbursements.decider.stream(entry.case), noted


def _beside(turn: Turn, entry: batches.Entry) -> str:
    """The payment that was made instead of this one, which had been refused; empty when none was."""
    asked = disbursements.find(turn.states[disbursements.decider.stream(entry.case)], entry.drawdown)
    match asked.stage:
        case disbursements.Ordered(payment=made) | disbursements.Paid(payment=made) if entry.payment in asked.refused:
            return made
        case _:
            return ""
