"""Was Menschen der Prüfung schicken: the request bodies, whose German titles label the forms too."""

from datetime import date
from typing import Annotated

from pydantic import Field, StrictInt

from services.review.examination import CutReason, Opinion
from shared.web import Body, Cents, Id, Line, Text, Year


class YearCentsBody(Body):
    year: Year = Field(title="Haushaltsjahr")
    cents: Cents = Field(default=0, title="Betrag")


class OpinionBody(Body):
    opinion: Opinion = Field(title="Votum")
    reasons: Text = Field(title="Begründung")
    conditions: tuple[Text, ...] = Field(default=(), max_length=20, title="Auflagen")


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


class ProposalBody(Body):
    by_year: tuple[YearCentsBody, ...] = Field(max_length=10, title="Zuwendung je Haushaltsjahr")
    starts_on: date = Field(title="Beginn des Bewilligungszeitraums")
    ends_on: date = Field(title="Ende des Bewilligungszeitraums")
    note: NoteBody = Field(title="Antragsprüfvermerk")


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


class WaiverBody(Body):
    declared_on: date = Field(title="Verzicht erklärt am")
