"""What the treasury is to collect, and what came in: the book's pages for claims, in the transactions of the book."""

from dataclasses import dataclass
from typing import Any

from deploy.treasury_simulator.book.page import Page

TABLES = """
CREATE TABLE IF NOT EXISTS notation (file INTEGER PRIMARY KEY REFERENCES file, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS collection (
    file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, reference TEXT NOT NULL, kind TEXT NOT NULL,
    refers_to TEXT NOT NULL, payable_under TEXT NOT NULL, amount_cents INTEGER NOT NULL, due_on TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('taken', 'rejected', 'duplicate')), code TEXT, PRIMARY KEY (file, place));
CREATE UNIQUE INDEX IF NOT EXISTS one_collection_per_reference ON collection (reference) WHERE state <> 'duplicate';
CREATE TABLE IF NOT EXISTS claim (
    payable_under TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, amount_cents INTEGER NOT NULL, due_on TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS receipt (
    file INTEGER PRIMARY KEY REFERENCES file, reference TEXT NOT NULL, amount_cents INTEGER NOT NULL,
    booked_on TEXT NOT NULL, account_iban TEXT NOT NULL, told TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """What the treasury did with one order about a claim; `state` is taken, rejected or duplicate."""

    place: int
    reference: str
    kind: str
    refers_to: str
    payable_under: str
    amount_cents: int
    due_on: str
    state: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is collected under a Kassenzeichen by now; `reference` is that of the order that began it."""

    reference: str
    amount_cents: int
    due_on: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in; `told` is the file that tells it: `bookings`, `statement` or `notification`."""

    reference: str
    amount_cents: int
    booked_on: str
    account_iban: str
    told: str


class ClaimsPage(Page):
    """Orders about claims, the claims as they change them, and receipts."""

    def record(self, file: int, version: int, collections: tuple[CollectionEntry, ...]) -> None:
        """The version of an HKR file and its orders about claims, with what they change."""
        self._connection.execute("INSERT INTO notation VALUES (?, ?)", (file, version))
        for it in collections:
            values = (
                *(file, it.place, it.reference, it.kind, it.refers_to, it.payable_under),
                *(it.amount_cents, it.due_on, it.state, it.code),
            )
            self._connection.execute("INSERT INTO collection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def record_claim(self, payable_under: str, claim: Claim) -> None:
        """What is collected from now on."""
        values = (payable_under, claim.reference, claim.amount_cents, claim.due_on)
        self._connection.execute("INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?)", values)

    def record_receipt(self, file: int, receipt: Receipt) -> None:
        """Money that came in, as the file that tells it."""
        values = (file, receipt.reference, receipt.amount_cents, receipt.booked_on, receipt.account_iban, receipt.told)
        self._connection.execute("INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?)", values)

    def claim(self, payable_under: str) -> Claim | None:
        """What is collected under this Kassenzeichen."""
        row = self._one("SELECT reference, amount_cents, due_on FROM claim WHERE payable_under = ?", payable_under)
        return Claim(*row) if row else None

    def has_reference(self, reference: str) -> bool:
        """Whether an order about a claim came under this reference before, taken or refused."""
        return bool(self._one("SELECT 1 FROM collection WHERE reference = ? AND state <> 'duplicate'", reference))

    def version(self, file: int) -> int:
        """The version of an HKR file."""
        row = self._one("SELECT version FROM notation WHERE file = ?", file)
        return int(row[0]) if row else 1

    def collections(self, file: int) -> tuple[CollectionEntry, ...]:
        """The orders about claims in a file."""
        rows = self._connection.execute(
            "SELECT place, reference, kind, refers_to, payable_under, amount_cents, due_on, state, code FROM collection"
            " WHERE file = ? ORDER BY place",
            (file,),
        )
        return tuple(CollectionEntry(*row) for row in rows)

    def receipt(self, file: int) -> Receipt | None:
        """What came in, when the file is one that the treasury sends by itself."""
        row = self._one(
            "SELECT reference, amount_cents, booked_on, account_iban, told FROM receipt WHERE file = ?", file
        )
        return Receipt(*row) if row else None

    def printed(self) -> dict[str, Any]:
        """Claims by Kassenzeichen with what came in on them, and orders about claims by reference."""
        claims = self._connection.execute(
            "SELECT payable_under, claim.amount_cents, due_on, (SELECT coalesce(sum(receipt.amount_cents), 0) FROM receipt"
            " WHERE receipt.reference = payable_under) FROM claim ORDER BY 1"
        )
        orders = self._connection.execute(
            "SELECT reference, kind, amount_cents, state, code FROM collection ORDER BY 1"
        )
        return {
            "claims": {row[0]: {"amount_cents": row[1], "due_on": row[2], "received_cents": row[3]} for row in claims},
            "collections": {
                row[0]: {"kind": row[1], "amount_cents": row[2], "state": row[3], "code": row[4]} for row in orders
            },
        }
