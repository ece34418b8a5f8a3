"""Files of the treasury as they came: which were read, what became of them, their bytes."""

import asyncio
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.payout import clearing, views
from services.payout.api.answers import Listing, ReportItem
from services.payout.api.reads import FILE_READERS, Limit, ReportOutcome, listing, reader
from services.payout.treasury.desk import SUBJECT
from shared.documents import MissingDocument
from shared.identity import Erased
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House

_SHOWN = 200


class ItemOfReport(BaseModel):
    """What a file told and nobody could explain at once."""

    number: int
    reference: str
    reason: str
    cents: int
    about: str
    status: str


class InboundFile(ReportItem):
    """A file of the treasury; `items` are the first of those that became clearing items."""

    items: list[ItemOfReport] = Field(description=f"at most {_SHOWN}")
    items_count: int


def reads(house: House) -> APIRouter:
    """The GET endpoints of inbound files."""
    router = APIRouter()

    @router.get("/payout/reports", operation_id="payout-reports", response_model=Listing[ReportItem])
    async def reports(request: Request, status: ReportOutcome | None = None, after: str = "", limit: Limit = 50) -> Any:
        """Files of the treasury, newest first."""
        return await listing(house, request, "reports", status, after, limit, newest=True)

    @router.get("/payout/reports/{sha256}", operation_id="payout-report")
    async def report(request: Request, sha256: str) -> InboundFile:
        """A file by the hash of its bytes, and what of it had to be cleared."""
        reader(house, request, "read-report")
        return await told_file(house, sha256)

    @router.get("/payout/reports/{sha256}/file", operation_id="payout-report-file", response_class=StreamingResponse)
    async def file(request: Request, sha256: str) -> StreamingResponse:
        """The bytes as they came; who may see a payment file may see these."""
        reader(house, request, "read-report-file", FILE_READERS)
        found = await told_file(house, sha256)
        raw = await asyncio.to_thread(bytes_of_file, house, found.sha256)
        headers = {"Content-Disposition": f'attachment; filename="{found.sha256}"', "Cache-Control": "no-store"}
        return StreamingResponse(raw, media_type="application/octet-stream", headers=headers)

    return router


async def told_file(house: House, sha256: str) -> InboundFile:
    """A file that was read, by its hash, or a 404 problem."""
    await house.seen(house.writer.head.position)
    body = await asyncio.to_thread(views.report_of_file, house.views, sha256)
    if body is None:
        raise Problem(404, "report-unknown", "Diese Datei wurde nicht gelesen.", field="sha256")
    listed: clearing.Clearing = (await house.writer.state(clearing.decider, body["report"])).state
    items = [_told(listed.items[it]) for it in sorted(listed.items, key=int)[:_SHOWN]]
    return InboundFile(**body, items=items, items_count=len(listed.items))


def bytes_of_file(house: House, sha256: str) -> Iterator[bytes]:
    """The bytes of a file that was read, verified, a chunk at a time. Blocks. 410 problem when they are not kept."""
    try:
        found = house.documents.read(sha256, subject=SUBJECT)
    except MissingDocument as error:
        raise Problem(410, "report-not-kept", "Die Datei war größer als erlaubt und wurde nicht aufbewahrt.") from error
    except Forged as error:
        raise Problem(409, "report-changed", "Die Datei liegt nicht so vor, wie sie gekommen ist.") from error
    if isinstance(found, Erased):
        raise Problem(410, "report-not-kept", "Die Dateien der Kasse sind nicht mehr lesbar.")
    return found


def _told(it: clearing.Standing) -> ItemOfReport:
    item = it.item
    status = "resolved" if it.resolved else "proposed" if it.proposed else "open"
    return ItemOfReport(
        number=item.number, reference=item.reference, reason=item.reason, cents=item.cents, about=item.kind, status=status
    )  # fmt: skip
