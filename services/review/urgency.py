"""Dringlichkeit: how near the day is on which a case has to be looked at."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum


class Urgency(StrEnum):
    """In the order in which a person looks at them."""

    CRITICALLY_OVERDUE = "critically-overdue"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    TIME_LEFT = "time-left"
    NOTHING_DUE = "nothing-due"


URGENCIES: Mapping[Urgency, tuple[str, str]] = {
    Urgency.CRITICALLY_OVERDUE: ("Kritisch überfällig", "danger"),
    Urgency.OVERDUE: ("Überfällig", "warning"),
    Urgency.DUE_SOON: ("Bald fällig", "info"),
    Urgency.TIME_LEFT: ("Noch Zeit", "neutral"),
    Urgency.NOTHING_DUE: ("Ohne Frist", "neutral"),
}
"""Title and tone of each group of the queue."""
CRITICAL_DAYS, SOON_DAYS = 14, 7


def urgency_of(due_on: date | None, today: date) -> Urgency:
    """Overdue from the day after; critically so a fortnight later; soon within a week."""
    if due_on is None:
        return Urgency.NOTHING_DUE
    if due_on < today - timedelta(days=CRITICAL_DAYS):
        return Urgency.CRITICALLY_OVERDUE
    if due_on < today:
        return Urgency.OVERDUE
    return Urgency.DUE_SOON if due_on <= today + timedelta(days=SOON_DAYS) else Urgency.TIME_LEFT
