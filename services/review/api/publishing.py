"""Regelungen: publishing guideline, practice and parameters."""

from typing import Any

from services.review import programme as programmes
from services.review.api.bodies import PolicyBody
from services.review.api.common import APPROVER
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask


def publishing(_house: House) -> list[Action]:
    """Publishing files that begin to apply together."""

    async def publish(body: PolicyBody, _ask: Ask) -> Decision:
        return programmes.publish_policy(*body.texts)

    def published(state: programmes.Programme, _ask: Ask) -> dict[str, Any]:
        return {"files": len(state.published)}

    return [Action(
        name="publish-policy", title="Regelung veröffentlichen", path="/review/policies", roles=APPROVER,
        body=PolicyBody, decide=publish, creates=True, status=201, answer=published, location="/review/policies",
    )]  # fmt: skip
