"""The protections between payout and the treasury, each with what the code is without it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import report as reports
from services.payout.batch import in_cases
from services.payout.disbursement import deciding
from services.payout.report import answers
from services.payout.treasury import desk
from services.payout.treasury.directory import Directory
from services.payout.treasury.filing import settings_of
from shared.decider import AnyDecider, Context, Decided, Decision, decision


def same_bytes() -> None:
    """A retry makes a new file, under a new message id and a new name."""
    hand_over = Directory.hand_over

    def anew(self: Directory, name: str, raw: bytes) -> None:
        outgoing: Path = self._root / "to-treasury"
        if (outgoing / name).exists() or (self._root / "received" / name).exists():
            old, new = name.partition(".")[0], uuid4().hex
            name, raw = name.replace(old, new), raw.replace(old.encode(), new.encode())
        hand_over(self, name, raw)

    Directory.hand_over = anew


def announced_first() -> None:
    """The file is sent, and only then it is recorded that it might be."""
    made = desk.sealed_bytes_of

    def sent(house: Any, sealed: batches.BatchSealed) -> bytes:
        raw = made(house, sealed)
        Directory(settings_of(house).treasury).hand_over(sealed.file_name, raw)
        return raw

    desk.sealed_bytes_of = sent


def renamed() -> None:
    """The file is written under its name from the first byte on."""

    def in_place(self: Directory, name: str, raw: bytes) -> None:
        path: Path = self._root / "to-treasury" / name
        with path.open("wb") as file:
            file.write(raw[: len(raw) // 2])
            file.flush()
            time.sleep(0.15)
            file.write(raw[len(raw) // 2 :])

    Directory.hand_over = in_place


def unknown_is_no_failure() -> None:
    """Whoever does not know whether the file arrived takes it for refused."""
    hand_over = desk.Desk._hand_over

    async def given_up(self: desk.Desk, directory: Directory, id: str) -> None:
        state: batches.Batch = (await self.house.writer.state(batches.decider, id)).state
        if not isinstance(state, batches.Submitting):
            await hand_over(self, directory, id)
            return
        for entry in state.sealed.entries:
            await self._execute(_refused(id, entry))
        told = batches.ConfirmTransmission(file_sha256=state.sealed.file_sha256, evidence="given up")
        await self._execute(decision(batches.decider, id, told))

    desk.Desk._hand_over = given_up


def _refused(batch: str, entry: batches.Entry) -> Decision:
    payment, case = payments.decider.stream(entry.payment), disbursements.decider.stream(entry.case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        refused = payments.decider.decide(payments.RejectPayment(batch=batch, reason="failed"), states[0], context)
        noted = disbursements.NoteRejection(
            case=entry.case, drawdown=entry.drawdown, payment=entry.payment, reason="failed", released_by=""
        )
        return {payment: refused, case: disbursements.decider.decide(noted, states[1], context)}

    return Decision(reads={payment: payments.decider, case: disbursements.decider}, judge=judge, action="Give up")


def duplicate_is_receipt() -> None:
    """“You sent this before” is taken for a refusal."""
    answers.DUPLICATES = frozenset[str]()


def refused_and_paid() -> None:
    """What was refused is ordered anew whatever the account was debited."""
    deciding.refuse_unexplained = in_cases.disbursements.refuse_unexplained = lambda _debits: None


def keys_per_file() -> None:
    """Nobody remembers which files were taken in."""
    _forget(reports.decider, lambda report, _event: report)


def keys_per_entry() -> None:
    """Nobody remembers by which line of the account a payment was debited."""
    evolve = payments.decider.evolve

    def forgetful(payment: payments.Payment, it: payments.Event) -> payments.Payment:
        return payment if isinstance(it, payments.PaymentSettled) else evolve(payment, it)

    _forget(payments.decider, forgetful)


def _forget(noun: AnyDecider, evolve: Callable[[Any, Any], Any]) -> None:
    object.__setattr__(noun, "evolve", evolve)
