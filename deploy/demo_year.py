"""The programme year: which step of which case falls on which day, day by day, with a journal of what is done.

Within a day the cases run side by side, the steps of one case one after the other. The journal lets a demonstration
that was cut off go on; the step that was under way is simply said again (see deploy/demo_people.py).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from deploy.demo_people import People, Refused
from deploy.demo_plan import (
    BUDGET_OPENED_ON,
    FREEZE_ON,
    LAST_DAY,
    LIFTED_ON,
    Attempt,
    ChangeKind,
    EarlyStart,
    Ending,
    PlannedCase,
    PlannedChange,
    Supply,
)
from shared.decider import value

HOUSE = "house"
"""The label of steps that belong to no case."""
_AT_ONCE = 16
_BERLIN = ZoneInfo("Europe/Berlin")
_OPERATOR = "p-y6w4"


@value
class Step:
    """One step of a case on a day. `name` is its key in the journal, `number` the drawdown's, if it is of one."""

    name: str
    on: date
    number: int = 0


_SUPPLY: Mapping[Supply, Sequence[str]] = {
    Supply.NOTHING_MISSING: (),
    Supply.IN_TIME: ("supply",),
    Supply.AFTER_EXPIRY: ("see-expiry", "extend-deadline", "supply"),
}
_EARLY_START: Mapping[EarlyStart, Sequence[str]] = {
    EarlyStart.NOT_ASKED: (),
    EarlyStart.APPROVED: ("ask-early-start", "propose-early-start", "approve-early-start"),
    EarlyStart.REFUSED: ("ask-early-start", "propose-early-start", "refuse-early-start"),
}

_CHANGE_BEGINS: Mapping[ChangeKind, Sequence[str]] = {
    ChangeKind.PARTNER_LEAVES: ("request-change",),
    ChangeKind.SHIFT: ("request-change",),
    ChangeKind.SHIFT_REFUSED: ("request-change",),
    ChangeKind.LAPSE: (),
    ChangeKind.REVOCATION: ("open-award-hearing",),
    ChangeKind.RETRACTION: ("open-award-hearing",),
    ChangeKind.CONDITION: ("open-award-hearing",),
}
_CHANGE_IS_DECIDED: Mapping[ChangeKind, Sequence[str]] = {
    ChangeKind.PARTNER_LEAVES: ("propose-amendment", "approve-amendment", "dispatch-change"),
    ChangeKind.SHIFT: ("propose-amendment", "approve-amendment", "dispatch-change"),
    ChangeKind.SHIFT_REFUSED: ("refuse-change",),
    ChangeKind.LAPSE: ("propose-annulment", "decide-annulment", "dispatch-change"),
    ChangeKind.REVOCATION: ("record-award-statement", "propose-annulment", "decide-annulment", "dispatch-change"),
    ChangeKind.RETRACTION: (
        "see-hearing-unanswered",
        "propose-annulment",
        "decide-annulment",
        "dispatch-change",
        "waive-against-change",
    ),
    ChangeKind.CONDITION: ("record-award-statement", "propose-annulment", "decide-annulment", "dispatch-change"),
}

_PROOF = ("submit-proof", "check-proof", "accept-proof")
_CLAIM = ("propose-repayment", "demand-repayment", "send-demand", "instruct-collection", "collect")


def steps_of(case: PlannedCase) -> Sequence[Step]:
    """All steps of a case, in order."""
    days, ending = case.days, case.ending
    steps = [Step(name="submit", on=days.submitted)]
    if case.supply:
        steps += [Step(name="ask-documents", on=days.submitted)]
        steps += [Step(name=it, on=days.completed) for it in _SUPPLY[case.supply]]
    if ending is Ending.WITHDRAWN_AT_ONCE:
        return [*steps, Step(name="withdraw", on=days.completed)]
    steps += [
        Step(name="complete", on=days.completed),
        *(Step(name=it, on=days.completed) for it in _EARLY_START[case.early_start]),
        Step(name="opine", on=days.opined),
        Step(name="assess", on=days.opined),
    ]
    if ending is Ending.REFUSED:
        proposed = [Step(name=it, on=days.proposed) for it in ("propose-refusal", "hear")]
        return [*steps, *proposed, Step(name="refuse", on=days.approved)]
    steps.append(Step(name="propose", on=days.proposed))
    if case.meets_freeze:
        steps.append(Step(name="meet-freeze", on=days.reserved))
    steps.append(Step(name="reserve", on=LIFTED_ON if case.meets_freeze else days.reserved))
    if case.meets_new_practice:
        steps.append(Step(name="meet-new-practice", on=days.approved))
    if ending is Ending.CLOSED_BY_PRACTICE:
        heard = [Step(name=it, on=days.approved) for it in ("propose-refusal", "hear")]
        return [*steps, *heard, Step(name="refuse", on=days.drawdowns[0])]
    if case.meets_new_practice:
        steps += [Step(name="propose-again", on=days.approved), Step(name="reserve-again", on=days.approved)]
    if ending is Ending.WITHDRAWN_IN_REVIEW:
        return [*steps, Step(name="withdraw", on=days.approved)]
    if Attempt.OWN_PROPOSAL in case.attempts:
        steps.append(Step(name="try-own-proposal", on=days.approved))
    steps.append(Step(name="approve", on=days.approved))
    if Attempt.SECOND_SIGNATURE in case.attempts:
        steps.append(Step(name="try-second-signature", on=days.approved))
    if case.needs_two_signatures:
        steps.append(Step(name="approve-again", on=days.approved))
    if ending is Ending.WITHDRAWN_TOO_LATE:
        steps.append(Step(name="withdraw", on=days.approved))
    steps += [Step(name="dispatch", on=days.approved), Step(name="waive", on=days.waived)]
    for number, drawn in enumerate(case.drawdowns, start=1):
        names = ["request", "examine"]
        if drawn.accepted_cents:
            tried = ["try-own-certificate"] if Attempt.OWN_CERTIFICATE in case.attempts and number == 1 else []
            names += ["certify", *tried, "order"]
        steps += [Step(name=f"{name}-{number}", on=drawn.on, number=number) for name in names]
    if proves_on := case.proves_on:
        steps += [Step(name=it, on=proves_on) for it in _PROOF]
    if late := case.late_use:
        steps += [Step(name=it, on=late.demanded_on) for it in _CLAIM]
        steps.append(Step(name="repay", on=late.repaid_on))
    return sorted([*steps, *_steps_of_change(case.change)], key=lambda it: it.on)


def _steps_of_change(change: PlannedChange | None) -> Sequence[Step]:
    """What happens to the award that stands."""
    if change is None:
        return ()
    return [
        *(Step(name=it, on=change.on) for it in _CHANGE_BEGINS[change.kind]),
        *(Step(name=it, on=change.decided_on) for it in _CHANGE_IS_DECIDED[change.kind]),
    ]


class Journal:
    """What is done, line by line in a file, with the ids that the house answered; nothing about persons."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._done: dict[tuple[str, str], dict[str, str]] = {}
        if file.exists():
            for line in file.read_text().splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            label, step, facts = json.loads(line)
        except ValueError:
            return  # The last line of a run that was killed while it wrote: its step will be said again.
        self._done[label, step] = cast(dict[str, str], facts)

    @property
    def steps(self) -> int:
        """How many steps are done; whole days are noted too and are none."""
        return sum(not name.startswith("day-") for _, name in self._done)

    def done(self, label: str, step: str) -> bool:
        return (label, step) in self._done

    def fact(self, label: str, step: str, name: str) -> str:
        """An id that a step was answered; KeyError when it was not done."""
        return self._done[label, step][name]

    def note(self, label: str, step: str, **facts: str) -> None:
        self._done[label, step] = facts
        with self._file.open("a") as file:
            file.write("\n" * self._torn() + json.dumps([label, step, facts]) + "\n")

    def _torn(self) -> bool:
        if not self._file.exists() or not self._file.stat().st_size:
            return False
        with self._file.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) != b"\n"


class Acting(Protocol):
    """Who does the steps over HTTP."""

    async def do(self, case: PlannedCase, step: Step) -> dict[str, str]: ...
    async def open_budget(self, year: int) -> None: ...
    async def freeze(self) -> None: ...
    async def lift(self) -> None: ...
    async def pay(self, day: date) -> None: ...
    async def seal_years(self) -> None: ...


type OnStep = Callable[[date, str, str], None]
"""Told of every step done: the day, the case's label, the step."""


class Year:
    """The whole programme year of some cases."""

    def __init__(
        self, cases: Sequence[PlannedCase], journal: Journal, people: People, acting: Acting, on_step: OnStep
    ) -> None:
        self._cases = cases
        self._journal = journal
        self._people = people
        self._acting = acting
        self._on_step = on_step
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._plan = {case.label: steps_of(case) for case in cases}

    @staticmethod
    def count(cases: Sequence[PlannedCase]) -> int:
        """How many steps are told of in a whole year: the cases', and one for each budget, the freeze
        and its lifting, each day of payment, and the sealing of the title's years."""
        paid = {drawn.on for case in cases for drawn in case.drawdowns if drawn.accepted_cents}
        return sum(len(steps_of(case)) for case in cases) + len(BUDGET_OPENED_ON) + 3 + len(paid)

    def days(self) -> Sequence[date]:
        """The days on which something happens."""
        return sorted(
            {step.on for steps in self._plan.values() for step in steps}
            | {*BUDGET_OPENED_ON.values(), FREEZE_ON, LIFTED_ON}
        )

    async def live(self) -> None:
        """Go through the year from where the journal ends."""
        for day in self.days():
            await self._live(day)
        await self._turn_to(LAST_DAY)

    async def seal(self) -> None:
        """Seal the years of the title, in a house in which nothing is left to be cleared."""
        await self._once(LAST_DAY, "seal-years", self._acting.seal_years)

    async def _live(self, day: date) -> None:
        if self._journal.done(HOUSE, f"day-{day}"):
            return
        await self._turn_to(day)
        for year, on in BUDGET_OPENED_ON.items():
            if on == day:
                await self._once(day, f"open-budget-{year}", partial(self._acting.open_budget, year))
        if day == FREEZE_ON:
            await self._once(day, "freeze", self._acting.freeze)
        if day == LIFTED_ON:
            await self._once(day, "lift", self._acting.lift)
        async with asyncio.TaskGroup() as group:
            for case in self._cases:
                group.create_task(self._walk(case, day))
        if any(step.on == day and step.name.startswith("order-") for steps in self._plan.values() for step in steps):
            await self._once(day, f"pay-{day}", partial(self._acting.pay, day))
        self._journal.note(HOUSE, f"day-{day}")

    async def _once(self, day: date, name: str, work: Callable[[], Awaitable[None]]) -> None:
        if not self._journal.done(HOUSE, name):
            await work()
            self._journal.note(HOUSE, name)
            self._on_step(day, HOUSE, name)

    async def _walk(self, case: PlannedCase, day: date) -> None:
        async with self._places:
            for step in self._plan[case.label]:
                if step.on == day and not self._journal.done(case.label, step.name):
                    facts = await self._acting.do(case, step)
                    self._journal.note(case.label, step.name, **facts)
                    self._on_step(day, case.label, step.name)

    async def _turn_to(self, day: date) -> None:
        """Move the calendar to nine in the morning of a day; it stays where it is when it is there already."""
        to = datetime(day.year, day.month, day.day, 9, tzinfo=_BERLIN)
        now = datetime.fromisoformat((await self._people.read(_OPERATOR, "/calendar")).body["now"])
        if now >= to - timedelta(minutes=1):
            return
        try:
            await self._people.act(
                _OPERATOR, "/calendar", {"to": to.astimezone(UTC).isoformat()}, key=f"calendar-{day}"
            )
        except Refused as refused:
            # Said again after a lost answer: the calendar has been moved.
            if refused.code != "calendar-not-forwards":
                raise
