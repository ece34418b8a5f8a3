"""Rückforderung: what a recipient is to repay."""

from datetime import date

from shared.contracts import Acted, contract


@contract("review.repayment-demanded")
class RepaymentDemanded:
    """Money is to be repaid (Erstattungsbescheid, § 49a VwVfG), until `due_on` under `reference`.

    `kind` is `excess`, `cents` that were paid beyond the grant and bear interest from `interest_from_on` unless that is
    `waived_because` of something; or `late-use`, where `interest_cents` are owed for money that was used too late. `day_count`
    is how days of interest count; interest below `interest_bagatelle_cents` is not charged; `due_days` are the time to pay it.
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
