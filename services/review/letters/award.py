"""Zuwendungsbescheid: the values of `award_letter.typ`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.review.assessment import Reserved
from services.review.award import Grant
from services.review.examination import CUT_TITLES, AssessedLine
from services.review.grant_cut import in_words
from services.review.letters.courts import court_of
from services.review.letters.head import Head
from services.review.programme import Programme
from services.review.side_condition import in_letter
from shared.contracts.intake import ExpenditureLine
from shared.policy import FINANCING_TITLES


def guideline_of(programme: Programme, sha256: str) -> str:
    """The title of the guideline that was decided under, found by its hash; never the latest."""
    return next((it.title for it in programme.published if it.sha256 == sha256), sha256)


def letter(head: Head, grant: Grant, approved_on: date, grounds: Reserved, guideline: str) -> Mapping[str, Any]:
    """The letter's values. Its date is the day of the approval, so that the same award always is the same letter."""
    terms, lines = grounds.proposal.terms, grounds.file.application.lines
    return {
        **head.on(approved_on),
        "purpose": f"Die Zuwendung dient dem Vorhaben „{grant.project}“, wie im Antrag beschrieben.",
        "item": f"Ziffer {terms.letter}, {terms.item_title}" if terms.letter else terms.item_title,
        "guideline": guideline,
        "budget_title": grant.budget_title,
        "granted_cents": grant.granted_cents,
        "eligible_cents": grant.eligible_cents,
        "applied_cents": grant.eligible_cents + grant.cut_cents,
        "rate_bp": grant.rate_bp,
        "financing_type": grant.financing_type,
        "financing_title": FINANCING_TITLES[grant.financing_type],
        "payout_only_when_final": grant.payout_only_when_final,
        "by_year": [{"year": it.year, "cents": it.cents} for it in grant.by_year],
        "lines": _lines(lines, grounds.expenditure.lines),
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat(),
        "proof_due_on": grant.proof_due_on.isoformat(),
        "drawdown_months": grant.drawdown_months,
        "conditions": _conditions(grant),
        "cut": in_words(grant.cut) if grant.cut else "",
        "court": dict(court_of(head.applicant_key)),
    }


def _conditions(grant: Grant) -> list[str]:
    """The numbered side conditions, and what an amendment or an award of the time before them states beside."""
    numbered = {it.text for it in grant.side_conditions}
    return [*in_letter(grant.side_conditions), *(it for it in grant.conditions if it not in numbered)]


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
