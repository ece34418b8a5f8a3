"""How it stands with a case's closure."""

from datetime import date

from services.review.closure.commands import (
    OpenPoint,
    Step,
)
from services.review.closure.events import CaseClosed, CaseReopened, ClosingNoteWritten, MoneyStepNoted, RetentionEnded
from shared.contracts import Acted
from shared.decider import value


@value
class Closure:
    """`steps` are in the order in which they were told, which is not that in which they happened."""

    steps: tuple[MoneyStepNoted, ...] = ()
    note: ClosingNoteWritten | None = None
    notes: int = 0
    closed: CaseClosed | None = None
    closures: int = 0
    ended: RetentionEnded | None = None
    reopened: CaseReopened | None = None
    acted: tuple[Acted, ...] = ()

    @property
    def open_payments(self) -> tuple[str, ...]:
        """Payments that are ordered and neither settled nor rejected."""
        over = {it.name for it in self.steps if it.step in (Step.SETTLED, Step.REJECTED)}
        return tuple(it.name for it in self.steps if it.step == Step.ORDERED and it.name not in over)

    @property
    def open_drawdowns(self) -> tuple[str, ...]:
        """Drawdowns that are neither refused nor paid as far as they were accepted; what came back is not paid."""
        known = (Step.REQUESTED, Step.EXAMINED, Step.ORDERED)
        asked = dict.fromkeys(it.drawdown for it in self.steps if it.step in known)
        return tuple(it for it in asked if self._is_open(it))

    def _is_open(self, drawdown: str) -> bool:
        of_it = [it for it in self.steps if it.drawdown == drawdown]
        examined = max((it for it in of_it if it.step == Step.EXAMINED), key=lambda it: it.number, default=None)
        if examined is None:
            return True
        paid = sum(it.cents for it in of_it if it.step == Step.SETTLED)
        came_back = sum(it.cents for it in of_it if it.step == Step.RETURNED)
        return paid - came_back < examined.cents

    @property
    def open_points(self) -> tuple[OpenPoint, ...]:
        """What of the money is under way."""
        ordered = (OpenPoint.PAYMENT,) if self.open_payments else ()
        return (*ordered, *((OpenPoint.DRAWDOWN,) if self.open_drawdowns else ()))

    @property
    def disposable_on(self) -> date | None:
        """The first day on which the file need not be kept any more; None as long as the clock has nothing to do."""
        return self.closed.retention.expired_from if self.closed and self.ended is None else None
