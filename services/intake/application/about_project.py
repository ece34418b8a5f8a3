"""What is to be done and when, and whether somebody else pays for it already (B4, B5, B6, B11, B13)."""

from collections.abc import Iterator
from datetime import date

from services.intake.application.commands import AskedField, SubmitApplication
from services.intake.application.errors import DetailInvalid, ProjectBegun, TextMissing, UnknownItem
from services.intake.application.found import Found, answered, missing, warning
from services.intake.financing_plan import PeriodReversed
from shared.calendar import add_months
from shared.contracts.intake import Measure

LONGEST_MONTHS = 1_200
"""No period is longer, so that a day of the calendar can be named for it."""


def item(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B4: the item is named and open; a closed one is never refused here, for the practice of the decision's day counts."""
    for name, text in (("item", form.item), ("title", form.title)):
        if not text.strip():
            yield TextMissing(field=name)
    if not form.facts.item_known:
        yield UnknownItem(field="item")
    if form.facts.closed_because:
        text = f"Für diesen Fördergegenstand wird zurzeit nicht bewilligt: {form.facts.closed_because}"
        yield warning("item-closed", "item", text)


def beginning(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B5: nothing begins before the application, no contract is made before it, but with an approved early start."""
    least = min(on, form.early_start_on or on)
    if form.starts_on < least:
        yield ProjectBegun(field="starts_on")
    if form.contract_on and form.contract_on < least:
        yield ProjectBegun(field="contract_on")


def period(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B6: it ends after it begins and is not longer than the practice allows."""
    if form.ends_on <= form.starts_on:
        yield PeriodReversed(field="ends_on")
    longest = form.facts.period_months
    if longest and form.ends_on > add_months(form.starts_on, min(longest, LONGEST_MONTHS)):
        yield warning("period-long", "ends_on", f"Das Vorhaben dauert länger als {longest} Monate.")


def double_funding(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B11: the same project is paid for once."""
    told = form.declarations
    for field, answer, question in (
        ("equalisation_funding", told.equalisation_funding, "Gibt es Mittel nach § 24 Abs. 2 ThürFAG dafür?"),
        ("other_funding", told.other_funding, "Gibt es Mittel aus anderen Förderprogrammen dafür?"),
    ):
        path = f"declarations.{field}"
        if open_question := answered(answer, path, question):
            yield open_question
        elif answer:
            yield warning("double-funding", path, "Für das Vorhaben gibt es weitere Förderung oder sie ist beantragt.")
    for it in form.facts.similar:
        code, how = ("same-title", "Name") if it.same_title else ("same-period", "Gegenstand und Zeitraum")
        yield warning(
            code, "title", f"{how} stimmen mit dem Antrag {it.file_number} überein: Ist es dasselbe Vorhaben?"
        )


def measures(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B13: what the item wants to know of each measure."""
    asked = form.facts.asked
    if asked and not form.measures:
        listed = "; ".join(it.title for it in asked)
        yield missing("measures-missing", "measures", f"Bitte beschreiben Sie noch die Maßnahmen: {listed}.")
    for index, measure in enumerate(form.measures):
        if not measure.title.strip():
            yield TextMissing(field=f"measures.{index}.title")
        for field in asked:
            yield from _detail(measure, field, f"measures.{index}.details.{field.code}")


def _detail(measure: Measure, field: AskedField, path: str) -> Iterator[Found]:
    text = next((it.text.strip() for it in measure.details if it.code == field.code), "")
    if not text:
        yield missing("detail-missing", path, f"Bitte ergänzen Sie noch: {field.title}.")
    elif field.kind == "number" and not (text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000):
        yield DetailInvalid(field=path)
    elif field.kind == "yes-no" and text != "yes":
        yield warning("promise-refused", path, f"Nicht zugesagt: {field.title}.")
