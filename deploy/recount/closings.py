"""Closed days and sealed years, computed again from what the statements, the payments and the budget's entries recorded.

A log keeps its order in the ledger, two logs have none: payout's side is what it had recorded when it closed, and the
budget's entries are looked for to the end of the export.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.recount.reading import Recorded


@dataclass
class Paid:
    """A payment as payout recorded it; days are ISO, empty while it did not happen."""

    title: str
    year: int
    reference: str = ""
    settled_on: str = ""
    cents: int = 0
    returned_on: str = ""
    returned_cents: int = 0

    def until(self, day: str) -> tuple[int, int]:
        """What was paid, and what came back, until and with a day."""
        paid = self.cents if self.settled_on and self.settled_on <= day else 0
        return paid, self.returned_cents if self.returned_on and self.returned_on <= day else 0


@dataclass
class Closed:
    """What a closing says it counted of the budget, and the payments that it has to find there: paid and returned.

    `named` are those that two persons named because the budget says otherwise of them, by so many cents.
    """

    name: str
    budget_cents: int
    payments: dict[str, tuple[int, int]]
    named: frozenset[str] = frozenset()
    named_cents: int = 0


@dataclass
class Closings:
    days: int = 0
    years: int = 0
    _payments: dict[str, Paid] = field(default_factory=dict[str, Paid])
    _statements: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict[str, dict[str, tuple[int, int]]])
    _received: dict[str, int] = field(default_factory=dict[str, int])
    _entered: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _closed: list[Closed] = field(default_factory=list[Closed])
    _found: list[str] = field(default_factory=list[str])

    def take(self, it: Recorded) -> None:
        facts, name = it.facts, it.stream.partition("-")[2]
        match it.topic:
            case "payout.payment-ordered":
                self._payments[name] = Paid(
                    title=facts["title"], year=facts["year"], reference=facts.get("reference", "")
                )
            case "payout.payment-settled":
                paid = self._payments[name]
                paid.settled_on, paid.cents = facts.get("settled_on", ""), facts["cents"]
            case "payout.payment-returned":
                paid = self._payments[name]
                paid.returned_on, paid.returned_cents = facts.get("returned_on", ""), facts["cents"]
            case "review.payment-recorded" | "review.payment-reversed":
                entry = self._entered.setdefault(facts.get("payment", ""), [0, 0])
                entry[it.topic.endswith("reversed")] += facts["cents"]
            case "payout.repayment-booked" if facts.get("booked_by") == "system" or it.facts.get("assigned"):
                day = facts.get("account_on") or facts["received_on"]
                self._received[day] = self._received.get(day, 0) + facts["cents"] + facts["interest_cents"]
            case "payout.repayment-found-on-account":
                day = facts["account_on"]
                self._received[day] = self._received.get(day, 0) + facts["cents"]
            case "payout.statement-noted":
                days = {one["booked_on"]: (one["debit_cents"], one["credit_cents"]) for one in facts["days"]}
                self._statements[f"{it.stream}/{facts['statement']}/{facts['sha256']}"] = days
            case "payout.reconciliation-closed":
                self._day(facts)
            case "payout.year-sealed":
                self._year(facts)
            case _:
                pass

    def _day(self, facts: Mapping[str, Any]) -> None:
        self.days += 1
        day = facts["closed_on"]
        booked = [days[day] for days in self._statements.values() if day in days]
        settled = sum(it.cents for it in self._payments.values() if it.settled_on == day)
        returned = sum(it.returned_cents for it in self._payments.values() if it.returned_on == day)
        until = {name: it.until(day) for name, it in self._payments.items() if any(it.until(day))}
        self._hold(day, facts, {
            "debit_cents": sum(debit for debit, _ in booked), "credit_cents": sum(credit for _, credit in booked),
            "settled_cents": settled, "returned_cents": returned,
            **({"received_cents": self._received.get(day, 0)} if "received_cents" in facts else {}),
        }, until)  # fmt: skip

    def _year(self, facts: Mapping[str, Any]) -> None:
        self.years += 1
        title, year = facts["title"], facts["year"]
        found = {name: it for name, it in self._payments.items() if (it.title, it.year) == (title, year)}
        paid = {name: (it.cents, it.returned_cents) for name, it in found.items() if it.settled_on}
        self._hold(f"{title}/{year}", facts, {}, paid)

    def _hold(
        self, name: str, facts: Mapping[str, Any], more: Mapping[str, int], payments: dict[str, tuple[int, int]]
    ) -> None:
        counted = {**more, "paid_cents": sum(paid - back for paid, back in payments.values())}
        self._found += [
            f"{name}: {what} is {facts[what]}, counted {cents}"
            for what, cents in counted.items()
            if facts[what] != cents
        ]
        difference: Mapping[str, Any] = facts.get("difference") or {}
        references = frozenset(difference.get("payments", ()))
        named = frozenset(it for it in payments if {it, self._payments[it].reference} & references)
        cents = difference.get("cents", 0)
        self._closed.append(Closed(name, facts["budget_cents"], payments, named, cents))

    def differences(self) -> Iterator[str]:
        """What was closed and does not add up."""
        yield from self._found
        for it in self._closed:
            for payment, told in it.payments.items():
                if payment in it.named:
                    continue  # Two persons named it; what it comes to is held against the sums.
                entered = self._entered.get(payment, [0, 0])
                if tuple(entered)[:1] != told[:1] or (told[1] and entered[1] != told[1]):
                    yield f"{it.name}: payment {payment} is {told}, the budget entered {tuple(entered)}"
            counted = sum(paid - back for paid, back in it.payments.values())
            if it.budget_cents + it.named_cents != counted:
                yield f"{it.name}: budget_cents is {it.budget_cents}, counted {counted}"
