"""How an item stands."""

from services.payout.clearing.events import ClearingResolved, Item, ResolutionProposed
from shared.contracts import Acted
from shared.decider import field, value
from shared.persistent import PersistentMap


@value
class Standing:
    """An item, who looks after it, what is proposed; `resolved` when it is explained, by what was `agreed` to."""

    item: Item
    owner: str = ""
    proposed: ResolutionProposed | None = None
    declined: tuple[str, ...] = ()
    resolved: ClearingResolved | None = None
    acted: tuple[Acted, ...] = ()
    agreed: ResolutionProposed | None = None


@value
class Clearing:
    """`files` are the hashes of those that brought items, `items` by their number."""

    files: tuple[str, ...] = ()
    items: PersistentMap[Standing] = field(default_factory=PersistentMap[Standing])
