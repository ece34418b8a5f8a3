"""Anordnungen zu Forderungen: what the treasury is told to collect, that it changed, or that it is collected no more.

A claim is the recipient's debt, an order is what the treasury knows of it. Each order is the difference between both at the moment a
person gives it; at most one per claim is on its way.
"""

from services.payout.collection.content import Kind, Needed, Wanted, needed
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
from services.payout.collection.naming import reference_of
from services.payout.collection.noun import (
    ACCEPTED,
    BATCHED,
    ORDER,
    ORDERED,
    REJECTED,
    AcceptCollection,
    BatchCollection,
    CollectionAnsweredOtherwise,
    CollectionElsewhere,
    Collections,
    CollectionUnderWay,
    Command,
    NothingToOrder,
    Order,
    OrderCollection,
    RejectCollection,
    ReleaseCollection,
    UnbatchCollection,
    UnknownOrder,
    decider,
    told,
)

__all__ = [
    "ACCEPTED",
    "BATCHED",
    "ORDER",
    "ORDERED",
    "REJECTED",
    "AcceptCollection",
    "BatchCollection",
    "CollectionAccepted",
    "CollectionAnsweredOtherwise",
    "CollectionBatched",
    "CollectionElsewhere",
    "CollectionOrdered",
    "CollectionRejected",
    "CollectionReleased",
    "CollectionUnbatched",
    "CollectionUnderWay",
    "CollectionWithdrawn",
    "Collections",
    "Command",
    "Event",
    "Kind",
    "Needed",
    "NothingToOrder",
    "Order",
    "OrderCollection",
    "RejectCollection",
    "ReleaseCollection",
    "UnbatchCollection",
    "UnknownOrder",
    "Wanted",
    "decider",
    "needed",
    "reference_of",
    "told",
]
