"""How events become the award's state; no rules here."""

from typing import assert_never

from services.review.award.commands import Command
from services.review.award.course import moved_on
from services.review.award.deciding import decide
from services.review.award.events import (
    AmendmentProposed,
    AnnulmentProposed,
    AwardHearingClosed,
    AwardHearingExpired,
    AwardHearingOpened,
    AwardStatementReceived,
    ChangeReceived,
    ChangeRefused,
    DecisionBecameFinal,
    Event,
    FirstSignatureGiven,
    FundsAssigned,
    FundsSupplemented,
    FundsTakenBack,
    GrantAmended,
    GrantApproved,
    GrantLapsed,
    GrantReducedByCondition,
    GrantRefused,
    GrantRetracted,
    GrantRevoked,
    LawsuitConcluded,
    LawsuitRecorded,
    NoticeDeemedServed,
    NoticeDispatched,
    NoticeReceived,
    NoticeServiceFailed,
    ProposalDropped,
    ReductionRequested,
    RemedyWaived,
)
from services.review.award.states import Approved, Award, Final, Gone, HalfSigned, Notice, Notified, Refused, Unsigned
from shared.contracts import Acted
from shared.decider import Decider, replace
from shared.identity import SYSTEM, Role

type OfNotice = NoticeDeemedServed | NoticeReceived | LawsuitRecorded | LawsuitConcluded


def evolve(award: Award, it: Event) -> Award:
    match it:
        case FirstSignatureGiven():
            return HalfSigned(signature=it)
        case GrantApproved():
            return Approved(grant=it.grant, approved_on=it.approved_on)
        case GrantRefused():
            acted = (*it.acted, Acted(person=it.refused_by, role=Role.APPROVER, action="refuse-grant"))
            return Refused(refusal=it, acted=acted)
        case NoticeDispatched():
            return _dispatched(award, it)
        case NoticeServiceFailed():
            return _failed(award, it)
        case NoticeDeemedServed() | NoticeReceived() | LawsuitRecorded() | LawsuitConcluded():
            return _noticed(award, it)
        case RemedyWaived():
            if isinstance(award, Notified | Refused):
                return _acted(replace(award, waiver=it), it.recorded_by, "record-waiver")
        case DecisionBecameFinal():
            return _final(award, it)
        case FundsAssigned():
            return replace(award, assigned=True) if isinstance(award, Final) else award
        case _:
            return moved_on(award, it) if isinstance(award, Approved | Notified | Final | Gone) else award
    return award


def _acted[A: Approved | Notified | Final | Refused](award: A, person: str, action: str) -> A:
    if person == SYSTEM:
        return award
    return replace(award, acted=(*award.acted, Acted(person=person, role=Role.CASE_OFFICER, action=action)))


def _dispatched(award: Award, it: NoticeDispatched) -> Award:
    notice = Notice(
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
    match award:
        case Approved():
            notified = Notified(
                grant=award.grant, approved_on=award.approved_on, notice=notice, acted=award.acted, course=award.course
            )
            return _acted(notified, it.dispatched_by, "dispatch-notice")
        case Refused():
            return _acted(replace(award, notice=notice, failed=None), it.dispatched_by, "dispatch-notice")
        case _:
            return award


def _failed(award: Award, it: NoticeServiceFailed) -> Award:
    match award:
        case Notified():
            unserved = Approved(
                grant=award.grant, approved_on=award.approved_on, failed=it, acted=award.acted, course=award.course
            )
            return _acted(unserved, it.recorded_by, "record-service-failure")
        case Refused():
            return _acted(replace(award, notice=None, failed=it), it.recorded_by, "record-service-failure")
        case _:
            return award


def _noticed(award: Award, it: OfNotice) -> Award:
    if not isinstance(award, Notified | Final | Refused) or award.notice is None:
        return award
    notice = award.notice
    match it:
        case NoticeDeemedServed():
            return replace(award, notice=replace(notice, served=True))
        case NoticeReceived():
            known = replace(
                notice,
                served=True,
                received_on=it.received_on,
                deemed_served_on=it.served_on,
                remedy_ends_on=it.remedy_ends_on,
                remedy_rule=it.remedy_rule,
            )
            return _acted(replace(award, notice=known), it.recorded_by, "record-receipt")
        case LawsuitRecorded():
            return _acted(replace(award, notice=replace(notice, lawsuit=it)), it.recorded_by, "record-lawsuit")
        case LawsuitConcluded():
            return _acted(replace(award, notice=replace(notice, concluded=it)), it.recorded_by, "conclude-lawsuit")
        case _ as missing:
            assert_never(missing)


def _final(award: Award, it: DecisionBecameFinal) -> Award:
    match award:
        case Notified():
            return Final(
                grant=award.grant,
                approved_on=award.approved_on,
                notice=award.notice,
                final=it,
                acted=award.acted,
                course=award.course,
            )
        case Refused():
            return replace(award, final=it)
        case _:
            return award


decider = Decider[Command, Event, Award](
    name="award",
    initial=Unsigned(),
    decide=decide,
    evolve=evolve,
    events=[
        FirstSignatureGiven,
        GrantApproved,
        GrantRefused,
        NoticeDispatched,
        NoticeDeemedServed,
        NoticeReceived,
        NoticeServiceFailed,
        RemedyWaived,
        LawsuitRecorded,
        LawsuitConcluded,
        DecisionBecameFinal,
        FundsAssigned,
        AwardHearingOpened,
        AwardStatementReceived,
        AwardHearingExpired,
        AwardHearingClosed,
        AnnulmentProposed,
        ProposalDropped,
        GrantLapsed,
        GrantRevoked,
        GrantRetracted,
        GrantReducedByCondition,
        ChangeReceived,
        AmendmentProposed,
        GrantAmended,
        ChangeRefused,
        ReductionRequested,
        FundsTakenBack,
        FundsSupplemented,
    ],
)
