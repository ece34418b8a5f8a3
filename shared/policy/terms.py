"""What policy says, as values: a guideline, a practice, parameters, and what the three come to for one item on one day."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Protocol

from shared.decider import value


class PolicyKind(StrEnum):
    """Guideline (Richtlinie: what may be granted), practice (Verwaltungspraxis: how the authority handles it),
    parameters (Parameter: the periods, limits and samples that both leave to be set)."""

    GUIDELINE = "guideline"
    PRACTICE = "practice"
    PARAMETERS = "parameters"


KIND_TITLES: Mapping[PolicyKind, str] = {
    PolicyKind.GUIDELINE: "Richtlinie",
    PolicyKind.PRACTICE: "Verwaltungspraxis",
    PolicyKind.PARAMETERS: "Parameter",
}


class FinancingType(StrEnum):
    """Anteilfinanzierung, Fehlbedarfsfinanzierung, Festbetragsfinanzierung (VV Nr. 2 zu § 44 ThürLHO)."""

    SHARE = "share"
    GAP = "gap"
    FIXED = "fixed"


FINANCING_TITLES: Mapping[FinancingType, str] = {
    FinancingType.SHARE: "Anteilfinanzierung",
    FinancingType.GAP: "Fehlbedarfsfinanzierung",
    FinancingType.FIXED: "Festbetragsfinanzierung",
}


class FieldKind(StrEnum):
    """What an applicant enters into a field that only this item asks for."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes-no"


@value
class ItemField:
    """One field that a measure of an item has to tell, e.g. which systems an interface links (B13)."""

    code: str
    title: str
    kind: FieldKind


@value
class Item:
    """A funding item (Fördergegenstand) as the guideline defines it.

    `fixed_cents` is the amount of a fixed financing; a `maximum_cents` of 0 is none; in a cooperation the rate rises by
    `cooperation_bonus_bp`; no `categories` means that expenditure of every category is eligible.
    """

    code: str
    letter: str
    title: str
    financing_type: FinancingType = FinancingType.SHARE
    rate_bp: int
    fixed_cents: int = 0
    minimum_cents: int = 0
    maximum_cents: int = 0
    cooperation_bonus_bp: int = 0
    categories: tuple[str, ...] = ()
    fields: tuple[ItemField, ...] = ()


class ConditionKind(StrEnum):
    """The side conditions of § 36 II VwVfG: Befristung, aufschiebende Bedingung, Auflage, Widerrufsvorbehalt, Auflagenvorbehalt."""

    FIXED_TERM = "fixed-term"
    SUSPENSIVE = "suspensive-condition"
    REQUIREMENT = "requirement"
    REVOCATION_RESERVED = "revocation-reserved"
    REQUIREMENT_RESERVED = "requirement-reserved"

    @property
    def reserves(self) -> bool:
        """Whether the authority only reserves something for later, so that nobody has anything to fulfil."""
        return self in (ConditionKind.REVOCATION_RESERVED, ConditionKind.REQUIREMENT_RESERVED)


CONDITION_TITLES: Mapping[ConditionKind, str] = {
    ConditionKind.FIXED_TERM: "Befristung",
    ConditionKind.SUSPENSIVE: "aufschiebende Bedingung",
    ConditionKind.REQUIREMENT: "Auflage",
    ConditionKind.REVOCATION_RESERVED: "Widerrufsvorbehalt",
    ConditionKind.REQUIREMENT_RESERVED: "Auflagenvorbehalt",
}


class Bars(StrEnum):
    """Which payments wait until a side condition is fulfilled: none, the first and with it all, or every single one."""

    NOTHING = "nothing"
    FIRST_PAYMENT = "first-payment"
    EVERY_PAYMENT = "every-payment"


@value
class ConditionBlock:
    """A text of the practice for a side condition (Textbaustein einer Nebenbestimmung).

    `law` is its legal source; what is to be fulfilled is due `due_days` after the service of the notice, 0 when on no day;
    `proof` is what shows that it is fulfilled.
    """

    code: str
    title: str
    kind: ConditionKind
    text: str
    law: str
    bars: Bars = Bars.NOTHING
    due_days: int = 0
    proof: str = ""


@value
class Handling:
    """How the practice handles one item: open from `opens_on` through `closes_on`, or closed for the reason given."""

    code: str
    opens_on: date | None = None
    closes_on: date | None = None
    closed_because: str = ""

    def is_open(self, on: date) -> bool:
        if self.closed_because:
            return False
        return (self.opens_on is None or self.opens_on <= on) and (self.closes_on is None or on <= self.closes_on)


@value
class Parameters:
    """The periods, limits and samples in force on a day. Months and days count as the name of the period says.

    A rate in basis points; `day_count` is how days of interest are counted; a bagatelle is an amount below which nothing
    is demanded back; `service_on_working_day` moves the day on which a notice counts as served to a working day.
    """

    document_request_days: int
    document_extension_days: int
    hearing_days: int
    reservation_days: int
    early_start_months: int
    period_months: int
    drawdown_months: int
    proof_months: int
    interim_proof_months: int
    proof_check_months: int
    repayment_days: int
    revocation_months: int
    service_on_working_day: bool
    hearing_cut_bp: int
    signing_limit_cents: int
    proof_sample_bp: int
    recovery_bagatelle_cents: int
    interest_bagatelle_cents: int
    day_count: str
    withheld_bp: int
    line_excess_bp: int
    payout_only_when_final: bool
    alarms_bp: tuple[int, ...]
    last_order_month: int
    last_order_day: int
    cooperation_members: int
    retention_years: int
    recipient_retention_years: int


PARAMETER_TITLES: Mapping[str, str] = {
    "document_request_days": "Nachforderung von Unterlagen, Tage",
    "document_extension_days": "Verlängerung einer Nachforderung, Tage",
    "hearing_days": "Anhörung, Tage",
    "hearing_cut_bp": "Anhörung bei Kürzung um mehr als",
    "reservation_days": "Vormerkung von Mitteln, Tage",
    "early_start_months": "Zulassung des vorzeitigen Beginns, Monate",
    "period_months": "längster Bewilligungszeitraum, Monate",
    "drawdown_months": "Verwendung abgerufener Mittel, Monate",
    "proof_months": "Verwendungsnachweis, Monate nach dem Bewilligungszeitraum",
    "interim_proof_months": "Zwischennachweis, Monate",
    "proof_check_months": "erste Prüfung des Nachweises, Monate",
    "repayment_days": "Zahlungsziel einer Erstattung, Tage",
    "revocation_months": "Frist für Rücknahme und Widerruf, Monate",
    "service_on_working_day": "Bekanntgabe nur an Werktagen",
    "signing_limit_cents": "Zeichnungsgrenze für zwei Personen",
    "proof_sample_bp": "Stichprobe der vertieften Prüfung",
    "recovery_bagatelle_cents": "Bagatellgrenze der Rückforderung",
    "interest_bagatelle_cents": "Bagatellgrenze der Zinsen",
    "day_count": "Zinstage",
    "withheld_bp": "Einbehalt bis zum Nachweis",
    "line_excess_bp": "zulässige Überschreitung eines Ansatzes",
    "payout_only_when_final": "Auszahlung erst nach Bestandskraft",
    "alarms_bp": "Schwellen der Haushaltswarnung, Basispunkte",
    "last_order_month": "Kassenschluss, Monat",
    "last_order_day": "Kassenschluss, Tag",
    "cooperation_members": "Kommunen einer Zusammenarbeit, mindestens",
    "retention_years": "Aufbewahrung der Akte, Jahre",
    "recipient_retention_years": "Aufbewahrung bei der Empfängerin, Jahre",
}
"""How people read the names of `Parameters`."""


@value
class Basis:
    """The policy a decision was made under, by the SHA-256 of the files (Entscheidungsgrundlage)."""

    guideline_sha256: str
    practice_sha256: str
    parameters_sha256: str = ""


@value
class Terms:
    """What guideline, practice and parameters say about one funding item on one day, as a decision keeps it.

    `rate_bp` is the funding rate in basis points; above `signing_limit_cents` two approvers sign;
    months count after the award's end (`proof_months`), as the award's longest period (`period_months`),
    or from payment to use (`drawdown_months`). The amounts are those of `Item`. The applicant is heard before an award that
    is cut by more than `hearing_cut_bp` of what was applied for; from `cooperation_members` bodies on it is a cooperation.
    """

    item: str
    letter: str
    item_title: str
    is_open: bool
    budget_title: str
    rate_bp: int
    signing_limit_cents: int
    reservation_days: int
    period_months: int
    proof_months: int
    drawdown_months: int
    basis: Basis
    programme: str = "thueregovrl"
    closed_because: str = ""
    financing_type: FinancingType = FinancingType.SHARE
    fixed_cents: int = 0
    minimum_cents: int = 0
    maximum_cents: int = 0
    cooperation_bonus_bp: int = 0
    categories: tuple[str, ...] = ()
    hearing_cut_bp: int = 10_000
    cooperation_members: int = 2


class Published(Protocol):
    """A policy file as a service's log keeps it; the attributes of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def in_force_on(self) -> date: ...
    @property
    def text(self) -> str: ...
    @property
    def sha256(self) -> str: ...
