"""Die Felder für die Kriterien im Formular des fachlichen Votums: for each its points and a sentence."""

from collections.abc import Sequence

from services.review.assessment import ExpertOpinionRecorded
from services.review.pages.form_fields import FormField, hidden
from shared.policy import Criterion, CriterionKind


def criteria_fields(criteria: Sequence[Criterion], made: ExpertOpinionRecorded | None) -> list[FormField]:
    """Points and a sentence for each criterion of the practice in force; what was said before is filled in."""
    before = {it.code: it for it in made.criteria} if made else {}
    fields: list[FormField] = []
    for index, it in enumerate(criteria):
        at, known = f"criteria.{index}", before.get(it.code)
        label = f"Kriterium: {it.title}"
        if it.kind == CriterionKind.YES_NO:
            options = [{"value": "1", "text": "ja"}, {"value": "0", "text": "nein"}]
        else:
            options = [{"value": str(one), "text": f"{one} von {it.highest}"} for one in range(it.highest + 1)]
        hint = f"Gewicht {it.weight}; {it.source}"
        fields += [
            hidden(f"{at}.code", it.code),
            {"name": f"{at}.points", "label": label, "kind": "select", "options": options, "required": it.required,
             "quiet": not it.required, "hint": hint, "value": str(known.points) if known else ""},
            {"name": f"{at}.text", "label": f"{label}: Bewertung", "required": it.required, "quiet": not it.required,
             "value": known.text if known else ""},
        ]  # fmt: skip
    return fields
