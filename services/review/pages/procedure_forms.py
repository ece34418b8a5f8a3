"""Die Formulare neben dem Weg: hearing, hold, formal rejection; nothing is decided here."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from services.review.assessment import (
    DISPENSATION_TITLES,
    HOLD_TITLES,
    REJECTION_TITLES,
    Assessment,
    HearingNotServed,
    HearingSubject,
    RejectionPending,
    needs_hearing,
)
from services.review.pages.form_fields import Form, FormField, area, day, hidden
from services.review.proceeding import examined
from services.review.words.procedure import SUBJECTS
from shared.money import euros


def form_of_procedure(name: str, assessment: Assessment, today: date) -> Form | None:
    """The form of a step beside the road; None when it is none of these."""
    match name:
        case "open-hearing" | "dispense-with-hearing":
            return _before_hearing(name, assessment)
        case "record-statement":
            fields = [day("received_on", "Eingegangen am", today), area("consideration", "Würdigung")]
            return Form(fields=fields, submit="Stellungnahme würdigen", text=_period(assessment))
        case "extend-hearing":
            text = f"{_period(assessment)} Verlängert werden kann sie auch nach ihrem Ablauf (§ 31 Abs. 7 VwVfG)."
            return Form(
                fields=[_days("Neue Frist in Tagen ab heute", required=True)], submit="Frist verlängern", text=text
            )
        case "put-on-hold":
            fields = [
                _select("reason", "Grund", HOLD_TITLES),
                area("text", "Erläuterung"),
                day("resubmission_on", "Wiedervorlage am", today + timedelta(days=30)),
            ]
            consequence = "Bis zur Wiederaufnahme ruht der Vorgang; die Kommune sieht Grund und Wiedervorlage."
            return Form(fields=fields, submit="Zurückstellen", consequence=consequence)
        case "resume-case":
            return Form(fields=[area("reason", "Grund")], submit="Wieder aufnehmen")
        case "acknowledge-warnings":
            it = examined(assessment)
            text = " ".join(one.text for one in it.file.open_warnings) if it else ""
            return Form(fields=[area("consideration", "Würdigung")], submit="Hinweise würdigen", text=text)
        case "propose-formal-rejection":
            fields = [_select("grounds.0", "Grund", REJECTION_TITLES)]
            fields += [area(f"reasons.{it}", f"{it + 1}. Begründung", required=it == 0) for it in range(2)]
            text = "Der Antrag wird nicht fachlich geprüft. Grund und Begründung stehen im Bescheid."
            return Form(fields=fields, submit="Formale Ablehnung vorschlagen", text=text)
        case "reject-formally":
            return Form(submit="Als unzulässig ablehnen", text=_rejection(assessment))
        case _:
            return None


def _before_hearing(name: str, assessment: Assessment) -> Form:
    it = examined(assessment)
    about = (needs_hearing(it) if it else None) or HearingSubject.REFUSAL
    fields: list[FormField] = [hidden("about", about)]
    if name == "dispense-with-hearing":
        fields += [_select("ground", "Grund", DISPENSATION_TITLES), area("reasons", "Begründung")]
        return Form(fields=fields, submit="Von der Anhörung absehen", text=f"Angehört würde {SUBJECTS[about]}.")
    fields += [
        area("announced", "Worauf es ankommt, für die Kommune"),
        _days("Frist in Tagen", hint="Ohne Angabe gilt die kürzeste Frist der Verwaltungspraxis."),
    ]
    consequence = "Die Kommune sieht die Anhörung und ihre Frist; entschieden wird erst danach."
    return Form(fields=fields, submit="Anhörung eröffnen", text=f"Anhörung {SUBJECTS[about]}.", consequence=consequence)


def _period(assessment: Assessment) -> str:
    it = examined(assessment)
    if it and it.file.hearing.unserved:
        return HearingNotServed.title
    deadline = it.file.hearing.deadline if it else None
    return f"Die Frist endet am {deadline.ends_on:%d.%m.%Y}: {deadline.rule}." if deadline else ""


def _rejection(assessment: Assessment) -> str:
    if not isinstance(assessment, RejectionPending):
        return ""
    made = assessment.rejection
    sought = euros(assessment.file.application.financing.grant_cents)
    return " ".join((f"Beantragt sind {sought}.", *(REJECTION_TITLES[it] for it in made.grounds), *made.reasons))


def _select[K: StrEnum](name: str, label: str, titles: Mapping[K, str]) -> FormField:
    options = [{"value": str(it), "text": text} for it, text in titles.items()]
    return {"name": name, "label": label, "kind": "select", "required": True, "options": options, "value": ""}


def _days(label: str, *, required: bool = False, hint: str = "") -> FormField:
    return {"name": "days", "label": label, "kind": "number", "required": required, "hint": hint, "value": ""}
