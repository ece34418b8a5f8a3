"""What does not allow a closure."""

from collections.abc import Mapping

from services.review.closure.commands import (
    OpenPoint,
)
from shared.decider import DomainError


class CaseIsClosed(DomainError):
    code = "case-is-closed"
    title = "Der Vorgang ist abgeschlossen."


class ClosingNoteMissing(DomainError):
    code = "closing-note-missing"
    title = "Abgeschlossen wird auf einen Schlussvermerk; er fehlt noch."


class ProofNotAccepted(DomainError):
    code = "proof-not-accepted"
    title = "Der Verwendungsnachweis ist noch nicht anerkannt; vorher endet der Vorgang nicht."


class AwardOpen(DomainError):
    code = "award-open"
    title = "Abgeschlossen wird ein Vorgang, in dem bewilligt ist."


class LawsuitOpen(DomainError):
    code = "lawsuit-open"
    title = "Eine Klage ist anhängig; abgeschlossen werden kann, wenn sie beendet ist."


class RemedyOpen(DomainError):
    code = "remedy-open"
    title = "Ein Bescheid ist noch nicht bestandskräftig."


class ChangeOpen(DomainError):
    code = "change-open"
    title = "Eine Änderung der Bewilligung ist noch im Gang: Antrag, Anhörung, Vorschlag oder Rückführung der Mittel."


class ClaimOpen(DomainError):
    code = "claim-open"
    title = "Eine Rückforderung ist vorgeschlagen oder noch nicht erledigt."


class ExcessOpen(DomainError):
    code = "excess-open"
    title = "Es ist mehr gezahlt, als bleibt; die Rückforderung ist zu entscheiden."


class ConditionOpen(DomainError):
    code = "side-condition-open"
    title = "Eine Nebenbestimmung ist noch zu erfüllen; möglich sind Erfüllung, Verzicht oder die Feststellung eines Verstoßes."


class DrawdownOpen(DomainError):
    code = "drawdown-open"
    title = "Ein Mittelabruf ist noch nicht geprüft oder nicht ausgezahlt."


class PaymentOpen(DomainError):
    code = "payment-open"
    title = "Eine angeordnete Zahlung ist noch nicht ausgeführt."


ERRORS: Mapping[OpenPoint, type[DomainError]] = {
    OpenPoint.AWARD: AwardOpen,
    OpenPoint.LAWSUIT: LawsuitOpen,
    OpenPoint.REMEDY: RemedyOpen,
    OpenPoint.CHANGE: ChangeOpen,
    OpenPoint.PROOF: ProofNotAccepted,
    OpenPoint.CLAIM: ClaimOpen,
    OpenPoint.EXCESS: ExcessOpen,
    OpenPoint.SIDE_CONDITION: ConditionOpen,
    OpenPoint.DRAWDOWN: DrawdownOpen,
    OpenPoint.PAYMENT: PaymentOpen,
}
