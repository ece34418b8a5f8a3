"""Würdigung: what intake's checks warned of is taken note of by a reviewer, with what follows from it, before an award is proposed.

A part of the assessment's own stream. A warning never decides anything; passed over silently it would be worth nothing.
"""

from collections.abc import Sequence
from datetime import date

from services.review.examination import ReasonMissing
from shared import duties
from shared.contracts import Acted
from shared.contracts.intake import Finding
from shared.decider import Context, DomainError, event, value

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class AcknowledgeWarnings:
    consideration: str


# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.warnings-acknowledged")
class WarningsAcknowledged:
    """A reviewer took note of what intake's checks warned of, and says what follows from it (Hinweise gewürdigt).

    `codes` are the warnings' codes in the order of the form's checks.
    """

    codes: tuple[str, ...]
    consideration: str
    acknowledged_by: str
    acknowledged_on: date


# ---- Errors ---------------------------------------------------------------------------------------------------------


class WarningsOpen(DomainError):
    """`detail` names them."""

    code = "warnings-open"
    title = "Zuerst sind die Hinweise aus der Prüfung des Antrags zu würdigen."


class NoWarnings(DomainError):
    code = "no-warnings"
    title = "Zu diesem Antrag gibt es keine Hinweise, die zu würdigen wären."


# ---- Decide ---------------------------------------------------------------------------------------------------------


def warnings_of(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What a reviewer has to take note of; what was missing is the affair of intake."""
    return tuple(it for it in findings if it.severity == "warning")


def acknowledge(
    command: AcknowledgeWarnings,
    findings: Sequence[Finding],
    known: WarningsAcknowledged | None,
    acted: tuple[Acted, ...],
    context: Context,
) -> Sequence[WarningsAcknowledged]:
    if known and (known.consideration, known.acknowledged_by) == (command.consideration.strip(), context.actor):
        return []
    warnings = warnings_of(findings)
    if not warnings:
        raise NoWarnings
    duties.refuse("acknowledge-warnings", acted, context)
    if not command.consideration.strip():
        raise ReasonMissing(field="consideration")
    return [
        WarningsAcknowledged(
            codes=tuple(it.code for it in warnings),
            consideration=command.consideration.strip(),
            acknowledged_by=context.actor,
            acknowledged_on=context.valid_on,
        )
    ]
