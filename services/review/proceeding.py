"""Was neben dem Weg des Antrags ansteht: hearing, hold and formal rejection, as a case's status and as steps. Pure."""

from collections.abc import Sequence
from datetime import date

from services.review.assessment import (
    Assessment,
    Concluded,
    Examined,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
    Withdrawn,
    needs_hearing,
)

OPEN_HEARING, STATEMENT, EXTEND, DISPENSE = (
    "open-hearing",
    "record-statement",
    "extend-hearing",
    "dispense-with-hearing",
)
HOLD, RESUME = "put-on-hold", "resume-case"
PROPOSE_REJECTION, REJECT = "propose-formal-rejection", "reject-formally"
RELEASE, ACKNOWLEDGE = "release-reservation", "acknowledge-warnings"


def examined(assessment: Assessment) -> Examined | None:
    """The case while it is neither decided nor withdrawn."""
    return None if isinstance(assessment, Unopened | Concluded | Rejected | Withdrawn) else assessment


def first_steps(it: Examined) -> Sequence[str]:
    """What comes before the road: a case on hold is resumed first, a hearing is held and warnings are read first."""
    if it.file.hold.standing:
        released = (RELEASE,) if isinstance(it, Reserved) else ()
        return (RESUME, HOLD, *released, *_of_hearing(it))
    warned = not isinstance(it, Reserved | RefusalPending | RejectionPending) and it.file.open_warnings
    return (*_of_hearing(it), *((ACKNOWLEDGE,) if warned else ()))


def _of_hearing(it: Examined) -> Sequence[str]:
    hearing = it.file.hearing
    if hearing.opened and not hearing.statement:
        again = () if hearing.is_running or not needs_hearing(it) else (OPEN_HEARING,)
        return (STATEMENT, *(() if hearing.unserved else (EXTEND,)), *again)
    return (OPEN_HEARING, DISPENSE) if needs_hearing(it) else ()


def last_steps(it: Examined) -> Sequence[str]:
    """What is possible beside the road."""
    if it.file.hold.standing:
        return ()
    rejection = () if isinstance(it, Reserved | RejectionPending) else (PROPOSE_REJECTION,)
    return (*rejection, HOLD)


def due_of(it: Examined) -> date | None:
    """The day that matters next: of the resubmission, of the hearing, of the reservation."""
    if it.file.hold.standing:
        return it.file.hold.standing.deadline.ends_on
    if it.file.hearing.is_running:
        return it.file.hearing.ends_on
    return it.reservation.expires_on if isinstance(it, Reserved) else None
