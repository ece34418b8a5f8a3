"""Entscheidung: the application is granted or refused."""

from datetime import date

from services.review.award.commands import Grant
from shared.contracts import Acted
from shared.decider import event


@event("review.first-signature-given")
class FirstSignatureGiven:
    """The grant is above the signing limit; a second approver has to sign the same proposal (Mitzeichnung)."""

    proposal: int
    granted_cents: int
    signing_limit_cents: int
    signed_by: str
    signed_on: date


@event("review.grant-approved")
class GrantApproved:
    """The grant is approved and its money committed (Zuwendungsbescheid erlassen)."""

    grant: Grant
    approved_by: str
    approved_on: date


@event("review.grant-refused")
class GrantRefused:
    """The application is refused, with reasons for the applicant (Ablehnungsbescheid); `formal` as inadmissible, which its assessment tells."""

    file_number: str
    reasons: tuple[str, ...]
    refused_by: str
    refused_on: date
    acted: tuple[Acted, ...] = ()
    formal: bool = False
