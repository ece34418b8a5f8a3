"""Ausgaben- und Finanzierungsplan: what the money is for, by whom and in which years it is paid (rules B6–B9).

A pure check, used by the application. The first contradiction is raised with the path of its field,
positions counted from 0. The longest period and the open funding items are policy, so review judges them.
"""

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


def check(plan: FinancingPlan) -> None:
    """Nothing, or the first `InvalidPlan`."""
    if plan.ends_on <= plan.starts_on:
        raise PeriodReversed(field="ends_on")
    _check_lines(plan)
    _check_financing(plan)
    _check_years(plan)


def _check_lines(plan: FinancingPlan) -> None:
    if not plan.lines:
        raise LinesMissing(field="lines")
    if len(plan.lines) > MAX_LINES:
        raise TooManyLines(field="lines")
    seen: set[tuple[str, str, int]] = set()
    for index, line in enumerate(plan.lines):
        path = f"lines.{index}"
        if line.line != index + 1:
            raise LinesMisnumbered(field=f"{path}.line")
        for name, text in (("category", line.category), ("description", line.description)):
            if not text.strip() or len(text) > MAX_TEXT:
                raise LineIncomplete(field=f"{path}.{name}")
        _check_amount(line.cents, f"{path}.cents", least=1)
        if line.year not in plan.years:
            raise LineOutsidePeriod(field=f"{path}.year")
        content = (line.category.casefold(), line.description.casefold(), line.year)
        if content in seen:
            raise LineRepeated(field=path)
        seen.add(content)


def _check_financing(plan: FinancingPlan) -> None:
    financing = plan.financing
    _check_amount(financing.own_cents, "financing.own_cents")
    _check_amount(financing.third_party_cents, "financing.third_party_cents")
    _check_amount(financing.grant_cents, "financing.grant_cents", least=1)
    _check_amount(plan.total_cents, "lines")
    if financing.own_cents + financing.third_party_cents + financing.grant_cents != plan.total_cents:
        raise FinancingGap(field="financing")


def _check_years(plan: FinancingPlan) -> None:
    seen: set[int] = set()
    for index, part in enumerate(plan.by_year):
        if part.year in seen:
            raise YearRepeated(field=f"by_year.{index}.year")
        if part.year not in plan.years:
            raise YearOutsidePeriod(field=f"by_year.{index}.year")
        _check_amount(part.cents, f"by_year.{index}.cents", least=1)
        seen.add(part.year)
    if sum(part.cents for part in plan.by_year) != plan.financing.grant_cents:
        raise YearsDiffer(field="by_year")


def _check_amount(cents: int, path: str, *, least: int = 0) -> None:
    try:
        amount(cents)
    except NotAnAmount as error:
        raise AmountInvalid(field=path) from error
    if cents < least:
        raise AmountNotPositive(field=path)
