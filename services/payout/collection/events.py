"""What happened to the orders about a case's claims."""

from datetime import date

from services.payout.collection.content import Kind
from shared.decider import event


@event("payout.collection-ordered")
class CollectionOrdered:
    """The treasury is to collect a claim (Annahmeanordnung), to know it changed (Änderungsanordnung), or to collect no more (Absetzungsanordnung).

    `cents` is what the order says, `target_cents` what is to be collected in all from then on; `refers_to` is the `reference` of the order
    that began it, `payable_under` what the recipient pays under (Kassenzeichen).
    """

    order: str
    claim: str
    kind: Kind
    reference: str
    refers_to: str
    payable_under: str
    cents: int
    target_cents: int
    due_on: date
    payer: str
    title: str
    year: int
    file_number: str
    ordered_by: str
    ordered_on: date


@event("payout.collection-withdrawn")
class CollectionWithdrawn:
    """The claim changed before the order lay in a file (Anordnung zurückgenommen): it is never sent."""

    order: str
    withdrawn_by: str
    withdrawn_on: date


@event("payout.collection-batched")
class CollectionBatched:
    """The order lies in a sealed file (Zahlungslauf)."""

    order: str
    batch: str


@event("payout.collection-unbatched")
class CollectionUnbatched:
    """The file was discarded before it was handed over (Zahlungslauf verworfen); the order stands and can lie in another one."""

    order: str
    batch: str


@event("payout.collection-released")
class CollectionReleased:
    """A person of the Kasse released the file in which the order lies (Freigabe)."""

    order: str
    batch: str
    released_by: str
    released_on: date


@event("payout.collection-accepted")
class CollectionAccepted:
    """The treasury took the order (Annahme durch die Kasse): `status` is its answer, or `entered` when a person typed it in."""

    order: str
    batch: str
    status: str
    accepted_on: date


@event("payout.collection-rejected")
class CollectionRejected:
    """The treasury refused the order (Ablehnung durch die Kasse; `reason` is its code): what it should know of the claim is to be ordered anew."""

    order: str
    batch: str
    reason: str
    rejected_on: date


type Event = (
    CollectionOrdered
    | CollectionWithdrawn
    | CollectionBatched
    | CollectionUnbatched
    | CollectionReleased
    | CollectionAccepted
    | CollectionRejected
)
