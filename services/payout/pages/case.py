"""One case: the plan per year, its drawdowns with the next act as a form, its payments, everything that happened."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.payout import account as accounts
from services.payout import disbursement as disbursements
from services.payout.api.answers import Case, DrawdownOfCase, told_case
from services.payout.api.lookup import known_case
from services.payout.api.reads import reader
from services.payout.hold import REASON_TITLES
from services.payout.pages import wording
from services.payout.pages.accounts import NEW, account_facts, account_forms
from services.payout.pages.claims import claim_forms, claims_tables, standing
from services.payout.pages.forms import Failed, form
from services.payout.pages.holds import hold_forms, holds_of_case
from services.payout.views import STEPS, next_of
from shared import duties
from shared.access import Person
from shared.calendar import local_date
from shared.identity import ROLE_TITLES, Erased, Role, Sealed, is_id
from shared.money import euros
from shared.operations import PastEvent, history_of
from shared.pages import page
from shared.rendering import spaced_iban
from shared.service import House
from shared.web import Action

PAYEE_READERS = frozenset({Role.CASE_OFFICER, Role.CERTIFIER, Role.ORDERING_OFFICER, Role.TREASURY})
"""Who needs the payee's account to do their part."""


async def case_page(
    house: House, acts: Mapping[str, Action], request: Request, case: str, failed: Failed | None = None
) -> Response:
    """A case as committed; 404 when there is none."""
    person = reader(house, request, "read-case")
    told = await told_case(house, case, person)
    state: disbursements.Disbursement = (await known_case(house, case)).state
    account: accounts.Account = (await house.writer.state(accounts.decider, case)).state
    payee = await asyncio.to_thread(_payee, house, state, account) if person.roles & PAYEE_READERS else []
    past = await asyncio.to_thread(history_of, house, case, None)
    step = min((next_of(told.open, it.stage) for it in told.drawdowns), key=STEPS.index, default="rest")
    return page(
        house,
        request,
        "case.html",
        status_code=failed.status if failed else 200,
        page_title=told.file_number or "Auszahlung",
        file_number=told.file_number or case[:12],
        heading="Auszahlung der Zuwendung",
        recipient=told.applicant_name or "noch nicht bekannt",
        status=(standing(told) if step == "rest" else None) or wording.NEXT[step],
        money=_money(told),
        facts=[*_facts(told), *account_facts(account), *payee],
        actions=[
            *(_form(acts, person, failed, told, it) for it in told.drawdowns if it.next),
            *account_forms(acts, person, failed, told, account, payee),
            *hold_forms(acts, person, failed, told),
            *claim_forms(acts, person, failed, told, local_date(house.now())),
        ],
        tables=[
            *holds_of_case(told),
            _years(told),
            *_conditions(told),
            _drawdowns(told),
            _payments(told),
            *claims_tables(told),
        ],
        timeline=[_past(it) for it in reversed(past.events)],
        back={"text": "Auszahlung", "url": "/payout/"},
        elsewhere=[
            {"text": "Antragseingang", "url": f"/intake/cases/{case}"},
            {"text": "Prüfung", "url": f"/review/cases/{case}"},
        ],
    )


def case_of_page(address: str) -> str:
    """The case whose page this is, if it is one."""
    case = address.removeprefix("/payout/cases/")
    return case if case != address and is_id(case) else ""


def _form(
    acts: Mapping[str, Action], person: Person, failed: Failed | None, told: Case, it: DrawdownOfCase
) -> dict[str, Any]:
    assert it.next is not None
    action = acts[it.next.name]
    told_form = form(
        action,
        person,
        failed,
        path=it.next.path,
        back=f"/payout/cases/{told.case}",
        about=it.drawdown,
        if_match=told.etag,
        reason=it.next.hindrance,
        consequence=_consequence(it),
    )
    return told_form | {"title": f"{it.tranche}. Mittelabruf: {action.title}"}


def _consequence(it: DrawdownOfCase) -> str:
    if it.payable_cents is None:
        return f"{euros(it.accepted_cents)} zulasten des Haushaltsjahres {it.year}."
    asked = f"Abgerufen: {euros(it.requested_cents)}. Auszahlbar: {euros(it.payable_cents)}."
    return f"{asked} {it.reason_text}" if it.reason_text else asked


def _payee(house: House, state: disbursements.Disbursement, account: accounts.Account) -> list[dict[str, Any]]:
    if isinstance(state, disbursements.Waiting):
        return []
    paid_to = account.confirmed or state.plan
    found = [
        {"key": "Kontoinhaber", "value": _opened(house, paid_to.account_holder)},
        {"key": "IBAN", "value": _opened(house, paid_to.iban, spaced_iban), "kind": "code"},
    ]
    if it := account.proposed:
        text = f"{_opened(house, it.account_holder)}, {_opened(house, it.iban, spaced_iban)}"
        found.append({"key": NEW, "value": text})
    return found


def _opened(house: House, box: Sealed, written: Callable[[str], str] = str) -> str:
    value = house.privacy.open(box)
    return "gelöscht" if isinstance(value, Erased) else written(value)


def _money(told: Case) -> dict[str, Any]:
    return {
        "granted": sum(it.granted_cents for it in told.years) if told.open else None,
        "ordered": sum(it.cents for it in told.payments if it.status not in ("rejected", "returned")),
        "settled": sum(it.cents for it in told.payments if it.status == "settled"),
    }


def _facts(told: Case) -> list[dict[str, Any]]:
    return [
        {"key": "Gemeindeschlüssel", "value": told.applicant_key, "kind": "code"},
        {"key": "Haushaltstitel", "value": told.title, "kind": "code"},
        {"key": "Zuwendungsfähige Ausgaben", "value": told.eligible_cents if told.open else None, "kind": "money"},
        {"key": "Fördersatz", "value": f"{told.rate_bp / 100:g} %".replace(".", ",") if told.open else ""},
        *_changes(told),
    ]


def _changes(told: Case) -> list[dict[str, Any]]:
    """What review changed of the plan since it was opened."""
    found: list[dict[str, Any]] = []
    if told.frozen:
        found.append({"key": "Auszahlung", "value": "gesperrt durch die Bewilligungsstelle"})
    if told.returned_cents:
        found.append({"key": "Zurückgegeben", "value": told.returned_cents, "kind": "money"})
    if told.kept_cents:
        found.append({"key": "Zurückverlangt, aber schon angeordnet", "value": told.kept_cents, "kind": "money"})
    return found


# ---- Tables ----------------------------------------------------------------------------------------------------------


def _years(told: Case) -> dict[str, Any]:
    return {
        "caption": "Auszahlungsplan",
        "empty": "Die Mittel sind noch nicht zugewiesen.",
        "columns": [
            {"key": "year", "title": "Haushaltsjahr"},
            {"key": "granted_cents", "title": "bewilligt", "kind": "money"},
            {"key": "accepted_cents", "title": "anerkannt", "kind": "money"},
            {"key": "settled_cents", "title": "gezahlt", "kind": "money"},
            {"key": "remaining_cents", "title": "noch abrufbar", "kind": "money"},
        ],
        "rows": [it.model_dump() for it in told.years],
    }


def _conditions(told: Case) -> list[dict[str, Any]]:
    columns = [
        {"key": "number", "title": "Nr."},
        {"key": "text", "title": "Nebenbestimmung"},
        {"key": "bars", "title": "hält auf"},
        {"key": "outcome", "title": "Stand", "kind": "badge"},
    ]
    rows = [
        {
            "number": f"Nr. {it.number}",
            "text": it.text,
            "bars": wording.BARS[it.bars],
            "outcome": wording.CONDITIONS[it.outcome],
        }
        for it in told.side_conditions
    ]
    return [{"caption": "Nebenbestimmungen vor der Auszahlung", "columns": columns, "rows": rows}] if rows else []


def _drawdowns(told: Case) -> dict[str, Any]:
    return {
        "caption": "Mittelabrufe",
        "empty": "Noch kein Mittelabruf.",
        "columns": [
            {"key": "number", "title": "Abruf"},
            {"key": "requested_on", "title": "Eingegangen", "kind": "date"},
            {"key": "year", "title": "Jahr"},
            {"key": "status", "title": "Stand", "kind": "badge"},
            {"key": "reason_text", "title": "Begründung"},
            {"key": "requested_cents", "title": "abgerufen", "kind": "money"},
            {"key": "accepted_cents", "title": "anerkannt", "kind": "money"},
        ],
        "rows": [
            {
                **it.model_dump(),
                "number": {"text": f"{it.tranche}. Abruf", "note": _need(it)},
                "status": wording.STAGES[it.stage],
            }
            for it in told.drawdowns
        ],
    }


def _need(it: DrawdownOfCase) -> str:
    """Until when and for what the money is needed, and what was spent of what came before."""
    if it.needed_on is None:
        return ""
    spent = f" Bisher verwendet: {euros(it.spent_cents)}." if it.spent_cents else ""
    return f"Gebraucht bis {it.needed_on:%d.%m.%Y}: {it.purpose}.{spent}"


def _payments(told: Case) -> dict[str, Any]:
    return {
        "caption": "Zahlungen",
        "empty": "Noch keine Zahlung angeordnet.",
        "columns": [
            {"key": "reference", "title": "Zahlungskennung", "kind": "code"},
            {"key": "run", "title": "Zahlungslauf", "kind": "link"},
            {"key": "settled_on", "title": "Gezahlt", "kind": "date"},
            {"key": "badge", "title": "Stand", "kind": "badge"},
            {"key": "cents", "title": "Betrag", "kind": "money"},
        ],
        "rows": [
            {
                **it.model_dump(),
                "run": {"text": it.batch[:12], "url": f"/payout/batches/{it.batch}"} if it.batch else None,
                "badge": wording.PAYMENTS[it.status],
            }
            for it in told.payments
        ],
    }


# ---- History ---------------------------------------------------------------------------------------------------------


def _past(it: PastEvent) -> dict[str, Any]:
    title, tone = wording.titled(it.topic, it.facts)
    return {
        "title": title,
        "tone": tone,
        "at": it.at,
        "valid_on": it.valid_on,
        "who": "" if it.role == Role.SYSTEM else it.actor,
        "role_title": ROLE_TITLES[Role(it.role)],
        "why": _why(it.facts),
        "event": {
            "topic": it.topic,
            "position": it.position,
            "stream": it.stream,
            "version": it.version,
            "sha256": it.sha256,
            "actor": it.actor,
            "cause": it.cause,
            "state": json.dumps(it.facts, ensure_ascii=False, sort_keys=True, indent=1),
        },
    }


def _why(facts: Mapping[str, Any]) -> str:
    """The amount and the reason, where an event has them."""
    cents = next((facts[it] for it in ("accepted_cents", "requested_cents", "late_cents", "cents") if facts.get(it)), 0)
    cents = cents or sum(it["cents"] for it in facts.get("by_year", ()))
    reason = str(facts.get("reason", ""))
    if "hold" in facts:
        reason = " ".join((REASON_TITLES.get(reason, reason), str(facts.get("text", "")))).strip()
    if "rule" in facts:
        return duties.sentence_of(facts["rule"])
    until = facts.get("until_on")
    parts = [
        f"{euros(cents)}." if cents else "",
        f"Bis {date.fromisoformat(until):%d.%m.%Y}." if until else "",
        "Durch Aufrechnung." if facts.get("paid_by") == "set-off" else "",
        wording.TREASURY_REASONS.get(reason)
        or wording.CLEARING.get(reason)
        or wording.PLAN_CHANGES.get(reason)
        or disbursements.REASONS.get(reason, reason),
    ]
    return " ".join(it for it in parts if it)
