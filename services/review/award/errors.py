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


class WaiverDateNotValid(DomainError):
    """A remedy can be waived only after the notice exists, and not in the future."""

    code = "waiver-date-not-valid"
    title = "Der Verzicht liegt vor der Absendung des Bescheids oder in der Zukunft."
    status = 422


class RemedyPeriodRunning(DomainError):
    code = "remedy-period-running"
    title = "Die Klagefrist läuft noch."
