"""The items of one file: opened with it, taken by an owner, resolved by a proposal of one person and the approval of another."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.clearing.kinds import CLAIMING, OFFERED, OFFSETTING, ClearingKind, Direction, Resolution, kind_of
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, field, replace, value
from shared.identity import Role, Sealed
from shared.persistent import PersistentMap

MAX_OPENED = 1_000
"""So many items lie in one event, which stays below 512 kB."""

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class Unexplained:
    """What moved nothing: its reference (or group, or entry), the code that says why, and what was booked, if anything was.

    `payment` is the one that a debit names: until the item is resolved, its Mittelabruf is not ordered anew.
    """

    reference: str
    reason: str
    cents: int = 0
    direction: Direction = Direction.NONE
    booking: str = ""
    booked_on: date | None = None
    payment: str = ""


@value
class OpenClearing:
    """`sha256`, `kind` and `message_id` are those of the file that brought the items, `found` that resolving one of them brought these."""

    sha256: str
    kind: str
    message_id: str
    items: tuple[Unexplained, ...]
    found: bool = False


@value
class TakeClearing:
    number: int


@value
class ProposeResolution:
    """`payment` or `claim` is what an assigned booking belongs to; `counter` names the item of the booking that undid it ("clearing/number").

    The reason comes sealed, because it may name people.
    """

    number: int
    proposal: str
    resolution: Resolution
    reason: str
    payment: str = ""
    counter: str = ""
    claim: str = ""
    sealed_reason: Sealed | None = None


@value
class ApproveResolution:
    number: int
    proposal: str


@value
class DeclineResolution:
    number: int
    proposal: str
    reason: str
    sealed_reason: Sealed | None = None


@value
class CloseCounter:
    """The other half of two bookings that undo each other, closed with the first; `resolved` is the first."""

    number: int
    resolved: str


type Command = OpenClearing | TakeClearing | ProposeResolution | ApproveResolution | DeclineResolution | CloseCounter

# ---- Events ---------------------------------------------------------------------------------------------------------


@value
class Item:
    """An item by its number in the list of its file."""

    number: int
    kind: ClearingKind
    reference: str
    reason: str
    cents: int
    direction: Direction
    booking: str
    booked_on: date | None
    payment: str = ""


@event("payout.clearing-opened")
class ClearingOpened:
    """Items of a file that nobody could explain (Klärungsfälle), opened in the transaction that took the file in."""

    sha256: str
    kind: str
    message_id: str
    items: tuple[Item, ...]


@event("payout.clearing-taken")
class ClearingTaken:
    """A person looks after an item from now on (Bearbeitung eines Klärungsfalls)."""

    number: int
    taken_by: str
    taken_on: date


@event("payout.resolution-proposed")
class ResolutionProposed:
    """A person says what an item was (Vorschlag zur Klärung); nothing moves before another person agrees.

    Its reason is sealed under a key of its own; `reason` is that of proposals from before it was.
    """

    number: int
    proposal: str
    resolution: Resolution
    reason: str
    payment: str
    counter: str
    proposed_by: str
    proposed_on: date
    claim: str = ""
    sealed_reason: Sealed | None = None


@event("payout.resolution-declined")
class ResolutionDeclined:
    """The proposal was not followed; the item stays open. The reason is sealed like that of the proposal."""

    number: int
    proposal: str
    reason: str
    declined_by: str
    declined_on: date
    sealed_reason: Sealed | None = None


@event("payout.clearing-resolved")
class ClearingResolved:
    """Another person agreed (Klärung): the item is explained. An assigned booking moved its payment or claim in the same transaction.

    `counter` is the item of the booking that undid this one, which is closed with it.
    """

    number: int
    proposal: str
    resolution: Resolution
    payment: str
    counter: str
    approved_by: str
    approved_on: date
    claim: str = ""


type Event = ClearingOpened | ClearingTaken | ResolutionProposed | ResolutionDeclined | ClearingResolved

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Standing:
    """An item, who looks after it, what is proposed; `resolved` when it is explained."""

    item: Item
    owner: str = ""
    proposed: ResolutionProposed | None = None
    declined: tuple[str, ...] = ()
    resolved: ClearingResolved | None = None
    acted: tuple[Acted, ...] = ()


@value
class Clearing:
    """`files` are the hashes of those that brought items, `items` by their number."""

    files: tuple[str, ...] = ()
    items: PersistentMap[Standing] = field(default_factory=PersistentMap[Standing])


# ---- Errors ---------------------------------------------------------------------------------------------------------


class UnknownItem(DomainError):
    code = "clearing-unknown"
    title = "Diesen Klärungsfall gibt es nicht."
    status = 404


class ItemResolved(DomainError):
    code = "clearing-resolved"
    title = "Dieser Klärungsfall ist bereits geklärt."


class ResolutionPending(DomainError):
    code = "resolution-pending"
    title = "Zu diesem Klärungsfall liegt ein Vorschlag vor; erst ist ihm zuzustimmen, oder er ist abzulehnen."


class NothingProposed(DomainError):
    code = "resolution-not-proposed"
    title = "Dieser Vorschlag liegt zu dem Klärungsfall nicht vor."


class ResolutionNotOffered(DomainError):
    """`detail` says what may be found of the item."""

    code = "resolution-not-offered"
    title = "So lässt sich dieser Klärungsfall nicht klären: gebuchtes Geld muss wiedergefunden werden."
    status = 422


class ResolutionIncomplete(DomainError):
    code = "resolution-incomplete"
    title = (
        "Zu einer Zuordnung gehört die Zahlung oder, bei einer Gutschrift, die Forderung; zu einer Aufrechnung zweier Buchungen "
        "die Gegenbuchung, sonst keine von beiden."
    )
    status = 422


class ResolutionReasonMissing(DomainError):
    code = "resolution-reason-missing"
    title = "Ein Vorschlag und seine Ablehnung werden begründet."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, clearing: Clearing, context: Context) -> Sequence[Event]:
    match command:
        case OpenClearing():
            return _open(command, clearing)
        case TakeClearing():
            standing = _open_item(command.number, clearing)
            if standing.owner == context.actor:
                return []
            return [ClearingTaken(number=command.number, taken_by=context.actor, taken_on=context.valid_on)]
        case ProposeResolution():
            return _propose(command, _known(command.number, clearing), context)
        case ApproveResolution():
            return _approve(command, _known(command.number, clearing), context)
        case DeclineResolution():
            return _decline(command, _known(command.number, clearing), context)
        case CloseCounter():
            return _close_counter(command, _known(command.number, clearing), context)
        case _ as missing:
            assert_never(missing)


def _known(number: int, clearing: Clearing) -> Standing:
    found = clearing.items.get(str(number))
    if found is None:
        raise UnknownItem(field="number")
    return found


def _open_item(number: int, clearing: Clearing) -> Standing:
    found = _known(number, clearing)
    if found.resolved is not None:
        raise ItemResolved
    return found


def _open(command: OpenClearing, clearing: Clearing) -> Sequence[ClearingOpened]:
    if command.sha256 in clearing.files and not command.found:
        return []
    wanted = [it for it in command.items if not (command.found and _is_listed(it, clearing))]
    first = len(clearing.items) + 1
    items = [
        Item(
            number=number,
            kind=kind_of(it.reason, it.direction),
            reference=it.reference,
            reason=it.reason,
            cents=it.cents,
            direction=it.direction,
            booking=it.booking,
            booked_on=it.booked_on,
            payment=it.payment,
        )
        for number, it in enumerate(wanted, first)
    ]
    return [
        ClearingOpened(
            sha256=command.sha256,
            kind=command.kind,
            message_id=command.message_id,
            items=tuple(items[start : start + MAX_OPENED]),
        )
        for start in range(0, len(items), MAX_OPENED)
    ]


def _is_listed(it: Unexplained, clearing: Clearing) -> bool:
    named = (it.reason, it.payment, it.booking)
    return any((one.item.reason, one.item.payment, one.item.booking) == named for one in clearing.items.values())


def _propose(command: ProposeResolution, standing: Standing, context: Context) -> Sequence[ResolutionProposed]:
    proposed = ResolutionProposed(
        number=command.number,
        proposal=command.proposal,
        resolution=command.resolution,
        reason=command.reason,
        payment=command.payment,
        counter=command.counter,
        proposed_by=context.actor,
        proposed_on=context.valid_on,
        claim=command.claim,
        sealed_reason=command.sealed_reason,
    )
    if command.proposal in _proposals(standing):
        return []
    if standing.resolved is not None:
        raise ItemResolved
    if standing.proposed is not None:
        raise ResolutionPending
    if command.resolution not in OFFERED[standing.item.kind]:
        raise ResolutionNotOffered(field="resolution")
    _require_reason(command)
    wanted = (command.resolution == Resolution.ASSIGNED, command.resolution in OFFSETTING)
    meant = bool(command.payment) + bool(command.claim)
    owed = bool(command.claim) and standing.item.kind not in CLAIMING
    reclaimed = command.resolution == Resolution.RECOVERED and bool(command.claim)
    if owed or (meant - reclaimed, bool(command.counter)) != wanted:
        raise ResolutionIncomplete(field="payment" if wanted[0] or command.payment else "counter")
    duties.refuse("propose-resolution", standing.acted, context)
    return [proposed]


def books_receipt(it: ResolutionProposed | ClearingResolved) -> bool:
    """Whether agreeing books money that came in on a claim: an act of the treasury (§ 77 LHO)."""
    return it.resolution == Resolution.ASSIGNED and bool(it.claim)


def _require_reason(command: ProposeResolution | DeclineResolution) -> None:
    if command.sealed_reason is None and not command.reason.strip():
        raise ResolutionReasonMissing(field="reason")


def _proposals(standing: Standing) -> Sequence[str]:
    waiting = [standing.proposed.proposal] if standing.proposed else []
    done = [standing.resolved.proposal] if standing.resolved else []
    return [*standing.declined, *waiting, *done]


def _approve(command: ApproveResolution, standing: Standing, context: Context) -> Sequence[ClearingResolved]:
    if standing.resolved is not None:
        if standing.resolved.proposal != command.proposal:
            raise ItemResolved
        return []
    proposed = standing.proposed
    if proposed is None or proposed.proposal != command.proposal:
        raise NothingProposed(field="proposal")
    duties.refuse("approve-resolution", standing.acted, context)
    return [
        ClearingResolved(
            number=command.number,
            proposal=proposed.proposal,
            resolution=proposed.resolution,
            payment=proposed.payment,
            counter=proposed.counter,
            approved_by=context.actor,
            approved_on=context.valid_on,
            claim=proposed.claim,
        )
    ]


def _decline(command: DeclineResolution, standing: Standing, context: Context) -> Sequence[ResolutionDeclined]:
    if command.proposal in standing.declined:
        return []
    if standing.resolved is not None:
        raise ItemResolved
    if standing.proposed is None or standing.proposed.proposal != command.proposal:
        raise NothingProposed(field="proposal")
    _require_reason(command)
    return [
        ResolutionDeclined(
            number=command.number,
            proposal=command.proposal,
            reason=command.reason,
            declined_by=context.actor,
            declined_on=context.valid_on,
            sealed_reason=command.sealed_reason,
        )
    ]


def _close_counter(command: CloseCounter, standing: Standing, context: Context) -> Sequence[ClearingResolved]:
    if standing.resolved is not None:
        if standing.resolved.counter != command.resolved:
            raise ItemResolved
        return []
    if standing.proposed is not None:
        raise ResolutionPending
    duties.refuse("approve-resolution", standing.acted, context)
    found = Resolution.BOOKED_TWICE if standing.item.direction == Direction.IN else Resolution.RETURNED_TO_SENDER
    return [
        ClearingResolved(
            number=command.number,
            proposal="",
            resolution=found,
            payment="",
            counter=command.resolved,
            approved_by=context.actor,
            approved_on=context.valid_on,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(clearing: Clearing, it: Event) -> Clearing:
    if isinstance(it, ClearingOpened):
        items = clearing.items
        for one in it.items:
            items = items.put(str(one.number), Standing(item=one))
        files = clearing.files if it.sha256 in clearing.files else (*clearing.files, it.sha256)
        return Clearing(files=files, items=items)
    standing = clearing.items.get(str(it.number))
    if standing is None:
        return clearing
    return replace(clearing, items=clearing.items.put(str(it.number), _after(standing, it)))


def _after(
    standing: Standing, it: ClearingTaken | ResolutionProposed | ResolutionDeclined | ClearingResolved
) -> Standing:
    match it:
        case ClearingTaken():
            return replace(standing, owner=it.taken_by)
        case ResolutionProposed():
            acted = duties.with_act(standing.acted, it.proposed_by, Role.TREASURY, "propose-resolution")
            return replace(standing, proposed=it, owner=standing.owner or it.proposed_by, acted=acted)
        case ResolutionDeclined():
            return replace(standing, proposed=None, declined=(*standing.declined, it.proposal))
        case ClearingResolved():
            acted = duties.with_act(standing.acted, it.approved_by, Role.TREASURY, "approve-resolution")
            return replace(standing, proposed=None, resolved=it, acted=acted)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Clearing](
    name="clearing",
    per_case=False,
    initial=Clearing(),
    decide=decide,
    evolve=evolve,
    events=[ClearingOpened, ClearingTaken, ResolutionProposed, ResolutionDeclined, ClearingResolved],
)
