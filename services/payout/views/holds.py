"""Holds, standing and ended."""

from services.payout import hold
from services.payout.views.places import place_of
from shared.recorders import Row
from shared.views import Body, Draft


def list_hold(draft: Draft, row: Row, it: hold.Event) -> None:
    match it:
        case hold.HoldPlaced():
            case = draft.get("cases", it.case) or {"file_number": ""}
            body: Body = {
                "hold": it.hold, "status": "standing", "case": it.case, "file_number": case["file_number"], "kind": it.kind,
                "target": it.target, "reason": it.reason, "text": it.text, "placed_by": it.placed_by,
                "placed_on": it.placed_on.isoformat(), "ends_on": it.ends_on.isoformat() if it.ends_on else None,
                "ended_on": None, "lifted_by": "", "place": place_of(row.position),
            }  # fmt: skip
        case hold.HoldLifted():
            ended = {"status": "lifted", "ended_on": it.lifted_on.isoformat(), "lifted_by": it.lifted_by}
            body = (draft.get("holds", it.hold) or {}) | ended
        case hold.HoldExpired():
            body = (draft.get("holds", it.hold) or {}) | {"status": "expired", "ended_on": it.ended_on.isoformat()}
    draft.put("holds", it.hold, body, grp=body["status"], sort=body["place"])
