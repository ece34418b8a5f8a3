"""Opening, taking, proposing, agreeing and declining."""

from collections.abc import Sequence
from typing import assert_never

from services.payout.clearing.commands import (
    ApproveResolution,
    CloseCounter,
    Command,
    DeclineResolution,
    EndOverpayment,
    OpenClearing,
    Part,
    ProposeResolution,
    TakeClearing,
    Unexplained,
)
from services.payout.clearing.errors import (
    BookedByTreasury,
    ItemResolved,
    NothingProposed,
    PartsDiffer,
    ResolutionIncomplete,
    ResolutionNotOffered,
    ResolutionPending,
    ResolutionReasonMissing,
    UnknownItem,
)
from services.payout.clearing.events import (
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Event,
    Item,
    ResolutionDeclined,
    ResolutionProposed,
)
from services.payout.clearing.kinds import (
    CLAIMING,
    OFFERED,
    OFFSETTING,
    OVERPAID,
    PART_OPEN,
    TO_GIVE_BACK,
    Direction,
    Resolution,
    kind_of,
)
from services.payout.clearing.states import Clearing, Standing
from shared import duties
from shared.decider import Context, replace

MAX_OPENED = 1_000
"""So many items lie in one event, which stays below 512 kB."""


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
            return _approve(command, clearing, context)
        case DeclineResolution():
            return _decline(command, _known(command.number, clearing), context)
        case EndOverpayment():
            return _end_overpayment(command, clearing, context)
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
            valued_on=it.valued_on,
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
        parts=_whole(command.parts, standing.item),
        repayment=command.repayment,
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
    if (command.resolution == Resolution.SPLIT) != bool(command.parts):
        raise PartsDiffer(field="parts")
    if command.parts:
        _require_parts(proposed.parts, standing.item)
    wanted = (command.resolution == Resolution.ASSIGNED, command.resolution in OFFSETTING)
    meant = bool(command.payment) + bool(command.claim)
    owed = bool(command.claim) and standing.item.kind not in CLAIMING
    reclaimed = command.resolution == Resolution.RECOVERED and bool(command.claim)
    if owed or (meant - reclaimed, bool(command.counter)) != wanted:
        raise ResolutionIncomplete(field="payment" if wanted[0] or command.payment else "counter")
    if command.repayment and not (command.claim and wanted[0]):
        raise ResolutionIncomplete(field="repayment")
    duties.refuse("propose-resolution", standing.acted, context)
    return [proposed]


def _whole(parts: tuple[Part, ...], item: Item) -> tuple[Part, ...]:
    """The parts with the one that they leave, which stays open."""
    left = item.cents - sum(it.cents for it in parts)
    return (*parts, Part(cents=left)) if parts and left > 0 else parts


def _require_parts(parts: tuple[Part, ...], item: Item) -> None:
    claims = [it.claim for it in parts if it.claim]
    whole = sum(it.cents for it in parts) == item.cents and all(it.cents > 0 for it in parts)
    if not whole or len(parts) < 2 or not claims or len(set(claims)) < len(claims):
        raise PartsDiffer(field="parts")
    if any(it.claim and it.give_back for it in parts):
        raise PartsDiffer(field="parts")


def claims_of(it: ResolutionProposed | ClearingResolved) -> tuple[str, ...]:
    """The claims that agreeing books money on; a split names several."""
    if it.resolution == Resolution.ASSIGNED and it.claim:
        return (it.claim,)
    return tuple(one.claim for one in it.parts if one.claim)


def books_receipt(it: ResolutionProposed | ClearingResolved) -> bool:
    """Whether agreeing books money that came in on a claim: an act of the treasury (§ 77 LHO)."""
    return bool(claims_of(it))


def _require_reason(command: ProposeResolution | DeclineResolution) -> None:
    if command.sealed_reason is None and not command.reason.strip():
        raise ResolutionReasonMissing(field="reason")


def _proposals(standing: Standing) -> Sequence[str]:
    waiting = [standing.proposed.proposal] if standing.proposed else []
    done = [standing.resolved.proposal] if standing.resolved else []
    return [*standing.declined, *waiting, *done]


def _approve(command: ApproveResolution, clearing: Clearing, context: Context) -> Sequence[Event]:
    standing = _known(command.number, clearing)
    if standing.resolved is not None:
        if standing.resolved.proposal != command.proposal:
            raise ItemResolved
        return []
    proposed = standing.proposed
    if proposed is None or proposed.proposal != command.proposal:
        raise NothingProposed(field="proposal")
    duties.refuse("approve-resolution", standing.acted, context)
    if books_receipt(proposed) and context.role not in duties.MATRIX.roles["book-repayment"]:
        raise BookedByTreasury
    resolved = ClearingResolved(
        number=command.number,
        proposal=proposed.proposal,
        resolution=proposed.resolution,
        payment=proposed.payment,
        counter=proposed.counter,
        approved_by=context.actor,
        approved_on=context.valid_on,
        claim=proposed.claim,
        parts=proposed.parts,
        repayment=proposed.repayment,
    )
    return [resolved, *_rest(resolved, standing.item, clearing)]


def _rest(resolved: ClearingResolved, item: Item, clearing: Clearing) -> Sequence[ClearingOpened]:
    """What of a divided credit is no claim's: items of their own, of the same booking."""
    left = [it for it in resolved.parts if not it.claim]
    if not left:
        return []
    items = tuple(
        replace(item, number=number, cents=it.cents, reason=TO_GIVE_BACK if it.give_back else PART_OPEN, of=item.number)
        for number, it in enumerate(left, len(clearing.items) + 1)
    )
    return [ClearingOpened(sha256=clearing.files[-1], kind="booking", message_id="", items=items)]


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


def _end_overpayment(command: EndOverpayment, clearing: Clearing, context: Context) -> Sequence[ClearingResolved]:
    """The money is back: nobody has to say so again, and what was proposed of the item meanwhile is over with it."""
    return [
        ClearingResolved(
            number=it.item.number,
            proposal="",
            resolution=Resolution.RECOVERED,
            payment=command.payment,
            counter="",
            approved_by=context.actor,
            approved_on=context.valid_on,
            claim=command.claim,
        )
        for it in clearing.items.values()
        if (it.item.reason, it.item.payment) == (OVERPAID, command.payment) and it.resolved is None
    ]
