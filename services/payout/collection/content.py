"""What the treasury is to know of a claim, and which order says so."""

from datetime import date
from enum import StrEnum

from shared.decider import value


class Kind(StrEnum):
    """Annahmeanordnung, Änderungsanordnung, Absetzungsanordnung."""

    COLLECT = "collect"
    CHANGE = "change"
    DEDUCT = "deduct"


@value
class Wanted:
    """A claim as the treasury should know it: `target_cents` to be collected in all, what of it came in, and by when the rest."""

    claim: str
    target_cents: int
    received_cents: int
    due_on: date
    payable_under: str
    title: str
    file_number: str

    @property
    def is_open(self) -> bool:
        return self.target_cents > self.received_cents


@value
class Needed:
    """The order that tells the treasury what it does not know yet; `cents` is what the order says."""

    kind: Kind
    cents: int


def needed(wanted: Wanted, target_cents: int, due_on: date | None) -> Needed | None:
    """The order that a claim needs when the treasury was last told this; `due_on` is None when it was told nothing.

    A change says the whole amount to be collected from now on, a deduction by how much less it is and that nothing is left.
    """
    if due_on is None:
        return Needed(kind=Kind.COLLECT, cents=wanted.target_cents) if wanted.target_cents > 0 else None
    if not wanted.is_open and wanted.target_cents < target_cents:
        return Needed(kind=Kind.DEDUCT, cents=target_cents - wanted.target_cents)
    moved = wanted.is_open and wanted.due_on != due_on
    if wanted.target_cents == target_cents and not moved:
        return None
    return Needed(kind=Kind.CHANGE, cents=wanted.target_cents)
