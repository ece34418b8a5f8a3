"""How a claim stands."""

from datetime import date

from services.payout.claim.events import ClaimOpened, ClaimSettled, InterestAssessed, InterestWaived, RepaymentBooked
from shared.contracts import Acted
from shared.decider import value


@value
class Claim:
    """One claim. `due_on` is the next day to look at it, `payable_on` by when it is to be paid, whatever was reminded of since.

    `falls` are what its demanded amount fell by, day by day; `interest_due_cents` is fixed and unpaid.
    """

    opened: ClaimOpened
    due_on: date
    payable_on: date
    open_cents: int
    interest_due_cents: int
    falls: tuple[tuple[date, int], ...] = ()
    booked: tuple[RepaymentBooked, ...] = ()
    assessed: InterestAssessed | None = None
    waived: InterestWaived | None = None
    remitted_cents: int = 0
    suspended: bool = False
    resumed: bool = False
    remissions: tuple[str, ...] = ()
    reminders: int = 0
    settled: ClaimSettled | None = None

    @property
    def id(self) -> str:
        return self.opened.claim

    @property
    def owed_cents(self) -> int:
        """All that can be paid on it now."""
        return self.open_cents + self.interest_due_cents

    @property
    def bears_interest(self) -> bool:
        """Whether interest is still to be fixed or waived."""
        return self.opened.interest_from_on is not None and self.assessed is None and self.waived is None

    @property
    def is_pursued(self) -> bool:
        return self.owed_cents > 0 and not self.suspended

    @property
    def status(self) -> str:
        """In a word: `settled`, `suspended`, `interest-open` or `open`."""
        if self.settled:
            return "settled"
        if self.suspended:
            return "suspended"
        return "open" if self.owed_cents else "interest-open"


@value
class Claims:
    """All claims of a case, oldest first."""

    claims: tuple[Claim, ...] = ()
    acted: tuple[Acted, ...] = ()

    def find(self, claim: str) -> Claim | None:
        return next((it for it in self.claims if it.id == claim), None)

    @property
    def next_due_on(self) -> date | None:
        """The first day on which something pursued is due."""
        return min((it.due_on for it in self.claims if it.is_pursued), default=None)
