"""Die Anträge der Vorführung: real municipalities of Thuringia (official keys: Destatis, 2025-02-28), invented projects, amounts and people.

Stadtilm is example d1 of the domain, to the day and to the cent; Arnstadt its d2, granted by two signatures.
Every personal value of the demonstration is made here and named by `personal_values`, so that a test can look
for it in every byte that the house leaves behind.
"""

from collections.abc import Sequence
from datetime import date

from deploy.demo_changes import changed, with_late_use
from deploy.demo_further import further_cases
from deploy.demo_making import called, planned
from deploy.demo_plan import Attempt, Ending, PlannedCase, PlannedDrawdown, PlannedLine, Supply
from deploy.demo_projects import CUTS, contact_of
from deploy.demo_waves import AUTUMN_2025, D1, SPRING_2025, SUMMER_2025
from shared.decider import replace


def _stadtilm() -> PlannedCase:
    def line(category: str, what: str, cents: int) -> PlannedLine:
        return PlannedLine(category=category, description=what, year=2025, cents=cents, eligible_cents=cents)

    def draw(on: date, due_cents: int, requested: int, accepted: int) -> PlannedDrawdown:
        return PlannedDrawdown(
            on=on, year=on.year, eligible_due_cents=due_cents, requested_cents=requested, accepted_cents=accepted
        )

    notebooks = CUTS["notebooks"]
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
        days=D1,
        drawdowns=(
            draw(date(2025, 8, 4), 24_000_00, 19_200_00, 19_200_00),
            draw(date(2025, 10, 15), 40_000_00, 12_800_00, 10_800_00),
            draw(date(2026, 1, 12), 56_000_00, 14_800_00, 14_800_00),
        ),
        contact=contact_of(1, "stadtilm"),
    )  # fmt: skip


def _arnstadt() -> PlannedCase:
    split_by_year = {2025: 90_000_00, 2026: 110_000_00, 2027: 40_000_00}
    return replace(
        planned(2, "arnstadt", "16070004", D1, "interfaces", 300_000, attempts=(Attempt.SECOND_SIGNATURE,)),
        title="Gemeinsame Schnittstellen im Ilm-Kreis (mit Stadtilm, Amt Wachsenburg und der VG Riechheimer Berg)",
        partners=("16070048", "16070028", "160705009"),
        cost_key="inhabitants",
        applied=split_by_year,
        awarded=split_by_year,
        ends_on=date(2027, 6, 30),
        drawdowns=called(D1, split_by_year, "twice"),
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
        planned(3, "ilmenau", "16070029", SPRING_2025, "training", 48_000, shape="year-exhausted"),
        planned(4, "gotha", "16067029", SPRING_2025, "document-management", 180_000, shape="twice"),
        planned(5, "weimar", "16055000", SPRING_2025, "e-invoicing", 52_500, cut="travel", cut_euros=2_400),
        planned(6, "suhl", "16054000", SPRING_2025, "information-security", 94_000, ending=refused, refusal="financing"),
        planned(7, "meiningen", "16066042", SPRING_2025, "interfaces", 61_000, attempts=own_proposal),
        planned(8, "apolda", "16071001", SPRING_2025, "training", 22_400, ending=at_once),
        planned(9, "nordhausen", "16062041", SPRING_2025, "interfaces", 132_000, shape="pro-rata", cut="notebooks", cut_euros=14_600),
        planned(10, "eisenach", "16063105", SPRING_2025, "digital-strategy", 76_000, attempts=own_certificate),
        planned(11, "rudolstadt", "16073076", SPRING_2025, "document-management", 88_000, shape="refused"),
        planned(12, "saalfeld", "16073077", SPRING_2025, "e-invoicing", 41_200, ending=in_review),
        planned(13, "greiz", "16076022", SPRING_2025, "interfaces", 57_300, shape="partly", cut="staff", cut_euros=9_800),
        planned(14, "altenburg", "16077001", D1, "information-security", 118_000, shape="year-exhausted"),
        planned(15, "sonneberg", "16072018", D1, "training", 33_600, supply=Supply.AFTER_EXPIRY),
        planned(16, "sondershausen", "16065067", D1, "document-management", 72_000, ending=refused, refusal="island"),
        planned(17, "muehlhausen", "16064046", D1, "interfaces", 104_000, shape="pro-rata"),
        planned(18, "hildburghausen", "16069024", D1, "e-invoicing", 29_800, cut="travel", cut_euros=1_750),
        planned(19, "soemmerda", "16068051", D1, "digital-strategy", 46_000, ending=too_late),
        planned(20, "bad-salzungen", "16063003", D1, "training", 27_500, shape="twice"),
        planned(21, "jena", "16053000", D1, "interfaces", 420_000, cut="staff", cut_euros=60_000),
        planned(22, "eisenberg", "16074018", D1, "document-management", 64_000, ending=in_review),
        planned(23, "poessneck", "16075085", D1, "information-security", 38_500, cut="elsewhere", cut_euros=7_200),
        planned(24, "leinefelde-worbis", "16061115", SUMMER_2025, "interfaces", 83_000, shape="refused"),
        planned(25, "heilbad-heiligenstadt", "16061045", SUMMER_2025, "training", 24_900, ending=refused, refusal="double"),
        planned(26, "schmalkalden", "16066063", SUMMER_2025, "document-management", 96_500, shape="twice"),
        planned(27, "zella-mehlis", "16066092", SUMMER_2025, "e-invoicing", 31_400),
        planned(28, "schmoelln", "16077043", SUMMER_2025, "interfaces", 58_200, cut="notebooks", cut_euros=6_300, shape="pro-rata"),
        planned(29, "zeulenroda-triebes", "16076087", SUMMER_2025, "digital-strategy", 44_000, ending=at_once),
        planned(30, "waltershausen", "16067072", SUMMER_2025, "information-security", 53_700, shape="partly"),
        planned(31, "bad-langensalza", "16064003", SUMMER_2025, "training", 36_200, attempts=own_certificate),
        planned(32, "artern", "16065086", SUMMER_2025, "document-management", 42_800, ending=refused, refusal="island"),
        planned(33, "neuhaus-am-rennweg", "16072013", SUMMER_2025, "interfaces", 47_600, shape="year-exhausted"),
        planned(34, "bleicherode", "16062066", SUMMER_2025, "e-invoicing", 26_700, cut="staff", cut_euros=5_100),
        planned(35, "schleusingen", "16069043", SUMMER_2025, "training", 21_300, ending=too_late, shape="twice"),
        planned(36, "bad-berka", "16071003", AUTUMN_2025, "interfaces", 39_900),
        planned(37, "grossbreitenbach", "16070058", AUTUMN_2025, "document-management", 55_000, cut="travel", cut_euros=3_300),
        planned(38, "koelleda", "16068034", AUTUMN_2025, "training", 18_700, shape="pro-rata"),
        planned(39, "hermsdorf", "16074041", AUTUMN_2025, "information-security", 62_000, ending=refused, refusal="financing"),
        planned(40, "kahla", "16074044", AUTUMN_2025, "interfaces", 34_800, shape="year-exhausted", attempts=own_proposal),
        planned(41, "schleiz", "16075098", AUTUMN_2025, "e-invoicing", 28_600, ending=in_review),
        planned(42, "bad-lobenstein", "16075062", AUTUMN_2025, "digital-strategy", 31_000, shape="twice"),
        planned(43, "weida", "16076079", AUTUMN_2025, "training", 25_200, cut="notebooks", cut_euros=4_400),
        planned(44, "meuselwitz", "16077032", AUTUMN_2025, "document-management", 49_300, shape="partly"),
    )  # fmt: skip


CASES: tuple[PlannedCase, ...] = with_late_use(changed((*_cases(), *further_cases(45))))
SMALL: tuple[PlannedCase, ...] = tuple(
    it
    for it in CASES
    if it.label
    in (
        "stadtilm", "arnstadt", "apolda", "saalfeld", "suhl", "soemmerda", "dingelstaedt", "ronneburg", "krayenberggemeinde",
        "bad-tabarz", "meuselwitz", "waltershausen", "schmalkalden", "bleicherode",
    )
)  # fmt: skip
"""One of each kind: paid, paid after two signatures, withdrawn at once, in review and too late, refused, of the first
summer, refused and granted under the later practice, kept waiting by the freeze, amended, lapsed,
revoked, retracted after a hearing that nobody answered, reduced by condition; with interest on money that was used late."""


def personal_values(cases: Sequence[PlannedCase] = CASES) -> tuple[str, ...]:
    """Names, mail addresses, account holders and IBANs that may lie nowhere unsealed."""
    return tuple(
        text for it in cases for text in (it.contact.name, it.contact.mail, it.contact.account_holder, it.contact.iban)
    )
