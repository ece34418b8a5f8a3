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
    """The form that says that a letter did not arrive: of a hearing that is not answered, or of a demand that is not paid."""
    sent = {it.letter: _named(it) for it in letters if it.refutable}
    which = hidden("letter", next(iter(sent), "")) if len(sent) < 2 else chosen("letter", "Schreiben", sent)
    reasons = {str(it): text for it, text in FAILURES.items() if it != FailureReason.NOT_RETRIEVED}
    return Form(
        fields=[which, chosen("reason", "Grund", reasons)],
        submit="Gescheiterte Bekanntgabe vermerken",
        text="" if len(sent) != 1 else next(iter(sent.values())),
        consequence="Das Schreiben ist erneut zu versenden; danach läuft die Frist zur Stellungnahme oder zur Zahlung von vorn.",
    )


def _named(it: LetterTold) -> str:
    return f"{it.title} vom {it.dispatched_on:%d.%m.%Y}"


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
