"""Die Bankverbindung eines Falls über HTTP: another account is entered by one person and confirmed by another."""

import asyncio
from typing import Annotated

from pydantic import Field, StringConstraints

from services.payout import account as accounts
from services.payout import disbursement as disbursements
from services.payout.api.lookup import known_case
from services.payout.treasury.filing import settings_of
from shared.bank_details import Holder, checked_iban
from shared.decider import Decision
from shared.identity import Role, Sealed
from shared.service import House
from shared.web import Action, Ask, Body, NoBody, Text

OFFICERS = frozenset({Role.CASE_OFFICER})


class AccountBody(Body):
    account_holder: Holder = Field(title="Kontoinhaber")
    iban: Annotated[str, StringConstraints(min_length=5, max_length=60)] = Field(title="IBAN")
    reason: Text = Field(title="Anlass", description="ohne Namen von Personen")


def account_actions(house: House) -> list[Action]:
    """Entering another account, confirming and discarding it."""

    async def propose(body: AccountBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        await known_case(house, case)
        iban = checked_iban(body.iban)

        def sealed(text: str, path: str) -> Sealed:
            stream = accounts.decider.stream(case)
            return house.privacy.seal(text, stream=stream, path=path, subject=f"s-{ask.new_id('account')}")

        holder = await asyncio.to_thread(sealed, body.account_holder, "account_holder")
        boxed = await asyncio.to_thread(sealed, iban, "iban")
        command = accounts.ProposeAccount(
            change=ask.new_id("account-change"), account_holder=holder, iban=boxed, reason=body.reason
        )
        return disbursements.propose_account(case, command)

    async def confirm(_body: NoBody, ask: Ask) -> Decision:
        await known_case(house, ask.path["case"])
        days = settings_of(house).account_waiting_days
        return disbursements.confirm_account(ask.path["case"], ask.path["change"], days)

    async def discard(_body: NoBody, ask: Ask) -> Decision:
        await known_case(house, ask.path["case"])
        return disbursements.discard_account(ask.path["case"], ask.path["change"])

    one = "/payout/cases/{case}/accounts/{change}"
    return [
        Action(
            name="propose-account", title="Andere Bankverbindung eintragen", path="/payout/cases/{case}/accounts",
            roles=OFFICERS, body=AccountBody, decide=propose, creates=True, status=201,
            summary="Trägt eine andere Bankverbindung ein; bis sie eine zweite Person bestätigt hat, wird nichts angeordnet.",
        ),
        Action(
            name="confirm-account", title="Bankverbindung bestätigen", path=f"{one}/confirmation", roles=OFFICERS,
            decide=confirm, summary="Bestätigt die Bankverbindung, die eine andere Person eingetragen hat.",
        ),
        Action(
            name="discard-account", title="Bankverbindung verwerfen", path=f"{one}/discard", roles=OFFICERS,
            decide=discard, summary="Verwirft die eingetragene Bankverbindung; die bisherige gilt weiter.",
        ),
    ]  # fmt: skip
