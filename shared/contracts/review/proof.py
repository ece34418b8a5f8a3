"""Verwendungsnachweis: what its check found, what its delay leads to, what is to be repaid, and the case's end."""

from datetime import date

from shared.contracts import Acted, contract


@contract("review.proof-decided")
class ProofDecided:
    """A proof of use was checked. `outcome` is `accepted`, `interim-accepted` (of an interim proof) or `sent-back`.

    Accepted, `final_cents` is what remains of the grant by its financing type on `recognised_cents` of expenditure, `paid_cents`
    what review knows to be paid, `overpaid_cents` what of it is above the final amount; 0 all three in other outcomes.
    `reasons` are told to the recipient.
    """

    proof: str
    kind: str
    outcome: str
    granted_cents: int
    recognised_cents: int
    final_cents: int
    paid_cents: int
    overpaid_cents: int
    reasons: str
    decided_on: date
    acted: tuple[Acted, ...]


@contract("review.proof-reminded")
class ProofReminded:
    """The proof of use was due and has not come (Erinnerung); after `ends_on` payments stop."""

    due_on: date
    ends_on: date
    reminded_on: date


@contract("review.payments-stopped")
class PaymentsStopped:
    """An overdue proof of use stops payments of the case (`stopped`), or, false, they go on since it came in.

    `number` counts the case's stops; what goes on has the number of its stop.
    """

    number: int
    stopped: bool
    happened_on: date


@contract("review.case-closed")
class CaseClosed:
    """The case is closed (Abschluss); `number` counts its closures.

    Review keeps its file until `retained_until_on`, the recipient its books until `recipient_keeps_until_on`, each by its rule.
    """

    number: int
    retained_until_on: date
    retention_rule: str
    recipient_keeps_until_on: date
    recipient_rule: str
    closed_on: date
    acted: tuple[Acted, ...]


@contract("review.case-reopened")
class CaseReopened:
    """Money moved after the closure of this number: the case is open until it is closed anew."""

    number: int
    reopened_on: date
