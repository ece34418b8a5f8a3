"""A title's years, added up from the entries of its budgets, and what was paid, added up from the treasury's answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.recount.reading import Recorded

PLAN = ("appropriated", "brought", "continued", "remainder", "reallocated", "frozen")
"""What the plan gives, by where it comes from; what is frozen is taken off it."""
USE = ("reserved", "committed", "paid")
SILENT = frozenset({
    "review.funds-reservation-refused", "review.funds-commitment-refused", "review.commitment-shift-refused",
    "review.budget-carried-over", "review.budget-closed", "review.payment-awaiting-budget", "review.threshold-reached",
    "review.provisional-override-granted",
})  # fmt: skip
"""What a budget's stream holds and what moves no cent."""

type Place = tuple[str, int, int]
"""Title, the budget's year, the year of the account in it."""


@dataclass
class Statement:
    """Cents by title, budget year and account year; `unread` are topics of budgets that nobody taught this program."""

    accounts: dict[Place, dict[str, int]] = field(default_factory=dict[Place, dict[str, int]])
    settled: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict[tuple[str, int], int](int))
    unread: set[str] = field(default_factory=set[str])
    _orders: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def take(self, it: Recorded) -> None:
        noun, _, name = it.stream.partition("-")
        if noun == "budget":
            title, _, year = name.rpartition("-")
            self._enter(title, int(year), it)
        elif it.topic == "payout.payment-ordered":
            self._orders[it.stream] = (it.facts["title"], it.facts["year"])
        elif it.topic == "payout.payment-settled":
            self.settled[self._orders[it.stream]] += it.facts["cents"]

    def _enter(self, title: str, budget: int, it: Recorded) -> None:
        facts = it.facts
        if it.topic in SILENT:
            return
        if it.topic == "review.budget-proclaimed":
            self._proclaim(title, budget, facts)
        elif moves := _moves(it.topic, facts, budget):
            for column, sign, parts in moves:
                for part in parts:
                    account = self.accounts.setdefault((title, budget, part["year"]), dict.fromkeys((*PLAN, *USE), 0))
                    account[column] += sign * part["cents"]
        else:
            self.unread.add(it.topic)

    def _proclaim(self, title: str, budget: int, facts: Mapping[str, Any]) -> None:
        """The act's amounts replace the provisional ones; of an authorisation that lived on only what was used stays."""
        voted = {part["year"]: part["cents"] for part in facts["authorisations"]}
        voted[budget] = facts["appropriation_cents"]
        for year in voted:
            self.accounts.setdefault((title, budget, year), dict.fromkeys((*PLAN, *USE), 0))
        for (one, opened, year), account in self.accounts.items():
            if (one, opened) == (title, budget):
                used = sum(account[it] for it in USE) - account["brought"]
                account["appropriated"] = voted.get(year, 0)
                account["continued"] = min(account["continued"], max(0, used))


type Move = tuple[str, int, Sequence[Mapping[str, Any]]]
"""Column, sign, parts of years."""


def _moves(topic: str, facts: Mapping[str, Any], budget: int) -> Sequence[Move]:
    """What an entry moves, column by column; nothing for one that is not known."""
    parts: Sequence[Mapping[str, Any]] = facts.get("by_year", ())
    own = [{"year": budget, "cents": facts.get("cents", 0)}]
    match topic.removeprefix("review."):
        case "budget-opened":
            cash = {"year": budget, "cents": facts["appropriation_cents"]}
            return [("appropriated", 1, [cash, *facts["authorisations"]]), ("continued", 1, facts.get("continued", ()))]
        case "commitment-carried":
            later = [part for part in parts if part["year"] != budget]
            return [("committed", 1, parts), ("brought", 1, later)]
        case "funds-reserved":
            return [("reserved", 1, parts)]
        case "reservation-released":
            return [("reserved", -1, parts)]
        case "funds-committed":
            return [("reserved", -1, parts), ("committed", 1, parts)]
        case "commitment-reduced":
            return [("committed", -1, parts)]
        case "commitment-shifted":
            reserved = facts.get("reserved", ())
            return [("committed", -1, facts["less"]), ("reserved", -1, reserved), ("committed", 1, facts["more"])]
        case "payment-recorded" | "payment-reversed" if facts.get("overpaid"):
            return [("paid", -1 if topic.endswith("reversed") else 1, own)]
        case "payment-recorded":
            return [("committed", -1, own), ("paid", 1, own)]
        case "payment-reversed":
            return [("committed", 1, own), ("paid", -1, own)]
        case "payment-put-on-commitment":
            return [("committed", -1, own)]
        case "repayment-received":
            return [("paid", -1, [{"year": budget, "cents": facts["set_off_cents"]}])]
        case "commitment-lapsed":
            return [("committed", -1, own)]
        case "commitment-moved":
            return [("committed", -1, own), ("remainder", -1, own)]
        case name:
            return _plan_moves(name, facts, own)


def _plan_moves(name: str, facts: Mapping[str, Any], own: Sequence[Mapping[str, Any]]) -> Sequence[Move]:
    match name:
        case "funds-frozen" | "freeze-lifted":
            return [("frozen", 1 if name == "funds-frozen" else -1, [{"year": facts["year"], "cents": facts["cents"]}])]
        case "funds-given" | "funds-taken":
            return [("reallocated", 1 if name == "funds-taken" else -1, own)]
        case "remainder-handed-over" | "remainder-taken-over":
            return [("remainder", 1 if name == "remainder-taken-over" else -1, own)]
        case _:
            return []


def available(account: Mapping[str, int]) -> int:
    """What may be spoken for: the plan's amounts less what is frozen."""
    return sum(account[it] for it in PLAN if it != "frozen") - account["frozen"]
