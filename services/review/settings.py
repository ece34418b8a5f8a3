"""What review is told at its start: the house's settings, and which office decides."""

from functools import cache

from pydantic import Field
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
    account_holder: str = "Freistaat Thüringen"
    account_iban: str = Field(default="DE65820000000082001589", pattern="^DE[0-9]{20}$")
    """The treasury's account to which is repaid; invented, the one from which payout pays unless that is told otherwise."""
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
