"""Was Menschen der Prüfung schicken: the request bodies, whose German titles label the forms too."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, cast

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints

from services.review.assessment import DispensationGround, HearingSubject, HoldReason, RejectionGround
from services.review.assigning import MOST_CASES
from services.review.award import Channel, FailureReason, Outcome
from services.review.examination import CutReason, Opinion
from services.review.grant_cut import CutGround
from services.review.handling import ConflictGround
from services.review.municipal_tie import TieGround
from shared.policy import Bars, ConditionKind
from shared.policy.reading import MOST_CHARACTERS
from shared.web import Body, Cents, Id, Line, Text, Year

Days = Annotated[StrictInt, Field(ge=1, le=366)]


class YearCentsBody(Body):
    year: Year = Field(title="Haushaltsjahr")
    cents: Cents = Field(default=0, title="Betrag")


def _as_written(it: object) -> object:
    # A browser sends the lines of a text with carriage returns, and a policy is named by its bytes.
    return it.replace("\r\n", "\n") if isinstance(it, str) else it


def _given(it: object) -> object:
    # A form sends what was left empty, too.
    if not isinstance(it, list | tuple):
        return it
    return tuple(one for one in cast(Sequence[object], it) if one not in ("", None))


PolicyText = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS), BeforeValidator(_as_written)]


class PolicyBody(Body):
    """Policy files of one programme that begin to apply together."""

    texts: Annotated[tuple[PolicyText, ...], BeforeValidator(_given)] = Field(
        min_length=1, max_length=6, title="Regelungsdateien"
    )


class CriterionBody(Body):
    """A criterion of the practice by its code; yes counts as one point, no as none."""

    code: Id = Field(title="Kriterium")
    points: Annotated[StrictInt, Field(ge=0, le=10)] | None = Field(default=None, title="Punkte")
    text: Text | None = Field(default=None, title="Bewertung")


class OpinionBody(Body):
    opinion: Opinion = Field(title="Votum")
    reasons: Text = Field(title="Begründung")
    conditions: tuple[Text, ...] = Field(default=(), max_length=20, title="Auflagen")
    criteria: tuple[CriterionBody, ...] = Field(default=(), max_length=50, title="Kriterien")


class AssessedLineBody(Body):
    line: Annotated[StrictInt, Field(ge=1, le=1_000)] = Field(title="Position")
    eligible_cents: Cents = Field(title="Zuwendungsfähig")
    reason: CutReason | None = Field(default=None, title="Grund der Kürzung")
    text: Text | None = Field(default=None, title="Erläuterung für die Kommune")


class ExpenditureBody(Body):
    lines: tuple[AssessedLineBody, ...] = Field(max_length=500, title="Ausgaben")


class NoteBody(Body):
    necessity: Text = Field(title="Notwendigkeit und Angemessenheit")
    other_offices: Text = Field(title="Beteiligung anderer Stellen")
    eligible_extent: Text = Field(title="Umfang der zuwendungsfähigen Ausgaben")
    financing_type: Text = Field(title="Finanzierungsart")
    secured_financing: Text = Field(title="Gesicherte Gesamtfinanzierung")
    later_budgets: Text = Field(title="Auswirkungen auf spätere Haushaltsjahre")


class SideConditionBody(Body):
    """A text of the practice by its code, or one of its own."""

    code: Id | None = Field(default=None, title="Text der Verwaltungspraxis")
    kind: ConditionKind | None = Field(default=None, title="Art")
    text: Text | None = Field(default=None, title="Wortlaut")
    law: Line | None = Field(default=None, title="Rechtsgrundlage")
    bars: Bars | None = Field(default=None, title="Hält die Auszahlung auf")
    due_on: date | None = Field(default=None, title="Zu erfüllen bis")
    proof: Line | None = Field(default=None, title="Nachweis")

    @property
    def says_something(self) -> bool:
        return bool(self.code or self.text)


class ProposalBody(Body):
    by_year: tuple[YearCentsBody, ...] = Field(max_length=10, title="Zuwendung je Haushaltsjahr")
    starts_on: date = Field(title="Beginn des Bewilligungszeitraums")
    ends_on: date = Field(title="Ende des Bewilligungszeitraums")
    note: NoteBody = Field(title="Antragsprüfvermerk")
    side_conditions: tuple[SideConditionBody, ...] = Field(default=(), max_length=20, title="Nebenbestimmungen")
    granted_cents: Cents | None = Field(
        default=None, title="Zuwendung, wenn weniger als errechnet", description="leer: die errechnete Zuwendung"
    )
    cut_ground: CutGround | None = Field(default=None, title="Grund der Kürzung der Zuwendung")
    cut_text: Text | None = Field(default=None, title="Begründung der Kürzung für die Kommune")


class RefusalProposalBody(Body):
    reasons: tuple[Text, ...] = Field(max_length=20, title="Gründe für die Kommune")


class RefusalBody(Body):
    reasons: tuple[Text, ...] = Field(default=(), max_length=20, title="Gründe, wenn andere als vorgeschlagen")


class ReservationBody(Body):
    title: Id | None = Field(
        default=None, title="Haushaltstitel", description="der des Förderprogramms, wenn nicht genannt"
    )
    year: Year | None = Field(default=None, title="Haushaltsjahr", description="das laufende, wenn nicht genannt")


class ReleaseBody(Body):
    reason: Line = Field(title="Grund")


class HearingBody(Body):
    about: HearingSubject = Field(title="Anlass")
    announced: Text = Field(title="Worauf es ankommt, für die Kommune")
    days: Days | None = Field(
        default=None, title="Frist in Tagen", description="die kürzeste nach der Praxis, wenn nicht genannt"
    )


class WarningsBody(Body):
    consideration: Text = Field(title="Würdigung")


class StatementBody(Body):
    received_on: date = Field(title="Eingegangen am")
    consideration: Text = Field(title="Würdigung")


class ExtensionBody(Body):
    days: Days = Field(title="Neue Frist in Tagen ab heute")


class DispensationBody(Body):
    about: HearingSubject = Field(title="Anlass")
    ground: DispensationGround = Field(title="Grund")
    reasons: Text = Field(title="Begründung")


class HoldBody(Body):
    reason: HoldReason = Field(title="Grund")
    text: Text = Field(title="Erläuterung")
    resubmission_on: date = Field(title="Wiedervorlage am")


class ResumptionBody(Body):
    reason: Text = Field(title="Grund")


class FormalRejectionBody(Body):
    grounds: tuple[RejectionGround, ...] = Field(min_length=1, max_length=3, title="Gründe")
    reasons: tuple[Text, ...] = Field(min_length=1, max_length=20, title="Begründung für die Kommune")


class AssignmentBody(Body):
    person: Id = Field(title="Kennung der Person")


class AssignmentsBody(Body):
    cases: Annotated[tuple[Id, ...], BeforeValidator(_given)] = Field(
        min_length=1, max_length=MOST_CASES, title="Vorgänge"
    )
    person: Id = Field(title="Kennung der Person")


class TieBody(Body):
    key: Annotated[str, StringConstraints(pattern=r"^16[0-9]{6,10}$")] = Field(title="Amtlicher Gemeindeschlüssel")
    ground: TieGround = Field(title="Was Sie an die Kommune bindet")


class HandBackBody(Body):
    reason: Line = Field(title="Grund")


class SubstitutionBody(Body):
    person: Id = Field(title="Kennung der Vertretung")
    ends_on: date = Field(title="Vertretung bis einschließlich")


class ConflictBody(Body):
    ground: ConflictGround = Field(title="Grund")


class OfNoticeBody(Body):
    """Whose notice is meant."""

    proposal: Annotated[StrictInt, Field(ge=0, le=10_000)] = Field(
        default=0,
        title="Bescheid",
        description="0 ist der Zuwendungsbescheid, sonst die Nummer des Änderungs- oder Aufhebungsbescheids",
    )


class DispatchBody(OfNoticeBody):
    channel: Channel = Field(default=Channel.ELECTRONIC, title="Weg der Bekanntgabe")
    instructed: bool = Field(default=True, title="Rechtsbehelfsbelehrung vollständig und richtig")


class LetterFailureBody(Body):
    letter: Id = Field(title="Schreiben", description="wie es in der Akte heißt, etwa hearing-1")
    reason: FailureReason = Field(title="Warum nicht bekannt gegeben")


class DispatchLetterBody(Body):
    letter: Id = Field(title="Schreiben", description="wie es in der Akte heißt, etwa hearing-1")
    channel: Channel = Field(default=Channel.ELECTRONIC, title="Weg der Bekanntgabe")


class ReceiptBody(OfNoticeBody):
    received_on: date = Field(title="Zugegangen oder abgerufen am")


class ServiceFailureBody(OfNoticeBody):
    reason: FailureReason = Field(title="Warum nicht bekannt gegeben")


class WaiverBody(OfNoticeBody):
    declared_on: date = Field(title="Verzicht erklärt am")


class LawsuitBody(OfNoticeBody):
    filed_on: date = Field(title="Klage erhoben am")
    court_reference: Line = Field(title="Aktenzeichen des Gerichts")


class LawsuitOutcomeBody(OfNoticeBody):
    outcome: Outcome = Field(title="Ausgang")
    concluded_on: date = Field(title="Rechtskräftig oder erledigt am")


Number = Annotated[StrictInt, Field(ge=1, le=100, title="Nummer der Nebenbestimmung")]


class FulfilmentBody(Body):
    number: Number
    evidence: Line = Field(title="Nachweis, auf den sich die Feststellung stützt")
    fulfilled_on: date = Field(title="Erfüllt am")


class ConditionWaiverBody(Body):
    number: Number
    reason: Text = Field(title="Warum auf sie verzichtet wird")


class ViolationBody(Body):
    number: Number
    findings: Text = Field(title="Worin der Verstoß besteht")


class RecognisedBody(Body):
    line: Annotated[StrictInt, Field(ge=1, le=1_000)] = Field(title="Position")
    cents: Cents = Field(title="Anerkannt")
    reason: Annotated[str, StringConstraints(max_length=1_000)] = Field(default="", title="Grund der Kürzung")


class InDepthCheckBody(Body):
    """The in-depth check of a selected proof."""

    proof: Id = Field(title="Nachweis")
    lines: tuple[RecognisedBody, ...] = Field(min_length=1, max_length=200, title="Anerkannte Ausgaben")
    findings: Text = Field(title="Feststellungen")


class ProofCheckBody(Body):
    """The first check of a proof; `special_reason` has it checked in depth, too."""

    proof: Id = Field(title="Nachweis")
    lines: tuple[RecognisedBody, ...] = Field(min_length=1, max_length=200, title="Anerkannte Ausgaben")
    complete: bool = Field(title="Vollständig")
    plausible: bool = Field(title="Plausibel")
    purpose_reached: bool = Field(title="Zweck erreicht")
    findings: Annotated[str, StringConstraints(max_length=10_000)] = Field(default="", title="Feststellungen")
    special_reason: bool = Field(default=False, title="Besonderer Anlass")


class ProofAcceptanceBody(Body):
    proof: Id = Field(title="Nachweis")
    note: Text = Field(title="Schlussvermerk")


class SendBackBody(Body):
    proof: Id = Field(title="Nachweis")
    reasons: Text = Field(title="Gründe")
