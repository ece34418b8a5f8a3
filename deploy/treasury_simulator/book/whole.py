"""The treasury's own book: SQLite, one transaction per file, never a second booking of a reference."""

import hashlib
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from deploy.treasury_simulator.book.answers import AnswersPage
from deploy.treasury_simulator.book.claims import TABLES as CLAIM_TABLES
from deploy.treasury_simulator.book.claims import ClaimsPage, Receipt
from deploy.treasury_simulator.book.entries import BatchEntry, FileEntry, PaymentEntry
from deploy.treasury_simulator.book.page import Page
from deploy.treasury_simulator.book.printing import printed
from deploy.treasury_simulator.book.recalls import RecallsPage
from deploy.treasury_simulator.book.tables import TABLES
from deploy.treasury_simulator.folder import Arrival
from deploy.treasury_simulator.interruption import Moment, passing


class Book(Page):
    """Opened by one process at a time; a killed one leaves whole transactions only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.executescript(TABLES + CLAIM_TABLES)
        super().__init__(connection)
        self.claims = ClaimsPage(connection)
        self.answers = AnswersPage(connection)
        self.recalls = RecallsPage(connection)

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

    def recalled_by(self, file: int) -> FileEntry | None:
        """What a request to cancel is about: the earlier file with the payments that it names; None for any other file."""
        asked = self.recalls.asked(file)
        if asked is None:
            return None
        number, wanted = asked
        original, asking = self.file(number), self.file(file)
        batches = tuple(
            replace(it, payments=tuple(one for one in it.payments if one.reference in wanted))
            for it in original.batches
        )
        return replace(
            original, batches=batches, created_at=asking.created_at, recalled=True,
            asked_by=asking.message_id or "", taken_back=self.recalls.taken_back(file),
        )  # fmt: skip

    def record_return(self, reference: str, charges_cents: int, on: str) -> None:
        """A payment came back to the account, less what was kept; a second time it cannot."""
        self._run("INSERT OR IGNORE INTO came_back VALUES (?, ?, ?)", reference, charges_cents, on)

    def today(self) -> str:
        """The sender's day: that of the newest order."""
        return str(self._one("SELECT coalesce(max(substr(created_at, 1, 10)), '') FROM file")[0])

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
        """The whole book for a reader."""
        return printed(self._connection) | self.claims.printed()
