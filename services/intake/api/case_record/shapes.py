"""What the record of a case consists of."""

from collections.abc import Callable
from datetime import date

from services.intake.application import Declarations
from services.intake.conditions import ConditionStatus
from services.intake.progress import (
    RecipientSucceeded,
)
from services.intake.status import DrawdownStatus, Status
from shared.calendar import Deadline
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, ExpenditureLine, Financing, Finding, Measure
from shared.decider import value
from shared.identity import Erased, Sealed

ERASED = "gelöscht"


type OpenSeal = Callable[[Sealed], str | Erased]


@value
class Document:
    """An attachment, to download at `url`."""

    sha256: str
    size: int
    media_type: str
    kind: str
    url: str


@value
class Personal:
    """Contact, account and representative in clear, for who needs them; a person who was erased is "gelöscht"."""

    contact_name: str
    contact_mail: str
    account_holder: str
    iban: str
    representative_name: str = ""
    representative_office: str = ""


@value
class Heir:
    """A body that took over from an applicant that has ceased."""

    key: str
    name: str


@value
class StreamVersion:
    """A stream's version as `If-Match` wants it."""

    stream: str
    version: int
    etag: str


@value
class NextAction:
    """Something that this person may do now; with `if_match` it refers to that version, else it wants an `Idempotency-Key`."""

    name: str
    title: str
    path: str
    if_match: str = ""


@value
class Requested:
    """A document that intake asked for; `came` tells whether one was handed in for it."""

    number: int
    kind: str
    text: str
    came: bool


@value
class EarlyStartStatus:
    """One wish to begin before the decision; `approved` is None until review decided."""

    early_start: str
    contract_on: date
    requested_on: date
    approved: bool | None
    may_begin_on: date | None
    expires_on: date | None
    text: str


@value
class ChangeStatus:
    """One change asked for; `granted` is None until review decided."""

    change: str
    kind: str
    requested_on: date
    granted: bool | None
    text: str


@value
class ProofStatus:
    """One proof of use; `outcome` is empty until review decided, `final_cents` what remains of the grant once accepted."""

    proof: str
    kind: str
    submitted_on: date
    spent_cents: int
    outcome: str
    recognised_cents: int
    final_cents: int
    overpaid_cents: int
    text: str


@value
class CaseRecord:
    """A case; drawn money is to be needed within `drawdown_months`, if any are known. `personal` is None for
    who does not need it; years and amounts as applied for, assigned as review told last;
    `administration` is who runs the applicant's administration when it is not its own (B3)."""

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    status: Status
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    declarations: Declarations
    documents: tuple[Document, ...]
    submission_sha256: str
    submitted_on: date
    completed_on: date | None
    withdrawn_on: date | None
    remedy_ends_on: date | None
    assigned: tuple[YearAmount, ...]
    on_behalf_of: tuple[str, ...]
    administration: str
    cooperation: Cooperation | None
    measures: tuple[Measure, ...]
    findings: tuple[Finding, ...]
    lacking: tuple[str, ...]
    contract_on: date | None
    drawdown_months: int
    drawdowns: tuple[DrawdownStatus, ...]
    requested: tuple[Requested, ...]
    deadline: Deadline | None
    media_breaks: int
    early_starts: tuple[EarlyStartStatus, ...]
    changes: tuple[ChangeStatus, ...]
    proofs: tuple[ProofStatus, ...]
    side_conditions: tuple[ConditionStatus, ...]
    cut_reason: str
    personal: Personal | None
    successions: tuple[RecipientSucceeded, ...]
    heirs: tuple[Heir, ...]
    streams: tuple[StreamVersion, ...]
    actions: tuple[NextAction, ...]
