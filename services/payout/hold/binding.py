"""Which holds stand in the way of a payment, and how that is said."""

from collections.abc import Sequence
from datetime import date

from services.payout.hold.kinds import REASON_TITLES, HoldKind
from services.payout.hold.noun import HoldPlaced, Holds
from shared.decider import Context, DomainError, value


class PaymentIsHeld(DomainError):
    """`detail` says which hold it is."""

    code = "payment-on-hold"
    title = "Die Auszahlung ist gesperrt."


@value
class Concerned:
    """What a payment is about: its case, who is or was paid in it, its programme (empty in plans that do not name it)."""

    case: str
    payees: tuple[str, ...] = ()
    programme: str = ""

    def is_hit(self, it: HoldPlaced) -> bool:
        match it.kind:
            case HoldKind.CASE:
                return it.target == self.case
            case HoldKind.PAYEE:
                return it.target in self.payees
            case HoldKind.PROGRAMME:
                return it.target == self.programme


def holding(holds: Holds, concerned: Concerned, today: date) -> Sequence[HoldPlaced]:
    """The holds that stand in the way of a payment today, the oldest first."""
    return [it for it in holds.standing if _binds(it, today) and concerned.is_hit(it)]


def _binds(it: HoldPlaced, today: date) -> bool:
    return it.ends_on is None or today <= it.ends_on


def in_words(it: HoldPlaced) -> str:
    """A hold as a sentence."""
    until = f" bis {it.ends_on:%d.%m.%Y}" if it.ends_on else ""
    return f"Gesperrt {_ABOUT[it.kind]} seit {it.placed_on:%d.%m.%Y}{until}: {REASON_TITLES[it.reason]}"


_ABOUT = {
    HoldKind.CASE: "ist dieser Vorgang",
    HoldKind.PAYEE: "sind alle Zahlungen an die Empfängerin",
    HoldKind.PROGRAMME: "sind alle Zahlungen des Programms",
}


def refuse_held(holds: Holds, concerned: Concerned, context: Context) -> None:
    """`PaymentIsHeld` when a hold stands in the way."""
    if found := holding(holds, concerned, context.valid_on):
        raise PaymentIsHeld(in_words(found[0]))
