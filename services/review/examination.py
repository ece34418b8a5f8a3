"""What is examined of an application and how it is reckoned: the recommendation, the eligible expenditure line by line, the
note, the amount and its split over the years. It knows no state; the assessment asks it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from shared.calendar import add_months
from shared.contracts import Acted, YearAmount
from shared.contracts.intake import Cooperation, ExpenditureLine, Financing, Finding, Measure
from shared.decider import DomainError, field_names, value
from shared.identity import DocumentReference, Sealed


@value
class Application:
    """What intake declared complete, as it arrived; sealed values stay sealed."""

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

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The keys of whom the application is about: who applies, for whom, and who carries the cost."""
        partners = (it.key for it in self.cooperation.participants) if self.cooperation else ()
        return tuple(dict.fromkeys((self.applicant_key, *self.on_behalf_of, *partners)))


class Opinion(StrEnum):
    """What the expert recommends (fachliches Votum)."""

    POSITIVE = "positive"
    POSITIVE_WITH_CONDITIONS = "positive-with-conditions"
    NEGATIVE = "negative"


class CutReason(StrEnum):
    """Why expenditure is not eligible, or not wholly."""

    NOT_PART_OF_ITEM = "not-part-of-item"
    NOT_NECESSARY = "not-necessary"
    NOT_ADEQUATE = "not-adequate"
    OUTSIDE_PERIOD = "outside-period"
    FUNDED_ELSEWHERE = "funded-elsewhere"
    OWN_STAFF = "own-staff"


CUT_TITLES: Mapping[CutReason, str] = {
    CutReason.NOT_PART_OF_ITEM: "nicht Teil des Fördergegenstands",
    CutReason.NOT_NECESSARY: "nicht notwendig",
    CutReason.NOT_ADEQUATE: "nicht angemessen",
    CutReason.OUTSIDE_PERIOD: "außerhalb des Bewilligungszeitraums",
    CutReason.FUNDED_ELSEWHERE: "anderweitig gefördert",
    CutReason.OWN_STAFF: "eigenes Personal",
}


@value
class AssessedLine:
    """What of one applied line is eligible; a cut needs its reason as code and text."""

    line: int
    eligible_cents: int
    reason: CutReason | None = None
    text: str = ""


@value
class ExaminationNote:
    """The six topics of the examination note (Antragsprüfvermerk, VV Nr. 3.3 zu § 44)."""

    necessity: str
    other_offices: str
    eligible_extent: str
    financing_type: str
    secured_financing: str
    later_budgets: str


# ---- Errors ---------------------------------------------------------------------------------------------------------


class ReasonMissing(DomainError):
    code = "reason-missing"
    title = "Die Begründung fehlt."
    status = 422


class LinesNotMatching(DomainError):
    """Not every applied line is assessed exactly once."""

    code = "lines-not-matching"
    title = "Jede beantragte Position ist genau einmal festzustellen."
    status = 422


class EligibleBeyondApplied(DomainError):
    code = "eligible-beyond-applied"
    title = "Zuwendungsfähig ist höchstens der beantragte Betrag einer Position."
    status = 422


class SplitNotMatching(DomainError):
    code = "split-not-matching"
    title = "Die Jahresbeträge ergeben zusammen nicht die Zuwendung."
    status = 422


class PeriodNotValid(DomainError):
    code = "period-not-valid"
    title = "Der Bewilligungszeitraum ist nicht zulässig."
    status = 422


# ---- Figures --------------------------------------------------------------------------------------------------------


def check_lines(assessed: Sequence[AssessedLine], applied: Sequence[ExpenditureLine]) -> None:
    """Nothing, or the error that the first line has: missing, more than was applied for, cut without a reason."""
    cents = {it.line: it.cents for it in applied}
    if sorted(it.line for it in assessed) != sorted(cents):
        raise LinesNotMatching(field="lines")
    for index, it in enumerate(assessed):
        if not 0 <= it.eligible_cents <= cents[it.line]:
            raise EligibleBeyondApplied(field=f"lines.{index}.eligible_cents")
        if it.eligible_cents < cents[it.line] and not (it.reason and it.text.strip()):
            raise ReasonMissing("Jede Kürzung braucht einen Grund.", field=f"lines.{index}.reason")


def check_period(starts_on: date, ends_on: date, most_months: int) -> None:
    """Nothing, or `PeriodNotValid`."""
    if not starts_on <= ends_on < add_months(starts_on, most_months):
        raise PeriodNotValid(f"höchstens {most_months} Monate", field="ends_on")


def check_split(by_year: Sequence[YearAmount], granted_cents: int, first_year: int, last_year: int) -> None:
    """Nothing, or why these amounts do not split what is granted over the years that can be promised."""
    years = [it.year for it in by_year]
    in_order = years == sorted(set(years)) and all(it.cents > 0 for it in by_year)
    if not in_order or sum(it.cents for it in by_year) != granted_cents:
        raise SplitNotMatching(f"die Zuwendung beträgt {granted_cents} Cent", field="by_year")
    # Money of a year gone by cannot be promised any more, nor money for a year in which nothing may be spent.
    if years[0] < first_year or years[-1] > last_year:
        raise PeriodNotValid("Ein Jahresbetrag liegt außerhalb des Bewilligungszeitraums.", field="by_year")


def check_note(note: ExaminationNote) -> None:
    """Nothing, or `ReasonMissing` for the first topic that it leaves out."""
    for topic in field_names(ExaminationNote):
        if not getattr(note, topic).strip():
            raise ReasonMissing("Der Prüfvermerk behandelt sechs Punkte (VV Nr. 3.3).", field=f"note.{topic}")
