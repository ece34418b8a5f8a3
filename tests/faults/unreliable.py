"""A broker that delivers late, twice and out of order, as seen by a consumer: deliveries fail, acknowledgements are lost."""

import random
from typing import Any

from shared.lane_following import LaneFollower
from tests.faults.life import Life


def arm(life: Life) -> None:
    """Some deliveries come again later, behind others; some are handled and yet come again."""
    chance = random.Random(f"{life.seed}/deliveries")
    receive = LaneFollower.receive

    async def received(self: LaneFollower, message: Any) -> None:
        fate = chance.random()
        if fate < 0.15:
            await message.nack(delay=chance.uniform(0.05, 0.5))
            return
        if fate < 0.3:
            message.ack = _lost
        await receive(self, message)

    async def _lost(*_: Any, **__: Any) -> None:
        return

    LaneFollower.receive = received
