"""Teilbewilligung: less is granted than guideline and expenditure come to, with a reason that the notice states (§ 39 VwVfG)."""

from collections.abc import Mapping
from enum import StrEnum

from services.review.examination import ReasonMissing
from shared.decider import DomainError, value
from shared.money import euros


class CutGround(StrEnum):
    """Why the sum is cut, apart from expenditure that is not eligible."""

    FUNDS_SHORT = "funds-short"
    EVEN_SHARES = "even-shares"
    LESS_NEEDED = "less-needed"
    OTHER_FUNDING = "other-funding"


CUT_GROUND_TITLES: Mapping[CutGround, str] = {
    CutGround.FUNDS_SHORT: "Die Haushaltsmittel reichen nicht für die volle Zuwendung.",
    CutGround.EVEN_SHARES: "Die Mittel werden auf gleichrangige Anträge gleichmäßig verteilt.",
    CutGround.LESS_NEEDED: "Der Zweck lässt sich mit weniger erreichen.",
    CutGround.OTHER_FUNDING: "Das Vorhaben wird auch anderweitig gefördert.",
}


@value
class WantedCut:
    """What a proposal asks for: to grant only so much, for this reason."""

    granted_cents: int
    ground: CutGround | None
    text: str


@value
class GrantCut:
    """By how much the computed sum is cut, and why."""

    cents: int
    ground: CutGround
    text: str


class CutNotValid(DomainError):
    code = "grant-cut-not-valid"
    title = "Gekürzt wird auf einen Betrag unter der errechneten Zuwendung."
    status = 422


def cut_of(wanted: WantedCut | None, computed_cents: int) -> GrantCut | None:
    """The cut, None when none is wanted; `CutNotValid` and `ReasonMissing` say what is wrong with it."""
    if wanted is None:
        return None
    if not 0 < wanted.granted_cents < computed_cents:
        raise CutNotValid(f"Errechnet sind {euros(computed_cents)}.", field="granted_cents")
    if wanted.ground is None or not wanted.text.strip():
        raise ReasonMissing("Eine Kürzung der Zuwendung ist zu begründen (§ 39 VwVfG).", field="cut_ground")
    return GrantCut(cents=computed_cents - wanted.granted_cents, ground=wanted.ground, text=wanted.text.strip())


def cut_rate_bp(rate_bp: int, granted_cents: int, eligible_cents: int, cut: GrantCut | None) -> int:
    """The rate at which a cut grant is drawn down beside the recipient's own money: no more of each payment than of the whole.

    Rounded up to the basis point, so that the last cent can be drawn; the sum stays the limit.
    """
    return rate_bp if cut is None else min(rate_bp, -(-granted_cents * 10_000 // eligible_cents))


def in_words(it: GrantCut) -> str:
    """What letter, hearing and timeline say of it."""
    return f"Die errechnete Zuwendung ist um {euros(it.cents)} gekürzt. {CUT_GROUND_TITLES[it.ground]} {it.text}"
