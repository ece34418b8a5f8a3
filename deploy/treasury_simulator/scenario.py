"""`scenario.json`: what goes wrong at the treasury on purpose, by rules, by faults, or by a seed, and what comes in; without the file nothing does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from deploy.treasury_simulator.checks import is_day, is_iban
from deploy.treasury_simulator.fault import Fault, drawn, table
from deploy.treasury_simulator.order import Collection, Payment, Reason

TOLD = ("bookings", "statement", "notification")


class ScenarioMistaken(Exception):
    """scenario.json is not what README.md describes; a misspelt rule must not silently do nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Payments with this reference, or to an account with this ending, are rejected with this code."""

    reject: str
    reference: str | None = None
    iban_ending: str | None = None
    text: str = "Konto nicht verfügbar"

    def matches(self, payment: Payment) -> bool:
        by_reference = self.reference is None or payment.reference == self.reference
        return by_reference and (self.iban_ending is None or payment.creditor_iban.endswith(self.iban_ending))


@dataclass(frozen=True, slots=True)
class Played:
    """A fault by its key in faults.toml, for the file of this MsgId or for every file."""

    fault: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Faults by a seed: which files meet one, and which, follows from it and from the file's MsgId alone."""

    seed: str
    rate: float
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """Somebody pays `cents` on `on` and names `reference`; `told` is the file that tells it, `account` the one that is credited."""

    id: str
    reference: str
    cents: int
    on: str
    account: str
    told: str = "bookings"


@dataclass(frozen=True, slots=True)
class Scenario:
    """The rules in their order; the first that matches a payment is applied. `today` is the treasury's day if it is not the sender's."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[Played, ...] = ()
    drawn: Drawn | None = None
    today: str = ""
    opens_on: str = ""
    paid: tuple[Paid, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Nothing is taken and nothing answered before the day on which it opens."""
        return bool(self.opens_on) and self.today < self.opens_on

    def fault_of(self, message_id: str) -> Fault | None:
        """What goes wrong with this file."""
        for played in self.faults:
            if played.message in (None, message_id):
                return table()[played.fault]
        key = drawn(self.drawn.seed, self.drawn.rate, self.drawn.among, message_id) if self.drawn else ""
        return table()[key] if key else None

    def code_against(self, it: Collection) -> str:
        """Why an order about a claim is refused; empty when no rule names it or what is paid under."""
        return next((rule.reject for rule in self.rules if rule.reference in (it.reference, it.payable_under)), "")

    def reason_to_reject(self, payment: Payment) -> Reason | None:
        return next((Reason(rule.reject, rule.text[:105]) for rule in self.rules if rule.matches(payment)), None)


def load(path: Path) -> Scenario:
    """What this file says shall go wrong; raises ScenarioMistaken."""
    try:
        document: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Scenario()
    except ValueError as broken:
        raise ScenarioMistaken(f"{path.name}: no JSON") from broken
    try:
        rules = tuple(Rule(**rule) for rule in document.get("rules", ()))
        faults = tuple(Played(**played) for played in document.get("faults", ()))
        seeded = _drawn(**document["drawn"]) if "drawn" in document else None
        paid = tuple(Paid(**it) for it in document.get("paid", ()))
        scenario = Scenario(rules, faults, seeded, document.get("today", ""), document.get("opens_on", ""), paid)
    except (AttributeError, TypeError, KeyError) as mistaken:
        raise ScenarioMistaken(f"{path.name}: {mistaken}") from mistaken
    _check(path.name, document, scenario)
    return scenario


def _drawn(seed: str, rate: float, among: list[str] | None = None) -> Drawn:
    return Drawn(seed, rate, tuple(among or table()))


def _check(name: str, document: dict[str, Any], scenario: Scenario) -> None:
    if unknown := document.keys() - {"rules", "faults", "drawn", "today", "opens_on", "paid"}:
        raise ScenarioMistaken(f"{name}: {min(unknown)} is nothing it knows")
    for rule in scenario.rules:
        values = (rule.reject, rule.text, rule.reference or "-", rule.iban_ending or "-")
        if not all(isinstance(cast(object, value), str) for value in values) or not 1 <= len(rule.reject) <= 4:
            raise ScenarioMistaken(f"{name}: only texts, and a reject code of one to four characters")
        if rule.reference is None and rule.iban_ending is None:
            raise ScenarioMistaken(f"{name}: a rule needs a reference or an iban_ending")
    for it in scenario.paid:
        if not (is_day(it.on) and is_iban(it.account) and it.cents > 0 and it.told in TOLD and it.id and it.reference):
            raise ScenarioMistaken(
                f"{name}: paid needs a day, an IBAN, cents, and to be told by one of {', '.join(TOLD)}"
            )
    for key in [it.fault for it in scenario.faults] + list(scenario.drawn.among if scenario.drawn else ()):
        if key not in table():
            raise ScenarioMistaken(f"{name}: no fault is called {key}")
    for day in (scenario.today, scenario.opens_on):
        if day and not is_day(day):
            raise ScenarioMistaken(f"{name}: {day} is no day")
