"""Ausgaben- und Finanzierungsplan: what the money is for, by whom and in which years it is paid (rules B6–B9).

Pure checks, used by the application's rules. Every contradiction is told with the path of its field, positions counted
from 0. The longest period and the open funding items are policy, so review judges them.
"""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.decider import DomainError, value
from shared.money import NotAnAmount, amount

MAX_LINES = 200
"""Keeps the submission far below the 512 kB that an event may hold."""
MAX_TEXT = 500


@value
class FinancingPlan:
    """The expenditure, its cover, the grant's share of each budget year, and the project's first and last day."""

    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def years(self) -> range:
        """The budget years that the project touches; the budget year is the calendar year (§ 4 ThürLHO)."""
        return range(self.starts_on.year, self.ends_on.year + 1)


class InvalidPlan(DomainError):
    """A plan that contradicts itself; each subclass names how."""

    status: ClassVar[int] = 422


class AmountInvalid(InvalidPlan):
    code = "amount-invalid"
    title = "Das ist kein zulässiger Betrag."


class AmountNotPositive(InvalidPlan):
    code = "amount-not-positive"
    title = "Der Betrag muss größer als null sein."


class PeriodReversed(InvalidPlan):
    code = "period-reversed"
    title = "Das Vorhaben muss nach seinem Beginn enden."


class LinesMissing(InvalidPlan):
    code = "lines-missing"
    title = "Der Ausgabenplan enthält keine Position."


class TooManyLines(InvalidPlan):
    code = "too-many-lines"
    title = f"Der Ausgabenplan hat mehr als {MAX_LINES} Positionen."


class LinesMisnumbered(InvalidPlan):
    code = "lines-misnumbered"
    title = "Die Positionen müssen lückenlos ab 1 gezählt sein."


class LineIncomplete(InvalidPlan):
    code = "line-incomplete"
    title = f"Art und Beschreibung der Ausgabe sind erforderlich, höchstens je {MAX_TEXT} Zeichen."


class LineRepeated(InvalidPlan):
    code = "line-repeated"
    title = "Diese Position steht schon im Ausgabenplan."


class LineOutsidePeriod(InvalidPlan):
    code = "line-outside-period"
    title = "Die Ausgabe wird außerhalb des Vorhabenzeitraums fällig."


class FinancingGap(InvalidPlan):
    code = "financing-gap"
    title = "Eigenmittel, Mittel Dritter und Zuwendung ergeben zusammen nicht die Gesamtausgaben."


class YearRepeated(InvalidPlan):
    code = "year-repeated"
    title = "Dieses Haushaltsjahr ist schon aufgeführt."


class YearOutsidePeriod(InvalidPlan):
    code = "year-outside-period"
    title = "Dieses Haushaltsjahr liegt außerhalb des Vorhabenzeitraums."


class YearsDiffer(InvalidPlan):
    code = "years-differ"
    title = "Die Beträge der Haushaltsjahre ergeben zusammen nicht die beantragte Zuwendung."


def about_lines(plan: FinancingPlan) -> Iterator[InvalidPlan]:
    """What is wrong with the expenditure."""
    if not plan.lines:
        yield LinesMissing(field="lines")
    if len(plan.lines) > MAX_LINES:
        yield TooManyLines(field="lines")
        return
    seen: set[tuple[str, str, int]] = set()
    for index, line in enumerate(plan.lines):
        path = f"lines.{index}"
        yield from _about_line(plan, line, index, path)
        content = (line.category.casefold(), line.description.casefold(), line.year)
        if content in seen:
            yield LineRepeated(field=path)
        seen.add(content)


def _about_line(plan: FinancingPlan, line: ExpenditureLine, index: int, path: str) -> Iterator[InvalidPlan]:
    if line.line != index + 1:
        yield LinesMisnumbered(field=f"{path}.line")
    for name, text in (("category", line.category), ("description", line.description)):
        if not text.strip() or len(text) > MAX_TEXT:
            yield LineIncomplete(field=f"{path}.{name}")
    yield from _about_amount(line.cents, f"{path}.cents", least=1)
    if line.year not in plan.years:
        yield LineOutsidePeriod(field=f"{path}.year")


def about_financing(plan: FinancingPlan) -> Iterator[InvalidPlan]:
    """What is wrong with who pays; a sum is judged when its parts are amounts."""
    its = plan.financing
    wrong = [
        *_about_amount(its.own_cents, "financing.own_cents"),
        *_about_amount(its.third_party_cents, "financing.third_party_cents"),
        *_about_amount(its.grant_cents, "financing.grant_cents", least=1),
        *_about_amount(plan.total_cents, "lines"),
    ]
    if not wrong and its.own_cents + its.third_party_cents + its.grant_cents != plan.total_cents:
        wrong.append(FinancingGap(field="financing"))
    yield from wrong


def about_years(plan: FinancingPlan) -> Iterator[InvalidPlan]:
    """What is wrong with when the grant is needed."""
    seen: set[int] = set()
    wrong: list[InvalidPlan] = []
    for index, part in enumerate(plan.by_year):
        path = f"by_year.{index}"
        if part.year in seen:
            wrong.append(YearRepeated(field=f"{path}.year"))
        elif part.year not in plan.years:
            wrong.append(YearOutsidePeriod(field=f"{path}.year"))
        wrong += _about_amount(part.cents, f"{path}.cents", least=1)
        seen.add(part.year)
    if not wrong and sum(part.cents for part in plan.by_year) != plan.financing.grant_cents:
        wrong.append(YearsDiffer(field="by_year"))
    yield from wrong


def _about_amount(cents: int, path: str, *, least: int = 0) -> Iterator[InvalidPlan]:
    try:
        amount(cents)
    except NotAnAmount:
        yield AmountInvalid(field=path)
        return
    if cents < least:
        yield AmountNotPositive(field=path)
