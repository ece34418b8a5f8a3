"""Viele weitere Anträge der Vorführung, Runde für Runde: what each is about follows from its number."""

from collections.abc import Sequence

from deploy.demo_making import planned
from deploy.demo_plan import NEW_PRACTICE_ON, Attempt, Days, EarlyStart, Ending, PlannedCase, Supply
from deploy.demo_waves import AUTUMN_2024, LATE_SUMMER_2024, SPRING_2026, WINTER_2025, WINTER_2026

OPEN_ITEMS = ("interfaces", "training")
"""What the later practice still grants (Ziffer 2c and 2f)."""
ITEMS_BY_TURN = (
    "interfaces",
    "training",
    "document-management",
    "e-invoicing",
    "information-security",
    "digital-strategy",
)
SHAPES_BY_TURN = ("plain", "year-exhausted", "pro-rata", "twice", "refused", "partly", "plain")
CUTS_BY_TURN = ("", "notebooks", "", "", "staff", "", "travel", "", "")
ENDINGS_BY_TURN: Sequence[tuple[Ending, str]] = (
    (Ending.AWARDED, ""), (Ending.AWARDED, ""), (Ending.REFUSED, "island"), (Ending.AWARDED, ""), (Ending.AWARDED, ""),
    (Ending.WITHDRAWN_IN_REVIEW, ""), (Ending.AWARDED, ""), (Ending.AWARDED, ""), (Ending.REFUSED, "financing"),
    (Ending.AWARDED, ""), (Ending.WITHDRAWN_TOO_LATE, ""), (Ending.AWARDED, ""), (Ending.AWARDED, ""),
    (Ending.WITHDRAWN_AT_ONCE, ""), (Ending.AWARDED, ""), (Ending.AWARDED, ""), (Ending.REFUSED, "double"),
)  # fmt: skip
COST_KEYS_BY_TURN = ("agreed", "inhabitants", "equal")
ATTEMPTS_BY_TURN: Sequence[tuple[Attempt, ...]] = (
    (), (), (Attempt.OWN_PROPOSAL,), (), (), (Attempt.OWN_CERTIFICATE,), (), (), (), (), (),
)  # fmt: skip

ROUNDS: Sequence[tuple[Days, str]] = (
    (LATE_SUMMER_2024, """
        dingelstaedt 16061118 bad-frankenhausen 16065003 ohrdruf 16067053 steinbach-hallenberg 16066069
        neustadt-an-der-orla 16075073 gerstungen 16063097 geratal 16070057 foeritztal 16072024 unterwellenborn 16073111
        bad-sulza 16071004 amt-wachsenburg 16070028 georgenthal 16067092 drei-gleichen 16067089 nessetal 16067091
        bad-liebenstein 16063099 harztor 16062065 eisfeld 16069012 rossleben-wiehe 16065087
    """),
    (AUTUMN_2024, """
        nobitz 16077036 friedrichroda 16067019 koenigsee 16073112 am-ettersberg 16071102 dermbach 16063015 stadtroda 16074094
        buttstaedt 16068063 blankenhain 16071008 roemhild 16069062 grammetal 16071103 wutha-farnroda 16063092
        ilmtal-weinstrasse 16071101 werra-suhl-tal 16063103 unstruttal 16064071 hoerselberg-hainich 16063098
        bad-blankenburg 16073005
    """),
    (WINTER_2025, """
        an-der-schmuecke 16065088 nesse-apfelstaedt 16067087 nottertal-heilinger-hoehen 16064077 floh-seligenthal 16066023
        kaltennordheim 16066095 treffurt 16063076 greussen 16065089 brotterode-trusetal 16066074 frankenblick 16072023
        uhlstaedt-kirchhasel 16073109 grabfeld 16066094 ellrich 16062005 niederorschel 16061074 wasungen 16066086
        dornburg-camburg 16074011 ruhla 16063066
    """),
    (WINTER_2026, """
        ronneburg 16076061 krayenberggemeinde 16063101 amt-creuzburg 16063104 vacha 16063082 geisa 16063032 hoersel 16067088
        heringen 16062064 breitungen 16066013 mohlsdorf-teichwolframsdorf 16076093 barchfeld-immelborn 16063004
        sonnenstein 16061117 tambach-dietharz 16067065
    """),
    (SPRING_2026, """
        vogtei 16064075 bad-tabarz 16067064 langenwetzendorf 16076039 kindelbrueck 16068064 kyffhaeuserland 16065085
        rosenthal-am-rennsteig 16075136 weissensee 16068058 kraftsdorf 16076089 bad-koestritz 16076003 am-ohmberg 16061116
        triptis 16075116 steinach 16072019 lucka 16077028 goessnitz 16077012 tanna 16075132 schwarzatal 16073113
        auma-weidatal 16076092 bad-klosterlausnitz 16074003 heldburg 16069063 remptendorf 16075134
    """),
)  # fmt: skip
"""Labels and official keys of the applicants of each round."""


def further_cases(first: int) -> Sequence[PlannedCase]:
    """One case of every municipality of every round; `first` is the number of the first."""
    named = [(days, name) for days, names in ROUNDS for name in _pairs(names)]
    keys = [key for _, (_, key) in named]
    return [
        _case(first + place, days, label, key, _partners(place, keys))
        for place, (days, (label, key)) in enumerate(named)
    ]


def _partners(place: int, keys: Sequence[str]) -> tuple[str, ...]:
    """Every fifth case is a cooperation, with one to three of the municipalities that come next in the list."""
    return tuple(keys[place + 1 : place + 2 + place % 3]) if place % 5 == 2 else ()


def _pairs(names: str) -> Sequence[tuple[str, str]]:
    words = names.split()
    return list(zip(words[::2], words[1::2], strict=True))


def _case(number: int, days: Days, label: str, key: str, partners: tuple[str, ...]) -> PlannedCase:
    ending, refusal = _turn(ENDINGS_BY_TURN, number)
    items = OPEN_ITEMS if days.submitted >= NEW_PRACTICE_ON else ITEMS_BY_TURN
    item = _turn(items, number)
    if days.proposed < NEW_PRACTICE_ON <= days.approved and ending is not Ending.WITHDRAWN_AT_ONCE:
        open_still = item in OPEN_ITEMS
        ending, refusal = (Ending.AWARDED, "") if open_still else (Ending.CLOSED_BY_PRACTICE, "practice")
    cut = _turn(CUTS_BY_TURN, number)
    return planned(
        number, label, key, days, item, 18_000 + number * 7_919 % 97 * 900,
        ending=ending, refusal=refusal, cut=cut, cut_euros=1_500 + number % 7 * 600 if cut else 0,
        shape=_turn(SHAPES_BY_TURN, number),
        supply=Supply.IN_TIME if number % 7 == 3 else Supply.NOTHING_MISSING, early_start=_early_start(number, ending),
        partners=partners, cost_key=_turn(COST_KEYS_BY_TURN, len(partners)) if partners else "",
        attempts=_turn(ATTEMPTS_BY_TURN, number) if ending is Ending.AWARDED else (),
    )  # fmt: skip


def _early_start(number: int, ending: Ending) -> EarlyStart:
    if number % 6 != 1 or ending not in (Ending.AWARDED, Ending.REFUSED):
        return EarlyStart.NOT_ASKED
    return EarlyStart.APPROVED if ending is Ending.AWARDED else EarlyStart.REFUSED


def _turn[T](of: Sequence[T], number: int) -> T:
    return of[number % len(of)]
