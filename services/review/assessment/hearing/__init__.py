"""Anhörung (§ 28 VwVfG): what the applicant is told before a refusal or a deep cut, until when, and what it answered.

A part of the assessment's own stream. The period is set by the authority, so it may be extended, also after it has ended
(§ 31 VII VwVfG); its end closes the hearing, and a statement that comes later is still weighed as long as nothing is decided.

Nobody is heard by a letter that did not arrive (§ 28 VwVfG): until it is served the period does not end, and then it runs anew.
"""

from services.review.assessment.hearing.commands import (
    DispenseWithHearing,
    ExpireHearing,
    ExtendHearing,
    HearingCommand,
    NoteHearingServiceFailure,
    OpenHearing,
    RecordStatement,
    RestartHearing,
)
from services.review.assessment.hearing.deciding import decide_hearing
from services.review.assessment.hearing.errors import (
    HearingMissing,
    HearingNotServed,
    HearingRunning,
    HearingTooShort,
    NoHearing,
    StatementDateNotValid,
    StatementIsReceived,
)
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
from services.review.assessment.hearing.evolving import evolve_hearing
from services.review.assessment.hearing.states import Hearing
from services.review.assessment.hearing.subject import DISPENSATION_TITLES, DispensationGround, HearingSubject

__all__ = [
    "DISPENSATION_TITLES",
    "DispensationGround",
    "DispenseWithHearing",
    "ExpireHearing",
    "ExtendHearing",
    "Hearing",
    "HearingCommand",
    "HearingDeadlineExpired",
    "HearingDispensed",
    "HearingEvent",
    "HearingExtended",
    "HearingMissing",
    "HearingNotServed",
    "HearingOpened",
    "HearingRestarted",
    "HearingRunning",
    "HearingServiceFailed",
    "HearingSubject",
    "HearingTooShort",
    "NoHearing",
    "NoteHearingServiceFailure",
    "OpenHearing",
    "RecordStatement",
    "RestartHearing",
    "StatementDateNotValid",
    "StatementIsReceived",
    "StatementReceived",
    "decide_hearing",
    "evolve_hearing",
]
