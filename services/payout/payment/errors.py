"""What cannot be done with a payment, and why."""

from shared.decider import DomainError


class NeverOrdered(DomainError):
    code = "payment-never-ordered"
    title = "Diese Zahlung wurde nie angeordnet."


class NotInBatch(DomainError):
    code = "payment-not-in-this-batch"
    title = "Diese Zahlung liegt nicht in diesem Zahlungslauf."


class AlreadyBatched(DomainError):
    code = "payment-already-batched"
    title = "Diese Zahlung liegt bereits in einem anderen Zahlungslauf."


class PaymentIsCancelled(DomainError):
    code = "payment-cancelled"
    title = "Diese Anordnung wurde vor der Übergabe zurückgenommen; der Mittelabruf kann neu angeordnet werden."


class NotHeld(DomainError):
    code = "payment-not-held"
    title = "Diese Zahlung wartet auf keine Entscheidung über den Empfänger; die Kasse hat inzwischen geantwortet, oder es ist entschieden."


class AnsweredAlready(DomainError):
    code = "payment-answered-already"
    title = "Zu dieser Zahlung liegt eine Antwort der Kasse vor; sie verlässt ihren Zahlungslauf nicht mehr."


class PaymentTaken(DomainError):
    code = "payment-id-taken"
    title = "Unter dieser Kennung wurde bereits eine andere Zahlung angeordnet."


class AmountDiffers(DomainError):
    code = "amount-differs"
    title = "Der Betrag weicht von der Anordnung ab."


class DebitedTwice(DomainError):
    code = "debited-twice"
    title = "Diese Zahlung wurde dem Konto ein zweites Mal belastet."


class RejectedAfterSettlement(DomainError):
    code = "rejected-after-settlement"
    title = "Eine bereits gebuchte Zahlung wurde als abgelehnt gemeldet."


class SettledAfterRejection(DomainError):
    code = "settled-after-rejection"
    title = "Eine abgelehnte Zahlung wurde dennoch gebucht."


class ReturnedAfterRejection(DomainError):
    code = "returned-after-rejection"
    title = "Eine abgelehnte Zahlung wurde als zurückgekommen gemeldet."


class ReturnedTwice(DomainError):
    code = "returned-twice"
    title = "Diese Zahlung wurde dem Konto ein zweites Mal als Rückläufer gutgeschrieben."


class RecallUnderway(DomainError):
    code = "recall-underway"
    title = "Für diese Zahlung läuft bereits ein Rückruf, oder er ist zugesagt."


class NothingToRecall(DomainError):
    code = "nothing-to-recall"
    title = "Diese Zahlung ist abgelehnt oder zurückgekommen; zurückzurufen ist nichts mehr."


class RecallNotRequested(DomainError):
    code = "recall-not-requested"
    title = "Um diesen Rückruf hat niemand gebeten."


class RecallContradicted(DomainError):
    code = "recall-contradicted"
    title = "Die Kasse hat auf denselben Rückruf bereits anders geantwortet."


class NumbersExhausted(DomainError):
    code = "payment-numbers-exhausted"
    title = "Für diesen Mittelabruf sind keine weiteren Zahlungskennungen frei."
