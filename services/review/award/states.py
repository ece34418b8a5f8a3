"""Where an award stands."""

from datetime import date

from services.review.award.commands import Grant
from services.review.award.events import (
    DecisionBecameFinal,
    FirstSignatureGiven,
    GrantRefused,
    NoticeDispatched,
    RemedyWaived,
)
from shared.decider import value


@value
class Unsigned: ...


@value
class HalfSigned:
    signature: FirstSignatureGiven


@value
class Approved:
    grant: Grant
    approved_on: date


@value
class Notified:
    grant: Grant
    approved_on: date
    notice: NoticeDispatched
    waiver: RemedyWaived | None = None


@value
class Final:
    grant: Grant
    approved_on: date
    notice: NoticeDispatched
    final: DecisionBecameFinal
    assigned: bool = False


@value
class Refused:
    refusal: GrantRefused


type Award = Unsigned | HalfSigned | Approved | Notified | Final | Refused
