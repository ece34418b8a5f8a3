"""What payout is told at its start beside what every service is: the treasury's folder and the accounts that pay."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

import shared.settings
from services.payout.file_calendar import SHIPPED

FREE_STATE = "freistaat-thueringen"


class DebtorAccount(BaseModel):
    """An account of the Land, from which the treasury pays; no personal value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holder: Annotated[str, StringConstraints(min_length=1, max_length=70)]
    iban: Annotated[str, StringConstraints(pattern="^DE[0-9]{20}$")]


class Settings(shared.settings.Settings):
    """The settings of payout."""

    treasury: Path
    """The folder shared with the treasury (`services.payout.treasury.directory`)."""
    treasury_file_bytes: Annotated[int, Field(ge=1_000, le=2_000_000_000)] = 500_000_000
    """The largest file of the treasury that is read; a larger one is put into quarantine."""
    debtor: str = FREE_STATE
    """The account that new batches name."""
    debtors: Mapping[str, DebtorAccount] = Field(
        default={FREE_STATE: DebtorAccount(holder="Freistaat Thüringen", iban="DE65820000000082001589")},
        description="invented, at the Bundesbank's former branch in Erfurt",
    )
    """All accounts that a batch was ever sealed with, by name: an old file's bytes must stay the same. Add, never alter."""

    treasury_format: Literal["iso20022", "hkr-xml", "hkr-csv", "manual"] = "iso20022"
    """How new files for the treasury are written (`services.payout.treasury.known`)."""
    hkr_version: Annotated[int, Field(ge=1, le=2)] = 2
    """The version of the order file that a treasury with HKR reads; the first one has no orders about claims."""
    account_waiting_days: int = Field(
        default=5, ge=0, le=90, description="a rule of the house until the policy names one"
    )
    """Days after a confirmed change of the account in which nothing is ordered to it."""
    file_calendar: Path = SHIPPED
    """Which files the treasury owes, and until when (`services.payout.file_calendar`)."""
    renewal_days: int = Field(
        default=1, ge=0, le=30, description="a rule of the house: a debit is told by the day after the execution day"
    )
    """Days on which T2 settles that a refused payment is not ordered anew after its execution day; none with 0."""
    renewal_statement_days: int = Field(default=5, ge=0, le=60, description="a rule of the house")
    """So many such days more a new order waits for the statement of the execution day, where the account has statements at all."""
    booked_after_file_days: int = Field(default=5, ge=0, le=31, description="a rule of the house: over the feast days")
    """A line of the account that is booked more days after its file's own day is not believed."""
    booked_after_today_days: int = Field(default=31, ge=0, le=366, description="a rule of the house")
    """Nor is one that is booked more days after today, whatever day its file bears."""
    booked_before_order_days: int = Field(default=31, ge=1, le=366, description="a rule of the house")
    """Nor is one that is booked more days before the file was made in which its payment lies."""
    native_text: bool = False
    """Whether new files keep umlauts and ß; else they are written by the German convention (ä→ae)."""
    single_titles: tuple[str, ...] = ()
    """The titles whose payments are debited singly; every other title in one sum."""

    @model_validator(mode="after")
    def _knows_its_debtor(self) -> "Settings":
        if self.debtor not in self.debtors:
            raise ValueError(f"FOERDERSTROM_DEBTORS nennt kein Konto {self.debtor!r}")
        return self


def settings() -> Settings:
    return Settings()  # pyright: ignore[reportCallIssue] the fields come from the environment


__all__ = ["DebtorAccount", "Settings", "settings"]
