"""Anhörung, Zurückstellung und formale Ablehnung, wie die Schnittstelle sie zeigt."""

from datetime import date

from pydantic import BaseModel

from services.review.api.next_action import NextAction
from services.review.assessment import Assessment, Unopened
from services.review.handling import Handling


class HearingHeld(BaseModel):
    """The case's last hearing, and whether one was dispensed with; `rule` is how the deadline was computed."""

    number: int
    unserved: bool
    about: str
    announced: str
    opened_on: date | None
    ends_on: date | None
    rule: str
    running: bool
    received_on: date | None
    consideration: str
    expired_on: date | None
    dispensed_because: str


class HoldMade(BaseModel):
    reason: str
    text: str
    resubmission_on: date
    put_by: str
    put_on: date


class HandlingTold(BaseModel):
    """Who works on the case, who stands in until when, who is excluded; and what can be done about it."""

    reviewer: str
    substitute: str
    substitute_until: date | None
    excluded: list[str]
    actions: list[NextAction]


def handling_of(it: Handling, actions: list[NextAction]) -> HandlingTold:
    return HandlingTold(
        reviewer=it.reviewer,
        substitute=it.substitution.substitute if it.substitution else "",
        substitute_until=it.substitution.deadline.ends_on if it.substitution else None,
        excluded=[one.person for one in it.conflicts],
        actions=actions,
    )


def hearing_of(assessment: Assessment) -> HearingHeld | None:
    if isinstance(assessment, Unopened):
        return None
    it = assessment.file.hearing
    if it.opened is None and it.dispensed is None:
        return None
    opened, statement = it.opened, it.statement
    return HearingHeld(
        number=opened.number if opened else 0,
        about=opened.about if opened else it.dispensed.about if it.dispensed else "",
        announced=opened.announced if opened else "",
        opened_on=opened.opened_on if opened else None,
        ends_on=it.ends_on,
        rule=it.deadline.rule if it.deadline and it.ends_on else "",
        unserved=it.unserved,
        running=it.is_running,
        received_on=statement.received_on if statement else None,
        consideration=statement.consideration if statement else "",
        expired_on=it.expired_on,
        dispensed_because=it.dispensed.reasons if it.dispensed else "",
    )


def hold_of(assessment: Assessment) -> HoldMade | None:
    standing = None if isinstance(assessment, Unopened) else assessment.file.hold.standing
    return standing and HoldMade(
        reason=standing.reason,
        text=standing.text,
        resubmission_on=standing.deadline.ends_on,
        put_by=standing.put_by,
        put_on=standing.put_on,
    )
