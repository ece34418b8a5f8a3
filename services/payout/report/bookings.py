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

    def take(turn: "Turn") -> list[Unmatched]:
        if report.kind == INTERIM:
            return []
        return [it for entry in report.entries for it in _booked(turn, entry, known)]

    return taken_in("booking", report.message_id, file_sha256, known, take)


def _booked(turn: Turn, line: AccountEntry, known: Sequence[batches.BatchSealed]) -> list[Unmatched]:
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
    return turn.attempt(
        entry.reference,
        payments.decider.stream(entry.payment),
        payments.SettlePayment(
            batch=sealed.message_id,
            cents=booking.cents,
            booking=line.key,
            settled_on=line.booked_on,
            released_by=released_by,
        ),
        disbursements.decider.stream(entry.case),
        disbursements.NoteSettlement(
            case=entry.case,
            drawdown=entry.drawdown,
            payment=entry.payment,
            settled_on=line.booked_on,
            released_by=released_by,
        ),
    )
