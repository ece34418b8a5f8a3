"""What the rules B1 to B20 find in a form: errors that refuse it, what is missing, what a reviewer must look at.

B20 (the same submission again) is no question of the form: the decision itself knows what it was sent before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from services.intake.application import about_applicant, about_declarations, about_money, about_project
from services.intake.application.commands import SubmitApplication
from services.intake.application.found import Found, Severity
from shared.contracts.intake import Finding
from shared.decider import DomainError, FieldError

RULES: Mapping[str, Callable[[SubmitApplication, date], Iterator[Found]]] = {
    "B1": about_applicant.applicant,
    "B2": about_applicant.names,
    "B3": about_applicant.members,
    "B4": about_project.item,
    "B5": about_project.beginning,
    "B6": about_project.period,
    "B8": about_money.lines,
    "B9": about_money.financing,
    "B7": about_money.years,
    "B10": about_money.limits,
    "B11": about_project.double_funding,
    "B12": about_applicant.cooperation,
    "B13": about_project.measures,
    "B14": about_declarations.economic_activity,
    "B15": about_declarations.budget_safeguarding,
    "B16": about_applicant.representative,
    "B17": about_money.account,
    "B18": about_declarations.documents,
    "B19": about_declarations.declared,
}
"""Rule → what it finds; the numbers are those of the catalogue of checks. The years are judged after the grant that they sum to."""


def examined(form: SubmitApplication, on: date) -> tuple[Finding, ...]:
    """All that the rules find in a form on a day."""
    return tuple(_finding(rule, it) for rule, it in _found(form, on))


def acceptable(form: SubmitApplication, on: date) -> tuple[Finding, ...]:
    """What is found in a form that can be accepted; else the first error, which carries all findings."""
    found = list(_found(form, on))
    findings = tuple(_finding(rule, it) for rule, it in found)
    for _, it in found:
        if isinstance(it, DomainError):
            it.errors = tuple(_told(one) for one in sorted(findings, key=lambda one: one.severity != Severity.ERROR))
            raise it
    return findings


def _found(form: SubmitApplication, on: date) -> Iterator[tuple[str, Found]]:
    for rule, judge in RULES.items():
        for it in judge(form, on):
            yield rule, it


def _finding(rule: str, it: Found) -> Finding:
    if isinstance(it, Finding):
        return Finding(rule=rule, severity=it.severity, code=it.code, field=it.field, text=it.text)
    text = f"{it.title} {it.detail}".strip()
    return Finding(rule=rule, severity=Severity.ERROR, code=it.code, field=it.field, text=text)


def _told(it: Finding) -> FieldError:
    return FieldError(
        field=it.field, code=it.code, message=it.text, severity="" if it.severity == Severity.ERROR else it.severity
    )
