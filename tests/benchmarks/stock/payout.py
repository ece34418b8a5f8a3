"""Payout on stock parts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.payout.payment import reference_of
from tests.benchmarks.content import DAY
from tests.benchmarks.conversation import YEAR, payment_of
from tests.benchmarks.stock.service import Body, StockService, named


class Disbursement(Aggregate):
    class PlanOpened(Aggregate.Created):
        case: str
        funds: Body

    class DrawdownRegistered(Aggregate.Event):
        drawdown: str
        year: int
        due_cents: int
        cents: int
        on: str

    class DrawdownAccepted(Aggregate.Event):
        drawdown: str
        cents: int
        by: str
        on: str

    class DrawdownCertified(Aggregate.Event):
        drawdown: str
        cents: int
        by: str
        on: str

    class DrawdownOrdered(Aggregate.Event):
        drawdown: str
        payment: str
        attempt: int
        by: str
        on: str

    class DrawdownPaid(Aggregate.Event):
        case: str
        drawdown: str
        payment: str
        on: str

    @event(PlanOpened)
    def __init__(self, case: str, funds: Body) -> None:
        self.case, self.funds, self.stage = case, funds, "open"

    @staticmethod
    def create_id(case: str) -> UUID:
        return UUID(case)

    @event(DrawdownRegistered)
    def register(self, drawdown: str, year: int, due_cents: int, cents: int, on: str) -> None:
        self.drawdown, self.year, self.due_cents, self.requested_cents, self.stage = (
            drawdown,
            year,
            due_cents,
            cents,
            "registered",
        )

    def payable_cents(self) -> int:
        granted = sum(it["cents"] for it in self.funds["by_year"] if it["year"] == self.year)
        return min(self.requested_cents, self.due_cents * self.funds["rate_bp"] // 10_000, granted)

    @event(DrawdownAccepted)
    def accept(self, drawdown: str, cents: int, by: str, on: str) -> None:
        self._step("registered", "accepted")
        self.cents = cents

    @event(DrawdownCertified)
    def certify(self, drawdown: str, cents: int, by: str, on: str) -> None:
        self._step("accepted", "certified")
        self.certified_by = by

    @event(DrawdownOrdered)
    def order(self, drawdown: str, payment: str, attempt: int, by: str, on: str) -> None:
        if by == self.certified_by:
            raise ValueError("who certified may not order")
        self._step("certified", "ordered")

    @event(DrawdownPaid)
    def pay(self, case: str, drawdown: str, payment: str, on: str) -> None:
        self._step("ordered", "paid")

    def _step(self, before: str, after: str) -> None:
        if self.stage != before:
            raise ValueError(f"{self.stage} instead of {before}")
        self.stage = after


class Payment(Aggregate):
    class Ordered(Aggregate.Created):
        payment: str
        order: Body
        by: str
        on: str

    class Batched(Aggregate.Event):
        case: str
        batch: str

    class Settled(Aggregate.Event):
        case: str
        cents: int
        booking: str
        on: str

    @event(Ordered)
    def __init__(self, payment: str, order: Body, by: str, on: str) -> None:
        self.order, self.batch_id, self.booking = order, "", ""

    @staticmethod
    def create_id(payment: str) -> UUID:
        return named("payment", payment)

    @event(Batched)
    def batch(self, case: str, batch: str) -> None:
        self.batch_id = batch

    @event(Settled)
    def settle(self, case: str, cents: int, booking: str, on: str) -> None:
        if not self.batch_id or self.booking or cents != self.order["cents"]:
            raise ValueError("not to be settled")
        self.booking = booking


class StockPayout(StockService):
    service = name = "payout"
    handled: Mapping[str, Sequence[str]] = {
        "intake": ("intake.drawdown-requested",),
        "review": ("review.funds-assigned",),
    }
    settled = 0

    def provision(self) -> None:
        """Nothing is there before the first case."""

    def _disbursement(self, case: str) -> Disbursement:
        return self.repository.get(UUID(case))

    def examine(self, case: str) -> None:
        it = self._disbursement(case)
        it.accept(it.drawdown, it.payable_cents(), "p-examiner", DAY)
        self.save(it)

    def certify(self, case: str) -> None:
        it = self._disbursement(case)
        it.certify(it.drawdown, it.cents, "p-certifier", DAY)
        self.save(it)

    def order(self, case: str) -> None:
        it, payment = self._disbursement(case), payment_of(case)
        it.order(it.drawdown, payment, 1, "p-orderer", DAY)
        order = {name: it.funds[name] for name in ("title", "file_number", "account_holder", "iban")} | {
            "case": case,
            "drawdown": it.drawdown,
            "attempt": 1,
            "reference": reference_of(case, 1, 1, YEAR),
            "cents": it.cents,
            "year": YEAR,
            "certified_by": it.certified_by,
        }
        self.save(it, Payment(payment, order, "p-orderer", DAY))

    def settle(self, case: str) -> None:
        it, payment = self._disbursement(case), payment_of(case)
        paid: Payment = self.repository.get(Payment.create_id(payment))
        paid.batch(case, "b1")
        paid.settle(case, it.cents, f"K-{case}", DAY)
        it.pay(case, it.drawdown, payment, DAY)
        self.save(paid, it)
        self.settled += it.cents

    def hear(self, contract: str, case: str, body: Body) -> Sequence[Any]:
        if contract == "review.funds-assigned":
            return [Disbursement(case, body)]
        it = self._disbursement(case)  # not there yet: the message comes again until review's has come
        it.register(body["drawdown"], body["year"], body["due_cents"], body["cents"], body["on"])
        return [it]

    def paid_cents(self) -> int:
        return self.settled

    def public(self) -> Mapping[type[Any], Callable[[Any], tuple[str, str, Body]]]:
        return {
            Disbursement.DrawdownAccepted: self._examined,
            Payment.Ordered: lambda it: self._paid("payout.payment-ordered", it.payment, it.order, it.on),
            Payment.Settled: self._settled,
        }

    def _examined(self, it: Any) -> tuple[str, str, Body]:
        disbursement: Disbursement = self.repository.get(it.originator_id)
        told = {"drawdown": it.drawdown, "requested_cents": disbursement.requested_cents, "cents": it.cents}
        return "payout.drawdown-examined", disbursement.case, told | {"on": it.on}

    def _settled(self, it: Any) -> tuple[str, str, Body]:
        payment: Payment = self.repository.get(it.originator_id)
        return self._paid("payout.payment-settled", payment_of(it.case), payment.order, it.on)

    def _paid(self, contract: str, payment: str, order: Body, on: str) -> tuple[str, str, Body]:
        told = {name: order[name] for name in ("drawdown", "title", "year", "cents")}
        return contract, order["case"], told | {"payment": payment, "on": on}
