"""The account of the treasury is told once: review's notices name the one from which payout pays."""

import json

import pytest
from pydantic import ValidationError

from services.payout.settings import Settings
from services.review.settings import Office
from shared.treasury_accounts import FREE_STATE, TreasuryAccounts

OTHER = {"holder": "Landeshauptkasse", "iban": "DE75512108001245126199"}


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOERDERSTROM_DEBTOR", "kasse")
    monkeypatch.setenv("FOERDERSTROM_DEBTORS", json.dumps({"kasse": OTHER}))


def test_without_a_word_both_name_the_same_account():
    assert Office().account == TreasuryAccounts().account
    assert Settings.model_fields["debtor"].default == FREE_STATE


@pytest.mark.usefixtures("other")
def test_one_setting_moves_the_account_of_both():
    told = Office().account
    assert (told.holder, told.iban) == (OTHER["holder"], OTHER["iban"])


@pytest.mark.usefixtures("other")
def test_the_old_names_are_taken_when_they_say_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FOERDERSTROM_REVIEW_ACCOUNT_HOLDER", OTHER["holder"])
    monkeypatch.setenv("FOERDERSTROM_REVIEW_ACCOUNT_IBAN", OTHER["iban"])
    assert Office().account.iban == OTHER["iban"]


@pytest.mark.parametrize(("setting", "value"), [("HOLDER", "Stadtkasse"), ("IBAN", "DE75512108001245126199")])
def test_an_old_name_that_says_otherwise_is_refused_at_the_start(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(f"FOERDERSTROM_REVIEW_ACCOUNT_{setting}", value)
    with pytest.raises(ValidationError, match=f"FOERDERSTROM_REVIEW_ACCOUNT_{setting} nennt ein anderes Konto"):
        Office()


def test_an_account_that_nobody_named_is_refused_by_both(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FOERDERSTROM_DEBTOR", "unbekannt")
    with pytest.raises(ValidationError, match="nennt kein Konto 'unbekannt'"):
        Office()
