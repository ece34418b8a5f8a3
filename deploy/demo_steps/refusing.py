"""What has to be refused."""

from collections.abc import Awaitable
from typing import Any

from deploy.demo_people import Refused


class Contradiction(Exception):
    """The house answered something else than it had to."""


async def refused(attempt: Awaitable[Any], code: str = "attempt-refused") -> dict[str, str]:
    """What the law forbids this person, or the house everybody now, must be refused for that reason."""
    try:
        await attempt
    except Refused as said:
        if said.code == code:
            return {}
        raise
    raise Contradiction(f"Angenommen wurde, was abzulehnen war: {code}")
