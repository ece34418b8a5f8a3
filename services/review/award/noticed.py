"""How what happens to a notice folds into it, be it the award's own or that of a change; no rules here."""

from typing import assert_never

from services.review.award.events import (
    DecisionBecameFinal,
    LawsuitConcluded,
    LawsuitRecorded,
    NoticeDeemedServed,
    NoticeDispatched,
    NoticeEvent,
    NoticeReceived,
    NoticeServiceFailed,
    RemedyWaived,
)
from services.review.award.states import ChangeNotice, Course, Notice
from shared.contracts import Acted
from shared.decider import replace
from shared.identity import SYSTEM, Role

type OfNotice = NoticeDeemedServed | NoticeReceived | LawsuitRecorded | LawsuitConcluded


def dispatched(it: NoticeDispatched) -> Notice:
    """The notice that left the house."""
    return Notice(
        number=it.number,
        letter=it.letter,
        channel=it.channel,
        instructed=it.instructed,
        dispatched_by=it.dispatched_by,
        dispatched_on=it.dispatched_on,
        deemed_served_on=it.deemed_served_on,
        remedy_ends_on=it.remedy_ends_on,
        service_rule=it.service_rule,
        remedy_rule=it.remedy_rule,
    )


def noticed(notice: Notice, it: OfNotice) -> Notice:
    """The notice after what happened to it on its way."""
    match it:
        case NoticeDeemedServed():
            return replace(notice, served=True)
        case NoticeReceived():
            return replace(
                notice,
                served=True,
                received_on=it.received_on,
                deemed_served_on=it.served_on,
                remedy_ends_on=it.remedy_ends_on,
                remedy_rule=it.remedy_rule,
            )
        case LawsuitRecorded():
            return replace(notice, lawsuit=it)
        case LawsuitConcluded():
            return replace(notice, concluded=it)
        case _ as missing:
            assert_never(missing)


def act_of(it: NoticeEvent) -> tuple[Acted, ...]:
    """Who did this, as an act; nobody when the clock did, or when it only follows."""
    match it:
        case NoticeDispatched():
            person, action = it.dispatched_by, "dispatch-notice"
        case NoticeReceived():
            person, action = it.recorded_by, "record-receipt"
        case NoticeServiceFailed():
            person, action = it.recorded_by, "record-service-failure"
        case RemedyWaived():
            person, action = it.recorded_by, "record-waiver"
        case LawsuitRecorded():
            person, action = it.recorded_by, "record-lawsuit"
        case LawsuitConcluded():
            person, action = it.recorded_by, "conclude-lawsuit"
        case NoticeDeemedServed() | DecisionBecameFinal():
            return ()
        case _ as missing:
            assert_never(missing)
    return () if person == SYSTEM else (Acted(person=person, role=Role.CASE_OFFICER, action=action),)


def of_change(course: Course, it: NoticeEvent) -> Course:
    """The course after what happened to the notice of a change."""
    return replace(
        course, notices=tuple(_moved_on(one, it) if one.number == it.proposal else one for one in course.notices)
    )


def _moved_on(one: ChangeNotice, it: NoticeEvent) -> ChangeNotice:
    match it:
        case NoticeDispatched():
            return replace(one, notice=dispatched(it), failed=None)
        case NoticeServiceFailed():
            return replace(one, notice=None, failed=it)
        case RemedyWaived():
            return one
        case DecisionBecameFinal():
            return replace(one, final=it)
        case NoticeDeemedServed() | NoticeReceived() | LawsuitRecorded() | LawsuitConcluded():
            return replace(one, notice=one.notice and noticed(one.notice, it))
        case _ as missing:
            assert_never(missing)
