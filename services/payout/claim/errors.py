"""Why something cannot be done with a claim now."""

from shared.decider import DomainError


class UnknownClaim(DomainError):
    code = "unknown-claim"
    title = "Diese Forderung gibt es in dem Vorgang nicht."
    status = 404


class ClaimDiffers(DomainError):
    code = "claim-differs"
    title = "Die Forderung ist bereits mit anderen Angaben eröffnet."


class ClaimIsSettled(DomainError):
    code = "claim-is-settled"
    title = "Diese Forderung ist erledigt; zu tun ist mit ihr nichts mehr."


class MoreThanOwed(DomainError):
    code = "more-than-owed"
    title = "So viel ist auf diese Forderung nicht offen; Zinsen sind vor ihrer Zahlung festzusetzen."
    status = 422


class RepaymentDiffers(DomainError):
    code = "repayment-differs"
    title = "Dieser Zahlungseingang ist bereits mit anderen Angaben gebucht."


class ReceiptListed(DomainError):
    code = "receipt-listed"
    title = "Dieser Eingang steht bereits in der Klärungsliste."


class RepaymentPerhapsByHand(DomainError):
    """`detail` names the entry."""

    code = "repayment-perhaps-by-hand"
    title = (
        "Auf diese Forderung ist von Hand ein gleich hoher Eingang gebucht; ob es derselbe ist, sagen zwei Personen."
    )


class RepaymentOnAccount(DomainError):
    """`detail` names the booking."""

    code = "repayment-on-account"
    title = (
        "Diesen Betrag hat das Konto an diesem Tag schon gemeldet; er ist gebucht. Einen zweiten meldet es von selbst."
    )


class RepaymentMatched(DomainError):
    code = "repayment-matched"
    title = "Zu diesem von Hand gebuchten Eingang ist bereits eine andere Buchung des Kontos gefunden."


class NotEnteredByHand(DomainError):
    code = "repayment-not-by-hand"
    title = "Einen solchen von Hand gebuchten Eingang gibt es auf diese Forderung nicht."


class ClaimDateNotValid(DomainError):
    code = "claim-date-not-valid"
    title = "Ein Eingang liegt heute oder früher und nicht vor der Forderung, eine Stundung endet nach der Fälligkeit."
    status = 422


class ClaimReasonMissing(DomainError):
    code = "claim-reason-missing"
    title = "Bitte geben Sie den Grund oder Beleg an."
    status = 422


class PrincipalOpen(DomainError):
    code = "principal-open"
    title = (
        "Zinsen werden in einer Aufstellung festgesetzt, sobald der Erstattungsbetrag gezahlt ist; noch ist er offen."
    )


class NoInterestOpen(DomainError):
    code = "no-interest-open"
    title = "Auf diese Forderung sind keine Zinsen mehr festzusetzen."


class ClaimIsSuspended(DomainError):
    code = "claim-is-suspended"
    title = "Diese Forderung ist niedergeschlagen; gestundet werden kann sie erst nach der Wiederaufnahme."


class ClaimNotSuspended(DomainError):
    code = "claim-not-suspended"
    title = "Diese Forderung ist nicht niedergeschlagen; sie wird bereits verfolgt."


class NotOfTreasury(DomainError):
    code = "not-of-treasury"
    title = "Einen Zahlungseingang bucht die Kasse."
    status = 403
