"""What happened to the items of a file."""

from datetime import date

from services.payout.clearing.commands import Part
from services.payout.clearing.kinds import ClearingKind, Direction, Resolution
from shared.decider import event, value
from shared.identity import Sealed


@value
class Item:
    """An item by its number in the list of its file; `of` is the item that it is a part of."""

    number: int
    kind: ClearingKind
    reference: str
    reason: str
    cents: int
    direction: Direction
    booking: str
    booked_on: date | None
    payment: str = ""
    of: int = 0
    valued_on: date | None = None


@event("payout.clearing-opened")
class ClearingOpened:
    """Items of a file that nobody could explain (Klärungsfälle), opened in the transaction that took the file in.

    The rest of a divided credit is opened in the transaction that divides it.
    """

    sha256: str
    kind: str
    message_id: str
    items: tuple[Item, ...]


@event("payout.clearing-taken")
class ClearingTaken:
    """A person looks after an item from now on (Bearbeitung eines Klärungsfalls)."""

    number: int
    taken_by: str
    taken_on: date


@event("payout.resolution-proposed")
class ResolutionProposed:
    """A person says what an item was (Vorschlag zur Klärung); nothing moves before another person agrees.

    Its reason is sealed under a key of its own; `reason` is that of proposals from before it was.
    """

    number: int
    proposal: str
    resolution: Resolution
    reason: str
    payment: str
    counter: str
    proposed_by: str
    proposed_on: date
    claim: str = ""
    sealed_reason: Sealed | None = None
    parts: tuple[Part, ...] = ()
    repayment: str = ""


@event("payout.resolution-declined")
class ResolutionDeclined:
    """The proposal was not followed (Vorschlag abgelehnt); the item stays open. The reason is sealed like that of the proposal."""

    number: int
    proposal: str
    reason: str
    declined_by: str
    declined_on: date
    sealed_reason: Sealed | None = None


@event("payout.clearing-resolved")
class ClearingResolved:
    """Another person agreed (Klärung): the item is explained. An assigned booking moved its payment or claim in the same transaction.

    `counter` is the item of the booking that undid this one, which is closed with it. `parts` of a divided credit add up to it.
    With a `repayment` it is the money that a person had entered by hand on the claim before.
    """

    number: int
    proposal: str
    resolution: Resolution
    payment: str
    counter: str
    approved_by: str
    approved_on: date
    claim: str = ""
    parts: tuple[Part, ...] = ()
    repayment: str = ""


type Event = ClearingOpened | ClearingTaken | ResolutionProposed | ResolutionDeclined | ClearingResolved
