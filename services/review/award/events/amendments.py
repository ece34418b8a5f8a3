"""Änderung: the award is changed, or a change of it refused."""

from datetime import date

from services.review.award.commands import Grant
from shared.contracts import Acted, YearAmount
from shared.decider import event


@event("review.change-received")
class ChangeReceived:
    """The recipient asked for a change of the award (Änderungsantrag)."""

    change: str
    kind: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@event("review.amendment-proposed")
class AmendmentProposed:
    """An amended award is proposed, on a request (`change`) or without one (Änderungsvorschlag)."""

    number: int
    change: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date
    conditions: tuple[str, ...]
    reasons: str
    proposed_by: str
    proposed_on: date


@event("review.grant-amended")
class GrantAmended:
    """The award is amended (Änderungsbescheid): `less` and `more` per year against what was granted before.

    To the recipient's disadvantage it `waits` until it is final, unless there are reasons for its `immediate` execution.
    """

    number: int
    change: str
    grant: Grant
    less: tuple[YearAmount, ...]
    more: tuple[YearAmount, ...]
    reasons: str
    approved_by: str
    approved_on: date
    waits: bool = False
    immediate: str = ""


@event("review.change-refused")
class ChangeRefused:
    """A requested change is refused, with reasons for the recipient; the award stays as it is."""

    change: str
    reasons: str
    refused_by: str
    refused_on: date
