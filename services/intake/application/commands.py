"""What may be asked of an application."""

from datetime import date

from services.intake import supply
from services.intake.municipality import Register, shipped
from services.intake.progress import Fact
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, ExpenditureLine, Financing, Measure
from shared.decider import value
from shared.identity import DocumentReference, Sealed


@value
class Declarations:
    """What the applicant must declare (B19): not yet begun, complete and true, data-protection notice read; and what it
    is asked: whether notices may come electronically, whether it was granted or applies for money for the same project
    under § 24 II ThürFAG or elsewhere (B11), acts as a business (B14), is under budget safeguarding (Haushaltssicherung,
    B15), deducts input tax (B8). None: not answered."""

    not_started: bool
    complete: bool
    data_protection: bool
    electronic_service: bool | None = None
    equalisation_funding: bool | None = None
    other_funding: bool | None = None
    economic_activity: bool | None = None
    budget_safeguarding: bool | None = None
    input_tax_reclaimed: bool | None = None


@value
class AskedField:
    """What the policy wants to know of every measure of the item (B13): a text, a number or a promise."""

    code: str
    title: str
    kind: str


@value
class Similar:
    """An earlier application of the same applicant that may be about the same (B11)."""

    file_number: str
    same_title: bool


@value
class Facts:
    """What the form does not say, looked up before it is judged: of the account only how it looks; what the policy says
    about the item on the day (0 and None: nothing); similar applications; from when an early start was allowed,
    and by when the project must have begun under it."""

    account_abroad: bool = False
    account_of_another: bool = False
    similar: tuple[Similar, ...] = ()
    item_known: bool = True
    asked: tuple[AskedField, ...] = ()
    closed_because: str = ""
    rate_bp: int = 0
    minimum_cents: int = 0
    maximum_cents: int = 0
    period_months: int = 0
    early_start_on: date | None = None
    early_start_ends_on: date | None = None


@value
class EarlyStart:
    """A consent to begin early: from a day on, and until `ends_on`, if it has an end."""

    on: date
    ends_on: date | None = None

    def holds(self, begins_on: date) -> bool:
        """Whether a project that begins on this day begins under the consent."""
        return self.ends_on is None or begins_on <= self.ends_on


def began(starts_on: date, contract_on: date | None) -> date:
    """When a project begins: with its first contract, if that comes before its period (VV Nr. 1.3 zu § 44 LHO)."""
    return min(starts_on, contract_on or starts_on)


@value
class SubmitApplication:
    """Hand in an application. `applicant_keys` are the bodies the signed-in person acts for, `year` names the file
    register, `submission_sha256` is the hash of the body as it was sent; `register` is filled in by `submit`.

    `on_behalf_of` are members for which a Verwaltungsgemeinschaft applies, `contract_on` is the day of the first contract,
    `representative_office` the office that entitles to sign.
    """

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
    programme: str = "thueregovrl"
    on_behalf_of: tuple[str, ...] = ()
    cooperation: Cooperation | None = None
    measures: tuple[Measure, ...] = ()
    contract_on: date | None = None
    representative_name: Sealed | None = None
    representative_office: str = ""
    facts: Facts = Facts()
    register: Register = shipped()

    @property
    def early_start_on(self) -> date | None:
        """From when the project may begin early by an earlier consent; None when it begins only after that has ended."""
        on, ends_on = self.facts.early_start_on, self.facts.early_start_ends_on
        given = EarlyStart(on=on, ends_on=ends_on) if on else None
        return given.on if given and given.holds(began(self.starts_on, self.contract_on)) else None


@value
class AcknowledgeReceipt:
    file_number: str


@value
class DeclareComplete:
    """`reason` says why something that is still missing is not needed."""

    reason: str = ""


@value
class WithdrawApplication:
    applicant_keys: tuple[str, ...]


@value
class Note:
    """Take down a fact that this noun does not judge: another service's, or the application's own drawdown."""

    fact: Fact


type Command = SubmitApplication | AcknowledgeReceipt | DeclareComplete | WithdrawApplication | Note | supply.Command
