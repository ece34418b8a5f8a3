"""Ausschluss vom Zahlungslauf: what a page says beforehand to who must not act in one of the cases of a file.

The act itself asks all cases; of a very long file the page asks the first ones, so that it is there in a moment.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.payout import batch as batches
from services.payout.api.lookup import known_acts, known_batch
from shared import duties
from shared.access import Person
from shared.service import House

LOOKED_AT = 400
"""So many payments of a file are asked before its form is shown."""


class OfCase(Protocol):
    @property
    def case(self) -> str: ...
    @property
    def file_number(self) -> str: ...


async def hindrance(house: House, action: str, entries: Sequence[OfCase], person: Person) -> str:
    """Why this person must not do the action with a file of these payments, with the case that says so; empty when they may."""
    asked = {it.case: it.file_number for it in entries[:LOOKED_AT]}
    for case, file_number in asked.items():
        if told := duties.hindrance(action, await known_acts(house, case, person.id), person.id):
            return f"Vorgang {file_number or case}: {told}"
    return ""


async def release_hindrance(house: House, sealed: Mapping[str, Any], person: Person) -> str:
    """Why this person must not release a sealed batch, by its orders or by one of its cases; empty when they may."""
    if told := duties.hindrance("release-batch", batches.acts_of(sealed["took_part"]), person.id):
        return told
    found = await known_batch(house, sealed["batch"])
    return await hindrance(house, "release-batch", found.state.sealed.entries, person)


async def left_out(house: House, orders: Sequence[OfCase], person: Person) -> int:
    """How many of these open orders stay out of a file that this person seals, because a rule excludes them from the case."""
    barred = [bool(await hindrance(house, "seal-batch", [it], person)) for it in orders[:LOOKED_AT]]
    return sum(barred)
