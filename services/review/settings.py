"""What review is told at its start: the house's settings, and which office decides."""

from functools import cache

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import Settings
from shared.treasury_accounts import DebtorAccount, TreasuryAccounts


class Office(BaseSettings):
    """The granting authority as its letters name it, and the budget title its forms begin with. Addresses are invented."""

    model_config = SettingsConfigDict(env_prefix="FOERDERSTROM_REVIEW_", frozen=True, extra="ignore")

    budget_title: str = "1605-63371"
    name: str = "Ministerium für Digitales (Demonstration)"
    street: str = "Musterweg 1"
    place: str = "99096 Erfurt"
    mail: str = "foerderung@ministerium.example"
    account_holder: str | None = None
    account_iban: str | None = None
    """The account to which is repaid, as it was told before payout's setting told it: allowed only when both say the same."""
    demonstration: bool = True
    """Marks every letter as one without legal effect."""

    @property
    def account(self) -> DebtorAccount:
        """The treasury's account to which is repaid: the one from which payout pays."""
        return TreasuryAccounts().account

    @model_validator(mode="after")
    def _names_one_account(self) -> "Office":
        account = self.account
        for setting, told, known in (
            ("HOLDER", self.account_holder, account.holder),
            ("IBAN", self.account_iban, account.iban),
        ):
            if told is not None and told != known:
                raise ValueError(
                    f"FOERDERSTROM_REVIEW_ACCOUNT_{setting} nennt ein anderes Konto als FOERDERSTROM_DEBTOR und FOERDERSTROM_DEBTORS. "
                    "Das Konto der Kasse wird nur noch dort angegeben, bei Prüfung und Auszahlung gleich."
                )
        return self


@cache
def office() -> Office:
    """The office, read once."""
    return Office()


def settings() -> Settings:
    """The settings of this process; an office whose account contradicts payout's does not start."""
    office()
    return Settings()  # pyright: ignore[reportCallIssue] — the required ones come from the environment


__all__ = ["Office", "Settings", "office", "settings"]
