"""`pain_vs_lxml`: a file of 20,000 payments built, sealed and held to its schema, against lxml that parses and validates the same bytes."""

import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lxml.etree

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout.treasury import Account, instruction
from services.payout.treasury.iso20022 import build
from shared.decider import Context
from shared.identity import Role, Sealed
from tests.benchmarks import accounts, settlements
from tests.benchmarks.running import Bench, Figures, Lost, Part, Ratio, Run, in_process

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue] lxml has no types
PAYMENTS = 20_000
NOW = datetime(2025, 8, 4, 10, tzinfo=UTC)
DEBTOR = Account(holder="Freistaat Thüringen", iban="DE65820000000082001589")
NAMES = ("Stadt Mühlhausen", "Gemeinde Grammetal", "Landkreis Schmalkalden-Meiningen", "Stadt Großbreitenbach")


def _box(path: str) -> Sealed:
    return Sealed(origin="intake", stream="application-1", path=path, subject="m-1", nonce="bm9uY2U", box="Ym94")


def _content(count: int) -> batches.Draft:
    entries = tuple(
        batches.Entry(
            payment=f"{it:032x}",
            case=f"{it:032x}",
            drawdown=f"{it:032x}",
            reference=payments.reference_of(f"{it:032x}", 1, 1, 2025),
            cents=100_00 + it,
            account_holder=_box("account_holder"),
            iban=_box("iban"),
            title=f"1605-6337{it % 4}",
            year=2025,
            file_number=f"EG-2025-{it:05d}",
        )
        for it in range(count)
    )
    return batches.Draft(
        message_id="b" * 32,
        created_at=NOW,
        execution_on=date(2025, 8, 5),
        debtor="freistaat-thueringen",
        entries=entries,
        writing=batches.Writing(),
    )


def _schema() -> Any:
    spec = find_spec("sepaxml")
    if spec is None or not spec.submodule_search_locations:
        raise Lost("no schema")
    return etree.XMLSchema(etree.parse(Path(spec.submodule_search_locations[0]) / "schemas" / "pain.001.001.09.xsd"))


def _file(content: batches.Draft) -> bytes:
    payees = {
        it.reference: Account(holder=NAMES[number % len(NAMES)], iban="DE02120300000000202051")
        for number, it in enumerate(content.entries)
    }
    return build(instruction(content, payees, DEBTOR))


def ours(count: int = PAYMENTS) -> Figures:
    """From the orders to the sealed batch, its file valid."""
    content, schema = _content(count), _schema()
    context = Context(actor="p-orderer", role=Role.ORDERING_OFFICER, now=NOW, valid_on=NOW.date())
    started = time.perf_counter()
    raw = _file(content)
    command = batches.SealBatch(
        message_id=content.message_id,
        created_at=content.created_at,
        execution_on=content.execution_on,
        debtor=content.debtor,
        entries=content.entries,
        took_part=("p-orderer",),
        file_sha256=sha256(raw).hexdigest(),
        file_name=f"{content.message_id}.xml",
        writing=content.writing,
    )
    events = batches.decider.decide(command, batches.decider.initial, context)
    state = batches.decider.fold(events)
    held = accounts.peak_mb()
    # The house validates no file that it writes; the tree that lxml makes of it is none of its memory.
    schema.assertValid(etree.fromstring(raw))
    seconds = time.perf_counter() - started
    if isinstance(state, batches.Unsealed) or state.sealed.count != count:
        raise Lost(f"not {count} payments are sealed")
    return {"seconds": seconds, "payments_per_second": round(count / seconds), "bytes": len(raw), "house_mb": held}


def stock(count: int = PAYMENTS) -> Figures:
    """lxml parses and validates the same bytes."""
    raw, schema = _file(_content(count)), _schema()
    started = time.perf_counter()
    schema.assertValid(etree.fromstring(raw))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "payments_per_second": round(count / seconds), "bytes": len(raw)}


def _run(variant: str) -> Figures:
    found = accounts.with_peak(ours if variant == "ours" else stock)
    return {**found, "rss_mb": found["house_mb"]} if variant == "ours" else found


@contextmanager
def _begin(bench: Bench) -> Generator[Run]:
    lines = bench.asked.count or accounts.LINES
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="foerderstrom-bench-", dir=bench.asked.folder)))
        settling = settlements.Rounds(bench, stack)

        def run(variant: str) -> Figures:
            if variant in settlements.VARIANTS:
                return settling.run(variant)
            if variant not in accounts.VARIANTS:
                return _run(variant)
            if not (folder / "statement.xml").exists():
                in_process(accounts.made, folder, lines)
            return accounts.run(folder, variant, lines)

        yield run


PART = Part(
    name="paying",
    variants=("ours", "lxml", *accounts.VARIANTS, *settlements.VARIANTS),
    ratios={
        "pain_vs_lxml": Ratio(figure="seconds", above="ours", below="lxml"),
        "camt_vs_lxml": Ratio(figure="seconds", above="camt", below="iterparse"),
        "camt_vs_flat": Ratio(figure="seconds", above="camt", below="flat"),
        "settle_vs_lxml": Ratio(figure="seconds", above="settle_single_sqlite", below="settle_single_lxml"),
        "settle_postgresql_vs_lxml": Ratio(
            figure="seconds", above="settle_single_postgresql", below="settle_single_lxml"
        ),
        "settle_collected_vs_lxml": Ratio(
            figure="seconds", above="settle_collected_sqlite", below="settle_collected_lxml"
        ),
        "settle_vs_floor": Ratio(figure="seconds", above="settle_single_sqlite", below="settle_floor_sqlite"),
    },
    begin=_begin,
)
