"""Debits and credits of the treasury's account."""

from collections.abc import Iterable, Mapping, Sequence

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.report.content import INTERIM, AccountEntry, Booking, BookingReport
from services.payout.report.noun import Unmatched
from services.payout.report.taking_in import Turn, taken_in
from shared.decider import Decision


def apply_booking(report: BookingReport, file_sha256: str, sealed: Iterable[batches.BatchSealed]) -> Decision:
    """Take in debits of the account; `sealed` are the batches that the file names or whose payments it names."""
    known = list(sealed)

    def take(turn: Turn) -> list[Unmatched]:
        if report.kind == INTERIM:
            return []
        return [it for entry in report.entries for it in _booked(turn, entry, known)]

    return taken_in("booking", report.message_id, file_sha256, known, take)


def _booked(turn: Turn, line: AccountEntry, known: Sequence[batches.BatchSealed]) -> list[Unmatched]:
    if line.returned and line.booked:
        return _came_back(turn, line, known)
    if not (line.debit and line.booked):
        return [Unmatched(reference=line.group or line.key, reason="not-booked" if line.debit else "not-a-debit")]
    in_group = {
        entry.reference: (sealed, entry)
        for sealed in known
        for group in batches.groups(sealed)
        if group.id == line.group
        for entry in group.entries
    }
    entries = in_group or {entry.reference: (sealed, entry) for sealed in known for entry in sealed.entries}
    bookings = line.bookings or _whole_group(turn, line, in_group)
    if sum(it.cents for it in bookings) != line.cents:
        return [Unmatched(reference=line.group or line.key, reason="sum-differs")]
    unmatched: list[Unmatched] = []
    seen: set[str] = set()
    for booking in bookings:
        if booking.reference in seen:
            unmatched.append(Unmatched(reference=booking.reference, reason=payments.DebitedTwice.code))
        elif booking.reference not in entries:
            unmatched.append(Unmatched(reference=booking.reference, reason="unknown-reference"))
        else:
            unmatched += _settled(turn, line, booking, *entries[booking.reference])
        seen.add(booking.reference)
    return unmatched


def _came_back(turn: Turn, line: AccountEntry, known: Sequence[batches.BatchSealed]) -> list[Unmatched]:
    """A credit by which payments come back: each undoes its own debit, in full or less what the banks kept."""
    if not line.bookings:
        return [Unmatched(reference=line.key, reason="return-names-no-payment")]
    if sum(it.cents for it in line.bookings) != line.cents:
        return [Unmatched(reference=line.key, reason="sum-differs")]
    entries = {entry.reference: (sealed, entry) for sealed in known for entry in sealed.entries}
    unmatched: list[Unmatched] = []
    for booking in line.bookings:
        if booking.reference in entries:
            unmatched += _unsettled(turn, line, booking, *entries[booking.reference])
        else:
            unmatched.append(Unmatched(reference=booking.reference or line.key, reason="unknown-reference"))
    return unmatched


def _unsettled(
    turn: Turn, line: AccountEntry, booking: Booking, sealed: batches.BatchSealed, entry: batches.Entry
) -> list[Unmatched]:
    command = payments.ReturnPayment(
        batch=sealed.message_id,
        cents=booking.cents,
        booking=line.key,
        reason=booking.reason or "NARR",
        charges_cents=booking.charges_cents,
        returned_on=line.booked_on,
    )
    refused = turn.attempt(entry.reference, payments.decider.stream(entry.payment), command)
    return refused or _reopened(turn, entry)


def _reopened(turn: Turn, entry: batches.Entry) -> list[Unmatched]:
    """The case is told as soon as both are known, the debit and the return."""
    state = turn.payment(entry)
    if not isinstance(state, payments.Returned):
        return []
    told = disbursements.NoteReturn(
        case=entry.case, drawdown=entry.drawdown, payment=entry.payment, reason=state.returned.reason
    )
    turn.act(disbursements.decider.stream(entry.case), told)
    return []


def _whole_group(
    turn: Turn, line: AccountEntry, in_group: Mapping[str, tuple[batches.BatchSealed, batches.Entry]]
) -> tuple[Booking, ...]:
    """A debit that names only the group means all of it that was not refused; its sum must agree to the cent."""
    return tuple(
        Booking(reference=entry.reference, cents=entry.cents)
        for _, entry in in_group.values()
        if not isinstance(turn.payment(entry), payments.Rejected)
    )


def _settled(
    turn: Turn, line: AccountEntry, booking: Booking, sealed: batches.BatchSealed, entry: batches.Entry
) -> list[Unmatched]:
    if reason := turn.proved(sealed):
        return [Unmatched(reference=entry.reference, reason=reason)]
    released_by = turn.released_by(sealed.message_id)
    if isinstance(turn.payment(entry), payments.Returned):
        stream, command = payments.decider.stream(entry.payment), _settlement(line, booking, sealed, released_by)
        return turn.attempt(entry.reference, stream, command)
    refused = turn.attempt(
        entry.reference,
        payments.decider.stream(entry.payment),
        _settlement(line, booking, sealed, released_by),
        disbursements.decider.stream(entry.case),
        disbursements.NoteSettlement(
            case=entry.case,
            drawdown=entry.drawdown,
            payment=entry.payment,
            settled_on=line.booked_on,
            released_by=released_by,
        ),
    )
    return refused or _reopened(turn, entry)


def _settlement(
    line: AccountEntry, booking: Booking, sealed: batches.BatchSealed, released_by: str
) -> payments.SettlePayment:
    return payments.SettlePayment(
        batch=sealed.message_id,
        cents=booking.cents,
        booking=line.key,
        settled_on=line.booked_on,
        released_by=released_by,
    )
