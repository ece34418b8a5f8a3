"""What happened in a hearing."""

from datetime import date

from services.review.assessment.hearing.subject import DispensationGround, HearingSubject
from shared.calendar import Deadline
from shared.decider import event


@event("review.hearing-opened")
class HearingOpened:
    """The applicant is told what is intended, and may state its view until a day (Anhörung, § 28 VwVfG).

    `days` is the period's length, 0 in hearings from before it was kept.
    """

    number: int
    about: HearingSubject
    announced: str
    granted_cents: int
    deadline: Deadline
    opened_by: str
    opened_on: date
    days: int = 0

    @property
    def length(self) -> int:
        return self.days or (self.deadline.ends_on - self.opened_on).days


@event("review.statement-received")
class StatementReceived:
    """The applicant's statement came in and was weighed (Stellungnahme); `late` when its period had passed."""

    number: int
    received_on: date
    consideration: str
    late: bool
    recorded_by: str
    recorded_on: date


@event("review.hearing-extended")
class HearingExtended:
    """The applicant has longer to state its view (Fristverlängerung, § 31 VII VwVfG)."""

    number: int
    deadline: Deadline
    extended_by: str
    extended_on: date


@event("review.hearing-deadline-expired")
class HearingDeadlineExpired:
    """The period ended without a statement (Anhörungsfrist abgelaufen); it may be decided now."""

    number: int
    expired_on: date
    noted_on: date


@event("review.hearing-dispensed")
class HearingDispensed:
    """No hearing is held, for a ground of the law and with reasons (Absehen von der Anhörung, § 28 II, III VwVfG)."""

    about: HearingSubject
    ground: DispensationGround
    reasons: str
    dispensed_by: str
    dispensed_on: date


@event("review.hearing-service-failed")
class HearingServiceFailed:
    """The letter of a hearing was not served (Bekanntgabe der Anhörung gescheitert): nothing is decided until it was and its period ran anew."""

    number: int
    failed_on: date
    recorded_by: str


@event("review.hearing-restarted")
class HearingRestarted:
    """The letter of a hearing was sent again; its period runs anew from the day on which it counts as served (§ 41 II VwVfG)."""

    number: int
    served_on: date
    deadline: Deadline
    restarted_by: str
    restarted_on: date


type HearingEvent = (
    HearingOpened
    | StatementReceived
    | HearingExtended
    | HearingDeadlineExpired
    | HearingDispensed
    | HearingServiceFailed
    | HearingRestarted
)
