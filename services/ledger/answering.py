"""Die Auskunft: tells each service how far it was taken over, whenever it asks and after every commit."""

from shared.following import Nudge, wait
from shared.messaging import Lost, Messenger
from shared.recorders import Lane
from shared.topology import RECORDED
from shared.witnessing import statement
from shared.writer import Writer


class Answering:
    """What this ledger says of the services it follows; only what is committed."""

    def __init__(self, writer: Writer, messenger: Messenger, nudge: Nudge) -> None:
        self._writer = writer
        self._messenger = messenger
        self._nudged = nudge.listener()
        self._said: dict[str, Lane] = {}

    async def begin(self) -> None:
        """Listen for questions, once the broker is there."""
        await self._messenger.on_question(self._answer)

    async def keep_telling(self) -> None:
        """Say unasked what has been taken over since."""
        while True:
            await wait(self._nudged)
            for service in RECORDED:
                lane = self._lane(service)
                if lane != self._said.get(service) and self._messenger.connected:
                    await self._say(service, lane)

    async def _answer(self, service: str) -> None:
        try:
            await self._say(service, self._lane(service))
        except Lost:
            return  # it asks again

    async def _say(self, service: str, lane: Lane) -> None:
        await self._messenger.tell_witnessed(service, statement(lane.epoch, lane.position, lane.chain))
        self._said[service] = lane

    def _lane(self, service: str) -> Lane:
        return self._writer.lanes.get(service) or Lane(source=service)
