"""Alarm quittieren über HTTP: a person of the treasury says what was done about a file that did not come."""

import asyncio

from pydantic import Field

from services.payout import expectation
from services.payout.api.lookup import known_expectation
from shared.decider import Decision, decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask, Body, Text

ACKNOWLEDGING = frozenset({Role.TREASURY})


class AcknowledgementBody(Body):
    reason: Text = Field(title="Begründung", description="was veranlasst ist; wird versiegelt abgelegt")


def acknowledging(house: House) -> list[Action]:
    """Acknowledging the alarm of an overdue file."""

    async def acknowledge(body: AcknowledgementBody, ask: Ask) -> Decision:
        name = ask.path["expectation"]
        await known_expectation(house, name)
        if not body.reason.strip():
            raise expectation.AcknowledgementReasonMissing(field="reason")
        made = ask.new_id("acknowledgement")
        stream = expectation.decider.stream(name)
        reason = await asyncio.to_thread(
            house.privacy.seal, body.reason, stream=stream, path=f"acknowledgement.{made}", subject=f"s-{made}"
        )
        command = expectation.AcknowledgeOverdueFile(acknowledgement=made, sealed_reason=reason)
        return decision(expectation.decider, name, command)

    return [
        Action(
            name="acknowledge-overdue-file", title="Alarm quittieren", roles=ACKNOWLEDGING, body=AcknowledgementBody,
            path="/payout/expected-files/{expectation}/acknowledgement", decide=acknowledge,
            summary="Quittiert mit Begründung, dass eine erwartete Datei überfällig ist; sie bleibt erwartet und gilt nicht als eingegangen.",
        ),
    ]  # fmt: skip
