"""What the hearing of a case has come to."""

from datetime import date

from services.review.assessment.hearing.events import HearingDispensed, HearingOpened, StatementReceived
from services.review.assessment.hearing.subject import HearingSubject
from shared.calendar import Deadline
from shared.decider import value


@value
class Hearing:
    """The case's last hearing with what came of it, and beside it a dispensation; `unserved` while its letter is not served."""

    opened: HearingOpened | None = None
    deadline: Deadline | None = None
    statement: StatementReceived | None = None
    expired_on: date | None = None
    dispensed: HearingDispensed | None = None
    unserved: bool = False

    @property
    def is_running(self) -> bool:
        return self.opened is not None and self.statement is None and self.expired_on is None

    @property
    def ends_on(self) -> date | None:
        """The last day for a statement; none while the letter is not served."""
        return None if self.unserved or self.deadline is None else self.deadline.ends_on

    def has_heard(self, about: HearingSubject, granted_cents: int = 0) -> bool:
        """Whether the law's demand is met: heard on this and no deeper cut, or dispensed with."""
        if self.dispensed is not None and self.dispensed.about == about:
            return True
        if self.opened is None or self.is_running or self.opened.about != about:
            return False
        return granted_cents >= self.opened.granted_cents
