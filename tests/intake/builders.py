"""Example d1 of the domain: Stadt Stadtilm builds an interface, 64,500.00 EUR, of which 44,800.00 EUR are applied for."""

from base64 import b64encode
from collections import defaultdict
from copy import deepcopy
from datetime import date
from typing import Any

from services.intake.application import (
    ApplicationDeclaredComplete,
    ApplicationSubmitted,
    Declarations,
    Event,
    ReceiptAcknowledged,
    SubmitApplication,
    decider,
)
from services.intake.drawdown import RequestDrawdown
from services.intake.progress import (
    AssessmentBegun,
    AwardAnnounced,
    AwardBecameFinal,
    DrawdownExamined,
    DrawdownReceived,
    Fact,
    FundsAssigned,
    PaymentOrdered,
    PaymentRejected,
    PaymentSettled,
)
from shared.contracts import Acted, YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.decider import Context, Decided, Decision
from shared.identity import DocumentReference, Role, Sealed
from shared.records import replace
from tests.scenario import Scenario, acting

CASE = "0d1" + 29 * "0"
STADTILM = "16070048"
ARNSTADT = "16070004"
SUBMITTED_ON = date(2025, 5, 12)
COMPLETED_ON = date(2025, 5, 28)

APPLICANT = acting("p-stadtilm", Role.APPLICANT, SUBMITTED_ON)
CLERK = acting("p-clerk", Role.INTAKE_CLERK, COMPLETED_ON)
SYSTEM = acting("system", Role.SYSTEM, date(2025, 8, 1))


def sealed(path: str) -> Sealed:
    """A box as the API makes it; its content does not matter to any rule."""
    return Sealed(
        origin="intake", stream=decider.stream(CASE), path=path, subject="p-stadtilm", nonce="bm9uY2U", box="Ym94"
    )


LINES = (
    ExpenditureLine(
        line=1, category="development", description="Schnittstelle DMS–Fachverfahren", year=2025, cents=38_000_00
    ),
    ExpenditureLine(line=2, category="development", description="Einrichtung und Tests", year=2026, cents=12_000_00),
    ExpenditureLine(line=3, category="training", description="Einweisung der Hauptnutzer", year=2026, cents=6_000_00),
    ExpenditureLine(line=4, category="hardware", description="Notebooks", year=2025, cents=8_500_00),
)
BY_YEAR = (YearAmount(year=2025, cents=30_000_00), YearAmount(year=2026, cents=14_800_00))
DECLARED = Declarations(
    not_started=True,
    complete=True,
    data_protection=True,
    electronic_service=True,
    equalisation_funding=False,
    other_funding=False,
    economic_activity=False,
    budget_safeguarding=False,
    input_tax_reclaimed=False,
)

SUBMISSION = SubmitApplication(
    case=CASE,
    year=2025,
    applicant_keys=(STADTILM,),
    applicant_key=STADTILM,
    item="2c",
    title="Schnittstelle zwischen Dokumentenmanagement und Fachverfahren",
    lines=LINES,
    financing=Financing(own_cents=19_700_00, third_party_cents=0, grant_cents=44_800_00),
    by_year=BY_YEAR,
    starts_on=date(2025, 6, 2),
    ends_on=date(2026, 4, 30),
    contact_name=sealed("contact_name"),
    contact_mail=sealed("contact_mail"),
    account_holder=sealed("account_holder"),
    iban=sealed("iban"),
    documents=(
        DocumentReference(
            sha256=64 * "a", size=48_123, media_type="application/pdf", kind="offer", subject="p-stadtilm"
        ),
        DocumentReference(
            sha256=64 * "c", size=9_456, media_type="application/pdf", kind="budget-extract", subject="p-stadtilm"
        ),
    ),
    declarations=DECLARED,
    submission_sha256=64 * "5",
    representative_name=sealed("representative_name"),
    representative_office="mayor",
)
"""Nothing is missing in it."""

SUBMITTED = ApplicationSubmitted(
    applicant_key=STADTILM,
    applicant_name="Stadt Stadtilm",
    item=SUBMISSION.item,
    title=SUBMISSION.title,
    lines=LINES,
    financing=SUBMISSION.financing,
    by_year=BY_YEAR,
    starts_on=SUBMISSION.starts_on,
    ends_on=SUBMISSION.ends_on,
    contact_name=SUBMISSION.contact_name,
    contact_mail=SUBMISSION.contact_mail,
    account_holder=SUBMISSION.account_holder,
    iban=SUBMISSION.iban,
    documents=SUBMISSION.documents,
    declarations=DECLARED,
    submission_sha256=64 * "5",
    submitted_on=SUBMITTED_ON,
    submitted_by="p-stadtilm",
    representative_name=SUBMISSION.representative_name,
    representative_office="mayor",
)
RECEIPT = ReceiptAcknowledged(file_number="EG-2025-00001", submission_sha256=64 * "5")
COMPLETE = ApplicationDeclaredComplete(completed_on=COMPLETED_ON, completed_by="p-clerk")
UNTIL_COMPLETE: tuple[Event, ...] = (SUBMITTED, RECEIPT, COMPLETE)

BEGUN = AssessmentBegun(begun_on=date(2025, 5, 28))
AWARD = AwardAnnounced(
    granted_cents=44_800_00,
    by_year=BY_YEAR,
    cut_cents=8_500_00,
    dispatched_on=date(2025, 7, 25),
    letter_sha256=64 * "b",
    remedy_ends_on=date(2025, 8, 29),
)
FINAL = AwardBecameFinal(final_on=date(2025, 7, 31), by_waiver=True)
FUNDS = FundsAssigned(
    award=CASE, by_year=BY_YEAR, eligible_cents=56_000_00, rate_bp=8_000, assigned_on=date(2025, 7, 31)
)
UNTIL_FUNDS: tuple[Event, ...] = (*UNTIL_COMPLETE, BEGUN, AWARD, FINAL, FUNDS)


REQUESTED = Acted(person="p-stadtilm", role=Role.APPLICANT, action="request-drawdown")


def drawn(number: int, on: date, due: int, requested: int, accepted: int) -> tuple[Fact, Fact, Fact, Fact]:
    """A drawdown from its receipt to the settled payment."""
    drawdown, payment = f"d{number}", f"m{number}"
    return (
        DrawdownReceived(
            drawdown=drawdown,
            year=on.year,
            eligible_due_cents=due,
            requested_cents=requested,
            received_on=on,
            acted=(REQUESTED,),
        ),
        DrawdownExamined(
            drawdown=drawdown,
            requested_cents=requested,
            accepted_cents=accepted,
            reason="" if accepted == requested else "Die Mittel des Haushaltsjahres sind damit ausgeschöpft.",
            examined_on=on,
        ),
        PaymentOrdered(payment=payment, drawdown=drawdown, year=on.year, cents=accepted, ordered_on=on),
        PaymentSettled(payment=payment, drawdown=drawdown, year=on.year, cents=accepted, settled_on=on),
    )


FIRST = drawn(1, date(2025, 8, 4), 24_000_00, 19_200_00, 19_200_00)
SECOND = drawn(2, date(2025, 10, 15), 40_000_00, 12_800_00, 10_800_00)
THIRD = drawn(3, date(2026, 1, 12), 56_000_00, 14_800_00, 14_800_00)
RETURNED: tuple[Fact, Fact] = (
    PaymentOrdered(payment="m0", drawdown="d1", year=2025, cents=19_200_00, ordered_on=date(2025, 8, 4)),
    PaymentRejected(
        payment="m0", drawdown="d1", year=2025, cents=19_200_00, reason="AC04", rejected_on=date(2025, 8, 5)
    ),
)
"""A payment that the treasury refused before the one that replaced it."""

D1: tuple[Fact, ...] = (BEGUN, AWARD, FINAL, FUNDS, *FIRST, *RETURNED, *SECOND, *THIRD)
"""All that is ever noted in d1."""


def a_drawdown(number: int = 1, **changes: Any) -> RequestDrawdown:
    command = RequestDrawdown(
        drawdown=f"d{number}",
        case=CASE,
        applicant_keys=(STADTILM,),
        year=2025,
        eligible_due_cents=24_000_00,
        requested_cents=19_200_00,
    )
    return replace(command, **changes)


def recipient(on: date) -> Context:
    return acting("p-stadtilm", Role.APPLICANT, on)


def given(*history: Event) -> Scenario[Any, Event, Any]:
    return Scenario(decider, history)


class Streams:
    """What a store does with a decision, in memory: fold what it reads, judge, keep what was decided."""

    def __init__(self, **history: tuple[Any, ...]) -> None:
        self.events: defaultdict[str, list[Any]] = defaultdict(list)
        for stream, events in history.items():
            self.events[stream.replace("_", "-")] += events

    def act(self, decision: Decision, context: Context) -> Decided:
        states = [noun.fold(self.events[stream]) for stream, noun in decision.reads.items()]
        decided = decision.judge(states, context)
        assert set(decided) <= set(decision.reads)
        for stream, events in decided.items():
            self.events[stream] += events
        return decided


def application_with(*history: Event) -> Streams:
    return Streams(**{f"application_{CASE}": history})


# ---- Over HTTP -----------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\nAngebot der Firma Beispiel GmbH\n%%EOF\n"
PERSONAL = ("Erika Mustermann", "erika.mustermann@stadtilm.example", "DE89370400440532013000", "Angebot der Firma")
"""What must never lie anywhere in clear: contact, account, the content of an attachment."""


DETAILS = {
    "linked-systems": "DMS, Fachverfahren", "standard": "XÖV", "re-use": "yes", "persons": "24",
    "course": "Digitale Verwaltung", "provider": "Verwaltungsschule", "hours": "40",
}  # fmt: skip
"""What the shipped guideline's items ask of a measure, together."""


def attached(content: bytes = PDF, kind: str = "council-decision") -> dict[str, Any]:
    """A file as a request body carries it."""
    return {
        "file_name": "beschluss.pdf",
        "media_type": "application/pdf",
        "kind": kind,
        "content_base64": b64encode(content).decode(),
    }


def an_early_start(**changes: Any) -> dict[str, Any]:
    """The wish to begin early as Stadtilm sends it."""
    body: dict[str, Any] = {
        "description": "Schnittstelle zwischen Dokumentenmanagement und Fachverfahren",
        "reason": "Das alte Fachverfahren wird zum 30.06.2025 abgeschaltet.",
        "expenditure": [{"description": "Entwicklung", "cents": 38_000_00}],
        "contract_on": "2025-06-02",
    }
    return body | changes


def a_body(**changes: Any) -> dict[str, Any]:
    """D1 as Stadtilm sends it; nothing is missing in it."""
    body: dict[str, Any] = {
        "applicant_key": STADTILM,
        "item": "2c",
        "title": SUBMISSION.title,
        "lines": [
            {"category": it.category, "description": it.description, "year": it.year, "cents": it.cents} for it in LINES
        ],
        "financing": {"own_cents": 19_700_00, "third_party_cents": 0, "grant_cents": 44_800_00},
        "by_year": [{"year": it.year, "cents": it.cents} for it in BY_YEAR],
        "starts_on": "2025-06-02",
        "ends_on": "2026-04-30",
        "contact_name": PERSONAL[0],
        "contact_mail": PERSONAL[1],
        "account_holder": "Stadt Stadtilm",
        "iban": "DE89 3704 0044 0532 0130 00",
        "attachments": [
            {
                "file_name": "beschluss.pdf",
                "media_type": "application/pdf",
                "kind": "council-decision",
                "content_base64": b64encode(PDF).decode(),
            }
        ],
        "measures": [{"title": SUBMISSION.title, "details": DETAILS}],
        "representative_name": "Max Beispiel",
        "representative_office": "mayor",
        "declarations": {
            "not_started": True, "complete": True, "data_protection": True, "electronic_service": True,
            "equalisation_funding": False, "other_funding": False, "economic_activity": False,
            "budget_safeguarding": False, "input_tax_reclaimed": False,
        },
    }  # fmt: skip
    return body | changes


def with_changed(path: str, value: Any) -> dict[str, Any]:
    """D1 with one field (`lines.0.cents`) changed; `...` takes it away."""
    body = deepcopy(a_body())
    at: Any = body
    *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in parents:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return body
