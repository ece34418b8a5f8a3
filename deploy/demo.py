"""Die Vorführung: three programme years in the embedded house, told by people over HTTP, counted and proved at the end.

`python -m deploy.demo [DIR] [--resume] [--store sqlite|postgresql://…] [--treasury iso20022|hkr-xml|hkr-csv]`; exit code 0 when everything holds, 1 with
German sentences when something does not, 2 when it could not be run. `run` does the same for tests.
"""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy import simulated_calendar
from deploy.demo_cases import CASES
from deploy.demo_findings import Findings
from deploy.demo_people import GaveUp, People, Refused
from deploy.demo_plan import FIRST_DAY, PlannedCase
from deploy.demo_report import Result, complaints, show, summary
from deploy.demo_steps import Contradiction, Steps
from deploy.demo_steps.recovering import Pays
from deploy.demo_year import Journal, OnStep, Year
from deploy.embedded import Embedded
from deploy.files import write_atomically
from deploy.house import TREASURY_FORMATS
from shared.money import euros
from shared.treasury_accounts import FREE_STATE, TreasuryAccounts

_BEGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 8, tzinfo=ZoneInfo("Europe/Berlin"))
_READY_WITHIN = 120.0
_MARGIN = timedelta(minutes=1)
"""So much later than its last trace a resumed house goes on: no instant it has recorded may lie ahead of it."""
_JOURNAL = "demo-journal.jsonl"
_WIDTH = 110
"""Columns of the table where no terminal says how wide it is."""


TREASURY = {"faults": [{"fault": "statement-of-the-day"}]}
"""What the treasury tells of each file beside the usual: the statement of the day, against which it is closed."""


_ANSWERED = tuple(it for it in TREASURY_FORMATS if it != "manual")
"""The formats that the simulated treasury answers by itself."""


class NotADemonstration(Exception):
    """The directory holds something else; it is not ours to empty."""


def run(
    directory: Path,
    *,
    cases: Sequence[PlannedCase] = CASES,
    store: str = "sqlite",
    resume: bool = False,
    mirror: bool = False,
    treasury_format: str = "",
    on_step: OnStep = lambda _day, _label, _step: None,
    console: Console | None = None,
) -> Result:
    """Live through the year, write `summary.json`, show the table on the console; the house is stopped at the end.

    `on_step` is told of every step done. `Refused`, `GaveUp`, `Contradiction` when the house answers otherwise.
    """
    directory = directory.absolute()
    if resume:
        _wake(directory)
    else:
        _clear(directory)
    started = time.monotonic()
    with Embedded(directory, store=store, calendar=_BEGIN, mirror=mirror, treasury_format=treasury_format) as house:
        house.wait_ready(_READY_WITHIN)
        write_atomically(directory / "treasury" / "scenario.json", json.dumps(TREASURY).encode())
        return asyncio.run(_live(directory, house.url, cases, on_step, console, started))


def _town_pays(directory: Path) -> Pays:
    """A town pays into the account of the Land: the treasury of the demonstration books it and tells it with its statement."""

    def pays(reference: str, cents: int, on: date) -> None:
        account = TreasuryAccounts().debtors[FREE_STATE].iban
        paid = {
            "id": reference, "reference": reference, "cents": cents, "on": on.isoformat(), "account": account, "told": "statement",
        }  # fmt: skip
        write_atomically(directory / "treasury" / "scenario.json", json.dumps({**TREASURY, "paid": [paid]}).encode())

    return pays


async def _live(
    directory: Path, url: str, cases: Sequence[PlannedCase], on_step: OnStep, console: Console | None, started: float
) -> Result:
    journal = Journal(directory / _JOURNAL)
    async with People(url) as people:
        steps = Steps(people, journal, cases)
        steps.town_pays = _town_pays(directory)
        year = Year(cases, journal, people, steps, on_step)
        await year.live()
        await year.seal()
        findings = Findings(directory, people, journal, cases)
        result = await findings.result(started)
        write_atomically(directory / "summary.json", json.dumps(summary(result), indent=2, ensure_ascii=False).encode())
        if console is not None:
            show(console, cases, result, await findings.names())
    return result


def _clear(directory: Path) -> None:
    """Begin anew where an earlier demonstration lies; nothing else is ever removed."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not (directory / "ports.json").exists():
        raise NotADemonstration(f"{directory} enthält keine frühere Vorführung und wird nicht geleert")
    shutil.rmtree(directory)


def _wake(directory: Path) -> None:
    """Let the year go on where it was cut off, also when that was yesterday: whatever the house did last, it wrote."""
    written = max((file.stat().st_mtime for file in directory.rglob("*") if file.is_file()), default=time.time())
    last = datetime.fromtimestamp(written, UTC) + _MARGIN
    if datetime.now(UTC) > last:
        simulated_calendar.stood_still(directory / "calendar.json", last)


# ---- What a person sees ----------------------------------------------------------------------------------------------


class _Lines:
    """Progress without a terminal: one plain line a day."""

    def __init__(self, console: Console, done: int, steps: int) -> None:
        self._console = console
        self._steps = steps
        self._count = done
        self._day: date | None = None

    def __call__(self, day: date, _label: str, _step: str) -> None:
        self._count += 1
        if day != self._day:
            self._day = day
            self._console.print(f"{day:%d.%m.%Y}  Schritt {self._count} von {self._steps}", highlight=False)


class _Bar:
    """Progress on a terminal: the day, the case, a bar."""

    def __init__(self, progress: Progress, done: int, steps: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", completed=done, total=steps)

    def __call__(self, day: date, label: str, _step: str) -> None:
        self._progress.update(self._task, advance=1, description=f"{day:%d.%m.%Y} {label}")


def _shown(directory: Path, console: Console, store: str, treasury_format: str, *, resume: bool) -> Result:
    steps, done = Year.count(CASES), Journal(directory / _JOURNAL).steps if resume else 0
    live = partial(run, directory, store=store, treasury_format=treasury_format, resume=resume, console=console)
    if not console.is_terminal:
        return live(on_step=_Lines(console, done, steps))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        return live(on_step=_Bar(progress, done, steps))


def main(arguments: list[str] | None = None) -> int:
    """`python -m deploy.demo`."""
    parser = argparse.ArgumentParser(prog="deploy.demo", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path("var/demo"))
    parser.add_argument("--resume", action="store_true", help="nach einem Abbruch fortsetzen")
    parser.add_argument("--store", default="sqlite", help="sqlite oder postgresql://…")
    parser.add_argument(
        "--treasury",
        choices=_ANSWERED,
        default="",
        help="wie Dateien für die Kasse geschrieben werden; sonst wie zuvor",
    )
    given = parser.parse_args(arguments)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    applied = sum(it.applied_cents for it in CASES)
    console.print(f"{len(CASES)} Anträge Thüringer Kommunen über {euros(applied)}, {given.directory}")
    try:
        result = _shown(given.directory, console, given.store, given.treasury, resume=given.resume)
    except NotADemonstration as error:
        print(f"deploy.demo: {error}", file=sys.stderr)
        return 2
    except (Refused, GaveUp, Contradiction, RuntimeError, TimeoutError) as error:
        print(f"Die Vorführung ist nicht gelungen: {error}", file=sys.stderr)
        return 1
    except ExceptionGroup as group:
        for error in group.exceptions:
            print(f"Die Vorführung ist nicht gelungen: {error}", file=sys.stderr)
        return 1
    wrong = complaints(CASES, result)
    for sentence in wrong:
        print(f"Das stimmt nicht: {sentence}", file=sys.stderr)
    if not wrong:
        console.print(f"Alles stimmt. Einzelheiten in {given.directory}/summary.json", soft_wrap=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
