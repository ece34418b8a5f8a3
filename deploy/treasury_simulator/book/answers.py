"""The answers that are owed and written, and the statements of each account among them."""

from dataclasses import astuple

from deploy.treasury_simulator.book.entries import Answer, Standing
from deploy.treasury_simulator.book.page import Page

_FIRST_BALANCE_CENTS = 1_000_000_000_00


class AnswersPage(Page):
    """What the treasury has to say, and whether it was said."""

    def next_sequence(self, account_iban: str) -> int:
        """The next ElctrncSeqNb of an account, without gaps from 1."""
        query = "SELECT coalesce(max(account_sequence), 0) + 1 FROM answer WHERE account_iban = ?"
        return int(self._one(query, account_iban)[0])

    def record(self, answer: Answer, sha256: str, due_on: str) -> None:
        """An answer that is owed from a day on, with the hash of its bytes."""
        self._run("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, 0)", *astuple(answer), sha256)
        self._run("INSERT INTO due VALUES (?, ?, ?)", answer.file, answer.place, due_on)

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
