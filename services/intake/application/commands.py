"""What may be asked of an application."""

from datetime import date

from services.intake.municipality import Register, shipped
from services.intake.progress import Fact
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.decider import value
from shared.identity import DocumentReference, Sealed


@value
class Declarations:
    """What the applicant must declare (B19): not yet begun, complete and true, data-protection notice read."""

    not_started: bool
    complete: bool
    data_protection: bool


@value
class SubmitApplication:
    """Hand in an application. `applicant_keys` are the bodies the signed-in person acts for, `year` names the file
    register, `submission_sha256` is the hash of the body as it was sent; `register` is filled in by `submit`."""

    case: str
    year: int
    applicant_keys: tuple[str, ...]
    applicant_key: str
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
    register: Register = shipped()


@value
class AcknowledgeReceipt:
    file_number: str


@value
class DeclareComplete:
    pass


@value
class WithdrawApplication:
    applicant_keys: tuple[str, ...]


@value
class Note:
    """Take down a fact that this noun does not judge: another service's, or the application's own drawdown."""

    fact: Fact


type Command = SubmitApplication | AcknowledgeReceipt | DeclareComplete | WithdrawApplication | Note
