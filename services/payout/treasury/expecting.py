"""The loop that keeps the list of expected files: what was handed over gives rise to them, what came is noted; the clock does the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import structlog

from services.payout import expectation, statement
from services.payout.expectation import ExpectFile, FileKind, NoteArrival
from services.payout.file_calendar import FileCalendar, calendar_of
from services.payout.treasury.filing import settings_of
from services.payout.views import paid_twice, payee_checks_missed
from shared.calendar import local_date
from shared.commands import Request
from shared.decider import AnyDecider, Context, Decided, Decision, decision
from shared.following import POLL, wait
from shared.identity import SYSTEM, Role
from shared.overlay import Caller
from shared.service import House
from shared.views import Entry

log = structlog.get_logger()
_SOON = 0.05
_PAGE = 200


def expect(commands: Mapping[str, ExpectFile]) -> Decision:
    """Expect files, each by its stream: all of one cause together."""
    reads: dict[str, AnyDecider] = {expectation.decider.stream(it): expectation.decider for it in commands}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = zip(reads, commands.values(), states, strict=True)
        return {stream: expectation.decider.decide(command, state, context) for stream, command, state in decided}

    return Decision(reads=reads, judge=judge, action="ExpectFile", creates=True)


@dataclass
class Expecting:
    """The follower of one house; `accounts` are the settings' keys by the names of the accounts' streams."""

    house: House
    calendar: FileCalendar
    nudged: asyncio.Event
    accounts: Mapping[str, str]
    passed: set[str] = field(default_factory=set[str])
    """What gives rise to nothing by this calendar."""
    told: frozenset[str] = frozenset()
    """The overdue files that the log of this process names."""
    paid_twice: int = 0
    """So many items of money that may have left twice were open at the last look."""
    worked_upto: int = -1

    async def run(self) -> None:
        while True:
            await self.round()
            # A nudge comes with the commit; the views show it some milliseconds later.
            await wait(self.nudged, POLL if self.idle else _SOON)

    @property
    def idle(self) -> bool:
        return self.worked_upto >= self.house.writer.head.position

    async def round(self) -> None:
        """Everything that the lists show and nobody recorded; a decision that was made already decides nothing."""
        position = self.house.view_follower.position
        if position == self.worked_upto:
            return
        for it in await self._waiting("to-expect"):
            if it.key in self.passed:
                continue
            if commands := self._commands(it):
                await self._execute(expect(commands))
            else:
                self.passed.add(it.key)
        await self._expect_statements()
        for it in await self._waiting("arrivals"):
            came = NoteArrival(arrived_at=datetime.fromisoformat(it.body["at"]), sha256=it.body["sha256"])
            await self._execute(decision(expectation.decider, it.key, came))
        await self._alarm()
        await self._alarm_of_money()
        self.worked_upto = position

    async def _waiting(self, view: str, grp: str | None = None) -> Sequence[Entry]:
        """The whole list: what gives rise to nothing stays in it, and must hold up nothing that comes after it."""
        page = await asyncio.to_thread(self.house.views.find, view, grp=grp, limit=_PAGE)
        found = [*page.entries]
        while page.next:
            page = await asyncio.to_thread(self.house.views.find, view, grp=grp, after=page.next, limit=_PAGE)
            found += page.entries
        return found

    async def _expect_statements(self) -> None:
        """The statements that the calendar asks for of accounts that have any: of days with bookings, or of every TARGET day."""
        begun = await asyncio.to_thread(self.house.views.bodies, "series", set(self.accounts))
        written = settings_of(self.house).treasury_format
        for name in sorted(begun):
            account, asked = self.accounts[name], list[ExpectFile]()
            if last := await asyncio.to_thread(self.house.views.get, "following", name):
                last_on = date.fromisoformat(last.body["last_on"])
                asked += self.calendar.after_statement(account, last_on, written)
            days = await self._waiting("movements", account) if self.calendar.follows_movements else ()
            for it in days:
                asked += self.calendar.of_movement(account, date.fromisoformat(it.body["booked_on"]), written)
            for one in asked:
                await self._execute(expect({expectation.id_of(FileKind.STATEMENT, one.about, name): one}))

    def _commands(self, it: Entry) -> Mapping[str, ExpectFile]:
        body = it.body
        if it.key.startswith("recall/"):
            given_at = datetime.fromisoformat(body["at"])
            owed = self.calendar.of_recall(body["recall"], body["debtor"], given_at, body["format"])
            return {expectation.id_of(one.kind, one.about): one for one in owed}
        if it.key.startswith("return/"):
            owed = self.calendar.of_return(body["payment"], body["debtor"], datetime.fromisoformat(body["at"]))
            return {expectation.id_of(one.kind, one.about): one for one in owed}
        given_at, execution_on = datetime.fromisoformat(body["at"]), date.fromisoformat(body["execution_on"])
        owed = self.calendar.of_batch(body["batch"], body["format"], body["debtor"], given_at, execution_on)
        return {expectation.id_of(one.kind, one.about): one for one in owed}

    async def _alarm(self) -> None:
        """What is overdue is named in the log and counted for the alarm; no person and no account is in it."""
        metric = self.house.metrics.files_overdue
        if not await asyncio.to_thread(self.house.views.count, "expectations", "overdue"):
            metric.set(0)
            self.told = frozenset()
            return
        page = await asyncio.to_thread(self.house.views.find, "expectations", grp="overdue", limit=200)
        for it in page.entries:
            if it.key not in self.told:
                log.warning(
                    "treasury file overdue", kind=it.body["kind"], about=it.body["about"], due_at=it.body["due_at"]
                )
        self.told = frozenset(it.key for it in page.entries)
        metric.set(await asyncio.to_thread(self.house.views.count, "expectations", "overdue"))

    async def _alarm_of_money(self) -> None:
        """Money that may have left twice is an alarm until two persons cleared it."""
        count = await asyncio.to_thread(paid_twice, self.house.views)
        if count > self.paid_twice:
            log.error("money may have left twice", open_items=count)
        self.paid_twice = count
        self.house.metrics.paid_twice.set(count)
        missed = await asyncio.to_thread(payee_checks_missed, self.house.views, local_date(self.house.now()))
        self.house.metrics.payee_checks_missed.set(missed)

    async def _execute(self, it: Decision) -> None:
        outcome = await self.house.writer.execute(Request(decision=it, caller=Caller(actor=SYSTEM, role=Role.SYSTEM)))
        if outcome.problem:
            log.error("expected file not recorded", problem=outcome.problem)


def expecting(house: House) -> Callable[[], Awaitable[None]]:
    """The follower's loop, made known to the house's judgement of its rest."""
    settings = settings_of(house)
    accounts = {statement.stream_id(it.iban): name for name, it in settings.debtors.items()}
    follower = Expecting(house, calendar_of(settings.file_calendar), house.nudge.listener(), accounts)
    house.idle_checks.append(lambda: follower.idle)
    return follower.run
