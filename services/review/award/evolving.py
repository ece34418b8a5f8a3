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
    AwardHearingRestarted,
    AwardHearingServiceFailed,
    AwardStatementReceived,
    ChangeReceived,
    ChangeRefused,
    ChangeTookEffect,
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
    NoticeEvent,
    NoticeReceived,
    NoticeServiceFailed,
    ProposalDropped,
    ReductionRequested,
    RemedyWaived,
)
from services.review.award.noticed import act_of, dispatched, noticed, of_change
from services.review.award.states import (
    Approved,
    Award,
    Final,
    Gone,
    Granted,
    HalfSigned,
    Notified,
    Refused,
    Unsigned,
)
from shared.contracts import Acted
from shared.decider import Decider, replace
from shared.identity import Role


def evolve(award: Award, it: Event) -> Award:
    match it:
        case FirstSignatureGiven():
            return HalfSigned(signature=it)
        case GrantApproved():
            return Approved(grant=it.grant, approved_on=it.approved_on)
        case GrantRefused():
            action = "reject-formally" if it.formal else "refuse-grant"
            acted = (*it.acted, Acted(person=it.refused_by, role=Role.APPROVER, action=action))
            return Refused(refusal=it, acted=acted)
        case FundsAssigned():
            return replace(award, assigned=True) if isinstance(award, Notified | Final) else award
        case (
            NoticeDispatched()
            | NoticeDeemedServed()
            | NoticeReceived()
            | NoticeServiceFailed()
            | RemedyWaived()
            | LawsuitRecorded()
            | LawsuitConcluded()
            | DecisionBecameFinal()
        ):
            return _of_notice(award, it)
        case _:
            return moved_on(award, it) if isinstance(award, Approved | Notified | Final | Gone) else award


def _of_notice(award: Award, it: NoticeEvent) -> Award:
    if isinstance(award, Unsigned | HalfSigned):
        return award
    if it.proposal:
        changed = replace(award, course=of_change(award.course, it)) if not isinstance(award, Refused) else award
    else:
        changed = _of_own(award, it)
    return changed if changed is award else replace(changed, acted=(*changed.acted, *act_of(it)))


def _of_own(award: Granted | Refused, it: NoticeEvent) -> Granted | Refused:
    match it:
        case NoticeDispatched():
            return _dispatched(award, it)
        case NoticeServiceFailed():
            return _failed(award, it)
        case RemedyWaived():
            return replace(award, waiver=it) if isinstance(award, Notified | Refused) else award
        case DecisionBecameFinal():
            return _final(award, it)
        case NoticeDeemedServed() | NoticeReceived() | LawsuitRecorded() | LawsuitConcluded():
            if not isinstance(award, Notified | Final | Refused) or award.notice is None:
                return award
            return replace(award, notice=noticed(award.notice, it))
        case _ as missing:
            assert_never(missing)


def _dispatched(award: Granted | Refused, it: NoticeDispatched) -> Granted | Refused:
    match award:
        case Approved():
            return Notified(
                grant=award.grant, approved_on=award.approved_on, notice=dispatched(it), acted=award.acted,
                course=award.course, assigned=award.assigned,
            )  # fmt: skip
        case Refused():
            return replace(award, notice=dispatched(it), failed=None)
        case _:
            return award


def _failed(award: Granted | Refused, it: NoticeServiceFailed) -> Granted | Refused:
    match award:
        case Notified():
            return Approved(
                grant=award.grant, approved_on=award.approved_on, failed=it, acted=award.acted, course=award.course,
                assigned=award.assigned,
            )  # fmt: skip
        case Refused():
            return replace(award, notice=None, failed=it)
        case _:
            return award


def _final(award: Granted | Refused, it: DecisionBecameFinal) -> Granted | Refused:
    match award:
        case Notified():
            return Final(
                grant=award.grant,
                approved_on=award.approved_on,
                notice=award.notice,
                final=it,
                assigned=award.assigned,
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
        AwardHearingServiceFailed,
        AwardHearingRestarted,
        AwardHearingClosed,
        AnnulmentProposed,
        ProposalDropped,
        GrantLapsed,
        GrantRevoked,
        GrantRetracted,
        GrantReducedByCondition,
        ChangeTookEffect,
        ChangeReceived,
        AmendmentProposed,
        GrantAmended,
        ChangeRefused,
        ReductionRequested,
        FundsTakenBack,
        FundsSupplemented,
    ],
)
