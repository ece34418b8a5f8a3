"""Which rule answers which command."""

from collections.abc import Sequence
from typing import assert_never

from services.review.award import amendment, annulment, handover, hearing, notice, remedy, signing
from services.review.award.commands import (
    ApproveAmendment,
    ApproveGrant,
    CloseAwardHearing,
    Command,
    ConcludeLawsuit,
    DecideAnnulment,
    DeclareFinal,
    DeemServed,
    DispatchNotice,
    DropProposal,
    ExpireAwardHearing,
    FreezePayout,
    LiftPayoutFreeze,
    NoteAwardHearingFailure,
    OfCourse,
    OpenAwardHearing,
    ProposeAmendment,
    ProposeAnnulment,
    ReceiveChange,
    RecordAwardStatement,
    RecordLawsuit,
    RecordReceipt,
    RecordServiceFailure,
    RecordWaiver,
    RefuseChange,
    RefuseGrant,
    RestartAwardHearing,
    TakeBackFunds,
)
from services.review.award.events import Event
from services.review.award.states import Award
from shared.decider import Context


def decide(command: Command, award: Award, context: Context) -> Sequence[Event]:
    match command:
        case ApproveGrant():
            return signing.approve(command, award, context)
        case RefuseGrant():
            return signing.refuse(command, award, context)
        case DispatchNotice():
            return notice.dispatch(command, award, context)
        case DeemServed():
            return notice.deem_served(command, award, context)
        case RecordReceipt():
            return notice.receive(command, award, context)
        case RecordServiceFailure():
            return notice.fail(command, award, context)
        case RecordWaiver():
            return remedy.waive(command, award, context)
        case RecordLawsuit():
            return remedy.record_lawsuit(command, award, context)
        case ConcludeLawsuit():
            return remedy.conclude_lawsuit(command, award, context)
        case DeclareFinal():
            return remedy.declare_final(command, award, context)
        case _:
            return _decide_of_course(command, award, context)


def _decide_of_course(command: OfCourse, award: Award, context: Context) -> Sequence[Event]:
    match command:
        case OpenAwardHearing():
            return hearing.open_hearing(command, award, context)
        case RecordAwardStatement():
            return hearing.state_received(command, award, context)
        case ExpireAwardHearing():
            return hearing.expire(award, context)
        case NoteAwardHearingFailure():
            return hearing.fail_service(command, award, context)
        case RestartAwardHearing():
            return hearing.restart(command, award, context)
        case CloseAwardHearing():
            return hearing.close(command, award, context)
        case ProposeAnnulment():
            return annulment.propose(command, award, context)
        case DecideAnnulment():
            return annulment.decide_annulment(command, award, context)
        case DropProposal():
            return annulment.drop(command, award, context)
        case ReceiveChange():
            return amendment.receive(command, award)
        case ProposeAmendment():
            return amendment.propose(command, award, context)
        case ApproveAmendment():
            return amendment.approve(command, award, context)
        case RefuseChange():
            return amendment.refuse(command, award, context)
        case FreezePayout() | LiftPayoutFreeze():
            return handover.freeze(command, award, context)
        case TakeBackFunds():
            return handover.take_back(command, award, context)
        case _ as missing:
            assert_never(missing)
