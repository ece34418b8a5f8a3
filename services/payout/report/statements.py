"""The statements of a file: noted with it, and what does not fit is opened as an item of it."""

from collections.abc import Mapping, Sequence

from services.payout import statement as statements
from services.payout.clearing import Unexplained
from services.payout.report.content import STATEMENT, BookingReport, Statement
from services.payout.report.taking_in import Turn
from shared.decider import AnyDecider


def streams_of(report: BookingReport) -> Mapping[str, AnyDecider]:
    """What a file's statements are judged against."""
    return {_stream(it): statements.decider for it in _of_accounts(report)}


def note_statements(turn: Turn, report: BookingReport, file_sha256: str) -> list[Unexplained]:
    """Every statement is noted; an incident is an item that names the statement."""
    found: list[Unexplained] = []
    for it in _of_accounts(report):
        stream = _stream(it)
        before = len(turn.decided.get(stream, ()))
        turn.act(stream, _noting(report, it, file_sha256))
        for event in turn.decided.get(stream, [])[before:]:
            found += [Unexplained(reference=it.id, reason=reason) for reason in _reasons(event)]
    return found


def _reasons(it: statements.Event) -> Sequence[str]:
    match it:
        case statements.StatementNoted():
            return it.findings
        case statements.StatementPageNoted():
            return ()
        case statements.StatementContradicted():
            return (statements.NUMBER_TWICE,)


def _of_accounts(report: BookingReport) -> Sequence[Statement]:
    """Only statements carry balances forward; notifications and reports during the day are numbered apart."""
    return [it for it in report.statements if it.account] if report.kind == STATEMENT else []


def _stream(it: Statement) -> str:
    return statements.decider.stream(statements.stream_id(it.account))


def _noting(report: BookingReport, it: Statement, file_sha256: str) -> statements.NoteStatement:
    return statements.NoteStatement(
        sha256=file_sha256,
        message_id=report.message_id,
        statement=it.id,
        year=it.closed_on.year if it.closed_on else 0,
        number=it.sequence,
        closed_on=it.closed_on,
        opening_cents=it.opening_cents,
        closing_cents=it.closing_cents,
        entries=it.entries,
        days=it.days,
        page=it.page,
        is_last=it.is_last,
    )
