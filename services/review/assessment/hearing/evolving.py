"""What an event makes of a hearing; no rules."""

from typing import assert_never

from services.review.assessment.hearing.events import (
    HearingDeadlineExpired,
    HearingDispensed,
    HearingEvent,
    HearingExtended,
    HearingOpened,
    HearingRestarted,
    HearingServiceFailed,
    StatementReceived,
)
from services.review.assessment.hearing.states import Hearing
from shared.decider import replace


def evolve_hearing(hearing: Hearing, it: HearingEvent) -> Hearing:
    match it:
        case HearingOpened():
            return Hearing(opened=it, deadline=it.deadline, dispensed=hearing.dispensed)
        case StatementReceived():
            return replace(hearing, statement=it)
        case HearingExtended():
            return replace(hearing, deadline=it.deadline, expired_on=None)
        case HearingDeadlineExpired():
            return replace(hearing, expired_on=it.expired_on)
        case HearingDispensed():
            return replace(hearing, dispensed=it)
        case HearingServiceFailed():
            return replace(hearing, unserved=True, expired_on=None)
        case HearingRestarted():
            return replace(hearing, unserved=False, deadline=it.deadline)
        case _ as missing:
            assert_never(missing)
