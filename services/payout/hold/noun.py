"""All holds, in one stream: placed, lifted by a person, or ended by the clock."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.hold.kinds import HoldKind, HoldReason
from shared.decider import Context, Decider, DomainError, event, field, replace, value
from shared.identity import SYSTEM
from shared.persistent import PersistentMap

REGISTER = "register"
"""The id of the one stream that holds them all."""


# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class PlaceHold:
    """`case` is the one at which it is placed, `target` the case, the payee's key or the programme; `ends_on` its last day."""

    hold: str
    case: str
    kind: HoldKind
    target: str
    reason: HoldReason
    text: str
    ends_on: date | None = None


@value
class LiftHold:
    hold: str
    reason: str


@value
class ExpireHold:
    hold: str


type Command = PlaceHold | LiftHold | ExpireHold

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("payout.hold-placed")
class HoldPlaced:
    """From now on nothing is certified, ordered or handed over for this case, payee or programme (Zahlungssperre).

    `ends_on` is its last day, None when it stands until somebody lifts it.
    """

    hold: str
    case: str
    kind: HoldKind
    target: str
    reason: HoldReason
    text: str
    ends_on: date | None
    placed_by: str
    placed_on: date


@event("payout.hold-lifted")
class HoldLifted:
    """A person ended a hold (Aufhebung der Zahlungssperre); others may still stand."""

    hold: str
    case: str
    reason: str
    lifted_by: str
    lifted_on: date


@event("payout.hold-expired")
class HoldExpired:
    """The last day of a hold has passed (Ablauf der Zahlungssperre)."""

    hold: str
    case: str
    ended_on: date


type Event = HoldPlaced | HoldLifted | HoldExpired

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Holds:
    """What stands, the oldest first; of every hold that there ever was, how it was placed."""

    standing: tuple[HoldPlaced, ...] = ()
    placed: PersistentMap[HoldPlaced] = field(default_factory=PersistentMap[HoldPlaced])


# ---- Errors ---------------------------------------------------------------------------------------------------------


class UnknownHold(DomainError):
    code = "hold-unknown"
    title = "Diese Zahlungssperre gibt es nicht."
    status = 404


class HoldDiffers(DomainError):
    code = "hold-differs"
    title = "Diese Zahlungssperre wurde bereits mit anderen Angaben gesetzt."


class HoldHasNoTarget(DomainError):
    code = "hold-without-target"
    title = "Was gesperrt werden soll, ist in diesem Vorgang nicht bekannt."


class HoldEndsInPast(DomainError):
    code = "hold-ends-in-past"
    title = "Der letzte Tag der Sperre liegt in der Vergangenheit."
    status = 422


class HoldReasonMissing(DomainError):
    code = "hold-reason-missing"
    title = "Eine Zahlungssperre wird mit Gründen gesetzt und aufgehoben."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, holds: Holds, context: Context) -> Sequence[Event]:
    match command:
        case PlaceHold():
            return _place(command, holds, context)
        case LiftHold():
            known, stands = _known(command.hold, holds)
            if not stands:
                return []
            if not command.reason.strip():
                raise HoldReasonMissing(field="reason")
            return [
                HoldLifted(
                    hold=command.hold,
                    case=known.case,
                    reason=command.reason,
                    lifted_by=context.actor,
                    lifted_on=context.valid_on,
                )
            ]
        case ExpireHold():
            known, stands = _known(command.hold, holds)
            if not stands or known.ends_on is None or context.valid_on <= known.ends_on:
                return []
            return [HoldExpired(hold=command.hold, case=known.case, ended_on=known.ends_on)]
        case _ as missing:
            assert_never(missing)


def _known(hold: str, holds: Holds) -> tuple[HoldPlaced, bool]:
    known = holds.placed.get(hold)
    if known is None:
        raise UnknownHold(field="hold")
    return known, known in holds.standing


def _place(command: PlaceHold, holds: Holds, context: Context) -> Sequence[HoldPlaced]:
    known = holds.placed.get(command.hold)
    placed = HoldPlaced(
        hold=command.hold,
        case=command.case,
        kind=command.kind,
        target=command.target,
        reason=command.reason,
        text=command.text,
        ends_on=command.ends_on,
        placed_by=context.actor,
        placed_on=context.valid_on,
    )
    if known is not None:
        if replace(placed, placed_by=known.placed_by, placed_on=known.placed_on) != known:
            raise HoldDiffers
        return []
    if not command.target:
        raise HoldHasNoTarget(field="kind")
    if not command.text.strip() and context.actor != SYSTEM:
        raise HoldReasonMissing(field="text")
    if command.ends_on is not None and command.ends_on < context.valid_on:
        raise HoldEndsInPast(field="ends_on")
    return [placed]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(holds: Holds, it: Event) -> Holds:
    match it:
        case HoldPlaced():
            return Holds(standing=(*holds.standing, it), placed=holds.placed.put(it.hold, it))
        case HoldLifted() | HoldExpired():
            return replace(holds, standing=tuple(one for one in holds.standing if one.hold != it.hold))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Holds](
    name="hold",
    per_case=False,
    initial=Holds(),
    decide=decide,
    evolve=evolve,
    events=[HoldPlaced, HoldLifted, HoldExpired],
)
