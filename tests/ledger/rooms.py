"""The ledger in earnest: beside a real publisher on a real broker, or its writer alone; frames as a publisher makes them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from services.ledger.api import ledger_of
from services.ledger.ledger import Ledger
from services.ledger.settings import Settings
from services.ledger.wiring import blueprint
from shared.formats import ZERO, Frame, chain, pack_records, record_bytes
from shared.identity import Role
from shared.service import House, application
from tests.ledger.builders import ORIGIN, Chronicle, Record, header_of
from tests.machinery.toys import PUBLISHER, serving, until
from tests.service import Place

SEED = bytes(range(32))


def settings(place: Place, **more: Any) -> Settings:
    """The ledger's settings at a place; its key is that of `builders.SIGNER`."""
    key = place.folder / "ledger-seed"
    key.write_bytes(SEED)
    return place.settings(Settings, ledger_key_file=key, ledger_origin=ORIGIN, **more)


@asynccontextmanager
async def both(place: Place) -> AsyncGenerator[tuple[House, House]]:
    """A publisher called intake, and the ledger."""
    async with serving(PUBLISHER, place.settings()) as publisher, serving(blueprint, settings(place)) as ledger:
        yield publisher, ledger


def received(ledger: House, source: str = "intake") -> int:
    lane = ledger.writer.lanes.get(source)
    return lane.position if lane else 0


async def arrived(publisher: House, ledger: House) -> Ledger:
    """Wait until everything published lies in the ledger and is signed and seen."""
    own = ledger_of(ledger)
    await until(lambda: received(ledger) == publisher.writer.head.position)
    await until(lambda: own.chronicle.size == ledger.writer.head.position and not own.chronicle.due)
    await until(lambda: ledger.view_follower.idle)
    return own


@asynccontextmanager
async def client(place: Place, house: House, actor: str = "", *roles: Role) -> AsyncGenerator[httpx2.AsyncClient]:
    """HTTP to a house in this process, signed in as this person or as nobody."""
    headers = {"Authorization": f"Bearer {place.token(actor, *roles)}"} if actor else {}
    transport = httpx2.ASGITransport(app=application(house, lifespan=False))
    async with httpx2.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as it:
        yield it


def of(source: str, chronicle: Chronicle) -> list[Record]:
    """The records of one service, as it stored them."""
    return [it for it in chronicle.records if header_of(it[0]).service == source]


def frame(records: Sequence[Record], first: int = 1, last: int = 0, **more: Any) -> Frame:
    """A frame of the records from position `first` to `last` of a publisher's log, and what a forger says otherwise."""
    last = last or len(records)
    before = ZERO
    for leaf, _ in records[: first - 1]:
        before = chain(before, leaf)
    after = before
    for leaf, _ in records[first - 1 : last]:
        after = chain(after, leaf)
    header = header_of(records[0][0])
    told: dict[str, Any] = {
        "source": header.service, "epoch": header.epoch, "first": first, "last": last, "previous": first - 1,
        "chain_previous": before, "chain_last": after, "body": pack_records([record_bytes(*it) for it in records[first - 1 : last]]),
    }  # fmt: skip
    return Frame(**(told | more))
