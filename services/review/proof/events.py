"""What happened to proofs of use."""

from datetime import date

from services.review.proof.commands import Drawn, Kind, RecognisedLine
from shared.calendar import Deadline
from shared.contracts import Acted
from shared.contracts.intake import SpentLine
from shared.decider import event


@event("review.payment-noted")
class PaymentNoted:
    """The treasury paid this to the recipient; it has to prove what it was spent on (Auszahlung vermerkt); below zero it came back."""

    payment: str
    cents: int
    paid_on: date


@event("review.proof-expected")
class ProofExpected:
    """A proof of use is due on a day, the award's (Vorlagefrist des Verwendungsnachweises); None when nothing of the award is left."""

    due_on: date | None
    expected_on: date


@event("review.proof-reminded")
class ProofReminded:
    """The day on which the proof was due passed without one: the recipient is reminded, with a further period (Erinnerung)."""

    due_on: date
    deadline: Deadline
    reminded_on: date


@event("review.proof-overdue")
class ProofOverdue:
    """No proof came after the reminder, either (Verwendungsnachweis überfällig): payments stop until one does.

    `number` counts the case's stops.
    """

    number: int
    due_on: date
    overdue_on: date


@event("review.payments-released")
class PaymentsReleased:
    """The overdue proof came in: payments go on (Ende der Zahlungssperre); `number` is that of the stop."""

    number: int
    released_on: date


@event("review.proof-received")
class ProofReceived:
    """A proof of use arrived from intake (Verwendungsnachweis, Zwischennachweis, Verwendungsbestätigung).

    Its first check is to be made by `deadline`; none when no award said how long it may take.
    """

    proof: str
    kind: Kind
    lines: tuple[SpentLine, ...]
    covering_cents: int
    report: str
    submitted_on: date
    acted: tuple[Acted, ...]
    deadline: Deadline | None = None


@event("review.proof-check-overdue")
class ProofCheckOverdue:
    """The first check of a proof was not made in its time (Prüfung des Nachweises überfällig): the authority is late, nobody else."""

    proof: str
    due_on: date
    noted_on: date


@event("review.interim-proof-expected")
class InterimProofExpected:
    """Money of an award that runs on was paid in this year: an interim proof of it is due (Vorlagefrist des Zwischennachweises)."""

    year: int
    deadline: Deadline
    expected_on: date


@event("review.interim-proof-overdue")
class InterimProofOverdue:
    """The day for the interim proof of this year passed without one (Zwischennachweis überfällig)."""

    year: int
    due_on: date
    noted_on: date


@event("review.proof-checked")
class ProofChecked:
    """The first check of a proof (erste Prüfung): complete, plausible, purpose reached, and what is recognised line by line.

    `drawn` is whether the sample selected it for the in-depth check. `final_cents` is what would remain of the grant.
    """

    proof: str
    recognised: tuple[RecognisedLine, ...]
    recognised_cents: int
    final_cents: int
    complete: bool
    plausible: bool
    purpose_reached: bool
    findings: str
    drawn: Drawn
    checked_by: str
    checked_on: date


@event("review.proof-checked-in-depth")
class ProofCheckedInDepth:
    """The in-depth check of a proof with its vouchers (vertiefte Prüfung); what it recognised now counts."""

    proof: str
    recognised: tuple[RecognisedLine, ...]
    recognised_cents: int
    final_cents: int
    findings: str
    checked_by: str
    checked_on: date


@event("review.proof-result-signed")
class ProofResultSigned:
    """The final amount deviates from the grant; a second person has to sign the same result (zweite Zeichnung)."""

    proof: str
    final_cents: int
    signed_by: str
    signed_on: date


@event("review.proof-accepted")
class ProofAccepted:
    """The proof of use is accepted with its closing note (Schlussvermerk), and what finally remains of the grant is determined.

    `overpaid_cents` is what was paid above the final amount.
    """

    proof: str
    kind: Kind
    granted_cents: int
    recognised_cents: int
    covering_cents: int
    final_cents: int
    paid_cents: int
    overpaid_cents: int
    note: str
    accepted_by: str
    accepted_on: date


@event("review.interim-proof-accepted")
class InterimProofAccepted:
    """An interim proof is accepted (Zwischennachweis anerkannt); nothing of the grant changes."""

    proof: str
    note: str
    accepted_by: str
    accepted_on: date


@event("review.proof-sent-back")
class ProofSentBack:
    """A proof cannot be accepted as it is (Nachweis zurückgegeben); the recipient hands in another."""

    proof: str
    kind: Kind
    reasons: str
    sent_back_by: str
    sent_back_on: date


type Event = (
    PaymentNoted
    | ProofExpected
    | ProofReminded
    | ProofOverdue
    | PaymentsReleased
    | ProofReceived
    | ProofCheckOverdue
    | InterimProofExpected
    | InterimProofOverdue
    | ProofChecked
    | ProofCheckedInDepth
    | ProofResultSigned
    | ProofAccepted
    | InterimProofAccepted
    | ProofSentBack
)
type Settled = ProofAccepted | InterimProofAccepted | ProofSentBack
