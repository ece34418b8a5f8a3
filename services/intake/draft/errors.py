"""What a draft does not allow in its present state."""

from typing import ClassVar

from shared.decider import DomainError


class DraftUnknown(DomainError):
    code = "unknown-draft"
    title = "Diesen Entwurf gibt es hier nicht."
    status: ClassVar[int] = 404


class DraftOver(DomainError):
    """`detail` says what became of it."""

    code = "draft-over"
    title = "Dieser Entwurf ist abgeschlossen."


class DraftChanged(DomainError):
    code = "draft-changed"
    title = "Dieser Entwurf wurde inzwischen anderswo gespeichert."
    status: ClassVar[int] = 412


class DraftSavedTooOften(DomainError):
    code = "draft-saved-too-often"
    title = "Dieser Entwurf wurde so oft gespeichert, dass er keine Änderung mehr aufnimmt. Bitte reichen Sie ihn ein oder beginnen Sie einen neuen."


class DraftStillKept(DomainError):
    code = "draft-still-kept"
    title = "Dieser Entwurf wird noch aufbewahrt."


BOTH = "Ihr Stand ist nicht verloren und noch nicht gespeichert. Lesen Sie zuerst den anderen, dann speichern Sie."
