"""What the applicant asked beside its application, and what was decided on it: an early start, a change of the award."""

from datetime import date

from shared.contracts import Acted
from shared.decider import event


@event("intake.early-start-received")
class EarlyStartReceived:
    """The applicant asks to begin early: noted from the early start, so that the application knows the open one."""

    early_start: str
    contract_on: date
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.early-start-decided")
class EarlyStartDecided:
    """Noted from review: whether the applicant may begin before the decision on the grant, from which day and until when."""

    early_start: str
    approved: bool
    may_begin_on: date | None
    text: str
    decided_on: date
    acted: tuple[Acted, ...] = ()
    expires_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether a project may be begun early on this day, as far as its last day says."""
        return self.approved and (self.expires_on is None or on <= self.expires_on)


@event("intake.change-received")
class ChangeReceived:
    """The recipient asks for a change of the award: noted from the change request, so that the application knows the open one."""

    change: str
    kind: str
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.change-settled")
class ChangeSettled:
    """Noted from review: whether the change was granted (Änderungsbescheid) or refused, with what is told of it."""

    change: str
    granted: bool
    text: str
    settled_on: date
    acted: tuple[Acted, ...] = ()


type OfRequest = EarlyStartReceived | EarlyStartDecided | ChangeReceived | ChangeSettled
