"""Requests to take payments back, and the orders of HKR files that do."""

from collections.abc import Sequence

from deploy.treasury_simulator.book.page import Page
from deploy.treasury_simulator.order import TakeBack


class RecallsPage(Page):
    """What is asked back of which file."""

    def record(self, file: int, original: int, references: Sequence[str]) -> None:
        """This file asks for payments of an earlier one back."""
        self._run("INSERT INTO recall VALUES (?, ?, ?)", file, original, " ".join(references))

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

    def taken_back(self, file: int) -> tuple[TakeBack, ...]:
        rows = self._all(
            "SELECT reference, refers_to, amount_cents FROM taken_back WHERE file = ? ORDER BY place", file
        )
        return tuple(TakeBack(*row) for row in rows)

    def asked(self, file: int) -> tuple[int, frozenset[str]] | None:
        """The earlier file that this one asks payments of back, and which; None for any other file."""
        row = self._one("SELECT original, wanted FROM recall WHERE file = ?", file)
        return (row[0], frozenset(row[1].split())) if row else None
