"""Die Felder für Nebenbestimmungen im Formular des Vorschlags: texts of the practice to choose, and some to write."""

from collections.abc import Sequence

from services.review.assessment import AwardProposed
from services.review.pages.form_fields import FormField
from services.review.side_condition import REQUIREMENT_LAW
from services.review.words.fulfilment import BARS
from shared.contracts import SideCondition
from shared.policy import CONDITION_TITLES, ConditionBlock

WRITTEN = 2
"""How many side conditions the page offers to write for the case; over the interface there may be more."""


def side_condition_fields(blocks: Sequence[ConditionBlock], made: AwardProposed | None) -> list[FormField]:
    """Each text of the practice once to choose, then empty places for own texts; what was proposed before is filled in."""
    before = made.side_conditions if made else ()
    chosen = {it.code: it for it in before if it.code}
    demanded = [it for it in before if not it.code and it.law == REQUIREMENT_LAW and not it.proof and not it.due_on]
    written = [it for it in before if not it.code and it not in demanded]
    fields: list[FormField] = []
    for index, it in enumerate(blocks):
        fields += _block(f"side_conditions.{index}", it, chosen.get(it.code))
    for index in range(max(WRITTEN, len(written))):
        known = written[index] if index < len(written) else None
        fields += _written(f"side_conditions.{len(blocks) + index}", index + 1, known)
    return fields


def _block(at: str, it: ConditionBlock, chosen: SideCondition | None) -> list[FormField]:
    return [
        {
            "name": f"{at}.code", "label": f"Nebenbestimmung: {it.title} ({CONDITION_TITLES[it.kind]})", "kind": "select",
            "options": [{"value": it.code, "text": "in den Bescheid aufnehmen"}], "quiet": True, "hint": it.text,
            "value": it.code if chosen else "",
        },
    ]  # fmt: skip


def _written(at: str, number: int, known: SideCondition | None) -> list[FormField]:
    kinds = [{"value": str(it), "text": text} for it, text in CONDITION_TITLES.items()]
    bars = [{"value": str(it), "text": text} for it, text in BARS.items()]
    label = f"{number}. eigene Nebenbestimmung"
    return [
        {"name": f"{at}.text", "label": f"{label}: Wortlaut", "quiet": True, "value": known.text if known else ""},
        {"name": f"{at}.kind", "label": f"{label}: Art", "kind": "select", "options": kinds, "quiet": True,
         "value": known.kind if known else ""},
        {"name": f"{at}.law", "label": f"{label}: Rechtsgrundlage", "quiet": True, "value": known.law if known else ""},
        {"name": f"{at}.bars", "label": f"{label}: hält Auszahlung auf", "kind": "select", "options": bars, "quiet": True,
         "value": known.bars if known else ""},
        {"name": f"{at}.due_on", "label": f"{label}: zu erfüllen bis", "kind": "date", "quiet": True, "width": "date",
         "value": known.due_on.isoformat() if known and known.due_on else ""},
        {"name": f"{at}.proof", "label": f"{label}: Nachweis", "quiet": True, "value": known.proof if known else ""},
    ]  # fmt: skip
