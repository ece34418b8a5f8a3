"""The ledger over HTTP: its state, its proofs, its exports. It takes no command of a case."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel

from services.ledger import archive
from services.ledger.archive import Kept, name_of
from services.ledger.chronicle import Chronicle
from services.ledger.ledger import Ledger
from services.ledger.log import leaf_hash
from shared.access import Person, allowed_role
from shared.following import in_thread
from shared.identity import Role
from shared.lane_following import LaneFollower
from shared.operations import READERS
from shared.problems import Problem, not_writing
from shared.recorders import Row
from shared.web import PROBLEMS, Action

if TYPE_CHECKING:
    from shared.service import House

PROVERS = frozenset({Role.AUDITOR, Role.OPERATOR})
"""Who may read what lies in the leaves, and take the history away."""


class CheckpointState(BaseModel):
    size: int
    root: str
    signed_at: datetime
    note: str


class ServiceState(BaseModel):
    """How far a service was followed. `head` is the last position its stream is known to hold."""

    service: str
    epoch: str
    head: int
    received: int
    lag: int
    last_at: datetime | None
    chain: str
    trouble: str


class Status(BaseModel):
    """`trouble` says why the ledger signs nothing; empty when all is well."""

    origin: str
    vkey: str
    size: int
    root: str
    checkpoint: CheckpointState | None
    services: list[ServiceState]
    trouble: str


class LeafProof(BaseModel):
    """A leaf with the stored bytes it proves, word for word, and its audit path to the root at `size` (RFC 9162)."""

    index: int
    leaf: str
    state: str
    leaf_hash: str
    size: int
    root: str
    proof: list[str]


class ConsistencyProof(BaseModel):
    """That the tree of `second` leaves begins with that of `first` (RFC 9162)."""

    first: int
    second: int
    first_root: str
    second_root: str
    proof: list[str]


class Export(BaseModel):
    """An export in the ledger's folder; `archive` is where to fetch it as a tar file."""

    name: str
    archive: str
    size: int
    root: str


def ledger_of(house: "House") -> Ledger:
    """The ledger's own part of a house."""
    own = house.own
    if not isinstance(own, Ledger):
        raise TypeError("dieses Haus ist nicht das der Prüfkette")
    return own


def permitted(house: "House", request: Request, roles: frozenset[Role], action: str) -> Person:
    person = house.gate.person(request)
    allowed_role(person, roles, action)
    return person


def status_of(house: "House") -> Status:
    """Where the log and each service stand now."""
    ledger = ledger_of(house)
    chronicle, signing = ledger.chronicle, ledger.chronicle.signing
    key = ledger.settings.signer().verifier
    return Status(
        origin=key.name,
        vkey=key.vkey,
        size=chronicle.size,
        root=chronicle.tree.root().hex(),
        checkpoint=signing
        and CheckpointState(size=signing.size, root=signing.root, signed_at=signing.signed_at, note=signing.note),
        services=[_service_state(it, chronicle) for it in house.lanes],
        trouble=ledger.trouble(),
    )


def _service_state(it: LaneFollower, chronicle: Chronicle) -> ServiceState:
    lane = it.followed()
    return ServiceState(
        service=it.source, epoch=lane.epoch, head=lane.position + it.lag, received=lane.position, lag=it.lag,
        last_at=chronicle.latest.get(it.source), chain=lane.chain, trouble=it.stopped or it.paused,
    )  # fmt: skip


def export_answer(it: Kept) -> Export:
    return Export(name=it.name, archive=f"/ledger/exports/{it.name}.tar", size=it.size, root=it.root)


async def make_export(house: "House", person: Person, key: str) -> Kept:
    """The export that this person asked for with this key: written now, or the one written then."""
    if not key or len(key) > 200 or not key.isascii() or not key.isprintable():
        raise Problem(400, "idempotency-key-missing", "Der Idempotency-Key fehlt oder ist nicht gültig.")
    if house.standing_by:
        raise not_writing(house.writer.refusing)
    target = await ledger_of(house).export(name_of(person.id, key))
    return await in_thread(archive.kept, target)


def actions(_house: "House") -> Sequence[Action]:
    """None: the ledger decides nothing for people."""
    return ()


def reads(house: "House") -> APIRouter:
    """Checkpoint, status, proofs, exports."""
    router = APIRouter(responses={status: PROBLEMS[status] for status in (401, 403, 404, 409, 422)})
    router.include_router(_state(house))
    router.include_router(_proofs(house))
    router.include_router(_exports(house))
    return router


def _state(house: "House") -> APIRouter:
    router = APIRouter()

    @router.get("/ledger/checkpoint", operation_id="ledger-checkpoint", response_class=PlainTextResponse)
    async def checkpoint(request: Request) -> PlainTextResponse:
        """The latest checkpoint, as signed (C2SP signed-note)."""
        permitted(house, request, READERS, "read-checkpoint")
        signing = ledger_of(house).chronicle.signing
        if signing is None:
            raise Problem(404, "no-checkpoint", "Es wurde noch kein Prüfpunkt unterschrieben.")
        return PlainTextResponse(signing.note)

    @router.get("/ledger/vkey", operation_id="ledger-vkey", response_class=PlainTextResponse)
    async def vkey(request: Request) -> PlainTextResponse:
        """The public key that checkpoints are signed with (C2SP vkey)."""
        permitted(house, request, READERS, "read-vkey")
        return PlainTextResponse(f"{ledger_of(house).settings.signer().verifier.vkey}\n")

    @router.get("/ledger/status", operation_id="ledger-status")
    async def status(request: Request) -> Status:
        """Size and root of the log, the latest checkpoint, and how far each service was followed."""
        permitted(house, request, READERS, "read-ledger-status")
        return status_of(house)

    return router


def _proofs(house: "House") -> APIRouter:
    router = APIRouter()

    @router.get("/ledger/leaves/{index}", operation_id="ledger-leaf")
    async def leaf(
        request: Request,
        index: Annotated[int, Path(ge=0, le=2**53)],
        size: Annotated[int | None, Query(ge=1, le=2**53, description="Größe des Baums, sonst die jetzige")] = None,
    ) -> LeafProof:
        """A leaf, the stored bytes it proves, and the proof that it is in the log."""
        permitted(house, request, PROVERS, "read-leaf")
        tree = ledger_of(house).chronicle.tree
        size = tree.size if size is None else size
        if not index < size <= tree.size:
            raise Problem(404, "unknown-leaf", "Dieses Blatt gibt es in einem Baum dieser Größe nicht.", field="index")
        (row,) = await in_thread(house.store.recorder.rows, index, 1)
        return _leaf_proof(row, size, tree.root(size), tree.inclusion(index, size))

    @router.get("/ledger/consistency", operation_id="ledger-consistency")
    async def consistency(
        request: Request,
        first: Annotated[int, Query(alias="from", ge=1, le=2**53)],
        second: Annotated[int | None, Query(alias="to", ge=1, le=2**53)] = None,
    ) -> ConsistencyProof:
        """The proof that nothing was changed or removed between two sizes of the log."""
        permitted(house, request, PROVERS, "read-consistency")
        tree = ledger_of(house).chronicle.tree
        second = tree.size if second is None else second
        if not first <= second <= tree.size:
            raise Problem(422, "sizes-out-of-range", "So groß war die Prüfkette nie.", field="to")
        return ConsistencyProof(
            first=first, second=second, first_root=tree.root(first).hex(), second_root=tree.root(second).hex(),
            proof=[it.hex() for it in tree.consistency(first, second)],
        )  # fmt: skip

    return router


def _leaf_proof(row: Row, size: int, root: bytes, proof: Sequence[bytes]) -> LeafProof:
    return LeafProof(
        index=row.position - 1, leaf=row.header.decode(), state=row.state.decode(),
        leaf_hash=leaf_hash(row.header).hex(), size=size, root=root.hex(), proof=[it.hex() for it in proof],
    )  # fmt: skip


def _exports(house: "House") -> APIRouter:
    router = APIRouter()

    @router.post("/ledger/exports", operation_id="ledger-make-export", status_code=201, responses={400: PROBLEMS[400]})
    async def make(
        request: Request, idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = ""
    ) -> Export:
        """Write the whole history so far as plain files that `verify.py` proves; the same key yields the same export."""
        person = permitted(house, request, PROVERS, "export-history")
        return export_answer(await make_export(house, person, idempotency_key))

    @router.get("/ledger/exports/{name}.tar", operation_id="ledger-fetch-export", response_class=StreamingResponse)
    async def fetch(request: Request, name: str) -> StreamingResponse:
        """An export as a tar file."""
        permitted(house, request, PROVERS, "export-history")
        known = await in_thread(archive.all_kept, ledger_of(house).settings.exports())
        if name not in {it.name for it in known}:
            raise Problem(404, "unknown-export", "Diese Ausfuhr gibt es hier nicht (mehr).", field="name")
        stream = archive.tar_of(ledger_of(house).settings.exports() / name)
        headers = {"Content-Disposition": f'attachment; filename="{name}.tar"', "Cache-Control": "no-store"}
        return StreamingResponse(stream, media_type="application/x-tar", headers=headers)

    return router
