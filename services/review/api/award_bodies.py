"""Was Menschen zu einem bewilligten Vorgang schicken: the request bodies of amendment, annulment and hearing."""

from datetime import date

from pydantic import Field

from services.review.api.bodies import YearCentsBody
from services.review.award import Annulment, LegalBasis
from shared.web import Body, Cents, Line, Text


class WhyBody(Body):
    reason: Line = Field(title="Grund")


class AwardHearingBody(Body):
    annulment: Annulment = Field(title="Beabsichtigt ist")
    legal_basis: LegalBasis = Field(title="Rechtsgrundlage")
    facts: Text = Field(title="Sachverhalt, zu dem angehört wird")


class AwardStatementBody(Body):
    received_on: date = Field(title="Äußerung eingegangen am")


class AnnulmentBody(Body):
    annulment: Annulment = Field(title="Art der Aufhebung")
    legal_basis: LegalBasis = Field(title="Rechtsgrundlage")
    by_year: tuple[YearCentsBody, ...] = Field(default=(), max_length=10, title="Es bleiben je Haushaltsjahr")
    eligible_cents: Cents = Field(default=0, title="Zuwendungsfähige Ausgaben, wenn geändert")
    effective_on: date = Field(title="Unwirksam seit")
    reasons: Text = Field(title="Begründung")
    discretion: Text = Field(title="Ermessenserwägungen")


class ExecutionBody(Body):
    immediate: Text | None = Field(
        default=None,
        title="Begründung der sofortigen Vollziehung",
        description="nur wenn sie angeordnet wird (§ 80 Absatz 3 VwGO)",
    )


class AmendmentBody(Body):
    by_year: tuple[YearCentsBody, ...] = Field(max_length=10, title="Zuwendung je Haushaltsjahr")
    eligible_cents: Cents = Field(title="Zuwendungsfähige Ausgaben")
    ends_on: date = Field(title="Ende des Bewilligungszeitraums")
    conditions: tuple[Text, ...] = Field(default=(), max_length=20, title="Nebenbestimmungen")
    reasons: Text = Field(title="Begründung")


class ChangeRefusalBody(Body):
    reasons: Text = Field(title="Gründe für die Kommune")
