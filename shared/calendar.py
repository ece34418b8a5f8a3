"""Days of the law: Thuringia's holidays, working days, months, deadlines, TARGET days. No library but that of records."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from shared.records import value


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Anonymous algorithm, Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Public holidays in all of Thuringia (§ 2 ThürFGtG): with Weltkindertag since 2019 and Reformationstag; Corpus Christi only in parts, so not here."""
    sunday = easter(year)
    moving = [sunday + timedelta(days=offset) for offset in (-2, 1, 39, 50)]
    fixed = [(1, 1), (5, 1), (10, 3), (10, 31), (12, 25), (12, 26)]
    if year >= 2019:
        fixed.append((9, 20))
    return frozenset(moving) | {date(year, month, day) for month, day in fixed}


def is_working_day(day: date) -> bool:
    """Neither Saturday, Sunday nor public holiday."""
    return day.weekday() < 5 and day not in holidays(day.year)


def next_working_day(day: date) -> date:
    """The day itself, or the next working day: where a period would end on a day off (§ 31 III VwVfG, § 193 BGB)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int) -> date:
    """The day with the same number `months` later, or the month's last (§ 188 II, III BGB)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@value
class Deadline:
    """The last day on which something is still in time (Frist), and the rule it was computed by, as a clerk and a court read it."""

    ends_on: date
    rule: str

    @property
    def expired_from(self) -> date:
        """The first day on which it is too late."""
        return self.ends_on + timedelta(days=1)


def _ending(day: date, begins_on: date, length: str) -> Deadline:
    ends_on, rule = next_working_day(day), f"{length} ab {begins_on:%d.%m.%Y} (§ 31 I VwVfG, §§ 187, 188 BGB)"
    if ends_on != day:
        rule += f"; der {day:%d.%m.%Y} ist kein Werktag, daher bis {ends_on:%d.%m.%Y} (§ 31 III VwVfG)"
    return Deadline(ends_on=ends_on, rule=rule)


def days_after(begins_on: date, days: int) -> Deadline:
    """A deadline of so many days; the day of the event does not count, the last day is a working day."""
    return _ending(begins_on + timedelta(days=days), begins_on, f"{days} Tage" if days != 1 else "1 Tag")


def months_after(begins_on: date, months: int) -> Deadline:
    """A deadline of so many months; it ends on the day of the same number, or on the next working day."""
    return _ending(add_months(begins_on, months), begins_on, f"{months} Monate" if months != 1 else "1 Monat")


def deemed_served_on(dispatched_on: date) -> date:
    """The day a posted or electronic notice counts as served (§ 41 II VwVfG): the fourth day since 2025-01-01, before that the third."""
    return dispatched_on + timedelta(days=4 if dispatched_on >= date(2025, 1, 1) else 3)


def remedy_ends_on(served_on: date, *, instructed: bool = True) -> date:
    """The last day for an action (§ 74 VwGO: one month; § 58 II VwGO: one year without a correct instruction)."""
    return next_working_day(add_months(served_on, 1 if instructed else 12))


def is_target_day(day: date) -> bool:
    """Whether T2 settles: not on weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB)."""
    sunday = easter(day.year)
    closed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    return (
        day.weekday() < 5
        and (day.month, day.day) not in closed
        and day not in (sunday - timedelta(days=2), sunday + timedelta(days=1))
    )


def next_target_day(day: date) -> date:
    """The day itself, or the next one on which T2 settles."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def target_days_after(day: date, days: int) -> date:
    """The day or the next one on which T2 settles, and so many such days more."""
    day = next_target_day(day)
    for _ in range(days):
        day = next_target_day(day + timedelta(days=1))
    return day


_BERLIN = ZoneInfo("Europe/Berlin")


def local_date(instant: datetime) -> date:
    """The legal date of an instant: that of Europe/Berlin."""
    return instant.astimezone(_BERLIN).date()


def local_time(instant: datetime) -> time:
    """What the clocks of Europe/Berlin show at an instant."""
    return instant.astimezone(_BERLIN).time()


def local_instant(day: date, at: time) -> datetime:
    """The instant (UTC) at which the clocks of Europe/Berlin show this time of this day."""
    return datetime.combine(day, at, _BERLIN).astimezone(UTC)
