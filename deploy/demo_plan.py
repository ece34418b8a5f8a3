"""Der Plan der Vorführung: what a case is, how it goes and when; the figures of the programme years it lies in."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from shared.decider import value

BUDGET_TITLE = "1605-63371"
RATE_BP = 8_000
SIGNING_LIMIT_CENTS = 200_000_00
FIRST_DAY = date(2024, 8, 5)
LAST_DAY = date(2026, 12, 11)
NEW_PRACTICE_ON = date(2026, 3, 1)
"""From here on only interfaces and training are granted (the later practice of the guideline)."""
FREEZE, FREEZE_ON, LIFTED_ON = "H 1105-2026/4", date(2026, 4, 27), date(2026, 5, 11)
STAYS_FROZEN_CENTS = 2_000_000_00
"""The freeze of all cash of 2026 (haushaltswirtschaftliche Sperre, § 41 LHO), and what of it stays to the end."""
APPROPRIATION_CENTS = 10_000_000_00
AUTHORISATIONS: Mapping[int, Mapping[int, int]] = {
    2024: {2025: 6_000_000_00, 2026: 2_000_000_00},
    2025: {2026: 6_000_000_00, 2027: 2_000_000_00},
    2026: {2027: 6_000_000_00, 2028: 2_000_000_00},
}
"""What each budget may promise for later years (Verpflichtungsermächtigungen), in cents."""
BUDGET_OPENED_ON: Mapping[int, date] = {2024: FIRST_DAY, 2025: date(2025, 1, 6), 2026: date(2026, 1, 5)}


class Ending(StrEnum):
    """How a case goes."""

    AWARDED = "awarded"
    REFUSED = "refused"
    CLOSED_BY_PRACTICE = "closed-by-practice"
    """Proposed as an award, sent back at the approval because its item is not granted any more, refused."""
    WITHDRAWN_AT_ONCE = "withdrawn-at-once"
    """Before anybody declared it complete."""
    WITHDRAWN_IN_REVIEW = "withdrawn-in-review"
    """When the budget had already set the money aside, which is freed again."""
    WITHDRAWN_TOO_LATE = "withdrawn-too-late"
    """After the approval: it has no effect and the grant is paid."""


class Supply(StrEnum):
    """What becomes of an offer that is missing, if one is (Nachforderung)."""

    NOTHING_MISSING = ""
    IN_TIME = "in-time"
    AFTER_EXPIRY = "after-expiry"
    """The period passes, is extended afterwards, and then the offer comes (§ 31 VII VwVfG)."""


class EarlyStart(StrEnum):
    """What the ministry says to a beginning before the decision, if one is asked for."""

    NOT_ASKED = ""
    APPROVED = "approved"
    REFUSED = "refused"


class ChangeKind(StrEnum):
    """What happens to an award that stands."""

    PARTNER_LEAVES = "partner-leaves"
    SHIFT = "shift-between-years"
    SHIFT_REFUSED = "shift-refused"
    LAPSE = "lapse"
    REVOCATION = "revocation"
    RETRACTION = "retraction"
    CONDITION = "resolutory-condition"


AMENDMENTS = frozenset({ChangeKind.PARTNER_LEAVES, ChangeKind.SHIFT})


class Attempt(StrEnum):
    """What somebody tries although the law forbids it to them; the house records it."""

    SECOND_SIGNATURE = "second-signature"
    OWN_PROPOSAL = "own-proposal"
    OWN_CERTIFICATE = "own-certificate"


@value
class PlannedLine:
    category: str
    description: str
    year: int
    cents: int
    eligible_cents: int
    reason: str = ""
    text: str = ""


@value
class PlannedDrawdown:
    """`accepted_cents` is what payout has to find out by itself; 0: refused altogether."""

    on: date
    year: int
    eligible_due_cents: int
    requested_cents: int
    accepted_cents: int


@value
class Contact:
    """The only personal values of a case: who is to be asked, and whose account is paid."""

    name: str
    mail: str
    account_holder: str
    iban: str


@value
class Days:
    """When the steps of a case happen; the money is called on the days of `drawdowns`."""

    submitted: date
    completed: date
    opined: date
    proposed: date
    reserved: date
    approved: date
    waived: date
    drawdowns: tuple[date, ...]
    year_end: date


@value
class PlannedChange:
    """`left` is what stays or is asked for per year; `on` is the day of the request or hearing. `eligible_cents` of 0 stays."""

    kind: ChangeKind
    on: date
    decided_on: date
    left: Mapping[int, int]
    eligible_cents: int
    reason: str


@value
class PlannedLateUse:
    """Paid money that was used late: interest on it is demanded on one day and comes in on another (§ 49a IV VwVfG)."""

    cents: int
    from_on: date
    until_on: date
    demanded_on: date
    repaid_on: date


@value
class PlannedCase:
    """One application and its life. `applied` and `awarded` are cents per year."""

    label: str
    key: str
    item: str
    title: str
    lines: tuple[PlannedLine, ...]
    applied: Mapping[int, int]
    awarded: Mapping[int, int]
    starts_on: date
    ends_on: date
    ending: Ending
    days: Days
    drawdowns: tuple[PlannedDrawdown, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    refusal: tuple[str, ...] = ()
    contact: Contact
    partners: tuple[str, ...] = ()
    """Official keys of the bodies that carry the project with the applicant, and by which key (`cost_key`)."""
    cost_key: str = ""
    supply: Supply = Supply.NOTHING_MISSING
    early_start: EarlyStart = EarlyStart.NOT_ASKED
    change: PlannedChange | None = None
    late_use: PlannedLateUse | None = None
    meets_new_practice: bool = False
    """Proposed under the earlier practice, sent back at the approval under the later one."""

    @property
    def applied_cents(self) -> int:
        return sum(self.applied.values())

    @property
    def awarded_cents(self) -> int:
        return sum(self.awarded.values())

    @property
    def alters(self) -> bool:
        """Whether the award is another one in the end."""
        return self.change is not None and self.change.kind is not ChangeKind.SHIFT_REFUSED

    @property
    def kept(self) -> Mapping[int, int]:
        """What is granted per year in the end."""
        return self.change.left if self.change and self.alters else self.awarded

    @property
    def paid_cents(self) -> int:
        return sum(it.accepted_cents for it in self.drawdowns)

    @property
    def proves_on(self) -> date | None:
        """The tenth of the third month after the last of the project and its money, if the demonstration lasts so long.

        A changed award is not proven here: of what it left the plan's lines say nothing.
        """
        if not self.granted or self.alters or not self.paid_cents:
            return None
        last = max(self.ends_on, *(it.on for it in self.drawdowns))
        month = last.month + 2
        on = date(last.year + month // 12, month % 12 + 1, 10)
        return on if on < LAST_DAY else None

    @property
    def expenditure_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def granted(self) -> bool:
        return self.ending in (Ending.AWARDED, Ending.WITHDRAWN_TOO_LATE)

    @property
    def meets_freeze(self) -> bool:
        """Whether there is no money to reserve on the day, until the freeze is lifted."""
        return FREEZE_ON <= self.days.reserved < LIFTED_ON

    @property
    def needs_two_signatures(self) -> bool:
        return self.awarded_cents > SIGNING_LIMIT_CENTS
