"""Wo ein Vorgang steht: its status, what can be done next, and why a person may not. Pure, beside the nouns.

The rules themselves are the nouns'; here they are only asked beforehand, so that nobody types a decision in vain.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review import assessment as assessments
from services.review import proceeding
from services.review.assessment import (
    Assessed,
    Assessment,
    Concluded,
    Opened,
    Opined,
    Proposed,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
    Withdrawn,
    needs_hearing,
)
from services.review.award import (
    AmendmentProposed,
    AnnulmentProposed,
    Approved,
    Award,
    ChangeNotice,
    Course,
    DecisionBecameFinal,
    Final,
    Gone,
    HalfSigned,
    HearingNotServed,
    Notice,
    Notified,
    Refused,
    Unsigned,
    acts_of,
    is_assigned,
    notice_of,
)
from services.review.examination import Opinion
from services.review.proceeding import examined
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, value
from shared.identity import Role


class Status(StrEnum):
    """Where a case stands in review, in the order of the road."""

    AWAITING_OPINION = "awaiting-opinion"
    AWAITING_EXPENDITURE = "awaiting-expenditure"
    AWAITING_PROPOSAL = "awaiting-proposal"
    AWAITING_RESERVATION = "awaiting-reservation"
    AWAITING_APPROVAL = "awaiting-approval"
    AWAITING_SECOND_SIGNATURE = "awaiting-second-signature"
    AWAITING_HEARING = "awaiting-hearing"
    AWAITING_STATEMENT = "awaiting-statement"
    AWAITING_REFUSAL = "awaiting-refusal"
    AWAITING_REJECTION = "awaiting-rejection"
    ON_HOLD = "on-hold"
    AWAITING_NOTICE = "awaiting-notice"
    AWAITING_FINALITY = "awaiting-finality"
    CONTESTED = "contested"
    TAKEN_AWAY = "taken-away"
    FINAL = "final"
    ANNULLED = "annulled"
    AWAITING_REFUSAL_NOTICE = "awaiting-refusal-notice"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@value
class Told:
    """A status in words; `holder` is the role whose turn it is, none when nobody's."""

    title: str
    tone: str
    holder: Role | None = None


STATUS: Mapping[Status, Told] = {
    Status.AWAITING_OPINION: Told(title="Votum fehlt", tone="warning", holder=Role.EXPERT),
    Status.AWAITING_EXPENDITURE: Told(title="Ausgaben festzustellen", tone="neutral", holder=Role.CASE_OFFICER),
    Status.AWAITING_PROPOSAL: Told(title="Vorschlag fehlt", tone="neutral", holder=Role.CASE_OFFICER),
    Status.AWAITING_RESERVATION: Told(title="Mittel vorzumerken", tone="info", holder=Role.BUDGET_OFFICER),
    Status.AWAITING_APPROVAL: Told(title="zur Freigabe", tone="info", holder=Role.APPROVER),
    Status.AWAITING_SECOND_SIGNATURE: Told(title="zur zweiten Zeichnung", tone="info", holder=Role.APPROVER),
    Status.AWAITING_REFUSAL: Told(title="Ablehnung zur Freigabe", tone="warning", holder=Role.APPROVER),
    Status.AWAITING_HEARING: Told(title="Anhörung fehlt", tone="warning", holder=Role.CASE_OFFICER),
    Status.AWAITING_STATEMENT: Told(title="Anhörung läuft", tone="info", holder=Role.CASE_OFFICER),
    Status.AWAITING_REJECTION: Told(title="formale Ablehnung zur Freigabe", tone="warning", holder=Role.APPROVER),
    Status.ON_HOLD: Told(title="zurückgestellt", tone="neutral", holder=Role.CASE_OFFICER),
    Status.AWAITING_NOTICE: Told(title="Bescheid zu versenden", tone="info", holder=Role.CASE_OFFICER),
    Status.AWAITING_FINALITY: Told(title="Klagefrist läuft", tone="info", holder=Role.CASE_OFFICER),
    Status.CONTESTED: Told(title="beklagt", tone="warning", holder=Role.CASE_OFFICER),
    Status.TAKEN_AWAY: Told(title="vom Gericht aufgehoben", tone="danger", holder=Role.CASE_OFFICER),
    Status.FINAL: Told(title="bestandskräftig", tone="success"),
    Status.ANNULLED: Told(title="aufgehoben oder gegenstandslos", tone="danger"),
    Status.AWAITING_REFUSAL_NOTICE: Told(title="Ablehnung zu versenden", tone="info", holder=Role.CASE_OFFICER),
    Status.REFUSED: Told(title="abgelehnt", tone="danger"),
    Status.REJECTED: Told(title="als unzulässig abgelehnt", tone="danger"),
    Status.WITHDRAWN: Told(title="zurückgenommen", tone="neutral"),
}


def is_half_signed(proposed: Proposed | Reserved, award: Award) -> bool:
    """Whether the first of two signatures stands under this very proposal."""
    return isinstance(award, HalfSigned) and award.signature.proposal == proposed.proposal.number


def status_of(assessment: Assessment, award: Award) -> Status:
    """Where an opened case stands; ValueError when there is no case."""
    if it := examined(assessment):
        if it.file.hold.standing:
            return Status.ON_HOLD
        if needs_hearing(it):
            return Status.AWAITING_STATEMENT if it.file.hearing.is_running else Status.AWAITING_HEARING
    match assessment:
        case Unopened():
            raise ValueError("kein eröffneter Vorgang")
        case Opened():
            return Status.AWAITING_OPINION
        case Opined():
            return Status.AWAITING_EXPENDITURE
        case Assessed():
            return Status.AWAITING_PROPOSAL
        case Proposed():
            return Status.AWAITING_RESERVATION
        case Reserved():
            half = is_half_signed(assessment, award)
            return Status.AWAITING_SECOND_SIGNATURE if half else Status.AWAITING_APPROVAL
        case RefusalPending():
            return Status.AWAITING_REFUSAL
        case RejectionPending():
            return Status.AWAITING_REJECTION
        case Rejected():
            return status_of_award(award) if isinstance(award, Refused) else Status.REJECTED
        case Withdrawn():
            return Status.WITHDRAWN
        case Concluded():
            return status_of_award(award)
        case _ as missing:
            assert_never(missing)


def status_of_award(award: Award) -> Status:
    """Where a case stands whose assessment is concluded."""
    if isinstance(award, Gone):
        return Status.ANNULLED
    notice = notice_of(award)
    if notice and notice.contested:
        return Status.CONTESTED
    if notice and notice.taken_away:
        return Status.TAKEN_AWAY
    match award:
        case Final() | Notified() if award.course.waiting:
            return _status_of_change(award.course.waiting)
        case Final():
            return Status.FINAL
        case Notified():
            return Status.AWAITING_FINALITY
        case Refused():
            if notice is None:
                return Status.AWAITING_REFUSAL_NOTICE
            return Status.REJECTED if award.refusal.formal else Status.REFUSED
        case Approved() | Unsigned() | HalfSigned():
            return Status.AWAITING_NOTICE
        case _ as missing:
            assert_never(missing)


def _status_of_change(waiting: ChangeNotice) -> Status:
    """Where a case stands whose award is changed by a notice that waits for its finality."""
    if waiting.notice is None:
        return Status.AWAITING_NOTICE
    return Status.CONTESTED if waiting.notice.contested else Status.AWAITING_FINALITY


# ---- Steps ----------------------------------------------------------------------------------------------------------


class Primary(StrEnum):
    """Whose version `If-Match` means."""

    ASSESSMENT = "assessment"
    AWARD = "award"
    RECIPIENT = "recipient"
    HANDLING = "handling"
    CORRESPONDENCE = "correspondence"
    FULFILMENT = "fulfilment"
    PROOF = "proof"
    RECOVERY = "recovery"
    CLOSURE = "closure"


@value
class Step:
    """An action that the case's state allows now; `again` when it replaces what was done before.

    `proposal` names the change whose notice is meant, 0 the award's own.
    """

    action: str
    primary: Primary = Primary.ASSESSMENT
    again: bool = False
    proposal: int = 0


OPINE, ASSESS, PROPOSE, PROPOSE_REFUSAL = (
    "record-expert-opinion",
    "assess-expenditure",
    "propose-award",
    "propose-refusal",
)
RESERVE, RELEASE, APPROVE, REFUSE = "reserve-funds", "release-reservation", "approve-grant", "refuse-grant"
DISPATCH, RECEIVE, FAIL = "dispatch-notice", "record-receipt", "record-service-failure"
HEAR, STATE, END_HEARING = "open-award-hearing", "record-award-statement", "close-award-hearing"
ANNUL, DECIDE_ANNULMENT, DROP = "propose-annulment", "decide-annulment", "drop-proposal"
AMEND, APPROVE_AMENDMENT, REFUSE_CHANGE = "propose-amendment", "approve-amendment", "refuse-change"
FREEZE, THAW = "freeze-payout", "lift-payout-freeze"
WAIVE, DECLARE_FINAL, SUE, CONCLUDE = "record-waiver", "declare-final", "record-lawsuit", "conclude-lawsuit"


def steps(assessment: Assessment, award: Award) -> Sequence[Step]:
    """What can be done now, the next step first."""
    it = examined(assessment)
    if it is None:
        return _steps_of_road(assessment, award)
    first = [Step(action=one, again=one == proceeding.HOLD) for one in proceeding.first_steps(it)]
    last = [Step(action=one, again=True) for one in proceeding.last_steps(it)]
    return (*first, *(() if it.file.hold.standing else _steps_of_road(assessment, award)), *last)


def _steps_of_road(assessment: Assessment, award: Award) -> Sequence[Step]:
    opine, assess, propose = (Step(action=it, again=True) for it in (OPINE, ASSESS, PROPOSE))
    refusal = Step(action=PROPOSE_REFUSAL)
    match assessment:
        case Unopened() | Withdrawn():
            return ()
        case Opened():
            return (Step(action=OPINE), refusal)
        case Opined():
            return (Step(action=ASSESS), refusal, opine)
        case Assessed(opinion=opinion):
            if opinion.opinion == Opinion.NEGATIVE:
                return (refusal, assess, opine)
            return (Step(action=PROPOSE), refusal, assess, opine)
        case Proposed():
            return (Step(action=RESERVE), propose, refusal, assess, opine)
        case Reserved():
            return (Step(action=APPROVE), Step(action=RELEASE))
        case RefusalPending():
            return (Step(action=REFUSE), Step(action=PROPOSE_REFUSAL, again=True), opine)
        case RejectionPending():
            return (Step(action=proceeding.REJECT), refusal, opine)
        case Concluded() | Rejected():
            return _steps_of_award(award)
        case _ as missing:
            assert_never(missing)


def _steps_of_award(award: Award) -> Sequence[Step]:
    notice = notice_of(award)
    if isinstance(award, Unsigned | HalfSigned):
        names: Sequence[str] = ()
    elif isinstance(award, Gone):
        names = (REFUSE_CHANGE,) if award.course.change else ()
    elif notice is None:
        names = (DISPATCH,)
    else:
        names = _steps_of_notice(notice, award.final if isinstance(award, Final | Refused) else None)
    if isinstance(award, Approved | Notified | Final):
        names = (*names, *_steps_of_course(award.course, assigned=is_assigned(award)))
    own = tuple(Step(action=it, primary=Primary.AWARD) for it in names)
    return (*(_steps_of_changes(award.course) if isinstance(award, Approved | Notified | Final | Gone) else ()), *own)


def _steps_of_changes(course: Course) -> Sequence[Step]:
    """What can be done with the notices of changes, the newest first, until each is final or taken away."""
    return [
        Step(action=action, primary=Primary.AWARD, proposal=it.number)
        for it in reversed(course.notices)
        for action in (_steps_of_notice(it.notice, it.final) if it.notice else (DISPATCH,))
    ]


def _steps_of_course(course: Course, *, assigned: bool) -> Sequence[str]:
    """What can be done with an award that stands; the next step of a change that is under way comes first."""
    change = (REFUSE_CHANGE,) if course.change else ()
    match course.proposal:
        case AnnulmentProposed():
            proposed: Sequence[str] = (DECIDE_ANNULMENT, DROP)
        case AmendmentProposed():
            proposed = (APPROVE_AMENDMENT, DROP)
        case None:
            proposed = () if course.waiting else (AMEND, ANNUL)
    hearing = (HEAR,)
    if course.hearing:
        hearing = (END_HEARING,) if course.hearing.received_on else (STATE, END_HEARING)
    payout = ((THAW,) if course.frozen else (FREEZE,)) if assigned else ()
    return (*proposed, *change, *hearing, *payout)


def _steps_of_notice(notice: Notice, final: DecisionBecameFinal | None) -> Sequence[str]:
    if notice.contested:
        return (CONCLUDE,) if notice.received_on else (CONCLUDE, RECEIVE)
    sue = () if notice.lawsuit or (final and final.by_waiver) else (SUE,)
    if final or notice.taken_away:
        return sue
    receipt = () if notice.received_on else (RECEIVE, FAIL)
    return (WAIVE, DECLARE_FINAL, *receipt, *sue)


def hindrance(step: Step, assessment: Assessment, award: Award, context: Context) -> str:
    """Why this person may not take the step in this case, as a sentence; empty when nothing is in the way."""
    if barred := duties.hindrance(step.action, _acted(step, assessment, award), context.actor):
        return barred
    if step.action in (APPROVE, REFUSE) and (it := examined(assessment)) and needs_hearing(it):
        return assessments.HearingRunning.title if it.file.hearing.is_running else assessments.HearingMissing.title
    if step.action == PROPOSE and (it := examined(assessment)) and it.file.open_warnings:
        return assessments.WarningsOpen.title
    if step.action == DECIDE_ANNULMENT and _is_unserved(award):
        return HearingNotServed.title
    if step.action == DECLARE_FINAL and (notice := notice_of(award, step.proposal)):
        return _running(notice.remedy_ends_on, context.valid_on)
    return ""


def _is_unserved(award: Award) -> bool:
    if not isinstance(award, Approved | Notified | Final) or award.course.hearing is None:
        return False
    return award.course.hearing.unserved and not award.course.hearing.received_on


def _acted(step: Step, assessment: Assessment, award: Award) -> tuple[Acted, ...]:
    """Who took part. A first signature is no decision yet: it stands in the way of the second under the same proposal only."""
    match assessment:
        case Unopened():
            return ()
        case Reserved() if step.action == APPROVE and is_half_signed(assessment, award):
            return (*assessment.file.acted, *acts_of(award))
        case Concluded() | Rejected():
            return (*assessment.file.acted, *acts_of(award))
        case _:
            return assessment.file.acted


def _running(remedy_ends_on: date, today: date) -> str:
    if today > remedy_ends_on:
        return ""
    return f"Die Klagefrist läuft bis {remedy_ends_on:%d.%m.%Y}. Vorher wird der Bescheid nur durch Verzicht bestandskräftig."
