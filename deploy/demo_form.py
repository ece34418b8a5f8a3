"""Der Antrag eines Vorgangs, wie ihn die Kommune ausfüllt: everything the catalogue of checks asks for."""

from collections.abc import Mapping
from typing import Any

from deploy.demo_plan import PlannedCase

_PDF = "JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2c+PgplbmRvYmoKdHJhaWxlciA8PC9Sb290IDEgMCBSPj4KJSVFT0YK"
"""The smallest thing that calls itself a PDF, in Base64."""
_DETAILS: Mapping[str, Mapping[str, str]] = {
    "interfaces": {"linked-systems": "Dokumentenmanagement, Fachverfahren", "standard": "XÖV", "re-use": "yes"},
    "training": {"persons": "24", "course": "Digitale Verwaltung", "provider": "Verwaltungsschule", "hours": "40"},
}


def form_of(case: PlannedCase) -> Mapping[str, Any]:
    """The body of a submission."""
    return {
        "applicant_key": case.key,
        "item": case.item,
        "title": case.title,
        "lines": [
            {"category": it.category, "description": it.description, "year": it.year, "cents": it.cents}
            for it in case.lines
        ],
        "financing": {
            "own_cents": case.expenditure_cents - case.applied_cents,
            "third_party_cents": 0,
            "grant_cents": case.applied_cents,
        },
        "by_year": by_year(case.applied),
        "starts_on": case.starts_on.isoformat(),
        "ends_on": case.ends_on.isoformat(),
        "contact_name": case.contact.name,
        "contact_mail": case.contact.mail,
        "account_holder": case.contact.account_holder,
        "iban": case.contact.iban,
        "representative_name": case.contact.name,
        "representative_office": "mayor",
        "measures": [{"title": case.title, "details": dict(_DETAILS.get(case.item, {}))}],
        "cooperation": _cooperation(case),
        "attachments": [
            attachment("angebot.pdf", "offer"),
            attachment("beschluss.pdf", "council-decision"),
            *([attachment("vereinbarung.pdf", "cooperation-agreement")] if case.partners else []),
        ],
        "declarations": {
            "not_started": True, "complete": True, "data_protection": True, "electronic_service": True,
            "equalisation_funding": False, "other_funding": False, "economic_activity": False,
            "budget_safeguarding": False, "input_tax_reclaimed": False,
        },
    }  # fmt: skip


def attachment(file_name: str, kind: str) -> Mapping[str, str]:
    """A document as bodies carry it."""
    return {"file_name": file_name, "media_type": "application/pdf", "kind": kind, "content_base64": _PDF}


def _cooperation(case: PlannedCase) -> Mapping[str, Any] | None:
    """Who carries the project together; an agreed key gives the lead what the others leave."""
    if not case.partners:
        return None
    share = 2_500 if case.cost_key == "agreed" else 0
    lead = 10_000 - share * len(case.partners) if share else 0
    partners = [{"key": key, "share_bp": share} for key in case.partners]
    return {"cost_key": case.cost_key, "lead_share_bp": lead, "partners": partners, "forwards_grant": False}


def by_year(cents: Mapping[int, int]) -> list[dict[str, int]]:
    """Amounts per year, as bodies write them."""
    return [{"year": year, "cents": amount} for year, amount in cents.items()]


def criteria_of(case: PlannedCase, *, negative: bool) -> list[dict[str, Any]]:
    """What the expert says of the criteria that the practice requires for the case's item."""
    criteria = [
        {"code": "re-use", "points": 0, "text": "Nur im eigenen Haus zu gebrauchen."}
        if negative
        else {"code": "re-use", "points": 3, "text": "Andere Kommunen können das Ergebnis unverändert nutzen."},
        {"code": "information-security", "points": 1, "text": "Im ISMS der Kommune erfasst."},
    ]
    if case.item == "interfaces":
        standard = {"points": 0, "text": "Kein Standard."} if negative else {"points": 1, "text": "XÖV, offen gelegt."}
        criteria.insert(0, {"code": "standard", **standard})
    return criteria
