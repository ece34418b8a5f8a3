"""The case's actions as forms: which fields each shows, with what was typed when it came back. Nothing is decided here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.intake.api.case_record import CaseRecord, NextAction, Requested
from services.intake.application.found import Severity
from services.intake.application.lacking import KINDS
from services.intake.change_request import ChangeKind
from services.intake.pages.showing import options
from services.intake.proof_of_use import PROOF_TITLES
from services.intake.vocabulary import ATTACHMENT_KINDS
from shared.pages import placed, safeguards
from shared.rendering import german_date, money

type Context = dict[str, Any]
type Errors = Sequence[Mapping[str, str]]

CHANGE_KINDS: Mapping[ChangeKind, str] = {
    ChangeKind.SHIFT: "Beträge zwischen den Jahren verschieben",
    ChangeKind.AMOUNT: "Höhe der Ausgaben oder der Zuwendung",
    ChangeKind.PERIOD: "Ende des Vorhabens",
    ChangeKind.PURPOSE: "Zweck oder Inhalt des Vorhabens",
    ChangeKind.PARTNER_LEAVES: "Eine beteiligte Kommune scheidet aus",
}
ROWS = 3
"""Rows of a form for things of which there may be several."""


def forms(action: NextAction, record: CaseRecord, typed: Mapping[str, str], errors: Errors) -> list[Context]:
    """The forms of one action: usually one; for missing documents one for each of them."""
    if action.name == "supply-documents":
        missing = [it for it in record.requested if not it.came]
        return [_supply(action, record, it, typed, errors) for it in missing]
    fill = _FIELDS.get(action.name)
    return [_form(action, record, fill(record, typed) if fill else {}, errors)]


def _form(action: NextAction, record: CaseRecord, more: Mapping[str, Any], errors: Errors) -> Context:
    back = {"name": "back", "kind": "hidden", "value": f"/intake/cases/{record.case}?done={action.name}"}
    return {
        "id": action.name,
        "title": action.title,
        "submit": action.title,
        "url": f"/intake/forms{action.path.removeprefix('/intake')}",
        "open": action.name == "declare-complete",
        **safeguards(record.streams[0].version if action.if_match else None),
        **more,
        "fields": [back, *more.get("fields", ())],
        "errors": placed(_of_file(errors), more.get("fields", ())),
    }


def _of_file(errors: Errors) -> list[dict[str, str]]:
    """What is wrong with a file's name, type or content stands at the file, once."""
    found: dict[str, dict[str, str]] = {}
    for it in errors:
        file = it["field"].startswith("attachments.0.")
        missing = {"field": "attachments.0", "text": "Bitte wählen Sie eine Datei aus (PDF, JPEG, PNG oder XML)."}
        shown = missing if file and it["text"].endswith("Diese Angabe fehlt.") else dict(it)
        found.setdefault("attachments.0" if file else f"{it['field']}{it['text']}", shown)
    return [
        {**it, "field": "attachments.0"} if it["field"].startswith("attachments.0") else it for it in found.values()
    ]


def _supply(action: NextAction, record: CaseRecord, it: Requested, typed: Mapping[str, str], errors: Errors) -> Context:
    mine = typed.get("attachments.0.number") == str(it.number)
    until = f" Frist: {german_date(record.deadline.ends_on)}." if record.deadline else ""
    fields: list[Context] = [
        {"name": "attachments.0.number", "kind": "hidden", "value": str(it.number)},
        {"name": "attachments.0.kind", "kind": "hidden", "value": it.kind},
        {"name": "attachments.0", "label": "Datei", "kind": "file", "required": True},
    ]
    more = {
        "id": f"{action.name}-{it.number}",
        "title": f"Nachreichen: {it.text}",
        "text": f"{ATTACHMENT_KINDS.get(it.kind, it.kind)}.{until}",
        "submit": "Unterlage nachreichen",
        "open": True,
        "fields": fields,
    }
    return _form(action, record, more, errors if mine else ())


def _field(name: str, label: str, typed: Mapping[str, str], *, kind: str = "text", **more: Any) -> Context:
    return {"name": name, "label": label, "kind": kind, "required": True, "value": typed.get(name, ""), **more}


def _drawdown(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    years = options({it.year: f"{it.year} (bewilligt {money(it.cents)})" for it in record.assigned})
    hint = "Alle Rechnungen seit Beginn, zusammengezählt."
    needed = ""
    more: list[Context] = []
    if record.drawdown_months:
        needed = f" und innerhalb von {record.drawdown_months} Monaten ausgeben"
        more = [
            _field("needed_on", "Gebraucht bis", typed, kind="date", width="date"),
            _field(
                "purpose", "Wofür", typed, hint="Zum Beispiel: zweite Rechnung des Büros. Keine Namen von Personen."
            ),
        ]
    if record.drawdown_months and any(it.settled_cents for it in record.drawdowns):
        for row, it in enumerate(record.lines):
            more += [
                {"name": f"spent.{row}.line", "kind": "hidden", "value": str(it.line)},
                _field(
                    f"spent.{row}.cents", f"Bisher ausgegeben für: {it.description}", typed, kind="money", quiet=True
                ),
            ]
    return {
        "fields": [
            _field("year", "Haushaltsjahr", typed, kind="select", options=years),
            _field("eligible_due_cents", "Fällige Ausgaben bisher", typed, kind="money", hint=hint),
            _field("requested_cents", "Jetzt abrufen", typed, kind="money"),
            *more,
        ],
        "text": f"Rufen Sie nur ab, was Sie für fällige Rechnungen brauchen{needed}.",
    }


def _withdrawal(_record: CaseRecord, _typed: Mapping[str, str]) -> Context:
    return {"tone": "secondary", "consequence": "Eine Rücknahme kann nicht rückgängig gemacht werden."}


def _completeness(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    missing = "; ".join(record.lacking)
    if not missing:
        return {}
    label = "Warum das Fehlende nicht gebraucht wird"
    return {
        "text": f"Es fehlt noch: {missing}",
        "fields": [_field("reason", label, typed, kind="textarea")],
        "open": False,
    }


def _document_request(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    kinds = options(ATTACHMENT_KINDS)
    if not typed:
        typed = _found_missing(record)
    fields: list[Context] = []
    for row in range(max(ROWS, sum(it.endswith(".text") for it in typed))):
        more: Context = {"required": row == 0, "quiet": True}
        fields += [
            _field(f"documents.{row}.text", f"{row + 1}. Was fehlt", typed, **more),
            _field(f"documents.{row}.kind", "Art der Unterlage", typed, kind="select", options=kinds, **more),
        ]
    hint = "Leer: die kürzeste Frist, die die Verwaltungspraxis zulässt."
    fields.append(_field("ends_on", "Frist bis", typed, kind="date", width="date", required=False, hint=hint))
    return {"fields": fields, "text": "Die Kommune sieht den Text und die Frist auf ihrer Seite und antwortet dort."}


def _found_missing(record: CaseRecord) -> Mapping[str, str]:
    """What the checks of the form found missing and nobody has asked for yet, as a clerk would type it."""
    asked = {it.text for it in record.requested}
    found = [it for it in record.findings if it.severity == Severity.MISSING and it.text in record.lacking]
    suggested: dict[str, str] = {}
    for row, it in enumerate(one for one in found if one.text not in asked):
        kind = min(KINDS.get(it.code, ()), default="other")
        suggested |= {f"documents.{row}.text": it.text, f"documents.{row}.kind": kind}
    return suggested


def _extension(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    hint = "Leer: so viele Tage länger, wie die Verwaltungspraxis vorsieht."
    ended = f"Die Frist endet am {german_date(record.deadline.ends_on)}." if record.deadline else ""
    return {
        "fields": [
            _field("ends_on", "Neue Frist bis", typed, kind="date", width="date", required=False, hint=hint),
            _field("reason", "Grund", typed, kind="textarea"),
        ],
        "text": f"{ended} Sie kann auch nach ihrem Ablauf verlängert werden (§ 31 VII VwVfG).",
    }


def _paper(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    requested = options({it.number: it.text for it in record.requested})
    fields: list[Context] = [
        {"name": "attachments.0", "label": "Scan", "kind": "file", "required": True},
        _field("attachments.0.kind", "Art der Unterlage", typed, kind="select", options=options(ATTACHMENT_KINDS)),
        _field("received_on", "Auf Papier eingegangen am", typed, kind="date", width="date"),
    ]
    if requested:
        label = "Antwort auf diese Nachforderung"
        fields.append(_field("number", label, typed, kind="select", options=requested, required=False))
    return {"fields": fields, "text": "Jedes Schriftstück auf Papier zählt als Medienbruch.", "tone": "secondary"}


def _early_start(_record: CaseRecord, typed: Mapping[str, str]) -> Context:
    fields: list[Context] = [
        _field("description", "Kurze Beschreibung", typed, kind="textarea"),
        _field("reason", "Warum kann der Beginn nicht warten?", typed, kind="textarea"),
        _field("contract_on", "Geplanter Vertragsschluss", typed, kind="date", width="date"),
    ]
    for row in range(ROWS):
        more: Context = {"required": row == 0, "quiet": True}
        fields += [
            _field(f"expenditure.{row}.description", f"{row + 1}. Geplante Ausgabe", typed, **more),
            _field(f"expenditure.{row}.cents", "Betrag", typed, kind="money", **more),
        ]
    return {
        "fields": fields,
        "text": "Bitte nennen Sie keine Namen von Personen. Schließen Sie noch keinen Vertrag, bevor zugestimmt ist.",
        "consequence": "Eine Zustimmung ist keine Förderzusage.",
        "tone": "secondary",
    }


def _change(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    fields: list[Context] = [
        _field("kind", "Was soll sich ändern?", typed, kind="radio", options=options(CHANGE_KINDS)),
        _field("reason", "Grund", typed, kind="textarea"),
        _field("ends_on", "Neues Ende", typed, kind="date", width="date", required=False),
        _field("eligible_cents", "Neue Ausgaben insgesamt", typed, kind="money", required=False),
    ]
    years = sorted({it.year for it in (*record.by_year, *record.assigned)})
    for row, year in enumerate([*years, years[-1] + 1]):
        fields += [
            {"name": f"by_year.{row}.year", "kind": "hidden", "value": str(year)},
            _field(f"by_year.{row}.cents", f"Zuwendung {year}", typed, kind="money", required=False, quiet=True),
        ]
    text = "Füllen Sie nur aus, was sich ändert; bei den Jahren dann alle Beträge."
    return {"fields": fields, "text": text, "tone": "secondary"}


def _proof(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    """One voucher per line on the page; longer lists come over the interface."""
    fields: list[Context] = [
        _field("kind", "Art des Nachweises", typed, kind="radio", options=options(PROOF_TITLES)),
    ]
    for row, it in enumerate(record.lines):
        voucher = f"lines.{row}.vouchers.0"
        fields += [
            {"name": f"lines.{row}.line", "kind": "hidden", "value": str(it.line)},
            _field(f"lines.{row}.cents", f"Ausgegeben für: {it.description}", typed, kind="money", quiet=True),
            _field(f"{voucher}.number", "Beleg oder Sammelbeleg Nr.", typed, quiet=True),
            _field(f"{voucher}.paid_on", "Bezahlt am", typed, kind="date", width="date", quiet=True),
            _field(f"{voucher}.cents", "Betrag der Belege", typed, kind="money", quiet=True),
        ]
    fields += [
        _field(
            "covering_cents", "Zusätzliche Deckungsmittel, die nicht geplant waren", typed, kind="money", required=False
        ),
        _field("report", "Sachbericht", typed, kind="textarea"),
    ]
    text = "Bitte nennen Sie keine Namen von Personen. Tragen Sie 0,00 ein, wo nichts ausgegeben wurde."
    return {"fields": fields, "text": text, "tone": "secondary"}


def _successor(record: CaseRecord, typed: Mapping[str, str]) -> Context:
    heirs = options({it.key: f"{it.name} ({it.key})" for it in record.heirs})
    return {
        "fields": [_field("new_key", "Rechtsnachfolgerin", typed, kind="select", options=heirs)],
        "text": f"{record.applicant_name} besteht nicht mehr.",
        "consequence": "Ab jetzt handelt die Rechtsnachfolgerin in diesem Vorgang.",
    }


_FIELDS: Mapping[str, Callable[[CaseRecord, Mapping[str, str]], Context]] = {
    "name-successor": _successor,
    "request-drawdown": _drawdown,
    "withdraw-application": _withdrawal,
    "declare-complete": _completeness,
    "request-documents": _document_request,
    "extend-deadline": _extension,
    "scan-paper-document": _paper,
    "request-early-start": _early_start,
    "request-change": _change,
    "submit-proof": _proof,
}
