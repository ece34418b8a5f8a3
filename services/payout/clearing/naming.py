"""What a booking is called in the lists."""

from datetime import date


def listed_as(booking: str, on: date, *, credit: bool) -> str:
    """A bank may give a number anew on another day, and to what undoes a booking: it is known by its number, its day and its direction."""
    return f"{booking} {on.isoformat()} {'in' if credit else 'out'}"
