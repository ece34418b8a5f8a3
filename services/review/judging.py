"""Regelprüfung: what the rules of the policy files are asked about a proposed grant, and what they answer.

The rules are data, the names they may use are here. A rule that stops is no opinion: it says what guideline and practice
do not allow, with the values and the source.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from services.review.examination import Application, AssessedLine
from services.review.financing import effective_rate_bp, is_cooperation
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
    "outside_categories_cents": Kind.NUMBER,
    "is_cooperation": Kind.YES_NO,
    "participants": Kind.NUMBER,
    "other_funding_told": Kind.YES_NO,
    "early_start_allowed": Kind.YES_NO,
    "eligible_cents": Kind.NUMBER,
    "granted_cents": Kind.NUMBER,
    "submitted_on": Kind.DAY,
    "completed_on": Kind.DAY,
    "starts_on": Kind.DAY,
    "ends_on": Kind.DAY,
    "longest_ends_on": Kind.DAY,
    "decided_on": Kind.DAY,
}
"""What a rule may ask about, by name and kind. `outside_categories_cents` is recognised expenditure of a category that the
item does not fund, `longest_ends_on` the first day after the longest period, `early_start_allowed` whether the period begins
no earlier than an early start was allowed, `other_funding_told` whether the form tells of other funding for the project."""


class RulesNotMet(DomainError):
    """What guideline or practice do not allow; the detail tells every rule that stands against the grant."""

    code = "rules-not-met"
    title = "Richtlinie oder Verwaltungspraxis lassen diese Bewilligung nicht zu."


@value
class Considered:
    """The grant that is proposed or approved, on which expenditure line by line, and when."""

    lines: tuple[AssessedLine, ...]
    granted_cents: int
    starts_on: date
    ends_on: date
    decided_on: date


def inputs(application: Application, terms: Terms, it: Considered) -> Inputs:
    """The values of all names of the vocabulary."""
    financing = application.financing
    categories = {one.line: one.category for one in application.lines}
    outside = (
        one.eligible_cents for one in it.lines if terms.categories and categories[one.line] not in terms.categories
    )
    together = is_cooperation(application, terms)
    return {
        "item": terms.item,
        "item_is_open": terms.is_open,
        "financing_type": terms.financing_type.value,
        "rate_bp": effective_rate_bp(terms, is_cooperation=together),
        "fixed_cents": terms.fixed_cents,
        "minimum_cents": terms.minimum_cents,
        "maximum_cents": terms.maximum_cents,
        "applied_cents": financing.grant_cents,
        "own_cents": financing.own_cents,
        "third_party_cents": financing.third_party_cents,
        "expenditure_cents": sum(one.cents for one in application.lines),
        "outside_categories_cents": sum(outside),
        "is_cooperation": together,
        "participants": len(application.cooperation.participants) if application.cooperation else 1,
        "other_funding_told": any(one.code == "double-funding" for one in application.findings),
        "early_start_allowed": application.early_start_on is not None and it.starts_on >= application.early_start_on,
        "eligible_cents": sum(one.eligible_cents for one in it.lines),
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
