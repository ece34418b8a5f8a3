"""Die Formulare des Haushalts: which fields each action shows on the budget's pages; nothing is decided here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from services.review import budget as budgets
from services.review.budget_acts import ALLOW, REPAY
from services.review.budget_steps import steps_of_budget
from services.review.pages.form_fields import Form, FormField
from services.review.settings import office
from shared.money import euros

type Options = Sequence[Mapping[str, str]]


def _text(name: str, label: str, *, value: str = "", hint: str = "", required: bool = True) -> FormField:
    return {"name": name, "label": label, "value": value, "hint": hint, "required": required}


def _money(name: str, label: str, cents: int | None = None, *, required: bool = True, hint: str = "") -> FormField:
    text = "" if cents is None else euros(cents).removesuffix(" €")
    return {"name": name, "label": label, "kind": "money", "value": text, "required": required, "hint": hint}


def _year(name: str, label: str, value: int) -> FormField:
    return {"name": name, "label": label, "kind": "number", "required": True, "value": str(value)}


def _check(name: str, label: str, *, checked: bool = False) -> FormField:
    return {"name": name, "label": label, "kind": "checkbox", "value": "yes" if checked else ""}


def _select(name: str, label: str, options: Options) -> FormField:
    return {"name": name, "label": label, "kind": "select", "options": list(options), "required": True, "value": ""}


def _authorisations() -> list[FormField]:
    fields: list[FormField] = []
    for index in range(3):
        label, at = f"{index + 1}. Verpflichtungsermächtigung", f"authorisations.{index}"
        fields += [
            {"name": f"{at}.year", "label": f"{label}: Jahr", "kind": "number", "quiet": True, "value": ""},
            {**_money(f"{at}.cents", f"{label}: Betrag", required=False), "quiet": True},
        ]
    return fields


def opening_form(today: date) -> Form:
    """The form that opens a title for a budget year, with authorisations for the three years after the current one."""
    fields: list[FormField] = [
        _text("title", "Haushaltstitel", value=office().budget_title),
        _year("year", "Haushaltsjahr", today.year),
        _money("appropriation_cents", "Ansatz"),
        *_authorisations(),
        _check("provisional", "Vorläufige Haushaltsführung: Das Haushaltsgesetz ist noch nicht verkündet"),
        _check("continue_authorisations", "Nicht ausgenutzte Verpflichtungsermächtigungen des Vorjahres gelten fort"),
        _check("transferable", "Ausgaben sind übertragbar (§ 19 LHO)"),
        _check("repayments_set_off", "Rückzahlungen fließen den Mitteln zu (Haushaltsvermerk)"),
        {**_text("last_order_on", "Kassenschluss", required=False), "kind": "date", "width": "date"},
    ]
    return Form(fields=fields, submit="Titel eröffnen", text="Verpflichtungen aus dem Vorjahr werden übernommen.")


def forms_of(it: budgets.Open, today: date, waiting: Options, standing: Options) -> Mapping[str, Form]:
    """The forms of what can be done with this budget now, by action; none that would offer no case to choose."""
    made: Mapping[str, Callable[[], Form | None]] = {
        "proclaim-budget": lambda: _proclamation(it),
        ALLOW: lambda: _override(waiting) if waiting else None,
        "freeze-funds": lambda: _freeze(it),
        "lift-freeze": lambda: _lift(it),
        "reallocate-funds": lambda: _reallocation(it),
        REPAY: lambda: _repayment(it, today, standing) if standing else None,
        "close-budget": lambda: _closing(it),
        "hand-over-remainder": lambda: _remainder(it),
    }
    forms = ((action, made[action]()) for action in steps_of_budget(it, today))
    return {action: form for action, form in forms if form}


def _proclamation(it: budgets.Open) -> Form:
    own = it.account(it.year).appropriated_cents
    fields = [
        _money("appropriation_cents", "Ansatz", own),
        *_authorisations(),
        _text("reference", "Fundstelle des Haushaltsgesetzes"),
    ]
    return Form(
        fields=fields,
        submit="Ansätze übernehmen",
        consequence="Die vorläufige Haushaltsführung endet; es gelten diese Ansätze.",
    )


def _override(waiting: Options) -> Form:
    fields = [
        _select("case", "Vorgang", waiting),
        {"name": "reason", "label": "Begründung", "kind": "textarea", "required": True, "value": ""},
    ]
    text = "Ohne Haushaltsgesetz wird nur bewilligt, wozu das Land verpflichtet ist oder was keinen Aufschub duldet."
    return Form(fields=fields, submit="Ausnahme zulassen", text=text)


def _freeze(it: budgets.Open) -> Form:
    years = [{"value": str(one.year), "text": str(one.year)} for one in it.years]
    fields = [
        _text("reference", "Zeichen der Sperre", hint="das Schreiben, das sie anordnet"),
        _select("year", "Jahr", years),
        _money("cents", "Betrag", required=False),
        {
            **_text(
                "share_bp", "oder Anteil des Ansatzes", required=False, hint="in Hundertstel Prozent: 1000 sind 10 %"
            ),
            "kind": "number",
        },
        _text("reason", "Grund"),
    ]
    consequence = "Neue Vormerkungen und Festlegungen gehen nur noch bis zur Sperre; Festgelegtes bleibt unberührt."
    return Form(fields=fields, submit="Mittel sperren", consequence=consequence)


def _lift(it: budgets.Open) -> Form:
    standing = [
        {"value": name, "text": f"{name}: {euros(one.left_cents)} in {one.year}"}
        for name, one in sorted(it.freezes.items())
        if one.left_cents
    ]
    fields = [
        _select("freeze", "Sperre", standing),
        _money("left_cents", "Es bleiben gesperrt", 0, hint="0 hebt die ganze Sperre auf"),
        _text("reason", "Grund"),
    ]
    return Form(fields=fields, submit="Sperre aufheben")


def _reallocation(it: budgets.Open) -> Form:
    free = euros(it.account(it.year).free_cents)
    fields = [
        _text("taker", "An Haushaltstitel"),
        _money("cents", "Betrag", hint=f"frei sind {free}"),
        _text("reference", "Zeichen"),
        _text("reason", "Grund"),
        _text("authority", "Haushaltsvermerk oder Einwilligung des Finanzministeriums"),
    ]
    return Form(fields=fields, submit="Mittel umschichten", text="Gebucht wird in beiden Titeln zugleich.")


def _repayment(it: budgets.Open, today: date, standing: Options) -> Form:
    how = "von der Ausgabe abgesetzt" if it.opening.repayments_set_off else "als Einnahme gebucht"
    fields = [
        _select("case", "Vorgang", standing),
        _text("repayment", "Kassenzeichen der Einzahlung"),
        _money("cents", "Zurückgezahlt"),
        _money("interest_cents", "Zinsen", 0, required=False),
        {**_text("received_on", "Eingegangen am", value=today.isoformat()), "kind": "date", "width": "date"},
    ]
    text = f"Nach dem Haushaltsplan wird die Rückzahlung {how}; Zinsen sind immer Einnahme."
    return Form(fields=fields, submit="Rückzahlung buchen", text=text)


def _closing(it: budgets.Open) -> Form:
    owed = euros(it.account(it.year).committed_cents)
    fields = [
        _check("move", f"Festgelegtes und nicht Gezahltes ({owed}) als Ausgaberest nach {it.year + 1} übertragen"),
        _text(
            "consent", "Einwilligung des Finanzministeriums (Zeichen)", required=False, hint="nur für die Übertragung"
        ),
    ]
    consequence = "Was nicht übertragen wird, verfällt. Danach wird in diesem Haushaltsjahr nichts mehr gebucht."
    return Form(fields=fields, submit="Haushaltsjahr abschließen", consequence=consequence)


def _remainder(it: budgets.Open) -> Form:
    fields = [
        _year("origin", "Jahr der Bewilligung", it.year),
        _money("cents", "Betrag", hint=f"nicht ausgegeben sind {euros(it.account(it.year).free_cents)}"),
        _text("consent", "Einwilligung des Finanzministeriums (Zeichen)"),
    ]
    text = "Ausgabereste gelten bis zum Ende des zweiten auf die Bewilligung folgenden Jahres (HGrG § 27 II)."
    return Form(fields=fields, submit="Ausgaberest übertragen", text=text)
