"""The days that are closed."""

from services.payout.reconciliation.events import DifferenceProposed, ReconciliationClosed, YearSealed
from shared.decider import value


@value
class Closings:
    """The days that are closed, in their order, the titles' years that are sealed, and the difference that was proposed last."""

    days: tuple[ReconciliationClosed, ...] = ()
    years: tuple[YearSealed, ...] = ()
    proposed: DifferenceProposed | None = None
