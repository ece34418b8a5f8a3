"""The keys of drafts that are over are destroyed, and the log is told so; files taken out of a draft are deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.intake import draft, draft_views
from services.intake.draft import NoteErased, Over, Saved
from shared.commands import Request
from shared.decider import decision
from shared.following import in_thread, wait
from shared.identity import SYSTEM, DocumentReference, Role
from shared.overlay import Caller
from shared.service import House


@dataclass
class Eraser:
    """Follows the drafts that are over. It may die between the two steps: a key is destroyed twice, and noted once."""

    house: House
    nudged: asyncio.Event
    looked_upto: int = -1
    removed_upto: str = ""

    async def run(self) -> None:
        while True:
            position = self.house.view_follower.position
            if position != self.looked_upto:
                for one in await in_thread(draft_views.drafts_over, self.house.views):
                    await self._erase(one)
                await self._delete_removed()
                self.looked_upto = position
            # A nudge comes with the commit; the views show it some milliseconds later.
            await wait(self.nudged, 0.02 if not self.idle else 1.0)

    async def _erase(self, id: str) -> None:
        state = (await self.house.writer.state(draft.decider, id)).state
        if isinstance(state, Over) and not state.erased:
            await in_thread(self._destroy, state)
            noted = decision(draft.decider, id, NoteErased())
            await self.house.writer.execute(Request(decision=noted, caller=Caller(actor=SYSTEM, role=Role.SYSTEM)))

    async def _delete_removed(self) -> None:
        """After a start all are gone through again: a file is deleted twice, and nothing happens."""
        while True:
            found, upto = await in_thread(draft_views.files_removed, self.house.views, self.removed_upto)
            if not found:
                return
            for one in found:
                state = (await self.house.writer.state(draft.decider, one)).state
                if isinstance(state, Saved):
                    await in_thread(self._forget, [it.document for it in state.removed])
            self.removed_upto = upto

    def _destroy(self, state: Over) -> None:
        self.house.keys.destroy(state.last.content.subject)
        self._forget(state.left)

    def _forget(self, references: Sequence[DocumentReference]) -> None:
        for it in references:
            self.house.documents.forget(it)

    @property
    def idle(self) -> bool:
        return self.looked_upto >= self.house.writer.head.position


def follower(house: House) -> Callable[[], Awaitable[None]]:
    """The eraser's loop, made known to the house's judgement of whether it waits."""
    eraser = Eraser(house=house, nudged=house.nudge.listener())
    house.idle_checks.append(lambda: eraser.idle)
    return eraser.run
