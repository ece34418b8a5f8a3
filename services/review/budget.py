"""Haushaltstitel: what one title may spend in one budget year and promise for later ones, entry by entry (HÜL).

One stream holds the budget of one title and year: the year's own cash (Ansatz) and the authorisations to commit later
years (Verpflichtungsermächtigungen, HGrG § 22). Per year, at every event: reserved + committed + paid ≤ available.
Entries that move money are numbered without a gap; nothing is corrected but by a counter-entry that names the first.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any, assert_never

from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, field, replace, value
from shared.money import MAX_CENTS
from shared.persistent import PersistentMap

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class CarriedLine:
    """What an earlier year's authorisation already promised to a case, per year."""

    case: str
    by_year: tuple[YearAmount, ...]


@value
class OpenBudget:
    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...] = ()
    preloads: tuple[CarriedLine, ...] = ()


@value
class CarryOver:
    """Hand what is promised for later years to the budget of the year `into`."""

    into: int


@value
class ReserveFunds:
    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis


@value
class ReleaseReservation:
    case: str
    reason: str


@value
class CommitFunds:
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis


@value
class RecordPayment:
    payment: str
    case: str
    cents: int
    paid_on: date


type Command = OpenBudget | CarryOver | ReserveFunds | ReleaseReservation | CommitFunds | RecordPayment

# ---- Events ---------------------------------------------------------------------------------------------------------


class Shortfall(StrEnum):
    """Why the budget refuses."""

    FUNDS_EXHAUSTED = "funds-exhausted"
    AUTHORISATION_MISSING = "authorisation-missing"
    YEAR_OVER = "year-over"
    NOT_RESERVED = "not-reserved"
    RESERVATION_EXPIRED = "reservation-expired"


@event("review.budget-opened")
class BudgetOpened:
    """The title's budget year begins with its cash (Ansatz) and its authorisations for later years (VE)."""

    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...]
    opened_on: date


@event("review.commitment-carried")
class CommitmentCarried:
    """A promise made in an earlier year on an authorisation is now this budget's (Vorbelastung)."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]


@event("review.budget-carried-over")
class BudgetCarriedOver:
    """The promises for later years went to the next budget; here nothing is reserved or committed any more."""

    into: int
    carried_on: date


@event("review.funds-reserved")
class FundsReserved:
    """Money is set aside for a case until a day (Vormerkung)."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis


@event("review.funds-reservation-refused", refusal="funds-not-available")
class FundsReservationRefused:
    """The budget cannot set this money aside; `free` is what each of the asked years has left."""

    case: str
    by_year: tuple[YearAmount, ...]
    free: tuple[YearAmount, ...]
    reason: Shortfall


@event("review.reservation-released")
class ReservationReleased:
    """A reservation is taken back by a counter-entry (Absetzung); `counters` is the entry it undoes."""

    entry: int
    counters: int
    case: str
    by_year: tuple[YearAmount, ...]
    reason: str


@event("review.funds-committed")
class FundsCommitted:
    """A reservation became a legal obligation (Festlegung); `counters` is the reservation's entry."""

    entry: int
    counters: int
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis


@event("review.funds-commitment-refused", refusal="funds-not-committable")
class FundsCommitmentRefused:
    """The budget cannot turn the reservation into an obligation; nothing is approved."""

    case: str
    by_year: tuple[YearAmount, ...]
    reason: Shortfall


@event("review.payment-awaiting-budget")
class PaymentAwaitingBudget:
    """A payment was settled before this year's budget was opened; it is entered when that happens."""

    payment: str
    case: str
    cents: int
    paid_on: date


@event("review.payment-recorded")
class PaymentRecorded:
    """Committed money of the budget year was paid (Ist-Ausgabe); `counters` is the commitment's entry."""

    entry: int
    counters: int
    payment: str
    case: str
    cents: int
    paid_on: date


type Event = (
    BudgetOpened
    | CommitmentCarried
    | BudgetCarriedOver
    | FundsReserved
    | FundsReservationRefused
    | ReservationReleased
    | FundsCommitted
    | FundsCommitmentRefused
    | PaymentAwaitingBudget
    | PaymentRecorded
)

# ---- States ---------------------------------------------------------------------------------------------------------


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
        return _of(self.committed, year) - self.paid_cents


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

# ---- Errors ---------------------------------------------------------------------------------------------------------


class BudgetNotOpen(DomainError):
    code = "budget-not-open"
    title = "Für dieses Haushaltsjahr ist der Titel noch nicht eröffnet."


class BudgetAlreadyOpen(DomainError):
    code = "budget-already-open"
    title = "Der Titel ist für dieses Haushaltsjahr bereits mit anderen Beträgen eröffnet."


class BudgetYearNotBegun(DomainError):
    """Opening earlier would cut off the old year's last commitments from being carried over."""

    code = "budget-year-not-begun"
    title = "Das Haushaltsjahr hat noch nicht begonnen."


class AppropriationBelowPreloads(DomainError):
    code = "appropriation-below-preloads"
    title = "Der Ansatz deckt die Verpflichtungen aus früheren Jahren nicht."


class AmountsNotValid(DomainError):
    """Amounts per year that are not positive cents, or years that repeat or are not in order."""

    code = "amounts-not-valid"
    title = "Die Jahresbeträge sind keine positiven Beträge in aufsteigenden Jahren."
    status = 422


class OtherAmountsReserved(DomainError):
    code = "other-amounts-reserved"
    title = "Für diesen Vorgang sind bereits andere Beträge vorgemerkt."


class AlreadyCommitted(DomainError):
    code = "already-committed"
    title = "Für diesen Vorgang sind die Mittel bereits festgelegt."


class PaymentBeyondCommitment(DomainError):
    """More was paid than is committed: payout and budget contradict each other, so the message is parked for people."""

    code = "payment-beyond-commitment"
    title = "Die Zahlung übersteigt, was für diesen Vorgang festgelegt ist."


class PaymentContradicted(DomainError):
    code = "payment-contradicted"
    title = "Diese Zahlung ist bereits mit einem anderen Betrag gebucht."


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, budget: Budget, context: Context) -> Sequence[Event]:
    match command, budget:
        case OpenBudget(), Unopened():
            return _open(command, budget, context)
        case OpenBudget(), Open(opening=opening):
            same = (opening.title, opening.year, opening.appropriation_cents, opening.authorisations)
            if same != (command.title, command.year, command.appropriation_cents, command.authorisations):
                raise BudgetAlreadyOpen
            return []
        case CarryOver(), Unopened():
            return []
        case CarryOver(), Open():
            return [] if budget.carried_into else [BudgetCarriedOver(into=command.into, carried_on=context.valid_on)]
        case RecordPayment(), Unopened():
            return _await(command, budget)
        case RecordPayment(), Open():
            return _pay(command, budget)
        case ((ReserveFunds() | ReleaseReservation() | CommitFunds()), Unopened()):
            raise BudgetNotOpen
        case ReserveFunds(), Open():
            return _reserve(command, budget, context)
        case ReleaseReservation(), Open():
            return _release(command, budget)
        case CommitFunds(), Open():
            return _commit(command, budget, context)
        case _ as missing:
            assert_never(missing)


def _check_amounts(by_year: Sequence[YearAmount]) -> None:
    years = [it.year for it in by_year]
    if years != sorted(set(years)) or any(not 0 < it.cents <= MAX_CENTS for it in by_year):
        raise AmountsNotValid


def _open(command: OpenBudget, budget: Unopened, context: Context) -> Sequence[Event]:
    _check_amounts(command.authorisations)
    if not 0 <= command.appropriation_cents <= MAX_CENTS or any(
        it.year <= command.year for it in command.authorisations
    ):
        raise AmountsNotValid
    if context.valid_on.year < command.year:
        raise BudgetYearNotBegun
    if sum(_of(it.by_year, command.year) for it in command.preloads) > command.appropriation_cents:
        raise AppropriationBelowPreloads
    opened = BudgetOpened(
        title=command.title,
        year=command.year,
        appropriation_cents=command.appropriation_cents,
        authorisations=command.authorisations,
        opened_on=context.valid_on,
    )
    carried = [
        CommitmentCarried(entry=entry, case=line.case, by_year=line.by_year)
        for entry, line in enumerate(command.preloads, start=1)
    ]
    events: list[Event] = [opened, *carried]
    state = reduce(evolve, events, budget)
    for it in (early.payment for early in sorted(budget.awaiting.values(), key=lambda it: it.number)):
        # One that no commitment covers stays waiting, for people to see; it must not keep the whole year shut.
        if isinstance(state, Open) and it.cents <= state.position(it.case).unpaid_cents(state.year):
            payment = RecordPayment(payment=it.payment, case=it.case, cents=it.cents, paid_on=it.paid_on)
            recorded = _pay(payment, state)
            events += recorded
            state = reduce(evolve, recorded, state)
    return events


def _year_over(budget: Open, context: Context) -> bool:
    """The authority to spend and to commit ends with the calendar year (HGrG § 27)."""
    return bool(budget.carried_into) or context.valid_on.year != budget.year


def _shortfall(by_year: Sequence[YearAmount], budget: Open, context: Context) -> Shortfall | None:
    if _year_over(budget, context):
        return Shortfall.YEAR_OVER
    if not {it.year for it in by_year} <= {it.year for it in budget.years}:
        return Shortfall.AUTHORISATION_MISSING
    free = budget.free(by_year)
    if any(asked.cents > left.cents for asked, left in zip(by_year, free, strict=True)):
        return Shortfall.FUNDS_EXHAUSTED
    return None


def _reserve(command: ReserveFunds, budget: Open, context: Context) -> Sequence[Event]:
    _check_amounts(command.by_year)
    if not command.by_year:
        raise AmountsNotValid
    position = budget.position(command.case)
    if command.by_year in (position.reserved, position.committed):
        return []
    if position.committed_entry:
        raise AlreadyCommitted
    if position.reserved_entry:
        raise OtherAmountsReserved
    if reason := _shortfall(command.by_year, budget, context):
        # Asked again it is refused, and recorded, again: an empty decision would read like a success.
        free = budget.free(command.by_year)
        return [FundsReservationRefused(case=command.case, by_year=command.by_year, free=free, reason=reason)]
    return [
        FundsReserved(
            entry=budget.entries + 1,
            case=command.case,
            by_year=command.by_year,
            expires_on=command.expires_on,
            basis=command.basis,
        )
    ]


def _release(command: ReleaseReservation, budget: Open) -> Sequence[Event]:
    position = budget.position(command.case)
    if not position.reserved_entry:
        return []
    return [
        ReservationReleased(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=command.case,
            by_year=position.reserved,
            reason=command.reason,
        )
    ]


def _commit(command: CommitFunds, budget: Open, context: Context) -> Sequence[Event]:
    position = budget.position(command.case)
    if position.committed_entry:
        if command.by_year != position.committed:
            raise AlreadyCommitted
        return []
    reason = None
    if _year_over(budget, context):
        reason = Shortfall.YEAR_OVER
    elif not position.reserved_entry or command.by_year != position.reserved:
        reason = Shortfall.NOT_RESERVED
    elif context.valid_on > position.expires_on:
        reason = Shortfall.RESERVATION_EXPIRED
    if reason:
        return [FundsCommitmentRefused(case=command.case, by_year=command.by_year, reason=reason)]
    return [
        FundsCommitted(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=command.case,
            by_year=command.by_year,
            basis=command.basis,
        )
    ]


def _await(command: RecordPayment, budget: Unopened) -> Sequence[Event]:
    if command.payment in budget.awaiting:
        return []
    return [
        PaymentAwaitingBudget(payment=command.payment, case=command.case, cents=command.cents, paid_on=command.paid_on)
    ]


def _pay(command: RecordPayment, budget: Open) -> Sequence[Event]:
    position = budget.position(command.case)
    known = position.payments.get(command.payment)
    if known is not None:
        if known != command.cents:
            raise PaymentContradicted
        return []
    if not 0 < command.cents <= position.unpaid_cents(budget.year):
        raise PaymentBeyondCommitment
    return [
        PaymentRecorded(
            entry=budget.entries + 1,
            counters=position.committed_entry,
            payment=command.payment,
            case=command.case,
            cents=command.cents,
            paid_on=command.paid_on,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(budget: Budget, it: Event) -> Budget:
    if isinstance(it, BudgetOpened):
        return _opened(it, budget)
    if isinstance(it, PaymentAwaitingBudget):
        return replace(
            budget, awaiting=budget.awaiting.put(it.payment, Early(number=len(budget.awaiting) + 1, payment=it))
        )
    if isinstance(budget, Unopened):
        return budget
    match it:
        case FundsReservationRefused() | FundsCommitmentRefused():
            return budget
        case BudgetCarriedOver():
            return replace(budget, carried_into=it.into)
        case CommitmentCarried():
            return _carried(it, budget)
        case FundsReserved():
            position = Position(reserved=it.by_year, reserved_entry=it.entry, expires_on=it.expires_on)
            return _entered(budget, it.entry, it.case, position, it.by_year, reserved=1)
        case ReservationReleased():
            return _entered(budget, it.entry, it.case, Position(), it.by_year, reserved=-1)
        case FundsCommitted():
            position = Position(committed=it.by_year, committed_entry=it.entry)
            return _entered(budget, it.entry, it.case, position, it.by_year, reserved=-1, committed=1)
        case PaymentRecorded():
            before = budget.position(it.case)
            payments = before.payments.put(it.payment, it.cents)
            position = replace(before, payments=payments, paid_cents=before.paid_cents + it.cents)
            own_year = (YearAmount(year=budget.year, cents=it.cents),)
            awaiting = budget.awaiting.without(it.payment)
            after = _entered(budget, it.entry, it.case, position, own_year, committed=-1, paid=1)
            return replace(after, awaiting=awaiting)
        case _ as missing:
            assert_never(missing)


def _opened(it: BudgetOpened, budget: Budget) -> Open:
    own = YearAccount(year=it.year, available_cents=it.appropriation_cents)
    later = tuple(YearAccount(year=promise.year, available_cents=promise.cents) for promise in it.authorisations)
    return Open(title=it.title, year=it.year, opening=it, years=(own, *later), awaiting=budget.awaiting)


def _carried(it: CommitmentCarried, budget: Open) -> Open:
    """The own year's part takes from its cash; later years bring the authorisation they were made on with them."""
    years = {account.year: account for account in budget.years}
    for part in it.by_year:
        account = years.get(part.year, YearAccount(year=part.year, available_cents=0))
        more = part.cents if part.year != budget.year else 0
        years[part.year] = replace(account, available_cents=account.available_cents + more)
    position = Position(committed=it.by_year, committed_entry=it.entry)
    brought = replace(budget, years=tuple(years[year] for year in sorted(years)))
    return _entered(brought, it.entry, it.case, position, it.by_year, committed=1)


def _entered(
    budget: Open,
    entry: int,
    case: str,
    position: Position,
    by_year: Sequence[YearAmount],
    *,
    reserved: int = 0,
    committed: int = 0,
    paid: int = 0,
) -> Open:
    """The budget after an entry; `reserved`, `committed`, `paid` say with which sign its amounts count there."""
    cents = {it.year: it.cents for it in by_year}
    years = tuple(
        YearAccount(
            year=it.year,
            available_cents=it.available_cents,
            reserved_cents=it.reserved_cents + reserved * cents.get(it.year, 0),
            committed_cents=it.committed_cents + committed * cents.get(it.year, 0),
            paid_cents=it.paid_cents + paid * cents.get(it.year, 0),
        )
        for it in budget.years
    )
    return Open(
        title=budget.title,
        year=budget.year,
        opening=budget.opening,
        years=years,
        entries=entry,
        carried_into=budget.carried_into,
        positions=budget.positions.put(case, position),
        awaiting=budget.awaiting,
    )


def _of(by_year: Sequence[YearAmount], year: int) -> int:
    return sum(it.cents for it in by_year if it.year == year)


decider = Decider[Command, Event, Budget](
    name="budget",
    per_case=False,
    initial=Unopened(),
    decide=decide,
    evolve=evolve,
    events=[
        BudgetOpened,
        CommitmentCarried,
        BudgetCarriedOver,
        FundsReserved,
        FundsReservationRefused,
        ReservationReleased,
        FundsCommitted,
        FundsCommitmentRefused,
        PaymentAwaitingBudget,
        PaymentRecorded,
    ],
)


# ---- Decisions over two budgets -------------------------------------------------------------------------------------


def budget_id(title: str, year: int) -> str:
    """The id of a title's budget of one year, as in `budget-<title>-<year>`."""
    return f"{title}-{year}"


def preloads(previous: Budget) -> tuple[CarriedLine, ...]:
    """What a budget promised for the years after its own, case by case."""
    if isinstance(previous, Unopened):
        return ()
    lines = (
        CarriedLine(case=case, by_year=tuple(it for it in position.committed if it.year > previous.year))
        for case, position in sorted(previous.positions.items(), key=lambda it: it[0])
    )
    return tuple(line for line in lines if line.by_year)


def open_next_budget(
    title: str, year: int, appropriation_cents: int, authorisations: tuple[YearAmount, ...] = ()
) -> Decision:
    """Open a title's budget of a year, the first one too: the year before hands over its promises and takes no more.

    Not before the year has begun (`BudgetYearNotBegun`): the old year's last commitments would be missed.
    """
    opened, previous = (decider.stream(budget_id(title, it)) for it in (year, year - 1))

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = OpenBudget(
            title=title,
            year=year,
            appropriation_cents=appropriation_cents,
            authorisations=authorisations,
            preloads=preloads(states[1]),
        )
        return {
            opened: decide(command, states[0], context),
            previous: decide(CarryOver(into=year), states[1], context),
        }

    return Decision(reads={opened: decider, previous: decider}, judge=judge, action="OpenBudget", creates=True)
