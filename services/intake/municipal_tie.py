"""Bindung an eine Kommune, as review told it: who is tied to a municipality acts in none of its cases (§ 20 VwVfG)."""

from datetime import date

from shared.decider import event
from shared.ties import NoteTie, Ties, register


@event("intake.municipal-tie-noted")
class MunicipalTieNoted:
    """Noted from review: a person is tied to a municipality and acts in none of its cases (Ausschluss nach § 20 VwVfG)."""

    person: str
    role: str
    key: str
    declared_on: date


decider = register(MunicipalTieNoted)

__all__ = ["MunicipalTieNoted", "NoteTie", "Ties", "decider"]
