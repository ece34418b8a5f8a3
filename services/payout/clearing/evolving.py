"""The items after an event."""

from typing import assert_never

from services.payout.clearing.events import (
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Event,
    ResolutionDeclined,
    ResolutionProposed,
)
from services.payout.clearing.states import Clearing, Standing
from shared import duties
from shared.decider import replace
from shared.identity import Role


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
            told = standing.proposed
            agreed = told if told is not None and told.proposal == it.proposal else None
            return replace(standing, proposed=None, agreed=agreed, resolved=it, acted=acted)
        case _ as missing:
            assert_never(missing)
