"""Which of the values that policy sets intake needs: as review published them, until then as periods.toml has them."""

import asyncio
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from services.intake import policies, views
from services.intake.application import Submitted
from shared.policy import InForce
from shared.service import House


async def document_request_days(house: House, asked: Submitted, on: date) -> int:
    """The shortest period for documents that are missing, by the programme that funds the item applied for."""
    found: list[int] = []
    for programme in await asyncio.to_thread(views.programmes, house.views):
        applies = policies.known_on((await house.writer.state(policies.decider, programme)).state, on)
        if applies and _funds(applies, asked.form.item):
            found.append(applies.parameters.document_request_days)
    return max(found) if found else _until_told()


def _funds(applies: InForce, item: str) -> bool:
    return any(item in (it.code, it.letter) for it in applies.guideline.items)


@cache
def _until_told() -> int:
    told = tomllib.loads(Path(__file__).with_name("periods.toml").read_text("utf-8"))
    return int(told["documents"]["least_days"])
