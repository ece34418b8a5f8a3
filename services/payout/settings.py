"""What payout is told at its start beside what every service is: the treasury's folder and the accounts that pay."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

import shared.settings
from services.payout.file_calendar import SHIPPED
from shared.treasury_accounts import FREE_STATE, DebtorAccount, TreasuryAccounts


class Settings(TreasuryAccounts, shared.settings.Settings):
    """The settings of payout."""

    treasury: Path
    """The folder shared with the treasury (`services.payout.treasury.directory`)."""
    treasury_file_bytes: Annotated[int, Field(ge=1_000, le=2_000_000_000)] = 500_000_000
    """The largest file of the treasury that is read; a larger one is put into quarantine."""
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


def settings() -> Settings:
    return Settings()  # pyright: ignore[reportCallIssue] the fields come from the environment


__all__ = ["FREE_STATE", "DebtorAccount", "Settings", "settings"]
