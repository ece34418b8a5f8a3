"""Zahlungsempfängerin: who is paid in a case, when another body stepped into the place of the one the award named.

Its account is not touched: bank details are changed by a procedure of their own, with two persons. It may be told before
the plan is open: then the plan opens for the successor.
"""

from collections.abc import Sequence
from datetime import date

from shared.decider import Context, Decider, event, value
from shared.records import likeness


@value
class SucceedPayee:
    reference: str
    old_key: str
    new_key: str
    new_name: str
    effective_on: date


@event("payout.payee-succeeded")
class PayeeSucceeded:
    """Noted from review: another body stepped into the recipient's place (Rechtsnachfolge); the account stays as it is."""

    reference: str
    old_key: str
    new_key: str
    new_name: str
    effective_on: date


@value
class Payee:
    """Who is paid by now; empty while it is who the plan names."""

    key: str = ""
    name: str = ""
    successions: tuple[PayeeSucceeded, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Everybody who is or was the recipient since the plan, the last is paid."""
        return tuple(key for it in self.successions for key in (it.old_key, it.new_key))


def decide(command: SucceedPayee, payee: Payee, context: Context) -> Sequence[PayeeSucceeded]:
    succeeded = likeness(PayeeSucceeded, command)
    return [] if succeeded in payee.successions else [succeeded]


def evolve(payee: Payee, it: PayeeSucceeded) -> Payee:
    return Payee(key=it.new_key, name=it.new_name, successions=(*payee.successions, it))


decider = Decider[SucceedPayee, PayeeSucceeded, Payee](
    name="payee", initial=Payee(), decide=decide, evolve=evolve, events=[PayeeSucceeded]
)
