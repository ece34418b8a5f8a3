"""Forderungen on the case's page: the table, the statement of interest, and every act as a form."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.payout import claim as claims
from services.payout import collection
from services.payout.api.answers import Case
from services.payout.api.claiming import ClaimOfCase
from services.payout.pages import wording
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.money import euros
from shared.web import Action

type Field = dict[str, Any]


def claim_forms(
    acts: Mapping[str, Action], person: Person, failed: Failed | None, told: Case, today: date
) -> list[dict[str, Any]]:
    """The forms of what this person's roles may do with the case's claims."""
    return [
        _form(acts[name], person, failed, told, it, today)
        for it in told.claims
        for name in it.actions
        if person.roles & acts[name].roles
    ]


def _form(
    action: Action, person: Person, failed: Failed | None, told: Case, it: ClaimOfCase, today: date
) -> dict[str, Any]:
    owed = f"Forderung {it.reference}: offen {euros(it.open_cents + it.interest_due_cents)}."
    asked = f"{wording.COLLECTION_KINDS[it.needed]} über {euros(it.needed_cents)}." if it.needed else ""
    return form(
        action,
        person,
        failed,
        path=action.path.format(case=told.case, claim=it.claim),
        back=f"/payout/cases/{told.case}",
        about=it.claim,
        if_match=told.claims_etag,
        fields=_fields(action.name, it, today),
        tone="primary" if action.name == claims.BOOK else "secondary",
        consequence=f"{owed} {asked}" if action.name == collection.ORDER else owed,
    )


def _fields(name: str, it: ClaimOfCase, today: date) -> list[Field]:
    reason = {"name": "reason", "label": "Grund", "required": True, "value": ""}
    match name:
        case claims.BOOK:
            paid_by = [{"value": str(one), "text": wording.PAID_BY[one]} for one in claims.PaidBy]
            return [
                _money("cents", "Betrag", it.open_cents + it.interest_due_cents),
                _day("received_on", "Wertstellung", today),
                {"name": "paid_by", "label": "Art", "kind": "radio", "required": True, "options": paid_by, "value": str(claims.PaidBy.TRANSFER)},
                {"name": "voucher", "label": "Beleg", "required": True, "value": ""},
            ]  # fmt: skip
        case claims.ASSESS | collection.ORDER:
            return []
        case claims.DEFER:
            return [_day("until_on", "Gestundet bis", it.due_on), reason]
        case claims.REMIT:
            return [_money("cents", "Erlassener Betrag", it.open_cents + it.interest_due_cents), reason]
        case _:
            return [reason]


def _money(name: str, label: str, cents: int) -> Field:
    text = euros(cents).removesuffix(" €")
    return {"name": name, "label": label, "kind": "money", "value": text, "required": True, "quiet": True}


def _day(name: str, label: str, on: date) -> Field:
    return {"name": name, "label": label, "kind": "date", "required": True, "value": on.isoformat(), "width": "date"}


def standing(told: Case) -> wording.Badge | None:
    """How the first claim stands that is not settled, if there is one."""
    return next((wording.CLAIMS_OF_CASE[it.status] for it in told.claims if it.status != "settled"), None)


def claims_tables(told: Case) -> list[dict[str, Any]]:
    """The claims, and for each the statement of its interest."""
    if not told.claims:
        return []
    columns = [
        {"key": "reference", "title": "Kennung", "kind": "code"},
        {"key": "due_on", "title": "fällig", "kind": "date"},
        {"key": "badge", "title": "Stand", "kind": "badge"},
        {"key": "demanded_cents", "title": "gefordert", "kind": "money"},
        {"key": "interest_cents", "title": "Zinsen", "kind": "money"},
        {"key": "received_cents", "title": "eingegangen", "kind": "money"},
        *(
            [{"key": "remitted_cents", "title": "erlassen", "kind": "money"}]
            if any(it.remitted_cents for it in told.claims)
            else []
        ),
        {"key": "owed", "title": "offen", "kind": "money"},
    ]
    rows = [
        {**it.model_dump(), "badge": wording.CLAIMS[it.status], "owed": it.open_cents + it.interest_due_cents}
        for it in told.claims
    ]
    received = [_received(it) for it in told.claims if it.repayments]
    statements = [_statement(it) for it in told.claims if it.lines]
    return [{"caption": "Forderungen", "columns": columns, "rows": rows}, *received, *_orders(told), *statements]


def _orders(told: Case) -> list[dict[str, Any]]:
    """What the treasury was told of the claims."""
    columns = [
        {"key": "title", "title": "Anordnung"},
        {"key": "reference", "title": "Fremdkennzeichen", "kind": "code"},
        {"key": "run", "title": "Zahlungslauf", "kind": "link"},
        {"key": "due_on", "title": "fällig", "kind": "date"},
        {"key": "badge", "title": "Stand", "kind": "badge"},
        {"key": "cents", "title": "Betrag", "kind": "money"},
        {"key": "target_cents", "title": "danach einzuziehen", "kind": "money"},
    ]
    rows = [
        {
            **it.model_dump(),
            "title": wording.COLLECTION_KINDS[it.kind],
            "run": {"text": it.batch[:12], "url": f"/payout/batches/{it.batch}"} if it.batch else None,
            "badge": wording.COLLECTIONS[it.status],
        }
        for it in told.collections
    ]
    return [{"caption": "Anordnungen zu Forderungen", "columns": columns, "rows": rows}] if rows else []


def _received(it: ClaimOfCase) -> dict[str, Any]:
    columns = [
        {"key": "by", "title": "Art"},
        {"key": "received_on", "title": "Wertstellung", "kind": "date"},
        {"key": "account_on", "title": "gebucht", "kind": "date"},
        {"key": "cents", "title": "auf die Forderung", "kind": "money"},
        {"key": "interest_cents", "title": "auf Zinsen", "kind": "money"},
    ]
    rows = [{**one.model_dump(), "by": wording.PAID_BY[one.paid_by]} for one in it.repayments]
    return {"caption": f"Eingänge zu {it.reference}", "columns": columns, "rows": rows}


def _statement(it: ClaimOfCase) -> dict[str, Any]:
    columns = [
        {"key": "from_on", "title": "von", "kind": "date"},
        {"key": "until_on", "title": "bis", "kind": "date"},
        {"key": "days", "title": "Zinstage"},
        {"key": "rate", "title": "Zinssatz"},
        {"key": "cents", "title": "auf", "kind": "money"},
    ]
    rows = [{**one, "rate": f"{one['rate_bp'] / 100:.2f} %".replace(".", ",")} for one in it.lines]
    caption = f"Zinsen zu {it.reference}: {euros(it.interest_cents)}"
    return {"caption": caption, "columns": columns, "rows": rows}
