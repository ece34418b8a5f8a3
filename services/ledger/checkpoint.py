"""Der Prüfpunkt: size and root of the log at one instant, signed (C2SP tlog-checkpoint); it never shrinks, never forks."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Self, assert_never

from shared.decider import Context, Decider, DomainError, event, value


@value
class Checkpoint:
    """The text that is signed: origin, size as decimal, root as base64, a line each. `root` here is lower-case hex."""

    origin: str
    size: int
    root: str

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(bytes.fromhex(self.root)).decode()}\n"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a note or its text, or `CheckpointMalformed`; extension lines are passed over."""
        lines = text.split("\n")
        try:
            origin, digits, encoded = lines[:3]
            size, root = int(digits), b64decode(encoded, validate=True)
        except ValueError as error:
            raise CheckpointMalformed from error
        if not origin or digits != str(size) or size < 0 or len(root) != 32 or b64encode(root).decode() != encoded:
            raise CheckpointMalformed
        return cls(origin=origin, size=size, root=root.hex())


# ---- Commands ------------------------------------------------------------------------------------------------------


@value
class SignCheckpoint:
    """Record a checkpoint that was signed over the log. `root` in hex, `note` the whole signed note."""

    size: int
    root: str
    note: str


type Command = SignCheckpoint

# ---- Events --------------------------------------------------------------------------------------------------------


@event("ledger.checkpoint-signed")
class CheckpointSigned:
    """The log had this many leaves and this root, and the ledger signed it: from now on none of them can change unseen."""

    size: int
    root: str
    note: str


type Event = CheckpointSigned

# ---- States --------------------------------------------------------------------------------------------------------


@value
class Unsigned:
    """No checkpoint yet."""


@value
class Signed:
    """The latest checkpoint."""

    size: int
    root: str


type State = Unsigned | Signed

# ---- Errors --------------------------------------------------------------------------------------------------------


class CheckpointMalformed(DomainError):
    code = "checkpoint-malformed"
    title = "Das ist kein Prüfpunkt, oder seine Notiz sagt etwas anderes."
    status = 422


class LogShrank(DomainError):
    """Fewer leaves than already signed: the log lost its tail."""

    code = "log-shrank"
    title = "Die Prüfkette ist kürzer als ihr letzter Prüfpunkt."


class LogForked(DomainError):
    """The same number of leaves under another root: a leaf already signed was changed."""

    code = "log-forked"
    title = "Die Prüfkette hat bei gleicher Größe eine andere Wurzel als ihr letzter Prüfpunkt."


# ---- Decide, evolve ------------------------------------------------------------------------------------------------


def decide(command: Command, state: State, context: Context) -> Sequence[Event]:
    said = Checkpoint.of(command.note)
    if command.size < 1 or (said.size, said.root) != (command.size, command.root):
        raise CheckpointMalformed
    match state:
        case Signed(size=size) if command.size < size:
            raise LogShrank(f"{command.size} statt mindestens {size} Blätter")
        case Signed(size=size, root=root) if command.size == size:
            if command.root != root:
                raise LogForked
            return []
        case Signed() | Unsigned():
            return [CheckpointSigned(size=command.size, root=command.root, note=command.note)]
        case _ as missing:
            assert_never(missing)


def evolve(state: State, it: Event) -> State:
    return Signed(size=it.size, root=it.root)


decider = Decider[Command, Event, State](
    name="checkpoint", per_case=False, initial=Unsigned(), decide=decide, evolve=evolve, events=(CheckpointSigned,)
)
