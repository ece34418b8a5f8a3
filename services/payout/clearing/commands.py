"""What is asked of the list of a file."""

from datetime import date

from services.payout.clearing.kinds import Direction, Resolution
from shared.decider import value
from shared.identity import Sealed


@value
class Unexplained:
    """What moved nothing: its reference (or group, or entry), the code that says why, and what was booked, if anything was.

    `payment` is the one that a debit names: until the item is resolved, its Mittelabruf is not ordered anew.
    """

    reference: str
    reason: str
    cents: int = 0
    direction: Direction = Direction.NONE
    booking: str = ""
    booked_on: date | None = None
    payment: str = ""
    valued_on: date | None = None


@value
class OpenClearing:
    """`sha256`, `kind` and `message_id` are those of the file that brought the items, `found` that resolving one of them brought these."""

    sha256: str
    kind: str
    message_id: str
    items: tuple[Unexplained, ...]
    found: bool = False


@value
class TakeClearing:
    number: int


@value
class Part:
    """So much of a credit is the claim's; without one it stays open under a number of its own, or waits to be given back."""

    cents: int
    claim: str = ""
    give_back: bool = False


@value
class ProposeResolution:
    """`parts` are those of a divided credit; what they leave is another part that stays open.

    `payment` or `claim` is what an assigned booking belongs to, `repayment` the entry on that claim that a person had made of it.
    `counter` names the item of the booking that undid it ("clearing/number").

    The reason comes sealed, because it may name people.
    """

    number: int
    proposal: str
    resolution: Resolution
    reason: str
    payment: str = ""
    counter: str = ""
    claim: str = ""
    sealed_reason: Sealed | None = None
    parts: tuple[Part, ...] = ()
    repayment: str = ""


@value
class ApproveResolution:
    number: int
    proposal: str


@value
class DeclineResolution:
    number: int
    proposal: str
    reason: str
    sealed_reason: Sealed | None = None


@value
class CloseCounter:
    """The other half of two bookings that undo each other, closed with the first; `resolved` is the first."""

    number: int
    resolved: str


@value
class EndOverpayment:
    """What this payment had paid twice was paid back on a claim: its open item ends with it."""

    payment: str
    claim: str


type Command = (
    EndOverpayment
    | OpenClearing
    | TakeClearing
    | ProposeResolution
    | ApproveResolution
    | DeclineResolution
    | CloseCounter
)
