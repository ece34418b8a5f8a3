"""What the house says at the end, asked from outside: the cases' status, the budgets, the treasury's book, the proof.

The book is read by the treasury's own program and the export is recomputed by the offline verifier, both as processes
of their own that know nothing of the demonstration.
"""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.demo_people import People
from deploy.demo_plan import PlannedCase
from deploy.demo_report import Account, ClaimFound, Outcome, Proof, Recount, Result, expected
from deploy.demo_steps import trace_of
from deploy.demo_year import Journal
from deploy.people import applicant
from shared.decider import replace

PROJECT = Path(__file__).resolve().parent.parent
AUDITOR = "p-d5q7"
_CATCHES_UP_WITHIN = 60.0
_TRACES_WITHIN = 5.0
_EXAMPLE = "stadtilm"


class Findings:
    """Asks for everything that the report needs, in the house under `directory`."""

    def __init__(self, directory: Path, people: People, journal: Journal, cases: Sequence[PlannedCase]) -> None:
        self._directory = directory
        self._people = people
        self._journal = journal
        self._cases = cases

    async def result(self, started: float) -> Result:
        """Everything; `started` is the monotonic instant at which the demonstration began."""
        cases = {case.label: await self._outcome(case) for case in self._cases}
        accounts = await self._accounts()
        proof = await self._proof()
        services, spans = self._trace()
        return Result(
            cases=cases,
            accounts=accounts,
            refused_attempts=await self._refused_attempts(),
            book=self._book(),
            proof=proof,
            recount=self._recount(),
            closed_days=await self._closed_days(),
            claims=await self._claims(),
            overdue_files=await self._overdue_files(),
            trace_services=services,
            trace_spans=spans,
            seconds=time.monotonic() - started,
        )

    async def names(self) -> Mapping[str, str]:
        """The municipalities' full names by key, as intake knows them."""
        found: dict[str, str] = {}
        for case in self._cases:
            told = (await self._people.read(AUDITOR, f"/intake/municipalities?q={case.key}")).body["items"]
            found |= {it["key"]: it["full_name"] for it in told}
        return found

    async def _outcome(self, case: PlannedCase) -> Outcome:
        """The applicant's own status; waited for, because intake may be told of the last payment a moment later."""
        path = f"/intake/cases/{self._id(case)}/status"
        until = time.monotonic() + _CATCHES_UP_WITHIN
        while True:
            it = (await self._people.read(applicant(case.key).id, path)).body
            found = Outcome(
                status=it["code"],
                applied_cents=it["applied_cents"],
                awarded_cents=it["granted_cents"],
                ordered_cents=it["ordered_cents"],
                settled_cents=it["settled_cents"],
            )
            if case.alters:
                found = await self._as_changed(case, found)
            if found == expected(case) or time.monotonic() > until:
                return found
            await self._people.pause()

    async def _as_changed(self, case: PlannedCase, found: Outcome) -> Outcome:
        """What review says of an award that was changed, and that nothing of it is on its way back any more."""
        award = (await self._people.read(AUDITOR, f"/review/cases/{self._id(case)}")).body["award"]
        amounts, annulled = {it["year"]: it["cents"] for it in award["by_year"]}, award["course"]["annulled"]
        status = annulled[-1] if annulled else "amended" if amounts == case.kept else found.status
        waits = award["course"]["pending_cents"] > 0
        return replace(found, status="pending" if waits else status, awarded_cents=award["granted_cents"])

    async def _accounts(self) -> Sequence[Account]:
        told = (await self._people.read(AUDITOR, "/review/budgets")).body["items"]
        return [
            Account(
                title=sheet["title"],
                budget_year=sheet["year"],
                year=it["year"],
                available_cents=it["available_cents"],
                reserved_cents=it["reserved_cents"],
                committed_cents=it["committed_cents"],
                paid_cents=it["paid_cents"],
            )
            for sheet in sorted(told, key=lambda it: (it["title"], it["year"]))
            for it in sheet["years"]
        ]

    async def _refused_attempts(self) -> int:
        found = 0
        for case in self._cases:
            if case.attempts:
                for service in ("review", "payout"):
                    path = f"/{service}/cases/{self._id(case)}/history"
                    events = (await self._people.read(AUDITOR, path)).body["events"]
                    found += sum(it["stream"].startswith("attempts-") for it in events)
        return found

    async def _proof(self) -> Proof:
        """The ledger's export, fetched, unpacked and recomputed with the key that the ledger names."""
        vkey = await self._people.fetch(AUDITOR, "/ledger/vkey")
        made = await self._people.act(AUDITOR, "/ledger/exports", {}, key=uuid4().hex)
        unpack(await self._people.fetch(AUDITOR, made.body["archive"]), self._directory / "ledger-export")
        command = [sys.executable, "-I", "services/ledger/verify.py", str(self._directory / "ledger-export")]
        done = subprocess.run(  # noqa: ASYNC221 nothing else is to be done meanwhile
            [*command, "--vkey", vkey.decode().strip(), "--json"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout:
            return Proof(verified=False, size=0, root="", heads={}, said=done.stderr[-500:])
        said: Mapping[str, Any] = json.loads(done.stdout)
        return Proof(
            verified=done.returncode == 0 and bool(said["verified"]),
            size=said["size"] or 0,
            root=said["root"] or "",
            heads={service: head["position"] for service, head in said["heads"].items()},
            said=f"{said['kind']}: {said['detail']}",
        )

    async def _claims(self) -> Sequence[ClaimFound]:
        """What was demanded back, and how the treasury and the account stand to it."""
        found: list[ClaimFound] = []
        for case in self._cases:
            if case.late_use:
                told = (await self._people.read(AUDITOR, f"/payout/cases/{self._id(case)}")).body
                accepted = {it["claim"] for it in told["collections"] if it["status"] == "accepted"}
                found += [
                    ClaimFound(
                        demanded_cents=it["demanded_cents"] + it["interest_cents"],
                        received_cents=it["received_cents"],
                        ordered=it["claim"] in accepted,
                        settled=it["status"] == "settled",
                    )
                    for it in told["claims"]
                ]
        return found

    async def _closed_days(self) -> int:
        return len((await self._people.read(AUDITOR, "/payout/days?status=closed&limit=200")).body["items"])

    async def _overdue_files(self) -> list[str]:
        """What the treasury should have sent by the calendar of files, and did not: a false alarm, for it did all it had to."""
        found = await self._people.read(AUDITOR, "/payout/expected-files?status=overdue&limit=200")
        return [f"{it['kind']} {it['about']}" for it in found.body["items"]]

    def _recount(self) -> Recount:
        """The export's events added up by a program that knows nothing of ours."""
        command = [sys.executable, "-m", "deploy.recount", str(self._directory / "ledger-export")]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        if not done.stdout:
            return Recount(
                accounts=(), settled={}, acts=0, refused_attempts=0, violations=(), unread=(done.stderr[-300:],)
            )
        said: Mapping[str, Any] = json.loads(done.stdout)
        return Recount(
            accounts=[Account(**it) for it in said["accounts"]],
            settled={it["year"]: it["cents"] for it in said["settled"]},
            acts=said["sod"]["acts"],
            refused_attempts=said["sod"]["refused_attempts"],
            violations=said["sod"]["violations"],
            unread=said["unread"],
        )

    def _book(self) -> Mapping[str, Any]:
        command = [sys.executable, "-m", "deploy.treasury_simulator", str(self._directory / "treasury"), "--book"]
        return json.loads(subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout)

    def _trace(self) -> tuple[int, int]:
        """How many services and steps the example's own trace names; spans are written in batches, twice a second."""
        wanted = trace_of(_EXAMPLE)[3:35]
        until, before = time.monotonic() + _TRACES_WITHIN, (-1, -1)
        while True:
            spans = [
                json.loads(line)
                for file in sorted((self._directory / "traces").glob("*.jsonl"))
                for line in file.read_text().splitlines()
                if wanted in line and line.endswith("}")
            ]
            own = [it for it in spans if it["trace_id"] == wanted]
            found = len({it["service"] for it in own}), len(own)
            if found == before or time.monotonic() > until:
                return found
            before = found
            time.sleep(0.7)

    def _id(self, case: PlannedCase) -> str:
        return self._journal.fact(case.label, "submit", "case")


def unpack(archive: bytes, target: Path) -> None:
    """A tar file's content as this directory, in the place of an earlier one."""
    draft = target.with_name(f".{target.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(draft, filter="data")
    inside = draft if (draft / "checkpoint").exists() else next(draft.iterdir())
    shutil.rmtree(target, ignore_errors=True)
    inside.rename(target)
    shutil.rmtree(draft, ignore_errors=True)
