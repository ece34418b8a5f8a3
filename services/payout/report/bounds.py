"""What a line of an account must be to move anything: on the account that its payment is paid from, and booked on a day that has come."""

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256

from services.payout.report.content import AccountEntry
from shared.decider import field, replace, value

FOREIGN, AHEAD, BEFORE = "foreign-account", "booked-ahead", "booked-before-order"


@value
class Bounds:
    """`accounts` are the treasury's, by the key that a batch names as its debtor; without any, no line is held against them.

    A line may be booked so many days after the day of its file, and after our own day, and before the day on which its payment was
    sealed; beyond that its day is not believed.
    """

    accounts: Mapping[str, str] = field(default_factory=dict[str, str])
    after_file_days: int = 5
    after_today_days: int = 31
    before_order_days: int = 31

    def objection(
        self, line: AccountEntry, today: date, created_on: date | None, debtor: str = "", sealed_on: date | None = None
    ) -> str:
        """Why a line moves nothing, as a code; `debtor` is whose account it has to be on, any of ours without."""
        if self.accounts and line.account and line.account not in self._expected(debtor):
            return FOREIGN
        on = line.booked_on
        if sealed_on is not None and (sealed_on - on).days > self.before_order_days:
            return BEFORE
        ahead = (on - today).days > self.after_today_days
        ahead = ahead or (created_on is not None and (on - created_on).days > self.after_file_days)
        return AHEAD if ahead else ""

    def _expected(self, debtor: str) -> Collection[str]:
        return (self.accounts.get(debtor, ""),) if debtor else self.accounts.values()


def apart(line: AccountEntry, reason: str) -> AccountEntry:
    """The line under a name of its own: one that moves nothing must not pass for the one of that name that does."""
    told = sha256(line.account.encode()).hexdigest()[:8] if reason == FOREIGN else f"{line.booked_on:%Y%m%d}"
    return line if line.key.endswith(f"~{told}") else replace(line, key=f"{line.key}~{told}")
