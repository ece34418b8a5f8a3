"""Was jetzt möglich ist: the act that a drawdown or a batch waits for, whoever may do it."""

from collections.abc import Mapping, Sequence

from services.payout import account as accounts
from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import collection as collections
from services.payout import disbursement as disbursements
from services.payout import expectation
from services.payout import recall as recalls
from services.payout.api.claiming import acts_on
from services.payout.api.collecting import collects
from services.payout.api.lookup import (
    act_on,
    acts_on_item,
    known_batch,
    known_case,
    known_expectation,
    known_holds,
    known_item,
    known_recall,
)
from shared.service import House


async def possible(house: House, _action: str, path: Mapping[str, str]) -> Sequence[str] | None:
    """What can be done with what a path names."""
    if "recall" in path:
        recall = await known_recall(house, path["batch"], path["recall"])
        if isinstance(recall, recalls.Approved | recalls.Sent) and recall.sealed.writing.format == batches.BY_HAND:
            return ("record-recall-answer",)
        return ("approve-recall", "drop-recall") if isinstance(recall, recalls.Requested) else ()
    if "batch" in path:
        state = (await known_batch(house, path["batch"])).state
        if isinstance(state, batches.Released) and state.sealed.writing.format == batches.BY_HAND:
            return ("record-entry",)
        if isinstance(state, batches.Released):
            return ("discard-batch",)
        if isinstance(state, batches.Transmitted):
            return ("request-recall",)
        return ("release-batch", "discard-batch") if isinstance(state, batches.Unreleased) else ()
    if "clearing" in path:
        return acts_on_item(await known_item(house, path["clearing"], path["number"]))
    if "expectation" in path:
        awaited = (await known_expectation(house, path["expectation"])).state
        silent = isinstance(awaited, expectation.Awaited) and awaited.overdue and not awaited.acknowledged
        return ("acknowledge-overdue-file",) if silent else ()
    if "hold" in path:
        return ("lift-hold",) if await _stands(house, path["hold"]) else ()
    if "change" in path:
        account = (await house.writer.state(accounts.decider, path["case"])).state
        return ("confirm-account", "discard-account") if account.proposed else ("propose-account",)
    if "claim" in path:
        await known_case(house, path["case"])
        found = (await house.writer.state(claims.decider, path["case"])).state.find(path["claim"])
        if found is None:
            return ()
        collected = (await house.writer.state(collections.decider, path["case"])).state
        needed = collects(house) and claims.needed_by(found, collected)
        return (*acts_on(found), collections.ORDER) if needed else acts_on(found)
    if "drawdown" not in path:
        return None
    state = (await known_case(house, path["case"])).state
    if not isinstance(state, disbursements.Open):
        return ()
    acts = (act_on(it) for it in state.drawdowns if it.id == path.get("drawdown"))
    return [it for it in acts if it]


async def _stands(house: House, hold: str) -> bool:
    return any(it.hold == hold for it in (await known_holds(house)).standing)
