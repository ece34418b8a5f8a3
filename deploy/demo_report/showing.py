"""The years on one screen."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from deploy.demo_plan import (
    BUDGET_OPENED_ON,
    Ending,
    PlannedCase,
)
from deploy.demo_report.results import Outcome, Result
from shared.money import euros

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
