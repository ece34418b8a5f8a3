"""Rückforderung: what a recipient is to repay."""

from datetime import date

from shared.contracts import Acted, contract


@contract("review.repayment-demanded", version=3)
class RepaymentDemanded:
    """Money is to be repaid (Erstattungsbescheid, § 49a VwVfG), until `due_on` under `reference`.

    `kind` is `excess`, `cents` that were paid beyond the grant and bear interest from `interest_from_on` unless that is
    `waived_because` of something; or `late-use`, where `interest_cents` are owed for money that was used too late. `day_count`
    is how days of interest count; interest below `interest_bagatelle_cents` is not charged; `due_days` are the time to pay it.
    Since version 2: one that `awaits_service` is due only when `DemandProgressed` tells that its notice left.
    Since version 3: of kind `overpayment`, what the treasury paid twice by this `payment`.
    """

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    waived_because: str
    day_count: str
    interest_bagatelle_cents: int
    reference: str
    title: str
    file_number: str
    due_on: date
    due_days: int
    demanded_on: date
    acted: tuple[Acted, ...]
    awaits_service: bool = False
    payment: str = ""


@contract("review.demand-progressed")
class DemandProgressed:
    """How it stands with the notice of a demand: `step` is `dispatched`, what it asks for is due on `due_on`; or `service-failed`.

    `number` counts the notice's dispatches: the higher is the later, and of one number the steps come in this order. Nothing is
    due while the last dispatch failed, and then `due_on` is none.
    """

    claim: str
    step: str
    number: int
    due_on: date | None
    happened_on: date


@contract("review.overpayment-settled")
class OverpaymentSettled:
    """Nothing is open any more of the claim for what this payment of the drawdown had paid twice (Überzahlung zurückgeholt)."""

    claim: str
    drawdown: str
    payment: str
    settled_on: date
