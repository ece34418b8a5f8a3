"""`scenario.json`: what goes wrong at the treasury on purpose, rule by rule; without the file nothing does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from deploy.treasury_simulator.order import Payment, Reason


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
class Scenario:
    """The rules in their order; the first that matches a payment is applied."""

    rules: tuple[Rule, ...] = ()

    def reason_to_reject(self, payment: Payment) -> Reason | None:
        return next((Reason(rule.reject, rule.text[:105]) for rule in self.rules if rule.matches(payment)), None)


def load(path: Path) -> Scenario:
    """The rules of this file, `{"rules": [{…}]}`; raises ScenarioMistaken."""
    try:
        document: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Scenario()
    except ValueError as broken:
        raise ScenarioMistaken(f"{path.name}: no JSON") from broken
    try:
        rules = tuple(Rule(**rule) for rule in document["rules"])
    except (TypeError, KeyError) as mistaken:
        raise ScenarioMistaken(f"{path.name}: {mistaken}") from mistaken
    for rule in rules:
        values = (rule.reject, rule.text, rule.reference or "-", rule.iban_ending or "-")
        if not all(isinstance(cast(object, value), str) for value in values) or not 1 <= len(rule.reject) <= 4:
            raise ScenarioMistaken(f"{path.name}: only texts, and a reject code of one to four characters")
        if rule.reference is None and rule.iban_ending is None:
            raise ScenarioMistaken(f"{path.name}: a rule needs a reference or an iban_ending")
    return Scenario(rules)
