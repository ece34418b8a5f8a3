"""Kassenzeichen: what the state's system calls an order that a person typed in, each for one payment or one claim.

A stream for each, so that two persons who type the same at once do not both succeed.
"""

from collections.abc import Sequence
from hashlib import sha256

from shared.decider import Context, Decider, DomainError, event, value


@value
class UseCashReference:
    """`about` is the payment's own reference, or the claim."""

    cash_reference: str
    about: str
    batch: str


@event("payout.cash-reference-used")
class CashReferenceUsed:
    """A payment or a claim is known to the state's system under this name (Kassenzeichen), and no other is."""

    cash_reference: str
    about: str
    batch: str


@value
class Unused: ...


@value
class Used:
    about: str


type CashReference = Unused | Used


class CashReferenceTaken(DomainError):
    code = "cash-reference-used"
    title = "Unter diesem Kassenzeichen ist bereits eine andere Anordnung vermerkt."


def stream_id(debtor: str, cash_reference: str) -> str:
    """Among the orders for one account; spaces do not make another one."""
    return sha256(f"{debtor}\n{''.join(cash_reference.split())}".encode()).hexdigest()[:32]


def decide(command: UseCashReference, known: CashReference, _context: Context) -> Sequence[CashReferenceUsed]:
    if isinstance(known, Used):
        if known.about != command.about:
            raise CashReferenceTaken(field="cash_reference")
        return []
    return [
        CashReferenceUsed(cash_reference=command.cash_reference, about=command.about, batch=command.batch),
    ]


def evolve(_known: CashReference, it: CashReferenceUsed) -> CashReference:
    return Used(about=it.about)


decider = Decider[UseCashReference, CashReferenceUsed, CashReference](
    name="cashreference", per_case=False, initial=Unused(), decide=decide, evolve=evolve, events=[CashReferenceUsed]
)
