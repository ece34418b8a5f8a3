"""What a budget cannot do as it stands."""

from shared.decider import DomainError


class BudgetNotOpen(DomainError):
    code = "budget-not-open"
    title = "Für dieses Haushaltsjahr ist der Titel noch nicht eröffnet."


class BudgetAlreadyOpen(DomainError):
    code = "budget-already-open"
    title = "Der Titel ist für dieses Haushaltsjahr bereits mit anderen Beträgen eröffnet."


class BudgetYearNotBegun(DomainError):
    """Opening earlier would cut off the old year's last commitments from being carried over."""

    code = "budget-year-not-begun"
    title = "Das Haushaltsjahr hat noch nicht begonnen."


class AppropriationBelowPreloads(DomainError):
    code = "appropriation-below-preloads"
    title = "Der Ansatz deckt die Verpflichtungen aus früheren Jahren nicht."


class AmountsNotValid(DomainError):
    """Amounts per year that are not positive cents, or years that repeat or are not in order."""

    code = "amounts-not-valid"
    title = "Die Jahresbeträge sind keine positiven Beträge in aufsteigenden Jahren."
    status = 422


class OtherAmountsReserved(DomainError):
    code = "other-amounts-reserved"
    title = "Für diesen Vorgang sind bereits andere Beträge vorgemerkt."


class AlreadyCommitted(DomainError):
    code = "already-committed"
    title = "Für diesen Vorgang sind die Mittel bereits festgelegt."


class PaymentBeyondCommitment(DomainError):
    """More was paid than is committed: payout and budget contradict each other, so the message is parked for people."""

    code = "payment-beyond-commitment"
    title = "Die Zahlung übersteigt, was für diesen Vorgang festgelegt ist."


class PaymentContradicted(DomainError):
    code = "payment-contradicted"
    title = "Diese Zahlung ist bereits mit einem anderen Betrag gebucht."


class PaymentNotRecorded(DomainError):
    """What is not entered cannot be countered; the message is parked for people."""

    code = "payment-not-recorded"
    title = "Diese Zahlung ist nicht oder nicht mit diesem Betrag gebucht."


class BudgetIsClosed(DomainError):
    """HGrG § 36: nothing is entered for a closed period."""

    code = "budget-is-closed"
    title = "Das Haushaltsjahr ist abgeschlossen; gebucht wird im laufenden Haushalt."


class BudgetNotClosed(DomainError):
    code = "budget-not-closed"
    title = "Ausgabereste werden erst nach dem Abschluss des Haushaltsjahres gebildet."


class BudgetYearNotOver(DomainError):
    code = "budget-year-not-over"
    title = "Das Haushaltsjahr läuft noch; abgeschlossen wird es danach."


class ReservationsStand(DomainError):
    code = "reservations-stand"
    title = "Es stehen noch Vormerkungen; zuerst sind sie aufzuheben."


class BudgetNotProvisional(DomainError):
    code = "budget-not-provisional"
    title = "Der Haushalt wird nicht vorläufig geführt; es gelten seine Ansätze."


class AppropriationBelowCommitments(DomainError):
    code = "appropriation-below-commitments"
    title = "Die Ansätze decken nicht, was bereits vorgemerkt, festgelegt und gezahlt ist."


class FreezeBeyondFunds(DomainError):
    code = "freeze-beyond-funds"
    title = "Gesperrt werden kann höchstens, was der Titel in diesem Jahr hat."


class UnknownFreeze(DomainError):
    code = "unknown-freeze"
    title = "Diese Sperre gibt es in diesem Haushalt nicht."


class FundsNotFree(DomainError):
    code = "funds-not-free"
    title = "So viel ist in diesem Titel nicht frei."


class NotTransferable(DomainError):
    code = "not-transferable"
    title = "Die Ausgaben dieses Titels sind nicht übertragbar; ein Ausgaberest kann nicht gebildet werden."


class ConsentMissing(DomainError):
    code = "consent-missing"
    title = "Die Einwilligung des Finanzministeriums ist anzugeben (§ 45 III LHO)."
    status = 422


class RemainderTooOld(DomainError):
    code = "remainder-too-old"
    title = "Ausgabereste gelten bis zum Ende des zweiten auf die Bewilligung folgenden Jahres (HGrG § 27 II)."


class ReferenceContradicted(DomainError):
    code = "reference-contradicted"
    title = "Unter diesem Zeichen ist bereits etwas anderes gebucht."


class ReasonNotGiven(DomainError):
    code = "reason-not-given"
    title = "Die Buchung braucht eine Begründung und ein Zeichen."
    status = 422


class NothingCommitted(DomainError):
    code = "nothing-committed"
    title = "Für diesen Vorgang ist in diesem Haushalt nichts festgelegt."


class CommitmentCarriedOver(DomainError):
    code = "commitment-carried-over"
    title = "Was für spätere Jahre festgelegt war, steht jetzt im nächsten Haushalt und wird dort geändert."


class ReductionBeyondCommitment(DomainError):
    code = "reduction-beyond-commitment"
    title = "Abgesetzt werden kann nur, was festgelegt und noch nicht gezahlt ist."


class SameTitle(DomainError):
    code = "same-title"
    title = "Umgeschichtet wird zwischen verschiedenen Titeln."
    status = 422
