"""What may be asked of intake: the bodies of its requests, with the German names of their fields."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StringConstraints

from services.intake.change_request import ChangeKind
from services.intake.proof_of_use import ProofKind
from shared.bank_details import Holder
from shared.web import Body, Cents, Line, Text, Year

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(it: object) -> object:
    # pydantic would also take numbers for dates; a date in law is written out.
    if not isinstance(it, date) and not (isinstance(it, str) and _ISO_DAY.fullmatch(it)):
        raise ValueError("Hier wird ein Datum erwartet (JJJJ-MM-TT).")
    return it


Day = Annotated[date, BeforeValidator(_iso_day, json_schema_input_type=str)]
ApplicantKey = Annotated[str, StringConstraints(pattern=r"^([0-9]{5,9}|16[0-9]{3}-zv-[a-z0-9-]{2,40})$")]
"""An official key, or the free one of a Zweckverband."""
Mail = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")
]
Item = Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,60}$")]
Share = Annotated[StrictInt, Field(ge=0, le=10_000, description="Anteil in Hundertstel Prozent")]
AttachmentKind = Literal[
    "offer",
    "council-decision",
    "budget-extract",
    "proxy",
    "cooperation-agreement",
    "supervisory-statement",
    "other",
]
Base64 = Annotated[str, StringConstraints(min_length=1, max_length=14_000_000)]


class LineBody(Body):
    """One line of the expenditure plan; lines are numbered in the order given."""

    category: Line = Field(title="Art")
    description: Line = Field(title="Wofür")
    year: Year = Field(title="Fällig im Jahr")
    cents: Cents = Field(title="Betrag")


class FinancingBody(Body):
    own_cents: Cents = Field(title="Eigene Mittel")
    third_party_cents: Cents = Field(default=0, title="Mittel Dritter")
    grant_cents: Cents = Field(title="Beantragte Zuwendung")


class YearBody(Body):
    year: Year = Field(title="Haushaltsjahr")
    cents: Cents = Field(title="Zuwendung in diesem Jahr")


class DeclarationsBody(Body):
    not_started: StrictBool = Field(title="Mit dem Vorhaben wurde noch nicht begonnen.")
    complete: StrictBool = Field(
        title="Die Angaben sind vollständig und richtig; die Gesamtfinanzierung ist gesichert."
    )
    data_protection: StrictBool = Field(title="Die Hinweise zum Datenschutz wurden gelesen.")
    electronic_service: StrictBool | None = Field(default=None, title="Bescheide elektronisch")
    equalisation_funding: StrictBool | None = Field(default=None, title="Mittel nach § 24 Abs. 2 ThürFAG")
    other_funding: StrictBool | None = Field(default=None, title="Andere Förderung")
    economic_activity: StrictBool | None = Field(default=None, title="Wirtschaftliche Tätigkeit")
    budget_safeguarding: StrictBool | None = Field(default=None, title="Haushaltssicherung")
    input_tax_reclaimed: StrictBool | None = Field(default=None, title="Vorsteuerabzug")


class AttachmentBody(Body):
    """A file of at most 10 MB, in standard Base64; its name is checked and not kept, because it may name a person.
    `sha512` is its hash as the sender knows it, `virus_found` what the sender's scanner said."""

    file_name: Line = Field(title="Dateiname")
    media_type: Literal["application/pdf", "image/jpeg", "image/png", "application/xml", "text/xml"] = Field(
        title="Dateityp"
    )
    kind: AttachmentKind = Field(default="other", title="Art der Unterlage")
    content_base64: Base64 = Field(title="Inhalt")
    sha512: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")] | None = Field(default=None, title="SHA-512")
    virus_found: StrictBool = Field(default=False, title="Schadsoftware gefunden")


class PartnerBody(Body):
    """Another body in the cooperation; `share_bp` (1/100 percent) only for an agreed cost key."""

    key: ApplicantKey = Field(title="Kommune")
    share_bp: Share = Field(default=0, title="Anteil in Prozent")


class CooperationBody(Body):
    """Who carries the project together; the applicant leads."""

    cost_key: Literal["inhabitants", "equal", "agreed"] = Field(title="Kostenschlüssel")
    lead_share_bp: Share = Field(default=0, title="Eigener Anteil in Prozent")
    partners: tuple[PartnerBody, ...] = Field(default=(), title="Beteiligte Kommunen", max_length=100)
    forwards_grant: StrictBool | None = Field(default=None, title="Weitergabe von Mitteln")


class MeasureBody(Body):
    """A part of the project; `details` are the fields that its item asks for, by their code."""

    title: Line = Field(title="Maßnahme")
    details: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")], Line] = Field(
        default={}, title="Angaben zur Maßnahme", max_length=30
    )


class ApplicationBody(Body):
    """An application as a municipality hands it in. Contact and account are personal: sealed before anything is recorded."""

    applicant_key: ApplicantKey = Field(title="Kommune")
    item: Item = Field(title="Fördergegenstand")
    title: Line = Field(title="Name des Vorhabens")
    lines: tuple[LineBody, ...] = Field(title="Ausgaben", min_length=1, max_length=200)
    financing: FinancingBody = Field(title="Finanzierung")
    by_year: tuple[YearBody, ...] = Field(title="Zuwendung nach Jahren", min_length=1, max_length=20)
    starts_on: Day = Field(title="Beginn")
    ends_on: Day = Field(title="Ende")
    contact_name: Line = Field(title="Ansprechperson")
    contact_mail: Mail = Field(title="E-Mail der Ansprechperson")
    account_holder: Holder = Field(title="Kontoinhaber")
    iban: Annotated[str, StringConstraints(min_length=5, max_length=60)] = Field(title="IBAN")
    attachments: tuple[AttachmentBody, ...] = Field(default=(), title="Unterlagen", max_length=20)
    declarations: DeclarationsBody = Field(title="Erklärungen")
    programme: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] = Field(
        default="thueregovrl", title="Förderprogramm"
    )
    on_behalf_of: tuple[ApplicantKey, ...] = Field(default=(), title="Für diese Mitglieder", max_length=50)
    cooperation: CooperationBody | None = Field(default=None, title="Zusammenarbeit")
    measures: tuple[MeasureBody, ...] = Field(default=(), title="Maßnahmen", max_length=20)
    contract_on: Day | None = Field(default=None, title="Erster Vertrag")
    representative_name: Line | None = Field(default=None, title="Wer unterschreibt")
    representative_office: Literal["mayor", "district-administrator", "chair", "authorised"] | None = Field(
        default=None, title="Amt"
    )


class WantedBody(Body):
    """Something that is missing, as the applicant is asked for it; `code` is that of the finding that it settles, which
    needs none when it is asked for in the finding's own words."""

    kind: AttachmentKind = Field(default="other", title="Art der Unterlage")
    text: Line = Field(title="Was fehlt")
    code: Annotated[str, StringConstraints(pattern=r"^[a-z-]{0,60}$")] = Field(default="", title="Prüfergebnis")


class DocumentRequestBody(Body):
    """What is missing, and until when; without a day the shortest period that policy allows."""

    documents: tuple[WantedBody, ...] = Field(title="Fehlende Unterlagen", min_length=1, max_length=20)
    ends_on: Day | None = Field(default=None, title="Frist bis")


class SuppliedBody(AttachmentBody):
    """A document that was asked for; `number` is that of the request."""

    number: Annotated[StrictInt, Field(ge=1, le=1_000)] = Field(title="Nummer der Nachforderung")


class SupplyBody(Body):
    attachments: tuple[SuppliedBody, ...] = Field(title="Unterlagen", min_length=1, max_length=20)


class ExtensionBody(Body):
    """More time; without a day as long as policy says, from the end of the period or from today if that has passed."""

    ends_on: Day | None = Field(default=None, title="Neue Frist bis")
    reason: Text = Field(title="Grund")


class PaperBody(Body):
    """One scanned document; `number` is that of the request it answers, 0 for none."""

    attachments: tuple[AttachmentBody, ...] = Field(title="Scan", min_length=1, max_length=1)
    received_on: Day = Field(title="Auf Papier eingegangen am")
    number: Annotated[StrictInt, Field(ge=0, le=1_000)] = Field(default=0, title="Nummer der Nachforderung")


class CompletenessBody(Body):
    """`reason` says why something that is missing is not needed."""

    reason: Text | None = Field(default=None, title="Warum das Fehlende nicht gebraucht wird")


class RoughLineBody(Body):
    description: Line = Field(title="Wofür")
    cents: Cents = Field(title="Betrag")


class EarlyStartBody(Body):
    """What is to begin early and why; `contract_on` is the planned day of the first contract."""

    description: Text = Field(title="Kurze Beschreibung")
    reason: Text = Field(title="Sachlicher Grund")
    expenditure: tuple[RoughLineBody, ...] = Field(title="Geplante Ausgaben (grob)", min_length=1, max_length=50)
    contract_on: Day = Field(title="Geplanter Vertragsschluss")


class ChangedYearBody(Body):
    year: Year = Field(title="Haushaltsjahr")
    cents: Cents = Field(default=0, title="Zuwendung in diesem Jahr")


class AwardChangeBody(Body):
    """A change of what was awarded: only what changes is named."""

    kind: ChangeKind = Field(title="Was soll sich ändern?")
    by_year: tuple[ChangedYearBody, ...] = Field(default=(), title="Neue Aufteilung der Zuwendung", max_length=20)
    eligible_cents: Cents | None = Field(default=None, title="Neue Ausgaben insgesamt")
    ends_on: Day | None = Field(default=None, title="Neues Ende")
    reason: Text = Field(title="Grund")


class LineUseBody(Body):
    """What was spent so far on a line of the plan."""

    line: Annotated[StrictInt, Field(ge=1, le=1_000)] = Field(title="Position des Ausgabenplans")
    cents: Cents = Field(default=0, title="Bisher ausgegeben")


class DrawdownBody(Body):
    """A call for money: `eligible_due_cents` is all eligible expenditure due so far, cumulative."""

    year: Year = Field(title="Haushaltsjahr")
    eligible_due_cents: Cents = Field(title="Fällige Ausgaben bisher")
    requested_cents: Cents = Field(title="Jetzt abrufen")
    needed_on: Day | None = Field(default=None, title="Gebraucht bis")
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = Field(default="", title="Wofür")
    spent: tuple[LineUseBody, ...] = Field(default=(), title="Verwendung der früheren Auszahlungen", max_length=200)


class SuccessorBody(Body):
    """Who takes over from an applicant that has ceased, of those that the register names."""

    new_key: ApplicantKey = Field(title="Rechtsnachfolgerin")


class VoucherBody(Body):
    """A voucher of the list, by the recipient's own number."""

    number: Line = Field(title="Belegnummer")
    paid_on: Day = Field(title="Bezahlt am")
    cents: Cents = Field(title="Betrag")
    purpose: Annotated[str, StringConstraints(max_length=300)] = Field(default="", title="Wofür")


class SpentLineBody(Body):
    """What was spent on a line of the plan; without vouchers only in a confirmation."""

    line: Annotated[StrictInt, Field(ge=1, le=1_000)] = Field(title="Position des Ausgabenplans")
    cents: Cents = Field(title="Ausgegeben")
    vouchers: tuple[VoucherBody, ...] = Field(default=(), title="Belege", max_length=1_000)


class ProofBody(Body):
    """A proof of use: what was spent line by line, other money that came in unplanned, and the factual report."""

    kind: ProofKind = Field(title="Art des Nachweises")
    lines: tuple[SpentLineBody, ...] = Field(title="Ausgaben", min_length=1, max_length=200)
    covering_cents: Cents = Field(default=0, title="Zusätzliche Deckungsmittel")
    report: Text = Field(title="Sachbericht")
