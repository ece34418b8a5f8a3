"""A small programme year for tests of faults: lived in a house of its own, compared with what an undisturbed one came to.

`python -m tests.system.years DIR` lives it in a process that may be killed.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.demo import run
from deploy.demo_cases import CASES
from deploy.demo_plan import PlannedCase
from deploy.demo_report import Result, complaints, expected, summary
from tests.servers import wait_until

CHOSEN: Sequence[PlannedCase] = tuple(
    it for it in CASES if it.label in ("stadtilm", "nordhausen", "saalfeld", "suhl", "soemmerda")
)
"""Example d1, one cut and paid pro rata, one withdrawn in review, one refused, one withdrawn too late."""


def differences(calm: Result, found: Result, cases: Sequence[PlannedCase] = CHOSEN) -> list[str]:
    """What is not as in the undisturbed year, or not exactly once in the treasury's own book; empty when all is well."""
    wrong = list(complaints(cases, found))
    must, has = summary(calm)["cases"], summary(found)["cases"]
    wrong += [
        f"{label}: {has.get(label)} statt {must.get(label)}"
        for label in must.keys() | has
        if must.get(label) != has.get(label)
    ]
    planned = Counter(
        (case.contact.iban, drawn.accepted_cents)
        for case in cases
        if expected(case).settled_cents
        for drawn in case.drawdowns
        if drawn.accepted_cents
    )
    booked: Counter[tuple[str, int]] = Counter()
    for reference, it in found.book["payments"].items():
        booked[it["iban"], it["amount_cents"]] += it["bookings"]
        if (it["state"], it["bookings"], it["duplicates_refused"]) != ("booked", 1, 0):
            wrong.append(f"{reference}: {it['state']}, {it['bookings']}-mal gebucht")
    wrong += [
        f"{cents} Cent: {booked[iban, cents]}-mal gezahlt statt {count}-mal"
        for (iban, cents), count in planned.items()
        if booked[iban, cents] != count
    ]
    wrong += [f"{cents} Cent an ein Konto, das niemand genannt hat" for _, cents in booked.keys() - planned.keys()]
    return wrong


# ---- What lies in a house's directory ------------------------------------------------------------------------------


def status(directory: Path) -> Mapping[str, Any]:
    """`pids`, `ports` and `restarts` by part, and the `supervisor`'s pid; empty before the first start."""
    file = directory / "status.json"
    return json.loads(file.read_bytes()) if file.exists() else {}


def lives(pid: int, parent: int | None = None) -> bool:
    """Whether a process runs, and as a child of `parent` if one is named: a pid that was given away is nobody's to kill."""
    try:
        state, its_parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z" and parent in (None, int(its_parent))


def kill_part(directory: Path, name: str) -> bool:
    """Kill one part of the house; whether it was there to be killed."""
    known = status(directory)
    pid = known.get("pids", {}).get(name)
    if pid is None or not lives(pid, known["supervisor"]):
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def kill_supervisor(directory: Path) -> None:
    """Kill the supervisor, and see all its parts die with it."""
    known = status(directory)
    os.kill(known["supervisor"], signal.SIGKILL)
    wait_until(lambda: not any(lives(it) for it in known["pids"].values()), "das Ende aller Teile")


if __name__ == "__main__":
    run(Path(sys.argv[1]), cases=CHOSEN)
