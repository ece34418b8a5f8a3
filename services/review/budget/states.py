"""What a budget stands at, per year and per case."""

from collections.abc import Sequence
from datetime import date

from services.review.budget.events import BudgetOpened, Event, PaymentAwaitingBudget
from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import field, value
from shared.persistent import PersistentMap


def cents_of(by_year: Sequence[YearAmount], year: int) -> int:
    """The cents of one of these years."""
    return sum(it.cents for it in by_year if it.year == year)


def summed(by_year: Sequence[YearAmount], more: Sequence[YearAmount], sign: int = 1) -> tuple[YearAmount, ...]:
    """Amounts per year with others added or, with `sign` -1, taken away; a year with nothing in it is none."""
    total = {it.year: it.cents for it in by_year}
    for it in more:
        total[it.year] = total.get(it.year, 0) + sign * it.cents
    return tuple(YearAmount(year=year, cents=cents) for year, cents in sorted(total.items()) if cents)


@value
class YearAccount:
    """Cents of one year: what the plan gives, what of it is frozen, what is spoken for. `committed_cents` is not yet paid.

    `appropriated_cents` is the Ansatz, of a later year the VE; `brought_cents` the VE on which earlier years promised,
    `continued_cents` earlier VE that lives on under a provisional budget; remainders and reallocations with their sign.
    """

    year: int
    appropriated_cents: int = 0
    brought_cents: int = 0
    continued_cents: int = 0
    remainder_cents: int = 0
    reallocated_cents: int = 0
    frozen_cents: int = 0
    reserved_cents: int = 0
    committed_cents: int = 0
    paid_cents: int = 0
    alarmed_bp: int = 0

    @property
    def voted_cents(self) -> int:
        """What the plan gives, frozen or not: never is more spoken for."""
        given = self.appropriated_cents + self.brought_cents + self.continued_cents
        return given + self.remainder_cents + self.reallocated_cents

    @property
    def available_cents(self) -> int:
        """Ansatz + Reste + Umschichtung - Sperre."""
        return self.voted_cents - self.frozen_cents

    @property
    def taken_cents(self) -> int:
        return self.reserved_cents + self.committed_cents + self.paid_cents

    @property
    def free_cents(self) -> int:
        """Nothing, when a freeze reaches into what was spoken for before it."""
        return max(0, self.available_cents - self.taken_cents)


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
    last_payment_entry: int = 0
    overpaid: PersistentMap[int] = field(default_factory=PersistentMap[int])
    """Cents by payment that paid something twice, beside the commitment."""
    overpaid_cents: int = 0
    """What of them did not come back yet."""
    moved_into: int = 0
    """The year to whose budget the unpaid commitment went when this one was closed."""
    basis: Basis | None = None
    increase: str = ""
    """The change that `reserved` is for; empty for what the case is granted first."""

    def unpaid_cents(self, year: int) -> int:
        return cents_of(self.committed, year) - self.paid_cents


@value
class Freeze:
    """What still stands of a freeze."""

    entry: int
    year: int
    cents: int
    share_bp: int
    left_cents: int


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
    provisional: bool = False
    overrides: PersistentMap[str] = field(default_factory=PersistentMap[str])
    """Reasons by case that may be granted although the budget is provisional."""
    freezes: PersistentMap[Freeze] = field(default_factory=PersistentMap[Freeze])
    references: PersistentMap[Event] = field(default_factory=PersistentMap[Event])
    """What was entered once under a reference from outside, by kind and reference."""
    remainders: tuple[YearAmount, ...] = ()
    """Taken over, by the year of origin."""
    handed_over: tuple[YearAmount, ...] = ()
    """Handed over, by the year of origin."""
    moved_cents: int = 0
    closed_on: date | None = None

    def position(self, case: str) -> Position:
        return self.positions.get(case) or Position()

    def account(self, year: int) -> YearAccount:
        return next((it for it in self.years if it.year == year), YearAccount(year=year))

    def free(self, by_year: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
        """What is left in each of these years; 0 where no money was voted."""
        return tuple(YearAmount(year=it.year, cents=self.account(it.year).free_cents) for it in by_year)


type Budget = Unopened | Open


def unspent_by_origin(budget: Open, spent_cents: int) -> tuple[YearAmount, ...]:
    """The year's cash by its origin after so much was spent: the oldest money goes first."""
    own = budget.account(budget.year)
    layers = [*budget.remainders, YearAmount(year=budget.year, cents=own.appropriated_cents + own.reallocated_cents)]
    found: list[YearAmount] = []
    for layer in layers:
        used = min(spent_cents, max(0, layer.cents))
        spent_cents -= used
        found.append(YearAmount(year=layer.year, cents=max(0, layer.cents) - used))
    return tuple(found)
