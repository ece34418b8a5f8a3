"""Abschluss in Worten: the timeline, how it stands with it, the steps and their forms."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review import closure as c
from services.review.closure import Closure, Step
from services.review.pages.form_fields import Form, area
from services.review.words import Words
from shared.money import euros

STEPS: dict[Step, str] = {
    Step.REQUESTED: "Mittelabruf eingegangen",
    Step.EXAMINED: "Mittelabruf geprüft",
    Step.ORDERED: "Auszahlung angeordnet",
    Step.SETTLED: "Auszahlung ausgeführt",
    Step.REJECTED: "Auszahlung zurückgewiesen",
    Step.RETURNED: "Rücklauf einer Auszahlung",
    Step.REPAID: "Rückzahlung eingegangen",
}


class ClosureTold(BaseModel):
    """How it stands with the end of a case: its closing note, when it was closed, until when its file is kept and why so long."""

    note: str
    noted_on: date | None
    closed_on: date | None
    retained_until_on: date | None
    retention_rule: str
    recipient_keeps_until_on: date | None
    recipient_rule: str
    disposable: bool
    reopened_on: date | None
    reopened_by: str


def told_closure(it: Closure) -> ClosureTold | None:
    """The end of a case; None as long as nobody spoke of it."""
    if it.note is None and it.reopened is None:
        return None
    closed, reopened = it.closed, it.reopened
    return ClosureTold(
        note=it.note.note if it.note else "", noted_on=it.note and it.note.written_on,
        closed_on=closed and closed.closed_on, retained_until_on=closed and closed.retention.ends_on,
        retention_rule=closed.retention.rule if closed else "",
        recipient_keeps_until_on=closed and closed.recipient_retention.ends_on,
        recipient_rule=closed.recipient_retention.rule if closed else "", disposable=it.ended is not None,
        reopened_on=reopened and reopened.reopened_on, reopened_by=STEPS[reopened.step] if reopened else "",
    )  # fmt: skip


def closure_table(it: ClosureTold) -> dict[str, Any]:
    """How it stands with the end of a case, on its page."""
    told = [
        ("Schlussvermerk", it.note, it.noted_on),
        ("abgeschlossen", "", it.closed_on),
        ("Aufbewahrung der Akte bis", it.retention_rule, it.retained_until_on),
        ("Aufbewahrung bei der Kommune bis", it.recipient_rule, it.recipient_keeps_until_on),
        ("nach dem Abschluss wieder offen", it.reopened_by, it.reopened_on),
    ]
    rows: list[dict[str, Any]] = [{"topic": {"text": topic, "note": text}, "on": on} for topic, text, on in told if on]
    if it.disposable:
        rows.append({"topic": {"text": "Die Akte kann ausgesondert werden", "note": ""}, "on": it.retained_until_on})
    columns = [{"key": "topic", "title": "Punkt"}, {"key": "on", "title": "Tag", "kind": "date"}]
    return {"caption": "Abschluss", "columns": columns, "rows": rows}


def tell_of_closure(it: object) -> Words | None:
    """What the timeline says of the end of a case; None when it is none of these."""
    match it:
        case c.MoneyStepNoted(step=step):
            why = f"{euros(it.cents)} am {it.happened_on:%d.%m.%Y}"
            return Words(title=f"Vermerkt: {STEPS[step]}", why=why)
        case c.ClosingNoteWritten():
            return Words(title="Schlussvermerk geschrieben", tone="info", why=it.note)
        case c.CaseClosed():
            why = f"Die Akte wird bis {it.retention.ends_on:%d.%m.%Y} aufbewahrt: {it.retention.rule}."
            return Words(title="Vorgang abgeschlossen", tone="success", why=why)
        case c.CaseReopened():
            return Words(title="Vorgang wieder offen", tone="warning", why=f"Nach dem Abschluss: {STEPS[it.step]}.")
        case c.RetentionEnded():
            why = f"Die Aufbewahrung endete am {it.ended_on:%d.%m.%Y}. Gelöscht wird dadurch nichts."
            return Words(title="Akte kann ausgesondert werden", tone="info", why=why)
        case _:
            return None


def steps_of_closure(it: Closure, *, proven: bool) -> Sequence[str]:
    """What can be done to end the case; what is still open is told when somebody tries."""
    if it.closed or not proven:
        return ()
    return (c.CLOSE,) if it.note else (c.WRITE,)


def form_of_closure(name: str) -> Form | None:
    """The form of one of these steps; None when it is none."""
    match name:
        case c.WRITE:
            text = "Abschließen wird den Vorgang eine andere Person."
            return Form(fields=[area("note", "Schlussvermerk")], submit="Schlussvermerk schreiben", text=text)
        case c.CLOSE:
            consequence = "Die Frist der Aufbewahrung beginnt; die Kommune erfährt es."
            return Form(fields=[], submit="Vorgang abschließen", consequence=consequence)
        case _:
            return None
