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


@contract("intake.application-completed")
class ApplicationCompleted:
    """The application is complete (Vollständigkeit festgestellt): review may decide. Carries all that review needs."""

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


@contract("intake.application-withdrawn")
class ApplicationWithdrawn:
    """The applicant withdrew (Antragsrücknahme). Whether in time, review decides."""

    withdrawn_on: date


@contract("intake.drawdown-requested", version=2)
class DrawdownRequested:
    """The recipient calls funds (Mittelabruf).

    `eligible_due_cents` is all eligible expenditure due so far, cumulative; `requested_cents` what is called now.
    """

    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()
