"""Die Bescheide: what the letters say, a pure function of what was decided; `pages/*_letter.typ` give them their form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.review.assessment import Reserved
from services.review.award import Grant, GrantRefused
from services.review.examination import CUT_TITLES, Application, AssessedLine
from services.review.programme import Programme
from shared.contracts.intake import ExpenditureLine
from shared.decider import DomainError, value


@value
class Authority:
    """Who decides, as the letter's head names it."""

    name: str
    street: str
    place: str
    mail: str


class CourtUnknown(DomainError):
    """A letter without the competent court would open a year for remedies (§ 58 II VwGO)."""

    code = "court-unknown"
    title = "Für den Sitz der Kommune ist kein Verwaltungsgericht hinterlegt; der Bescheid kann nicht belehren."


_WEIMAR = {"name": "Verwaltungsgericht Weimar", "street": "Jenaer Straße 2a", "place": "99425 Weimar"}
_MEININGEN = {"name": "Verwaltungsgericht Meiningen", "street": "Lindenallee 15", "place": "98617 Meiningen"}
_GERA = {"name": "Verwaltungsgericht Gera", "street": "Rudolf-Diener-Straße 1", "place": "07545 Gera"}

COURTS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        ("16051", "16055", "16061", "16062", "16064", "16065", "16067", "16068", "16070", "16071"), _WEIMAR
    ),
    **dict.fromkeys(("16054", "16063", "16066", "16069", "16072"), _MEININGEN),
    **dict.fromkeys(("16052", "16053", "16073", "16074", "16075", "16076", "16077"), _GERA),
}
"""District (first five digits of the official key) → court at the plaintiff's seat (§ 52 Nr. 3 Satz 2 VwGO), after the
courts' own pages on their districts (annex to § 1 ThürAGVwGO)."""


def court_of(applicant_key: str) -> Mapping[str, str]:
    """The administrative court that is competent for a municipality; `CourtUnknown` outside Thuringia."""
    found = COURTS.get(applicant_key[:5])
    if found is None:
        raise CourtUnknown(applicant_key[:9])
    return found


def guideline_of(programme: Programme, sha256: str) -> str:
    """The title of the guideline that was decided under, found by its hash; never the latest."""
    return next((it.title for it in programme.published if it.sha256 == sha256), sha256)


def letter(
    grant: Grant, approved_on: date, grounds: Reserved, guideline: str, authority: Authority, *, demonstration: bool
) -> Mapping[str, Any]:
    """The letter's values. Its date is the day of the approval, so that the same award always is the same letter."""
    terms, lines = grounds.proposal.terms, grounds.file.application.lines
    return {
        "authority": {
            "name": authority.name,
            "street": authority.street,
            "place": authority.place,
            "mail": authority.mail,
        },
        "recipient": {
            "name": grant.applicant_name,
            "street": f"Amtlicher Gemeindeschlüssel {grant.applicant_key}",
            "place": "Elektronische Bekanntgabe",
        },
        "file_number": grant.file_number,
        "date": approved_on.isoformat(),
        "project": grant.project,
        "purpose": f"Die Zuwendung dient dem Vorhaben „{grant.project}“, wie im Antrag beschrieben.",
        "item": f"Ziffer {terms.letter}, {terms.item_title}" if terms.letter else terms.item_title,
        "guideline": guideline,
        "budget_title": grant.budget_title,
        "granted_cents": grant.granted_cents,
        "eligible_cents": grant.eligible_cents,
        "applied_cents": grant.eligible_cents + grant.cut_cents,
        "rate_bp": grant.rate_bp,
        "by_year": [{"year": it.year, "cents": it.cents} for it in grant.by_year],
        "lines": _lines(lines, grounds.expenditure.lines),
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat(),
        "proof_due_on": grant.proof_due_on.isoformat(),
        "drawdown_months": grant.drawdown_months,
        "conditions": list(grant.conditions),
        "court": dict(court_of(grant.applicant_key)),
        "demonstration": demonstration,
    }


def refusal_letter(
    refusal: GrantRefused, application: Application, authority: Authority, *, demonstration: bool
) -> Mapping[str, Any]:
    """The values of the letter that refuses; its date is the day of the decision."""
    return {
        "authority": {
            "name": authority.name,
            "street": authority.street,
            "place": authority.place,
            "mail": authority.mail,
        },
        "recipient": {
            "name": application.applicant_name,
            "street": f"Amtlicher Gemeindeschlüssel {application.applicant_key}",
            "place": "",
        },
        "file_number": refusal.file_number,
        "date": refusal.refused_on.isoformat(),
        "project": application.title,
        "submitted_on": application.submitted_on.isoformat(),
        "reasons": list(refusal.reasons),
        "court": dict(court_of(application.applicant_key)),
        "demonstration": demonstration,
    }


def _lines(applied: Sequence[ExpenditureLine], assessed: Sequence[AssessedLine]) -> list[dict[str, Any]]:
    eligible = {it.line: it for it in assessed}
    return [
        {
            "line": it.line,
            "description": it.description,
            "applied_cents": it.cents,
            "eligible_cents": eligible[it.line].eligible_cents,
            "reason": _reason(eligible[it.line]) if eligible[it.line].eligible_cents < it.cents else "",
        }
        for it in applied
    ]


def _reason(it: AssessedLine) -> str:
    return f"{CUT_TITLES[it.reason]}. {it.text}" if it.reason else it.text
