"""Formale Ablehnung: an application that is inadmissible is rejected without being examined in substance (unzulässig).

Proposed by a case officer, decided by an approver (Vier-Augen-Prinzip); review owns it, intake only warns.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from services.review.examination import ReasonMissing
from shared.decider import Context, DomainError, event, value


class RejectionGround(StrEnum):
    """Why an application is inadmissible."""

    APPLICANT_NOT_ELIGIBLE = "applicant-not-eligible"
    PROJECT_STARTED = "project-started"
    ITEM_CLOSED = "item-closed"


REJECTION_TITLES: Mapping[RejectionGround, str] = {
    RejectionGround.APPLICANT_NOT_ELIGIBLE: "Die Antragstellerin gehört nicht zum Kreis der Zuwendungsempfänger.",
    RejectionGround.PROJECT_STARTED: "Das Vorhaben war vor der Bewilligung begonnen (VV Nr. 1.3 zu § 44 ThürLHO).",
    RejectionGround.ITEM_CLOSED: "Der Fördergegenstand wird nach geltender Verwaltungspraxis nicht bewilligt.",
}

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class ProposeFormalRejection:
    """`is_item_open` is what the practice in force says about the item."""

    grounds: tuple[RejectionGround, ...]
    reasons: tuple[str, ...]
    is_item_open: bool


@value
class RejectFormally: ...


# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.formal-rejection-proposed")
class FormalRejectionProposed:
    """The application is held to be inadmissible, with grounds and reasons for the applicant (Vorschlag, als unzulässig abzulehnen)."""

    grounds: tuple[RejectionGround, ...]
    reasons: tuple[str, ...]
    proposed_by: str
    proposed_on: date


@event("review.application-rejected-formally")
class ApplicationRejectedFormally:
    """The application is rejected as inadmissible (formale Ablehnung); a withdrawal comes too late from here on."""

    file_number: str
    grounds: tuple[RejectionGround, ...]
    reasons: tuple[str, ...]
    rejected_by: str
    rejected_on: date


# ---- Errors ---------------------------------------------------------------------------------------------------------


class ItemIsOpen(DomainError):
    code = "item-is-open"
    title = (
        "Der Fördergegenstand wird nach geltender Verwaltungspraxis bewilligt; das ist kein Grund, formal abzulehnen."
    )
    status = 422


class GroundMissing(DomainError):
    code = "ground-missing"
    title = "Eine formale Ablehnung nennt mindestens einen Grund, jeden einmal."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def propose_rejection(command: ProposeFormalRejection, context: Context) -> Sequence[FormalRejectionProposed]:
    """The proposal, or what it lacks; whether the case allows one is asked before."""
    if not command.grounds or len(set(command.grounds)) < len(command.grounds):
        raise GroundMissing(field="grounds")
    if RejectionGround.ITEM_CLOSED in command.grounds and command.is_item_open:
        raise ItemIsOpen(field="grounds")
    if not command.reasons or not all(it.strip() for it in command.reasons):
        raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
    return [
        FormalRejectionProposed(
            grounds=command.grounds,
            reasons=command.reasons,
            proposed_by=context.actor,
            proposed_on=context.valid_on,
        )
    ]
