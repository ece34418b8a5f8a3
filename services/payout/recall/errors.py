"""What cannot be done with a request to cancel, and why."""

from services.payout.recall.content import MAX_RECALLED
from shared.decider import DomainError


class UnknownRecall(DomainError):
    code = "recall-unknown"
    title = "Diesen Rückruf gibt es nicht."
    status = 404


class RecallDiffers(DomainError):
    code = "recall-differs"
    title = "Unter dieser Kennung wurde bereits ein anderer Rückruf beantragt oder gebildet."


class RecallEmpty(DomainError):
    code = "recall-empty"
    title = "In diesem Zahlungslauf ist keine Zahlung, die sich zurückrufen lässt."


class RecallTooLarge(DomainError):
    code = "recall-too-large"
    title = f"Ein Rückruf nennt höchstens {MAX_RECALLED:_} Zahlungen; beantragen Sie mehrere.".replace("_", ".")


class RecallReasonMissing(DomainError):
    code = "recall-reason-missing"
    title = "Ein Rückruf wird mit Gründen beantragt und verworfen."
    status = 422


class RecallIsSent(DomainError):
    code = "recall-sent"
    title = "Dieser Rückruf ist freigegeben; die Kasse hat ihn oder bekommt ihn."


class RecallIsDropped(DomainError):
    code = "recall-dropped"
    title = "Dieser Rückruf wurde verworfen; beantragen Sie einen neuen."


class RecallAnsweredByFile(DomainError):
    code = "recall-answered-by-file"
    title = "Diesen Rückruf hat die Kasse als Datei; ihre Antwort kommt ebenso."


class RecallEvidenceMissing(DomainError):
    code = "recall-evidence-missing"
    title = "Zur Antwort der Kasse gehört, wer sie wie gegeben hat und wo das belegt ist."
    status = 422


class ToldAhead(DomainError):
    code = "recall-told-ahead"
    title = "Die Kasse kann das nicht nach dem heutigen Tag und nicht vor der Freigabe des Rückrufs gesagt haben."
    status = 422


class RecallNotApproved(DomainError):
    code = "recall-not-approved"
    title = "Diesem Rückruf hat noch keine zweite Person zugestimmt."
