"""The GET endpoints of payout."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.payout import batch as batches
from services.payout import views
from services.payout.api.answers import (
    Batch,
    BatchItem,
    Case,
    CaseItem,
    Listing,
    Open,
    PaymentItem,
    PaymentOfCase,
    told_batch,
    told_case,
    told_open,
    told_payment,
)
from services.payout.api.clearing_answers import ClearingItem, ItemOfFile, item_of, told_item
from services.payout.api.closing import DayItem, DaySides, sides_of
from services.payout.api.collecting import ClaimToOrder, CollectionItem, told_needed
from services.payout.api.expected_answers import ExpectedFile, OneExpectedFile, told_expected
from services.payout.api.hold_answers import HoldItem
from services.payout.api.lookup import known_batch
from services.payout.api.recall_answers import OneRecall, RecallItem, told_recall, with_words
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import sealed_bytes_of
from services.payout.treasury.known import FORMATS
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.identity import Role, is_id
from shared.operations import READERS
from shared.problems import Problem
from shared.service import House
from shared.web import checked_cursor

FILE_READERS = frozenset({Role.TREASURY, Role.ORDERING_OFFICER})
"""Who may see a payment file, which names payees and their accounts."""

type CaseStep = Literal["examination", "certification", "order", "payment", "plan", "rest"]
type PaymentStatus = Literal["ordered", "batched", "held", "accepted", "settled", "rejected", "returned", "cancelled"]
type BatchStatus = Literal["sealed", "released", "submitting", "unknown", "transmitted", "completed", "discarded"]
type CollectionStatus = Literal["ordered", "batched", "accepted", "rejected", "withdrawn"]
type ReportOutcome = Literal["received", "conflicting", "quarantined"]
type ClearingAbout = Literal["outgoing", "incoming", "payee", "contradiction", "answer", "file"]
type HoldStatus = Literal["standing", "lifted", "expired"]
type FileStatus = Literal["awaited", "overdue", "acknowledged", "arrived", "late"]
type RecallStatus = Literal["requested", "approved", "transmitted", "answered", "dropped"]
type Limit = Annotated[int, Query(ge=1, le=200)]


def reader(house: House, request: Request, action: str, roles: frozenset[Role] = READERS) -> Person:
    """Who reads, or a 401 or 403 problem."""
    person = house.gate.person(request)
    allowed_role(person, roles, action)
    return person


async def caught_up(house: House, request: Request) -> None:
    """Wait until the lists show what the caller has just recorded (header `Foerderstrom-Position`)."""
    told = request.headers.get("foerderstrom-position", "")
    if told.isascii() and told.isdigit() and len(told) < 16:
        await house.seen(int(told))


async def listing(
    house: House, request: Request, name: str, status: str | None, after: str, limit: int, *, newest: bool
) -> Any:
    """A page of one of the lists."""
    reader(house, request, f"read-{name}")
    await caught_up(house, request)
    page = await asyncio.to_thread(
        views.listed, house.views, name, status, checked_cursor(after), limit, newest_first=newest
    )
    return {"items": [it.body for it in page.entries], "next": page.next}


async def batch_file(house: House, batch: str) -> tuple[batches.BatchSealed, bytes]:
    """A sealed batch and its bytes, made again; 404 or 409 problem."""
    sealed: batches.BatchSealed = (await known_batch(house, batch)).state.sealed
    try:
        return sealed, await asyncio.to_thread(sealed_bytes_of, house, sealed)
    except Unwritable as error:
        raise Problem(409, f"batch-{error.code}", error.reason) from error


def reads(house: House) -> APIRouter:
    """The GET endpoints."""
    router = APIRouter()

    @router.get("/payout/cases", operation_id="payout-cases", response_model=Listing[CaseItem])
    async def cases(request: Request, status: CaseStep | None = None, after: str = "", limit: Limit = 50) -> Any:
        """Cases, those whose state is oldest first; `status` is what is next."""
        return await listing(house, request, "cases", status, after, limit, newest=False)

    @router.get("/payout/cases/{case}", operation_id="payout-case")
    async def case(request: Request, response: Response, case: str) -> Case:
        """Plan per year, drawdowns and payments as committed; `etag` is what an act on it must send as `If-Match`."""
        person = reader(house, request, "read-case")
        found = await told_case(house, case, person)
        response.headers["ETag"] = found.etag
        return found

    @router.get("/payout/payments", operation_id="payout-payments", response_model=Listing[PaymentItem])
    async def listed_payments(
        request: Request, status: PaymentStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Payments in the order in which they were ordered."""
        return await listing(house, request, "payments", status, after, limit, newest=False)

    @router.get("/payout/payments/{payment}", operation_id="payout-payment")
    async def one_payment(request: Request, response: Response, payment: str) -> PaymentOfCase:
        """A payment as committed."""
        reader(house, request, "read-payment")
        found = await told_payment(house, payment)
        if found is None:
            raise Problem(404, "payment-unknown", "Diese Zahlung gibt es nicht.", field="payment")
        response.headers["ETag"] = found.etag
        return found

    @router.get("/payout/batches", operation_id="payout-batches", response_model=Listing[BatchItem])
    async def listed_batches(
        request: Request, status: BatchStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Batches, newest first."""
        return await listing(house, request, "batches", status, after, limit, newest=True)

    @router.get("/payout/batches/{batch}", operation_id="payout-batch")
    async def one_batch(request: Request, response: Response, batch: str) -> Batch:
        """A sealed batch with its entries; `etag` is what its release must send as `If-Match`."""
        reader(house, request, "read-batch")
        found = await told_batch(house, batch)
        response.headers["ETag"] = found.etag
        return found

    @router.get("/payout/batches/{batch}/file", operation_id="payout-batch-file", response_class=Response)
    async def file(request: Request, batch: str) -> Response:
        """The exact bytes that were sealed, made again."""
        reader(house, request, "read-batch-file", FILE_READERS)
        sealed, raw = await batch_file(house, batch)
        headers = {"Content-Disposition": f'attachment; filename="{sealed.file_name}"', "Cache-Control": "no-store"}
        return Response(raw, media_type=FORMATS[sealed.writing.format].media_type, headers=headers)

    @router.get("/payout/recalls", operation_id="payout-recalls", response_model=Listing[RecallItem])
    async def listed_recalls(
        request: Request, status: RecallStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Requests to cancel payments that the treasury holds, newest first."""
        found = await listing(house, request, "recalls", status, after, limit, newest=True)
        return {**found, "items": await with_words(house, found["items"])}

    @router.get("/payout/batches/{batch}/recalls/{recall}", operation_id="payout-recall")
    async def one_recall(request: Request, batch: str, recall: str) -> OneRecall:
        """A request to cancel with all its payments; `etag` is what an answer recorded by hand must send as `If-Match`."""
        reader(house, request, "read-recalls")
        return await told_recall(house, batch, recall)

    @router.get("/payout/expected-files", operation_id="payout-expected-files", response_model=Listing[ExpectedFile])
    async def expected_files(
        request: Request, status: FileStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Files that the treasury owes or owed, by the instant until which, the latest first; `overdue` ones are alarms."""
        return await listing(house, request, "expectations", status, after, limit, newest=True)

    @router.get("/payout/expected-files/{expectation}", operation_id="payout-expected-file")
    async def expected_file(request: Request, response: Response, expectation: str) -> OneExpectedFile:
        """One expected file, with who acknowledged its alarm and why."""
        reader(house, request, "read-expectations")
        found = await told_expected(house, expectation)
        response.headers["ETag"] = found.etag
        return found

    @router.get("/payout/clearing", operation_id="payout-clearing", response_model=Listing[ClearingItem])
    async def clearing(
        request: Request,
        status: str | None = None,
        about: ClearingAbout | None = None,
        owner: str | None = None,
        resolved: bool = False,
        after: str = "",
        limit: Limit = 50,
    ) -> Any:
        """What the treasury said and nobody could explain, newest first: of a reason (`status`, its code), of a kind (`about`),
        of an owner (`nobody` for none) or already resolved; one of these at a time.
        """
        if status is not None and not is_id(status):
            raise Problem(422, "unknown-reason", "Diesen Grund gibt es nicht.", field="status")
        name, grp = "clearing", status
        if resolved:
            name, grp = "cleared", None
        elif about is not None:
            name, grp = "clearing-kinds", about
        elif owner is not None:
            name, grp = "clearing-owners", owner[:200]
        page = await listing(house, request, name, grp, after, limit, newest=True)
        today = local_date(house.now())
        return {**page, "items": [told_item(it, today) for it in page["items"]]}

    @router.get("/payout/clearing/{clearing}/items/{number}", operation_id="payout-clearing-item")
    async def clearing_item(request: Request, clearing: str, number: str) -> ItemOfFile:
        """An item with what can be done about it now."""
        return await item_of(house, reader(house, request, "read-clearing"), clearing, number)

    @router.get("/payout/days", operation_id="payout-days", response_model=Listing[DayItem])
    async def days(
        request: Request, status: Literal["open", "closed"] | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """The days that statements book, newest first, closed or not."""
        return await listing(house, request, "days", status, after, limit, newest=True)

    @router.get("/payout/days/{day}", operation_id="payout-day")
    async def one_day(request: Request, day: date) -> DaySides:
        """What statements and our books say of a day."""
        reader(house, request, "read-days")
        return await sides_of(house, day)

    @router.get("/payout/collections", operation_id="payout-collections", response_model=Listing[CollectionItem])
    async def collections(
        request: Request, status: CollectionStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Orders about claims, newest first."""
        return await listing(house, request, "collections", status, after, limit, newest=True)

    @router.get("/payout/claims-to-order", operation_id="payout-claims-to-order")
    async def claims_to_order(request: Request) -> list[ClaimToOrder]:
        """The claims of which the treasury does not know how they stand, the first due first; at most 200."""
        reader(house, request, "read-claims-to-order")
        await caught_up(house, request)
        return await asyncio.to_thread(told_needed, house)

    @router.get("/payout/holds", operation_id="payout-holds", response_model=Listing[HoldItem])
    async def listed_holds(
        request: Request, status: HoldStatus | None = None, after: str = "", limit: Limit = 50
    ) -> Any:
        """Holds, newest first; `status` says which of them stand."""
        return await listing(house, request, "holds", status, after, limit, newest=True)

    @router.get("/payout/open", operation_id="payout-open")
    async def open_work(request: Request) -> Open:
        """How much is not finished, here and at the treasury."""
        reader(house, request, "read-open")
        await caught_up(house, request)
        return await asyncio.to_thread(told_open, house)

    return router
