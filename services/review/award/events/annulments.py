"""Aufhebung: the award falls away, wholly or in part."""

from datetime import date

from services.review.award.commands import Annulment, LegalBasis
from shared.contracts import YearAmount
from shared.decider import event


@event("review.annulment-proposed")
class AnnulmentProposed:
    """It is proposed that the award falls, wholly or but for `by_year` (Aufhebung), by this provision and for these reasons."""

    number: int
    annulment: Annulment
    legal_basis: LegalBasis
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    effective_on: date
    reasons: str
    discretion: str
    proposed_by: str
    proposed_on: date


@event("review.proposal-dropped")
class ProposalDropped:
    """A proposed annulment or amendment is not decided on; the award stays as it is."""

    number: int
    reason: str
    dropped_by: str
    dropped_on: date


@event("review.grant-lapsed")
class GrantLapsed:
    """The award is without object: never begun, or renounced by the recipient (Bescheid gegenstandslos, § 43 II VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-revoked")
class GrantRevoked:
    """A lawful award is revoked, wholly or in part, from a day on (Widerruf, § 49 III VwVfG).

    An action suspends it (§ 80 I VwGO): `waits` until it is final, unless there are reasons for its `immediate` execution.
    """

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-retracted")
class GrantRetracted:
    """An unlawful award is retracted, wholly or in part, from a day on (Rücknahme, § 48 VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.grant-reduced-by-condition")
class GrantReducedByCondition:
    """A resolutory condition of the award occurred and reduced it from a day on (auflösende Bedingung, § 36 II Nr. 2 VwVfG)."""

    decided: AnnulmentProposed
    lost: tuple[YearAmount, ...]
    decided_by: str
    decided_on: date
    waits: bool = False
    immediate: str = ""


@event("review.change-took-effect")
class ChangeTookEffect:
    """A change that waited is final and takes effect (Wirksamwerden): `by_year` is granted from here on, and the money moves."""

    number: int
    by_year: tuple[YearAmount, ...]
    took_effect_on: date
