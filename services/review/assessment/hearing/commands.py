"""What is asked of a hearing."""

from datetime import date

from services.review.assessment.hearing.subject import DispensationGround, HearingSubject
from shared.decider import value


@value
class OpenHearing:
    """`announced` are the facts that matter, in words for the applicant.

    `least_days` is the shortest period that policy allows; it holds when no other is asked for.
    """

    about: HearingSubject
    announced: str
    least_days: int
    days: int | None = None


@value
class RecordStatement:
    """`consideration` is how the statement is weighed."""

    received_on: date
    consideration: str


@value
class ExtendHearing:
    """The period counts so many days from today."""

    days: int


@value
class ExpireHearing:
    """The period for the statement has passed."""


@value
class DispenseWithHearing:
    about: HearingSubject
    ground: DispensationGround
    reasons: str


@value
class NoteHearingServiceFailure:
    """The letter of this hearing was not served."""

    number: int


@value
class RestartHearing:
    """The letter of this hearing went out again, and counts as served on a day."""

    number: int
    served_on: date


type HearingCommand = (
    OpenHearing
    | RecordStatement
    | ExtendHearing
    | ExpireHearing
    | DispenseWithHearing
    | NoteHearingServiceFailure
    | RestartHearing
)
