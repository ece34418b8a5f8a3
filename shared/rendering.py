"""Pages: Jinja templates in German, filters for money and time, addresses of static files that change with their bytes."""

from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.money import euros

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""Sent with every page. No inline script or style, no `data:`: what a field of a case smuggles in cannot run."""

DISPLAY_NAME = "foerderstrom-display-name"
"""Request header of the front with the signed-in person's name (percent-encoded UTF-8): to be shown, never stored or logged."""
OWN_NAVIGATION = [{"url": "/intake/", "title": "Meine Anträge", "service": "intake"}]
"""What an applicant sees instead of the four services."""

HERE = ZoneInfo("Europe/Berlin")


def german_date(it: date | datetime | str) -> str:
    """'2025-07-25' → '25.07.2025'; an instant is told on Berlin's calendar. Raises `ValueError` for other texts."""
    match it:
        case str():
            return german_date(datetime.fromisoformat(it)) if "T" in it else german_date(date.fromisoformat(it))
        case datetime():
            return _local(it).strftime("%d.%m.%Y")
        case _:
            return it.strftime("%d.%m.%Y")


def german_instant(it: datetime | str) -> str:
    """'2025-07-25T08:03:00Z' → '25.07.2025, 10:03 Uhr', Berlin time."""
    return _local(datetime.fromisoformat(it) if isinstance(it, str) else it).strftime("%d.%m.%Y, %H:%M Uhr")


def _local(it: datetime) -> datetime:
    if it.tzinfo is None:
        raise ValueError(f"Zeitpunkt ohne Zeitzone: {it}")
    return it.astimezone(HERE)


def iso(it: date | str) -> str:
    """The machine-readable form for `<time datetime>`."""
    return it if isinstance(it, str) else it.isoformat()


def money(cents: int) -> str:
    """German notation that never breaks before the euro sign."""
    return euros(cents).replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def number(it: int) -> str:
    """18432 → '18.432'."""
    return f"{it:,}".replace(",", ".")


def spaced_iban(it: str) -> str:
    """The IBAN in groups of four, as it stands on paper."""
    return " ".join(it[at : at + 4] for at in range(0, len(it), 4))


def percent(part: int, whole: int) -> int:
    """Whole percent between 0 and 100, rounded down: a bar is full only when everything is there."""
    return min(100, max(0, part * 100 // whole)) if whole > 0 else 0


@cache
def _version(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]


def environment(*extra: Path, static_url: str = "/static") -> Environment:
    """Jinja over the shared templates and a service's own folders (which win), escaping everything, refusing undefined names.

    `asset("foerderstrom.css")` in a template is the file's address with its hash, so that it may be cached for ever.
    """
    pages = Environment(
        loader=FileSystemLoader([*extra, TEMPLATES]), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters.update(date=german_date, instant=german_instant, iso=iso, money=money, number=number)

    def asset(name: str) -> str:
        return f"{static_url}/{name}?v={_version(STATIC / name)}"

    pages.globals["asset"] = asset  # pyright: ignore[reportArgumentType]  Jinja names the types of its own globals only
    pages.globals["percent"] = percent  # pyright: ignore[reportArgumentType]
    return pages
