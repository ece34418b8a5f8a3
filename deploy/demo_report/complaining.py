"""What does not hold, in German sentences."""

from collections.abc import Sequence

from deploy.demo_plan import (
    PlannedCase,
)
from deploy.demo_report.expecting import expected, expected_accounts
from deploy.demo_report.results import Account, Outcome, Result
from shared.decider import replace
from shared.money import euros


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
