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


class TextMissing(InvalidSubmission):
    code = "text-missing"
    title = "Diese Angabe fehlt."


class DeclarationMissing(InvalidSubmission):
    code = "declaration-missing"
    title = "Ohne diese Erklärung kann der Antrag nicht angenommen werden."


class ProjectBegun(InvalidSubmission):
    code = "project-begun"
    title = "Das Vorhaben darf nicht vor der Antragstellung beginnen (VV Nr. 1.3 zu § 44 ThürLHO)."
