"""Where a request to cancel stands."""

from services.payout.payment import RecallOutcome
from services.payout.recall.content import RecalledEntry
from services.payout.recall.events import RecallAnswered, RecallApproved, RecallDropped, RecallRequested
from shared.contracts import Acted
from shared.decider import value


@value
class Unrequested:
    """`listed` is only ever seen between two events of one transaction."""

    listed: tuple[RecalledEntry, ...] = ()


@value
class Requested:
    """`asked` names all payments here and in every later state, however they are recorded."""

    asked: RecallRequested
    acted: tuple[Acted, ...] = ()


@value
class Approved:
    """`submitted` says that the treasury may hold the file."""

    asked: RecallRequested
    sealed: RecallApproved
    submitted: bool = False


@value
class Sent:
    """The treasury holds it; `answers` are its last words by payment, `recorded` those that a person was told."""

    asked: RecallRequested
    sealed: RecallApproved
    answers: tuple[tuple[str, RecallOutcome], ...] = ()
    recorded: tuple[RecallAnswered, ...] = ()

    @property
    def open(self) -> frozenset[str]:
        """The payments to which the treasury has not said its last word."""
        ended = {name for name, outcome in self.answers if outcome != RecallOutcome.PENDING}
        return frozenset(it.payment for it in self.asked.entries) - ended


@value
class Dropped:
    asked: RecallRequested
    dropped: RecallDropped | None = None


type Recalling = Unrequested | Requested | Approved | Sent | Dropped
