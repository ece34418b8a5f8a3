"""`camt_vs_lxml`: a statement of 100,000 lines reconciled with what was booked, against lxml that reads the same fields of them."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import lxml.etree
import msgspec

from services.payout import payment as payments
from services.payout import statement as statements
from services.payout.matching import unexplained
from services.payout.report import BookingReport, Bounds, ReportReceived, apply_booking
from services.payout.treasury.known import read
from shared.decider import Context
from shared.identity import SYSTEM, Role
from shared.view_tables import Document, SQLite, Stretch
from shared.views import Views
from tests.benchmarks.running import Figures, Lost, in_process
from tests.payout.messages import ACCOUNT, camt_053, details, entry

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue] lxml has no types
LINES = 100_000
MOST_MB = 400
NOW = datetime(2025, 8, 6, 20, tzinfo=UTC)
NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"


def references(count: int) -> Iterator[str]:
    return (payments.reference_of(f"{it:032x}", 1, 1, 2025) for it in range(count))


def cents_of(number: int) -> int:
    return 100_00 + number


OURS = frozenset({ACCOUNT})


def statement_file(count: int) -> bytes:
    """A statement with a line for each payment."""
    lines = [
        entry(f"{cents_of(number) / 100:.2f}", details(it, f"{cents_of(number) / 100:.2f}"), servicer=f"K-{number:08d}")
        for number, it in enumerate(references(count))
    ]
    total = sum(cents_of(it) for it in range(count))
    return camt_053(*lines, opening=f"{total / 100 + 1:.2f}", closing="1.00")


def list_booked(views: SQLite, count: int, without: int = -1) -> None:
    """The list as the notifications of the day left it: every payment booked, but for one."""
    empty = {"booked_on": "2025-08-06", "returned_booking": "", "returned_cents": 0, "returned_on": None}
    bodies = (
        {"payment": f"{number:032x}", "batch": "b" * 32, "cents": cents_of(number), "booking": f"K-{number:08d}", **empty}
        for number in range(count)
    )  # fmt: skip
    changed = [
        Document("references", it, "", it, msgspec.json.encode(body).decode())
        for number, (it, body) in enumerate(zip(references(count), bodies, strict=True))
        if number != without
    ]
    place = ("e", 1)
    views.write(Stretch(follower="v", before=("", 0), after=place, changed=changed, deleted=(), concerned={}))


def made(folder: Path, count: int, without: int = -1) -> Figures:
    """The file and the lists, once for all rounds; in a process of its own, so that its memory is nobody else's."""
    (folder / "statement.xml").write_bytes(statement_file(count))
    tables = SQLite(folder / "views.sqlite")
    tables.provision("")
    list_booked(tables, count, without)
    tables.close()
    return {}


def reconciled(folder: Path, count: int) -> Figures:
    """Read, held against the lists, decided: the statement noted, every line explained."""
    views = Views(SQLite(folder / "views.sqlite"))
    context = Context(actor=SYSTEM, role=Role.SYSTEM, now=NOW, valid_on=NOW.date())
    started, worked = time.perf_counter(), time.process_time()
    report = read(folder / "statement.xml", sift=partial(unexplained, views, OURS))
    if not isinstance(report, BookingReport):
        raise Lost("no statement was read")
    asked = apply_booking(report, "a" * 64, [], bounds=Bounds(accounts={"treasury": ACCOUNT}))
    decided = asked.judge([it.initial for it in asked.reads.values()], context)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    events = [it for one in decided.values() for it in one]
    received = next(it for it in events if isinstance(it, ReportReceived))
    noted = [it for it in events if isinstance(it, statements.StatementNoted)]
    if (received.matched, received.unmatched_count, noted[0].entries) != (count, 0, count):
        raise Lost(f"{received.matched} of {count} lines are explained, {received.unmatched_count} are not")
    return {"seconds": seconds, "cpu_seconds": cpu, "lines_per_second": round(count / seconds)}


def iterated(folder: Path, count: int) -> Figures:
    """lxml reads the fields that matter of every line, and lets go of it."""
    return _iterated(folder, count, fields_of)


def flat(folder: Path, count: int) -> Figures:
    """The quickest way that there is in Python: all of a line's texts by their last name, which tells no two of one name apart."""
    return _iterated(folder, count, lambda line: {it.tag: it.text for it in line.iter()})


def _iterated(folder: Path, count: int, read_line: Callable[[Any], dict[str, Any]]) -> Figures:
    return read_by_lxml(folder / "statement.xml", count, sum(cents_of(it) for it in range(count)), read_line)


def read_by_lxml(
    file: Path, count: int, cents: int, read_line: Callable[[Any], dict[str, Any]] | None = None
) -> Figures:
    """lxml alone reads the fields of every line and adds up the lines."""
    started, worked = time.perf_counter(), time.process_time()
    found = total = 0
    for _, line in etree.iterparse(file, tag=f"{NAMESPACE}Ntry"):
        total += int((read_line or fields_of)(line)[f"{NAMESPACE}Amt"].replace(".", ""))
        found += 1
        line.clear(keep_tail=True)
        while line.getprevious() is not None:
            del line.getparent()[0]
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    if (found, total) != (count, cents):
        raise Lost(f"{found} of {count} lines were read")
    return {"seconds": seconds, "cpu_seconds": cpu, "lines_per_second": round(count / seconds)}


def _path(path: str) -> str:
    return "/".join(f"{NAMESPACE}{it}" for it in path.split("/"))


FIELDS = [
    _path(it)
    for it in ("Amt", "CdtDbtInd", "RvslInd", "Sts/Cd", "BookgDt/Dt", "AcctSvcrRef", "BkTxCd/Domn/Fmly/SubFmlyCd",
               "NtryDtls/Btch/PmtInfId")
]  # fmt: skip
DETAIL = _path("NtryDtls/TxDtls")
OF_DETAIL = [
    _path(it)
    for it in ("Refs/EndToEndId", "Refs/PmtInfId", "RtrInf/Rsn/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd", "Chrgs/Rcrd/Amt")
]  # fmt: skip


def fields_of(line: Any) -> dict[str, Any]:
    fields = {it: line.findtext(it) for it in FIELDS}
    for one in line.iterfind(DETAIL):
        fields |= {it: one.findtext(it) for it in OF_DETAIL}
    return fields


VARIANTS = {"camt": reconciled, "iterparse": iterated, "flat": flat}


def run(folder: Path, variant: str, count: int = LINES) -> Figures:
    """One variant in a fresh process; a reconciliation that takes too much memory does not count."""
    found = with_peak(VARIANTS[variant], folder, count)
    if variant == "camt" and found["peak_mb"] >= MOST_MB:
        raise Lost(f"{found['peak_mb']} MB for a statement of {count} lines")
    return found


def with_peak(work: Callable[..., Figures], *args: Any) -> Figures:
    """In a fresh process, with the most memory that it ever held."""
    found = in_process(_with_peak, work, *args)
    del found["rss_mb"]  # it counts from before the process became one of its own
    return found


def _with_peak(work: Callable[..., Figures], *args: Any) -> Figures:
    found = work(*args)
    return {**found, "peak_mb": peak_mb()}


def peak_mb() -> int:
    """The most memory that this process ever held, as the kernel counts it since it began."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(status["VmHWM"].split()[0]) // 1024
