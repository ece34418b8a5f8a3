"""What the house is asked to do with proofs of use."""

from datetime import date
from enum import StrEnum

from services.review.examination import AssessedLine
from services.review.financing import Financed
from shared.calendar import Deadline
from shared.contracts import Acted
from shared.contracts.intake import SpentLine
from shared.decider import value

CHECK, CHECK_IN_DEPTH, SEND_BACK, ACCEPT = "check-proof", "check-proof-in-depth", "send-back-proof", "accept-proof"
ACCEPT_INTERIM = "accept-interim-proof"


class Kind(StrEnum):
    """Zwischennachweis, Verwendungsnachweis, Verwendungsbestätigung."""

    INTERIM = "interim"
    FINAL = "final"
    CONFIRMATION = "confirmation"


@value
class Grounds:
    """What a proof is measured against: the grant as it was decided, the plan line by line, and by how many basis points a
    line of it may be exceeded."""

    financed: Financed
    planned: tuple[AssessedLine, ...]
    line_excess_bp: int


@value
class RecognisedLine:
    """What of one line is recognised; less than was spent needs a reason."""

    line: int
    cents: int
    reason: str = ""


@value
class Drawn:
    """Whether the sample selected the proof for the in-depth check, and why beside chance."""

    selected: bool
    because: tuple[str, ...] = ()


@value
class NotePayment:
    """The treasury paid this to the recipient; the proof of the award is due on `due_on`, and by `interim` an interim one of
    the year of the payment, when the award runs on."""

    payment: str
    cents: int
    paid_on: date
    due_on: date | None = None
    interim: Deadline | None = None


@value
class ExpireProof:
    """The last day for a proof, or the further period of its reminder, has passed; `due_on` is the day of the award now, None
    when nothing of it is left."""

    due_on: date | None
    reminder_days: int


@value
class ExpireInterimProof:
    """The last day for an interim proof has passed."""


@value
class ExpireProofCheck:
    """The last day for the first check of a proof has passed."""


@value
class ReceiveProof:
    """A proof arrived from intake; its first check has `check_months`, 0 when there is no award to say so."""

    proof: str
    kind: Kind
    lines: tuple[SpentLine, ...]
    covering_cents: int
    report: str
    submitted_on: date
    acted: tuple[Acted, ...]
    check_months: int = 0


@value
class CheckProof:
    """The first check (Stufe 1): complete, plausible, purpose reached, what is recognised of each line."""

    proof: str
    recognised: tuple[RecognisedLine, ...]
    complete: bool
    plausible: bool
    purpose_reached: bool
    findings: str
    grounds: Grounds
    drawn: Drawn


@value
class CheckProofInDepth:
    """The in-depth check (Stufe 2) with the vouchers; what it recognises takes the place of the first check's."""

    proof: str
    recognised: tuple[RecognisedLine, ...]
    findings: str
    grounds: Grounds


@value
class AcceptProof:
    """Accept the proof of use with its closing note; the final amount of the grant follows."""

    proof: str
    note: str
    grounds: Grounds


@value
class AcceptInterimProof:
    """Accept an interim proof with a note; nothing of the grant changes by it."""

    proof: str
    note: str


@value
class SendBackProof:
    """The proof cannot be accepted as it is; the recipient hands in another. `reasons` are told to it."""

    proof: str
    reasons: str


type Command = (
    NotePayment
    | ExpireProof
    | ExpireInterimProof
    | ExpireProofCheck
    | ReceiveProof
    | CheckProof
    | CheckProofInDepth
    | AcceptProof
    | AcceptInterimProof
    | SendBackProof
)
