"""What is asked of the lists."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.payout import clearing, report
from services.payout.views.payments import PAYMENT_STATUSES
from shared.records import replace
from shared.views import Body, Page, Views


def paid_twice(seen: Views) -> int:
    """How many open items are about money that may have left twice."""
    return sum(seen.count("clearing", it) for it in clearing.PAID_TWICE)


def payee_checks_missed(seen: Views, today: date) -> int:
    """How many payments are held beyond the day by which somebody had to decide on their payee."""
    held = seen.find("payments", grp="held", limit=1_000).entries
    return sum(it.body["decide_by_on"] is not None and it.body["decide_by_on"] < today.isoformat() for it in held)


def listed(views: Views, name: str, status: str | None, after: str, limit: int, *, newest_first: bool = False) -> Page:
    """A page of `cases`, `payments`, `batches`, `reports`, `clearing` or `holds`, all of them or those of one status."""
    found = views.find(name, grp=status, after=after, limit=limit, newest_first=newest_first)
    return _with_file_numbers(views, found) if name == "holds" else found


def _with_file_numbers(views: Views, found: Page) -> Page:
    """Holds with the file numbers of their cases: lists that are made anew may read a hold before its case."""
    cases = views.bodies("cases", [it.body["case"] for it in found.entries])
    numbers = {case: body["file_number"] for case, body in cases.items()}
    return replace(
        found,
        entries=[
            replace(it, body=it.body | {"file_number": numbers.get(it.body["case"], it.body["file_number"])})
            for it in found.entries
        ],
    )


def ordered_payments(views: Views, limit: int) -> Sequence[str]:
    """Payments that lie in no batch yet, oldest first."""
    return [it.key for it in views.find("payments", grp="ordered", limit=limit).entries]


def ordered_cases(views: Views, limit: int) -> Sequence[str]:
    """The cases of these payments, one for each."""
    return [it.body["case"] for it in views.find("payments", grp="ordered", limit=limit).entries]


def outgoing(views: Views, limit: int = 50) -> Sequence[tuple[str, bool]]:
    """Released batches and approved requests to cancel (then true) of which it is not proved that the treasury holds them.

    In the order of their running numbers, in which alone the treasury takes them; without numbers the oldest first.
    """
    found = [(it.body["number"], it.key, False) for it in views.find("outgoing", limit=limit).entries]
    found += [(it.body["number"], it.key, True) for it in views.find("outgoing-recalls", limit=limit).entries]
    return [(name, asks_back) for _, name, asks_back in sorted(found, key=lambda it: it[0])]


def batches_of_references(views: Views, references: frozenset[str]) -> frozenset[str]:
    """The batches in which payments of these references lie; unknown references have none."""
    return frozenset(it["batch"] for it in views.bodies("references", references).values() if it["batch"])


def claims_of_references(views: Views, references: frozenset[str]) -> Mapping[str, report.Owed]:
    """The claims that bear these references; other references are no claim's."""
    found = views.get_all([("claim_references", it) for it in sorted(references)])
    return {it.key: report.Owed(case=it.body["case"], claim=it.body["claim"]) for it in found.values()}


def claim_named(views: Views, claim: str) -> report.Owed | None:
    """Where a claim is found; None when there is none of this id."""
    found = views.get("claims", claim)
    return report.Owed(case=found.body["case"], claim=claim) if found else None


def listed_bookings(views: Views, keys: frozenset[str]) -> frozenset[str]:
    """Those bookings of the account of which something was listed to be explained."""
    return frozenset(it.key for it in views.get_all([("clearing-bookings", it) for it in sorted(keys)]).values())


def payment_of_reference(views: Views, reference: str) -> str:
    """The payment that bears a reference; empty when none does."""
    found = views.get("references", reference)
    return found.body["payment"] if found else ""


def report_of_file(views: Views, sha256: str) -> Body | None:
    """What became of the file with this hash; None when none was read."""
    found = views.get("report-files", sha256)
    return found.body if found else None


def totals(views: Views) -> Mapping[str, tuple[int, int]]:
    """Count and cents of payments by status, over all years; every status is there."""
    found: dict[str, tuple[int, int]] = dict.fromkeys(PAYMENT_STATUSES, (0, 0))
    for it in views.find("totals", limit=500).entries:
        count, cents = found[it.body["status"]]
        found[it.body["status"]] = count + it.body["count"], cents + it.body["cents"]
    return found
