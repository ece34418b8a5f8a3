"""Why less of a Mittelabruf is paid than was asked for: a stable code, and a sentence for the recipient."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "pro-rata": "Mehr als der Anteil der Zuwendung an den bisher fälligen zuwendungsfähigen Ausgaben.",
    "year-exhausted": "Der für dieses Haushaltsjahr bewilligte Betrag ist ausgeschöpft.",
    "not-a-plan-year": "Für dieses Haushaltsjahr ist kein Betrag bewilligt.",
    "grant-exhausted": "Die bewilligte Zuwendung ist ausgeschöpft.",
    "withheld-until-proof": "Ein Teil des Jahresbetrags ist einbehalten, bis der Verwendungsnachweis angenommen ist.",
    "final-amount": "Mehr als die Zuwendung, die nach dem angenommenen Verwendungsnachweis endgültig verbleibt.",
    "need-not-declared": "Es ist nicht angegeben, bis wann und wofür der Betrag gebraucht wird.",
    "need-too-late": "Der Betrag wird erst später gebraucht, als die Nebenbestimmungen zulassen.",
    "use-not-summarised": "Es ist nicht dargelegt, wofür die früher ausgezahlten Beträge verwendet wurden.",
    "nothing-requested": "Es wurde kein Betrag abgerufen.",
}
