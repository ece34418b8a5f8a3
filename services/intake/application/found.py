"""How a rule says what it found: an error that refuses the form is raised by name, the rest is kept with the form."""

from enum import StrEnum

from shared.contracts.intake import Finding
from shared.decider import DomainError


class Severity(StrEnum):
    """An error cannot be accepted; what is missing is asked for later (Nachforderung); a warning is for review."""

    ERROR = "error"
    MISSING = "missing"
    WARNING = "warning"


SEVERITY_TITLES = {Severity.ERROR: "Fehler", Severity.MISSING: "Fehlt noch", Severity.WARNING: "Zu prüfen"}

type Found = DomainError | Finding


def missing(code: str, field: str, text: str) -> Finding:
    return Finding(rule="", severity=Severity.MISSING, code=code, field=field, text=text)


def warning(code: str, field: str, text: str) -> Finding:
    return Finding(rule="", severity=Severity.WARNING, code=code, field=field, text=text)


def answered(answer: bool | None, field: str, question: str) -> Finding | None:
    """Nothing, or that a question of the form was left open."""
    if answer is not None:
        return None
    return missing("answer-missing", field, f"Bitte beantworten Sie noch: {question}")
