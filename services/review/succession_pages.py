"""The succession's form."""

from collections.abc import Sequence

from services.review.dissolution import BodyDissolved
from services.review.forms import Form


def succession_form(heirs: Sequence[BodyDissolved]) -> Form:
    """Which of the bodies that took over steps into the recipient's place."""
    options = [
        {
            "value": it.new_key,
            "text": f"{it.new_name} ({it.new_key}), seit {it.effective_on:%d.%m.%Y}, Kennziffer {it.reference}",
        }
        for it in heirs
    ]
    field = {"name": "new_key", "label": "Rechtsnachfolgerin", "kind": "radio", "required": True, "options": options}
    text = f"{heirs[0].old_name} besteht nicht mehr." if heirs else ""
    consequence = "Ab jetzt handelt die Rechtsnachfolgerin in diesem Vorgang und erhält die Zahlungen."
    return Form(fields=[field], submit="Rechtsnachfolge vermerken", text=text, consequence=consequence)
