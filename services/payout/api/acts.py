"""Every command that a person may give: JSON body or form to decision."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field

from services.payout import account as accounts
from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import hold as holds
from services.payout import municipal_tie, sequence, views
from services.payout import payment as payments
from services.payout.api.accounting import account_actions
from services.payout.api.acknowledging import acknowledging
from services.payout.api.claiming import claiming
from services.payout.api.clearing_acts import clearing_actions
from services.payout.api.closing import closing_actions
from services.payout.api.collecting import collecting, collections_for, collects
from services.payout.api.holding import hold_actions
from services.payout.api.lookup import (
    known_acts,
    known_batch,
    known_case,
    known_holds,
    municipalities_of,
    payment_of,
    stage_of,
    status_of_batch,
)
from services.payout.api.recalling import recall_actions
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import draft_bytes_of, orders_of, settings_of
from services.payout.treasury.known import FORMATS
from shared import duties, ties
from shared.calendar import local_date, next_target_day
from shared.commands import KeyReused
from shared.decider import Decision, decision
from shared.identity import Role
from shared.problems import FieldError, Problem
from shared.service import House
from shared.web import Action, Ask, Body, Id, NoBody


class SealBatchBody(Body):
    payments: Annotated[
        tuple[Id, ...],
        Field(
            max_length=batches.MAX_ENTRIES, title="Zahlungen", description="leer: alle, die in keinem Zahlungslauf sind"
        ),
    ] = ()
    collections: Annotated[
        tuple[Id, ...],
        Field(
            max_length=batches.MAX_COLLECTIONS,
            title="Anordnungen zu Forderungen",
            description="leer: alle, die in keiner Datei sind, wenn auch keine Zahlungen genannt sind",
        ),
    ] = ()


class DiscardBatchBody(Body):
    cancelled: Annotated[
        tuple[Id, ...],
        Field(
            max_length=batches.MAX_ENTRIES,
            title="Nicht zu leistende Zahlungen",
            description="ihre Anordnungen werden zurückgenommen; die übrigen können in einen anderen Zahlungslauf",
        ),
    ] = ()
    references: Annotated[
        str,
        Field(
            pattern="^[A-Z0-9 ]*$",
            max_length=520_000,
            title="Nicht zu leistende Zahlungen",
            description="dasselbe mit ihren Zahlungskennungen, durch Leerzeichen getrennt",
        ),
    ] = ""


class RecordEntryBody(Body):
    cash_reference: Annotated[str, Field(pattern="^[A-Z0-9][A-Z0-9 ./-]{0,34}$", title="Kassenzeichen")]
    order: Annotated[
        str,
        Field(
            pattern="^[A-Z0-9]{0,25}$",
            title="Anordnung",
            description="ihre Kennung (Fremdkennzeichen); leer, wenn die Datei nur eine Anordnung enthält",
        ),
    ] = ""


def actions(house: House) -> list[Action]:
    """Every command that a person may give here."""

    async def examine(_body: NoBody, ask: Ask) -> Decision:
        return await _of_case(house, ask, disbursements.ExamineDrawdown(drawdown=ask.path["drawdown"]))

    async def certify(_body: NoBody, ask: Ask) -> Decision:
        await known_case(house, ask.path["case"])
        return disbursements.certify(ask.path["case"], ask.path["drawdown"])

    async def order(_body: NoBody, ask: Ask) -> Decision:
        await known_case(house, ask.path["case"])
        return disbursements.order(ask.path["case"], ask.path["drawdown"], ask.new_id("payment"))

    async def seal(body: SealBatchBody, ask: Ask) -> Decision:
        return await _seal(house, body, ask)

    async def release(_body: NoBody, ask: Ask) -> Decision:
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        return batches.release(ask.path["batch"], await _orders_in(house, sealed), sealed.collections)

    async def discard(body: DiscardBatchBody, ask: Ask) -> Decision:
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        return batches.discard(sealed, (*body.cancelled, *_named(sealed, body.references)))

    async def enter(body: RecordEntryBody, ask: Ask) -> Decision:
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        return batches.record_entry(sealed, body.cash_reference, body.order)

    drawdown = "/payout/cases/{case}/drawdowns/{drawdown}"
    offered = [
        Action(
            name="examine-drawdown", title="Mittelabruf prüfen", path=f"{drawdown}/examination",
            roles=frozenset({Role.CASE_OFFICER}), decide=examine, answer=_told_drawdowns,
            summary="Prüft einen Mittelabruf: der auszahlbare Betrag wird berechnet, eine Kürzung begründet.",
        ),
        Action(
            name="certify-drawdown", title="Sachlich und rechnerisch richtig feststellen", path=f"{drawdown}/certification",
            roles=frozenset({Role.CERTIFIER}), decide=certify, answer=_told_drawdowns,
        ),
        Action(
            name="order-payment", title="Auszahlung anordnen", path=f"{drawdown}/order",
            roles=frozenset({Role.ORDERING_OFFICER}), decide=order, answer=_told_drawdowns,
            summary="Ordnet den festgestellten Betrag zur Auszahlung an; nicht durch die Person, die festgestellt hat.",
        ),
        Action(
            name="seal-batch", title="Zahlungslauf bilden und versiegeln", path="/payout/batches",
            roles=frozenset({Role.ORDERING_OFFICER}), body=SealBatchBody, decide=seal, creates=True, status=201,
            location="/payout/batches/{id}", answer=_told_batch,
            summary="Versiegelt höchstens 20.000 Anordnungen zu einer Datei für die Kasse; ohne Auswahl die ältesten offenen, die sich schreiben lassen.",
        ),
        Action(
            name="release-batch", title="Zahlungslauf freigeben", path="/payout/batches/{batch}/release",
            roles=frozenset({Role.TREASURY}), decide=release, answer=_told_batch,
            summary="Gibt die Datei frei; nicht durch eine Person, die an einer der Anordnungen mitgewirkt hat.",
        ),
        Action(
            name="record-entry", title="Erfassung im Kassenverfahren vermerken", path="/payout/batches/{batch}/entry",
            roles=frozenset({Role.TREASURY}), body=RecordEntryBody, decide=enter, answer=_told_batch,
            summary="Vermerkt das Kassenzeichen einer von Hand erfassten Anordnung eines freigegebenen Zahlungslaufs; mit dem letzten ist er bei der Kasse.",
        ),
        Action(
            name="discard-batch", title="Zahlungslauf verwerfen", path="/payout/batches/{batch}/discarding",
            roles=frozenset({Role.ORDERING_OFFICER}), body=DiscardBatchBody, decide=discard, answer=_told_batch,
            summary="Verwirft einen Zahlungslauf, der noch nicht übergeben wird; die genannten Anordnungen werden zurückgenommen.",
        ),
        *hold_actions(house),
        *account_actions(house),
        *clearing_actions(house),
        *closing_actions(house),
        *acknowledging(house),
        *claiming(house),
        *collecting(house),
        *recall_actions(house),
    ]  # fmt: skip
    return [_untied(house, it) for it in offered]


def _named(sealed: batches.BatchSealed, references: str) -> Sequence[str]:
    """The payments of a batch that bear these references; 422 problem when one is no reference of it."""
    known = {it.reference: it.payment for it in sealed.entries}
    named = references.split()
    if strange := next((it for it in named if it not in known), ""):
        title = "Eine der Zahlungskennungen gehört nicht zu diesem Zahlungslauf."
        found = FieldError(field="references", code="reference-unknown", message=f"{strange} gehört nicht dazu.")
        raise Problem(422, "reference-unknown", title, detail=strange, errors=[found])
    return [known[it] for it in named]


def _untied(house: House, action: Action) -> Action:
    """The action, refused in a case to whoever is tied to one of its municipalities."""
    if "{case}" not in action.path:
        return action

    async def decide(body: Any, ask: Ask) -> Decision:
        decided = await action.decide(body, ask)
        keys = await municipalities_of(house, ask.path["case"])
        return ties.untied(decided, municipal_tie.decider, action.name, keys)

    return replace(action, decide=decide)


async def _of_case(house: House, ask: Ask, command: disbursements.Command) -> Decision:
    await known_case(house, ask.path["case"])
    return decision(disbursements.decider, ask.path["case"], command)


async def _seal(house: House, body: SealBatchBody, ask: Ask) -> Decision:
    name = ask.new_id("batch")
    known = (await house.writer.state(batches.decider, name)).state
    if not isinstance(known, batches.Unsealed):
        # The same request again: the writer remembers its outcome, and other payments may be open by now. Where it does
        # not (its 30 days are over, the store was recovered), another request with this key must not pass for sealed.
        if (body.payments or body.collections) and not _asks_for(body, known.sealed):
            raise KeyReused
        stream = batches.decider.stream(name)
        return Decision(reads={stream: batches.decider}, judge=lambda _states, _context: {}, creates=True)
    chosen = bool(body.payments or body.collections)
    orders = await (_listed_orders(house, body.payments) if chosen else _open_orders(house, ask.person.id))
    writing = await _writing(house)
    collected: Sequence[batches.CollectionEntry] = (
        await collections_for(house, body.collections, ask.person.id, chosen=chosen) if collects(house) else []
    )

    def drafted(some: Sequence[payments.PaymentOrdered]) -> tuple[batches.Draft, str]:
        day = next_target_day(ask.today)
        debtor = settings_of(house).debtor
        content = batches.draft(
            name, some, created_at=ask.now, execution_on=day, debtor=debtor, writing=writing, collections=collected
        )
        return content, sha256(draft_bytes_of(house, content)).hexdigest() if some or collected else ""

    def writable(order: payments.PaymentOrdered) -> bool:
        try:
            drafted([order])
        except Unwritable:
            return False
        return True

    def content_and_hash() -> tuple[batches.Draft, str]:
        try:
            return drafted(orders)
        except Unwritable as error:
            if chosen:
                title = "Aus diesen Anordnungen lässt sich keine Datei bilden."
                raise Problem(409, f"batch-{error.code}", title, detail=error.reason) from error
            # Nobody chose the one that cannot be written (its payee erased, say); it stays open, the others are paid.
            return drafted([it for it in orders if writable(it)])

    content, digest = await asyncio.to_thread(content_and_hash)
    return batches.seal(content, digest, FORMATS[writing.format].suffix)


async def _writing(house: House) -> batches.Writing:
    """How a new file is written, by the settings, with the next running number where the format has one."""
    settings = settings_of(house)
    numbers: sequence.Numbers = (await house.writer.state(sequence.decider, settings.debtor)).state
    return batches.Writing(
        format=settings.treasury_format,
        native_text=settings.native_text,
        single_titles=settings.single_titles,
        number=numbers.next if FORMATS[settings.treasury_format].numbered else 0,
        version=settings.hkr_version if FORMATS[settings.treasury_format].numbered else 1,
    )


def _asks_for(body: SealBatchBody, sealed: batches.BatchSealed) -> bool:
    """Whether a request names exactly what was sealed."""
    payments_in = {it.payment for it in sealed.entries}
    return set(body.payments) == payments_in and set(body.collections) == {it.order for it in sealed.collections}


async def _listed_orders(house: House, names: Sequence[str]) -> Sequence[payments.PaymentOrdered]:
    orders: list[payments.PaymentOrdered] = []
    for number, state in enumerate(await orders_of(house, names)):
        if isinstance(state, payments.Unordered):
            raise Problem(404, "payment-unknown", "Diese Zahlung gibt es nicht.", field=f"payments.{number}")
        orders.append(state.order)
    return orders


async def _orders_in(house: House, sealed: batches.BatchSealed) -> Sequence[payments.PaymentOrdered]:
    states = await orders_of(house, [it.payment for it in sealed.entries])
    return [it.order for it in states if not isinstance(it, payments.Unordered)]


async def _open_orders(house: House, person: str) -> Sequence[payments.PaymentOrdered]:
    """What can be sealed now by this person: a case in which something stands in the way keeps no other from being paid."""
    await house.seen(house.writer.head.position)
    names = await asyncio.to_thread(views.ordered_payments, house.views, batches.MAX_ENTRIES)
    standing, today = await known_holds(house), local_date(house.now())
    ordered = [it.order for it in await orders_of(house, names) if isinstance(it, payments.Ordered)]
    free = [it for it in ordered if not holds.holding(standing, batches.concerned(it), today)]
    return [it for it in free if not await _stands_in_the_way(house, it, person)]


async def _stands_in_the_way(house: House, order: payments.PaymentOrdered, person: str) -> bool:
    account = (await house.writer.state(accounts.decider, order.case)).state
    if batches.account_hindrance(order, account):
        return True
    plan: disbursements.Disbursement = (await house.writer.state(disbursements.decider, order.case)).state
    if disbursements.open_debits(disbursements.find(plan, order.drawdown).debits):
        return True
    return bool(duties.hindrance("seal-batch", await known_acts(house, order.case, person), person))


def _told_drawdowns(state: disbursements.Disbursement, _ask: Ask) -> Mapping[str, Any]:
    told = [
        {"drawdown": it.id, "stage": stage_of(it), "accepted_cents": it.accepted_cents, "reason": it.reason, "payment": payment_of(it)}
        for it in state.drawdowns
    ]  # fmt: skip
    return {"drawdowns": told}


def _told_batch(state: batches.Batch, _ask: Ask) -> Mapping[str, Any]:
    if isinstance(state, batches.Unsealed):
        return {}
    sealed = state.sealed
    return {
        "batch": sealed.message_id, "status": status_of_batch(state), "count": sealed.count,
        "sum_cents": sealed.sum_cents, "file_sha256": sealed.file_sha256, "file_name": sealed.file_name,
    }  # fmt: skip
