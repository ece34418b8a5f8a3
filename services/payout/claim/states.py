"""How a claim stands."""

from datetime import date

from services.payout.claim.events import (
    ClaimOpened,
    ClaimSettled,
    DemandServiceNoted,
    InterestAssessed,
    InterestWaived,
    RepaymentBooked,
    RepaymentFoundOnAccount,
)
from shared.contracts import Acted
from shared.decider import value
from shared.identity import SYSTEM

DISPATCHED, FAILED = "dispatched", "service-failed"
"""How it stands with a notice, in the order of the steps of one dispatch."""


def later(one: DemandServiceNoted | None, other: DemandServiceNoted) -> DemandServiceNoted:
    """Which of two tells how it stands with a notice now, in whatever order they came."""
    if one is None or (one.number, one.step == FAILED) < (other.number, other.step == FAILED):
        return other
    return one


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
    service: DemandServiceNoted | None = None
    found: tuple[RepaymentFoundOnAccount, ...] = ()

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
    def awaits_service(self) -> bool:
        """Whether nothing is due by it, because its notice did not arrive or has not left."""
        return self.service.step == FAILED if self.service else self.opened.awaits_service

    @property
    def is_pursued(self) -> bool:
        return self.owed_cents > 0 and not self.suspended and not self.awaits_service

    @property
    def status(self) -> str:
        """In a word: `settled`, `suspended`, `unserved`, `interest-open` or `open`."""
        if self.settled:
            return "settled"
        if self.suspended:
            return "suspended"
        if self.owed_cents and self.awaits_service:
            return "unserved"
        return "open" if self.owed_cents else "interest-open"


@value
class Claims:
    """All claims of a case, oldest first. `services` is what was told of their notices, also before the claims."""

    claims: tuple[Claim, ...] = ()
    acted: tuple[Acted, ...] = ()
    services: tuple[DemandServiceNoted, ...] = ()

    def find(self, claim: str) -> Claim | None:
        return next((it for it in self.claims if it.id == claim), None)

    @property
    def next_due_on(self) -> date | None:
        """The first day on which something pursued is due."""
        return min((it.due_on for it in self.claims if it.is_pursued), default=None)


def total_of(it: RepaymentBooked) -> int:
    """All that came in with it, owed or not."""
    return it.cents + it.interest_cents + it.surplus_cents


def of_account(it: RepaymentBooked) -> bool:
    """Whether a file told of it, and not a person alone."""
    return it.booked_by == SYSTEM or it.assigned
