"""Intake on stock parts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from tests.benchmarks.content import DAY, FORM, SUBMISSION_SHA256
from tests.benchmarks.conversation import DRAWN_CENTS, DUE_CENTS, YEAR, drawdown_of
from tests.benchmarks.stock.service import Body, StockService, named


class FileRegister(Aggregate):
    class Opened(Aggregate.Created):
        year: int

    class NumberAssigned(Aggregate.Event):
        case: str
        number: int
        file_number: str

    @event(Opened)
    def __init__(self, year: int) -> None:
        self.year = year
        self.number = 0

    @staticmethod
    def create_id(year: int) -> UUID:
        return named("register", year)

    @event(NumberAssigned)
    def assign(self, case: str, number: int, file_number: str) -> None:
        self.number = number


class Application(Aggregate):
    class Submitted(Aggregate.Created):
        case: str
        form: Body
        sha256: str
        by: str
        on: str

    class ReceiptAcknowledged(Aggregate.Event):
        file_number: str
        sha256: str

    class DeclaredComplete(Aggregate.Event):
        by: str
        on: str

    class Noted(Aggregate.Event):
        contract: str
        body: Body

    @event(Submitted)
    def __init__(self, case: str, form: Body, sha256: str, by: str, on: str) -> None:
        total = sum(it["cents"] for it in form["lines"])
        if sum(form["financing"].values()) != total or sum(it["cents"] for it in form["by_year"]) > total:
            raise ValueError("the plan does not add up")
        self.case, self.form, self.by, self.on = case, form, by, on
        self.file_number, self.completed_on = "", ""
        self.noted: dict[str, Body] = {}

    @staticmethod
    def create_id(case: str) -> UUID:
        return UUID(case)

    @event(ReceiptAcknowledged)
    def acknowledge(self, file_number: str, sha256: str) -> None:
        self.file_number = file_number

    @event(DeclaredComplete)
    def declare_complete(self, by: str, on: str) -> None:
        if not self.file_number or self.completed_on or by == self.by:
            raise ValueError("not to be declared complete")
        self.completed_on = on

    @event(Noted)
    def note(self, contract: str, body: Body) -> None:
        self.noted[contract] = body

    def may_draw(self, cents: int) -> None:
        funds = self.noted.get("review.funds-assigned")
        if (
            funds is None
            or "intake.drawdown-requested" in self.noted
            or cents > sum(it["cents"] for it in funds["by_year"])
        ):
            raise ValueError("not to be drawn")


class Drawdown(Aggregate):
    class Requested(Aggregate.Created):
        case: str
        drawdown: str
        year: int
        due_cents: int
        cents: int
        by: str
        on: str

    @event(Requested)
    def __init__(self, case: str, drawdown: str, year: int, due_cents: int, cents: int, by: str, on: str) -> None:
        self.case = case

    @staticmethod
    def create_id(drawdown: str) -> UUID:
        return named("drawdown", drawdown)


class StockIntake(StockService):
    service = name = "intake"
    handled: Mapping[str, Sequence[str]] = {
        "review": (
            "review.assessment-opened",
            "review.award-notified",
            "review.award-final",
            "review.funds-assigned",
        ),
        "payout": ("payout.drawdown-examined", "payout.payment-ordered", "payout.payment-settled"),
    }
    settled = 0

    def provision(self) -> None:
        self.save(FileRegister(YEAR))

    def submit(self, case: str) -> None:
        register: FileRegister = self.repository.get(FileRegister.create_id(YEAR))
        application = Application(case, FORM, SUBMISSION_SHA256, "p-stadtilm", DAY)
        number = register.number + 1
        file_number = f"EG-{YEAR}-{number:05d}"
        register.assign(case, number, file_number)
        application.acknowledge(file_number, SUBMISSION_SHA256)
        self.save(application, register)

    def declare_complete(self, case: str) -> None:
        application: Application = self.repository.get(UUID(case))
        application.declare_complete("p-clerk", DAY)
        self.save(application)

    def request_drawdown(self, case: str) -> None:
        application: Application = self.repository.get(UUID(case))
        application.may_draw(DRAWN_CENTS)
        drawdown = Drawdown(case, drawdown_of(case), YEAR, DUE_CENTS, DRAWN_CENTS, "p-stadtilm", DAY)
        application.note("intake.drawdown-requested", {"drawdown": drawdown_of(case), "cents": DRAWN_CENTS})
        self.save(application, drawdown)

    def hear(self, contract: str, case: str, body: Body) -> Sequence[Any]:
        application: Application = self.repository.get(UUID(case))
        application.note(contract, body)
        self.settled += body["cents"] if contract == "payout.payment-settled" else 0
        return [application]

    def paid_cents(self) -> int:
        return self.settled

    def public(self) -> Mapping[type[Any], Callable[[Any], tuple[str, str, Body]]]:
        return {Application.DeclaredComplete: self._completed, Drawdown.Requested: self._requested}

    def _completed(self, it: Any) -> tuple[str, str, Body]:
        application: Application = self.repository.get(it.originator_id)
        body = application.form | {
            "file_number": application.file_number,
            "submitted_on": application.on,
            "completed_on": it.on,
            "acted": [
                {"person": application.by, "role": "applicant", "action": "SubmitApplication"},
                {"person": it.by, "role": "intake-clerk", "action": "DeclareComplete"},
            ],
        }
        return "intake.application-completed", application.case, body

    def _requested(self, it: Any) -> tuple[str, str, Body]:
        body = {"drawdown": it.drawdown, "year": it.year, "due_cents": it.due_cents, "cents": it.cents, "on": it.on}
        return "intake.drawdown-requested", it.case, body
