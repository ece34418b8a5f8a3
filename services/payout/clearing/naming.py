"""What a booking is called in the lists."""

from datetime import date


def listed_as(booking: str, on: date) -> str:
    """A bank may give a number anew on another day: a booking is known by its number and its day."""
    return f"{booking} {on.isoformat()}"
