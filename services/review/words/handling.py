"""Zuweisung, Vertretung und Befangenheit: the words of the timeline, the steps of a person, and their forms."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.review import handling as h
from services.review.handling import CONFLICT_TITLES, Handling
from services.review.pages.form_fields import Form, area, chosen, day, line
from services.review.words import Words
from shared.access import Person
from shared.identity import Role

OF_HANDLING = frozenset({"assign-reviewer", "hand-back-case", "appoint-substitute", h.CONFLICT})
"""The actions about who works on a case."""


def tell_of_handling(it: object) -> Words | None:
    """What the timeline says of an assignment, a substitution, a conflict; None when it is none of these."""
    match it:
        case h.ReviewerAssigned():
            return Words(title="Vorgang zugewiesen", tone="info", why=f"an {it.person}")
        case h.CaseHandedBack():
            return Words(title="Vorgang zurückgegeben", why=it.reason)
        case h.SubstituteAppointed():
            why = f"{it.substitute} vertritt bis {it.deadline.ends_on:%d.%m.%Y}"
            return Words(title="Vertretung eingetragen", tone="info", why=why)
        case h.SubstitutionEnded():
            return Words(title="Vertretung beendet", why=f"{it.substitute} seit {it.ended_on:%d.%m.%Y}")
        case h.ConflictOfInterestDeclared():
            return Words(title="Befangenheit erklärt", tone="warning", why=CONFLICT_TITLES[it.ground])
        case _:
            return None


def steps_of(handling: Handling, person: Person) -> Sequence[str]:
    """What this person can do about who works on the case."""
    if handling.is_excluded(person.id):
        return ()
    in_charge = handling.reviewer and (person.id == handling.reviewer or Role.APPROVER in person.roles)
    found = () if handling.reviewer == person.id else ("assign-reviewer",)
    return (*found, *(("appoint-substitute", "hand-back-case") if in_charge else ()), h.CONFLICT)


def steps_of_case(handling: Handling) -> Sequence[str]:
    """What can be done about who works on the case, by one person or another."""
    in_charge = ("appoint-substitute", "hand-back-case") if handling.reviewer else ()
    return ("assign-reviewer", h.CONFLICT, *in_charge)


def form_of_handling(name: str, handling: Handling, person: str, today: date) -> Form | None:
    """The form of one of these steps; None when it is none. Who is excluded is told to who assigns."""
    excluded = ", ".join(it.person for it in handling.conflicts)
    text = f"Befangen und nicht zuzuweisen: {excluded}." if excluded else ""
    match name:
        case "assign-reviewer":
            now = f"Zugewiesen an {handling.reviewer}. " if handling.reviewer else ""
            fields = [line("person", "Kennung der Person", value=person)]
            return Form(fields=fields, submit="Zuweisen", text=now + text)
        case "hand-back-case":
            return Form(fields=[area("reason", "Grund")], submit="Zurückgeben")
        case "appoint-substitute":
            fields = [
                line("person", "Kennung der Vertretung"),
                day("ends_on", "Vertretung bis einschließlich", today + timedelta(days=14)),
            ]
            return Form(fields=fields, submit="Vertretung eintragen", text=text)
        case h.CONFLICT:
            options = {str(it): title for it, title in CONFLICT_TITLES.items()}
            consequence = (
                "Danach können Sie in diesem Vorgang nichts mehr tun; die Erklärung lässt sich nicht zurücknehmen."
            )
            return Form(
                fields=[chosen("ground", "Grund", options)], submit="Befangenheit erklären", consequence=consequence
            )
        case _:
            return None
