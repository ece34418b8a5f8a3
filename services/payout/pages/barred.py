"""Ausschluss vom Zahlungslauf: what a page says beforehand to who must not act in one of the cases of a file.

All cases of a file are asked, by the list of who did what in them: twenty thousand are there in a moment.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.payout import batch as batches
from services.payout import collection, municipal_tie
from services.payout.api.lookup import known_acts, known_batch
from services.payout.views.cases import CASE_ACTS, PAYEES
from shared import duties, ties
from shared.access import Person
from shared.contracts import Acted
from shared.service import House


class OfCase(Protocol):
    @property
    def case(self) -> str: ...
    @property
    def file_number(self) -> str: ...


async def hindrance(house: House, action: str, entries: Sequence[OfCase], person: Person) -> str:
    """Why this person must not do the action with a file of these payments, with the case that says so; empty when they may."""
    asked = {it.case: it.file_number for it in entries}
    for case, acted in (await _acts(house, list(asked), person.id)).items():
        if told := duties.hindrance(action, acted, person.id):
            return f"Vorgang {asked[case] or case}: {told}"
    return ""


async def _acts(house: House, cases: Sequence[str], person: str) -> Mapping[str, Sequence[Acted]]:
    """What was done in each case, and what ties this person to its municipalities; of a succeeded one as committed."""
    listed = await asyncio.to_thread(house.views.bodies, CASE_ACTS, cases)
    succeeded = await asyncio.to_thread(house.views.bodies, PAYEES, cases)
    tied = (await house.writer.state(municipal_tie.decider, ties.REGISTER)).state.declared
    found: dict[str, Sequence[Acted]] = {}
    for case in cases:
        it = listed.get(case)
        if it is None or case in succeeded:
            found[case] = await known_acts(house, case, person)
        else:
            acted = [Acted(person=who, role=role, action=action) for who, role, action in it["acted"] if who == person]
            found[case] = (*acted, *ties.conflicts(tied, person, it["keys"]))
    return found


async def release_hindrance(house: House, sealed: Mapping[str, Any], person: Person) -> str:
    """Why this person must not release a sealed batch, by its orders or by one of its cases; empty when they may."""
    if told := duties.hindrance("release-batch", batches.acts_of(sealed["took_part"]), person.id):
        return told
    content = (await known_batch(house, sealed["batch"])).state.sealed
    for it in content.collections:
        ordered = (await house.writer.state(collection.decider, it.case)).state
        if told := duties.hindrance("release-batch", ordered.acted, person.id):
            return f"Vorgang {it.file_number or it.case}: {told}"
    return await hindrance(house, "release-batch", (*content.entries, *content.collections), person)


async def left_out(house: House, cases: Sequence[str], person: Person) -> int:
    """How many open orders of these cases, one after the other, stay out of a file that this person seals, because a rule excludes them."""
    acts = await _acts(house, list(dict.fromkeys(cases)), person.id)
    return sum(bool(duties.hindrance("seal-batch", acts[it], person.id)) for it in cases)
