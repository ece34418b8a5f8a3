"""Histories that lives begin with, a part of each: chance alone hardly ever hands in a valid application."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import tests.intake.builders as intake
import tests.payout.builders as payout
import tests.review.builders as review
from services.ledger.checkpoint import Checkpoint, SignCheckpoint
from services.review.fulfilment import ImposeSideConditions
from services.review.programme import PublishPolicy
from services.review.side_condition import WantedCondition, drafted, placed
from shared.contracts import SideCondition
from shared.policy import read


def _streams() -> Iterator[tuple[str, str, Sequence[Any]]]:
    award, paid = review.opened_house(), payout.transmitted_house()
    review.assign_d1(award)
    for stream, events in award.log.items():
        yield "review", stream, events
    for stream, events in paid.events.items():
        yield "payout", stream, events
    yield "intake", f"application-{intake.CASE}", intake.UNTIL_FUNDS


def history_of(service: str, noun: str) -> Sequence[Any]:
    """A history of this noun: none when it has to begin from nothing."""
    for owner, stream, events in _streams():
        if owner == service and stream.startswith(f"{noun}-"):
            return events
    return ()


HISTORIES: Mapping[str, Sequence[Any]] = {
    f"{service}.{noun}": history_of(service, noun)
    for service, noun in (
        ("intake", "application"), ("review", "assessment"), ("review", "award"), ("review", "budget"),
        ("payout", "disbursement"), ("payout", "payment"), ("payout", "batch"),
    )
}  # fmt: skip


def _signed(size: int, root: str) -> SignCheckpoint:
    note = Checkpoint(origin="foerderstrom.example/ledger", size=size, root=root).text
    return SignCheckpoint(size=size, root=root, note=note)


def _demanded() -> tuple[SideCondition, ...]:
    """Side conditions of the practice's texts, with their days."""
    blocks = read(review.PRACTICE).side_conditions
    wanted = tuple(WantedCondition(code=it.code) for it in blocks)
    return placed(drafted(wanted, blocks, (), date(2025, 7, 25)), date(2025, 7, 29))


SEASONING: Mapping[str, Sequence[Any]] = {
    "review.programme": [
        PublishPolicy(texts=(review.GUIDELINE, review.PRACTICE, review.PARAMETERS)),
        PublishPolicy(texts=(review.LATER_PRACTICE,)),
    ],
    "review.fulfilment": [ImposeSideConditions(notice=it, conditions=_demanded()) for it in (1, 2)],
    "ledger.checkpoint": [_signed(size, root * 64) for size in (1, 2, 7) for root in "ab"],
}
"""Commands whose texts no chance would write."""
