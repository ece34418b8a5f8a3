"""What payout (Auszahlung) tells the others."""

from datetime import date

from shared.contracts import Acted, YearAmount, contract
from shared.decider import value


@contract("payout.drawdown-examined", version=2)
class DrawdownExamined:
    """The drawdown was checked: what of the requested amount can be paid (`accepted_cents`, 0 when refused) and why not all.

    A later `examination` of the same drawdown takes the place of the earlier: its plan fell meanwhile.
    """

    drawdown: str
    requested_cents: int
    accepted_cents: int
    reason: str
    examined_on: date
    acted: tuple[Acted, ...] = ()
    examination: int = 1


@contract("payout.payment-ordered", version=2)
class PaymentOrdered:
    """The treasury is told to pay (Auszahlungsanordnung)."""

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    ordered_on: date
    acted: tuple[Acted, ...] = ()


@contract("payout.payment-settled", version=3)
class PaymentSettled:
    """The treasury's account was debited for this payment: the money is on its way to, or on, the recipient's account.

    Since version 3: one that was refused and debited all the same pays its drawdown twice, `beside` the payment that was made instead.
    """

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    settled_on: date
    acted: tuple[Acted, ...] = ()
    beside: str = ""


@value
class LateMoney:
    """Money that was paid by a drawdown and was to be used until `due_on`."""

    drawdown: str
    cents: int
    due_on: date


@contract("payout.unspent-noted")
class UnspentNoted:
    """A summary of use showed money that was paid and not spent in time (§ 49a IV VwVfG): it may cost interest until it is used.

    `parts` are the `late_cents` of the `unspent_cents`, by the drawdown that paid them; until `noted_on` they were not used.
    """

    drawdown: str
    unspent_cents: int
    late_cents: int
    due_on: date
    noted_on: date
    parts: tuple[LateMoney, ...]


@contract("payout.payment-rejected")
class PaymentRejected:
    """The treasury refused this payment; `reason` is its code. Nothing was paid."""

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    reason: str
    rejected_on: date


@contract("payout.payment-returned")
class PaymentReturned:
    """A settled payment came back from the recipient's bank: `cents` of it, less `charges_cents` that the banks kept.

    `reason` is the bank's code. The money is payout's again; it is ordered anew, if at all, as another payment.
    """

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    charges_cents: int
    reason: str
    returned_on: date


@contract("payout.funds-returned")
class FundsReturned:
    """Money changes its owner back: of what review asked to be returned, these amounts per year are review's again.

    `reduction` is review's number of what it asked; `kept` is ordered already and stays payout's. It goes back in a later
    `part` if the treasury refuses its order.
    """

    title: str
    reduction: int
    part: int
    by_year: tuple[YearAmount, ...]
    kept: tuple[YearAmount, ...]
    returned_on: date


@contract("payout.repayment-received")
class RepaymentReceived:
    """Money came in on a claim, or it was set off: `cents` of what was demanded, `interest_cents` of interest.

    `repayment` names it for ever; `title` is the budget title of the claim.
    """

    claim: str
    repayment: str
    title: str
    cents: int
    interest_cents: int
    received_on: date
    acted: tuple[Acted, ...]


@contract("payout.claim-settled")
class ClaimSettled:
    """Nothing of a claim is open any more; `outcome` is `paid`, or `remitted` when a part of it was given up."""

    claim: str
    outcome: str
    settled_on: date
    acted: tuple[Acted, ...]
