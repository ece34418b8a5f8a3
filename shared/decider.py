"""The vocabulary of decisions: the nouns import this and little else.

A noun is a `Decider`: two pure functions and a beginning (Chassaing, "Functional Event Sourcing Decider").
`decide` judges a command against the folded state; `evolve` folds an event and has no rules, so that a rule
tightened later never makes an old file unreadable.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any, ClassVar, Protocol, dataclass_transform, runtime_checkable

from shared.identity import SYSTEM, Role
from shared.records import field, field_names, replace, value

__all__ = [
    "AnyDecider", "Context", "Decided", "Decider", "Decision", "DomainError", "Event", "FieldError", "RefusedAttempt",
    "decision", "event", "field", "field_names", "replace", "value",
]  # fmt: skip


@runtime_checkable
class Event(Protocol):
    """What every event class carries beside its fields."""

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int]
    REFUSAL: ClassVar[str]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event[T](topic: str, *, version: int = 1, refusal: str = "") -> Callable[[type[T]], type[T]]:
    """A domain event. `topic` is its name in storage, for ever, wherever the class moves.

    `refusal` is the stable problem code that the person who asked is shown when this event is the answer:
    the refusal has legal meaning, so it is recorded, and yet the request did not do what was asked.
    """

    def define(cls: type[T]) -> type[T]:
        setattr(cls, "TOPIC", topic)
        setattr(cls, "VERSION", version)
        setattr(cls, "REFUSAL", refusal)
        return value(cls)

    return define


@value
class Context:
    """Who acts, when, and which message made them act. All that is not in the command comes in through here.

    `now` is the instant of recording (aware, UTC), `valid_on` the date the act is valid for in law,
    `cause` the log position ("service/epoch/position") of the message that caused the command,
    `correlation` the case.
    """

    actor: str
    role: Role
    now: datetime
    valid_on: date
    cause: str = ""
    correlation: str = ""

    @property
    def by_system(self) -> bool:
        return self.actor == SYSTEM


@value
class FieldError:
    """What is wrong with one field: its path in the request (`lines.0.cents`), a stable code, a German sentence.

    `severity` is empty for what must be corrected; else it says how much the finding weighs.
    """

    field: str
    code: str
    message: str
    severity: str = ""


class DomainError(Exception):
    """A command that makes no sense in this state: a named exception that becomes `409 problem+json`.

    `code` is stable for programs, `title` is the German sentence for people, `field` the path in the request.
    """

    code: ClassVar[str] = "conflict"
    title: ClassVar[str] = "Der Vorgang lässt dies in seinem jetzigen Stand nicht zu."
    status: ClassVar[int] = 409

    def __init__(self, detail: str = "", *, field: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.field = field
        self.errors: tuple[FieldError, ...] = ()
        """All that is wrong, when it is more than this one thing."""


class RefusedAttempt(DomainError):
    """A person tried what the law forbids this person: refused, and recorded on `attempts-<case>`.

    Raised instead of returned so that the case's own stream, and with it its ETag, stays untouched.
    """

    code = "attempt-refused"
    title = "Diese Handlung ist Ihnen in diesem Vorgang verwehrt."
    status = 403

    def __init__(self, detail: str = "", *, rule: str, action: str, matrix_sha256: str = "", case: str = "") -> None:
        """`case` is told where many are acted in at once: the attempt is recorded in it."""
        super().__init__(detail)
        self.case = case
        self.rule = rule
        self.action = action
        self.matrix_sha256 = matrix_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider[C, E, S]:
    """Two pure functions and a beginning: all there is to an event-sourced noun.

    `name` is the stream category (`<name>-<id>`); `events` are all classes that may lie in its streams.
    `per_case` says that a stream belongs to one case for ever, which its events then inherit.
    """

    name: str
    initial: S
    decide: Callable[[C, S, Context], Sequence[E]]
    evolve: Callable[[S, E], S]
    events: Sequence[type[E]]
    per_case: bool = True

    def fold(self, events: Iterable[E], start: S | None = None) -> S:
        return reduce(self.evolve, events, self.initial if start is None else start)

    def stream(self, id: str) -> str:
        return f"{self.name}-{id}"


type AnyDecider = Decider[Any, Any, Any]
type Decided = Mapping[str, Sequence[Any]]


@value
class Decision:
    """One judgement over one or more streams, recorded in one transaction or not at all.

    `reads` names the streams in order (the first is the one whose version `If-Match` means);
    `judge` is pure: folded states in that order and the context in, events per stream out.
    `further` names more streams by the states of these, e.g. the budget that a case says holds its money.
    """

    reads: Mapping[str, AnyDecider]
    judge: Callable[[Sequence[Any], Context], Decided]
    action: str = ""
    creates: bool = False
    meta: Mapping[str, str] = field(default_factory=dict[str, str])
    further: Callable[[Sequence[Any]], Mapping[str, AnyDecider]] | None = None

    @property
    def primary(self) -> str:
        return next(iter(self.reads))


@value
class Parts:
    """One judgement that is too large to be made at once: part after part on what the parts before it decided, recorded in one
    transaction or not at all.

    `reads` are the streams that stay at hand for all parts, which name them again; `parts` begins anew whenever it is asked.
    """

    reads: Mapping[str, AnyDecider]
    parts: Callable[[], Iterator[Decision]]
    action: str = ""

    @property
    def primary(self) -> str:
        return next(iter(self.reads))


def decision[C, E, S](noun: Decider[C, E, S], id: str, command: C, *, creates: bool = False) -> Decision:
    """The usual case: one command to one noun."""
    stream = noun.stream(id)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        return {stream: noun.decide(command, states[0], context)}

    return Decision(reads={stream: noun}, judge=judge, action=type(command).__name__, creates=creates)
