"""How events after the approval fold into the award's course; no rules here."""

from typing import assert_never

from services.review.award.commands import Grant
from services.review.award.events import (
    AmendmentProposed,
    Annulled,
    AnnulmentProposed,
    AwardHearingClosed,
    AwardHearingExpired,
    AwardHearingOpened,
    AwardHearingRestarted,
    AwardHearingServiceFailed,
    AwardStatementReceived,
    ChangeReceived,
    ChangeRefused,
    ChangeTookEffect,
    FundsSupplemented,
    FundsTakenBack,
    GrantAmended,
    GrantLapsed,
    GrantReducedByCondition,
    GrantRetracted,
    GrantRevoked,
    OfCourseEvent,
    ProposalDropped,
    ReductionRequested,
)
from services.review.award.states import ChangeNotice, Course, Final, Gone, Granted, Hearing, Notified, Reduction
from shared import duties
from shared.contracts import Acted, YearAmount, minus, plus
from shared.decider import replace
from shared.identity import Role


def moved_on(award: Granted, it: OfCourseEvent) -> Granted:
    """The award after an event of its course: what is granted, who acted, and whether anything is left of it."""
    effect = _effect(award.course, it)
    award = replace(award, course=_course(award.course, it), acted=_acted(award, it))
    award = _took_effect(award, effect) if effect else _moved(award, it)
    annulled = None if isinstance(effect, GrantAmended) else effect
    if annulled and not annulled.decided.by_year and not isinstance(award, Gone):
        return Gone(
            grant=award.grant,
            approved_on=award.approved_on,
            annulled=annulled,
            notice=award.notice if isinstance(award, Notified | Final) else None,
            assigned=award.assigned,
            acted=award.acted,
            course=award.course,
        )
    return award


def _effect(course: Course, it: OfCourseEvent) -> Annulled | GrantAmended | None:
    """The change that takes effect now: at once with its decision, or when it is final."""
    match it:
        case GrantLapsed() | GrantRevoked() | GrantRetracted() | GrantReducedByCondition() | GrantAmended():
            return None if it.waits else it
        case ChangeTookEffect():
            found = course.notice(it.number)
            return found.decided if found else None
        case _:
            return None


def _took_effect(award: Granted, it: Annulled | GrantAmended) -> Granted:
    if isinstance(it, GrantAmended):
        return replace(award, grant=it.grant)
    grant = _with(award.grant, it.decided.by_year, it.decided.eligible_cents)
    course = replace(award.course, annulled=(*award.course.annulled, it))
    return replace(award, grant=grant, course=course)


def _moved(award: Granted, it: OfCourseEvent) -> Granted:
    if isinstance(it, FundsTakenBack) and (it.short or _follows(award.course, it)):
        # Money that was to change its year and is ordered stays where it is, in the award, too.
        return replace(award, grant=_with(award.grant, plus(minus(award.grant.by_year, it.short), it.kept), 0))
    return award


def _follows(course: Course, it: FundsTakenBack) -> bool:
    return it.part == 1 and any(one.number == it.reduction and one.then for one in course.reductions)


def _with(grant: Grant, by_year: tuple[YearAmount, ...], eligible_cents: int) -> Grant:
    granted = sum(one.cents for one in by_year)
    return replace(grant, by_year=by_year, granted_cents=granted, eligible_cents=eligible_cents or grant.eligible_cents)


def _course(course: Course, it: OfCourseEvent) -> Course:
    match it:
        case AwardHearingOpened():
            return replace(course, hearing=Hearing(opened=it), hearings=it.number)
        case AwardStatementReceived():
            heard = course.hearing and replace(course.hearing, received_on=it.received_on, limit=it.limit)
            return replace(course, hearing=heard)
        case AwardHearingExpired():
            return replace(course, hearing=course.hearing and replace(course.hearing, limit=it.limit))
        case AwardHearingServiceFailed():
            return replace(course, hearing=course.hearing and replace(course.hearing, unserved=True, limit=None))
        case AwardHearingRestarted():
            return replace(course, hearing=course.hearing and _restarted(course.hearing, it))
        case AwardHearingClosed():
            return replace(course, hearing=None)
        case AnnulmentProposed() | AmendmentProposed():
            return replace(course, proposal=it, proposals=it.number)
        case ProposalDropped():
            return replace(course, proposal=None)
        case GrantLapsed() | GrantRevoked() | GrantRetracted() | GrantReducedByCondition():
            notices = (*course.notices, _decided(course, it.decided.number, it))
            return replace(course, proposal=None, hearing=None, notices=notices)
        case ChangeTookEffect():
            notices = tuple(replace(one, effective=True) if one.number == it.number else one for one in course.notices)
            return replace(course, notices=notices)
        case ChangeReceived():
            return replace(course, change=it)
        case GrantAmended():
            amended = replace(course, proposal=None, notices=(*course.notices, _decided(course, it.number, it)))
            return _settled(amended, it.change) if it.change else amended
        case ChangeRefused():
            return _settled(course, it.change)
        case ReductionRequested():
            asked = Reduction(number=it.reduction, asked=it.by_year, then=it.then)
            return replace(course, reductions=(*course.reductions, asked), frozen=it.freeze)
        case FundsTakenBack():
            return replace(course, reductions=tuple(_taken(one, it) for one in course.reductions))
        case FundsSupplemented():
            return replace(course, supplements=it.supplement)
        case _ as missing:
            assert_never(missing)


def _restarted(hearing: Hearing, it: AwardHearingRestarted) -> Hearing:
    return replace(hearing, unserved=False, renewed=it.deadline, restarts=it.restart)


def _decided(course: Course, number: int, it: Annulled | GrantAmended) -> ChangeNotice:
    return ChangeNotice(number=number, decided=it, effective=not it.waits, froze=it.waits and not course.frozen)


def _settled(course: Course, change: str) -> Course:
    left = course.change if course.change and course.change.change != change else None
    return replace(course, change=left, settled=(*course.settled, change))


def _taken(one: Reduction, it: FundsTakenBack) -> Reduction:
    if one.number != it.reduction:
        return one
    return replace(one, returned=plus(one.returned, it.by_year), kept=it.kept, answered=it.part)


def _acted(award: Granted, it: OfCourseEvent) -> tuple[Acted, ...]:
    acted = award.acted
    match it:
        case AwardHearingOpened():
            return duties.with_act(acted, it.opened_by, Role.CASE_OFFICER, "open-award-hearing")
        case AwardStatementReceived():
            return duties.with_act(acted, it.recorded_by, Role.CASE_OFFICER, "record-award-statement")
        case AwardHearingClosed():
            return duties.with_act(acted, it.closed_by, Role.CASE_OFFICER, "close-award-hearing")
        case AnnulmentProposed():
            return duties.with_act(acted, it.proposed_by, Role.CASE_OFFICER, "propose-annulment")
        case AmendmentProposed():
            return duties.with_act(acted, it.proposed_by, Role.CASE_OFFICER, "propose-amendment")
        case ProposalDropped():
            return duties.with_act(acted, it.dropped_by, Role.APPROVER, "drop-proposal")
        case GrantLapsed() | GrantRevoked() | GrantRetracted() | GrantReducedByCondition():
            return duties.with_act(acted, it.decided_by, Role.APPROVER, "decide-annulment")
        case ChangeReceived():
            return (*acted, *(act for act in it.acted if act not in acted))
        case GrantAmended():
            return duties.with_act(acted, it.approved_by, Role.APPROVER, "approve-amendment")
        case ChangeRefused():
            return duties.with_act(acted, it.refused_by, Role.APPROVER, "refuse-change")
        case ReductionRequested():
            known = {*award.grant.acted, *acted}
            return (*acted, *(act for act in it.acted if act not in known))
        case (
            AwardHearingExpired()
            | AwardHearingServiceFailed()
            | AwardHearingRestarted()
            | FundsTakenBack()
            | FundsSupplemented()
            | ChangeTookEffect()
        ):
            return acted
        case _ as missing:
            assert_never(missing)
