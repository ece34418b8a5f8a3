"""The shapes of what payout tells; they are the OpenAPI's."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.payout.api.claiming import ClaimOfCase
from services.payout.api.collecting import CollectionOfCase
from services.payout.api.hold_answers import HoldOfCase


class NextAction(BaseModel):
    """An act that the state asks for; `allowed` says whether the asking person may, `hindrance` what they did that bars them."""

    name: str
    title: str
    path: str
    roles: list[str]
    allowed: bool
    hindrance: str


class YearPlan(BaseModel):
    year: int
    granted_cents: int
    accepted_cents: int
    settled_cents: int
    remaining_cents: int


class DrawdownOfCase(BaseModel):
    drawdown: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    needed_on: date | None = Field(
        default=None, description="until when the money is needed; null if it was not declared"
    )
    purpose: str = ""
    spent_cents: int = Field(default=0, description="what was spent so far by the summary of use, from all funds")
    payable_cents: int | None = Field(description="what an examination now would accept; null once it took place")
    accepted_cents: int
    reason: str
    reason_text: str
    stage: str
    certified_by: str
    payment: str
    refused: list[str]
    next: NextAction | None


class PaymentOfCase(BaseModel):
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    certified_by: str
    ordered_by: str
    ordered_on: date
    status: str
    batch: str
    settled_on: date | None
    booking: str
    reason: str
    decide_by_on: date | None = Field(
        default=None, description="until when somebody decides on the payee whom the bank questions"
    )
    stream: str
    etag: str
    recall: str = Field(
        default="", description="where the last request to cancel stands: requested, pending, granted or refused"
    )


class ConditionOfCase(BaseModel):
    """A side condition that payments wait for; `outcome` is `open` or what review found of it last."""

    number: int
    text: str
    bars: str
    outcome: str


class Case(BaseModel):
    case: str
    stream: str
    etag: str
    open: bool = Field(description="whether review has assigned the funds; before, drawdowns wait")
    file_number: str = ""
    award: str = ""
    title: str = ""
    applicant_key: str = ""
    applicant_name: str = ""
    rate_bp: int = 0
    eligible_cents: int = 0
    years: list[YearPlan] = []
    frozen: bool = Field(default=False, description="whether review stopped all orders for now")
    returned_cents: int = Field(default=0, description="what review asked back and has got")
    kept_cents: int = Field(default=0, description="what review asked back and is ordered already")
    side_conditions: list[ConditionOfCase] = []
    holds: list[HoldOfCase] = []
    account_change: str = Field(
        default="", description="the change of the account that waits for a second person; empty when none does"
    )
    account_usable_on: date | None = Field(
        default=None, description="the first day on which is ordered to the changed account"
    )
    drawdowns: list[DrawdownOfCase]
    payments: list[PaymentOfCase]
    claims: list[ClaimOfCase] = []
    claims_etag: str = Field(default="", description="what an act on a claim must send as `If-Match`")
    collections: list[CollectionOfCase] = Field(default=[], description="the orders about the claims, oldest first")


class CaseItem(BaseModel):
    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    open: bool
    next: str
    granted_cents: int
    accepted_cents: int
    settled_cents: int


class PaymentItem(BaseModel):
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    applicant_name: str
    status: str
    batch: str
    ordered_on: date
    settled_on: date | None
    reason: str
    decide_by_on: date | None = None
    recall: str = Field(
        default="", description="where the last request to cancel stands: requested, pending, granted or refused"
    )


class BatchItem(BaseModel):
    batch: str
    status: str
    count: int
    sum_cents: int
    file_name: str
    file_sha256: str
    created_at: datetime
    execution_on: date
    attempt: int
    settled: list[str]
    rejected: list[str]
    silent: list[str] = Field(
        default=[],
        description="what the treasury should have said by now (answer, booking): until then the outcome is unknown",
    )


class BatchEntry(BaseModel):
    payment: str
    case: str
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    cash_reference: str = Field(
        default="", description="the Kassenzeichen under which it was typed in; empty while it is not"
    )


class BatchCollection(BaseModel):
    order: str
    case: str
    claim: str
    kind: str
    reference: str
    cents: int
    due_on: date
    title: str
    year: int
    file_number: str
    cash_reference: str = Field(
        default="", description="the Kassenzeichen under which it was typed in; empty while it is not"
    )


class Batch(BatchItem):
    stream: str
    etag: str
    debtor: str
    sealed_by: str
    released_by: str
    took_part: list[str]
    entries: list[BatchEntry]
    collections: list[BatchCollection] = Field(default=[], description="the orders about claims in the same file")
    by_hand: bool = Field(default=False, description="whether a person types it into the state's system")
    cash_reference: str = Field(default="", description="the Kassenzeichen of its only order")
    to_enter: int = Field(default=0, description="how many of its orders are still to be typed in")
    format: str = Field(default="iso20022", description="how its file is written")
    recallable: bool = Field(default=False, description="whether a file can ask for its payments back")


class ReportItem(BaseModel):
    report: str
    outcome: str
    kind: str
    message_id: str
    sha256: str
    at: datetime
    batches: list[str]
    matched: int
    unmatched: int
    reason_code: str
    reason: str


class Listing[T](BaseModel):
    """A page of a list; `next` is the cursor of the following one, empty at the end."""

    items: list[T]
    next: str


class Open(BaseModel):
    """What is not finished: cases by what is next, payments and batches by status, files and items that wait."""

    cases: dict[str, int]
    payments: dict[str, int]
    batches: dict[str, int]
    awaiting_treasury: int = Field(description="batches that the treasury holds and has not answered in full")
    files_waiting: int
    clearing: int
    claims_to_order: int = Field(default=0, description="claims of which the treasury does not know how they stand")
    files_overdue: int = Field(description="files that the treasury should have sent by now")
    paid_twice: int = Field(default=0, description="open items of money that may have left twice: an alarm")
    position: int
