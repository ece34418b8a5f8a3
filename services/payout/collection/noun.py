"""Anordnungen zu Forderungen, a stream per case: what is asked, how it stands, what is decided."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.collection.content import Kind, Wanted, needed
from services.payout.collection.events import (
    CollectionAccepted,
    CollectionBatched,
    CollectionOrdered,
    CollectionRejected,
    CollectionReleased,
    CollectionUnbatched,
    CollectionWithdrawn,
    Event,
)
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, replace, value
from shared.identity import Role

ORDER = "order-collection"
RELEASE = "release-batch"


@value
class OrderCollection:
    """Tell the treasury what it does not know yet of a claim, by an order of this `reference`.

    `acted` is who took part in the case elsewhere.
    """

    order: str
    reference: str
    wanted: Wanted
    payer: str
    acted: tuple[Acted, ...] = ()


@value
class BatchCollection:
    order: str
    batch: str


@value
class UnbatchCollection:
    order: str
    batch: str


@value
class ReleaseCollection:
    order: str
    batch: str


@value
class AcceptCollection:
    order: str
    batch: str
    status: str


@value
class RejectCollection:
    order: str
    batch: str
    reason: str


type OfFile = BatchCollection | UnbatchCollection | ReleaseCollection | AcceptCollection | RejectCollection
type Command = OrderCollection | OfFile

ORDERED, BATCHED, ACCEPTED, REJECTED, WITHDRAWN = "ordered", "batched", "accepted", "rejected", "withdrawn"


@value
class Order:
    """One order and its stage; `batch` is the file in which it lies or last lay."""

    ordered: CollectionOrdered
    stage: str = ORDERED
    batch: str = ""
    reason: str = ""
    released_by: str = ""

    @property
    def id(self) -> str:
        return self.ordered.order


@value
class Collections:
    """All orders about a case's claims, oldest first."""

    orders: tuple[Order, ...] = ()
    acted: tuple[Acted, ...] = ()

    def find(self, order: str) -> Order | None:
        return next((it for it in self.orders if it.id == order), None)

    def of_claim(self, claim: str) -> Sequence[Order]:
        """The orders about a claim that stand: neither refused nor withdrawn."""
        return [it for it in self.orders if it.ordered.claim == claim and it.stage not in (REJECTED, WITHDRAWN)]


def told(orders: Sequence[Order]) -> tuple[int, date | None]:
    """What standing orders about a claim made the treasury know: the amount in all, and by when."""
    return (orders[-1].ordered.target_cents, orders[-1].ordered.due_on) if orders else (0, None)


class CollectionUnderWay(DomainError):
    code = "collection-under-way"
    title = "Die letzte Anordnung zu dieser Forderung liegt in einer Datei; neu angeordnet wird, wenn die Kasse sie beantwortet hat."


class NothingToOrder(DomainError):
    code = "nothing-to-order"
    title = "Die Kasse weiß von dieser Forderung alles; anzuordnen ist, wenn sich Betrag oder Fälligkeit ändern."


class UnknownOrder(DomainError):
    code = "collection-unknown"
    title = "Diese Anordnung zu einer Forderung gibt es nicht."
    status = 404


class CollectionElsewhere(DomainError):
    code = "collection-not-in-this-batch"
    title = "Die Anordnung zu der Forderung liegt in einem anderen Zahlungslauf oder in keinem."


class CollectionAnsweredOtherwise(DomainError):
    code = "collection-answered-otherwise"
    title = "Die Kasse hat die Anordnung zu der Forderung bereits anders beantwortet."


def decide(command: Command, state: Collections, context: Context) -> Sequence[Event]:
    if isinstance(command, OrderCollection):
        return [] if state.find(command.order) else _order(command, state, context)
    it = state.find(command.order)
    if it is None:
        raise UnknownOrder
    return _in_file(command, it, context)


def _order(command: OrderCollection, state: Collections, context: Context) -> Sequence[Event]:
    """An order that lies in no file yet is replaced when it does not say any more what the claim is."""
    wanted, standing = command.wanted, list(state.of_claim(command.wanted.claim))
    if standing and standing[-1].stage == BATCHED:
        raise CollectionUnderWay
    outdated = standing[-1] if standing and standing[-1].stage == ORDERED else None
    if outdated and needed(wanted, *told(standing)) is None:
        raise NothingToOrder
    if outdated:
        standing.remove(outdated)
    now = needed(wanted, *told(standing))
    if now is None and outdated is None:
        raise NothingToOrder
    duties.refuse(ORDER, (*command.acted, *state.acted), context)
    events: list[Event] = []
    if outdated:
        gone = CollectionWithdrawn(order=outdated.id, withdrawn_by=context.actor, withdrawn_on=context.valid_on)
        events.append(gone)
    if now:
        due_on = wanted.due_on if now.kind != Kind.DEDUCT else standing[-1].ordered.due_on
        first = next((it for it in standing if it.ordered.kind == Kind.COLLECT), None)
        events.append(
            CollectionOrdered(
                order=command.order, claim=wanted.claim, kind=now.kind,
                reference=command.reference,
                refers_to=first.ordered.reference if first else "", payable_under=wanted.payable_under,
                cents=now.cents, target_cents=wanted.target_cents, due_on=due_on, payer=command.payer,
                title=wanted.title, year=due_on.year, file_number=wanted.file_number, ordered_by=context.actor,
                ordered_on=context.valid_on,
            )
        )  # fmt: skip
    return events


def _in_file(command: OfFile, it: Order, context: Context) -> Sequence[Event]:
    here = it.batch == command.batch
    match command:
        case BatchCollection():
            if here and it.stage == BATCHED:
                return []
            if it.stage != ORDERED:
                raise CollectionElsewhere
            return [CollectionBatched(order=it.id, batch=command.batch)]
        case UnbatchCollection():
            undone = here and it.stage == BATCHED
            return [CollectionUnbatched(order=it.id, batch=command.batch)] if undone else []
        case ReleaseCollection():
            if not (here and it.stage == BATCHED):
                raise CollectionElsewhere
            if it.released_by:
                return []
            by, on = context.actor, context.valid_on
            return [CollectionReleased(order=it.id, batch=it.batch, released_by=by, released_on=on)]
        case AcceptCollection() | RejectCollection():
            if not here or it.stage not in (BATCHED, ACCEPTED, REJECTED):
                raise CollectionElsewhere
            answer = ACCEPTED if isinstance(command, AcceptCollection) else REJECTED
            if it.stage != BATCHED:
                if it.stage != answer:
                    raise CollectionAnsweredOtherwise
                return []
            return [_answered(command, it, context)]
        case _ as missing:
            assert_never(missing)


def _answered(command: AcceptCollection | RejectCollection, it: Order, context: Context) -> Event:
    on = context.valid_on
    if isinstance(command, AcceptCollection):
        return CollectionAccepted(order=it.id, batch=it.batch, status=command.status, accepted_on=on)
    return CollectionRejected(order=it.id, batch=it.batch, reason=command.reason, rejected_on=on)


def evolve(state: Collections, made: Event) -> Collections:
    if isinstance(made, CollectionOrdered):
        acted = duties.with_act(state.acted, made.ordered_by, Role.ORDERING_OFFICER, ORDER)
        return Collections(orders=(*state.orders, Order(ordered=made)), acted=acted)
    if isinstance(made, CollectionReleased):
        acted = duties.with_act(state.acted, made.released_by, Role.TREASURY, RELEASE)
        state = replace(state, acted=acted)
    return replace(state, orders=tuple(_after(it, made) if it.id == made.order else it for it in state.orders))


def _after(it: Order, made: Event) -> Order:
    match made:
        case CollectionWithdrawn():
            return replace(it, stage=WITHDRAWN)
        case CollectionBatched():
            return replace(it, stage=BATCHED, batch=made.batch)
        case CollectionUnbatched():
            return replace(it, stage=ORDERED, batch="", released_by="")
        case CollectionReleased():
            return replace(it, released_by=made.released_by)
        case CollectionAccepted():
            return replace(it, stage=ACCEPTED)
        case CollectionRejected():
            return replace(it, stage=REJECTED, reason=made.reason)
        case CollectionOrdered():
            return it
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Collections](
    name="collection",
    initial=Collections(),
    decide=decide,
    evolve=evolve,
    events=[
        CollectionOrdered,
        CollectionWithdrawn,
        CollectionBatched,
        CollectionUnbatched,
        CollectionReleased,
        CollectionAccepted,
        CollectionRejected,
    ],
)
