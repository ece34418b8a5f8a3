"""Einbehalt: the share of each year's amount that is paid only when review accepted the proof of use.

Review's word may come before the plan or after it.
"""

from collections.abc import Sequence
from datetime import date

from shared.contracts import Acted
from shared.decider import event, value
from shared.money import at_rate
from shared.records import likeness

ACCEPTED = "accepted"
"""The outcome of a final proof; one of an interim proof releases nothing."""


@value
class NoteProof:
    proof: str
    final_cents: int
    decided_on: date
    acted: tuple[Acted, ...]


@event("payout.proof-noted")
class ProofNoted:
    """Noted from review: the proof of use is accepted (Verwendungsnachweis angenommen).

    What was withheld can be drawn now, and all drawdowns together up to `final_cents`, which finally remain of the grant.
    """

    proof: str
    final_cents: int
    decided_on: date
    acted: tuple[Acted, ...]


def note_proof(command: NoteProof, noted: ProofNoted | None) -> Sequence[ProofNoted]:
    """The note, unless it was made; a proof is accepted once."""
    return [] if noted is not None else [likeness(ProofNoted, command)]


def withheld_cents(granted_cents: int, withheld_bp: int, proof: ProofNoted | None) -> int:
    """What of an amount is not paid yet, rounded down to the cent; nothing once the proof is accepted."""
    return 0 if proof else at_rate(granted_cents, withheld_bp)
