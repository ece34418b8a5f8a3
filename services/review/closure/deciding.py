"""What may be noted, written and closed."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.review.closure.commands import CLOSE, WRITE, CloseCase, Command, EndRetention, NoteStep, WriteClosingNote
from services.review.closure.errors import ERRORS, CaseIsClosed, ClosingNoteMissing, ProofNotAccepted
from services.review.closure.events import (
    CaseClosed,
    CaseReopened,
    ClosingNoteWritten,
    Event,
    MoneyStepNoted,
    RetentionEnded,
)
from services.review.closure.states import Closure
from services.review.examination import ReasonMissing
from shared import duties
from shared.calendar import Deadline
from shared.decider import Context
from shared.identity import Role


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
