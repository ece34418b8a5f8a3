"""One sealed batch: its sums, its payments, its release."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.payout.api.answers import Batch, BatchCollection, told_batch, told_payment
from services.payout.api.reads import FILE_READERS, reader
from services.payout.pages import wording
from services.payout.pages.barred import hindrance, release_hindrance
from services.payout.pages.forms import Failed, form
from services.payout.pages.recalls import recall_forms, recall_row, recalls_of, told_by_hand
from services.payout.treasury.filing import settings_of
from shared.access import Person
from shared.money import euros
from shared.pages import page
from shared.rendering import german_date, spaced_iban
from shared.service import House
from shared.web import Action

SHOWN = 400
"""So many payments of a batch are on its page; all are in its file."""


async def batch_page(
    house: House, acts: Mapping[str, Action], request: Request, name: str, failed: Failed | None = None
) -> Response:
    """A batch as committed; 404 when there is none."""
    person = reader(house, request, "read-batch")
    told = await told_batch(house, name)
    seen = {**told.model_dump(), "version": told.etag.strip('"')}
    back = f"/payout/batches/{name}"
    forms: list[dict[str, Any]] = []
    if told.by_hand and told.status == "released":
        barred = await hindrance(house, "record-entry", [*told.entries, *told.collections], person)
        forms = [_entry_form(acts["record-entry"], person, failed, told, barred)]
    elif told.status == "sealed":
        barred = await release_hindrance(house, seen, person)
        forms = [
            release_form(acts["release-batch"], person, failed, seen, back, barred),
            _discard_form(acts["discard-batch"], person, failed, seen),
        ]
    elif told.status == "released":
        forms = [_discard_form(acts["discard-batch"], person, failed, seen)]
    recalled = await recalls_of(house, name)
    forms += await recall_forms(house, acts, person, failed, told, recalled)
    may_see = bool(person.roles & FILE_READERS)
    return page(
        house,
        request,
        "batch.html",
        status_code=failed.status if failed else 200,
        page_title=f"Zahlungslauf {name[:12]}",
        heading=f"Zahlungslauf {name[:12]} vom {german_date(told.created_at)}",
        status=wording.batch(told.status, told.silent),
        facts=_facts(house, told),
        actions=forms,
        recalls={"rows": [recall_row(it) for it in recalled]},
        called={"rows": await told_by_hand(house, name, recalled)},
        collections={"rows": [_collection(told, it) for it in told.collections]},
        by_hand=told.by_hand,
        entries={"rows": await _entries(house, told), "footer": {"reference": _summed(told), "cents": told.sum_cents}},
        file=_file(name) if may_see else None,
    )


def release_form(
    action: Action, person: Person, failed: Failed | None, it: Mapping[str, Any], back: str, barred: str
) -> dict[str, Any]:
    """The release of a batch, for a person of the treasury; `barred` says why not this one."""
    about = it["batch"][:12]
    told = form(
        action,
        person,
        failed,
        path=action.path.format(batch=it["batch"]),
        back=back,
        if_match=f'"{it["version"]}"',
        reason=barred,
        consequence=_leaves(it["count"], it["sum_cents"], it["collections"]),
    )
    return told | {"id": f"{action.name}-{about}", "title": f"Zahlungslauf {about} freigeben"}


def _discard_form(action: Action, person: Person, failed: Failed | None, it: Mapping[str, Any]) -> dict[str, Any]:
    return form(
        action,
        person,
        failed,
        path=action.path.format(batch=it["batch"]),
        back=f"/payout/batches/{it['batch']}",
        if_match=f'"{it["version"]}"',
        fields=_DISCARDING,
        text="Die Datei wird nie übergeben. Die Anordnungen bestehen fort und können in einen neuen Zahlungslauf; wer inzwischen eine "
        "andere Bankverbindung hat, dessen Anordnung wird zurückgenommen und neu erteilt.",
    )


_DISCARDING: Sequence[Mapping[str, Any]] = (
    {
        "name": "references",
        "label": "Nicht zu leistende Zahlungen",
        "hint": "ihre Zahlungskennungen, durch Leerzeichen getrennt; diese Anordnungen werden zurückgenommen. Leer: alle bestehen fort",
    },
)


def _entry_form(action: Action, person: Person, failed: Failed | None, told: Batch, barred: str) -> dict[str, Any]:
    """One order after the other, each with the Kassenzeichen that it was given."""
    to_type = [it for it in (*told.entries, *told.collections) if not it.cash_reference][:SHOWN]
    options = [
        {"value": it.reference, "text": f"{it.reference} · {it.file_number} · {euros(it.cents)}"} for it in to_type
    ]
    asked = [
        {"name": "order", "label": "Anordnung", "kind": "select", "required": True, "options": options, "value": ""},
        {"name": "cash_reference", "label": "Kassenzeichen", "kind": "text", "required": True, "hint": _WRITTEN},
    ]
    return form(
        action,
        person,
        failed,
        path=action.path.format(batch=told.batch),
        back=f"/payout/batches/{told.batch}",
        if_match=told.etag,
        reason=barred,
        fields=asked,
        text=f"Noch zu erfassen: {told.to_enter}. Ist eine Anordnung im Kassenverfahren erfasst, vermerken Sie ihr Kassenzeichen; "
        "mit dem letzten ist der Zahlungslauf bei der Kasse.",
    )


_WRITTEN = "Großbuchstaben, Ziffern, Leerzeichen, Punkt, Schräg- und Bindestrich; höchstens 35 Zeichen"


def _typed(told: Batch, cash_reference: str) -> str:
    """The Kassenzeichen of an order of a file that is typed in by hand; what has none yet is said to be open."""
    waits = told.by_hand and told.status in ("sealed", "released")
    return cash_reference or ("offen" if waits else "")


def _file(name: str) -> dict[str, Any]:
    at = f"/payout/batches/{name}"
    return {"text": "Datei herunterladen", "url": f"{at}/file", "preview": f"{at}/preview"}


def _summed(told: Batch) -> str:
    return "Summe" if told.count <= SHOWN else f"Summe aller {told.count} Zahlungen; die ersten {SHOWN} sind gezeigt"


def _leaves(count: int, cents: int, collections: int | Sequence[Any]) -> str:
    beside = collections if isinstance(collections, int) else len(collections)
    orders = ""
    if beside:
        orders = (
            " Dazu eine Anordnung zu einer Forderung." if beside == 1 else f" Dazu {beside} Anordnungen zu Forderungen."
        )
    if count == 1:
        return f"Eine Zahlung, {euros(cents)}, geht an die Kasse.{orders}"
    return f"{count} Zahlungen, zusammen {euros(cents)}, gehen an die Kasse.{orders}"


def _collection(told: Batch, it: BatchCollection) -> dict[str, Any]:
    return {
        "kind": wording.COLLECTION_KINDS[it.kind],
        "reference": it.reference,
        "case": {"text": it.file_number, "url": f"/payout/cases/{it.case}"},
        "title": it.title,
        "year": it.year,
        "due_on": it.due_on,
        "cash_reference": _typed(told, it.cash_reference),
        "cents": it.cents,
    }


def _facts(house: House, told: Batch) -> list[dict[str, Any]]:
    account = settings_of(house).debtors.get(told.debtor)
    by_hand = [
        {"key": "Kassenzeichen", "value": told.cash_reference},
        {"key": "Noch zu erfassen", "value": told.to_enter, "kind": "number"},
    ]
    return [
        {"key": "Kennung", "value": told.batch, "kind": "code"},
        {"key": "Versiegelt", "value": told.created_at, "kind": "instant"},
        {"key": "Ausführung", "value": told.execution_on, "kind": "date"},
        {"key": "Zahlungen", "value": told.count, "kind": "number"},
        {"key": "Kontrollsumme", "value": told.sum_cents, "kind": "money"},
        {"key": "SHA-256", "value": told.file_sha256, "kind": "hash"},
        {
            "key": "Belastetes Konto",
            "value": f"{account.holder}, {spaced_iban(account.iban)}" if account else told.debtor,
        },
        {"key": "Versiegelt von", "value": told.sealed_by},
        {"key": "Freigegeben von", "value": told.released_by},
        *(by_hand if told.by_hand else []),
        {"key": "Übergabeversuche", "value": told.attempt, "kind": "number"},
    ]


async def _entries(house: House, told: Batch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for it in told.entries[:SHOWN]:
        payment = await told_payment(house, it.payment)
        rows.append(
            {
                "reference": it.reference,
                "case": {"text": it.file_number, "url": f"/payout/cases/{it.case}"},
                "title": it.title,
                "year": it.year,
                "cash_reference": _typed(told, it.cash_reference),
                "status": wording.payment(payment.status, payment.recall) if payment else wording.PAYMENTS["batched"],
                "cents": it.cents,
            }
        )
    return rows
