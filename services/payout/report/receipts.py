"""Credits of the treasury's account that name a claim: what is owed is booked on it, all else waits for a person."""

from collections.abc import Mapping
from typing import Protocol

from services.payout import claim as claims
from services.payout.clearing import Unexplained
from services.payout.report.content import AccountEntry, listed_names
from services.payout.report.taking_in import Turn
from shared.decider import replace, value

SURPLUS = "repayment-surplus"


@value
class Owed:
    """The claim that bears a reference, and its case."""

    case: str
    claim: str


@value
class Expected:
    """What the lists know of a file's credits: the claims that they name, and which bookings wait to be explained."""

    claims: Mapping[str, Owed]
    listed: frozenset[str] = frozenset()


NOTHING = Expected(claims={})


class _Part(Protocol):
    def __call__(self, line: AccountEntry, reference: str, cents: int, reason: str = "") -> Unexplained: ...


def of_claims(line: AccountEntry, expected: Expected) -> bool:
    """Whether a booked credit names a claim; a name of the payer or an amount says nothing."""
    return line.credit and line.booked and any(it.reference in expected.claims for it in line.bookings)


def received(turn: Turn, line: AccountEntry, expected: Expected, part: _Part) -> list[Unexplained]:
    """Each claim gets what the line brings under its reference; `part` makes an item of what is left."""
    brought: dict[str, int] = {}
    for it in line.bookings:
        brought[it.reference] = brought.get(it.reference, 0) + it.cents
    found: list[Unexplained] = []
    listed = not expected.listed.isdisjoint(listed_names(line))
    for reference, cents in brought.items():
        owed = expected.claims.get(reference)
        told = part(line, reference or line.key, cents, "unknown-reference")
        found += _on_claim(turn, line, told, owed, listed) if owed else [told]
    return found


def _on_claim(turn: Turn, line: AccountEntry, told: Unexplained, owed: Owed, listed: bool) -> list[Unexplained]:
    stream = claims.decider.stream(owed.case)
    before = len(turn.decided.get(stream, ()))
    command = claims.TakeReceipt(
        claim=owed.claim,
        repayment=claims.receipt_of(line.key, told.reference),
        cents=told.cents,
        received_on=line.booked_on,
        valued_on=line.valued_on,
        voucher=line.key,
        listed=listed,
    )
    refused = turn.attempt(told, stream, command)
    new = turn.decided.get(stream, [])[before:]
    surplus = sum(it.surplus_cents for it in new if isinstance(it, claims.RepaymentBooked))
    return refused or ([replace(told, cents=surplus, reason=SURPLUS)] if surplus else [])
