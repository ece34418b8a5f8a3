"""A batch as committed, with what the lists know of its answers."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.payout import batch as batches
from services.payout.api.answers.shapes import (
    Batch,
    BatchCollection,
    BatchEntry,
)
from services.payout.api.lookup import (
    known_batch,
    status_of_batch,
)
from shared.service import House
from shared.web import etag


async def told_batch(house: House, name: str) -> Batch:
    """A batch as committed, with what the lists know of its answers; 404 problem when there is none."""
    found = await known_batch(house, name)
    sealed: batches.BatchSealed = found.state.sealed
    seen = await asyncio.to_thread(house.views.get, "batches", name)
    known: Mapping[str, Any] = seen.body if seen else {}
    typed = dict(found.state.entered) if isinstance(found.state, batches.Released | batches.Transmitted) else {}
    return Batch(
        batch=name, stream=batches.decider.stream(name), etag=etag(found.version),
        status="completed" if known.get("status") == "completed" else status_of_batch(found.state),
        count=sealed.count, sum_cents=sealed.sum_cents, file_name=sealed.file_name, file_sha256=sealed.file_sha256,
        created_at=sealed.created_at, execution_on=sealed.execution_on, attempt=known.get("attempt", 0),
        silent=known.get("silent", []), settled=known.get("settled", []), rejected=known.get("rejected", []), debtor=sealed.debtor,
        sealed_by=sealed.sealed_by, released_by=known.get("released_by", ""), took_part=list(sealed.took_part),
        by_hand=sealed.writing.format == batches.BY_HAND, format=sealed.writing.format,
        recallable=isinstance(found.state, batches.Transmitted),
        cash_reference=found.state.cash_reference if isinstance(found.state, batches.Transmitted) else "",
        to_enter=len(batches.untyped(found.state)),
        entries=[
            BatchEntry(
                payment=it.payment, case=it.case, reference=it.reference, cents=it.cents, title=it.title, year=it.year,
                file_number=it.file_number, cash_reference=typed.get(it.reference, ""),
            )
            for it in sealed.entries
        ],
        collections=[
            BatchCollection(
                order=it.order, case=it.case, claim=it.claim, kind=it.kind, reference=it.reference, cents=it.cents,
                due_on=it.due_on, title=it.title, year=it.year, file_number=it.file_number,
                cash_reference=typed.get(it.reference, ""),
            )
            for it in sealed.collections
        ],
    )  # fmt: skip
