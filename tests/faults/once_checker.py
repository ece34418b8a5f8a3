"""The judgement on payments: the treasury's own book against payout's log, read without any code of the house.

Each rule is a function to sentences; an empty answer means that every order is in the book once, that nothing else is, and
that the house knows of each payment what the book says.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from deploy.treasury_simulator.book import Book
from deploy.treasury_simulator.fault import table
from tests import second_reading
from tests.faults.bulk import IBAN
from tests.faults.checker import Evidence, Finding

_ANSWERS = {f"payout.payment-{it}": it for it in ("accepted", "settled", "rejected", "returned")}

REFUSED_AND_PAID, PAID_TWICE = "settled-after-rejection", "drawdown-paid-twice"


@dataclass
class Known:
    """Payout's log, as far as it speaks of payments, and the treasury's book."""

    book: Mapping[str, Any]
    folder: Path
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """By payment."""
    answers: Mapping[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    status: dict[str, str] = field(default_factory=dict[str, str])
    """By payment: the last that was recorded of it."""
    entries: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By batch: the references in it."""
    files: dict[str, str] = field(default_factory=dict[str, str])
    """By batch: the hash of its file."""
    released: set[str] = field(default_factory=set[str])
    reports: Counter[str] = field(default_factory=Counter[str])
    """By hash: how often a file was recorded."""
    items: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict[tuple[str, int], Mapping[str, Any]])
    """The clearing items that nobody resolved yet."""
    returned_unpaid: set[str] = field(default_factory=set[str])
    """References that were refused and came back all the same, which a person sees in clearing."""
    knowingly: list[str] = field(default_factory=list[str])
    """References that were ordered or released while a debit of an attempt before was not explained."""
    messages: Counter[str] = field(default_factory=Counter[str])

    @cached_property
    def by_reference(self) -> Mapping[str, str]:
        return {str(it["reference"]): name for name, it in self.orders.items()}

    def note_if_paid_already(self, reference: str) -> None:
        """A payment that goes on while another of its drawdown was debited after it was refused."""
        waiting = {str(it["payment"]) for it in self.items.values() if it["reason"] == REFUSED_AND_PAID}
        paid = {(it["case"], it["drawdown"], it["reference"]) for it in (self.orders[one] for one in waiting)}
        this = next(it for it in self.orders.values() if it["reference"] == reference) if paid else {}
        if any(
            (case, drawdown) == (this["case"], this["drawdown"]) for case, drawdown, name in paid if name != reference
        ):
            self.knowingly.append(reference)


def known(evidence: Evidence) -> Known:
    """Read everything."""
    book = Book(evidence.treasury / "book" / "book.sqlite")
    found = Known(book=book.printed(), folder=evidence.treasury)
    book.close()
    for stream, topic, facts in _rows(evidence):
        _note(found, stream.partition("-")[2], topic, facts)
    return found


def _rows(evidence: Evidence) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    store = Path(evidence.store.removeprefix("sqlite:")) / "payout.sqlite"
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        kinds = ("payout.payment-*", "payout.payee-check-*", "payout.batch-*", "payout.report-*", "payout.clearing-*")
        of_kinds = " OR ".join(["topic GLOB ?"] * len(kinds))
        query = f"SELECT originator_id, topic, state FROM stored_events WHERE {of_kinds} ORDER BY notification_id"
        for stream, topic, state in connection.execute(query, kinds):
            yield stream, topic.rpartition(".v")[0], json.loads(state)["facts"]
    connection.close()


def _note(found: Known, id: str, topic: str, facts: Mapping[str, Any]) -> None:
    match topic:
        case "payout.payment-ordered":
            found.orders[id] = facts
            found.status[id] = "ordered"
            found.note_if_paid_already(str(facts["reference"]))
        case "payout.payment-batched":
            found.status[id] = "batched"
        case "payout.payee-check-reported" if found.status[id] == "batched":
            found.status[id] = "held"
        case "payout.payee-check-decided" if found.status[id] == "held":
            found.status[id] = "batched"
        case "payout.batch-listed" | "payout.batch-sealed":
            found.entries[id].extend(it["reference"] for it in facts.get("entries", ()))
            found.files[id] = facts.get("file_sha256", "")
        case "payout.batch-released":
            found.released.add(id)
            for reference in found.entries[id]:
                found.note_if_paid_already(reference)
        case "payout.report-received" | "payout.report-conflicting" | "payout.report-quarantined":
            found.reports[facts["sha256"]] += 1
            unmatched = facts.get("unmatched", ())
            found.returned_unpaid |= {it["reference"] for it in unmatched if it["reason"] == "returned-after-rejection"}
            if topic == "payout.report-received":
                found.messages[f"{facts['kind']} {facts['message_id']}"] += 1
        case "payout.clearing-opened":
            found.items |= {(id, it["number"]): it for it in facts["items"]}
        case "payout.clearing-resolved":
            found.items.pop((id, facts["number"]), None)
        case _ if topic in _ANSWERS:
            found.answers[id][_ANSWERS[topic]] += 1
            found.status[id] = _ANSWERS[topic]
        case _:
            pass


# ---- What is to be done next -----------------------------------------------------------------------------------------


def all_taken(evidence: Evidence) -> bool:
    """Whether the treasury has taken every file and said all that is due of it."""
    if list((evidence.treasury / "to-treasury").glob("*.xml")):
        return False
    with sqlite3.connect(f"file:{evidence.treasury / 'book' / 'book.sqlite'}?mode=ro", uri=True) as connection:
        judged = connection.execute("SELECT count(*) FROM file").fetchone()[0]
        owed = connection.execute("SELECT count(*) FROM answer WHERE NOT written").fetchone()[0]
    connection.close()
    return not owed and judged == len(list((evidence.treasury / "received").glob("*.xml")))


def ordered(evidence: Evidence) -> set[str]:
    """The payments that were ordered."""
    store = Path(evidence.store.removeprefix("sqlite:")) / "payout.sqlite"
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        query = "SELECT originator_id FROM stored_events WHERE topic GLOB 'payout.payment-ordered*'"
        found = {stream.partition("-")[2] for (stream,) in connection.execute(query)}
    connection.close()
    return found


def to_order_again(evidence: Evidence) -> list[str]:
    """The cases whose payment was refused or came back. Of what was paid all the same the house must know by itself."""
    found = known(evidence)
    return sorted(
        str(found.orders[it]["case"])
        for it, status in found.status.items()
        if status in ("rejected", "returned") and found.orders[it]["reference"] not in found.returned_unpaid
    )


def to_assign(evidence: Evidence) -> list[tuple[str, int, str]]:
    """The items of debits under payments that were refused, and whose they are."""
    found = known(evidence)
    return [(*at, str(it["payment"])) for at, it in found.items.items() if it["reason"] == REFUSED_AND_PAID]


# ---- The rules -------------------------------------------------------------------------------------------------------


def nothing_unordered(it: Known) -> Iterator[str]:
    """Whatever the treasury was told to pay was ordered so."""
    for reference, paid in it.book["payments"].items():
        order = it.orders.get(it.by_reference.get(reference, ""))
        if order is None:
            yield f"{reference}: nicht angeordnet"
        elif (order["cents"], IBAN) != (paid["amount_cents"], paid["iban"]):
            yield f"{reference}: {paid['amount_cents']} Cent an {paid['iban']}, angeordnet sind {order['cents']}"


def each_once(it: Known) -> Iterator[str]:
    """No order came twice, none was booked twice, and only sealed bytes came."""
    sealed = set(it.files.values())
    for file in it.book["files"]:
        if file["sha256"] not in sealed or file["state"] == "rejected":
            yield f"{file['name']}: {file['state']} {file['code'] or ''}, nicht wie versiegelt"
    for reference, paid in it.book["payments"].items():
        if paid["duplicates_refused"] or paid["bookings"] != (paid["state"] == "booked"):
            yield f"{reference}: {paid['bookings']}-mal gebucht, {paid['duplicates_refused']}-mal zu viel beauftragt"


def none_missing(it: Known) -> Iterator[str]:
    """Whatever lies in a released batch is in the treasury's book."""
    for batch in it.released:
        missing = [one for one in it.entries[batch] if one not in it.book["payments"]]
        if missing:
            yield f"{batch}: {len(missing)} von {len(it.entries[batch])} fehlen im Buch"


def no_more_than_asked_for(it: Known) -> Iterator[str]:
    """All attempts at a drawdown together pay it once at most; what a treasury that refused one paid twice is an open item by name."""
    paid, asked = Counter[str](), dict[str, int]()
    for order in it.orders.values():
        case = f"{order['case']}/{order['drawdown']}"
        asked[case] = order["cents"]
        one = it.book["payments"].get(order["reference"])
        if one and one["state"] == "booked" and not one["returned_on"]:
            paid[case] += one["amount_cents"]
    for case, cents in paid.items():
        if cents > asked[case] and not _is_named(it, case):
            yield f"{case}: {cents} gezahlt von {asked[case]}"


def none_paid_knowingly(it: Known) -> Iterator[str]:
    """Nothing is ordered or leaves while the account was debited for an attempt before it."""
    yield from (f"{reference}: neu angeordnet trotz Belastung" for reference in it.knowingly)


def _is_named(it: Known, drawdown: str) -> bool:
    """Whether the overpayment of a drawdown is an open item."""
    named = {str(one["payment"]) for one in it.items.values() if one["reason"] == PAID_TWICE}
    return any(f"{order['case']}/{order['drawdown']}" == drawdown for order in (it.orders[one] for one in named))


def each_answer_once(it: Known) -> Iterator[str]:
    """Each file is recorded once, and moves each payment once."""
    yield from (f"{sha}: {times}-mal aufgenommen" for sha, times in it.reports.items() if times > 1)
    yield from (f"{message}: {times}-mal gelesen" for message, times in it.messages.items() if times > 1)
    for payment, answers in it.answers.items():
        yield from (f"{payment}: {times}-mal {name}" for name, times in answers.items() if times > 1)


def as_the_book_says(it: Known) -> Iterator[str]:
    """Without a fault the house knows what the treasury knows; with one, what the table of faults says it must."""
    faults = {file["message_id"]: file["fault"] for file in it.book["files"] if file["state"] == "accepted"}
    for batch, references in it.entries.items():
        fault = table().get(faults.get(batch) or "")
        for place, reference in enumerate(references):
            paid = it.book["payments"].get(reference)
            if paid is None:
                continue
            truth = "returned" if paid["returned_on"] else {"booked": "settled"}.get(paid["state"], paid["state"])
            told, assigned = fault.end(place + 1) if fault else truth, _was_assigned(it, reference)
            if assigned and told != "rejected":
                yield f"{reference}: für abgelehnt gehalten, was niemand ablehnte"
            must = truth if assigned else told
            status = it.status[it.by_reference[reference]] if reference in it.by_reference else "unbekannt"
            if status != must:
                yield f"{reference}: {status}, sollte {must} sein ({fault.key if fault else 'ohne Störung'})"


def _was_assigned(it: Known, reference: str) -> bool:
    """Whether two persons said that this payment, refused before, was made."""
    return {"rejected", "settled"} <= it.answers[it.by_reference.get(reference, "")].keys()


def nothing_left(it: Known) -> Iterator[str]:
    """Every file that can be read was."""
    for folder in ("to-treasury", "from-treasury"):
        left = [one.name for one in (it.folder / folder).iterdir() if one.suffix != ".part"]
        if left:
            yield f"{folder}: {left[:3]}"


def as_agreed(it: Known) -> Iterator[str]:
    """Whatever was handed over keeps the rules of its format, by a second reading, file by file and all together."""
    files = {one.name: one.read_bytes() for one in sorted((it.folder / "received").glob("*.xml"))}
    for name, raw in files.items():
        yield from (f"{name}: {wrong}" for wrong in second_reading.read(raw)[:3])
    yield from second_reading.series(files.values())


RULES: Mapping[str, Callable[[Known], Iterator[str]]] = {
    "nothing unordered": nothing_unordered,
    "each once": each_once,
    "none missing": none_missing,
    "no more than asked for": no_more_than_asked_for,
    "none paid knowingly": none_paid_knowingly,
    "each answer once": each_answer_once,
    "as the book says": as_the_book_says,
    "nothing left": nothing_left,
    "as agreed": as_agreed,
}


def check(evidence: Evidence) -> list[Finding]:
    """Everything that is wrong; empty when nothing is."""
    found = known(evidence)
    return [Finding(rule, detail) for rule, find in RULES.items() for detail in find(found)]
