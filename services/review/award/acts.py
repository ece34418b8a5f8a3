"""Mitwirkung: who took part in the case up to a state of its award, as separation of duties asks."""

from typing import assert_never

from services.review.award.events import FirstSignatureGiven
from services.review.award.states import Approved, Award, Final, Gone, HalfSigned, Notified, Refused, Unsigned
from shared.contracts import Acted
from shared.identity import Role


def signature_of(it: FirstSignatureGiven) -> Acted:
    """The first signature as an act: under this proposal the second one needs another person."""
    return Acted(person=it.signed_by, role=Role.APPROVER, action="approve-grant")


def acts_of(award: Award) -> tuple[Acted, ...]:
    """Everybody's acts that this state of the award carries."""
    match award:
        case Unsigned():
            return ()
        case HalfSigned():
            return (signature_of(award.signature),)
        case Approved() | Notified() | Final() | Gone():
            return (*award.grant.acted, *award.acted)
        case Refused():
            return award.acted
        case _ as missing:
            assert_never(missing)
