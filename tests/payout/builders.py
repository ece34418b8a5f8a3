"""What payout's tests start from: d1 (Stadtilm, domain.md) as assigned, and a house that records decisions in memory."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.report import (
    AccountEntry,
    Answer,
    Booking,
    BookingReport,
    Status,
    StatusReport,
    apply_booking,
    apply_status_report,
)
from services.payout.treasury import Account, instruction
from services.payout.treasury.iso20022 import build
from shared.contracts import SideCondition, YearAmount
from shared.decider import AnyDecider, Context, Decision
from shared.identity import Role, Sealed
from tests.scenario import acting

CASE = "0123456789abcdef0123456789abcdef"
OTHER_CASE = "fedcba9876543210fedcba9876543210"
BATCH = "b0000000000000000000000000000001"
TITLE = "1605-63371"
IBAN = "DE02120300000000202051"
DEBTOR = Account(holder="Thüringer Landeshauptkasse", iban="DE75512108001245126199")
PAYEE = Account(holder="Stadt Stadtilm", iban=IBAN)


def sealed_value(path: str, case: str = CASE) -> Sealed:
    return Sealed(origin="intake", stream=f"application-{case}", path=path, subject="m-1", nonce="bm9uY2U", box="Ym94")


def plan(
    case: str = CASE,
    by_year: Mapping[int, int] | None = None,
    eligible_cents: int = 56_000_00,
    rate_bp: int = 8_000,
    side_conditions: tuple[SideCondition, ...] = (),
    municipalities: tuple[str, ...] = (),
) -> disbursements.OpenPlan:
    amounts = by_year or {2025: 30_000_00, 2026: 14_800_00}
    return disbursements.OpenPlan(
        award=case,
        file_number="EG-2025-00001",
        title=TITLE,
        applicant_key="16070048",
        applicant_name="Stadt Stadtilm",
        by_year=tuple(YearAmount(year=year, cents=cents) for year, cents in amounts.items()),
        eligible_cents=eligible_cents,
        rate_bp=rate_bp,
        account_holder=sealed_value("account_holder", case),
        iban=sealed_value("iban", case),
        assigned_on=date(2025, 7, 31),
        acted=(),
        side_conditions=side_conditions,
        municipalities=municipalities,
    )


def drawdown(
    name: str = "d1", year: int = 2025, due: int = 24_000_00, cents: int = 19_200_00, on: date = date(2025, 8, 4)
) -> disbursements.RegisterDrawdown:
    return disbursements.RegisterDrawdown(
        drawdown=name, year=year, eligible_due_cents=due, requested_cents=cents, requested_on=on
    )


def examiner(on: date = date(2025, 8, 4)) -> Context:
    return acting("p-examiner", Role.CASE_OFFICER, on)


def certifier(on: date = date(2025, 8, 4)) -> Context:
    return acting("p-certifier", Role.CERTIFIER, on)


def orderer(on: date = date(2025, 8, 4)) -> Context:
    return acting("p-orderer", Role.ORDERING_OFFICER, on)


def cashier(on: date = date(2025, 8, 4)) -> Context:
    return acting("p-cashier", Role.TREASURY, on)


def system(on: date = date(2025, 8, 4)) -> Context:
    return acting("system", Role.SYSTEM, on)


class House:
    """The four nouns in memory: records a decision in all its streams or in none, as the store does."""

    def __init__(self) -> None:
        self.events: dict[str, list[Any]] = defaultdict(list)
        self.deciders: dict[str, AnyDecider] = {}

    def state(self, noun: AnyDecider, id: str) -> Any:
        return noun.fold(self.events[noun.stream(id)])

    def record(self, decision: Decision, context: Context) -> list[Any]:
        states = [noun.fold(self.events[stream]) for stream, noun in decision.reads.items()]
        more = decision.further(states) if decision.further else {}
        states += [noun.fold(self.events[stream]) for stream, noun in more.items()]
        decided = decision.judge(states, context)
        for stream, events in decided.items():
            assert stream in decision.reads or stream in more
            self.events[stream] += events
        return [it for events in decided.values() for it in events]

    def tell(self, noun: AnyDecider, id: str, command: Any, context: Context) -> list[Any]:
        decided = list(noun.decide(command, self.state(noun, id), context))
        self.events[noun.stream(id)] += decided
        return decided

    # ---- The road of one drawdown

    def disbursement(self, command: Any, context: Context, case: str = CASE) -> list[Any]:
        return self.tell(disbursements.decider, case, command, context)

    def certified(self, asked: disbursements.RegisterDrawdown, case: str = CASE) -> None:
        day = asked.requested_on
        self.disbursement(asked, system(day), case)
        self.disbursement(disbursements.ExamineDrawdown(drawdown=asked.drawdown), examiner(day), case)
        self.disbursement(disbursements.CertifyDrawdown(drawdown=asked.drawdown), certifier(day), case)

    def order(self, drawdown: str, payment: str, on: date = date(2025, 8, 4), case: str = CASE) -> list[Any]:
        return self.record(disbursements.order(case, drawdown, payment), orderer(on))

    def payment(self, id: str) -> Any:
        return self.state(payments.decider, id)

    def draft(self, *ids: str, batch: str = BATCH, on: date = date(2025, 8, 4)) -> batches.Draft:
        return batches.draft(
            batch,
            [self.payment(it).order for it in ids],
            created_at=datetime(on.year, on.month, on.day, 10, tzinfo=UTC),
            execution_on=on,
            debtor="landeshauptkasse",
            writing=batches.Writing(),
        )

    def seal(self, *ids: str, batch: str = BATCH, on: date = date(2025, 8, 4)) -> list[Any]:
        content = self.draft(*ids, batch=batch, on=on)
        return self.record(batches.seal(content, sha256(file_of(content)).hexdigest()), orderer(on))

    def sealed(self, batch: str = BATCH) -> batches.BatchSealed:
        return self.state(batches.decider, batch).sealed

    def batch(self, command: Any, context: Context, batch: str = BATCH) -> list[Any]:
        return self.tell(batches.decider, batch, command, context)

    def transmit(self, batch: str = BATCH, on: date = date(2025, 8, 4)) -> None:
        self.batch(batches.ReleaseBatch(), cashier(on), batch)
        self.batch(batches.StartSubmission(attempt=1), system(on), batch)
        digest = self.sealed(batch).file_sha256
        self.batch(batches.ConfirmTransmission(file_sha256=digest, evidence="file"), system(on), batch)

    def answered(self, report: StatusReport, sha: str = "a" * 64) -> list[Any]:
        state = self.state(batches.decider, report.batch)
        known = None if isinstance(state, batches.Unsealed) else state.sealed
        return self.record(apply_status_report(report, sha, known), system())

    def booked(self, report: BookingReport, sha: str = "b" * 64, *batch: str) -> list[Any]:
        known = [self.sealed(it) for it in batch or (BATCH,)]
        return self.record(apply_booking(report, sha, known), system())

    def reference(self, payment: str) -> str:
        return self.payment(payment).order.reference


def file_of(content: batches.Sealable) -> bytes:
    return build(instruction(content, {it.reference: PAYEE for it in content.entries}, DEBTOR))


def statuses(*status: Status, message: str = "S-1", batch: str = BATCH) -> StatusReport:
    return StatusReport(message_id=message, batch=batch, statuses=status)


def accepted(reference: str = "", group: str = "") -> Status:
    return Status(answer=Answer.ACCEPTED, status="ACCP", reference=reference, group=group)


def rejected(reference: str = "", reason: str = "AC04", group: str = "") -> Status:
    return Status(answer=Answer.REJECTED, status="RJCT", reason=reason, reference=reference, group=group)


def debit(*booking: Booking, key: str = "K-1", cents: int | None = None, group: str = "") -> AccountEntry:
    total = sum(it.cents for it in booking) if cents is None else cents
    return AccountEntry(
        key=key, cents=total, debit=True, booked=True, booked_on=date(2025, 8, 6), group=group, bookings=booking
    )


def bookings(*entry: AccountEntry, message: str = "C-1") -> BookingReport:
    return BookingReport(message_id=message, entries=entry)


def ordered_house() -> House:
    """d1's first drawdown, ordered as payment p1."""
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    house.order("d1", "p1")
    return house


def transmitted_house() -> House:
    """The same, sealed, released and handed over."""
    house = ordered_house()
    house.seal("p1")
    house.transmit()
    return house
