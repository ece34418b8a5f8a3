"""What intake (Antragseingang) tells the others."""

from datetime import date

from shared.contracts import Acted, YearAmount, contract
from shared.decider import value
from shared.identity import DocumentReference, Sealed


@value
class ExpenditureLine:
    """One line of the expenditure plan. `line` is its number from 1; `year` the budget year it falls due."""

    line: int
    category: str
    description: str
    year: int
    cents: int


@value
class Financing:
    """How the expenditure is covered: own funds, third parties, the grant applied for, all in cents."""

    own_cents: int
    third_party_cents: int
    grant_cents: int


@value
class Participant:
    """A body in a cooperation, the lead first. `share_bp` is its part by the cost key in basis points (for an agreed key
    as agreed, else rounded), the cents its part of all expenditure and of the own funds, to the cent."""

    key: str
    name: str = ""
    inhabitants: int = 0
    share_bp: int = 0
    cost_cents: int = 0
    own_cents: int = 0


@value
class Cooperation:
    """Who carries a project together (interkommunale Zusammenarbeit) and by which key they share its cost.

    `cost_key` is inhabitants, equal or agreed; `forwards_grant` says that the lead passes money on (VV Nr. 12).
    """

    cost_key: str
    participants: tuple[Participant, ...]
    forwards_grant: bool | None = None


@value
class Detail:
    """One field that the item asks of a measure, by its code in the policy, and what was entered."""

    code: str
    text: str


@value
class Measure:
    """A part of the project (Maßnahme) with what its item wants to know of it."""

    title: str
    details: tuple[Detail, ...] = ()


@value
class Finding:
    """What a rule found in a form that was accepted: `severity` is missing (asked for later) or warning (for review to
    acknowledge), `field` the path in the form, `text` the German sentence."""

    rule: str
    severity: str
    code: str
    field: str
    text: str


@value
class RoughExpenditure:
    """One line of a rough list of planned expenditure, in cents."""

    description: str
    cents: int


@contract("intake.application-completed", version=2)
class ApplicationCompleted:
    """The application is complete (Vollständigkeit festgestellt): review may decide. Carries all that review needs.

    Since version 2 with the cooperation, the measures, the rules' findings and the day from which an early start is allowed.
    """

    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    account_holder: Sealed
    iban: Sealed
    contact_name: Sealed
    contact_mail: Sealed
    documents: tuple[DocumentReference, ...]
    submitted_on: date
    completed_on: date
    acted: tuple[Acted, ...]
    programme: str = "thueregovrl"
    on_behalf_of: tuple[str, ...] = ()
    cooperation: Cooperation | None = None
    measures: tuple[Measure, ...] = ()
    findings: tuple[Finding, ...] = ()
    early_start_on: date | None = None


@contract("intake.body-dissolved")
class BodyDissolved:
    """A body that may apply ceased from a day on (Gebietsänderung with this official reference); another took over from it.

    Belongs to no case. A body that was divided is told once for each that took over.
    """

    reference: str
    effective_on: date
    old_key: str
    old_name: str
    new_key: str
    new_name: str


@contract("intake.application-withdrawn", version=3)
class ApplicationWithdrawn:
    """The applicant withdrew (Antragsrücknahme). Whether in time, review decides.

    `complete` is whether the application was handed on before; `early_start` is one on which nothing was decided yet.
    """

    withdrawn_on: date
    acted: tuple[Acted, ...] = ()
    complete: bool = True
    early_start: str = ""


@value
class LineUse:
    """What was spent so far on one line of the expenditure plan, from all funds."""

    line: int
    cents: int


@contract("intake.drawdown-requested", version=3)
class DrawdownRequested:
    """The recipient calls funds (Mittelabruf).

    `eligible_due_cents` is all eligible expenditure due so far, cumulative; `requested_cents` what is called now. Since version 3
    with what the money is needed for, until `needed_on`, and what was spent so far of earlier instalments.
    """

    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()


@contract("intake.early-start-requested", version=3)
class EarlyStartRequested:
    """The applicant asks to begin before the decision (vorzeitiger Vorhabensbeginn), perhaps before review has the application.

    `contract_on` is the day on which the first contract is to be concluded. Since version 2 with the programme,
    since version 3 with the keys of all `municipalities` that the application is about.
    """

    early_start: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    description: str
    reason: str
    expenditure: tuple[RoughExpenditure, ...]
    contract_on: date
    requested_on: date
    acted: tuple[Acted, ...]
    programme: str = ""
    municipalities: tuple[str, ...] = ()


@contract("intake.change-requested")
class ChangeRequested:
    """The recipient asks for a change of the award (Änderungsantrag).

    `kind` is `shift-between-years`, `amount`, `period`, `purpose` or `partner-leaves`. `by_year` is the whole new split of
    the grant, empty when it stays; `eligible_cents` the new eligible expenditure, 0 when it stays; `ends_on` the project's
    new end, None when it stays.
    """

    change: str
    kind: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    ends_on: date | None
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@value
class Voucher:
    """A voucher of the list (Beleg), by the recipient's own `number`; `purpose` is what was paid for."""

    number: str
    paid_on: date
    cents: int
    purpose: str = ""


@value
class SpentLine:
    """What was spent on one line of the expenditure plan, with its vouchers."""

    line: int
    cents: int
    vouchers: tuple[Voucher, ...] = ()


@contract("intake.proof-submitted")
class ProofSubmitted:
    """The recipient handed in a proof of use (Verwendungsnachweis).

    `kind` is `interim`, `final` or `confirmation` (a fixed amount, without vouchers); `covering_cents` is other money that came
    in unplanned; `report` is the factual report (Sachbericht).
    """

    proof: str
    kind: str
    lines: tuple[SpentLine, ...]
    covering_cents: int
    report: str
    submitted_on: date
    acted: tuple[Acted, ...]
