"""Anhörung zum Bescheid: the recipient speaks before its award falls away."""

from datetime import date

from services.review.award.commands import Annulment, LegalBasis
from shared.calendar import Deadline
from shared.decider import event


@event("review.award-hearing-opened")
class AwardHearingOpened:
    """The recipient is told what is intended with the award and may speak until `deadline` (Anhörung, § 28 VwVfG).

    `days` is the period's length, 0 in hearings from before it was kept.
    """

    number: int
    annulment: Annulment
    legal_basis: LegalBasis
    facts: str
    deadline: Deadline
    limit_months: int
    opened_by: str
    opened_on: date
    days: int = 0

    @property
    def length(self) -> int:
        return self.days or (self.deadline.ends_on - self.opened_on).days


@event("review.award-statement-received")
class AwardStatementReceived:
    """The recipient spoke. From here the authority knows, and the year for revocation and retraction runs until `limit`."""

    number: int
    received_on: date
    limit: Deadline
    recorded_by: str
    recorded_on: date


@event("review.award-hearing-expired")
class AwardHearingExpired:
    """The recipient did not speak in time. From here the year for revocation and retraction runs until `limit`."""

    number: int
    expired_on: date
    limit: Deadline


@event("review.award-hearing-service-failed")
class AwardHearingServiceFailed:
    """The letter of a hearing on an award was not served (Bekanntgabe der Anhörung gescheitert): nothing falls away until it
    was and its period ran anew, and the year for revocation and retraction does not run yet.
    """

    number: int
    failed_on: date
    recorded_by: str


@event("review.award-hearing-restarted")
class AwardHearingRestarted:
    """The letter of a hearing on an award was sent again; its period runs anew from the day of service (§ 41 II VwVfG).

    `restart` counts how often.
    """

    number: int
    restart: int
    served_on: date
    deadline: Deadline
    restarted_by: str
    restarted_on: date


@event("review.award-hearing-closed")
class AwardHearingClosed:
    """The hearing ended without any annulment: the award stays as it is."""

    number: int
    reason: str
    closed_by: str
    closed_on: date
