"""Where the proofs of a case stand."""

from datetime import date

from services.review.proof.commands import Kind
from services.review.proof.events import (
    InterimProofExpected,
    PaymentNoted,
    ProofAccepted,
    ProofChecked,
    ProofCheckedInDepth,
    ProofCheckOverdue,
    ProofOverdue,
    ProofReceived,
    ProofReminded,
    ProofResultSigned,
    ProofSentBack,
    Settled,
)
from shared.contracts import Acted
from shared.decider import value


@value
class HandedIn:
    """One proof, and how far its check is."""

    received: ProofReceived
    first: ProofChecked | None = None
    in_depth: ProofCheckedInDepth | None = None
    signed: ProofResultSigned | None = None
    settled: Settled | None = None
    late: ProofCheckOverdue | None = None

    @property
    def proof(self) -> str:
        return self.received.proof

    @property
    def is_interim(self) -> bool:
        return self.received.kind == Kind.INTERIM

    @property
    def checked(self) -> ProofChecked | ProofCheckedInDepth | None:
        """The check that counts."""
        return self.in_depth or self.first

    @property
    def is_unchecked(self) -> bool:
        """Whether its first check is still to come, and nobody was told that it is late."""
        return self.first is None and self.settled is None and self.late is None

    @property
    def waits_for_in_depth(self) -> bool:
        return self.first is not None and self.first.drawn.selected and self.in_depth is None


def _check_ends_on(it: HandedIn) -> date:
    return it.received.deadline.ends_on if it.received.deadline else date.max


@value
class Proof:
    """What was paid, and the proofs of it in the order in which they came; `stops` counts the stops of payments."""

    payments: tuple[PaymentNoted, ...] = ()
    handed_in: tuple[HandedIn, ...] = ()
    acted: tuple[Acted, ...] = ()
    due_on: date | None = None
    reminded: ProofReminded | None = None
    stopped: ProofOverdue | None = None
    stops: int = 0
    interim: tuple[InterimProofExpected, ...] = ()
    interim_overdue: tuple[int, ...] = ()

    @property
    def is_lacking(self) -> bool:
        """Whether a proof of use is owed and none lies here; an interim one does not replace it."""
        some = (it for it in self.handed_in if not it.is_interim and not isinstance(it.settled, ProofSentBack))
        return self.due_on is not None and next(some, None) is None

    @property
    def falls_due_on(self) -> date | None:
        """The last day before the clock reminds the recipient or stops payments; None when it has nothing to do."""
        if self.due_on is None or self.stopped or not self.is_lacking:
            return None
        return self.reminded.deadline.ends_on if self.reminded else self.due_on

    @property
    def unchecked(self) -> HandedIn | None:
        """The proof whose first check is due first."""
        waiting = (it for it in self.handed_in if it.is_unchecked and it.received.deadline)
        return min(waiting, key=_check_ends_on, default=None)

    @property
    def lacking_interim(self) -> InterimProofExpected | None:
        """The interim proof that falls due first."""
        return min(self.lacking_interims, key=lambda it: it.deadline.ends_on, default=None)

    @property
    def lacking_interims(self) -> tuple[InterimProofExpected, ...]:
        """The interim proofs that are owed; what comes after the year ended proves it, be it the last proof or not."""
        came = [it.received.submitted_on for it in self.handed_in if not isinstance(it.settled, ProofSentBack)]
        last = max((it.year for it in came), default=0)
        owed = (it for it in self.interim if it.year >= last and it.year not in self.interim_overdue)
        return () if self.due_on is None else tuple(owed)

    @property
    def paid_cents(self) -> int:
        return sum(it.cents for it in self.payments)

    @property
    def waiting(self) -> HandedIn | None:
        """The proof that is to be decided; the earliest, when there are several."""
        return next((it for it in self.handed_in if it.settled is None), None)

    @property
    def accepted(self) -> ProofAccepted | None:
        """The acceptance of the proof of use, by which the final amount stands."""
        settled = (it.settled for it in self.handed_in)
        return next((it for it in settled if isinstance(it, ProofAccepted)), None)

    def of(self, proof: str) -> HandedIn | None:
        return next((it for it in self.handed_in if it.proof == proof), None)
