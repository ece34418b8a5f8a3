"""Die Prüfung in Worten: an event as a timeline tells it, amounts per year in a sentence, and the labels of what people choose from."""

from collections.abc import Sequence
from typing import Any

from shared.decider import value
from shared.money import euros


@value
class Words:
    """An event as a person reads it in the timeline."""

    title: str
    tone: str = "neutral"
    why: str = ""


def split(by_year: Sequence[Any]) -> str:
    """'2025: 30.000,00 €, 2026: 14.800,00 €'."""
    return ", ".join(f"{it.year}: {euros(it.cents)}" for it in by_year)
