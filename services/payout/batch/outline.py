"""As much of a batch as a large file of the account is held against: its payments without their payees, its state without payments."""

from services.payout.batch.commands import Command
from services.payout.batch.content import Entry
from services.payout.batch.events import BatchListed, BatchSealed, Event
from services.payout.batch.evolving import evolve
from services.payout.batch.noun import decider
from services.payout.batch.states import Batch
from shared.decider import Decider, replace
from shared.identity import Sealed

NO_BOX = Sealed(origin="", stream="", path="", subject="", nonce="", box="")


def without_payees(sealed: BatchSealed) -> BatchSealed:
    """The sealed boxes are most of what a batch weighs, and no booking names a payee."""
    return replace(sealed, entries=tuple(_without_payee(it) for it in sealed.entries))


def _without_payee(it: Entry) -> Entry:
    return replace(it, account_holder=NO_BOX, iban=NO_BOX)


def _evolve(batch: Batch, it: Event) -> Batch:
    match it:
        case BatchListed():
            return batch
        case BatchSealed():
            return evolve(batch, replace(it, entries=()))
        case _:
            return evolve(batch, it)


outline = Decider[Command, Event, Batch](
    name=decider.name,
    per_case=decider.per_case,
    initial=decider.initial,
    decide=decider.decide,
    evolve=_evolve,
    events=decider.events,
)
"""The noun, of which no state knows its payments: for acts that need none."""
