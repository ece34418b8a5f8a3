"""Abschluss: a case is closed once nothing in it is open, on a closing note of another person; from then on its file is kept.

A stream per case. What payout and the recipient tell of drawdowns and payments is noted here, so that it is known what of the
money is under way; whatever comes after the closure opens the case again. Nothing is deleted by it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review.examination import ReasonMissing
from shared import duties
from shared.calendar import Deadline
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role

WRITE, CLOSE = "write-closing-note", "close-case"


class Step(StrEnum):
    """What money does on its way to the recipient, and back."""

    REQUESTED = "requested"
    EXAMINED = "examined"
    ORDERED = "ordered"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"
    REPAID = "repaid"


class OpenPoint(StrEnum):
    """What stands in the way of a closure."""

    AWARD = "award"
    LAWSUIT = "lawsuit"
    REMEDY = "remedy"
    CHANGE = "change"
    PROOF = "proof"
    CLAIM = "claim"
    EXCESS = "excess"
    SIDE_CONDITION = "side-condition"
    DRAWDOWN = "drawdown"
    PAYMENT = "payment"


# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class NoteStep:
    """`name` is the drawdown's, the payment's or the repayment's; `cents` what of it was accepted, ordered or paid."""

    step: Step
    name: str
    drawdown: str
    cents: int
    happened_on: date
    number: int = 1


@value
class WriteClosingNote:
    """`is_proven` is whether the proof of use is accepted, or nothing of the award is left that could be proven."""

    note: str
    is_proven: bool
    acted: tuple[Acted, ...]


@value
class CloseCase:
    """`open_points` are open beside what this noun knows itself; the years are those of the parameters in force."""

    open_points: tuple[OpenPoint, ...]
    proven_on: date
    retention_years: int
    recipient_retention_years: int
    acted: tuple[Acted, ...]


@value
class EndRetention:
    """The file has been kept as long as it has to be."""


type Command = NoteStep | WriteClosingNote | CloseCase | EndRetention

# ---- Events ---------------------------------------------------------------------------------------------------------


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

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Closure:
    """`steps` are in the order in which they were told, which is not that in which they happened."""

    steps: tuple[MoneyStepNoted, ...] = ()
    note: ClosingNoteWritten | None = None
    notes: int = 0
    closed: CaseClosed | None = None
    closures: int = 0
    ended: RetentionEnded | None = None
    reopened: CaseReopened | None = None
    acted: tuple[Acted, ...] = ()

    @property
    def open_payments(self) -> tuple[str, ...]:
        """Payments that are ordered and neither settled nor rejected."""
        over = {it.name for it in self.steps if it.step in (Step.SETTLED, Step.REJECTED)}
        return tuple(it.name for it in self.steps if it.step == Step.ORDERED and it.name not in over)

    @property
    def open_drawdowns(self) -> tuple[str, ...]:
        """Drawdowns that are neither refused nor paid as far as they were accepted; what came back is not paid."""
        known = (Step.REQUESTED, Step.EXAMINED, Step.ORDERED)
        asked = dict.fromkeys(it.drawdown for it in self.steps if it.step in known)
        return tuple(it for it in asked if self._is_open(it))

    def _is_open(self, drawdown: str) -> bool:
        of_it = [it for it in self.steps if it.drawdown == drawdown]
        examined = max((it for it in of_it if it.step == Step.EXAMINED), key=lambda it: it.number, default=None)
        if examined is None:
            return True
        paid = sum(it.cents for it in of_it if it.step == Step.SETTLED)
        came_back = sum(it.cents for it in of_it if it.step == Step.RETURNED)
        return paid - came_back < examined.cents

    @property
    def open_points(self) -> tuple[OpenPoint, ...]:
        """What of the money is under way."""
        ordered = (OpenPoint.PAYMENT,) if self.open_payments else ()
        return (*ordered, *((OpenPoint.DRAWDOWN,) if self.open_drawdowns else ()))

    @property
    def disposable_on(self) -> date | None:
        """The first day on which the file need not be kept any more; None as long as the clock has nothing to do."""
        return self.closed.retention.expired_from if self.closed and self.ended is None else None


# ---- Errors ---------------------------------------------------------------------------------------------------------


class CaseIsClosed(DomainError):
    code = "case-is-closed"
    title = "Der Vorgang ist abgeschlossen."


class ClosingNoteMissing(DomainError):
    code = "closing-note-missing"
    title = "Abgeschlossen wird auf einen Schlussvermerk; er fehlt noch."


class ProofNotAccepted(DomainError):
    code = "proof-not-accepted"
    title = "Der Verwendungsnachweis ist noch nicht anerkannt; vorher endet der Vorgang nicht."


class AwardOpen(DomainError):
    code = "award-open"
    title = "Abgeschlossen wird ein Vorgang, in dem bewilligt ist."


class LawsuitOpen(DomainError):
    code = "lawsuit-open"
    title = "Eine Klage ist anhängig; abgeschlossen werden kann, wenn sie beendet ist."


class RemedyOpen(DomainError):
    code = "remedy-open"
    title = "Ein Bescheid ist noch nicht bestandskräftig."


class ChangeOpen(DomainError):
    code = "change-open"
    title = "Eine Änderung der Bewilligung ist noch im Gang: Antrag, Anhörung, Vorschlag oder Rückführung der Mittel."


class ClaimOpen(DomainError):
    code = "claim-open"
    title = "Eine Rückforderung ist vorgeschlagen oder noch nicht erledigt."


class ExcessOpen(DomainError):
    code = "excess-open"
    title = "Es ist mehr gezahlt, als bleibt; die Rückforderung ist zu entscheiden."


class ConditionOpen(DomainError):
    code = "side-condition-open"
    title = "Eine Nebenbestimmung ist noch zu erfüllen; möglich sind Erfüllung, Verzicht oder die Feststellung eines Verstoßes."


class DrawdownOpen(DomainError):
    code = "drawdown-open"
    title = "Ein Mittelabruf ist noch nicht geprüft oder nicht ausgezahlt."


class PaymentOpen(DomainError):
    code = "payment-open"
    title = "Eine angeordnete Zahlung ist noch nicht ausgeführt."


ERRORS: Mapping[OpenPoint, type[DomainError]] = {
    OpenPoint.AWARD: AwardOpen,
    OpenPoint.LAWSUIT: LawsuitOpen,
    OpenPoint.REMEDY: RemedyOpen,
    OpenPoint.CHANGE: ChangeOpen,
    OpenPoint.PROOF: ProofNotAccepted,
    OpenPoint.CLAIM: ClaimOpen,
    OpenPoint.EXCESS: ExcessOpen,
    OpenPoint.SIDE_CONDITION: ConditionOpen,
    OpenPoint.DRAWDOWN: DrawdownOpen,
    OpenPoint.PAYMENT: PaymentOpen,
}

# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, closure: Closure, context: Context) -> Sequence[Event]:
    match command:
        case NoteStep():
            return _note(command, closure, context)
        case WriteClosingNote():
            return _write(command, closure, context)
        case CloseCase():
            return _close(command, closure, context)
        case EndRetention():
            return _end(closure, context)
        case _ as missing:
            assert_never(missing)


def _note(command: NoteStep, closure: Closure, context: Context) -> Sequence[Event]:
    noted = MoneyStepNoted(
        step=command.step, name=command.name, drawdown=command.drawdown, cents=command.cents,
        happened_on=command.happened_on, number=command.number,
    )  # fmt: skip
    if any((it.step, it.name, it.number) == (noted.step, noted.name, noted.number) for it in closure.steps):
        return []
    if closure.closed is None:
        return [noted]
    number, on = closure.closed.number, context.valid_on
    return [noted, CaseReopened(number=number, step=command.step, name=command.name, reopened_on=on)]


def _write(command: WriteClosingNote, closure: Closure, context: Context) -> Sequence[Event]:
    written = ClosingNoteWritten(
        number=closure.notes + 1, note=command.note, written_by=context.actor, written_on=context.valid_on
    )
    if closure.note and (closure.note.note, closure.note.written_by) == (written.note, written.written_by):
        return []
    if closure.closed:
        raise CaseIsClosed
    if not command.is_proven:
        raise ProofNotAccepted
    if not command.note.strip():
        raise ReasonMissing("Wie endet der Vorgang?", field="note")
    duties.refuse(WRITE, (*command.acted, *closure.acted), context)
    return [written]


def _close(command: CloseCase, closure: Closure, context: Context) -> Sequence[Event]:
    if closure.closed:
        return []
    if open_here := (*command.open_points, *closure.open_points):
        more = " ".join(ERRORS[it].title for it in open_here[1:])
        raise ERRORS[open_here[0]](f"Offen ist außerdem: {more}" if more else "")
    if closure.note is None:
        raise ClosingNoteMissing
    duties.refuse(CLOSE, (*command.acted, *closure.acted), context)
    return [
        CaseClosed(
            number=closure.closures + 1, note=closure.note.number,
            retention=kept(context.valid_on, command.retention_years, "der Vorgang abgeschlossen wurde"),
            recipient_retention=kept(
                command.proven_on, command.recipient_retention_years, "der Verwendungsnachweis vorgelegt wurde"
            ),
            closed_by=context.actor, closed_on=context.valid_on,
            acted=duties.with_act(closure.acted, context.actor, Role.APPROVER, CLOSE),
        )
    ]  # fmt: skip


def kept(since_on: date, years: int, what: str) -> Deadline:
    """Until when something is kept: whole years, which begin with the end of the year in which the reason for it fell."""
    length = f"{years} Jahre" if years != 1 else "1 Jahr"
    rule = (
        f"{length} ab dem Ende des Jahres {since_on.year}, in dem {what} ({since_on:%d.%m.%Y}; Parameter der Regelung)"
    )
    return Deadline(ends_on=date(since_on.year + years, 12, 31), rule=rule)


def _end(closure: Closure, context: Context) -> Sequence[Event]:
    if closure.closed is None or closure.ended or context.valid_on <= closure.closed.retention.ends_on:
        return []
    on = closure.closed.retention.ends_on
    return [RetentionEnded(number=closure.closed.number, ended_on=on, noted_on=context.valid_on)]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(closure: Closure, it: Event) -> Closure:
    match it:
        case MoneyStepNoted():
            return replace(closure, steps=(*closure.steps, it))
        case ClosingNoteWritten():
            acted = duties.with_act(closure.acted, it.written_by, Role.USAGE_AUDITOR, WRITE)
            return replace(closure, note=it, notes=it.number, acted=acted)
        case CaseClosed():
            return replace(closure, closed=it, closures=it.number, reopened=None, acted=it.acted)
        case CaseReopened():
            return replace(closure, closed=None, note=None, ended=None, reopened=it)
        case RetentionEnded():
            return replace(closure, ended=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Closure](
    name="closure",
    initial=Closure(),
    decide=decide,
    evolve=evolve,
    events=[MoneyStepNoted, ClosingNoteWritten, CaseClosed, CaseReopened, RetentionEnded],
)
