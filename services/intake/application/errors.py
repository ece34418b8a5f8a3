"""Why an application does not allow something."""

from typing import ClassVar

from shared.decider import DomainError


class NotSubmitted(DomainError):
    code = "not-submitted"
    title = "Zu diesem Vorgang liegt kein Antrag vor."


class AlreadySubmitted(DomainError):
    code = "already-submitted"
    title = "Zu diesem Vorgang wurde schon ein anderer Antrag eingereicht."


class NotAcknowledged(DomainError):
    code = "not-acknowledged"
    title = "Der Antrag hat noch kein Aktenzeichen."


class AlreadyComplete(DomainError):
    code = "already-complete"
    title = "Die Vollständigkeit ist schon festgestellt; was jetzt noch zu klären ist, klärt die Prüfung."


class DocumentsMissing(DomainError):
    """`detail` names what is missing."""

    code = "documents-missing"
    title = "Es fehlt noch etwas. Fordern Sie es nach, oder begründen Sie, warum es nicht gebraucht wird."


class AlreadyWithdrawn(DomainError):
    code = "already-withdrawn"
    title = "Der Antrag wurde zurückgenommen."


class AlreadyDecided(DomainError):
    code = "already-decided"
    title = "Über den Antrag ist schon entschieden; er kann nicht mehr zurückgenommen werden."


class InvalidSubmission(DomainError):
    """A form that cannot be accepted; each subclass names why."""

    status: ClassVar[int] = 422


class UnknownApplicant(InvalidSubmission):
    code = "unknown-applicant"
    title = "Dieser Schlüssel gehört zu keiner antragsberechtigten Kommune."


class DissolvedApplicant(InvalidSubmission):
    """`detail` names who took over."""

    code = "dissolved-applicant"
    title = "Diese Kommune besteht nicht mehr. Bitte stellen Sie den Antrag für ihre Rechtsnachfolgerin."


class NameIsNoKey(InvalidSubmission):
    """`detail` names the keys of the bodies of this name."""

    code = "name-is-no-key"
    title = "Bitte geben Sie den amtlichen Schlüssel an; Namen sind in Thüringen nicht eindeutig."


class NotAnAssociation(InvalidSubmission):
    code = "not-an-association"
    title = "Nur eine Verwaltungsgemeinschaft kann für ihre Mitglieder beantragen."


class NotAMember(InvalidSubmission):
    code = "not-a-member"
    title = "Diese Gemeinde gehört nicht zu der Verwaltungsgemeinschaft, die für sie beantragt."


class TooFewParticipants(InvalidSubmission):
    code = "too-few-participants"
    title = "An einer Zusammenarbeit sind mindestens zwei Kommunen beteiligt."


class ParticipantRepeated(InvalidSubmission):
    code = "participant-repeated"
    title = "Diese Kommune ist schon aufgeführt."


class LeadIsAnother(InvalidSubmission):
    code = "lead-is-another"
    title = "Die antragstellende Kommune leitet die Zusammenarbeit und steht an erster Stelle."


class CostKeyInvalid(InvalidSubmission):
    code = "cost-key-invalid"
    title = "Der Kostenschlüssel ergibt nicht 100 Prozent."


class InhabitantsUnknown(InvalidSubmission):
    code = "inhabitants-unknown"
    title = "Die Einwohnerzahl dieser Beteiligten ist nicht bekannt. Bitte vereinbaren Sie feste Anteile."


class DetailInvalid(InvalidSubmission):
    code = "detail-invalid"
    title = "Hier wird eine Zahl erwartet."


class AttachmentNotAllowed(InvalidSubmission):
    code = "attachment-not-allowed"
    title = "Eine Unterlage ist ein PDF, ein Bild (JPEG, PNG) oder XML und höchstens 10 MB groß."


class UnknownItem(InvalidSubmission):
    code = "unknown-item"
    title = "Diesen Fördergegenstand gibt es in diesem Förderprogramm nicht."


class TextMissing(InvalidSubmission):
    code = "text-missing"
    title = "Diese Angabe fehlt."


class DeclarationMissing(InvalidSubmission):
    code = "declaration-missing"
    title = "Ohne diese Erklärung kann der Antrag nicht angenommen werden."


class ProjectBegun(InvalidSubmission):
    code = "project-begun"
    title = "Das Vorhaben darf nicht vor der Antragstellung beginnen (VV Nr. 1.3 zu § 44 ThürLHO)."
