"""Dateikalender: the rules by which a file of the treasury is due, read from a file, and the instant that they give."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.payout.expectation import ExpectFile, FileKind
from shared.calendar import local_date, local_instant, local_time, next_target_day, target_days_after

SHIPPED = Path(__file__).parent / "file_calendar.toml"
type _Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
type Format = Literal["iso20022", "hkr-xml", "hkr-csv", "manual"]


class CutOff(BaseModel):
    """What is handed over later than `at` counts as handed over on the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: time
    source: _Text


class Rule(BaseModel):
    """One kind of file: what it is counted from, how many TARGET days, until which time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FileKind
    title: _Text
    formats: tuple[Format, ...]
    begins: Literal["hand-over", "execution", "movement", "statement", "recall", "promise"]
    target_days: Annotated[int, Field(ge=0, le=60)]
    at: time
    source: _Text


class FileCalendar(BaseModel):
    """All rules of one treasury."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cut_off: CutOff
    expected: tuple[Rule, ...]

    @model_validator(mode="after")
    def _knows_every_format(self) -> "FileCalendar":
        owing = {one for it in self.expected if it.begins in ("hand-over", "execution") for one in it.formats}
        if missing := {"iso20022", "hkr-xml", "hkr-csv", "manual"} - owing:
            raise ValueError(f"Nach einer Datei {min(missing)} würde nichts erwartet.")
        if any((it.kind == FileKind.STATEMENT) != (it.begins in ("movement", "statement")) for it in self.expected):
            raise ValueError(
                "Ein Kontoauszug wird nach einem Buchungstag oder nach dem Auszug davor erwartet, sonst nichts."
            )
        return self

    def of_batch(
        self, batch: str, format: str, account: str, handed_over_at: datetime, execution_on: date
    ) -> Sequence[ExpectFile]:
        """What is owed for a batch that the treasury was given."""
        given_on = self._given_on(handed_over_at)
        begins = {"hand-over": given_on, "execution": max(execution_on, given_on)}
        rules = [it for it in self.expected if format in it.formats and it.begins in begins]
        return [_expect(it, account, batch, begins[it.begins]) for it in rules]

    def of_recall(self, recall: str, account: str, handed_over_at: datetime, format: str) -> Sequence[ExpectFile]:
        """The answer to a request to cancel."""
        rules = [it for it in self.expected if format in it.formats and it.begins == "recall"]
        return [_expect(it, account, recall, self._given_on(handed_over_at)) for it in rules]

    def of_return(self, payment: str, account: str, promised_at: datetime) -> Sequence[ExpectFile]:
        """The money of a payment that was promised back."""
        rules = [it for it in self.expected if it.begins == "promise"]
        return [_expect(it, account, payment, self._given_on(promised_at)) for it in rules]

    @property
    def follows_movements(self) -> bool:
        """Whether a statement is owed for days on which something was booked."""
        return any(it.begins == "movement" for it in self.expected)

    def of_movement(self, account: str, on: date, format: str) -> Sequence[ExpectFile]:
        """The statement of a day on which something was booked."""
        rules = [it for it in self.expected if format in it.formats and it.begins == "movement"]
        return [_expect(it, account, on.isoformat(), on) for it in rules]

    def after_statement(self, account: str, last_on: date, format: str) -> Sequence[ExpectFile]:
        """The statement that follows the one of this day."""
        day = next_target_day(last_on + timedelta(days=1))
        rules = [it for it in self.expected if format in it.formats and it.begins == "statement"]
        return [_expect(it, account, day.isoformat(), day) for it in rules]

    def _given_on(self, at: datetime) -> date:
        late = timedelta(days=1) if local_time(at) > self.cut_off.at else timedelta()
        return next_target_day(local_date(at) + late)


_BEGINS = {
    "hand-over": "übergeben am",
    "execution": "auszuführen am",
    "movement": "gebucht am",
    "statement": "Auszug des",
    "recall": "Rückruf vom",
    "promise": "zugesagt am",
}


def _expect(rule: Rule, account: str, about: str, begins_on: date) -> ExpectFile:
    on = target_days_after(begins_on, rule.target_days)
    days = f" und {rule.target_days} Geschäftstage (TARGET)" if rule.target_days > 1 else ""
    days = " und ein Geschäftstag (TARGET)" if rule.target_days == 1 else days
    told = f"{_BEGINS[rule.begins]} {begins_on:%d.%m.%Y}{days}: bis {on:%d.%m.%Y}, {rule.at:%H:%M} Uhr ({rule.source})"
    return ExpectFile(
        kind=rule.kind, title=rule.title, account=account, about=about, due_at=local_instant(on, rule.at), rule=told
    )


@cache
def calendar_of(path: Path) -> FileCalendar:
    """The calendar in this file; raises a `ValueError` that says what is wrong with it."""
    return FileCalendar.model_validate(tomllib.loads(path.read_text("utf-8")))
