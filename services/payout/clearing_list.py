"""The list of what is to be cleared: open items by reason, by kind and by owner, and what was resolved."""

from collections.abc import Sequence
from typing import Any

from services.payout.clearing import (
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Direction,
    Item,
    Part,
    Resolution,
    ResolutionDeclined,
    ResolutionProposed,
    listed_as,
)
from services.payout.sums import count_item
from shared.store import Recorded
from shared.views import Body, Draft

NOBODY = "nobody"
"""The owner's group of items that no person looks after."""
UNPROPOSED: Body = {
    "proposal": "",
    "resolution": "",
    "proposed_by": "",
    "proposed_reason": "",
    "payment": "",
    "counter": "",
    "claim": "",
    "parts": [],
    "repayment": "",
}


def list_clearing(draft: Draft, name: str, position: int, it: Recorded) -> None:
    """One event of a file's items into the lists."""
    event: Any = it.event
    if isinstance(event, ClearingOpened):
        draft.expect({("clearing-bookings", _listed_as(one)) for one in event.items if _is_counted(one)})
        for one in event.items:
            place = f"{position:015d}-{one.number:06d}"
            body = _opened(name, place, it, event, one) | _whole_of(draft, name, one)
            put_item(draft, f"{name}-{one.number}", body, place)
            count_item(draft, body, sign=1)
            if _is_counted(one):
                _count_booking(draft, one)
        return
    key = f"{name}-{event.number}"
    body = draft.get("clearing", key)
    if body is None:
        return
    match event:
        case ClearingTaken():
            body |= {"owner": event.taken_by}
        case ResolutionProposed():
            body |= {
                "status": "proposed", "proposal": event.proposal, "resolution": event.resolution,
                "proposed_by": event.proposed_by, "proposed_reason": event.reason, "payment": event.payment,
                "counter": event.counter, "claim": event.claim, "owner": body["owner"] or event.proposed_by, "parts": _parts(event.parts),
                "repayment": event.repayment,
            }  # fmt: skip
        case ResolutionDeclined():
            body |= {"status": "open"} | UNPROPOSED
        case ClearingResolved():
            body |= {
                "status": "resolved", "resolution": event.resolution, "approved_by": event.approved_by,
                "resolved_on": event.approved_on.isoformat(), "payment": event.payment, "counter": event.counter,
                "claim": event.claim, "parts": _parts(event.parts), "repayment": event.repayment,
            }  # fmt: skip
            for view in ("clearing", "clearing-kinds", "clearing-owners"):
                draft.delete(view, key)
            # The rest of a divided credit counts anew, as the items that it is opened as.
            if event.resolution in (Resolution.ASSIGNED, Resolution.SPLIT):
                count_item(draft, body, sign=-1)
            draft.put("cleared", key, body, grp=event.resolution, sort=f"{position:015d}")
            return
        case _:
            return
    put_item(draft, key, body, body["place"])


def _parts(parts: Sequence[Part]) -> list[Body]:
    return [{"cents": it.cents, "claim": it.claim, "give_back": it.give_back} for it in parts]


def _whole_of(draft: Draft, name: str, one: Item) -> Body:
    """What the rest of a divided credit has of it: the file that brought it, and when."""
    whole = draft.get("cleared", f"{name}-{one.of}") if one.of else None
    return {it: whole[it] for it in ("kind", "message_id", "sha256", "at")} if whole else {}


def _is_counted(one: Item) -> bool:
    """Whether it is a booking that the file told, and not the rest of a divided one."""
    return bool(not one.of and one.booking and one.booked_on and one.direction != Direction.NONE)


def _count_booking(draft: Draft, one: Item) -> None:
    """How much of a booking is listed: the same booking told again, by another file, is no second item."""
    listed = draft.get("clearing-bookings", _listed_as(one)) or {"cents": 0}
    draft.put("clearing-bookings", _listed_as(one), {"cents": listed["cents"] + one.cents})


def _listed_as(one: Item) -> str:
    assert one.booked_on is not None, "ein Umsatz ohne Buchungstag"
    return listed_as(one.booking, one.booked_on, credit=one.direction == Direction.IN)


def _opened(name: str, place: str, it: Recorded, event: ClearingOpened, one: Item) -> Body:
    return {
        "reference": one.reference, "reason": one.reason, "report": name, "kind": event.kind,
        "message_id": event.message_id, "sha256": event.sha256, "at": it.context.at.isoformat(),
        "clearing": name, "number": one.number, "about": one.kind, "cents": one.cents, "direction": one.direction,
        "booking": one.booking, "booked_on": one.booked_on.isoformat() if one.booked_on else None, "owner": "",
        "valued_on": one.valued_on.isoformat() if one.valued_on else None,
        "status": "open", "place": place, "approved_by": "", "resolved_on": None, "of": one.of,
    } | UNPROPOSED  # fmt: skip


def put_item(draft: Draft, key: str, body: Body, place: str) -> None:
    """An open item where it is looked for."""
    draft.put("clearing", key, body, grp=body["reason"], sort=place)
    draft.put("clearing-kinds", key, body, grp=body.get("about", ""), sort=place)
    draft.put("clearing-owners", key, body, grp=body.get("owner", "") or NOBODY, sort=place)
