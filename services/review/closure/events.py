"""What happened on the way to a case's closure, and after it."""

from datetime import date

from services.review.closure.commands import (
    Step,
)
from shared.calendar import Deadline
from shared.contracts import Acted
from shared.decider import event


@event("review.money-step-noted")
class MoneyStepNoted:
    """Noted from payout or the recipient: a drawdown or a payment went a step (Stand von Mittelabruf und Zahlung vermerkt).

    `number` tells the examinations of one drawdown apart; the last counts.
    """

    step: Step
    name: str
    drawdown: str
    cents: int
    happened_on: date
    number: int = 1


@event("review.closing-note-written")
class ClosingNoteWritten:
    """A person noted how the case ends (Schlussvermerk); `number` counts the case's notes, the last one counts."""

    number: int
    note: str
    written_by: str
    written_on: date


@event("review.case-closed")
class CaseClosed:
    """The case is closed on the closing note `note` (Abschluss): nothing in it is open.

    The file is kept until `retention`, the recipient keeps its books until `recipient_retention`, each with its rule.
    """

    number: int
    note: int
    retention: Deadline
    recipient_retention: Deadline
    closed_by: str
    closed_on: date
    acted: tuple[Acted, ...]


@event("review.case-reopened")
class CaseReopened:
    """Money moved after the closure `number` (Wiederaufnahme der Geldseite): the case is open until it is closed anew."""

    number: int
    step: Step
    name: str
    reopened_on: date


@event("review.retention-ended")
class RetentionEnded:
    """The file has been kept long enough and can be disposed of (Ende der Aufbewahrung); nothing is deleted by that."""

    number: int
    ended_on: date
    noted_on: date


type Event = MoneyStepNoted | ClosingNoteWritten | CaseClosed | CaseReopened | RetentionEnded
