"""Bekanntgabe der Anhörung: what becomes of its period when the letter is not served, and when it goes out again.

Nobody is heard by a letter that did not arrive (§ 28 VwVfG): until it is served the period does not end, and then it runs anew.
"""

from datetime import date

from shared.calendar import Deadline
from shared.decider import event, value


@value
class NoteHearingServiceFailure:
    """The letter of this hearing was not served."""

    number: int


@value
class RestartHearing:
    """The letter of this hearing went out again, and counts as served on a day."""

    number: int
    served_on: date


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
