"""What is asked of a closure, and what may stand in its way."""

from datetime import date
from enum import StrEnum

from shared.contracts import Acted
from shared.decider import value

WRITE, CLOSE = "write-closing-note", "close-case"


class Step(StrEnum):
    """What money does on its way to the recipient, and back."""

    REQUESTED = "requested"
    EXAMINED = "examined"
    ORDERED = "ordered"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"
    REPAID = "repaid"


class OpenPoint(StrEnum):
    """What stands in the way of a closure."""

    AWARD = "award"
    LAWSUIT = "lawsuit"
    REMEDY = "remedy"
    CHANGE = "change"
    PROOF = "proof"
    CLAIM = "claim"
    EXCESS = "excess"
    SIDE_CONDITION = "side-condition"
    DRAWDOWN = "drawdown"
    PAYMENT = "payment"


@value
class NoteStep:
    """`name` is the drawdown's, the payment's or the repayment's; `cents` what of it was accepted, ordered or paid."""

    step: Step
    name: str
    drawdown: str
    cents: int
    happened_on: date
    number: int = 1


@value
class WriteClosingNote:
    """`is_proven` is whether the proof of use is accepted, or nothing of the award is left that could be proven."""

    note: str
    is_proven: bool
    acted: tuple[Acted, ...]


@value
class CloseCase:
    """`open_points` are open beside what this noun knows itself; the years are those of the parameters in force."""

    open_points: tuple[OpenPoint, ...]
    proven_on: date
    retention_years: int
    recipient_retention_years: int
    acted: tuple[Acted, ...]


@value
class EndRetention:
    """The file has been kept as long as it has to be."""


type Command = NoteStep | WriteClosingNote | CloseCase | EndRetention
