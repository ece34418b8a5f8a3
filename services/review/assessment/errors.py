"""Why a step is not possible now, in words that say what is."""

from typing import assert_never

from services.review.assessment.states import (
    Assessed,
    Assessment,
    Concluded,
    Opened,
    Opined,
    Proposed,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
    Withdrawn,
)
from shared.decider import DomainError


class AssessmentNotOpen(DomainError):
    code = "assessment-not-open"
    title = "Zu diesem Vorgang liegt der Bewilligungsstelle kein vollständiger Antrag vor."


class OpinionMissing(DomainError):
    code = "opinion-missing"
    title = "Zuerst ist das fachliche Votum abzugeben."


class ExpenditureNotAssessed(DomainError):
    code = "expenditure-not-assessed"
    title = "Zuerst sind die zuwendungsfähigen Ausgaben festzustellen."


class ProposalMissing(DomainError):
    code = "proposal-missing"
    title = "Zuerst ist die Entscheidung vorzuschlagen."


class ReservationMissing(DomainError):
    code = "reservation-missing"
    title = "Für den Bewilligungsvorschlag sind keine Mittel vorgemerkt."


class ReservationStands(DomainError):
    code = "reservation-stands"
    title = "Für den Bewilligungsvorschlag sind Mittel vorgemerkt; zuerst ist die Vormerkung aufzuheben."


class RefusalIsProposed(DomainError):
    code = "refusal-is-proposed"
    title = "Vorgeschlagen ist die Ablehnung des Antrags."


class RejectionIsProposed(DomainError):
    code = "rejection-is-proposed"
    title = "Vorgeschlagen ist, den Antrag als unzulässig abzulehnen."


class AlreadyDecided(DomainError):
    code = "already-decided"
    title = "Über den Antrag ist bereits entschieden."


class ApplicationIsWithdrawn(DomainError):
    code = "application-is-withdrawn"
    title = "Der Antrag ist zurückgenommen."


class OpinionIsNegative(DomainError):
    code = "opinion-is-negative"
    title = "Das fachliche Votum ist negativ; eine Bewilligung kann nicht vorgeschlagen werden."


class NothingToGrant(DomainError):
    code = "nothing-to-grant"
    title = "Es bleiben keine zuwendungsfähigen Ausgaben; vorzuschlagen ist die Ablehnung."


class ItemClosed(DomainError):
    code = "item-closed"
    title = "Dieser Fördergegenstand wird nach geltender Verwaltungspraxis nicht bewilligt."


class OtherBudget(DomainError):
    """The decision names another budget than the one that holds, or must hold, the case's money."""

    code = "other-budget"
    title = "Die Mittel dieses Vorgangs gehören zu einem anderen Haushaltstitel oder Haushaltsjahr."


def impossible(assessment: Assessment) -> DomainError:
    """What is in the way of any step that this state does not allow."""
    match assessment:
        case Unopened():
            return AssessmentNotOpen()
        case Opened():
            return OpinionMissing()
        case Opined():
            return ExpenditureNotAssessed()
        case Assessed():
            return ProposalMissing()
        case Proposed():
            return ReservationMissing()
        case Reserved():
            return ReservationStands()
        case RefusalPending():
            return RefusalIsProposed()
        case RejectionPending():
            return RejectionIsProposed()
        case Concluded() | Rejected():
            return AlreadyDecided()
        case Withdrawn():
            return ApplicationIsWithdrawn()
        case _ as missing:
            assert_never(missing)
