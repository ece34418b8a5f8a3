"""Die Vorhaben der Vorführung: invented projects, cuts, reasons, people and accounts."""

from collections.abc import Mapping

from deploy.demo_plan import Contact

ITEMS: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "interfaces": (
        ("development", "Schnittstelle zwischen Dokumentenmanagement und Fachverfahren", 6),
        ("set-up", "Einrichtung, Tests und Abnahme", 3),
        ("training", "Einweisung der Sachbearbeitung", 1),
    ),
    "training": (
        ("training", "Grundlagen der elektronischen Akte", 4),
        ("training", "Digitale Prozesse gestalten", 3),
        ("other", "Lernplattform und Unterlagen für ein Jahr", 2),
    ),
    "document-management": (
        ("licence", "Dokumentenmanagementsystem, Einführungslizenzen", 5),
        ("set-up", "Aktenplan, Rechte, Übernahme der Altakten", 4),
        ("training", "Einweisung je Fachbereich", 1),
    ),
    "e-invoicing": (
        ("set-up", "Empfang und Prüfung elektronischer Rechnungen", 3),
        ("development", "Anbindung an das Haushaltsverfahren", 2),
    ),
    "information-security": (
        ("consulting", "Bestandsaufnahme und Schutzbedarf", 2),
        ("set-up", "Maßnahmen nach dem Basis-Schutzprofil", 5),
        ("training", "Notfallübung und Auswertung", 1),
    ),
    "digital-strategy": (
        ("consulting", "Kommunale digitale Agenda, Werkstätten", 3),
        ("consulting", "Zielbild und Fahrplan", 2),
    ),
}
TITLES: Mapping[str, str] = {
    "interfaces": "Schnittstelle zwischen Dokumentenmanagement und Fachverfahren",
    "training": "Digitale Kompetenz in der Verwaltung",
    "document-management": "Einführung eines Dokumentenmanagementsystems",
    "e-invoicing": "Elektronische Rechnung vom Eingang bis zur Buchung",
    "information-security": "Informationssicherheit nach Basis-Schutzprofil",
    "digital-strategy": "Kommunale digitale Agenda",
}
CUTS: Mapping[str, tuple[str, str, str, str]] = {
    "notebooks": ("hardware", "Notebooks", "not-part-of-item", "Endgeräte gehören nicht zum Fördergegenstand."),
    "staff": ("other", "Eigenes Personal der Projektleitung", "own-staff", "Eigenes Personal ist nicht förderfähig."),
    "travel": ("other", "Besuch einer Fachmesse", "not-necessary", "Für das Vorhaben nicht notwendig."),
    "elsewhere": ("consulting", "Vorstudie", "funded-elsewhere", "Nach § 24 Abs. 2 ThürFAG gefördert."),
}
REFUSALS: Mapping[str, tuple[str, ...]] = {
    "island": ("Das Vorhaben ist eine Insellösung und von anderen Kommunen nicht nachnutzbar.",),
    "double": (
        "Das Vorhaben wird bereits nach § 24 Abs. 2 ThürFAG gefördert.",
        "Eine Doppelförderung ist ausgeschlossen.",
    ),
    "practice": ("Zu diesem Fördergegenstand wird nach geltender Verwaltungspraxis nicht mehr bewilligt.",),
    "financing": ("Die Gesamtfinanzierung ist nicht gesichert; der Eigenanteil ist nicht nachgewiesen.",),
}

# ---- People and accounts ---------------------------------------------------------------------------------------------

_FIRST = ("Almut", "Berthold", "Cordula", "Dietmar", "Edeltraud", "Falko", "Gunhild", "Hartwig", "Isolde", "Jobst")
_LAST = (
    "Ahrensfeld", "Birkenhauer", "Cramersdorf", "Dornheimer", "Ebersroth", "Finsterbusch", "Grabowsky", "Hohenfelder",
    "Ilmbach", "Jahnsroda", "Kesselring", "Lindenthaler", "Mohrental",
)  # fmt: skip


def _iban(number: int) -> str:
    """A German IBAN with right check digits: the bank code of the municipalities' central bank, an invented account."""
    account = f"82050000{9_350_000_000 + 7_919 * number:010d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def contact_of(number: int, label: str) -> Contact:
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number + number // len(_FIRST)) % len(_LAST)]
    return Contact(
        name=f"{first} {last}",
        mail=f"{first}.{last}@{label}.example".lower(),
        account_holder=f"Stadtkasse {label.replace('-', ' ').title()}",
        iban=_iban(number),
    )
