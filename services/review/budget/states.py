"""What a budget stands at, per year and per case."""

from collections.abc import Sequence
from datetime import date

from services.review.budget.events import BudgetOpened, PaymentAwaitingBudget
from shared.contracts import YearAmount
from shared.decider import field, value
from shared.persistent import PersistentMap


def cents_of(by_year: Sequence[YearAmount], year: int) -> int:
    """The cents of one of these years."""
    return sum(it.cents for it in by_year if it.year == year)


@value
class YearAccount:
    """Cents of one year: what may be spent and what already is spoken for. `committed_cents` is not yet paid."""

    year: int
    available_cents: int
    reserved_cents: int = 0
    committed_cents: int = 0
    paid_cents: int = 0

    @property
    def free_cents(self) -> int:
        return self.available_cents - self.reserved_cents - self.committed_cents - self.paid_cents


@value
class Position:
    """One case in this budget: the reservation that stands, and what was committed and paid since."""

    reserved: tuple[YearAmount, ...] = ()
    reserved_entry: int = 0
    expires_on: date = date.max
    committed: tuple[YearAmount, ...] = ()
    committed_entry: int = 0
    paid_cents: int = 0
    payments: PersistentMap[int] = field(default_factory=PersistentMap[int])
    """Cents by payment."""

    def unpaid_cents(self, year: int) -> int:
        return cents_of(self.committed, year) - self.paid_cents


@value
class Early:
    """A payment that came before the budget, and as which of them it came: in this order they are entered."""

    number: int
    payment: PaymentAwaitingBudget


@value
class Unopened:
    """No budget yet; payments that came early wait here, by their id."""

    awaiting: PersistentMap[Early] = field(default_factory=PersistentMap[Early])


@value
class Open:
    """`entries` is the number of the last entry; `carried_into` the next budget's year, 0 before it is opened."""

    title: str
    year: int
    opening: BudgetOpened
    years: tuple[YearAccount, ...]
    entries: int = 0
    carried_into: int = 0
    positions: PersistentMap[Position] = field(default_factory=PersistentMap[Position])
    """By case."""
    awaiting: PersistentMap[Early] = field(default_factory=PersistentMap[Early])

    def position(self, case: str) -> Position:
        return self.positions.get(case) or Position()

    def free(self, by_year: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
        """What is left in each of these years; 0 where no money was voted."""
        left = {it.year: it.free_cents for it in self.years}
        return tuple(YearAmount(year=it.year, cents=left.get(it.year, 0)) for it in by_year)


type Budget = Unopened | Open
