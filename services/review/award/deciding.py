"""Which rule answers which command."""

from collections.abc import Sequence
from typing import assert_never

from services.review.award import remedy, signing
from services.review.award.commands import (
    ApproveGrant,
    Command,
    DeclareFinal,
    DispatchNotice,
    RecordWaiver,
    RefuseGrant,
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
            return remedy.dispatch(command, award, context)
        case RecordWaiver():
            return remedy.waive(command, award, context)
        case DeclareFinal():
            return remedy.declare_final(award, context)
        case _ as missing:
            assert_never(missing)
