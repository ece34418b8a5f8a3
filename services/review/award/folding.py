"""How events become the award's state; no rules here."""

from typing import assert_never

from services.review.award.commands import Command
from services.review.award.deciding import decide
from services.review.award.events import (
    DecisionBecameFinal,
    Event,
    FirstSignatureGiven,
    FundsAssigned,
    GrantApproved,
    GrantRefused,
    NoticeDispatched,
    RemedyWaived,
)
from services.review.award.states import Approved, Award, Final, HalfSigned, Notified, Refused, Unsigned
from shared.decider import Decider, replace


def evolve(award: Award, it: Event) -> Award:
    match it:
        case FirstSignatureGiven():
            return HalfSigned(signature=it)
        case GrantApproved():
            return Approved(grant=it.grant, approved_on=it.approved_on)
        case GrantRefused():
            return Refused(refusal=it)
        case NoticeDispatched():
            if isinstance(award, Approved):
                return Notified(grant=award.grant, approved_on=award.approved_on, notice=it)
        case RemedyWaived():
            return replace(award, waiver=it) if isinstance(award, Notified) else award
        case DecisionBecameFinal():
            if isinstance(award, Notified):
                return Final(grant=award.grant, approved_on=award.approved_on, notice=award.notice, final=it)
        case FundsAssigned():
            return replace(award, assigned=True) if isinstance(award, Final) else award
        case _ as missing:
            assert_never(missing)
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
        RemedyWaived,
        DecisionBecameFinal,
        FundsAssigned,
    ],
)
