"""Was Haushaltsbeauftragte schicken: the request bodies of the budget, whose German titles label the forms too."""

from datetime import date
from typing import Annotated

from pydantic import Field, StrictInt

from services.review.api.bodies import YearCentsBody
from services.review.settings import office
from shared.web import Body, Cents, Id, Line, Text, Year

BasisPoints = Annotated[StrictInt, Field(ge=0, le=10_000, description="Anteil in Hundertstel Prozent")]


class BudgetBody(Body):
    title: Id = Field(default=office().budget_title, title="Haushaltstitel")
    year: Year = Field(title="Haushaltsjahr")
    appropriation_cents: Cents = Field(title="Ansatz")
    authorisations: tuple[YearCentsBody, ...] = Field(default=(), max_length=10, title="Verpflichtungsermächtigungen")
    provisional: bool = Field(default=False, title="Vorläufige Haushaltsführung")
    continue_authorisations: bool = Field(
        default=False, title="Nicht ausgenutzte Verpflichtungsermächtigungen des Vorjahres gelten fort"
    )
    transferable: bool = Field(default=False, title="Ausgaben sind übertragbar")
    repayments_set_off: bool = Field(default=False, title="Rückzahlungen fließen den Mitteln zu")
    last_order_on: date | None = Field(
        default=None, title="Kassenschluss", description="der nach der Praxis des Förderprogramms, wenn nicht genannt"
    )
    alarms_bp: tuple[BasisPoints, ...] | None = Field(
        default=None, max_length=10, title="Warnschwellen", description="die des Förderprogramms, wenn nicht genannt"
    )


class ProclamationBody(Body):
    appropriation_cents: Cents = Field(title="Ansatz")
    authorisations: tuple[YearCentsBody, ...] = Field(default=(), max_length=10, title="Verpflichtungsermächtigungen")
    reference: Line = Field(title="Fundstelle des Haushaltsgesetzes")


class OverrideBody(Body):
    case: Id = Field(title="Vorgang")
    reason: Text = Field(title="Begründung")


class FreezeBody(Body):
    reference: Line = Field(title="Zeichen der Sperre")
    year: Year = Field(title="Jahr")
    cents: Cents = Field(default=0, title="Betrag")
    share_bp: BasisPoints = Field(default=0, title="oder Anteil des Ansatzes in Hundertstel Prozent")
    reason: Line = Field(title="Grund")


class LiftBody(Body):
    freeze: Line = Field(title="Zeichen der Sperre")
    left_cents: Cents = Field(default=0, title="Es bleiben gesperrt")
    reason: Line = Field(title="Grund")


class ReallocationBody(Body):
    taker: Id = Field(title="An Haushaltstitel")
    cents: Cents = Field(title="Betrag")
    reference: Line = Field(title="Zeichen")
    reason: Line = Field(title="Grund")
    authority: Line = Field(title="Haushaltsvermerk oder Einwilligung des Finanzministeriums")


class ClosingBody(Body):
    move: bool = Field(default=False, title="Nicht Gezahltes als Ausgaberest in das nächste Jahr übertragen")
    consent: Line | None = Field(default=None, title="Einwilligung des Finanzministeriums (Zeichen)")


class RemainderBody(Body):
    origin: Year = Field(title="Jahr der Bewilligung")
    cents: Cents = Field(title="Betrag")
    consent: Line = Field(title="Einwilligung des Finanzministeriums (Zeichen)")


class RepaymentBody(Body):
    case: Id = Field(title="Vorgang")
    repayment: Line = Field(title="Kassenzeichen der Einzahlung")
    cents: Cents = Field(title="Zurückgezahlt")
    interest_cents: Cents = Field(default=0, title="Zinsen")
    received_on: date = Field(title="Eingegangen am")
