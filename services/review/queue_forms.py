"""Formulare am Arbeitsvorrat: cases that nobody has are given out together, and a person says once what ties them to a municipality."""

from typing import Any
from uuid import uuid4

from services.review import municipal_tie
from services.review.municipal_tie import TIE_TITLES
from services.review.pages.form_fields import Form, FormField, chosen, line
from services.review.pages.forms import Rejected, shown
from shared.access import Person
from shared.duties import MATRIX
from shared.identity import Role
from shared.views import Page

QUEUE = "/review/"


def queue_forms(found: Page, person: Person, rejected: Rejected | None) -> list[dict[str, Any]]:
    """What this person can begin from the queue."""
    forms: list[dict[str, Any]] = []
    free = [it.body for it in found.entries if not it.body["reviewer"]]
    if Role.APPROVER in person.roles and free:
        fields: list[FormField] = [
            {
                "name": f"cases.{index}", "label": f"{it['file_number']}, {it['applicant_name']}", "kind": "select",
                "options": [{"value": it["case"], "text": "zuweisen"}], "quiet": True, "value": "",
            }
            for index, it in enumerate(free)
        ]  # fmt: skip
        form = Form(
            fields=[line("person", "Kennung der Person"), *fields],
            submit="Zuweisen",
            text="Vorgänge dieser Seite, die niemandem zugewiesen sind; zugewiesen werden alle gewählten oder keiner.",
        )
        forms.append(_form("assign-cases", "Vorgänge zuweisen", "/review/assignments", form, rejected))
    if person.roles & MATRIX.roles[municipal_tie.ACTION]:
        options = {str(it): text for it, text in TIE_TITLES.items()}
        form = Form(
            fields=[
                line("key", "Amtlicher Gemeindeschlüssel"),
                chosen("ground", "Was Sie an die Kommune bindet", options),
            ],
            submit="Bindung erklären",
            text="Wer nur in der Kommune wohnt, ist nicht ausgeschlossen (§ 20 Abs. 1 Satz 3 VwVfG).",
            consequence="Danach können Sie in keinem Vorgang dieser Kommune mehr handeln.",
        )
        title = "Bindung an eine Kommune erklären"
        forms.append(_form(municipal_tie.ACTION, title, "/review/municipal-ties", form, rejected))
    return forms


def _form(name: str, title: str, path: str, form: Form, rejected: Rejected | None) -> dict[str, Any]:
    mine = rejected if rejected and rejected.action == name else None
    safeguards = {"idempotency_key": str(uuid4())}
    return shown(name, title, path, form, back=QUEUE, rejected=mine, safeguards=safeguards, more={"tone": "secondary"})
