"""What came of the year: counted, compared with what had to come of it, and told to a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from deploy.demo_plan import (
    AMENDMENTS,
    APPROPRIATION_CENTS,
    AUTHORISATIONS,
    BUDGET_OPENED_ON,
    BUDGET_TITLE,
    FREEZE_ON,
    STAYS_FROZEN_CENTS,
    Ending,
    PlannedCase,
)
from shared.decider import replace, value
from shared.money import euros


@value
class Outcome:
    """How a case stands in intake at the end, in the words of the applicant's status; amounts in cents.

    Of an award that was changed review tells what it is now: `amended`, or how it fell away.
    """

    status: str
    applied_cents: int
    awarded_cents: int
    ordered_cents: int
    settled_cents: int


@value
class Account:
    """One year's account in one budget, as review tells it; amounts in cents."""

    title: str
    budget_year: int
    year: int
    available_cents: int
    reserved_cents: int
    committed_cents: int
    paid_cents: int


@value
class Proof:
    """What the offline verifier said about the export."""

    verified: bool
    size: int
    root: str
    heads: Mapping[str, int]
    said: str


@value
class Recount:
    """What the second reckoning made of the export's bytes: the same accounts, what was paid, whose acts exclude each other.

    `settled` is cents by budget year; `unread` names events that the second reckoning does not know.
    """

    accounts: Sequence[Account]
    settled: Mapping[int, int]
    acts: int
    refused_attempts: int
    violations: Sequence[str]
    unread: Sequence[str]


@value
class ClaimFound:
    """A claim at the end: `ordered` when the treasury took the order to collect it (Annahmeanordnung)."""

    demanded_cents: int
    received_cents: int
    ordered: bool
    settled: bool


@value
class Result:
    """Everything that was found at the end. `book` is the simulated treasury's own, `trace` d1's."""

    cases: Mapping[str, Outcome]
    accounts: Sequence[Account]
    refused_attempts: int
    book: Mapping[str, Any]
    proof: Proof
    recount: Recount
    closed_days: int
    overdue_files: Sequence[str]
    claims: Sequence[ClaimFound]
    trace_services: int
    trace_spans: int
    seconds: float


def expected(case: PlannedCase) -> Outcome:
    """What has to come of a case, from its plan alone."""
    granted = case.granted
    awarded, paid = (sum(case.kept.values()), case.paid_cents) if granted else (0, 0)
    if case.change and case.alters:
        status = "amended" if case.change.kind in AMENDMENTS else str(case.change.kind)
    elif granted:
        status = "proof-accepted" if case.proves_on else "paid" if paid == awarded else "partly-paid"
    else:
        refused = case.ending in (Ending.REFUSED, Ending.CLOSED_BY_PRACTICE)
        status = "refused" if refused else "withdrawn"
    return Outcome(
        status=status, applied_cents=case.applied_cents, awarded_cents=awarded, ordered_cents=paid, settled_cents=paid
    )


def expected_accounts(cases: Sequence[PlannedCase]) -> Sequence[Account]:
    """What the budgets have to say at the end: a year's promises for later years are carried into the next one's."""
    found: list[Account] = []
    carried: Mapping[int, int] = {}
    for budget, votes in AUTHORISATIONS.items():
        committed = {budget: 0, **dict.fromkeys(votes, 0), **carried}
        for case in cases:
            if case.granted and case.days.approved.year == budget:
                for year, cents in case.kept.items():
                    committed[year] = committed.get(year, 0) + cents
        paid = sum(it.accepted_cents for case in cases if case.granted for it in case.drawdowns if it.year == budget)
        cash = APPROPRIATION_CENTS - (STAYS_FROZEN_CENTS if budget == FREEZE_ON.year else 0)
        found.append(_account(budget, budget, cash, committed[budget] - paid, paid))
        found += [
            _account(budget, year, votes.get(year, 0) + carried.get(year, 0), cents)
            for year, cents in sorted(committed.items())
            if year > budget
        ]
        carried = {year: cents for year, cents in committed.items() if year > budget and cents}
    return found


def _account(budget_year: int, year: int, available: int, committed: int, paid_cents: int = 0) -> Account:
    return Account(
        title=BUDGET_TITLE, budget_year=budget_year, year=year, available_cents=available, reserved_cents=0,
        committed_cents=committed, paid_cents=paid_cents,
    )  # fmt: skip


def complaints(cases: Sequence[PlannedCase], result: Result) -> Sequence[str]:
    """What does not hold, in German sentences; empty when all is well."""
    found: list[str] = []
    for case in cases:
        has, must = result.cases[case.label], expected(case)
        if has != must:
            found.append(f"{case.label}: {_told(has)} statt {_told(must)}.")
    planned = [it.accepted_cents for case in cases for it in case.drawdowns if it.accepted_cents and _granted(case)]
    totals, cents = result.book["totals"], result.book["cents"]
    if (totals["ordered"], totals["settled"]) != (len(planned), len(planned)) or totals["duplicate"]:
        found.append(
            f"Die Kasse nennt {totals['ordered']} angeordnete, {totals['settled']} gezahlte und "
            f"{totals['duplicate']} doppelte Zahlungen statt {len(planned)}, {len(planned)} und 0."
        )
    ordered = sum(it.ordered_cents for it in result.cases.values())
    settled = sum(it.settled_cents for it in result.cases.values())
    if not ordered == settled == cents["settled"] == sum(planned):
        found.append(
            f"Angeordnet {euros(ordered)}, gezahlt {euros(settled)}, nach dem Buch der Kasse "
            f"{euros(cents['settled'])}: erwartet war überall {euros(sum(planned))}."
        )
    for reference, it in result.book["payments"].items():
        if it["bookings"] != 1:
            found.append(f"Die Kasse hat {reference} {it['bookings']}-mal gebucht.")
    days = {it.on for case in cases for it in case.drawdowns if it.accepted_cents and _granted(case)}
    days |= {it.late_use.repaid_on for it in cases if it.late_use}
    if result.closed_days != len(days):
        found.append(f"Abgeschlossen sind {result.closed_days} von {len(days)} Buchungstagen.")
    if result.overdue_files:
        found.append(
            f"Bei der Kasse sind {len(result.overdue_files)} Dateien überfällig, zuerst {result.overdue_files[0]}."
        )
    tried = sum(len(case.attempts) for case in cases)
    if result.refused_attempts != tried:
        found.append(
            f"Von {tried} verbotenen Handlungen sind {result.refused_attempts} als zurückgewiesen festgehalten."
        )
    found += _claim_complaints(cases, result)
    found += _budget_complaints(cases, result)
    found += _recount_complaints(result)
    if not result.proof.verified:
        found.append(f"Die Ausfuhr der Prüfkette besteht die Prüfung nicht: {result.proof.said}")
    return found


def _claim_complaints(cases: Sequence[PlannedCase], result: Result) -> Sequence[str]:
    planned = sum(it.late_use is not None for it in cases)
    if len(result.claims) != planned:
        return [f"Von {planned} Forderungen sind {len(result.claims)} bekannt."]
    return [
        f"Auf eine Forderung über {euros(it.demanded_cents)} kamen {euros(it.received_cents)} ein."
        for it in result.claims
        if not it.settled or it.received_cents != it.demanded_cents or not it.demanded_cents
    ]


def _granted(case: PlannedCase) -> bool:
    return expected(case).awarded_cents > 0


def _budget_complaints(cases: Sequence[PlannedCase], result: Result) -> Sequence[str]:
    must = {(it.budget_year, it.year): it for it in expected_accounts(cases)}
    has = {(it.budget_year, it.year): it for it in result.accounts}
    return [
        f"Haushalt {budget}, Jahr {year}: {_figures(has.get((budget, year)))} statt {_figures(must.get((budget, year)))}."
        for budget, year in sorted(must.keys() | has.keys())
        if must.get((budget, year)) != has.get((budget, year))
    ]


def is_consistent(result: Result) -> bool:
    """Whether the budgets as the house tells them are those that the second reckoning adds up from the raw events."""
    return not _recount_complaints(replace(result, recount=replace(result.recount, violations=())))


def _recount_complaints(result: Result) -> Sequence[str]:
    recount = result.recount
    house, second = (
        {(it.title, it.budget_year, it.year): it for it in of} for of in (result.accounts, recount.accounts)
    )
    found = [
        f"Titel {title}, Haushalt {budget}, Jahr {year}: das Haus nennt {_figures(house.get((title, budget, year)))}, "
        f"die Zweitrechnung {_figures(second.get((title, budget, year)))}."
        for title, budget, year in sorted(house.keys() | second.keys())
        if house.get((title, budget, year)) != second.get((title, budget, year))
    ]
    paid: dict[int, int] = {}
    for it in result.accounts:
        paid[it.budget_year] = paid.get(it.budget_year, 0) + it.paid_cents
    found += [
        f"Haushalt {year}: gebucht sind {euros(paid.get(year, 0))}, gezahlt wurden {euros(recount.settled.get(year, 0))}."
        for year in sorted(paid.keys() | recount.settled.keys())
        if paid.get(year, 0) != recount.settled.get(year, 0)
    ]
    found += [f"Die Zweitrechnung kennt {topic} nicht." for topic in recount.unread]
    if recount.refused_attempts < result.refused_attempts:
        found.append(f"Die Zweitrechnung findet nur {recount.refused_attempts} zurückgewiesene Handlungen.")
    return [*found, *(f"Funktionstrennung verletzt: {it}" for it in recount.violations)]


def _told(it: Outcome) -> str:
    return (
        f"{it.status}, beantragt {euros(it.applied_cents)}, bewilligt {euros(it.awarded_cents)}, "
        f"angeordnet {euros(it.ordered_cents)}, gezahlt {euros(it.settled_cents)}"
    )


def _figures(it: Account | None) -> str:
    if it is None:
        return "nichts"
    return (
        f"verfügbar {euros(it.available_cents)}, vorgemerkt {euros(it.reserved_cents)}, "
        f"festgelegt {euros(it.committed_cents)}, gezahlt {euros(it.paid_cents)}"
    )


_CHANGED: Mapping[str, str] = {
    "amended": "amended",
    "lapsed": "lapse",
    "revoked": "revocation",
    "retracted": "retraction",
    "reduced": "resolutory-condition",
}


def summary(result: Result) -> Mapping[str, Any]:
    """What `summary.json` holds."""
    outcomes = result.cases.values()
    awarded = [it for it in outcomes if it.awarded_cents]
    return {
        "applications": {
            "submitted": len(outcomes),
            "awarded": len(awarded),
            "refused": sum(it.status == "refused" for it in outcomes),
            "withdrawn": sum(it.status == "withdrawn" for it in outcomes),
        },
        "changed": {name: sum(it.status == status for it in outcomes) for name, status in _CHANGED.items()},
        "cents": {
            "applied": sum(it.applied_cents for it in outcomes),
            "awarded": sum(it.awarded_cents for it in outcomes),
            "ordered": sum(it.ordered_cents for it in outcomes),
            "settled": sum(it.settled_cents for it in outcomes),
        },
        "payments": {name: result.book["totals"][name] for name in ("ordered", "settled", "duplicate")},
        "budget": {
            "consistent": is_consistent(result),
            "statement": [
                {
                    "title": it.title,
                    "budget_year": it.budget_year,
                    "year": it.year,
                    "available": it.available_cents,
                    "reserved": it.reserved_cents,
                    "committed": it.committed_cents,
                    "paid": it.paid_cents,
                }
                for it in result.accounts
            ],
        },
        "reconciliation": {"closed_days": result.closed_days, "overdue_files": len(result.overdue_files)},
        "claims": {
            "demanded": len(result.claims),
            "ordered": sum(it.ordered for it in result.claims),
            "settled": sum(it.settled for it in result.claims),
            "demanded_cents": sum(it.demanded_cents for it in result.claims),
            "received_cents": sum(it.received_cents for it in result.claims),
        },
        "sod": {
            "violations": len(result.recount.violations),
            "acts": result.recount.acts,
            "refused_attempts": result.recount.refused_attempts,
        },
        "events": dict(result.proof.heads),
        "ledger": {"size": result.proof.size, "root": result.proof.root, "verified": result.proof.verified},
        "trace": {"services": result.trace_services, "spans": result.trace_spans},
        "seconds": round(result.seconds, 1),
        "cases": {
            label: {
                "status": it.status,
                "applied": it.applied_cents,
                "awarded": it.awarded_cents,
                "ordered": it.ordered_cents,
                "settled": it.settled_cents,
            }
            for label, it in sorted(result.cases.items())
        },
    }


_ROWS: Sequence[tuple[str, frozenset[Ending], frozenset[str]]] = (
    ("bewilligt, verwendet und nachgewiesen", frozenset({Ending.AWARDED}), frozenset({"proof-accepted"})),
    ("bewilligt, ausgezahlt", frozenset({Ending.AWARDED}), frozenset({"paid"})),
    ("bewilligt, teils abgerufen", frozenset({Ending.AWARDED}), frozenset({"partly-paid"})),
    ("geändert", frozenset({Ending.AWARDED}), frozenset({"amended"})),
    ("gegenstandslos", frozenset({Ending.AWARDED}), frozenset({"lapse"})),
    ("teils widerrufen", frozenset({Ending.AWARDED}), frozenset({"revocation"})),
    ("teils zurückgenommen (§ 48)", frozenset({Ending.AWARDED}), frozenset({"retraction"})),
    ("durch Bedingung gekürzt", frozenset({Ending.AWARDED}), frozenset({"resolutory-condition"})),
    (
        "zu spät zurückgenommen",
        frozenset({Ending.WITHDRAWN_TOO_LATE}),
        frozenset({"paid", "partly-paid", "proof-accepted"}),
    ),
    ("nach neuer Praxis abgelehnt", frozenset({Ending.CLOSED_BY_PRACTICE}), frozenset({"refused"})),
    ("abgelehnt", frozenset({Ending.REFUSED}), frozenset({"refused"})),
    (
        "zurückgenommen",
        frozenset({Ending.WITHDRAWN_AT_ONCE, Ending.WITHDRAWN_IN_REVIEW}),
        frozenset({"withdrawn"}),
    ),
)


def show(console: Console, cases: Sequence[PlannedCase], result: Result, names: Mapping[str, str]) -> None:
    """The years on one screen. `names` are the municipalities' names by key."""
    table = Table(title="Die Programmjahre", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("Ausgang")
    for title in ("Anträge", "beantragt", "bewilligt", "angeordnet", "gezahlt"):
        table.add_column(title, justify="right", no_wrap=True)
    told: set[str] = set()
    for title, endings, statuses in _ROWS:
        chosen = [it.label for it in cases if it.ending in endings and result.cases[it.label].status in statuses]
        told.update(chosen)
        if chosen:
            table.add_row(title, *_sums([result.cases[label] for label in chosen]))
    if other := [result.cases[it.label] for it in cases if it.label not in told]:
        table.add_row("anders", *_sums(other))
    table.add_section()
    table.add_row("zusammen", *_sums(list(result.cases.values())))
    console.print(table)
    for case in cases:
        if case.label == "stadtilm":
            _say(console, _example(case, result.cases[case.label], names.get(case.key, case.label)))
    _show_proofs(console, cases, result)


def _sums(outcomes: Sequence[Outcome]) -> Sequence[str]:
    return [
        str(len(outcomes)),
        euros(sum(it.applied_cents for it in outcomes)),
        euros(sum(it.awarded_cents for it in outcomes)),
        euros(sum(it.ordered_cents for it in outcomes)),
        euros(sum(it.settled_cents for it in outcomes)),
    ]


def _example(case: PlannedCase, has: Outcome, name: str) -> str:
    drawn = " + ".join(f"{euros(it.accepted_cents)} ({it.on:%d.%m.%Y})" for it in case.drawdowns)
    return (
        f"{name}: Ausgaben {euros(case.expenditure_cents)}, davon zuwendungsfähig "
        f"{euros(sum(it.eligible_cents for it in case.lines))}, bewilligt {euros(has.awarded_cents)}, "
        f"gezahlt {euros(has.settled_cents)} = {drawn}"
    )


def _say(console: Console, sentence: str) -> None:
    """A line that the terminal may wrap, not a table's width."""
    console.print(sentence, soft_wrap=True, highlight=False)


def _show_proofs(console: Console, cases: Sequence[PlannedCase], result: Result) -> None:
    totals, cents, proof = result.book["totals"], result.book["cents"], result.proof
    _say(
        console,
        f"Buch der Kasse: {totals['settled']} von {totals['ordered']} Zahlungen gebucht, {totals['duplicate']} doppelt, "
        f"zusammen {euros(cents['settled'])}",
    )
    _say(
        console,
        f"Abgeschlossen: {result.closed_days} Buchungstage, jeder mit Kontoauszug, Zahlungen und Haushalt auf den Cent; "
        f"dazu der Titel in {len(BUDGET_OPENED_ON)} Haushaltsjahren",
    )
    for it in result.claims:
        how = "der Kasse zur Annahme angeordnet" if it.ordered else "als Eingang erwartet"
        _say(
            console,
            f"Forderung: {euros(it.demanded_cents)} Zinsen für spät verwendetes Geld, {how}, eingegangen {euros(it.received_cents)}",
        )
    for it in result.accounts:
        if it.year == it.budget_year:
            _say(
                console,
                f"Haushalt {it.year}: von {euros(it.available_cents)} festgelegt {euros(it.committed_cents)}, "
                f"gezahlt {euros(it.paid_cents)}",
            )
    heads = ", ".join(f"{service} {position}" for service, position in proof.heads.items())
    _say(console, f"Ereignisse: {heads}")
    word = "nachgerechnet und unverändert" if proof.verified else "NICHT bestätigt"
    _say(console, f"Prüfkette: {proof.size} Blätter, Wurzel {proof.root[:16]}…, {word}")
    _say(console, f"Spur eines Falls: {result.trace_spans} Schritte in {result.trace_services} Diensten")
    _say(console, f"{len(cases)} Anträge in {result.seconds:.0f} Sekunden")
