"""Verwaltungsgericht: which court is competent for a municipality, as each instruction about remedies names it."""

from collections.abc import Mapping

from shared.decider import DomainError


class CourtUnknown(DomainError):
    """A letter without the competent court would open a year for remedies (§ 58 II VwGO)."""

    code = "court-unknown"
    title = "Für den Sitz der Kommune ist kein Verwaltungsgericht hinterlegt; der Bescheid kann nicht belehren."


_WEIMAR = {"name": "Verwaltungsgericht Weimar", "street": "Jenaer Straße 2a", "place": "99425 Weimar"}
_MEININGEN = {"name": "Verwaltungsgericht Meiningen", "street": "Lindenallee 15", "place": "98617 Meiningen"}
_GERA = {"name": "Verwaltungsgericht Gera", "street": "Rudolf-Diener-Straße 1", "place": "07545 Gera"}

COURTS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        ("16051", "16055", "16061", "16062", "16064", "16065", "16067", "16068", "16070", "16071"), _WEIMAR
    ),
    **dict.fromkeys(("16054", "16063", "16066", "16069", "16072"), _MEININGEN),
    **dict.fromkeys(("16052", "16053", "16073", "16074", "16075", "16076", "16077"), _GERA),
}
"""District (first five digits of the official key) → court at the plaintiff's seat (§ 52 Nr. 3 Satz 2 VwGO), after the
courts' own pages on their districts (annex to § 1 ThürAGVwGO)."""


def court_of(applicant_key: str) -> Mapping[str, str]:
    """The administrative court that is competent for a municipality; `CourtUnknown` outside Thuringia."""
    found = COURTS.get(applicant_key[:5])
    if found is None:
        raise CourtUnknown(applicant_key[:9])
    return found
