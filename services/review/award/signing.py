"""Zeichnung: the approval, above the signing limit by two persons, and the refusal."""

from collections.abc import Sequence
from typing import assert_never

from services.review.award.acts import signature_of
from services.review.award.commands import ApproveGrant, RefuseGrant
from services.review.award.errors import GrantIsApproved, GrantIsRefused
from services.review.award.events import Event, FirstSignatureGiven, GrantApproved, GrantRefused
from services.review.award.states import Approved, Award, Final, Gone, HalfSigned, Notified, Refused, Unsigned
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, replace
from shared.identity import Role


def approve(command: ApproveGrant, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Approved() | Notified() | Final() | Gone():
            return []
        case Refused():
            raise GrantIsRefused
        case Unsigned() | HalfSigned():
            pass
        case _ as missing:
            assert_never(missing)
    signers = [context.actor]
    if command.grant.granted_cents > command.signing_limit_cents:
        # A signature under an earlier proposal says nothing about this one.
        if not (isinstance(award, HalfSigned) and award.signature.proposal == command.proposal):
            return [
                FirstSignatureGiven(
                    proposal=command.proposal,
                    granted_cents=command.grant.granted_cents,
                    signing_limit_cents=command.signing_limit_cents,
                    signed_by=context.actor,
                    signed_on=context.valid_on,
                )
            ]
        duties.refuse("approve-grant", (signature_of(award.signature),), context)
        signers.insert(0, award.signature.signed_by)
    acted = tuple(Acted(person=it, role=Role.APPROVER, action="approve-grant") for it in signers)
    grant = replace(command.grant, acted=(*command.grant.acted, *acted))
    return [GrantApproved(grant=grant, approved_by=context.actor, approved_on=context.valid_on)]


def refuse(command: RefuseGrant, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Refused():
            return []
        case Approved() | Notified() | Final() | Gone():
            raise GrantIsApproved
        case Unsigned() | HalfSigned():
            return [
                GrantRefused(
                    file_number=command.file_number,
                    reasons=command.reasons,
                    refused_by=context.actor,
                    refused_on=context.valid_on,
                    acted=command.acted,
                    formal=command.formal,
                )
            ]
        case _ as missing:
            assert_never(missing)
