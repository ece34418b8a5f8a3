"""Review on stock parts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from tests.benchmarks.content import AWARD_LETTER, DAY, EXAMINATION_NOTE, LINES, REASONS, SPLIT, TERMS
from tests.benchmarks.conversation import APPROPRIATION_CENTS, TITLE, YEAR
from tests.benchmarks.stock.service import Body, StockService, named

type Years = list[dict[str, int]]


class Budget(Aggregate):
    class Opened(Aggregate.Created):
        title: str
        year: int
        available: dict[str, int]

    class Reserved(Aggregate.Event):
        entry: int
        case: str
        by_year: Years
        basis: Body

    class Committed(Aggregate.Event):
        entry: int
        counters: int
        case: str
        by_year: Years
        basis: Body

    class PaymentRecorded(Aggregate.Event):
        entry: int
        counters: int
        case: str
        payment: str
        cents: int
        on: str

    @event(Opened)
    def __init__(self, title: str, year: int, available: dict[str, int]) -> None:
        self.year = year
        self.free = {int(it): cents for it, cents in available.items()}
        self.entries = self.paid_cents = 0
        self.reserved: dict[str, tuple[int, Years]] = {}
        self.committed: dict[str, tuple[int, int]] = {}

    @staticmethod
    def create_id(title: str, year: int) -> UUID:
        return named("budget", f"{title}-{year}")

    @event(Reserved)
    def reserve(self, entry: int, case: str, by_year: Years, basis: Body) -> None:
        if case in self.reserved or case in self.committed:
            raise ValueError("reserved already")
        if any(it["cents"] > self.free.get(it["year"], 0) for it in by_year):
            raise ValueError("funds exhausted")
        for it in by_year:
            self.free[it["year"]] -= it["cents"]
        self.entries, self.reserved[case] = entry, (entry, by_year)

    @event(Committed)
    def commit(self, entry: int, counters: int, case: str, by_year: Years, basis: Body) -> None:
        if self.reserved.pop(case) != (counters, by_year):
            raise ValueError("not reserved")
        own = sum(it["cents"] for it in by_year if it["year"] == self.year)
        self.entries, self.committed[case] = entry, (entry, own)

    @event(PaymentRecorded)
    def pay(self, entry: int, counters: int, case: str, payment: str, cents: int, on: str) -> None:
        number, unpaid = self.committed[case]
        if cents > unpaid:
            raise ValueError("beyond the commitment")
        self.entries, self.committed[case] = entry, (number, unpaid - cents)
        self.paid_cents += cents


class Assessment(Aggregate):
    class Opened(Aggregate.Created):
        case: str
        application: Body
        on: str

    class OpinionRecorded(Aggregate.Event):
        opinion: str
        reasons: str
        by: str
        on: str

    class ExpenditureAssessed(Aggregate.Event):
        lines: list[Body]
        applied_cents: int
        eligible_cents: int
        by: str
        on: str

    class AwardProposed(Aggregate.Event):
        granted_cents: int
        by_year: Years
        note: Body
        terms: Body
        by: str
        on: str

    class ReservationNoted(Aggregate.Event):
        budget: str
        on: str

    class Concluded(Aggregate.Event):
        by: str
        on: str

    @event(Opened)
    def __init__(self, case: str, application: Body, on: str) -> None:
        self.case, self.application, self.stage = case, application, "opened"
        self.acted: list[Body] = list(application["acted"])

    @staticmethod
    def create_id(case: str) -> UUID:
        return named("assessment", case)

    def _step(self, before: str, after: str, by: str = "", action: str = "") -> None:
        if self.stage != before:
            raise ValueError(f"{self.stage} instead of {before}")
        self.stage = after
        if action:
            self.acted.append({"person": by, "role": "case-officer", "action": action})

    @event(OpinionRecorded)
    def record_opinion(self, opinion: str, reasons: str, by: str, on: str) -> None:
        self._step("opened", "opined", by, "record-expert-opinion")

    @event(ExpenditureAssessed)
    def assess(self, lines: list[Body], applied_cents: int, eligible_cents: int, by: str, on: str) -> None:
        applied = {it["line"]: it["cents"] for it in self.application["lines"]}
        if any(it["eligible_cents"] > applied[it["line"]] for it in lines):
            raise ValueError("beyond what was applied for")
        self._step("opined", "assessed", by, "assess-expenditure")
        self.applied_cents, self.eligible_cents = applied_cents, eligible_cents

    @event(AwardProposed)
    def propose(self, granted_cents: int, by_year: Years, note: Body, terms: Body, by: str, on: str) -> None:
        if granted_cents > self.eligible_cents * terms["rate_bp"] // 10_000:
            raise ValueError("beyond the rate")
        self._step("assessed", "proposed", by, "propose-award")
        self.granted_cents, self.by_year, self.terms = granted_cents, by_year, terms

    @event(ReservationNoted)
    def note_reservation(self, budget: str, on: str) -> None:
        self._step("proposed", "reserved")

    @event(Concluded)
    def conclude(self, by: str, on: str) -> None:
        if any(it["person"] == by for it in self.acted):
            raise ValueError("four eyes")
        self._step("reserved", "concluded")


class Award(Aggregate):
    class Approved(Aggregate.Created):
        case: str
        grant: Body
        by: str
        on: str

    class NoticeDispatched(Aggregate.Event):
        letter: Body
        by: str
        on: str

    class RemedyWaived(Aggregate.Event):
        by: str
        on: str

    class BecameFinal(Aggregate.Event):
        on: str

    class FundsAssigned(Aggregate.Event):
        funds: Body

    @event(Approved)
    def __init__(self, case: str, grant: Body, by: str, on: str) -> None:
        self.case, self.grant, self.stage = case, grant, "approved"

    @staticmethod
    def create_id(case: str) -> UUID:
        return named("award", case)

    @event(NoticeDispatched)
    def dispatch(self, letter: Body, by: str, on: str) -> None:
        self.stage = "notified"

    @event(RemedyWaived)
    def waive(self, by: str, on: str) -> None:
        if self.stage != "notified":
            raise ValueError("not dispatched")

    @event(BecameFinal)
    def become_final(self, on: str) -> None:
        self.stage = "final"

    @event(FundsAssigned)
    def assign(self, funds: Body) -> None:
        self.stage = "assigned"


class StockReview(StockService):
    service = name = "review"
    handled: Mapping[str, Sequence[str]] = {
        "intake": ("intake.application-completed",),
        "payout": ("payout.payment-settled",),
    }

    def provision(self) -> None:
        available = {str(YEAR): APPROPRIATION_CENTS, str(YEAR + 1): APPROPRIATION_CENTS}
        self.save(Budget(TITLE, YEAR, available))

    def _budget(self) -> Budget:
        return self.repository.get(Budget.create_id(TITLE, YEAR))

    def _assessment(self, case: str) -> Assessment:
        return self.repository.get(Assessment.create_id(case))

    def _award(self, case: str) -> Award:
        return self.repository.get(Award.create_id(case))

    def record_opinion(self, case: str) -> None:
        assessment = self._assessment(case)
        assessment.record_opinion("positive", REASONS, "p-expert", DAY)
        self.save(assessment)

    def assess(self, case: str) -> None:
        assessment = self._assessment(case)
        applied = sum(it["cents"] for it in assessment.application["lines"])
        assessment.assess(LINES, applied, sum(it["eligible_cents"] for it in LINES), "p-officer", DAY)
        self.save(assessment)

    def propose(self, case: str) -> None:
        assessment = self._assessment(case)
        granted = sum(it["cents"] for it in SPLIT)
        assessment.propose(granted, SPLIT, EXAMINATION_NOTE, TERMS, "p-officer", DAY)
        self.save(assessment)

    def reserve(self, case: str) -> None:
        assessment, budget = self._assessment(case), self._budget()
        budget.reserve(budget.entries + 1, case, assessment.by_year, assessment.terms["basis"])
        assessment.note_reservation(f"{TITLE}-{YEAR}", DAY)
        self.save(assessment, budget)

    def approve(self, case: str) -> None:
        assessment, budget = self._assessment(case), self._budget()
        entry, by_year = budget.reserved[case]
        assessment.conclude("p-approver", DAY)
        budget.commit(budget.entries + 1, entry, case, by_year, assessment.terms["basis"])
        form, terms = assessment.application, assessment.terms
        grant = {
            it: form[it] for it in ("file_number", "applicant_key", "applicant_name", "account_holder", "iban")
        } | {
            "case": case,
            "item": form["item"],
            "project": form["title"],
            "title": TITLE,
            "by_year": by_year,
            "granted_cents": assessment.granted_cents,
            "eligible_cents": assessment.eligible_cents,
            "cut_cents": assessment.applied_cents - assessment.eligible_cents,
            "rate_bp": terms["rate_bp"],
            "basis": terms["basis"],
            "acted": [*assessment.acted, {"person": "p-approver", "role": "approver", "action": "approve-grant"}],
        }
        self.save(assessment, budget, Award(case, grant, "p-approver", DAY))

    def dispatch(self, case: str) -> None:
        award = self._award(case)
        award.dispatch(AWARD_LETTER, "p-officer", DAY)
        self.save(award)

    def record_waiver(self, case: str) -> None:
        award = self._award(case)
        award.waive("p-officer", DAY)
        award.become_final(DAY)
        named_in_plan = (
            "file_number",
            "title",
            "applicant_key",
            "applicant_name",
            "by_year",
            "eligible_cents",
            "rate_bp",
        )
        funds = {it: award.grant[it] for it in (*named_in_plan, "account_holder", "iban", "acted")}
        award.assign(funds | {"award": case, "on": DAY})
        self.save(award)

    def hear(self, contract: str, case: str, body: Body) -> Sequence[Any]:
        if contract == "intake.application-completed":
            return [Assessment(case, body, DAY)]
        budget = self._budget()
        entry, _ = budget.committed[case]
        budget.pay(budget.entries + 1, entry, case, body["payment"], body["cents"], body["on"])
        return [budget]

    def paid_cents(self) -> int:
        return self._budget().paid_cents

    def public(self) -> Mapping[type[Any], Callable[[Any], tuple[str, str, Body]]]:
        return {
            Assessment.Opened: lambda it: ("review.assessment-opened", it.case, {"on": it.on}),
            Award.NoticeDispatched: self._notified,
            Award.BecameFinal: lambda it: ("review.award-final", self._case(it), {"on": it.on}),
            Award.FundsAssigned: lambda it: ("review.funds-assigned", it.funds["award"], it.funds),
        }

    def _case(self, it: Any) -> str:
        award: Award = self.repository.get(it.originator_id)
        return award.case

    def _notified(self, it: Any) -> tuple[str, str, Body]:
        award: Award = self.repository.get(it.originator_id)
        told = {name: award.grant[name] for name in ("granted_cents", "by_year", "cut_cents")}
        return "review.award-notified", award.case, told | {"on": it.on, "letter_sha256": it.letter["sha256"]}
