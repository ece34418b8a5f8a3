"""A judgement that is too large to be known at once: part after part in one transaction, with the memory of one part.

What a part decided is written into the open transaction and let go of; what a later part reads of it comes from there.
Between two parts the event loop serves others; nothing else is written meanwhile, and nobody sees anything before the end.
"""

from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.commands import Outcome, PartsJob, impossible
from shared.decider import AnyDecider, Decision, DomainError
from shared.overlay import Overlay
from shared.recorders import Head, Lane
from shared.store import Folded, Store

type InThread = Callable[..., Awaitable[Any]]


@dataclass
class _Within:
    """The store as its open transaction sees it; nothing that was believed before."""

    service: str
    head: Head
    topics: dict[type[Any], str]
    lanes: dict[str, Lane] = field(default_factory=dict[str, Lane])
    states: dict[str, Folded] = field(default_factory=dict[str, Folded])

    def cached(self, stream: str) -> Folded | None:
        return self.states.get(stream)

    def load(self, noun: AnyDecider, stream: str) -> Folded:
        raise LookupError(f"{noun.name}: ein Teil liest einen Strom, den er nicht nennt")

    def has_parked(self, stream: str) -> bool:
        return True


class LongTurn:
    """One job in parts. After `run`, `head` is where the log will end with the commit, and `outdated` are the cached streams that grew."""

    def __init__(
        self, job: PartsJob, store: Store, service: str, head: Head, in_thread: InThread, cached: Set[str]
    ) -> None:
        self._job, self._store, self._in_thread, self._cached = job, store, in_thread, cached
        self._within = _Within(service=service, head=head, topics=store.mapper.topics)
        self.head = head
        self.outdated: set[str] = set()

    async def run(self, now: datetime) -> Outcome:
        """Judge all parts; the transaction is begun, and is the caller's to end."""
        job = self._job
        overlay, version = Overlay(self._within, now, {}), 0
        await self._in_thread(self._store.recorder.begin, self.head)
        for part in job.decision.parts():
            await self._read(part, overlay)
            version = version or self._version(overlay)
            try:
                overlay.judge(part, job.caller)
            except DomainError as error:
                self.head = self._within.head
                return impossible(job.decision.primary, version, error)
            await self._write(overlay)
        grew = self.head != self._within.head
        return Outcome(
            stream=job.decision.primary,
            version=self._version(overlay),
            first=self._within.head.position + 1 if grew else 0,
            last=self.head.position if grew else 0,
        )

    def _version(self, overlay: Overlay) -> int:
        primary = self._job.decision.primary
        return overlay.folded(self._job.decision.reads[primary], primary).version

    async def _read(self, part: Decision, overlay: Overlay) -> None:
        unknown: Mapping[str, AnyDecider] = {
            stream: noun for stream, noun in part.reads.items() if overlay.known(stream) is None
        }
        lasting = self._job.decision.reads.keys() & unknown.keys()
        for stream in sorted(lasting):  # one at a time, for each may be large
            self._within.states |= await self._in_thread(self._store.load_all, {stream: unknown[stream]})
        if some := {stream: noun for stream, noun in unknown.items() if stream not in lasting}:
            self._within.states |= await self._in_thread(self._store.load_all, some)

    async def _write(self, overlay: Overlay) -> None:
        kept = self._job.decision.reads
        laid = overlay.let_go(kept)
        self._within.states = {name: it for name, it in self._within.states.items() if name in kept}
        if not laid:
            return
        await self._in_thread(self._store.recorder.lay, [it.row for it in laid])
        self.head = overlay.head
        self.outdated |= self._cached & {it.row.stream for it in laid}
