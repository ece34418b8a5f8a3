"""The lists of orders about claims: what is ordered, and of which claim the treasury does not know how it stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.payout import claim as claims
from services.payout import collection
from shared.views import Body, Draft, Views

NEEDED = "needed"
"""A person has to order something about the claim."""


def compare_claim(draft: Draft, case: str, it: claims.Claim) -> None:
    """How a claim stands by now, held against what the treasury was told of it."""
    wanted = claims.wanted_of(it)
    known = {
        "case": case, "claim": it.id, "file_number": wanted.file_number, "reference": wanted.payable_under,
        "target_cents": wanted.target_cents, "received_cents": wanted.received_cents,
        "due_on": wanted.due_on.isoformat(),
    }  # fmt: skip
    _compare(draft, it.id, {"wanted": known})


def list_collections(case: str, state: collection.Collections, draft: Draft) -> None:
    """The case's orders about claims; under an order's own name the claim is found, too."""
    for it in state.orders:
        told = it.ordered
        body: Body = {
            "order": it.id, "case": case, "claim": told.claim, "kind": told.kind, "reference": told.reference,
            "cents": told.cents, "due_on": told.due_on.isoformat(), "payer": told.payer, "file_number": told.file_number,
            "status": it.stage, "batch": it.batch,
        }  # fmt: skip
        draft.put("collections", it.id, body, grp=it.stage, sort=f"{told.ordered_on.isoformat()}/{told.reference}")
        draft.put("claim_references", told.reference, {"case": case, "claim": told.claim})
    for claim in dict.fromkeys(it.ordered.claim for it in state.orders):
        orders = state.of_claim(claim)
        cents, due_on = collection.told(orders)
        known = {"cents": cents, "due_on": due_on.isoformat() if due_on else None}
        _compare(draft, claim, {"told": known, "on_the_way": bool(orders) and orders[-1].stage == "batched"})


def _compare(draft: Draft, claim: str, part: Body) -> None:
    body = (draft.get("claim_orders", claim) or {"told": {"cents": 0, "due_on": None}, "on_the_way": False}) | part
    known, told = body["wanted"], body["told"]
    wanted = collection.Wanted(
        claim=claim, target_cents=known["target_cents"], received_cents=known["received_cents"],
        due_on=date.fromisoformat(known["due_on"]), payable_under=known["reference"], title="",
        file_number=known["file_number"],
    )  # fmt: skip
    last = date.fromisoformat(told["due_on"]) if told["due_on"] else None
    now = None if body["on_the_way"] else collection.needed(wanted, told["cents"], last)
    needed = {"kind": now.kind, "cents": now.cents} if now else None
    grp = NEEDED if now else "known"
    draft.put("claim_orders", claim, body | {"needed": needed}, grp=grp, sort=f"{known['due_on']}/{claim}")


# ---- Queries ---------------------------------------------------------------------------------------------------------


def ordered_collections(views: Views, limit: int) -> Sequence[tuple[str, str]]:
    """Case and id of the orders about claims that lie in no file yet, oldest first."""
    return [(it.body["case"], it.key) for it in views.find("collections", grp="ordered", limit=limit).entries]


def cases_of_collections(views: Views, names: Sequence[str]) -> Mapping[str, str]:
    """The cases of these orders about claims; unknown ones have none."""
    found = views.get_all([("collections", it) for it in names])
    return {it.key: it.body["case"] for it in found.values()}


def needed_orders(views: Views, limit: int) -> Sequence[Mapping[str, Any]]:
    """The claims of which the treasury does not know how they stand, the first due first."""
    return [it.body for it in views.find("claim_orders", grp=NEEDED, limit=limit).entries]
