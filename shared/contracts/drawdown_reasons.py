"""Why less of a Mittelabruf is paid than was asked for: a stable code, and a sentence for the recipient."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "pro-rata": "Mehr als der Anteil der Zuwendung an den bisher fälligen zuwendungsfähigen Ausgaben.",
    "year-exhausted": "Der für dieses Haushaltsjahr bewilligte Betrag ist ausgeschöpft.",
    "not-a-plan-year": "Für dieses Haushaltsjahr ist kein Betrag bewilligt.",
    "grant-exhausted": "Die bewilligte Zuwendung ist ausgeschöpft.",
    "withheld-until-proof": "Ein Teil des Jahresbetrags ist einbehalten, bis der Verwendungsnachweis angenommen ist.",
    "final-amount": "Mehr als die Zuwendung, die nach dem angenommenen Verwendungsnachweis endgültig verbleibt.",
    "nothing-requested": "Es wurde kein Betrag abgerufen.",
}
