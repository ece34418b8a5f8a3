"""Das Formular, mit dem ein Schreiben hinausgeht, und was die Zeitachse davon sagt."""

from collections.abc import Sequence

from services.review import correspondence
from services.review.api.letter_file import TITLES, LetterTold, change_named
from services.review.award import Channel
from services.review.pages.form_fields import Form, chosen, hidden
from services.review.words import Words
from services.review.words.award import CHANNELS


def letter_form(name: str, letters: Sequence[LetterTold]) -> Form | None:
    """The form that dispatches the next letter; None when the action is another."""
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


def tell_of_letter(it: object) -> Words | None:
    """What the timeline says of a letter; None when it is none."""
    match it:
        case correspondence.LetterDispatched():
            remedy = f"; {it.remedy_rule}" if it.remedy_rule else ""
            why = f"Gilt am {it.deemed_served_on:%d.%m.%Y} als bekannt gegeben{remedy}."
            return Words(title=f"{TITLES[it.kind]} versandt ({CHANNELS[it.channel]})", tone="info", why=why)
        case _:
            return None
