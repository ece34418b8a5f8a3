"""What happens to an application."""

from datetime import date

from services.intake import supply
from services.intake.application.commands import Declarations
from services.intake.progress import Fact
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, ExpenditureLine, Financing, Finding, Measure
from shared.decider import event
from shared.identity import DocumentReference, Sealed


@event("intake.application-submitted")
class ApplicationSubmitted:
    """A municipality handed in its application (Antrag eingegangen), with everything it declared and what the rules found."""

    applicant_key: str
    applicant_name: str
    item: str
    title: str
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    contact_name: Sealed
    contact_mail: Sealed
    account_holder: Sealed
    iban: Sealed
    documents: tuple[DocumentReference, ...]
    declarations: Declarations
    submission_sha256: str
    submitted_on: date
    submitted_by: str
    programme: str = "thueregovrl"
    on_behalf_of: tuple[str, ...] = ()
    cooperation: Cooperation | None = None
    measures: tuple[Measure, ...] = ()
    contract_on: date | None = None
    representative_name: Sealed | None = None
    representative_office: str = ""
    findings: tuple[Finding, ...] = ()
    early_start_on: date | None = None
    early_start_ends_on: date | None = None


@event("intake.receipt-acknowledged")
class ReceiptAcknowledged:
    """The applicant was given the file number and the hash of what arrived (Eingangsbestätigung)."""

    file_number: str
    submission_sha256: str


@event("intake.application-declared-complete")
class ApplicationDeclaredComplete:
    """Intake found nothing missing (Vollständigkeit festgestellt): the authority's clock runs.

    `waived` are the numbers of requested documents that are still missing and not needed, for this `reason`, and
    `waived_findings` what else the checks found missing (rule, code, field).
    """

    completed_on: date
    completed_by: str
    reason: str = ""
    waived: tuple[int, ...] = ()
    waived_findings: tuple[str, ...] = ()


@event("intake.application-withdrawn")
class ApplicationWithdrawn:
    """The applicant took the application back (Antragsrücknahme). Once complete, review says whether in time."""

    withdrawn_on: date
    withdrawn_by: str


type Event = (
    ApplicationSubmitted
    | ReceiptAcknowledged
    | ApplicationDeclaredComplete
    | ApplicationWithdrawn
    | supply.Event
    | Fact
)
