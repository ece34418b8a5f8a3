"""What review is told at its start: the house's settings, and which office decides."""

from functools import cache

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import Settings


class Office(BaseSettings):
    """The granting authority as its letters name it, and the budget title its forms begin with. Addresses are invented."""

    model_config = SettingsConfigDict(env_prefix="FOERDERSTROM_REVIEW_", frozen=True, extra="ignore")

    budget_title: str = "1605-63371"
    name: str = "Ministerium für Digitales (Demonstration)"
    street: str = "Musterweg 1"
    place: str = "99096 Erfurt"
    mail: str = "foerderung@ministerium.example"
    demonstration: bool = True
    """Marks every letter as one without legal effect."""


@cache
def office() -> Office:
    """The office, read once."""
    return Office()


def settings() -> Settings:
    """The settings of this process."""
    return Settings()  # pyright: ignore[reportCallIssue] — the required ones come from the environment


__all__ = ["Office", "Settings", "office", "settings"]
