"""Die Kriterien des fachlichen Votums als Tabelle: what the opinion says of each, with the rating."""

from typing import Any

from services.review.api.case_answers import OpinionGiven
from shared.rules import in_words


def criteria_table(it: OpinionGiven) -> dict[str, Any]:
    """What the opinion says of each criterion, with the rating."""
    columns = [
        {"key": "title", "title": "Kriterium"},
        {"key": "points", "title": "Bewertung"},
        {"key": "weight", "title": "Gewicht", "kind": "number"},
        {"key": "text", "title": "Feststellung"},
    ]
    rows: list[dict[str, Any]] = [
        {"title": one.title, "points": one.told, "weight": one.weight, "text": one.text} for one in it.criteria
    ]
    rating = in_words("rating_bp", it.rating_bp) if it.rating_bp is not None else ""
    note = f"nach der Verwaltungspraxis {it.practice_sha256[:12]}"
    footer = {"title": "Gewichtete Bewertung", "points": rating, "weight": None, "text": note}
    return {"caption": "Fachliches Votum: Kriterien", "columns": columns, "rows": rows, "footer": footer}
