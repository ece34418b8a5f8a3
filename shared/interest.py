"""Interest on money to be repaid (§ 49a III, IV VwVfG): five points a year above the base rate (§ 247 BGB).

Exact until the one rounding of a statement, so it does not matter into how many periods its time is divided.
The first day of a period bears interest, its last does not: from the 27th of February until the 1st of June are 94 days.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction

from shared.decider import DomainError, value

ABOVE_BASE_BP = 500
"""Five percentage points above the base rate (§ 49a III 1 VwVfG)."""


class DayCount(StrEnum):
    """How the days of a year bear interest (Zinstage)."""

    ACT_365 = "act/365"
    ACT_ACT = "act/act"
    THIRTY_360 = "30/360"


class RateUnknown(DomainError):
    code = "base-rate-unknown"
    title = "Für diesen Zeitraum ist noch kein Basiszinssatz hinterlegt; Zinsen lassen sich erst danach festsetzen."


class RatesNotValid(ValueError):
    """A table of base rates that cannot be one."""


@value
class HalfYearRate:
    """The base rate of the half-year that begins on `from_on`."""

    from_on: date
    rate_bp: int


@value
class InterestLine:
    """One line of a statement: an amount that bore one rate for so many days."""

    cents: int
    from_on: date
    until_on: date
    days: int
    rate_bp: int


@value
class Statement:
    """Interest of a time; `cents` is the sum of all lines, rounded once."""

    lines: tuple[InterestLine, ...]
    cents: int


@value
class Balance:
    """An amount that stood open from a day until another."""

    cents: int
    from_on: date
    until_on: date


def next_half_year(on: date) -> date:
    """The first day of the half-year after the one a day lies in."""
    return date(on.year, 7, 1) if on.month < 7 else date(on.year + 1, 1, 1)


def read_base_rates(text: str) -> tuple[HalfYearRate, ...]:
    """A table `from,rate` of consecutive half-years, the rate in percent; lines that begin with # are its source."""
    rates: list[HalfYearRate] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith(("#", "from,")):
            continue
        try:
            day, _, percent = line.partition(",")
            rate = HalfYearRate(from_on=date.fromisoformat(day.strip()), rate_bp=_basis_points(percent.strip()))
        except ValueError as error:
            raise RatesNotValid(f"kein Basiszinssatz: {line!r}") from error
        if rates and rate.from_on != next_half_year(rates[-1].from_on):
            raise RatesNotValid(f"kein anschließendes Halbjahr: {line!r}")
        if (rate.from_on.month, rate.from_on.day) not in ((1, 1), (7, 1)):
            raise RatesNotValid(f"kein Halbjahr beginnt so: {line!r}")
        rates.append(rate)
    return tuple(rates)


def _basis_points(percent: str) -> int:
    found = Fraction(percent) * 100
    if found.denominator != 1:
        raise ValueError(percent)
    return int(found)


def base_rate_bp(rates: Sequence[HalfYearRate], on: date) -> int:
    """The base rate of a day; `RateUnknown` when none is published for its half-year."""
    place = bisect_right([it.from_on for it in rates], on) - 1
    if place < 0 or on >= next_half_year(rates[place].from_on):
        raise RateUnknown(f"{on:%d.%m.%Y}")
    return rates[place].rate_bp


def days_between(from_on: date, until_on: date, day_count: DayCount) -> int:
    """Days that bear interest, as the convention counts them."""
    if day_count == DayCount.THIRTY_360:
        return _thirty_360(until_on) - _thirty_360(from_on)
    return (until_on - from_on).days


def _thirty_360(on: date) -> int:
    return on.year * 360 + on.month * 30 + min(on.day, 30)


def lines_of(
    balances: Sequence[Balance], rates: Sequence[HalfYearRate], day_count: DayCount
) -> tuple[InterestLine, ...]:
    """The lines of a statement, a new one wherever the amount or the half-year changes."""
    found: list[InterestLine] = []
    for it in balances:
        begin = it.from_on
        while begin < it.until_on and it.cents:
            end = min(next_half_year(begin), it.until_on)
            days, rate = days_between(begin, end, day_count), base_rate_bp(rates, begin) + ABOVE_BASE_BP
            found.append(InterestLine(cents=it.cents, from_on=begin, until_on=end, days=days, rate_bp=rate))
            begin = end
    return tuple(found)


def exact(lines: Sequence[InterestLine], day_count: DayCount) -> Fraction:
    """The interest of lines in cents, not rounded."""
    return sum(
        (Fraction(it.cents * it.rate_bp * it.days, 10_000 * _year(it.from_on, day_count)) for it in lines), Fraction()
    )


def _year(on: date, day_count: DayCount) -> int:
    """A line never reaches into another year, as half-years end with it."""
    match day_count:
        case DayCount.THIRTY_360:
            return 360
        case DayCount.ACT_ACT:
            return (date(on.year + 1, 1, 1) - date(on.year, 1, 1)).days
        case DayCount.ACT_365:
            return 365


def statement(balances: Sequence[Balance], rates: Sequence[HalfYearRate], day_count: DayCount) -> Statement:
    """Interest of open amounts, rounded to the cent once, half a cent up."""
    lines = lines_of(balances, rates, day_count)
    return Statement(lines=lines, cents=int(exact(lines, day_count) + Fraction(1, 2)))
