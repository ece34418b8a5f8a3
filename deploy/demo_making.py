"""Aus wenigen Angaben ein Vorgang der Vorführung: lines, amounts and drawdowns that add up to the cent."""

from collections.abc import Mapping
from datetime import date

from deploy.demo_plan import (
    LAST_DAY,
    NEW_PRACTICE_ON,
    RATE_BP,
    Attempt,
    Days,
    EarlyStart,
    Ending,
    PlannedCase,
    PlannedDrawdown,
    PlannedLine,
    Supply,
)
from deploy.demo_projects import CUTS, ITEMS, REFUSALS, TITLES, contact_of
from shared.money import at_rate, split


def _due(accepted_cents: int) -> int:
    """The eligible expenditure of which this sum is the rate's share; exact for whole euros."""
    return accepted_cents * 10_000 // RATE_BP


def called(days: Days, awarded: Mapping[int, int], shape: str) -> tuple[PlannedDrawdown, ...]:
    """The drawdowns of a shape that fall into the years told here."""
    return tuple(it for it in _all_called(days, awarded, shape) if it.on <= LAST_DAY)


def _all_called(days: Days, awarded: Mapping[int, int], shape: str) -> tuple[PlannedDrawdown, ...]:
    """The drawdowns of a shape: each year's money in its year, what is too much cut, in whole euros."""
    early, late, january, february = days.drawdowns
    first, later = awarded.get(early.year, 0), awarded.get(january.year, 0)
    part = first * 64 // 10_000 * 100

    def call(on: date, total_due: int, requested: int, accepted: int) -> PlannedDrawdown:
        return PlannedDrawdown(
            on=on, year=on.year, eligible_due_cents=_due(total_due), requested_cents=requested, accepted_cents=accepted
        )

    rest = call(january, first + later, later, later)
    match shape:
        case "year-exhausted":
            asked = first - part + later * 10 // 10_000 * 100
            return (call(early, part, part, part), call(late, part + asked, asked, first - part), rest)
        case "pro-rata":
            return (call(early, part, first, part), call(late, first, first - part, first - part), rest)
        case "refused":
            nothing = call(late, part, first - part, 0)
            year_end = call(days.year_end, first, first - part, first - part)
            return (call(early, part, part, part), nothing, year_end, rest)
        case "partly":
            half = later // 200 * 100
            return (call(early, first, first, first), call(january, first + half, half, half))
        case "twice":
            half = later // 200 * 100
            return (
                call(early, part, part, part),
                call(late, first, first - part, first - part),
                call(january, first + half, half, half),
                call(february, first + later, later - half, later - half),
            )
        case _:
            return (call(early, part, part, part), call(late, first, first - part, first - part), rest)


def _lines(item: str, euros: int, year: int, cut: str, cut_euros: int) -> tuple[PlannedLine, ...]:
    plan = ITEMS[item]
    parts = split(euros, [weight for _, _, weight in plan])
    lines = [
        PlannedLine(category=category, description=what, year=year, cents=part * 100, eligible_cents=part * 100)
        for (category, what, _), part in zip(plan, parts, strict=True)
    ]
    if cut:
        category, what, reason, text = CUTS[cut]
        lines.append(
            PlannedLine(
                category=category,
                description=what,
                year=year + 1,
                cents=cut_euros * 100,
                eligible_cents=0,
                reason=reason,
                text=text,
            )
        )
    return tuple(lines)


def _by_year(cents: int, year: int) -> dict[int, int]:
    """Two thirds of a grant in its first year, in whole euros, the rest in the next."""
    first = cents * 2 // 300 * 100
    return {year: first, year + 1: cents - first}


def planned(
    number: int,
    label: str,
    key: str,
    days: Days,
    item: str,
    euros: int,
    *,
    ending: Ending = Ending.AWARDED,
    cut: str = "",
    cut_euros: int = 0,
    shape: str = "plain",
    refusal: str = "",
    attempts: tuple[Attempt, ...] = (),
    partners: tuple[str, ...] = (),
    cost_key: str = "",
    supply: Supply = Supply.NOTHING_MISSING,
    early_start: EarlyStart = EarlyStart.NOT_ASKED,
) -> PlannedCase:
    year = days.submitted.year
    lines = _lines(item, euros, year, cut, cut_euros)
    paid = ending in (Ending.AWARDED, Ending.WITHDRAWN_TOO_LATE)
    # A withdrawn case comes as far as a proposal, so it has its award's amounts; only nothing of it is granted.
    awarded = (
        {} if ending is Ending.REFUSED else _by_year(at_rate(sum(it.eligible_cents for it in lines), RATE_BP), year)
    )
    return PlannedCase(
        label=label,
        key=key,
        item=item,
        title=TITLES[item],
        lines=lines,
        applied=_by_year(at_rate(sum(it.cents for it in lines), RATE_BP), year),
        awarded=awarded,
        starts_on=days.waived,
        ends_on=date(year + 1, 12, 31),
        ending=ending,
        days=days,
        drawdowns=called(days, awarded, shape) if paid else (),
        attempts=attempts,
        partners=partners,
        cost_key=cost_key,
        supply=supply,
        early_start=early_start,
        refusal=REFUSALS[refusal] if refusal else (),
        meets_new_practice=days.proposed < NEW_PRACTICE_ON <= days.approved,
        contact=contact_of(number, label),
    )
