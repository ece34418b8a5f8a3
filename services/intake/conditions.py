"""Nebenbestimmungen aus Sicht der Kommune: what the notice demands, and how it stands with it as far as review told."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.intake.progress import AwardAnnounced, Progress, SideConditionAssessed
from shared.decider import value
from shared.policy import CONDITION_TITLES, ConditionKind
from shared.rendering import german_date

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "open": ("offen", "warning"),
    "overdue": ("überfällig", "danger"),
    "fulfilled": ("erfüllt", "success"),
    "waived": ("verzichtet", "info"),
    "violated": ("verletzt", "danger"),
    "nothing-to-do": ("nichts zu tun", "neutral"),
}
WAITING = frozenset({"open", "overdue", "violated"})


@value
class ConditionStatus:
    """One side condition of the notice; `outcome` is `open`, `nothing-to-do` or what review found last, `text` why."""

    number: int
    kind: str
    demand: str
    law: str
    bars: str
    due_on: date | None
    proof: str
    outcome: str
    text: str = ""


def conditions(progress: Progress) -> Sequence[ConditionStatus]:
    """The side conditions in the notice's order."""
    award = progress.only(AwardAnnounced)
    last: dict[int, SideConditionAssessed] = {}
    for it in sorted(progress.noted(SideConditionAssessed), key=lambda it: it.revision):
        last[it.number] = it
    return [
        ConditionStatus(
            number=it.number,
            kind=it.kind,
            demand=it.text,
            law=it.law,
            bars=it.bars,
            due_on=it.due_on,
            proof=it.proof,
            outcome=known.outcome if known else _first(it.kind),
            text=known.text if known else "",
        )
        for it in (award.side_conditions if award else ())
        for known in (last.get(it.number),)
    ]


def _first(kind: str) -> str:
    return "nothing-to-do" if ConditionKind(kind).reserves else "open"


def told_before_payment(progress: Progress) -> str:
    """What has to be fulfilled before money is paid out, as a sentence; empty when nothing is in the way."""
    waiting = [it for it in conditions(progress) if it.bars != "nothing" and it.outcome in WAITING]
    if not waiting:
        return ""
    demands = " ".join(f"Nr. {it.number}: {it.demand}" for it in waiting)
    return f" Vor der Auszahlung sind Nebenbestimmungen zu erfüllen: {demands}"


def conditions_table(its: Sequence[ConditionStatus]) -> dict[str, Any]:
    """The side conditions on the municipality's page."""
    rows = [
        {
            "number": f"Nr. {it.number}",
            "demand": {"text": it.demand, "note": f"{CONDITION_TITLES[ConditionKind(it.kind)]}, {it.law}"},
            "due": german_date(it.due_on) if it.due_on else "",
            "proof": it.proof,
            "outcome": {"text": OUTCOMES[it.outcome][0], "tone": OUTCOMES[it.outcome][1]},
        }
        for it in its
    ]
    columns = [
        {"key": "number", "title": "Nr."},
        {"key": "demand", "title": "Nebenbestimmung"},
        {"key": "due", "title": "bis"},
        {"key": "proof", "title": "Nachweis"},
        {"key": "outcome", "title": "Stand", "kind": "badge"},
    ]
    return {"caption": "Nebenbestimmungen des Bescheids", "columns": columns, "rows": rows}
