"""What the pages show: records of cases and lists, in the words and shapes of the templates. No rules, no access."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.intake.api.case_record import CaseRecord, Document
from services.intake.conditions import OUTCOMES, conditions_table
from services.intake.pages.proceeding_words import step_in_words
from services.intake.status import DrawdownState, DrawdownStatus, Status, StatusCode
from services.intake.vocabulary import ATTACHMENT_KINDS, CATEGORIES, OFFICES
from shared import duties
from shared.identity import ROLE_TITLES, SYSTEM, Role
from shared.operations import PastEvent
from shared.rendering import german_date, money, spaced_iban

type Context = dict[str, Any]

_TONES: Mapping[StatusCode, str] = {
    StatusCode.SUBMITTED: "warning",
    StatusCode.INCOMPLETE: "warning",
    StatusCode.OVERDUE: "danger",
    StatusCode.SUPPLIED: "warning",
    StatusCode.COMPLETE: "info",
    StatusCode.UNDER_REVIEW: "info",
    StatusCode.HEARING: "warning",
    StatusCode.ON_HOLD: "warning",
    StatusCode.AWARDED: "success",
    StatusCode.REFUSED: "danger",
    StatusCode.REJECTED: "danger",
    StatusCode.GONE: "danger",
    StatusCode.WITHDRAWN: "neutral",
    StatusCode.FINAL: "success",
    StatusCode.DRAWDOWN_REQUESTED: "info",
    StatusCode.PARTLY_PAID: "success",
    StatusCode.PAID: "success",
}
_DRAWDOWN_TONES: Mapping[DrawdownState, str] = {
    DrawdownState.REFUSED: "danger",
    DrawdownState.RETURNED: "warning",
    DrawdownState.SETTLED: "success",
}
_TURN: Mapping[StatusCode, str] = {
    StatusCode.SUBMITTED: "der Antragseingang",
    StatusCode.INCOMPLETE: "Ihre Kommune",
    StatusCode.OVERDUE: "Ihre Kommune",
    StatusCode.SUPPLIED: "der Antragseingang",
    StatusCode.COMPLETE: "das Ministerium",
    StatusCode.UNDER_REVIEW: "das Ministerium",
    StatusCode.HEARING: "Ihre Kommune",
    StatusCode.ON_HOLD: "das Ministerium",
    StatusCode.AWARDED: "Ihre Kommune",
    StatusCode.FINAL: "Ihre Kommune",
    StatusCode.DRAWDOWN_REQUESTED: "das Ministerium",
    StatusCode.PARTLY_PAID: "Ihre Kommune",
    StatusCode.PAID: "Ihre Kommune",
    StatusCode.PROOF_SUBMITTED: "das Ministerium",
    StatusCode.PROOF_SENT_BACK: "Ihre Kommune",
    StatusCode.PROOF_MISSING: "Ihre Kommune",
}
EVENT_TITLES: Mapping[str, tuple[str, str]] = {
    "intake.application-submitted": ("Antrag eingegangen", "neutral"),
    "intake.file-number-assigned": ("Aktenzeichen vergeben", "neutral"),
    "intake.receipt-acknowledged": ("Eingang bestätigt", "neutral"),
    "intake.application-declared-complete": ("Antrag vollständig", "success"),
    "intake.application-withdrawn": ("Antrag zurückgenommen", "warning"),
    "intake.documents-requested": ("Unterlagen nachgefordert", "warning"),
    "intake.documents-supplied": ("Unterlagen nachgereicht", "info"),
    "intake.deadline-extended": ("Frist verlängert", "neutral"),
    "intake.document-deadline-expired": ("Frist für Unterlagen abgelaufen", "danger"),
    "intake.paper-document-scanned": ("Schriftstück auf Papier eingegangen und gescannt", "neutral"),
    "intake.early-start-requested": ("Vorzeitiger Beginn beantragt", "info"),
    "intake.early-start-received": ("Antrag auf vorzeitigen Beginn vermerkt", "neutral"),
    "intake.early-start-decided": ("Über den vorzeitigen Beginn entschieden", "info"),
    "intake.change-requested": ("Änderung beantragt", "info"),
    "intake.change-received": ("Änderungsantrag vermerkt", "neutral"),
    "intake.proof-submitted": ("Nachweis eingereicht", "info"),
    "intake.proof-received": ("Nachweis vermerkt", "neutral"),
    "intake.proof-reminded": ("An den Verwendungsnachweis erinnert", "warning"),
    "intake.payments-stopped": ("Auszahlung wegen des Verwendungsnachweises angehalten oder fortgesetzt", "warning"),
    "intake.proof-decided": ("Über den Nachweis entschieden", "info"),
    "intake.submission-delivered": ("Über FIT-Connect eingegangen", "neutral"),
    "intake.submission-accepted": ("FIT-Connect: angenommen", "success"),
    "intake.submission-rejected": ("FIT-Connect: zurückgewiesen", "danger"),
    "intake.change-settled": ("Über die Änderung entschieden", "info"),
    "intake.hearing-opened": ("Anhörung eröffnet", "warning"),
    "intake.hearing-extended": ("Frist der Anhörung verlängert", "neutral"),
    "intake.hearing-closed": ("Anhörung beendet", "info"),
    "intake.case-put-on-hold": ("Antrag zurückgestellt", "warning"),
    "intake.case-resumed": ("Bearbeitung wieder aufgenommen", "info"),
    "intake.application-rejected-formally": ("Antrag aus formalen Gründen abgelehnt", "danger"),
    "intake.side-condition-assessed": ("Ministerium über eine Nebenbestimmung", "info"),
    "intake.conflict-of-interest-noted": ("Befangenheit einer Person vermerkt", "neutral"),
    "intake.involvement-noted": ("Mitwirkung anderswo vermerkt", "neutral"),
    "intake.grant-changed": ("Bewilligung geändert", "warning"),
    "intake.notice-progressed": ("Stand eines Bescheids vermerkt", "info"),
    "intake.award-hearing-opened": ("Anhörung zum Bescheid eröffnet", "warning"),
    "intake.award-hearing-restarted": ("Anhörung zum Bescheid erneut versandt, Frist läuft neu", "warning"),
    "intake.award-hearing-closed": ("Anhörung zum Bescheid beendet", "info"),
    "intake.repayment-demanded": ("Erstattung gefordert", "warning"),
    "intake.demand-progressed": ("Bekanntgabe des Erstattungsbescheids vermerkt", "info"),
    "intake.repayment-received": ("Rückzahlung eingegangen", "success"),
    "intake.claim-settled": ("Forderung erledigt", "success"),
    "intake.case-closed": ("Vorgang abgeschlossen", "success"),
    "intake.case-reopened": ("Vorgang wieder aufgenommen", "warning"),
    "intake.assessment-begun": ("Prüfung begonnen", "info"),
    "intake.award-announced": ("Zuwendungsbescheid bekannt gegeben", "success"),
    "intake.refusal-announced": ("Antrag abgelehnt", "danger"),
    "intake.withdrawal-settled": ("Rücknahme geprüft", "neutral"),
    "intake.award-became-final": ("Bescheid bestandskräftig", "success"),
    "intake.funds-assigned": ("Mittel zur Auszahlung bereitgestellt", "success"),
    "intake.funds-supplemented": ("Weitere Mittel zur Auszahlung bereitgestellt", "success"),
    "intake.reduction-requested": ("Auszahlung angehalten oder Mittel zurückgeführt", "warning"),
    "intake.drawdown-received": ("Mittelabruf vermerkt", "neutral"),
    "intake.drawdown-requested": ("Mittel abgerufen", "info"),
    "intake.drawdown-examined": ("Mittelabruf geprüft", "info"),
    "intake.payment-ordered": ("Auszahlung angeordnet", "info"),
    "intake.payment-settled": ("Geld überwiesen", "success"),
    "intake.payment-returned": ("Zahlung kam von der Bank zurück", "warning"),
    "intake.payment-rejected": ("Zahlung von der Kasse zurückgewiesen", "warning"),
    "intake.recipient-succeeded": ("Rechtsnachfolge vermerkt", "warning"),
    "house.attempt-refused": ("Unzulässiger Versuch abgelehnt", "warning"),
    "house.message-parked": ("Mitteilung zurückgestellt", "warning"),
    "house.parked-message-handled": ("Zurückgestellte Mitteilung verarbeitet", "neutral"),
    "house.parked-message-discarded": ("Zurückgestellte Mitteilung verworfen", "warning"),
}
"""Event name → (German title, tone) of a timeline's entry; other events show their name."""

_INTERNAL = frozenset(
    {
        "intake.file-number-assigned",
        "intake.receipt-acknowledged",
        "intake.drawdown-received",
        "intake.early-start-received",
        "intake.change-received",
        "intake.proof-received",
        "intake.conflict-of-interest-noted",
        "intake.involvement-noted",
    }
)
"""Entries that only repeat another one for an applicant."""


def options(names: Mapping[Any, str]) -> list[dict[str, Any]]:
    return [{"value": value, "text": text} for value, text in names.items()]


def badge(status: Status) -> dict[str, str]:
    return {"text": status.title, "tone": _TONES.get(status.code, "neutral")}


def list_badge(code: StatusCode, title: str) -> dict[str, str]:
    return {"text": title, "tone": _TONES.get(code, "neutral")}


def amounts(status: Status) -> dict[str, int | None]:
    """The money's way; what has not come yet is none."""
    return {
        "applied": status.applied_cents,
        "granted": status.granted_cents or None,
        "ordered": status.ordered_cents or None,
        "settled": status.settled_cents or None,
    }


def facts(record: CaseRecord, item: str) -> list[dict[str, Any]]:
    """The case in keys and values, with contact and account where the record has them."""
    found: list[dict[str, Any]] = [
        {"key": "Kommune", "value": record.applicant_name},
        {"key": "Gemeindeschlüssel", "value": record.applicant_key, "kind": "code"},
        {"key": "Fördergegenstand", "value": item},
        {"key": "Zeitraum", "value": f"{german_date(record.starts_on)} bis {german_date(record.ends_on)}"},
        {"key": "Beantragte Zuwendung", "value": record.financing.grant_cents, "kind": "money"},
        {"key": "Eigene Mittel", "value": record.financing.own_cents, "kind": "money"},
        {"key": "Mittel Dritter", "value": record.financing.third_party_cents, "kind": "money"},
        {"key": "Eingegangen", "value": record.submitted_on, "kind": "date"},
        {"key": "Vollständig", "value": record.completed_on, "kind": "date"},
    ]
    if record.administration:
        found.append({"key": "Verwaltung", "value": record.administration})
    if record.on_behalf_of:
        found.append({"key": "Für die Mitglieder", "value": ", ".join(record.on_behalf_of)})
    if record.contract_on:
        found.append({"key": "Erster Vertrag", "value": record.contract_on, "kind": "date"})
    if record.personal:
        found += [
            {
                "key": "Ansprechperson",
                "value": {"text": record.personal.contact_name, "note": record.personal.contact_mail},
            },
            {
                "key": "Konto",
                "value": {"text": spaced_iban(record.personal.iban), "note": record.personal.account_holder},
            },
        ]
    if record.personal and record.personal.representative_name:
        office = OFFICES.get(record.personal.representative_office, "")
        found += [
            {"key": "Vertretung", "value": {"text": record.personal.representative_name, "note": office}},
        ]
    return found + [_file(it) for it in record.documents]


def demanded(record: CaseRecord) -> list[Context]:
    """The side conditions of the notice, if it has any."""
    return [conditions_table(record.side_conditions)] if record.side_conditions else []


def tables(record: CaseRecord) -> list[Context]:
    """Expenditure, years and drawdowns."""
    money_column = {"key": "cents", "title": "Betrag", "kind": "money"}
    lines = [
        {
            "what": it.description,
            "category": CATEGORIES.get(it.category, it.category),
            "year": str(it.year),
            "cents": it.cents,
        }
        for it in record.lines
    ]
    return [
        {
            "caption": "Ausgaben",
            "columns": [
                {"key": "what", "title": "Wofür"},
                {"key": "category", "title": "Art"},
                {"key": "year", "title": "Fällig"},
                money_column,
            ],
            "rows": lines,
            "footer": {"what": "Summe", "cents": sum(it.cents for it in record.lines)},
        },
        {
            "caption": "Beantragte Zuwendung nach Jahren",
            "columns": [{"key": "year", "title": "Haushaltsjahr"}, money_column],
            "rows": [{"year": str(it.year), "cents": it.cents} for it in record.by_year],
        },
        {
            "caption": "Mittelabrufe",
            "columns": [
                {"key": "drawdown", "title": "Abruf"},
                {"key": "requested_on", "title": "Abgerufen am", "kind": "date"},
                {"key": "status", "title": "Stand", "kind": "badge"},
                {"key": "settled_on", "title": "Gezahlt", "kind": "date"},
                {"key": "requested_cents", "title": "Abgerufen", "kind": "money"},
                {"key": "accepted_cents", "title": "Anerkannt", "kind": "money"},
            ],
            "rows": drawdown_rows(record.drawdowns),
            "empty": "Noch kein Mittelabruf.",
        },
    ]


def drawdown_rows(drawdowns: Sequence[DrawdownStatus]) -> list[Context]:
    return [
        {
            "drawdown": {"text": f"{number}. Abruf für {it.year}", "note": it.reason_text},
            "requested_on": it.requested_on,
            "requested_cents": it.requested_cents,
            "accepted_cents": it.accepted_cents,
            "status": {"text": it.title, "tone": _DRAWDOWN_TONES.get(it.state, "info")},
            "settled_on": it.settled_on,
        }
        for number, it in enumerate(drawdowns, 1)
    ]


def _file(it: Document) -> Context:
    kind, size = it.media_type.rpartition("/")[2].upper(), it.size // 1000 + 1
    link = {"text": ATTACHMENT_KINDS.get(it.kind, it.kind), "url": it.url, "note": f"{kind}, {size} kB"}
    return {"key": "Unterlage", "value": link, "kind": "link"}


def letters(record: CaseRecord) -> list[dict[str, str]]:
    """What the ministry sent; review keeps it and shows it to the municipality that it is addressed to."""
    if record.remedy_ends_on is None:
        return []
    return [{"text": "Zuwendungsbescheid", "url": f"/review/cases/{record.case}/letter", "note": "PDF"}]


def elsewhere(record: CaseRecord) -> list[dict[str, str]]:
    """The same case at review and payout, once they have it."""
    review, payout = record.completed_on is not None, bool(record.assigned)
    found = [("Prüfung", "review", review), ("Auszahlung", "payout", payout)]
    return [{"text": text, "url": f"/{name}/cases/{record.case}"} for text, name, known in found if known]


def timeline(events: Sequence[PastEvent], *, for_applicant: bool) -> list[Context]:
    """The case's events, newest first; an applicant sees neither pseudonyms nor stored bytes."""
    return [_entry(it, for_applicant) for it in reversed(events) if not for_applicant or _for_applicant(_name(it))]


def _for_applicant(name: str) -> bool:
    return name.startswith("intake.") and name not in _INTERNAL


def _name(it: PastEvent) -> str:
    return it.topic.rpartition(".v")[0]


def _entry(it: PastEvent, for_applicant: bool) -> Context:
    title, tone = EVENT_TITLES.get(_name(it), (_name(it), "neutral"))
    shown: Context = {"title": title, "at": it.at, "valid_on": it.valid_on, "tone": tone, "why": _why(it.facts)}
    if for_applicant:
        return shown
    return shown | {
        "who": "" if it.actor == SYSTEM else it.actor,
        "role_title": ROLE_TITLES[Role(it.role)],
        "event": {
            "topic": it.topic,
            "position": it.position,
            "stream": it.stream,
            "version": it.version,
            "sha256": it.sha256,
            "actor": it.actor,
            "cause": it.cause,
            "state": json.dumps(it.facts, ensure_ascii=False, indent=1),
        },
    }


def _why(told: Mapping[str, Any]) -> str:
    if "rule" in told:
        return duties.sentence_of(told["rule"])
    cents = next(
        (told[key] for key in ("accepted_cents", "granted_cents", "requested_cents", "cents") if key in told), None
    )
    parts = [money(cents)] if isinstance(cents, int) else []
    if deadline := told.get("deadline"):
        parts.append(f"bis {german_date(deadline['ends_on'])}")
    parts += _of_procedure(told)
    if told.get("may_begin_on"):
        until = f" bis {german_date(told['expires_on'])}" if told.get("expires_on") else ""
        parts.append(f"gilt ab {german_date(told['may_begin_on'])}{until}")
    parts += [it["text"] for it in told.get("documents", ()) if "text" in it]
    parts += [
        told[key] for key in ("file_number", "reason", "text", "announced", "new_name", "cut_reason") if told.get(key)
    ]
    reasons = told.get("reasons", ())
    return " · ".join([*parts, *([reasons] if isinstance(reasons, str) else reasons)])


def _of_procedure(told: Mapping[str, Any]) -> list[str]:
    """The days of a hearing and of a hold, and how a hearing ended."""
    parts: list[str] = []
    if told.get("resubmission_on"):
        parts.append(f"Wiedervorlage am {german_date(told['resubmission_on'])}")
    if told.get("step") and told.get("happened_on"):
        parts.append(step_in_words(told["kind"], told["step"], date.fromisoformat(told["happened_on"])))
    if set(told) == {"acted"}:
        parts.append(_taken(told["acted"]))
    if told.get("annulment") and told.get("facts"):
        parts.append(told["facts"])
    if any(told.get(it) for it in ("about", "extended_on", "annulment", "restarted_on")):
        parts += [f"Stellungnahme bis {german_date(it)}" for it in (told.get("ends_on"),) if it]
    if "outcome" in told and "number" in told:
        parts.append(f"Nr. {told['number']} {OUTCOMES[told['outcome']][0]}")
    if "answered" in told:
        parts.append("Stellungnahme eingegangen" if told["answered"] else "keine Stellungnahme in der Frist")
    return parts


def _taken(acted: Sequence[Mapping[str, str]]) -> str:
    """In what somebody took part, in the words of the matrix."""
    parts = (duties.MATRIX.part_of.get(duties.name_of(it["action"]), "") for it in acted)
    return ", ".join(duties.MATRIX.parts[it] for it in dict.fromkeys(parts) if it)


def next_step(record: CaseRecord) -> Context:
    """What the applicant is told to expect, from whom and until when."""
    on = record.remedy_ends_on if record.status.code is StatusCode.AWARDED else record.status.due_on
    turn = _TURN.get(record.status.code, "")
    return {"title": record.status.title, "text": record.status.next_step, "by": turn, "on": on}


def steps(record: CaseRecord) -> list[Context]:
    """The way of an application from receipt to the money."""
    status = record.status
    over = status.code in (StatusCode.REFUSED, StatusCode.REJECTED, StatusCode.GONE, StatusCode.WITHDRAWN)
    decided = status.granted_cents > 0 or (over and status.code is not StatusCode.WITHDRAWN)
    stages: list[tuple[str, bool, Any]] = [
        ("Eingegangen", True, record.submitted_on),
        ("Vollständig", record.completed_on is not None, record.completed_on),
        ("Geprüft und entschieden", decided, None),
        ("Bestandskräftig", bool(record.assigned), None),
        ("Ausgezahlt", status.code is StatusCode.PAID, None),
    ]
    found: list[Context] = []
    for title, done, on in stages:
        current = not done and not over and all(it["state"] == "done" for it in found)
        found.append({"title": title, "state": "done" if done else "current" if current else "open", "on": on})
    return found
