"""The checker's sums: cents in the ring, a grant's money from the budget to the treasury's book, and who approved it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.faults.evidence import Case, Row

LIMIT = 1_000_000


def _named(case: Case, service: str, *names: str) -> list[Row]:
    return [row for row in case.logs[service].rows if row.name in names]


def _sum(case: Case, service: str, name: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in _named(case, service, name):
        found[row.stream] += row.facts["cents"]
    return found


def the_puts(case: Case) -> Iterator[str]:
    """Per request: what was acknowledged is there, and no more than what was asked for."""
    asked, told, there = dict[str, int](), dict[str, int](), Counter[str]()
    for it in case.history:
        if it["act"] == "put":
            asked[it["key"]] = it["cents"]
            if it["told"] == "ok" and it.get("first") and not it["refusal"]:
                told[it["key"]] = it["cents"]
    for row in _named(case, "intake", "purse.put"):
        there[row.facts["note"]] += row.facts["cents"]
    yield from (
        f"{key}: {told.get(key, 0)} Cent bestätigt, {cents} verlangt, {there[key]} da"
        for key, cents in asked.items()
        if not told.get(key, 0) <= there[key] <= cents
    )


def no_more_than_fits(case: Case) -> Iterator[str]:
    """No purse holds more than its limit, and what was put in two at once is in both or in neither."""
    there = _sum(case, "intake", "purse.put")
    yield from (f"{stream}: {cents} Cent" for stream, cents in there.items() if cents > LIMIT)
    both = {it["key"] for it in case.history if it["act"] == "both"}
    found = Counter(row.facts["note"] for row in _named(case, "intake", "purse.put") if row.facts["note"] in both)
    yield from (f"{note} liegt nur in einer von zwei Börsen" for note, times in found.items() if times != 2)


def no_cent_less(case: Case) -> Iterator[str]:
    """What was put in intake is in review's purse, in payout's, and came back."""
    yield from (f"{where}: {there} Cent von {put}" for where, there, put in _in_the_ring(case) if there < put)


def no_cent_more(case: Case) -> Iterator[str]:
    """Nothing is in a purse that was not put in intake."""
    yield from (f"{where}: {there} Cent statt {put}" for where, there, put in _in_the_ring(case) if there > put)


def _in_the_ring(case: Case) -> Iterator[tuple[str, int, int]]:
    put = _sum(case, "intake", "purse.put")
    for service, name in (("review", "purse.mirrored"), ("payout", "purse.mirrored"), ("intake", "purse.returned")):
        there = _sum(case, service, name)
        for stream in sorted(put.keys() | there.keys()):
            yield f"{service} {name} {stream}", there[stream], put[stream]


# ---- A grant's money ------------------------------------------------------------------------------------------------


def _by_year(rows: list[Row]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for row in rows:
        case = row.facts.get("case") or row.context["correlation"]
        for it in row.facts["by_year"]:
            found[case, it["year"]] += it["cents"]
    return found


def the_money(case: Case) -> Iterator[str]:
    """Per case and year: paid = ordered − returned ≤ assigned ≤ committed, and all committed ≤ available; in all books."""
    orders = {row.facts["payment"]: row.facts for row in _named(case, "payout", "payout.payment-ordered")}
    names = {it["reference"]: name for name, it in orders.items()}
    assigned, committed = (
        _by_year(_named(case, "review", name)) for name in ("review.funds-assigned", "review.funds-committed")
    )
    planned = _by_year(_named(case, "payout", "payout.plan-opened"))
    ordered = _per_case(orders, [(name, it["cents"]) for name, it in orders.items()])
    refused = [_payment(row) for row in _named(case, "payout", "payout.payment-rejected", "payout.payment-cancelled")]
    returned = _per_case(orders, [(name, orders[name]["cents"]) for name in refused])
    booked = [it for it in case.bookings if it.state == "booked"]
    settled = [(_payment(row), row.facts["cents"]) for row in _named(case, "payout", "payout.payment-settled")]
    recorded = [(row.facts["payment"], row.facts["cents"]) for row in _named(case, "review", "review.payment-recorded")]
    paid = {
        "im Buch der Kasse": _per_case(orders, [(names.get(it.reference, ""), it.cents) for it in booked]),
        "bei payout": _per_case(orders, settled),
        "im Haushalt": _per_case(orders, recorded),
    }
    yield from (f"die Kasse zahlte {it.reference}, das niemand anordnete" for it in booked if it.reference not in names)
    yield from (f"{it.reference} kam ein zweites Mal zur Kasse" for it in case.bookings if it.state == "duplicate")
    if assigned != planned:
        yield f"zugewiesen {dict(assigned)}, angekommen {dict(planned)}"
    for key in sorted(ordered.keys() | assigned.keys()):
        for where, amounts in paid.items():
            if amounts[key] != ordered[key] - returned[key]:
                yield f"{key}: {amounts[key]} gezahlt {where}, {ordered[key]} angeordnet, {returned[key]} zurück"
        if not ordered[key] - returned[key] <= assigned[key] <= committed[key]:
            yield f"{key}: {ordered[key]} angeordnet, {assigned[key]} zugewiesen, {committed[key]} festgelegt"
    yield from _beyond_the_budget(case, committed)
    yield from _after_the_year(case)


_ENTERED = (
    ("paid", "payout.payment-settled", "review.payment-recorded"),
    ("returned", "payout.payment-returned", "review.payment-reversed"),
)


def the_entries(case: Case) -> Iterator[str]:
    """Each settled payment is entered in a budget once, each that came back is countered there once, and payout noted just that."""
    noted = _named(case, "payout", "payout.budget-entry-noted")
    for kind, moved, entered in _ENTERED:
        payments = Counter(_payment(row) for row in _named(case, "payout", moved))
        entries = [
            (row.facts["payment"], row.facts["entry"], row.facts["cents"]) for row in _named(case, "review", entered)
        ]
        heard = [
            (row.facts["payment"], row.facts["entry"], row.facts["cents"]) for row in noted if row.facts["kind"] == kind
        ]
        times = Counter(payment for payment, _, _ in entries)
        yield from (
            f"{it}: {times[it]}-mal im Haushalt ({kind}), {payments[it]}-mal bei payout"
            for it in sorted(payments.keys() | times.keys())
            if (payments[it], times[it]) != (1, 1)
        )
        yield from (
            f"{payment}: Eintrag {entry} über {cents} ({kind}) steht {heard.count(one)}-mal bei payout, {entries.count(one)}-mal im Haushalt"
            for one in sorted({*entries, *heard})
            if (entries.count(one), heard.count(one)) != (1, 1)
            for payment, entry, cents in [one]
        )


def _after_the_year(case: Case) -> Iterator[str]:
    """A year's money is ordered while the year lasts: in the log nothing of a later year may lie before the order."""
    latest = ""
    for row in case.logs["payout"].rows:
        if row.name == "payout.payment-ordered" and latest > str(row.facts["year"]):
            yield f"{row.facts['payment']}: für {row.facts['year']} angeordnet, als das Jahr vorüber war"
        latest = max(latest, row.context["at"][:4])


def _payment(row: Row) -> str:
    return row.stream.removeprefix("payment-")


def _per_case(orders: Mapping[str, Mapping[str, Any]], amounts: Iterable[tuple[str, int]]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for name, cents in amounts:
        if it := orders.get(name):
            found[it["case"], it["year"]] += cents
    return found


def _beyond_the_budget(case: Case, committed: Counter[tuple[str, int]]) -> Iterator[str]:
    available: Counter[int] = Counter()
    for row in _named(case, "review", "review.budget-opened"):
        available[row.facts["year"]] += row.facts["appropriation_cents"]
        for it in row.facts["authorisations"]:
            available[it["year"]] += it["cents"]
    total: Counter[int] = Counter()
    for (_, year), cents in committed.items():
        total[year] += cents
    yield from (f"{year}: {it} festgelegt von {available[year]}" for year, it in total.items() if it > available[year])


# ---- Who approved it ------------------------------------------------------------------------------------------------


def the_approvals(case: Case) -> Iterator[str]:
    """No payment reached the treasury without everyone who must approve it, each another person where the law says so."""
    orders = {row.facts["reference"]: row.facts for row in _named(case, "payout", "payout.payment-ordered")}
    batches = {row.facts["file_sha256"]: row for row in _named(case, "payout", "payout.batch-sealed")}
    parts = _named(case, "payout", "payout.batch-listed")
    released = {row.stream: row.facts["released_by"] for row in _named(case, "payout", "payout.batch-released")}
    drawdowns = _drawdowns(case)
    granted = _granted(case)
    for it in case.orders:
        order, sealed = orders.get(it.reference), batches.get(it.file_sha256)
        if order is None or sealed is None:
            yield f"{it.file}: {it.reference} wurde nicht angeordnet oder nicht so versiegelt"
            continue
        listed = [one for row in parts if row.stream == sealed.stream for one in row.facts["entries"]]
        entries = [(one["reference"], one["cents"]) for one in (*listed, *sealed.facts["entries"])]
        if order["cents"] != it.cents or entries.count((it.reference, it.cents)) != 1:
            yield f"{it.reference}: {it.cents} Cent in der Datei, {order['cents']} angeordnet"
        steps = drawdowns[order["case"], order["drawdown"]]
        acted = [steps.get("certified_by"), order["ordered_by"], released.get(sealed.stream)]
        if not all(acted) or len(set(acted)) != 3 or not steps.get("examined_by"):
            yield f"{it.reference}: geprüft, festgestellt, angeordnet, freigegeben von {steps.get('examined_by')}, {acted}"
        if steps.get("accepted_cents") != it.cents or steps.get("certified_cents") != it.cents:
            yield f"{it.reference}: {steps.get('certified_cents')} Cent wurden festgestellt, {it.cents} gezahlt"
        if order["case"] not in granted:
            yield f"{it.reference}: kein Bescheid einer anderen Person mit festgelegten Mitteln"


def _drawdowns(case: Case) -> Mapping[tuple[str, str], dict[str, Any]]:
    found: Mapping[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in case.logs["payout"].rows:
        steps = found[row.stream.removeprefix("disbursement-"), row.facts.get("drawdown", "")]
        match row.name:
            case "payout.drawdown-accepted" | "payout.drawdown-reduced":
                steps |= {it: row.facts[it] for it in ("accepted_cents", "examined_by")}
            case "payout.drawdown-certified":
                steps |= {"certified_cents": row.facts["accepted_cents"], "certified_by": row.facts["certified_by"]}
            case _:
                continue
    return found


def _granted(case: Case) -> set[str]:
    """Cases whose grant another person approved than proposed it, with money committed for it."""
    proposed = {
        row.context["correlation"]: row.facts["proposed_by"] for row in _named(case, "review", "review.award-proposed")
    }
    committed = {row.facts["case"] for row in _named(case, "review", "review.funds-committed")}
    return {
        it
        for row in _named(case, "review", "review.grant-approved")
        if (it := row.context["correlation"]) in committed and row.facts["approved_by"] != proposed.get(it)
    }


def settled(case: Case) -> bool:
    """Whether every payment that was ordered was settled and is in the budget, and payout heard of that."""
    ordered = _named(case, "payout", "payout.payment-ordered")
    entered = _named(case, "review", "review.payment-recorded"), _named(case, "payout", "payout.budget-entry-noted")
    return bool(ordered) and all(len(ordered) == len(it) for it in entered)
