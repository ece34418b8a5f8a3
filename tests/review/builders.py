"""Review's cast and files: example d1 of the domain, a case to walk through the nouns, and a store of events in a dict."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from services.review import assessment, award, budget, programme
from services.review.assessment import AssessExpenditure, OpenAssessment, RecordExpertOpinion
from services.review.award import DispatchNotice, RecordWaiver
from services.review.examination import Application, AssessedLine, CutReason, ExaminationNote, Opinion
from services.review.programme import Terms, policy_in_force, publish_policy
from shared.contracts import Acted, YearAmount
from shared.contracts.intake import ApplicationCompleted, ExpenditureLine, Financing, Finding
from shared.decider import Context, Decision, decision
from shared.formats import encode
from shared.identity import SYSTEM, DocumentReference, Role, Sealed
from shared.records import field_names
from shared.shipped_policies import FILES
from tests.scenario import acting

CASE = "0123456789abcdef0123456789abcdef"
OTHER_CASE = "fedcba9876543210fedcba9876543210"
TITLE = "1605-63371"
BUDGET = f"{TITLE}-2025"
PROGRAMME = "thueregovrl"

POLICIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FILES.glob("*.toml"))}
GUIDELINE, PARAMETERS, PRACTICE = (
    POLICIES[f"{PROGRAMME}-{kind}-2024-07"] for kind in ("guideline", "parameters", "practice")
)
LATER_PRACTICE = POLICIES[f"{PROGRAMME}-practice-2026-03"]
"""Grants interfaces and training only."""


def expert(on: date = date(2025, 6, 23)) -> Context:
    return acting("p-expert", Role.EXPERT, on)


def officer(on: date = date(2025, 6, 30)) -> Context:
    return acting("p-officer", Role.CASE_OFFICER, on)


def approver(on: date = date(2025, 7, 25), person: str = "p-approver") -> Context:
    return acting(person, Role.APPROVER, on)


def budget_officer(on: date = date(2025, 7, 21)) -> Context:
    return acting("p-budget", Role.BUDGET_OFFICER, on)


def system(on: date = date(2025, 5, 28)) -> Context:
    return acting(SYSTEM, Role.SYSTEM, on)


def cents(**years: int) -> tuple[YearAmount, ...]:
    """cents(y2025=3_000_000) as amounts per year."""
    return tuple(YearAmount(year=int(year[1:]), cents=amount) for year, amount in years.items())


def sealed(path: str, case: str = CASE) -> Sealed:
    return Sealed(
        origin="intake", stream=f"application-{case}", path=path, subject="p-mayor", nonce="bm9uY2U", box="Ym94"
    )


LETTER = DocumentReference(
    sha256="ab" * 32, size=48_000, media_type="application/pdf", kind="award-letter", subject="p-mayor"
)
NOTE = ExaminationNote(
    necessity="notwendig und angemessen",
    other_offices="keine",
    eligible_extent="wie festgestellt",
    financing_type="Anteilfinanzierung",
    secured_financing="Eigenanteil durch Beschluss belegt",
    later_budgets="Verpflichtung für 2026",
)


def application(lines: tuple[ExpenditureLine, ...] = (), grant_cents: int = 0, **changes: Any) -> Application:
    """Example d1: Stadt Stadtilm, interfaces, 64,500.00 applied, unless lines and grant are given."""
    lines = lines or (
        ExpenditureLine(line=1, category="development", description="Schnittstelle", year=2025, cents=38_000_00),
        ExpenditureLine(line=2, category="set-up", description="Einrichtung und Tests", year=2025, cents=12_000_00),
        ExpenditureLine(line=3, category="training", description="Einweisung", year=2026, cents=6_000_00),
        ExpenditureLine(line=4, category="hardware", description="Notebooks", year=2025, cents=8_500_00),
    )
    grant_cents = grant_cents or 44_800_00
    own = sum(it.cents for it in lines) - grant_cents
    content: dict[str, Any] = {
        "file_number": "EG-2025-00001",
        "applicant_key": "16070048",
        "applicant_name": "Stadt Stadtilm",
        "item": "interfaces",
        "title": "Schnittstelle DMS – Fachverfahren",
        "lines": lines,
        "financing": Financing(own_cents=own, third_party_cents=0, grant_cents=grant_cents),
        "by_year": cents(y2025=30_000_00, y2026=14_800_00),
        "starts_on": date(2025, 6, 15),
        "ends_on": date(2026, 6, 30),
        "account_holder": sealed("account_holder"),
        "iban": sealed("iban"),
        "contact_name": sealed("contact_name"),
        "contact_mail": sealed("contact_mail"),
        "documents": (),
        "submitted_on": date(2025, 5, 12),
        "completed_on": date(2025, 5, 28),
        "acted": (Acted(person="p-clerk", role=Role.INTAKE_CLERK, action="declare-complete"),),
    }
    return Application(**content | changes)


WARNING = Finding(
    rule="B11", severity="warning", code="same-title", field="title", text="Der Name stimmt mit EG-2025-00002 überein."
)
MISSED = Finding(rule="B16", severity="missing", code="representative-missing", field="", text="Wer unterschreibt?")


def completed(it: Application) -> ApplicationCompleted:
    """The contract by which intake hands this application over."""
    told = set(field_names(it)) & set(field_names(ApplicationCompleted))
    return ApplicationCompleted(**{name: getattr(it, name) for name in told})


OPEN = OpenAssessment(application=application())
POSITIVE = RecordExpertOpinion(opinion=Opinion.POSITIVE, reasons="Standard XÖV, nachnutzbar")
D1_LINES = AssessExpenditure(
    lines=(
        AssessedLine(line=1, eligible_cents=38_000_00),
        AssessedLine(line=2, eligible_cents=12_000_00),
        AssessedLine(line=3, eligible_cents=6_000_00),
        AssessedLine(
            line=4, eligible_cents=0, reason=CutReason.NOT_PART_OF_ITEM, text="Notebooks gehören nicht zu Ziffer 2c."
        ),
    )
)
D1_SPLIT = cents(y2025=30_000_00, y2026=14_800_00)


def practice_of(on: date, *, closed: str = "") -> str:
    """The practice published anew for a day, with one item closed if it is named."""
    text = PRACTICE.replace("in_force_on = 2024-07-01", f"in_force_on = {on}")
    opened = f'code = "{closed}"\nopens_on = 2024-07-01'
    return text.replace(opened, f'code = "{closed}"\nclosed_because = "Die Mittel reichen nicht."')


def published(*later: str) -> programme.Programme:
    """The programme's state after its first files and these, published one after the other."""
    state = programme.Programme()
    for texts in ((GUIDELINE, PRACTICE, PARAMETERS), *((text,) for text in later)):
        command = programme.PublishPolicy(texts=texts)
        state = programme.decider.fold(programme.decide(command, state, officer()), start=state)
    return state


def terms(on: date = date(2025, 6, 30), item: str = "interfaces") -> Terms:
    return policy_in_force(published(), on, item)


NOT_HEARD = assessment.DispenseWithHearing(
    about=assessment.HearingSubject.REFUSAL,
    ground=assessment.DispensationGround.STATED_FACTS,
    reasons="Abgelehnt wird nach den Angaben der Kommune.",
)


HEARD = assessment.OpenHearing(
    about=assessment.HearingSubject.REFUSAL, announced="Das Vorhaben folgt keinem Standard.", least_days=14
)
HELD = assessment.PutOnHold(
    reason=assessment.HoldReason.BUDGET_FREEZE, text="Sperre von 10 %.", resubmission_on=date(2025, 9, 1)
)
STARTED = assessment.ProposeFormalRejection(
    grounds=(assessment.RejectionGround.PROJECT_STARTED,), reasons=("Der Vertrag ist vom 2. Mai.",), is_item_open=True
)


class House:
    """One service's log in a dict: what the writer does, without its machinery."""

    def __init__(self) -> None:
        self.log: dict[str, list[Any]] = {}
        self.nouns: dict[str, Any] = {}

    def state(self, stream: str) -> Any:
        return self.nouns[stream].fold(self.log[stream])

    def perform(self, decided: Decision, context: Context) -> Mapping[str, Sequence[Any]]:
        """Judge, record, and tell what was recorded; a raised error records nothing."""
        states = [noun.fold(self.log.get(stream, [])) for stream, noun in decided.reads.items()]
        reads = dict(decided.reads)
        if decided.further is not None:
            more = decided.further(states)
            states += [noun.fold(self.log.get(stream, [])) for stream, noun in more.items()]
            reads |= more
        events = {stream: list(it) for stream, it in decided.judge(states, context).items() if it}
        for stream, recorded in events.items():
            noun = reads[stream]
            assert all(type(it) in noun.events for it in recorded)
            assert [msgspec.json.decode(encode(it), type=type(it)) for it in recorded] == recorded
            self.log.setdefault(stream, []).extend(recorded)
            self.nouns[stream] = noun
        return events

    def kinds(self, decided: Decision, context: Context) -> list[str]:
        """The names of the event classes recorded, in order."""
        return [type(it).__name__ for events in self.perform(decided, context).values() for it in events]


def opened_house(appropriation_cents: int = 1_000_000_000, authorised_cents: int = 600_000_000) -> House:
    """Policies published and the budget of 2025 open, with authorisations for 2026 and 2027."""
    house = House()
    house.perform(publish_policy(GUIDELINE, PRACTICE, PARAMETERS), officer(date(2025, 1, 2)))
    authorised = cents(y2026=authorised_cents, y2027=authorised_cents)
    house.perform(
        budget.open_next_budget(TITLE, 2025, appropriation_cents, authorised), budget_officer(date(2025, 1, 2))
    )
    return house


def propose_d1(house: House, case: str = CASE) -> None:
    """Example d1 up to its proposal on 2025-06-30."""
    house.perform(decision(assessment.decider, case, OPEN), system())
    house.perform(decision(assessment.decider, case, POSITIVE), expert())
    house.perform(decision(assessment.decider, case, D1_LINES), officer())
    house.perform(proposal(case), officer())


def proposal(case: str = CASE, split: tuple[YearAmount, ...] = D1_SPLIT, ends_on: date = date(2026, 6, 30)) -> Decision:
    return assessment.propose(case, PROGRAMME, by_year=split, starts_on=date(2025, 6, 15), ends_on=ends_on, note=NOTE)


def propose_flat(house: House, case: str, grant_cents: int) -> None:
    """A case with one line, all eligible, whose 80 % in 2025 are this grant."""
    applied = grant_cents * 10_000 // 8_000
    line = ExpenditureLine(line=1, category="development", description="Schnittstelle", year=2025, cents=applied)
    it = application((line,), grant_cents=grant_cents, by_year=cents(y2025=grant_cents))
    house.perform(decision(assessment.decider, case, OpenAssessment(application=it)), system())
    house.perform(decision(assessment.decider, case, POSITIVE), expert())
    whole = AssessExpenditure(lines=(AssessedLine(line=1, eligible_cents=applied),))
    house.perform(decision(assessment.decider, case, whole), officer())
    house.perform(proposal(case, cents(y2025=grant_cents), date(2025, 12, 31)), officer())


def reserve(case: str = CASE) -> Decision:
    return assessment.reserve(case, TITLE, 2025)


def approve(case: str = CASE) -> Decision:
    return award.approve(case, PROGRAMME, BUDGET)


def award_d1(house: House, case: str = CASE) -> None:
    """Example d1 up to its approval on 2025-07-25."""
    propose_d1(house, case)
    house.perform(reserve(case), budget_officer())
    house.perform(approve(case), approver())


def assign_d1(house: House, case: str = CASE) -> Mapping[str, Sequence[Any]]:
    """Example d1 up to the hand-over to payout on 2025-07-31."""
    award_d1(house, case)
    house.perform(decision(award.decider, case, DispatchNotice(letter=LETTER)), officer(date(2025, 7, 25)))
    waiver = RecordWaiver(declared_on=date(2025, 7, 31))
    return house.perform(decision(award.decider, case, waiver), officer(date(2025, 7, 31)))
