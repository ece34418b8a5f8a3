"""What is owed for a file, and its bytes as pure functions of the book: rendered again, they are the same.

They repeat identifiers and amounts, never a creditor's name or IBAN: the sender knows them, and an answer is kept longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.treasury_simulator.account_report import KINDS, account_report, booked_of, lines_of
from deploy.treasury_simulator.book import Answer, FileEntry, PaymentEntry, Standing
from deploy.treasury_simulator.book.claims import Receipt
from deploy.treasury_simulator.damage import DAMAGES
from deploy.treasury_simulator.fault import Fault, Step
from deploy.treasury_simulator.hkr_answers import (
    ACKNOWLEDGEMENT,
    BOOKINGS,
    CLOSED_DAY,
    acknowledgement,
    closed_day,
    deducted,
    hkr_account,
    hkr_kind,
)
from deploy.treasury_simulator.hkr_reading import FORMAT
from deploy.treasury_simulator.recall_answer import RECALL_ANSWER, recall_answer
from deploy.treasury_simulator.status_report import STATUS_REPORT, status_report

HONEST = (Step("status"), Step("notification"))
"""What a treasury does when nothing goes wrong."""
EXECUTED = (Step("recall", recall="RJCR", reason="ARDT"),)
"""What it says of a request to cancel when nothing goes wrong: what it took it has executed."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One answer to a file: how it is played, its kind, and for a report on an account which."""

    step: Step
    kind: str
    account: str | None = None


def owed_answers(entry: FileEntry, fault: Fault | None) -> list[Owed]:
    """Each answer to a file in its order: without a fault a status report, and a notification per account that was debited."""
    if entry.receipt:
        return [_told_of(entry.receipt)]
    if entry.recalled:
        steps = fault.recalled if fault and fault.asked_back else EXECUTED
        return [it for step in steps for it in _owed(entry, step, fault)]
    if entry.state == "rejected":
        return [Owed(HONEST[0], ACKNOWLEDGEMENT if entry.format == FORMAT else STATUS_REPORT)]
    return [it for step in (fault.plays if fault else HONEST) for it in _owed(entry, step, fault)]


def _told_of(receipt: Receipt) -> Owed:
    if receipt.told == "bookings":
        return Owed(Step("notification"), BOOKINGS, receipt.account_iban)
    return Owed(Step(receipt.told), KINDS[receipt.told][0], receipt.account_iban)


def _owed(entry: FileEntry, step: Step, fault: Fault | None) -> list[Owed]:
    if step.send == "status":
        return [Owed(step, ACKNOWLEDGEMENT if entry.format == FORMAT else STATUS_REPORT)]
    if step.send == "recall":
        return [Owed(step, ACKNOWLEDGEMENT if entry.format == FORMAT else RECALL_ANSWER)]
    debited = [batch.debtor_iban for batch in entry.batches if fault or booked_of(batch)]
    kind = hkr_kind(step) if entry.format == FORMAT else KINDS[step.send][0]
    return [Owed(step, kind, iban) for iban in dict.fromkeys(debited)]


def due_on(entry: FileEntry, step: Step) -> str:
    """The first day on which it may be sent; a refusal at once."""
    if entry.state == "rejected":
        return ""
    return (date.fromisoformat(entry.created_at[:10]) + timedelta(days=step.days)).isoformat()


def answer_name(file: int, place: int, kind: str) -> str:
    """A file name that sorts by arrival of the file, then by place."""
    return f"{file:06d}-{place}-{kind}.xml"


def delivered_name(answer: Answer, owed: Owed) -> str:
    """The name under which it is handed over."""
    return owed.step.name.replace("{name}", answer.name) or answer.name


def moved_cents(entry: FileEntry, owed: Owed) -> int:
    """By how much a statement changes the account's balance."""
    return sum(line.cents for line in lines_of(entry, owed.account or "", owed.step))


def came_back(entry: FileEntry, owed: Owed) -> list[PaymentEntry]:
    """The payments that an answer says came back."""
    lines = lines_of(entry, owed.account or "", owed.step)
    return [payment for line in lines if line.returned for payment in line.payments]


def meant(place: int, all_owed: Sequence[Owed]) -> int:
    """The place of the answer whose bytes are sent at this place."""
    return all_owed[place - 1].step.again or place


def render(answer: Answer, entry: FileEntry, all_owed: Sequence[Owed], standing: Standing) -> bytes:
    """The bytes of this answer to this file; `standing` is the account's in the answer that is meant."""
    place = meant(answer.place, all_owed)
    raw = _undamaged(answer.file, place, entry, all_owed, standing)
    return DAMAGES[all_owed[answer.place - 1].step.damage](raw)


def _undamaged(file: int, place: int, entry: FileEntry, all_owed: Sequence[Owed], standing: Standing) -> bytes:
    owed = all_owed[place - 1]
    if entry.format == FORMAT and owed.step.send == "status":
        return acknowledgement(entry, owed.step, f"LHK-Q-{file:08d}" + (f"-{place}" if place > 1 else ""))
    if entry.format == FORMAT and owed.step.send == "recall":
        return deducted(entry, owed.step, f"LHK-Q-{file:08d}" + (f"-{place}" if place > 1 else ""))
    if owed.kind == CLOSED_DAY:
        return closed_day(entry, owed.account or "", owed.step, f"LHK-T-{file:08d}-{place}", standing)
    if entry.format == FORMAT or owed.kind == BOOKINGS:
        return hkr_account(entry, owed.account or "", owed.step, f"LHK-B-{file:08d}-{place}")
    match owed.step.send:
        case "status":
            first = owed.step.same_id or [it.kind for it in all_owed].index(STATUS_REPORT) == place - 1
            return status_report(entry, owed.step, f"LHK-S-{file:08d}" + ("" if first else f"-{place}"))
        case "recall":
            return recall_answer(entry, owed.step, f"LHK-R-{file:08d}-{place}")
        case kind:
            identification = f"LHK-{KINDS[kind][3]}-{file:08d}-{place}"
            return account_report(entry, owed.account or "", owed.step, identification, standing)
