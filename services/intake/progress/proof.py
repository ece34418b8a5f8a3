"""What is told of proofs of use, and of money that is to be repaid."""

from datetime import date

from shared.contracts import Acted
from shared.decider import event


@event("intake.proof-received")
class ProofReceived:
    """The recipient handed in a proof of use: noted from the proof, so that the application knows the open one."""

    proof: str
    kind: str
    spent_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.proof-decided")
class ProofDecided:
    """Noted from review: a proof of use was `accepted`, `interim-accepted` or `sent-back` (Verwendungsnachweis geprüft).

    Accepted, `final_cents` is what remains of the grant, and `overpaid_cents` what was paid above it.
    """

    proof: str
    outcome: str
    recognised_cents: int
    final_cents: int
    overpaid_cents: int
    reasons: str
    decided_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.proof-reminded")
class ProofReminded:
    """Noted from review: the proof of use was due and has not come (Erinnerung); after `ends_on` nothing is paid."""

    due_on: date
    ends_on: date
    reminded_on: date


@event("intake.payments-stopped")
class PaymentsStopped:
    """Noted from review: an overdue proof of use stops payments, or, false, they go on; `number` counts the stops."""

    number: int
    stopped: bool
    happened_on: date


@event("intake.repayment-demanded")
class RepaymentDemanded:
    """Noted from review: money is to be repaid until `due_on`, under `reference` (Erstattung, § 49a VwVfG)."""

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    reference: str
    due_on: date
    demanded_on: date
    acted: tuple[Acted, ...] = ()
    awaits_service: bool = False


@event("intake.demand-progressed")
class DemandProgressed:
    """Noted from review: the notice of a demand went out and is due on `due_on`, or was not served (Bekanntgabe gescheitert)."""

    claim: str
    step: str
    number: int
    due_on: date | None
    happened_on: date


@event("intake.repayment-received")
class RepaymentReceived:
    """Noted from payout: a repayment came in (Zahlungseingang), `cents` of what was demanded and interest."""

    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.claim-settled")
class ClaimSettled:
    """Noted from payout: nothing of a claim is open any more (Forderung erledigt)."""

    claim: str
    outcome: str
    settled_on: date
    acted: tuple[Acted, ...] = ()


type OfProof = (
    ProofReceived
    | ProofDecided
    | ProofReminded
    | PaymentsStopped
    | RepaymentDemanded
    | DemandProgressed
    | RepaymentReceived
    | ClaimSettled
)
