"""Nebenbestimmungen in Worten: the timeline, the table of the page, the steps and their forms."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review import fulfilment as f
from services.review.fulfilment import Fulfilment, Standing, Tracked
from services.review.pages.form_fields import Form, FormField, area, day, line
from services.review.words import Words
from shared.contracts import SideCondition
from shared.policy import CONDITION_TITLES, Bars, ConditionKind

STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.OPEN: ("offen", "neutral"),
    Standing.OVERDUE: ("überfällig", "danger"),
    Standing.FULFILLED: ("erfüllt", "success"),
    Standing.WAIVED: ("verzichtet", "info"),
    Standing.VIOLATED: ("verletzt", "danger"),
    Standing.NOTHING_TO_DO: ("nichts zu erfüllen", "neutral"),
}
BARS: Mapping[Bars, str] = {
    Bars.NOTHING: "nein",
    Bars.FIRST_PAYMENT: "bis zur ersten Auszahlung",
    Bars.EVERY_PAYMENT: "bei jeder Auszahlung",
}


class SideConditionTold(BaseModel):
    """A side condition of the award, before that of the proposal; `standing` is empty until the notice went out."""

    number: int
    kind: str
    kind_title: str
    text: str
    law: str
    code: str
    bars: str
    due_on: date | None
    due_days: int
    proof: str
    standing: str
    standing_title: str
    told: str
    since_on: date | None


def told_conditions(fulfilment: Fulfilment, drafted: Sequence[SideCondition]) -> list[SideConditionTold]:
    """What the notice demands and how it stands with it, or what is proposed to be demanded."""
    if fulfilment.tracked:
        return [_told(it.condition, it) for it in fulfilment.tracked]
    return [_told(it, None) for it in drafted]


def _told(it: SideCondition, tracked: Tracked | None) -> SideConditionTold:
    return SideConditionTold(
        number=it.number, kind=it.kind, kind_title=CONDITION_TITLES[ConditionKind(it.kind)], text=it.text, law=it.law,
        code=it.code, bars=it.bars, due_on=it.due_on, due_days=it.due_days, proof=it.proof,
        standing=tracked.standing if tracked else "", standing_title=STANDINGS[tracked.standing][0] if tracked else "",
        told=tracked.told if tracked else "", since_on=tracked.since_on if tracked else None,
    )  # fmt: skip


def conditions_table(its: Sequence[SideConditionTold]) -> dict[str, Any]:
    """The side conditions on the case's page."""
    rows = [
        {
            "number": f"Nr. {it.number}",
            "text": {"text": it.text, "note": f"{it.kind_title}, {it.law}"},
            "due": _due(it),
            "bars": BARS[Bars(it.bars)],
            "standing": _standing(it),
            "told": it.told or it.proof,
        }
        for it in its
    ]
    columns = [
        {"key": "number", "title": "Nr."},
        {"key": "text", "title": "Nebenbestimmung"},
        {"key": "due", "title": "fällig"},
        {"key": "bars", "title": "hält Auszahlung auf"},
        {"key": "standing", "title": "Stand", "kind": "badge"},
        {"key": "told", "title": "Nachweis"},
    ]
    return {"caption": "Nebenbestimmungen (§ 36 VwVfG)", "columns": columns, "rows": rows}


def _due(it: SideConditionTold) -> str:
    if it.due_on:
        return f"{it.due_on:%d.%m.%Y}"
    return f"{it.due_days} Tage nach Bekanntgabe" if it.due_days else ""


def _standing(it: SideConditionTold) -> dict[str, str]:
    if not it.standing:
        return {"text": "vorgeschlagen", "tone": "neutral"}
    return {"text": it.standing_title, "tone": STANDINGS[Standing(it.standing)][1]}


def tell_of_fulfilment(it: object) -> Words | None:
    """What the timeline says of side conditions; None when it is none of these."""
    match it:
        case f.SideConditionsImposed():
            last = len(it.conditions)
            why = f"Nr. 1 bis {last}" if last > 1 else "Nr. 1"
            return Words(title="Nebenbestimmungen bekannt gegeben", tone="info", why=why)
        case f.SideConditionFulfilled():
            why = f"am {it.fulfilled_on:%d.%m.%Y}: {it.evidence}"
            return Words(title=f"Nebenbestimmung Nr. {it.number} erfüllt", tone="success", why=why)
        case f.SideConditionWaived():
            return Words(title=f"Auf Nebenbestimmung Nr. {it.number} verzichtet", tone="warning", why=it.reason)
        case f.SideConditionViolated():
            return Words(title=f"Verstoß gegen Nebenbestimmung Nr. {it.number}", tone="danger", why=it.findings)
        case f.SideConditionOverdue():
            why = f"zu erfüllen war sie bis {it.due_on:%d.%m.%Y}"
            return Words(title=f"Nebenbestimmung Nr. {it.number} überfällig", tone="warning", why=why)
        case _:
            return None


# ---- Steps and forms ------------------------------------------------------------------------------------------------

UNSETTLED = {Standing.OPEN, Standing.OVERDUE, Standing.VIOLATED}
OF_STEP: Mapping[str, set[Standing]] = {
    f.FULFIL: UNSETTLED,
    f.VIOLATE: {Standing.OPEN, Standing.OVERDUE, Standing.FULFILLED},
    f.WAIVE: UNSETTLED,
}
"""With which side conditions each step has something to do."""


def steps_of_fulfilment(fulfilment: Fulfilment) -> Sequence[str]:
    """What can be found of the case's side conditions now."""
    return [name for name in OF_STEP if _of_step(name, fulfilment)]


def _of_step(name: str, fulfilment: Fulfilment) -> Sequence[SideCondition]:
    return [it.condition for it in fulfilment.tracked if it.standing in OF_STEP[name]]


def form_of_fulfilment(name: str, fulfilment: Fulfilment, today: date) -> Form | None:
    """The form of one of these steps; None when it is none."""
    if name not in OF_STEP:
        return None
    which = _which(_of_step(name, fulfilment))
    match name:
        case f.FULFIL:
            fields = [which, line("evidence", "Nachweis"), day("fulfilled_on", "Erfüllt am", today)]
            return Form(fields=fields, submit="Erfüllung feststellen", text="Die Auszahlung erfährt davon.")
        case f.WAIVE:
            consequence = "Der Verzicht lässt sich nicht zurücknehmen; die Auszahlung wartet auf diese Nebenbestimmung nicht mehr."
            return Form(fields=[which, area("reason", "Grund")], submit="Verzichten", consequence=consequence)
        case _:
            text = "Ein Verstoß kann den Widerruf rechtfertigen (§ 49 Abs. 3 VwVfG); er hebt nichts von selbst auf."
            return Form(fields=[which, area("findings", "Worin er besteht")], submit="Verstoß feststellen", text=text)


def _which(its: Sequence[SideCondition]) -> FormField:
    options = [{"value": str(it.number), "text": f"Nr. {it.number}: {it.text[:80]}"} for it in its]
    return {"name": "number", "label": "Nebenbestimmung", "kind": "select", "required": True, "options": options, "value": ""}  # fmt: skip
