"""Why something cannot be done with a proof of use."""

from shared.decider import DomainError


class UnknownProof(DomainError):
    code = "unknown-proof"
    title = "Einen Nachweis mit dieser Kennung gibt es in diesem Vorgang nicht."
    status = 422


class NoProofHandedIn(DomainError):
    code = "no-proof-handed-in"
    title = "In diesem Vorgang ist noch kein Nachweis eingegangen."


class OtherProof(DomainError):
    code = "other-proof"
    title = "Unter dieser Kennung liegt schon ein anderer Nachweis vor."


class OtherPayment(DomainError):
    code = "other-payment"
    title = "Unter dieser Kennung ist schon eine andere Zahlung vermerkt."


class ProofIsSettled(DomainError):
    code = "proof-is-settled"
    title = "Über diesen Nachweis ist schon entschieden."


class OtherKindOfProof(DomainError):
    code = "other-kind-of-proof"
    title = (
        "Ein Zwischennachweis und ein Verwendungsnachweis werden je für sich anerkannt; dieser ist von der anderen Art."
    )


class ProofNotChecked(DomainError):
    code = "proof-not-checked"
    title = "Der Nachweis ist noch nicht geprüft; zuerst steht die erste Prüfung an."


class ProofIsChecked(DomainError):
    code = "proof-is-checked"
    title = "Die erste Prüfung ist abgeschlossen."


class InDepthCheckMissing(DomainError):
    code = "in-depth-check-missing"
    title = "Der Nachweis ist für die vertiefte Prüfung ausgewählt; vorher kann er nicht anerkannt werden."


class NotSelected(DomainError):
    code = "not-selected-for-in-depth-check"
    title = "Der Nachweis ist nicht für die vertiefte Prüfung ausgewählt."


class ProofNotAcceptable(DomainError):
    code = "proof-not-acceptable"
    title = "Die Prüfung fand den Nachweis unvollständig oder nicht plausibel; er ist zurückzugeben oder neu zu prüfen."


class ResultIsSigned(DomainError):
    code = "result-is-signed"
    title = "Das Ergebnis der Prüfung ist schon gezeichnet; es ändert sich nicht mehr."


class ResultChanged(DomainError):
    code = "proof-result-changed"
    title = "Seit der Prüfung hat sich die Bewilligung geändert; der Nachweis ist zurückzugeben und neu zu prüfen."


class NoGrantToProve(DomainError):
    code = "no-grant-to-prove"
    title = "Ein Nachweis wird gegen eine bestehende Bewilligung geprüft; hier steht keine."


class RecognisedBeyondSpent(DomainError):
    code = "recognised-beyond-spent"
    title = "Anerkannt wird höchstens, was ausgegeben ist."
    status = 422


class LineExceeded(DomainError):
    """A line of the plan may be exceeded a little when another is not used up; more needs an amendment before."""

    code = "line-exceeded"
    title = "Die Position überschreitet ihren Ansatz um mehr, als die Nebenbestimmungen zulassen."
    status = 422
