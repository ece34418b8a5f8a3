"""How events become the state of a closure; no rules here."""

from typing import assert_never

from services.review.closure.commands import WRITE, Command
from services.review.closure.deciding import decide
from services.review.closure.events import (
    CaseClosed,
    CaseReopened,
    ClosingNoteWritten,
    Event,
    MoneyStepNoted,
    RetentionEnded,
)
from services.review.closure.states import Closure
from shared import duties
from shared.decider import Decider, replace
from shared.identity import Role


def evolve(closure: Closure, it: Event) -> Closure:
    match it:
        case MoneyStepNoted():
            return replace(closure, steps=(*closure.steps, it))
        case ClosingNoteWritten():
            acted = duties.with_act(closure.acted, it.written_by, Role.USAGE_AUDITOR, WRITE)
            return replace(closure, note=it, notes=it.number, acted=acted)
        case CaseClosed():
            return replace(closure, closed=it, closures=it.number, reopened=None, acted=it.acted)
        case CaseReopened():
            return replace(closure, closed=None, note=None, ended=None, reopened=it)
        case RetentionEnded():
            return replace(closure, ended=it)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Closure](
    name="closure",
    initial=Closure(),
    decide=decide,
    evolve=evolve,
    events=[MoneyStepNoted, ClosingNoteWritten, CaseClosed, CaseReopened, RetentionEnded],
)
