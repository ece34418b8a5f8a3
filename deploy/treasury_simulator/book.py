"""The treasury's own book: SQLite, one transaction per file, never a second booking of a reference."""

import hashlib
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from deploy.treasury_simulator.claims_book import TABLES, ClaimsBook, CollectionEntry, Receipt
from deploy.treasury_simulator.folder import Arrival
from deploy.treasury_simulator.interruption import Moment, passing
from deploy.treasury_simulator.order import TakeBack

_TABLES = """
CREATE TABLE IF NOT EXISTS file (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected', 'repeated')),
    repeats INTEGER REFERENCES file, message_id TEXT, created_at TEXT NOT NULL, code TEXT, text TEXT,
    CHECK ((state = 'repeated') = (repeats IS NOT NULL)));
CREATE UNIQUE INDEX IF NOT EXISTS one_judgement_per_content ON file (sha256) WHERE state <> 'repeated';
CREATE UNIQUE INDEX IF NOT EXISTS one_accepted_file_per_message ON file (message_id) WHERE state = 'accepted';
CREATE TABLE IF NOT EXISTS batch (
    file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, payment_information_id TEXT NOT NULL,
    debtor_iban TEXT NOT NULL, execution_on TEXT NOT NULL, batch_booking INTEGER NOT NULL, PRIMARY KEY (file, place));
CREATE TABLE IF NOT EXISTS payment (
    file INTEGER NOT NULL, batch INTEGER NOT NULL, place INTEGER NOT NULL, reference TEXT NOT NULL, instruction_id TEXT,
    amount_cents INTEGER NOT NULL, creditor_iban TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('booked', 'rejected', 'duplicate')), code TEXT, text TEXT,
    PRIMARY KEY (file, place), FOREIGN KEY (file, batch) REFERENCES batch);
CREATE UNIQUE INDEX IF NOT EXISTS one_order_per_reference ON payment (reference) WHERE state <> 'duplicate';
CREATE INDEX IF NOT EXISTS payments_by_reference ON payment (reference);
CREATE TABLE IF NOT EXISTS booking (
    reference TEXT PRIMARY KEY, file INTEGER NOT NULL, place INTEGER NOT NULL, amount_cents INTEGER NOT NULL,
    booked_on TEXT NOT NULL, FOREIGN KEY (file, place) REFERENCES payment);
CREATE TABLE IF NOT EXISTS answer (
    file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, kind TEXT NOT NULL, account_iban TEXT,
    account_sequence INTEGER, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, written INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (file, place), UNIQUE (account_iban, account_sequence));
CREATE TABLE IF NOT EXISTS numbered (
    file INTEGER PRIMARY KEY REFERENCES file, format TEXT NOT NULL, account_iban TEXT NOT NULL, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS recall (
    file INTEGER PRIMARY KEY REFERENCES file, original INTEGER NOT NULL REFERENCES file, wanted TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS taken_back (
    reference TEXT PRIMARY KEY, file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, refers_to TEXT NOT NULL,
    amount_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fault (file INTEGER PRIMARY KEY REFERENCES file, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due (
    file INTEGER NOT NULL, place INTEGER NOT NULL, due_on TEXT NOT NULL, PRIMARY KEY (file, place),
    FOREIGN KEY (file, place) REFERENCES answer);
CREATE TABLE IF NOT EXISTS statement (
    file INTEGER NOT NULL, place INTEGER NOT NULL, account_iban TEXT NOT NULL, number INTEGER NOT NULL,
    opening_cents INTEGER NOT NULL, closing_cents INTEGER NOT NULL, closed_on TEXT NOT NULL,
    PRIMARY KEY (file, place), UNIQUE (account_iban, number));
CREATE TABLE IF NOT EXISTS came_back (
    reference TEXT PRIMARY KEY REFERENCES booking, charges_cents INTEGER NOT NULL, on_day TEXT NOT NULL);
"""
_FIRST_BALANCE_CENTS = 1_000_000_000_00


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """What the treasury did with one payment of a file; `state` is booked, rejected or duplicate."""

    place: int
    reference: str
    instruction_id: str | None
    amount_cents: int
    creditor_iban: str
    state: str
    code: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One PmtInf as booked; `execution_on` is its booking date."""

    place: int
    payment_information_id: str
    debtor_iban: str
    execution_on: str
    batch_booking: bool
    payments: tuple[PaymentEntry, ...]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One judged file; `state` is accepted or rejected, then with code and text. Money that came in is a file without orders."""

    number: int
    sha256: str
    state: str
    message_id: str | None
    created_at: str
    code: str | None
    text: str | None
    batches: tuple[BatchEntry, ...]
    format: str = "iso20022"
    file_number_sequence: int = 0
    version: int = 1
    account: str = ""
    collections: tuple[CollectionEntry, ...] = ()
    receipt: Receipt | None = None
    recalled: bool = False
    """Whether this is what a request to cancel is about, not the file itself."""
    asked_by: str = ""
    """The id of the HKR file that asks for it; its orders are `taken_back`."""
    taken_back: tuple[TakeBack, ...] = ()

    @property
    def booked_on(self) -> str:
        """The day on which its money moves."""
        return self.receipt.booked_on if self.receipt else self.batches[0].execution_on


@dataclass(frozen=True, slots=True)
class Answer:
    """One outgoing file: the place among the answers to its file, and for a camt.054 the account and its sequence."""

    file: int
    place: int
    kind: str
    account_iban: str | None
    account_sequence: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands among those on its account: its number, and for a statement the balances and the day."""

    number: int
    opening_cents: int = 0
    closing_cents: int = 0
    on: str = ""


class Book:
    """Opened by one process at a time; a killed one leaves whole transactions only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.executescript(_TABLES + TABLES)
        self.claims = ClaimsBook(self._connection)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing, and durable when left."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            passing(Moment.RECORDING)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def next_number(self) -> int:
        """The running number of the next file."""
        return int(self._one("SELECT coalesce(max(number), 0) + 1 FROM file")[0])

    def has_file(self, name: str) -> bool:
        """Whether the file of this name in received/ is in the book."""
        return bool(self._one("SELECT 1 FROM file WHERE name = ?", name))

    def judged(self, sha256: str) -> int | None:
        """The number under which exactly these bytes were judged before."""
        row = self._one("SELECT number FROM file WHERE sha256 = ? AND state <> 'repeated'", sha256)
        return row[0] if row else None

    def has_message(self, message_id: str) -> bool:
        """Whether a file with this MsgId was accepted."""
        return bool(self._one("SELECT 1 FROM file WHERE message_id = ? AND state = 'accepted'", message_id))

    def has_reference(self, reference: str) -> bool:
        """Whether this EndToEndId was ordered before, booked or rejected."""
        return bool(self._one("SELECT 1 FROM payment WHERE reference = ? AND state <> 'duplicate'", reference))

    def next_sequence(self, account_iban: str) -> int:
        """The next ElctrncSeqNb of an account, without gaps from 1."""
        query = "SELECT coalesce(max(account_sequence), 0) + 1 FROM answer WHERE account_iban = ?"
        return int(self._one(query, account_iban)[0])

    def record_repetition(self, arrival: Arrival, of: int) -> None:
        """The same bytes again: noted, and their answers are due again."""
        self._run(
            "INSERT INTO file VALUES (?, ?, ?, ?, 'repeated', ?, NULL, ?, NULL, NULL)",
            *(self.next_number(), arrival.name, arrival.sha256, arrival.size, of, arrival.arrived_at),
        )
        self._run("UPDATE answer SET written = 0 WHERE file = ?", of)

    def record_file(self, arrival: Arrival, entry: FileEntry) -> None:
        """The judgement on a file with everything it books."""
        self._run(
            "INSERT INTO file VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)",
            *(entry.number, arrival.name, entry.sha256, arrival.size, entry.state),
            *(entry.message_id, entry.created_at, entry.code, entry.text),
        )
        if entry.format != "iso20022":
            account, number = entry.account, entry.file_number_sequence
            self._run("INSERT INTO numbered VALUES (?, ?, ?, ?)", entry.number, entry.format, account, number)
            self.claims.record(entry.number, entry.version, entry.collections)
        for batch in entry.batches:
            self._run("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)", entry.number, *astuple(batch)[:5])
            for payment in batch.payments:
                values = astuple(payment)
                self._run(
                    "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entry.number, batch.place, *values
                )
                if payment.state == "booked":
                    self._run(
                        "INSERT INTO booking VALUES (?, ?, ?, ?, ?)",
                        *(payment.reference, entry.number, payment.place, payment.amount_cents, batch.execution_on),
                    )

    def record_receipt(self, name: str, receipt: Receipt) -> FileEntry:
        """Money that came in by itself, as a file that nobody sent."""
        number, at = self.next_number(), f"{receipt.booked_on}T08:00:00Z"
        digest = hashlib.sha256(name.encode()).hexdigest()
        self._run(
            "INSERT INTO file VALUES (?, ?, ?, 0, 'accepted', NULL, NULL, ?, NULL, NULL)", number, name, digest, at
        )
        self.claims.record_receipt(number, receipt)
        return self.file(number)

    def record_answer(self, answer: Answer, sha256: str, due_on: str) -> None:
        """An answer that is owed from a day on, with the hash of its bytes."""
        self._run("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, 0)", *astuple(answer), sha256)
        self._run("INSERT INTO due VALUES (?, ?, ?)", answer.file, answer.place, due_on)

    def last_number(self, account_iban: str) -> int:
        """The running number of the last HKR file for an account that was accepted."""
        return int(self._one("SELECT coalesce(max(number), 0) FROM numbered WHERE account_iban = ?", account_iban)[0])

    def record_fault(self, file: int, key: str) -> None:
        """What goes wrong with this file."""
        self._run("INSERT INTO fault VALUES (?, ?)", file, key)

    def fault(self, file: int) -> str | None:
        """What goes wrong with this file, if anything does."""
        row = self._one("SELECT key FROM fault WHERE file = ?", file)
        return row[0] if row else None

    def accepted_file(self, message_id: str) -> int | None:
        """The number of the accepted file with this MsgId."""
        row = self._one("SELECT number FROM file WHERE message_id = ? AND state = 'accepted'", message_id)
        return row[0] if row else None

    def record_recall(self, file: int, original: int, references: Sequence[str]) -> None:
        """This file asks for payments of an earlier one back."""
        self._run("INSERT INTO recall VALUES (?, ?, ?)", file, original, " ".join(references))

    def recalled_by(self, file: int) -> FileEntry | None:
        """What a request to cancel is about: the earlier file with the payments that it names; None for any other file."""
        row = self._one("SELECT original, wanted FROM recall WHERE file = ?", file)
        if row is None:
            return None
        original, wanted = self.file(row[0]), frozenset(row[1].split())
        batches = tuple(
            replace(it, payments=tuple(one for one in it.payments if one.reference in wanted))
            for it in original.batches
        )
        asked = self.file(file)
        return replace(
            original, batches=batches, created_at=asked.created_at, recalled=True,
            asked_by=asked.message_id or "", taken_back=self._taken_back(file),
        )  # fmt: skip

    def record_taken_back(self, file: int, orders: Sequence[TakeBack]) -> None:
        """The orders of an HKR file that take payments back."""
        for place, it in enumerate(orders, start=1):
            values = (it.reference, file, place, it.refers_to, it.amount_cents)
            self._run("INSERT INTO taken_back VALUES (?, ?, ?, ?, ?)", *values)

    def has_taken_back(self, reference: str) -> bool:
        """Whether an order to take a payment back came under this reference before."""
        return bool(self._one("SELECT 1 FROM taken_back WHERE reference = ?", reference))

    def file_paying(self, it: TakeBack) -> int | None:
        """The accepted file that ordered this very payment."""
        row = self._one(
            "SELECT file FROM payment WHERE reference = ? AND amount_cents = ? AND state <> 'duplicate'",
            *(it.refers_to, it.amount_cents),
        )
        return row[0] if row else None

    def _taken_back(self, file: int) -> tuple[TakeBack, ...]:
        rows = self._all(
            "SELECT reference, refers_to, amount_cents FROM taken_back WHERE file = ? ORDER BY place", file
        )
        return tuple(TakeBack(*row) for row in rows)

    def record_statement(self, file: int, place: int, account_iban: str, moved_cents: int, on: str) -> None:
        """The next statement of an account: its opening balance is the closing balance of the one before."""
        query = "SELECT number, closing_cents FROM statement WHERE account_iban = ? ORDER BY number DESC LIMIT 1"
        number, opening = self._one(query, account_iban) or (0, _FIRST_BALANCE_CENTS)
        values = (file, place, account_iban, number + 1, opening, opening + moved_cents, on)
        self._run("INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?)", *values)

    def standing(self, answer: Answer) -> Standing:
        """Where this answer stands among those on its account."""
        row = self._one(
            "SELECT number, opening_cents, closing_cents, closed_on FROM statement WHERE file = ? AND place = ?",
            *(answer.file, answer.place),
        )
        return Standing(*row) if row else Standing(answer.account_sequence or answer.file)

    def record_return(self, reference: str, charges_cents: int, on: str) -> None:
        """A payment came back to the account, less what was kept; a second time it cannot."""
        self._run("INSERT OR IGNORE INTO came_back VALUES (?, ?, ?)", reference, charges_cents, on)

    def today(self) -> str:
        """The sender's day: that of the newest order."""
        return str(self._one("SELECT coalesce(max(substr(created_at, 1, 10)), '') FROM file")[0])

    def owed(self, today: str) -> list[tuple[Answer, str]]:
        """The answers that are due and not yet known to be written, in their order, each with its hash."""
        rows = self._all(
            "SELECT file, place, kind, account_iban, account_sequence, name, sha256 FROM answer"
            " LEFT JOIN due USING (file, place)"
            " WHERE written = 0 AND coalesce(due_on, '') <= ? ORDER BY file, place",
            today,
        )
        return [(Answer(*row[:6]), row[6]) for row in rows]

    def answer(self, file: int, place: int) -> Answer:
        """One answer to a file."""
        query = (
            "SELECT file, place, kind, account_iban, account_sequence, name FROM answer WHERE file = ? AND place = ?"
        )
        return Answer(*self._one(query, file, place))

    def note_written(self, answer: Answer) -> None:
        """The answer is durable under its name."""
        self._run("UPDATE answer SET written = 1 WHERE file = ? AND place = ?", answer.file, answer.place)

    def file(self, number: int) -> FileEntry:
        """A judged file as it was recorded."""
        row = self._one(
            "SELECT number, sha256, state, message_id, created_at, code, text FROM file WHERE number = ?", number
        )
        told = self._one("SELECT format, number FROM numbered WHERE file = ?", number) or ("iso20022", 0)
        batches = self._all("SELECT * FROM batch WHERE file = ? ORDER BY place", number)
        columns: list[Any] = [*row, tuple(self._batch(*values) for values in batches), *told]
        known = self.claims
        return FileEntry(
            *columns,
            version=known.version(number),
            collections=known.collections(number),
            receipt=known.receipt(number),
        )

    def _batch(
        self, file: int, place: int, information_id: str, debtor_iban: str, execution_on: str, batch_booking: int
    ) -> BatchEntry:
        rows = self._all(
            "SELECT place, reference, instruction_id, amount_cents, creditor_iban, state, code, text"
            " FROM payment WHERE file = ? AND batch = ? ORDER BY place",
            *(file, place),
        )
        payments = tuple(PaymentEntry(*row) for row in rows)
        return BatchEntry(place, information_id, debtor_iban, execution_on, bool(batch_booking), payments)

    def printed(self) -> dict[str, Any]:
        """The whole book for a reader: per EndToEndId, per file, totals in payments and in cents."""
        return {
            "payments": {row[0]: _payment(row) for row in self._all(_PRINTED_PAYMENTS)},
            "files": self._dicts(
                "SELECT number, name, sha256, state, repeats, message_id, code, key AS fault FROM file"
                " LEFT JOIN fault ON fault.file = file.number ORDER BY 1"
            ),
            "answers": self._dicts("SELECT name, sha256, written FROM answer ORDER BY file, place"),
            "totals": self._dicts(_TOTALS.format(measure="count(*)"))[0],
            "cents": self._dicts(_TOTALS.format(measure="coalesce(sum(amount_cents), 0)"))[0],
            **self.claims.printed(),
        }

    def _run(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)

    def _one(self, query: str, *values: object) -> Any:
        return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def _dicts(self, query: str) -> list[dict[str, Any]]:
        cursor = self._connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


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


def _payment(row: Any) -> dict[str, Any]:
    names = (
        *("amount_cents", "iban", "state", "code", "message_id", "booked_on", "bookings", "duplicates_refused"),
        *("returned_on", "charges_cents"),
    )
    return dict(zip(names, row[1:], strict=True))
