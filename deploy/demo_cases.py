"""Die Anträge der Vorführung: real municipalities of Thuringia (official keys: Destatis, 2025-02-28), invented projects, amounts and people.

Stadtilm is example d1 of the domain, to the day and to the cent; Arnstadt its d2, granted by two signatures.
Every personal value of the demonstration is made here and named by `personal_values`, so that a test can look
for it in every byte that the house leaves behind.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from shared.decider import replace, value
from shared.money import at_rate, split

BUDGET_TITLE = "1605-63371"
RATE_BP = 8_000
SIGNING_LIMIT_CENTS = 200_000_00
FIRST_DAY = date(2025, 5, 5)
LAST_DAY = date(2026, 2, 27)
APPROPRIATION_CENTS = 10_000_000_00
AUTHORISATIONS: Mapping[int, Mapping[int, int]] = {
    2025: {2026: 6_000_000_00, 2027: 2_000_000_00},
    2026: {2027: 6_000_000_00, 2028: 2_000_000_00},
}
"""What each budget may promise for later years (Verpflichtungsermächtigungen), in cents."""
BUDGET_OPENED_ON: Mapping[int, date] = {2025: FIRST_DAY, 2026: date(2026, 1, 5)}


class Ending(StrEnum):
    """How a case goes."""

    AWARDED = "awarded"
    REFUSED = "refused"
    WITHDRAWN_AT_ONCE = "withdrawn-at-once"
    """Before anybody declared it complete."""
    WITHDRAWN_IN_REVIEW = "withdrawn-in-review"
    """When the budget had already set the money aside, which is freed again."""
    WITHDRAWN_TOO_LATE = "withdrawn-too-late"
    """After the approval: it has no effect and the grant is paid."""


class Attempt(StrEnum):
    """What somebody tries although the law forbids it to them; the house records it."""

    SECOND_SIGNATURE = "second-signature"
    OWN_PROPOSAL = "own-proposal"
    OWN_CERTIFICATE = "own-certificate"


@value
class PlannedLine:
    category: str
    description: str
    year: int
    cents: int
    eligible_cents: int
    reason: str = ""
    text: str = ""


@value
class PlannedDrawdown:
    """`accepted_cents` is what payout has to find out by itself; 0: refused altogether."""

    on: date
    year: int
    eligible_due_cents: int
    requested_cents: int
    accepted_cents: int


@value
class Contact:
    """The only personal values of a case: who is to be asked, and whose account is paid."""

    name: str
    mail: str
    account_holder: str
    iban: str


@value
class Days:
    """When the steps of a case happen; the money is called on the days of `drawdowns`."""

    submitted: date
    completed: date
    opined: date
    proposed: date
    reserved: date
    approved: date
    waived: date
    drawdowns: tuple[date, ...]


@value
class PlannedCase:
    """One application and its life. `applied` and `awarded` are cents per year."""

    label: str
    key: str
    item: str
    title: str
    lines: tuple[PlannedLine, ...]
    applied: Mapping[int, int]
    awarded: Mapping[int, int]
    starts_on: date
    ends_on: date
    ending: Ending
    days: Days
    drawdowns: tuple[PlannedDrawdown, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    refusal: tuple[str, ...] = ()
    contact: Contact

    @property
    def applied_cents(self) -> int:
        return sum(self.applied.values())

    @property
    def awarded_cents(self) -> int:
        return sum(self.awarded.values())

    @property
    def paid_cents(self) -> int:
        return sum(it.accepted_cents for it in self.drawdowns)

    @property
    def expenditure_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def needs_two_signatures(self) -> bool:
        return self.awarded_cents > SIGNING_LIMIT_CENTS


# ---- Days ------------------------------------------------------------------------------------------------------------

_SPRING = Days(
    submitted=date(2025, 5, 5),
    completed=date(2025, 5, 12),
    opined=date(2025, 5, 28),
    proposed=date(2025, 6, 23),
    reserved=date(2025, 6, 30),
    approved=date(2025, 7, 21),
    waived=date(2025, 7, 31),
    drawdowns=(date(2025, 8, 4), date(2025, 10, 15), date(2026, 1, 12), date(2026, 2, 16)),
)
_D1 = Days(
    submitted=date(2025, 5, 12),
    completed=date(2025, 5, 28),
    opined=date(2025, 6, 23),
    proposed=date(2025, 6, 30),
    reserved=date(2025, 7, 21),
    approved=date(2025, 7, 25),
    waived=date(2025, 7, 31),
    drawdowns=(date(2025, 8, 4), date(2025, 10, 15), date(2026, 1, 12), date(2026, 2, 16)),
)
_SUMMER = Days(
    submitted=date(2025, 6, 23),
    completed=date(2025, 6, 30),
    opined=date(2025, 7, 21),
    proposed=date(2025, 7, 25),
    reserved=date(2025, 8, 4),
    approved=date(2025, 8, 18),
    waived=date(2025, 8, 25),
    drawdowns=(date(2025, 9, 15), date(2025, 11, 17), date(2026, 1, 12), date(2026, 2, 16)),
)
_AUTUMN = Days(
    submitted=date(2025, 8, 18),
    completed=date(2025, 8, 25),
    opined=date(2025, 9, 15),
    proposed=date(2025, 10, 6),
    reserved=date(2025, 10, 15),
    approved=date(2025, 11, 3),
    waived=date(2025, 11, 17),
    drawdowns=(date(2025, 12, 1), date(2025, 12, 10), date(2026, 1, 26), date(2026, 2, 16)),
)

# ---- Projects --------------------------------------------------------------------------------------------------------

_ITEMS: Mapping[str, tuple[tuple[str, str, int], ...]] = {
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
_TITLES: Mapping[str, str] = {
    "interfaces": "Schnittstelle zwischen Dokumentenmanagement und Fachverfahren",
    "training": "Digitale Kompetenz in der Verwaltung",
    "document-management": "Einführung eines Dokumentenmanagementsystems",
    "e-invoicing": "Elektronische Rechnung vom Eingang bis zur Buchung",
    "information-security": "Informationssicherheit nach Basis-Schutzprofil",
    "digital-strategy": "Kommunale digitale Agenda",
}
_CUTS: Mapping[str, tuple[str, str, str, str]] = {
    "notebooks": ("hardware", "Notebooks", "not-part-of-item", "Endgeräte gehören nicht zum Fördergegenstand."),
    "staff": ("other", "Eigenes Personal der Projektleitung", "own-staff", "Eigenes Personal ist nicht förderfähig."),
    "travel": ("other", "Besuch einer Fachmesse", "not-necessary", "Für das Vorhaben nicht notwendig."),
    "elsewhere": ("consulting", "Vorstudie", "funded-elsewhere", "Nach § 24 Abs. 2 ThürFAG gefördert."),
}
_REFUSALS: Mapping[str, tuple[str, ...]] = {
    "island": ("Das Vorhaben ist eine Insellösung und von anderen Kommunen nicht nachnutzbar.",),
    "double": (
        "Das Vorhaben wird bereits nach § 24 Abs. 2 ThürFAG gefördert.",
        "Eine Doppelförderung ist ausgeschlossen.",
    ),
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


# ---- Cases -----------------------------------------------------------------------------------------------------------


def _due(accepted_cents: int) -> int:
    """The eligible expenditure of which this sum is the rate's share; exact for whole euros."""
    return accepted_cents * 10_000 // RATE_BP


def _called(days: Days, awarded: Mapping[int, int], shape: str) -> tuple[PlannedDrawdown, ...]:
    """The drawdowns of a shape: each year's money in its year, what is too much cut, in whole euros."""
    early, late, january, february = days.drawdowns
    first, later = awarded.get(2025, 0), awarded.get(2026, 0)
    part = first * 64 // 10_000 * 100

    def call(on: date, total_due: int, requested: int, accepted: int) -> PlannedDrawdown:
        return PlannedDrawdown(
            on=on, year=on.year, eligible_due_cents=_due(total_due), requested_cents=requested, accepted_cents=accepted
        )

    rest = call(january, first + later, later, later)
    match shape:
        case "year-exhausted":
            asked = first - part + later * 10 // 10_000 * 100
            return (call(early, part, part, part), call(late, part + asked, asked, first - part), rest)
        case "pro-rata":
            return (call(early, part, first, part), call(late, first, first - part, first - part), rest)
        case "refused":
            nothing = call(late, part, first - part, 0)
            year_end = call(date(2025, 12, 10), first, first - part, first - part)
            return (call(early, part, part, part), nothing, year_end, rest)
        case "partly":
            half = later // 200 * 100
            return (call(early, first, first, first), call(january, first + half, half, half))
        case "twice":
            half = later // 200 * 100
            return (
                call(early, part, part, part),
                call(late, first, first - part, first - part),
                call(january, first + half, half, half),
                call(february, first + later, later - half, later - half),
            )
        case _:
            return (call(early, part, part, part), call(late, first, first - part, first - part), rest)


def _lines(item: str, euros: int, cut: str, cut_euros: int) -> tuple[PlannedLine, ...]:
    plan = _ITEMS[item]
    parts = split(euros, [weight for _, _, weight in plan])
    lines = [
        PlannedLine(category=category, description=what, year=2025, cents=part * 100, eligible_cents=part * 100)
        for (category, what, _), part in zip(plan, parts, strict=True)
    ]
    if cut:
        category, what, reason, text = _CUTS[cut]
        lines.append(
            PlannedLine(
                category=category,
                description=what,
                year=2026,
                cents=cut_euros * 100,
                eligible_cents=0,
                reason=reason,
                text=text,
            )
        )
    return tuple(lines)


def _by_year(cents: int) -> dict[int, int]:
    """Two thirds of a grant in 2025, the rest in 2026; whole euros in 2025."""
    first = cents * 2 // 300 * 100
    return {2025: first, 2026: cents - first}


def _case(
    number: int,
    label: str,
    key: str,
    days: Days,
    item: str,
    euros: int,
    *,
    ending: Ending = Ending.AWARDED,
    cut: str = "",
    cut_euros: int = 0,
    shape: str = "plain",
    refusal: str = "",
    attempts: tuple[Attempt, ...] = (),
) -> PlannedCase:
    lines = _lines(item, euros, cut, cut_euros)
    paid = ending in (Ending.AWARDED, Ending.WITHDRAWN_TOO_LATE)
    # A withdrawn case comes as far as a proposal, so it has its award's amounts; only nothing of it is granted.
    awarded = {} if ending is Ending.REFUSED else _by_year(at_rate(sum(it.eligible_cents for it in lines), RATE_BP))
    return PlannedCase(
        label=label,
        key=key,
        item=item,
        title=_TITLES[item],
        lines=lines,
        applied=_by_year(at_rate(sum(it.cents for it in lines), RATE_BP)),
        awarded=awarded,
        starts_on=days.waived,
        ends_on=date(2026, 12, 31),
        ending=ending,
        days=days,
        drawdowns=_called(days, awarded, shape) if paid else (),
        attempts=attempts,
        refusal=_REFUSALS[refusal] if refusal else (),
        contact=_contact(number, label),
    )


def _contact(number: int, label: str) -> Contact:
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 5 + number // len(_LAST)) % len(_LAST)]
    return Contact(
        name=f"{first} {last}",
        mail=f"{first}.{last}@{label}.example".lower(),
        account_holder=f"Stadtkasse {label.replace('-', ' ').title()}",
        iban=_iban(number),
    )


def _stadtilm() -> PlannedCase:
    def line(category: str, what: str, cents: int) -> PlannedLine:
        return PlannedLine(category=category, description=what, year=2025, cents=cents, eligible_cents=cents)

    def draw(on: date, due_cents: int, requested: int, accepted: int) -> PlannedDrawdown:
        return PlannedDrawdown(
            on=on, year=on.year, eligible_due_cents=due_cents, requested_cents=requested, accepted_cents=accepted
        )

    notebooks = _CUTS["notebooks"]
    return PlannedCase(
        label="stadtilm",
        key="16070048",
        item="interfaces",
        title="Schnittstelle zwischen Dokumentenmanagement und Fachverfahren",
        lines=(
            line("development", "Entwicklung der Schnittstelle DMS–Fachverfahren", 38_000_00),
            line("set-up", "Einrichtung und Tests", 12_000_00),
            line("training", "Einweisung der Schlüsselanwender", 6_000_00),
            PlannedLine(
                category=notebooks[0], description=notebooks[1], year=2025, cents=8_500_00, eligible_cents=0,
                reason=notebooks[2], text="Nicht Teil von Ziffer 2c.",
            ),
        ),
        applied={2025: 34_000_00, 2026: 17_600_00},
        awarded={2025: 30_000_00, 2026: 14_800_00},
        starts_on=date(2025, 6, 2),
        ends_on=date(2026, 3, 31),
        ending=Ending.AWARDED,
        days=_D1,
        drawdowns=(
            draw(date(2025, 8, 4), 24_000_00, 19_200_00, 19_200_00),
            draw(date(2025, 10, 15), 40_000_00, 12_800_00, 10_800_00),
            draw(date(2026, 1, 12), 56_000_00, 14_800_00, 14_800_00),
        ),
        contact=_contact(1, "stadtilm"),
    )  # fmt: skip


def _arnstadt() -> PlannedCase:
    split_by_year = {2025: 90_000_00, 2026: 110_000_00, 2027: 40_000_00}
    return replace(
        _case(2, "arnstadt", "16070004", _D1, "interfaces", 300_000, attempts=(Attempt.SECOND_SIGNATURE,)),
        title="Gemeinsame Schnittstellen im Ilm-Kreis (mit Stadtilm, Amt Wachsenburg und der VG Riechheimer Berg)",
        applied=split_by_year,
        awarded=split_by_year,
        ends_on=date(2027, 6, 30),
        drawdowns=_called(_D1, split_by_year, "twice"),
    )


def _cases() -> tuple[PlannedCase, ...]:
    in_review, at_once, too_late = (
        Ending.WITHDRAWN_IN_REVIEW,
        Ending.WITHDRAWN_AT_ONCE,
        Ending.WITHDRAWN_TOO_LATE,
    )
    refused = Ending.REFUSED
    own_proposal, own_certificate = (Attempt.OWN_PROPOSAL,), (Attempt.OWN_CERTIFICATE,)
    return (
        _stadtilm(),
        _arnstadt(),
        _case(3, "ilmenau", "16070029", _SPRING, "training", 48_000, shape="year-exhausted"),
        _case(4, "gotha", "16067029", _SPRING, "document-management", 180_000, shape="twice"),
        _case(5, "weimar", "16055000", _SPRING, "e-invoicing", 52_500, cut="travel", cut_euros=2_400),
        _case(6, "suhl", "16054000", _SPRING, "information-security", 94_000, ending=refused, refusal="financing"),
        _case(7, "meiningen", "16066042", _SPRING, "interfaces", 61_000, attempts=own_proposal),
        _case(8, "apolda", "16071001", _SPRING, "training", 22_400, ending=at_once),
        _case(9, "nordhausen", "16062041", _SPRING, "interfaces", 132_000, shape="pro-rata", cut="notebooks", cut_euros=14_600),
        _case(10, "eisenach", "16063105", _SPRING, "digital-strategy", 76_000, attempts=own_certificate),
        _case(11, "rudolstadt", "16073076", _SPRING, "document-management", 88_000, shape="refused"),
        _case(12, "saalfeld", "16073077", _SPRING, "e-invoicing", 41_200, ending=in_review),
        _case(13, "greiz", "16076022", _SPRING, "interfaces", 57_300, shape="partly", cut="staff", cut_euros=9_800),
        _case(14, "altenburg", "16077001", _D1, "information-security", 118_000, shape="year-exhausted"),
        _case(15, "sonneberg", "16072018", _D1, "training", 33_600),
        _case(16, "sondershausen", "16065067", _D1, "document-management", 72_000, ending=refused, refusal="island"),
        _case(17, "muehlhausen", "16064046", _D1, "interfaces", 104_000, shape="pro-rata"),
        _case(18, "hildburghausen", "16069024", _D1, "e-invoicing", 29_800, cut="travel", cut_euros=1_750),
        _case(19, "soemmerda", "16068051", _D1, "digital-strategy", 46_000, ending=too_late),
        _case(20, "bad-salzungen", "16063003", _D1, "training", 27_500, shape="twice"),
        _case(21, "jena", "16053000", _D1, "interfaces", 420_000, cut="staff", cut_euros=60_000),
        _case(22, "eisenberg", "16074018", _D1, "document-management", 64_000, ending=in_review),
        _case(23, "poessneck", "16075085", _D1, "information-security", 38_500, cut="elsewhere", cut_euros=7_200),
        _case(24, "leinefelde-worbis", "16061115", _SUMMER, "interfaces", 83_000, shape="refused"),
        _case(25, "heilbad-heiligenstadt", "16061045", _SUMMER, "training", 24_900, ending=refused, refusal="double"),
        _case(26, "schmalkalden", "16066063", _SUMMER, "document-management", 96_500, shape="twice"),
        _case(27, "zella-mehlis", "16066092", _SUMMER, "e-invoicing", 31_400),
        _case(28, "schmoelln", "16077043", _SUMMER, "interfaces", 58_200, cut="notebooks", cut_euros=6_300, shape="pro-rata"),
        _case(29, "zeulenroda-triebes", "16076087", _SUMMER, "digital-strategy", 44_000, ending=at_once),
        _case(30, "waltershausen", "16067072", _SUMMER, "information-security", 53_700, shape="partly"),
        _case(31, "bad-langensalza", "16064003", _SUMMER, "training", 36_200, attempts=own_certificate),
        _case(32, "artern", "16065086", _SUMMER, "document-management", 42_800, ending=refused, refusal="island"),
        _case(33, "neuhaus-am-rennweg", "16072013", _SUMMER, "interfaces", 47_600, shape="year-exhausted"),
        _case(34, "bleicherode", "16062066", _SUMMER, "e-invoicing", 26_700, cut="staff", cut_euros=5_100),
        _case(35, "schleusingen", "16069043", _SUMMER, "training", 21_300, ending=too_late, shape="twice"),
        _case(36, "bad-berka", "16071003", _AUTUMN, "interfaces", 39_900),
        _case(37, "grossbreitenbach", "16070058", _AUTUMN, "document-management", 55_000, cut="travel", cut_euros=3_300),
        _case(38, "koelleda", "16068034", _AUTUMN, "training", 18_700, shape="pro-rata"),
        _case(39, "hermsdorf", "16074041", _AUTUMN, "information-security", 62_000, ending=refused, refusal="financing"),
        _case(40, "kahla", "16074044", _AUTUMN, "interfaces", 34_800, shape="year-exhausted", attempts=own_proposal),
        _case(41, "schleiz", "16075098", _AUTUMN, "e-invoicing", 28_600, ending=in_review),
        _case(42, "bad-lobenstein", "16075062", _AUTUMN, "digital-strategy", 31_000, shape="twice"),
        _case(43, "weida", "16076079", _AUTUMN, "training", 25_200, cut="notebooks", cut_euros=4_400),
        _case(44, "meuselwitz", "16077032", _AUTUMN, "document-management", 49_300, shape="partly"),
    )  # fmt: skip


CASES: tuple[PlannedCase, ...] = _cases()
SMALL: tuple[PlannedCase, ...] = tuple(
    it for it in CASES if it.label in ("stadtilm", "arnstadt", "apolda", "saalfeld", "suhl", "soemmerda")
)
"""One of each kind: paid, paid after two signatures, withdrawn at once, in review and too late, refused."""


def personal_values(cases: Sequence[PlannedCase] = CASES) -> tuple[str, ...]:
    """Names, mail addresses, account holders and IBANs that may lie nowhere unsealed."""
    return tuple(
        text for it in cases for text in (it.contact.name, it.contact.mail, it.contact.account_holder, it.contact.iban)
    )
