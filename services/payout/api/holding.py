"""Zahlungssperren over HTTP: placing one at a case, lifting one, and what stands."""

from datetime import date

from pydantic import Field

from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout.api.lookup import known_case, known_hold
from shared.decider import Decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask, Body, Text

PLACING = frozenset({Role.CASE_OFFICER, Role.CERTIFIER, Role.ORDERING_OFFICER, Role.TREASURY})
"""Whoever takes part in a payment may stop it."""
LIFTING = frozenset({Role.CASE_OFFICER, Role.APPROVER})
"""Who pays out does not clear the way for it."""


class HoldBody(Body):
    kind: holds.HoldKind = Field(title="Was gesperrt wird")
    reason: holds.HoldReason = Field(title="Grund")
    text: Text = Field(title="Erläuterung", description="ohne Namen von Personen")
    ends_on: date | None = Field(default=None, title="Letzter Tag", description="leer: bis zur Aufhebung")


class LiftingBody(Body):
    reason: Text = Field(title="Grund", description="ohne Namen von Personen")


def hold_actions(house: House) -> list[Action]:
    """Placing a hold and lifting it."""

    async def place(body: HoldBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        await known_case(house, case)
        return disbursements.place_hold(case, ask.new_id("hold"), body.kind, body.reason, body.text, body.ends_on)

    async def lift(body: LiftingBody, ask: Ask) -> Decision:
        placed = await known_hold(house, ask.path["hold"])
        return disbursements.lift_hold(placed, body.reason)

    return [
        Action(
            name="place-hold", title="Zahlungssperre setzen", path="/payout/cases/{case}/holds", roles=PLACING,
            body=HoldBody, decide=place, creates=True, status=201,
            summary="Sperrt Zahlungen dieses Vorgangs, an seine Empfängerin oder seines Programms, mit Grund und auf Wunsch bis zu einem Tag.",
        ),
        Action(
            name="lift-hold", title="Zahlungssperre aufheben", path="/payout/holds/{hold}/lifting", roles=LIFTING,
            body=LiftingBody, decide=lift, judges_version=True,
            summary="Hebt eine Zahlungssperre auf; andere bleiben bestehen.",
        ),
    ]  # fmt: skip
