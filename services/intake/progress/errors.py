"""What cannot be noted."""

from shared.decider import DomainError


class ContradictoryNote(DomainError):
    """The same fact arrived with other content: never overwritten, an operator must look."""

    code = "contradictory-note"
    title = "Diese Mitteilung widerspricht einer früheren."
