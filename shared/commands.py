"""Requests with an answer for good: decided once, answered alike when they are repeated."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from shared.decider import AnyDecider, Decision, DomainError, FieldError, Parts, RefusedAttempt
from shared.overlay import Caller, Overlay
from shared.recorders import Commanded
from shared.records import replace, value
from shared.refusals import AttemptRefused, attempts
from shared.store import Folded

KEEP_COMMANDS = timedelta(days=30)
"""How long the first outcome of an idempotent request is returned."""


@value
class Outcome:
    """What became of a command: a reference to what was recorded, never the answer itself.

    `first` and `last` are log positions (0 when nothing was recorded), `version` the primary stream's after it,
    `refusal` the code of a recorded refusal, `problem` that of a named exception.
    """

    stream: str
    version: int
    first: int = 0
    last: int = 0
    refusal: str = ""
    problem: str = ""
    title: str = ""
    status: int = 0
    field: str = ""
    detail: str = ""
    errors: tuple[FieldError, ...] = ()


class StaleVersion(DomainError):
    """`If-Match` names another version than the stream has: somebody acted meanwhile."""

    code = "stale-version"
    title = "Der Vorgang wurde inzwischen von jemand anderem geändert."
    status = 412


class KeyReused(DomainError):
    """The same idempotency key with another body."""

    code = "idempotency-key-reused"
    title = "Dieser Idempotency-Key wurde schon für eine andere Anfrage verwendet."
    status = 422


@value
class Request:
    """An idempotent command: decided once, answered alike for 30 days."""

    decision: Decision
    caller: Caller
    id: str = ""
    body_hash: str = ""
    expected: int | None = None


@dataclass
class CommandJob:
    """One request; a repeated one is answered from what the first recorded."""

    request: Request
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        return self.request.decision.reads

    def decide(self, overlay: Overlay) -> Outcome:
        request = self.request
        if request.id and (first := overlay.commands.get(request.id)):
            return repeated(first, request.body_hash)
        outcome = self._first(overlay)
        if request.id:
            overlay.commands[request.id] = Commanded(
                id=request.id, body_hash=request.body_hash, outcome=msgspec.json.encode(outcome), at=overlay.at
            )
        return outcome

    def _first(self, overlay: Overlay) -> Outcome:
        decision, caller = self.request.decision, self.request.caller
        primary = decision.primary
        version = overlay.folded(decision.reads[primary], primary).version
        if self.request.expected is not None and version != self.request.expected:
            raise StaleVersion(f"Erwartet war Stand {self.request.expected}, gültig ist {version}.")
        try:
            recorded = overlay.judge(decision, caller)
        except RefusedAttempt as refused:
            return _refused(overlay, caller, primary, refused)
        except DomainError as error:
            return impossible(primary, version, error)
        refusals = [it.event.REFUSAL for it in recorded if it.event.REFUSAL]
        return Outcome(
            stream=primary,
            version=overlay.folded(decision.reads[primary], primary).version,
            first=overlay.head.position - len(recorded) + 1 if recorded else 0,
            last=overlay.head.position if recorded else 0,
            refusal=refusals[0] if refusals else "",
        )


@dataclass
class PartsJob:
    """A judgement that is made in parts; it has a turn of its own."""

    decision: Parts
    caller: Caller
    done: asyncio.Future[Any]


def impossible(stream: str, version: int, error: DomainError) -> Outcome:
    """The outcome of a request that a named exception ended."""
    return Outcome(
        stream=stream, version=version, problem=error.code, title=error.title,
        status=error.status, field=error.field, detail=error.detail, errors=error.errors,
    )  # fmt: skip


def _refused(overlay: Overlay, caller: Caller, primary: str, refused: RefusedAttempt) -> Outcome:
    case = refused.case or caller.correlation or overlay.states.get(primary, Folded(state=None)).correlation or primary
    event = AttemptRefused(
        action=refused.action, rule=refused.rule, stream=primary, matrix_sha256=refused.matrix_sha256
    )
    overlay.record(attempts, attempts.stream(case), [event], replace(caller, correlation=case))
    return Outcome(
        stream=primary, version=0, first=overlay.head.position, last=overlay.head.position, refusal=refused.rule,
        problem=refused.code, title=refused.title, status=refused.status, detail=refused.detail,
    )  # fmt: skip


def repeated(first: Commanded, body_hash: str) -> Outcome:
    """The outcome of the first request with this key, or `KeyReused` when the body is another."""
    if first.body_hash != body_hash:
        raise KeyReused
    return msgspec.json.decode(first.outcome, type=Outcome)
