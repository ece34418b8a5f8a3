"""What cannot be done with a batch, and why."""

from shared.decider import DomainError


class NotSealed(DomainError):
    code = "batch-not-sealed"
    title = "Diesen Zahlungslauf gibt es nicht."
    status = 404


class AlreadySealed(DomainError):
    code = "batch-already-sealed"
    title = "Dieser Zahlungslauf ist bereits mit anderem Inhalt versiegelt."


class EmptyBatch(DomainError):
    code = "batch-empty"
    title = "Ein Zahlungslauf braucht mindestens eine Anordnung."


class BatchTooLarge(DomainError):
    code = "batch-too-large"
    title = "Ein Zahlungslauf fasst höchstens 20.000 Zahlungen und 400 Anordnungen zu Forderungen."


class NamedTwice(DomainError):
    code = "payment-twice-in-batch"
    title = "Eine Zahlung kommt im Zahlungslauf doppelt vor."


class ExecutionInPast(DomainError):
    code = "execution-in-past"
    title = "Der Ausführungstag liegt in der Vergangenheit."


class EntryDiffers(DomainError):
    code = "entry-differs"
    title = "Der Zahlungslauf weicht von der Anordnung ab."


class CollectionOutdated(DomainError):
    """`detail` says which order."""

    code = "collection-outdated"
    title = (
        "Eine Forderung hat sich geändert, seit zu ihr angeordnet wurde. Ordnen Sie zu ihr neu an: "
        "Die bisherige Anordnung wird dabei zurückgenommen."
    )


class NotReleased(DomainError):
    code = "batch-not-released"
    title = "Der Zahlungslauf ist noch nicht freigegeben."


class BatchIsDiscarded(DomainError):
    code = "batch-discarded"
    title = "Dieser Zahlungslauf wurde verworfen; bilden Sie aus seinen Anordnungen einen neuen."


class AlreadyReleased(DomainError):
    code = "batch-already-released"
    title = (
        "Dieser Zahlungslauf ist der Kasse übergeben oder wird dort erfasst und kann nicht mehr verworfen werden; "
        "möglich ist nur noch ein Rückruf bei der Kasse."
    )


class NotInThisBatch(DomainError):
    code = "cancelled-not-in-batch"
    title = "Eine der Zahlungen, die nicht geleistet werden sollen, liegt nicht in diesem Zahlungslauf."


class NotByHand(DomainError):
    code = "batch-not-by-hand"
    title = "Dieser Zahlungslauf geht als Datei an die Kasse und wird dort nicht von Hand erfasst."


class OtherCashReference(DomainError):
    code = "batch-other-cash-reference"
    title = "Zu dieser Anordnung ist bereits ein anderes Kassenzeichen vermerkt."


class OrderNotNamed(DomainError):
    code = "batch-order-not-named"
    title = "In dieser Datei liegen mehrere Anordnungen; sagen Sie, zu welcher das Kassenzeichen gehört."
    status = 422


class OrderNotInBatch(DomainError):
    code = "order-not-in-this-batch"
    title = "Diese Anordnung liegt nicht in diesem Zahlungslauf."
    status = 422


class OnlyByHand(DomainError):
    code = "batch-only-by-hand"
    title = "Dieser Zahlungslauf wird von Hand erfasst; vermerken Sie das Kassenzeichen."


class NotSubmitted(DomainError):
    code = "batch-not-submitted"
    title = "Der Zahlungslauf wurde noch nicht übergeben."


class OtherBytes(DomainError):
    code = "batch-other-bytes"
    title = "Die übergebene Datei hat nicht den versiegelten Inhalt."


class AttemptSkipped(DomainError):
    code = "submission-attempt-skipped"
    title = "Die Übergabeversuche sind nicht fortlaufend gezählt."
