"""Fristen des Bescheids: the day of service and the last day for an action, each with the sentence that explains it."""

from datetime import date, timedelta

from services.review.award.commands import Channel
from shared.calendar import add_months, deemed_served_on, next_working_day, remedy_ends_on

RETRIEVAL_DAYS = 10
"""So long a notice lies ready in a portal; then it is not served (§ 41 IIa VwVfG)."""


def service_of(channel: Channel, dispatched_on: date, *, on_working_day: bool) -> tuple[date, str]:
    """When a notice counts as served, for a portal at the latest, and by which rule."""
    sent = f"{dispatched_on:%d.%m.%Y}"
    if channel == Channel.PORTAL:
        rule = f"bereitgestellt am {sent}, Abruf binnen {RETRIEVAL_DAYS} Tagen, bekannt gegeben am Tag danach (§ 41 IIa VwVfG)"
        return dispatched_on + timedelta(days=RETRIEVAL_DAYS + 1), rule
    day = deemed_served_on(dispatched_on)
    rule = f"abgesandt am {sent}, gilt am {(day - dispatched_on).days}. Tag danach als bekannt gegeben (§ 41 II VwVfG)"
    moved = next_working_day(day) if on_working_day else day
    return moved, rule if moved == day else f"{rule}, der kein Werktag ist, daher am {moved:%d.%m.%Y}"


def remedy_of(served_on: date, *, instructed: bool) -> tuple[date, str]:
    """The last day for an action against a notice served on this day, and by which rule."""
    last = remedy_ends_on(served_on, instructed=instructed)
    length = (
        "ein Monat (§ 74 VwGO)" if instructed else "ein Jahr, weil die Belehrung fehlt oder falsch ist (§ 58 II VwGO)"
    )
    rule = f"Klagefrist: {length} ab {served_on:%d.%m.%Y}"
    counted = add_months(served_on, 1 if instructed else 12)
    if last != counted:
        rule += f"; der {counted:%d.%m.%Y} ist kein Werktag, daher bis {last:%d.%m.%Y} (§ 193 BGB)"
    return last, rule
