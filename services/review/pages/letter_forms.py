"""Das Formular, mit dem ein Schreiben hinausgeht, und was die Zeitachse davon sagt."""

from collections.abc import Sequence

from services.review import correspondence
from services.review.api.letter_file import TITLES, LetterTold, change_named
from services.review.award import Channel, FailureReason
from services.review.pages.form_fields import Form, chosen, hidden
from services.review.words import Words
from services.review.words.award import CHANNELS, FAILURES


def letter_form(name: str, letters: Sequence[LetterTold]) -> Form | None:
    """The form that dispatches the next letter; None when the action is another."""
    if name == correspondence.FAIL:
        return _failure(letters)
    following = next((it for it in letters if it.dispatched_on is None and not change_named(it.letter)), None)
    if name != correspondence.ACTION or following is None:
        return None
    channels = {str(it): text for it, text in CHANNELS.items() if it != Channel.PORTAL}
    fields = [
        hidden("letter", following.letter),
        chosen("channel", "Weg der Bekanntgabe", channels, Channel.ELECTRONIC),
    ]
    text = f"{following.title}: Vorschau und versandte Schreiben stehen unter „Schreiben“."
    return Form(fields=fields, submit="Schreiben versenden", text=text)


def _failure(letters: Sequence[LetterTold]) -> Form:
    """The form that says that a letter did not arrive: that of the last hearing, on the application or the award, that is out."""
    hearings = tuple(f"{it}-" for it in correspondence.HEARINGS)
    sent = [it for it in letters if it.dispatched_on and not it.failed and it.letter.startswith(hearings)]
    reasons = {str(it): text for it, text in FAILURES.items() if it != FailureReason.NOT_RETRIEVED}
    return Form(
        fields=[hidden("letter", sent[-1].letter if sent else ""), chosen("reason", "Grund", reasons)],
        submit="Gescheiterte Bekanntgabe vermerken",
        consequence="Das Schreiben ist erneut zu versenden; danach läuft die Frist zur Stellungnahme von vorn.",
    )


def tell_of_letter(it: object) -> Words | None:
    """What the timeline says of a letter; None when it is none."""
    match it:
        case correspondence.LetterDispatched():
            remedy = f"; {it.remedy_rule}" if it.remedy_rule else ""
            why = f"Gilt am {it.deemed_served_on:%d.%m.%Y} als bekannt gegeben{remedy}."
            sent = "versandt" if it.attempt == 1 else "erneut versandt"
            return Words(title=f"{TITLES[it.kind]} {sent} ({CHANNELS[it.channel]})", tone="info", why=why)
        case correspondence.LetterServiceFailed():
            return Words(title=f"Bekanntgabe gescheitert: {TITLES[it.kind]}", tone="warning", why=FAILURES[it.reason])
        case _:
            return None
