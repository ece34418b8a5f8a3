"""The book as JSON, for a reader."""

import sqlite3
from typing import Any

_PRINTED_PAYMENTS = """
SELECT reference, amount_cents, creditor_iban, state, code,
       (SELECT message_id FROM file WHERE number = payment.file) AS message_id,
       (SELECT booked_on FROM booking WHERE booking.reference = payment.reference) AS booked_on,
       (SELECT count(*) FROM booking WHERE booking.reference = payment.reference) AS bookings,
       (SELECT count(*) FROM payment other WHERE other.reference = payment.reference AND other.state = 'duplicate'),
       (SELECT on_day FROM came_back WHERE came_back.reference = payment.reference) AS returned_on,
       (SELECT charges_cents FROM came_back WHERE came_back.reference = payment.reference) AS charges_cents
FROM payment ORDER BY reference, state = 'duplicate' DESC, file DESC
"""


_TOTALS = """
SELECT (SELECT {measure} FROM payment WHERE state <> 'duplicate') AS ordered,
       (SELECT {measure} FROM booking) AS settled,
       (SELECT {measure} FROM payment WHERE state = 'rejected') AS rejected,
       (SELECT {measure} FROM payment WHERE state = 'duplicate') AS duplicate
"""


def printed(connection: sqlite3.Connection) -> dict[str, Any]:
    """Per EndToEndId, per file, totals in payments and in cents."""
    return {
        "payments": {row[0]: _payment(row) for row in connection.execute(_PRINTED_PAYMENTS)},
        "files": _rows(
            connection,
            "SELECT number, name, sha256, state, repeats, message_id, code, key AS fault FROM file"
            " LEFT JOIN fault ON fault.file = file.number ORDER BY 1",
        ),
        "answers": _rows(connection, "SELECT name, sha256, written FROM answer ORDER BY file, place"),
        "totals": _rows(connection, _TOTALS.format(measure="count(*)"))[0],
        "cents": _rows(connection, _TOTALS.format(measure="coalesce(sum(amount_cents), 0)"))[0],
    }


def _payment(row: Any) -> dict[str, Any]:
    names = (
        *("amount_cents", "iban", "state", "code", "message_id", "booked_on", "bookings", "duplicates_refused"),
        *("returned_on", "charges_cents"),
    )
    return dict(zip(names, row[1:], strict=True))


def _rows(connection: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
