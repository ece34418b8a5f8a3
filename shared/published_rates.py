"""The base rates in use: the table that came with this version, or the file that an authority keeps in its place."""

from pathlib import Path

from shared.interest import HalfYearRate, read_base_rates

SHIPPED = Path(__file__).with_name("published_rates.csv")


def base_rates(file: Path | None) -> tuple[HalfYearRate, ...]:
    """The rates of a file, read whenever they are needed, so that a new line counts at once; without one the shipped."""
    return read_base_rates((file or SHIPPED).read_text(encoding="utf-8"))


def shipped_base_rates() -> tuple[HalfYearRate, ...]:
    """The rates that came with this version."""
    return base_rates(None)
