"""Die Formulare des Bescheids: service, remedies, and what comes after."""

from collections.abc import Mapping
from datetime import date

from services.review.award import (
    AmendmentProposed,
    AnnulmentProposed,
    Approved,
    Award,
    Channel,
    FailureReason,
    Final,
    Gone,
    Granted,
    Notified,
    notice_of,
)
from services.review.pages.form_fields import Form, FormField, area, chosen, day, hidden, line, money
from services.review.words import split
from services.review.words.award import ANNULMENTS, BASES_IN_WORDS, CHANNELS, FAILURES, OUTCOMES
from shared.decider import replace


def award_form(name: str, award: Award, today: date, proposal: int = 0) -> Form | None:
    """The form of an action on the award, or on the notice of the change decided on `proposal`; None when it is none of these."""
    form = _form(name, award, today, proposal)
    return replace(form, fields=[hidden("proposal", proposal), *form.fields]) if form and proposal else form


def _form(name: str, award: Award, today: date, proposal: int) -> Form | None:
    match name:
        case "dispatch-notice":
            return _dispatch()
        case "record-receipt":
            fields = [day("received_on", "Zugegangen oder aus dem Portal abgerufen am", today)]
            text = "Ein späterer als der vermutete Zugang verschiebt die Klagefrist; ein früherer ändert nichts."
            return Form(fields=fields, submit="Zugang vermerken", text=text)
        case "record-service-failure":
            text = "Es läuft keine Frist mehr; der Bescheid ist erneut zu versenden."
            return Form(
                fields=[_failure(award, proposal)], submit="Gescheiterte Bekanntgabe vermerken", consequence=text
            )
        case "record-waiver":
            consequence = "Der Bescheid wird sofort bestandskräftig, zugewiesene Mittel gehen an die Auszahlung."
            fields = [day("declared_on", "Verzicht erklärt am", today)]
            return Form(fields=fields, submit="Verzicht vermerken", consequence=consequence)
        case "record-lawsuit":
            fields = [day("filed_on", "Klage erhoben am", today), line("court_reference", "Aktenzeichen des Gerichts")]
            consequence = "Bis die Klage beendet ist, wird der Bescheid nicht bestandskräftig."
            return Form(fields=fields, submit="Klage vermerken", consequence=consequence)
        case "conclude-lawsuit":
            outcome = chosen("outcome", "Ausgang", {str(it): text for it, text in OUTCOMES.items()})
            fields = [outcome, day("concluded_on", "Rechtskräftig oder erledigt am", today)]
            return Form(fields=fields, submit="Ausgang vermerken")
        case "declare-final":
            notice = notice_of(award, proposal)
            until = f"Die Klagefrist endete am {notice.remedy_ends_on:%d.%m.%Y}." if notice else ""
            return Form(submit="Bestandskraft feststellen", text=until)
        case _:
            return _of_course(name, award, today)


def _of_course(name: str, award: Award, today: date) -> Form | None:
    if not isinstance(award, Approved | Notified | Final | Gone):
        return None
    match name:
        case "open-award-hearing":
            fields = [*_annulment(), area("facts", "Sachverhalt, zu dem angehört wird")]
            return Form(fields=fields, submit="Anhörung eröffnen", text="Die Kommune kann sich äußern (§ 28 VwVfG).")
        case "record-award-statement":
            fields = [day("received_on", "Äußerung eingegangen am", today)]
            text = "Von hier an läuft die Jahresfrist für Rücknahme und Widerruf (§§ 48 Absatz 4, 49 Absatz 3 VwVfG)."
            return Form(fields=fields, submit="Äußerung vermerken", text=text)
        case "propose-annulment":
            return _annul(award, today)
        case "propose-amendment":
            return _amend(award)
        case "decide-annulment" | "approve-amendment":
            fields = [area("immediate", "Begründung der sofortigen Vollziehung", required=False, hint=EXECUTION)]
            submit = "Bescheid aufheben" if name == "decide-annulment" else "Bescheid ändern"
            return Form(fields=fields, submit=submit, text=_proposed(award))
        case "refuse-change":
            asked = award.course.change.reason if award.course.change else ""
            fields = [area("reasons", "Gründe für die Kommune")]
            return Form(fields=fields, submit="Änderungsantrag ablehnen", text=f"Beantragt: {asked}")
        case "drop-proposal" | "close-award-hearing" | "freeze-payout" | "lift-payout-freeze":
            return Form(fields=[line("reason", "Grund")], submit=SUBMITS[name])
        case _:
            return None


EXECUTION = "Nur ausfüllen, wenn sie angeordnet wird (§ 80 Absatz 3 VwGO); sonst fließt Geld erst zurück, wenn der Bescheid bestandskräftig ist."
SUBMITS: Mapping[str, str] = {
    "drop-proposal": "Vorschlag nicht folgen",
    "close-award-hearing": "Anhörung beenden",
    "freeze-payout": "Auszahlung sperren",
    "lift-payout-freeze": "Auszahlung freigeben",
}


def _annulment() -> list[FormField]:
    return [
        chosen("annulment", "Art der Aufhebung", {str(it): text for it, text in ANNULMENTS.items()}),
        chosen("legal_basis", "Rechtsgrundlage", {str(it): text for it, text in BASES_IN_WORDS.items()}),
    ]


def _amounts(award: Granted) -> list[FormField]:
    fields: list[FormField] = []
    for index, it in enumerate(award.grant.by_year):
        at = f"by_year.{index}"
        fields += [hidden(f"{at}.year", it.year), money(f"{at}.cents", f"Zuwendung {it.year}", it.cents)]
    return fields


def _annul(award: Granted, today: date) -> Form:
    fields = [
        *_annulment(), *_amounts(award), money("eligible_cents", "Zuwendungsfähige Ausgaben, wenn geändert", 0),
        day("effective_on", "Unwirksam seit", today), area("reasons", "Begründung"),
        area("discretion", "Ermessenserwägungen"),
    ]  # fmt: skip
    text = "Die Beträge je Jahr sind, was bewilligt bleibt; ohne Betrag fällt das Jahr weg."
    return Form(fields=fields, submit="Aufhebung vorschlagen", text=text)


def _amend(award: Granted) -> Form:
    grant = award.grant
    conditions: list[FormField] = [
        {"name": f"conditions.{index}", "label": f"{index + 1}. Nebenbestimmung", "quiet": True, "value": text}
        for index, text in enumerate((*grant.conditions, ""))
    ]
    following = len(grant.by_year)
    fields = [
        *_amounts(award),
        {"name": f"by_year.{following}.year", "label": "Weiteres Jahr", "kind": "number", "quiet": True,
         "value": str(grant.by_year[-1].year + 1 if grant.by_year else grant.ends_on.year)},
        money(f"by_year.{following}.cents", "Zuwendung im weiteren Jahr", 0),
        money("eligible_cents", "Zuwendungsfähige Ausgaben", grant.eligible_cents, required=True),
        day("ends_on", "Ende des Bewilligungszeitraums", grant.ends_on), *conditions, area("reasons", "Begründung"),
    ]  # fmt: skip
    asked = f"Beantragt: {award.course.change.reason}" if award.course.change else ""
    return Form(fields=fields, submit="Änderung vorschlagen", text=asked)


def _proposed(award: Granted) -> str:
    """What an approver decides on, in a sentence."""
    match award.course.proposal:
        case AnnulmentProposed(annulment=annulment, by_year=by_year, reasons=reasons, discretion=discretion):
            left = split(by_year) or "nichts"
            return f"{ANNULMENTS[annulment]}: es bleibt {left}. {reasons} Ermessen: {discretion}"
        case AmendmentProposed(by_year=by_year, ends_on=ends_on, reasons=reasons):
            return f"{split(by_year)}; bis {ends_on:%d.%m.%Y}. {reasons}"
        case None:
            return ""


def _dispatch() -> Form:
    instructed: Mapping[str, str] = {
        "true": "vollständig und richtig",
        "false": "fehlt oder ist falsch (Frist: ein Jahr)",
    }
    fields = [
        chosen("channel", "Weg der Bekanntgabe", {str(it): text for it, text in CHANNELS.items()}, Channel.ELECTRONIC),
        chosen("instructed", "Rechtsbehelfsbelehrung", instructed, "true"),
    ]
    text = "Mit Post oder elektronisch versandt gilt der Bescheid am vierten Tag danach als bekannt gegeben."
    return Form(fields=fields, submit="Bescheid versenden", text=text, letter=True)


def _failure(award: Award, proposal: int) -> FormField:
    notice = notice_of(award, proposal)
    portal = notice is not None and notice.channel == Channel.PORTAL
    reasons = [it for it in FAILURES if portal or it != FailureReason.NOT_RETRIEVED]
    return chosen("reason", "Grund", {str(it): FAILURES[it] for it in reasons})
