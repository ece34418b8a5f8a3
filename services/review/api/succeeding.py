"""Rechtsnachfolge: another body steps into the recipient's place."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.review import succession
from services.review.api.common import OFFICER, ROAD, opened_case
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask, Body


class SuccessionBody(Body):
    """Who takes over, of those that the register names; of several a person names one."""

    new_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{5,50}$")] = Field(title="Rechtsnachfolgerin")


def succeeding(house: House) -> list[Action]:
    """Succession of the recipient."""

    async def record(body: SuccessionBody, ask: Ask) -> Decision:
        return succession.record(await opened_case(house, ask), body.new_key)

    return [
        Action(
            name=succession.ACTION, title="Rechtsnachfolge vermerken", path=f"{ROAD}/succession", roles=OFFICER,
            body=SuccessionBody, decide=record,
        )
    ]  # fmt: skip
