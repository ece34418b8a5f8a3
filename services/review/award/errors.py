"""What an award does not allow in its present state."""

from shared.decider import DomainError


class NotApproved(DomainError):
    code = "not-approved"
    title = "In diesem Vorgang ist keine Zuwendung bewilligt."


class NotDispatched(DomainError):
    code = "not-dispatched"
    title = "Der Bescheid ist noch nicht abgesandt."


class OtherLetterDispatched(DomainError):
    code = "other-letter-dispatched"
    title = "Der Bescheid ist bereits mit einem anderen Schreiben abgesandt."


class GrantIsRefused(DomainError):
    code = "grant-is-refused"
    title = "Der Antrag ist abgelehnt."


class GrantIsApproved(DomainError):
    code = "grant-is-approved"
    title = "Der Antrag ist bewilligt."


class DateNotValid(DomainError):
    """A fact about a notice lies between its dispatch and today."""

    code = "date-not-valid"
    title = "Der Tag liegt vor der Absendung des Bescheids oder in der Zukunft."
    status = 422


class WaiverDateNotValid(DomainError):
    """A remedy can be waived only after the notice exists, and not in the future."""

    code = "waiver-date-not-valid"
    title = "Der Verzicht liegt vor der Absendung des Bescheids oder in der Zukunft."
    status = 422


class RemedyPeriodRunning(DomainError):
    code = "remedy-period-running"
    title = "Die Klagefrist läuft noch."


class ServiceFailed(DomainError):
    code = "service-failed"
    title = "Der Bescheid ist nicht bekannt gegeben; er ist erneut abzusenden."


class NotYetServed(DomainError):
    """The day of deemed service has not come."""

    code = "not-yet-served"
    title = "Der Tag der Bekanntgabe ist noch nicht gekommen."


class ReceiptContradicted(DomainError):
    code = "receipt-contradicted"
    title = "Für diesen Bescheid ist bereits ein anderer Tag des Zugangs vermerkt."


class LawsuitPending(DomainError):
    code = "lawsuit-pending"
    title = "Gegen den Bescheid ist Klage erhoben; bis zu ihrem Ende wird er nicht bestandskräftig."


class NoLawsuitPending(DomainError):
    code = "no-lawsuit-pending"
    title = "Gegen den Bescheid ist keine Klage anhängig."


class LawsuitContradicted(DomainError):
    code = "lawsuit-contradicted"
    title = "Zu diesem Bescheid ist bereits eine andere Klage oder ein anderer Ausgang vermerkt."


class DecisionIsFinal(DomainError):
    code = "decision-is-final"
    title = "Der Bescheid ist bestandskräftig; an seiner Bekanntgabe ist nichts mehr zu vermerken."


class DecisionTakenAway(DomainError):
    code = "decision-taken-away"
    title = "Das Gericht hat den Bescheid aufgehoben; über den Vorgang ist neu zu entscheiden."


class AwardIsGone(DomainError):
    code = "award-is-gone"
    title = "Der Bescheid ist aufgehoben oder gegenstandslos; an ihm ist nichts mehr zu ändern."


class LegalBasisNotValid(DomainError):
    """Lapse, revocation, retraction and condition each stand on their own provision."""

    code = "legal-basis-not-valid"
    title = "Diese Rechtsgrundlage trägt diese Aufhebung nicht."
    status = 422


class ReasonNotGiven(DomainError):
    """Facts, reasons and discretion are part of the decision (§§ 39, 40 VwVfG)."""

    code = "reason-not-given"
    title = "Sachverhalt, Gründe und Ermessen sind anzugeben (§§ 39, 40 VwVfG)."
    status = 422


class HearingMissing(DomainError):
    code = "hearing-missing"
    title = "Vor dieser Entscheidung ist die Kommune anzuhören (§ 28 VwVfG)."


class HearingRunning(DomainError):
    code = "hearing-running"
    title = "Die Kommune kann sich noch äußern; die Frist der Anhörung läuft."


class HearingNotServed(DomainError):
    code = "hearing-not-served"
    title = "Das Schreiben der Anhörung ist nicht bekannt gegeben; ihre Frist läuft erst, wenn es erneut versandt ist."


class StatementIsReceived(DomainError):
    """Whoever answered was heard, whatever came back."""

    code = "statement-is-received"
    title = "Die Äußerung liegt bereits vor."


class HearingOver(DomainError):
    code = "hearing-over"
    title = "In diesem Vorgang läuft keine Anhörung zum Bescheid."


class OtherHearing(DomainError):
    code = "other-hearing"
    title = "Zu diesem Bescheid läuft bereits eine andere Anhörung."


class YearIsOver(DomainError):
    """§§ 48 IV, 49 III 2 VwVfG: one year from the knowledge of the facts."""

    code = "year-is-over"
    title = "Die Jahresfrist für Rücknahme und Widerruf ist abgelaufen."


class AmountsNotLess(DomainError):
    """An annulment takes away: in no year more is granted than before, and in one less."""

    code = "amounts-not-less"
    title = "Eine Aufhebung lässt in keinem Jahr mehr und in einem Jahr weniger übrig, als bewilligt ist."
    status = 422


class NothingChanges(DomainError):
    code = "nothing-changes"
    title = "Der Vorschlag ändert an der Bewilligung nichts."
    status = 422


class AmendmentNotValid(DomainError):
    """Positive amounts in ascending years, not above the rate; the end not before the start."""

    code = "amendment-not-valid"
    title = "Die geänderten Beträge oder der geänderte Zeitraum sind nicht zulässig."
    status = 422


class OtherProposalOpen(DomainError):
    code = "other-proposal-open"
    title = "Über einen anderen Vorschlag zu diesem Bescheid ist noch nicht entschieden."


class NoProposalOpen(DomainError):
    code = "no-proposal-open"
    title = "Zu diesem Bescheid liegt kein solcher Vorschlag vor."


class UnknownChange(DomainError):
    code = "unknown-change"
    title = "Diesen Änderungsantrag gibt es hier nicht, oder über ihn ist entschieden."


class ReturnPending(DomainError):
    """The same cents must not be asked back twice."""

    code = "return-pending"
    title = "Die Auszahlung hat auf die letzte Rückforderung von Mitteln noch nicht geantwortet."


class NotAssigned(DomainError):
    code = "not-assigned"
    title = "Die Mittel sind der Auszahlung noch nicht zugewiesen."


class UnknownReduction(DomainError):
    code = "unknown-reduction"
    title = "Diese Mittel hat die Bewilligungsstelle nicht zurückverlangt."


class UnknownNotice(DomainError):
    code = "unknown-notice"
    title = "Einen solchen Änderungs- oder Aufhebungsbescheid gibt es in diesem Vorgang nicht."


class ChangeWaits(DomainError):
    """A second change would be of an award that may still be as it was before the first."""

    code = "change-waits"
    title = "Ein früherer Änderungs- oder Aufhebungsbescheid ist noch nicht bestandskräftig; bis dahin wird nicht weiter geändert."
