"""Konten des Landes: from which the treasury pays, and to which is repaid; told once, read by every service that names them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

FREE_STATE = "freistaat-thueringen"


class DebtorAccount(BaseModel):
    """An account of the Land, from which the treasury pays; no personal value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holder: Annotated[str, StringConstraints(min_length=1, max_length=70)]
    iban: Annotated[str, StringConstraints(pattern="^DE[0-9]{20}$")]


class TreasuryAccounts(BaseSettings):
    """The accounts by name, and which of them is used from now on (`FOERDERSTROM_DEBTOR`, `FOERDERSTROM_DEBTORS`)."""

    model_config = SettingsConfigDict(env_prefix="FOERDERSTROM_", frozen=True, extra="ignore")

    debtor: str = FREE_STATE
    """The account that new batches name, and to which a demand asks to be paid."""
    debtors: Mapping[str, DebtorAccount] = Field(
        default={FREE_STATE: DebtorAccount(holder="Freistaat Thüringen", iban="DE65820000000082001589")},
        description="invented, at the Bundesbank's former branch in Erfurt",
    )
    """All accounts that a batch was ever sealed with, by name: an old file's bytes must stay the same. Add, never alter."""

    @model_validator(mode="after")
    def _knows_its_debtor(self) -> "TreasuryAccounts":
        if self.debtor not in self.debtors:
            raise ValueError(f"FOERDERSTROM_DEBTORS nennt kein Konto {self.debtor!r}")
        return self

    @property
    def account(self) -> DebtorAccount:
        return self.debtors[self.debtor]


__all__ = ["FREE_STATE", "DebtorAccount", "TreasuryAccounts"]
