"""Regelprüfung: what the rules of the policy files are asked about a proposed grant, and what they answer.

The rules are data, the names they may use are here. A rule that stops is no opinion: it says what guideline and practice
do not allow, with the values and the source.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from services.review.examination import Application
from shared.calendar import add_months
from shared.decider import DomainError, value
from shared.policy import Terms
from shared.rules import Inputs, Judgement, Kind, Rule, judge

VOCABULARY: Mapping[str, Kind] = {
    "item": Kind.TEXT,
    "item_is_open": Kind.YES_NO,
    "financing_type": Kind.TEXT,
    "rate_bp": Kind.NUMBER,
    "fixed_cents": Kind.NUMBER,
    "minimum_cents": Kind.NUMBER,
    "maximum_cents": Kind.NUMBER,
    "applied_cents": Kind.NUMBER,
    "own_cents": Kind.NUMBER,
    "third_party_cents": Kind.NUMBER,
    "expenditure_cents": Kind.NUMBER,
    "eligible_cents": Kind.NUMBER,
    "granted_cents": Kind.NUMBER,
    "submitted_on": Kind.DAY,
    "completed_on": Kind.DAY,
    "starts_on": Kind.DAY,
    "ends_on": Kind.DAY,
    "longest_ends_on": Kind.DAY,
    "decided_on": Kind.DAY,
}
"""What a rule may ask about, by name and kind; `longest_ends_on` is the last day that the longest period allows."""


class RulesNotMet(DomainError):
    """What guideline or practice do not allow; the detail tells every rule that stands against the grant."""

    code = "rules-not-met"
    title = "Richtlinie oder Verwaltungspraxis lassen diese Bewilligung nicht zu."


@value
class Considered:
    """The grant that is proposed or approved, and when."""

    eligible_cents: int
    granted_cents: int
    rate_bp: int
    starts_on: date
    ends_on: date
    decided_on: date


def inputs(application: Application, terms: Terms, it: Considered) -> Inputs:
    """The values of all names of the vocabulary."""
    financing = application.financing
    return {
        "item": terms.item,
        "item_is_open": terms.is_open,
        "financing_type": terms.financing_type.value,
        "rate_bp": it.rate_bp,
        "fixed_cents": terms.fixed_cents,
        "minimum_cents": terms.minimum_cents,
        "maximum_cents": terms.maximum_cents,
        "applied_cents": financing.grant_cents,
        "own_cents": financing.own_cents,
        "third_party_cents": financing.third_party_cents,
        "expenditure_cents": sum(one.cents for one in application.lines),
        "eligible_cents": it.eligible_cents,
        "granted_cents": it.granted_cents,
        "submitted_on": application.submitted_on,
        "completed_on": application.completed_on,
        "starts_on": it.starts_on,
        "ends_on": it.ends_on,
        "longest_ends_on": add_months(it.starts_on, terms.period_months),
        "decided_on": it.decided_on,
    }


def judged(rules: Sequence[Rule], application: Application, terms: Terms, it: Considered) -> Judgement:
    """What all rules say of a grant; `RulesNotMet` when one that stops is not met."""
    found = judge(rules, inputs(application, terms, it))
    if found.stopping:
        raise RulesNotMet(" ".join(f"{one.reason} ({one.source})" for one in found.stopping))
    return found
