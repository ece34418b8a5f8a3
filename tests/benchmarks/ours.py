"""The services as they are, without HTTP: nouns, writer, store, relays to lanes and ledger, followers, guard."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import structlog

from services.intake import application, drawdown
from services.intake.wiring import blueprint as intake
from services.payout import disbursement, payment
from services.payout.wiring import blueprint as payout
from services.review import assessment, award, budget, programme
from services.review.wiring import blueprint as review
from shared.commands import Request
from shared.decider import AnyDecider, Context, Decided, Decision, decision, value
from shared.formats import ZERO, Frame, chain, digest, unpack_envelopes
from shared.identity import Role
from shared.lane_following import LaneFollower
from shared.overlay import Caller
from shared.recorders import Row
from shared.records import replace
from shared.service import Blueprint, House, build, running
from shared.settings import Settings
from shared.store import Recorded
from shared.views import Draft
from tests.benchmarks import content
from tests.benchmarks.conversation import (
    APPROPRIATION_CENTS,
    BEGINS_AT,
    DRAWN_CENTS,
    DUE_CENTS,
    TITLE,
    YEAR,
    People,
    Tally,
    drawdown_of,
    payment_of,
)
from tests.intake.builders import a_drawdown
from tests.review.builders import BUDGET, PROGRAMME, cents, proposal

DAY = date.fromisoformat(BEGINS_AT[:10])

# ---- What the services are ---------------------------------------------------------------------

_BLUEPRINTS = {it.name: it for it in (intake, review, payout)}


def _no_views(it: Recorded, row: Row, draft: Draft) -> None:
    """The stock side has none either."""


def blueprint(service: str, views: bool) -> Blueprint:
    """The service as it is wired, without loops of its own (policies, treasury): people here do what those would."""
    whole = replace(_BLUEPRINTS[service], followers=lambda _house: ())
    return whole if views else replace(whole, project=_no_views)


# ---- What people do -------------------------------------------------------------------------------------------------


def settle(case: str) -> Decision:
    """What the treasury's files say in the end, without files: batched and debited, noted on payment and disbursement."""
    paid, plan = payment.decider.stream(payment_of(case)), disbursement.decider.stream(case)

    def judge(states: Any, context: Context) -> Decided:
        batched = payment.decide(payment.BatchPayment(batch="b1"), states[0], context)
        debited = payment.SettlePayment(batch="b1", cents=DRAWN_CENTS, booking=f"K-{case}", settled_on=context.valid_on)
        settled = payment.decide(debited, payment.decider.fold(batched, states[0]), context)
        note = disbursement.NoteSettlement(
            case=case, drawdown=drawdown_of(case), payment=payment_of(case), settled_on=context.valid_on
        )
        return {paid: [*batched, *settled], plan: disbursement.decide(note, states[1], context)}

    return Decision(reads={paid: payment.decider, plan: disbursement.decider}, judge=judge, action="Settle")


def _submit(case: str) -> Decision:
    return application.submit(replace(content.SUBMISSION, case=case))


NEEDED_ON = date(YEAR, 5, 12)


def _request_drawdown(case: str) -> Decision:
    asked = a_drawdown(case=case, drawdown=drawdown_of(case), needed_on=NEEDED_ON, purpose="Rechnung")
    assert (asked.eligible_due_cents, asked.requested_cents) == (DUE_CENTS, DRAWN_CENTS)
    return drawdown.request(asked)


def _command(noun: AnyDecider, command: Any) -> Callable[[str], Decision]:
    return lambda case: decision(noun, case, command)


def _of_drawdown(command: type[Any]) -> Callable[[str], Decision]:
    return lambda case: decision(disbursement.decider, case, command(drawdown=drawdown_of(case)))


ACTS: Mapping[str, tuple[str, Role, Callable[[str], Decision]]] = {
    "submit": ("p-stadtilm", Role.APPLICANT, _submit),
    "declare_complete": ("p-clerk", Role.INTAKE_CLERK, _command(application.decider, application.DeclareComplete())),
    "request_drawdown": ("p-stadtilm", Role.APPLICANT, _request_drawdown),
    "record_opinion": ("p-expert", Role.EXPERT, _command(assessment.decider, content.POSITIVE)),
    "assess": ("p-officer", Role.CASE_OFFICER, _command(assessment.decider, content.D1_LINES)),
    "propose": ("p-officer", Role.CASE_OFFICER, proposal),
    "reserve": ("p-budget", Role.BUDGET_OFFICER, lambda case: assessment.reserve(case, TITLE, YEAR)),
    "approve": ("p-approver", Role.APPROVER, lambda case: award.approve(case, PROGRAMME, BUDGET)),
    "dispatch": ("p-officer", Role.CASE_OFFICER, _command(award.decider, award.DispatchNotice(letter=content.LETTER))),
    "record_waiver": ("p-officer", Role.CASE_OFFICER, _command(award.decider, award.RecordWaiver(declared_on=DAY))),
    "examine": ("p-examiner", Role.CASE_OFFICER, _of_drawdown(disbursement.ExamineDrawdown)),
    "certify": ("p-certifier", Role.CERTIFIER, _of_drawdown(disbursement.CertifyDrawdown)),
    "order": (
        "p-orderer",
        Role.ORDERING_OFFICER,
        lambda case: disbursement.order(case, drawdown_of(case), payment_of(case)),
    ),
    "settle": ("p-cashier", Role.TREASURY, settle),
}


@value
class _Told:
    contract: str
    case: str


_told = msgspec.json.Decoder(_Told)


class OwnParty:
    """One of our services, running."""

    def __init__(self, service: Blueprint, settings: Settings, people: People) -> None:
        self._house: House = build(service, settings)
        self._people = people
        self._running = AsyncExitStack()
        for follower in self._house.lanes:
            self._listen(follower)

    def _listen(self, follower: LaneFollower) -> None:
        apply: Callable[[Frame], Awaitable[Any]] = follower.apply

        async def applied(frame: Frame) -> Any:
            handled = await apply(frame)
            for raw in unpack_envelopes(frame.body):
                it = _told.decode(raw)
                self._people.heard(it.contract, it.case)
            return handled

        follower.apply = applied

    async def start(self) -> None:
        await self._running.enter_async_context(running(self._house))
        while self._house.unready():
            await asyncio.sleep(0.01)
        for it in self._house.lanes:
            if it.catching_up is not None:  # notes once what is handled, which is no part of a lifecycle
                await it.catching_up.finish()
        if self._house.name == "review":
            policies = programme.publish_policy(content.GUIDELINE, content.PRACTICE, content.PARAMETERS)
            await self._execute(policies, "p-officer", Role.CASE_OFFICER)
            authorised = cents(y2026=APPROPRIATION_CENTS)
            opened = budget.open_next_budget(TITLE, YEAR, APPROPRIATION_CENTS, authorised)
            await self._execute(opened, "p-budget", Role.BUDGET_OFFICER)

    async def _execute(self, asked: Decision, actor: str, role: Role, case: str = "", key: str = "") -> None:
        # What HTTP hands down of a case that is not sampled for tracing.
        trace = f"00-{case}-{case[:16]}-00" if case else ""
        caller = Caller(actor=actor, role=role, correlation=case, trace=trace)
        outcome = await self._house.writer.execute(
            Request(decision=asked, caller=caller, id=key, body_hash=content.SUBMISSION_SHA256)
        )
        if outcome.problem or outcome.refusal or not outcome.last:
            raise RuntimeError(f"{asked.action}: {outcome}")

    async def act(self, name: str, case: str) -> None:
        actor, role, asked = ACTS[name]
        await self._execute(asked(case), actor, role, case, key=f"{actor}/{name}/{case}")

    async def tally(self) -> Tally:
        house = self._house
        paid = 0
        if house.name == "review":
            fund = (await house.writer.state(budget.decider, BUDGET)).state
            paid = fund.years[0].paid_cents if isinstance(fund, budget.Open) else 0
        return Tally(events=house.writer.head.position, paid_cents=paid)

    async def verify(self) -> str:
        return await asyncio.to_thread(self._verify)

    def _verify(self) -> str:
        position, after = 0, ZERO
        while rows := self._house.store.recorder.rows(position, 1_000):
            for row in rows:
                header = msgspec.json.decode(row.header)
                after = chain(after, row.header)
                if row.position != position + 1 or row.chain != after or header["sha256"] != digest(row.state):
                    return f"the proof breaks at position {row.position}"
                position = row.position
        return (
            "" if (position, after) == (self._house.writer.head.position, self._house.writer.head.chain) else "cut off"
        )

    async def stop(self) -> None:
        await self._running.aclose()


def quiet() -> None:
    """Only what is worth a look goes to the log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))


def settings(folder: Path, store: str, nats_url: str) -> Settings:
    """What `python -m services.<name>` is told in its environment."""
    return Settings(
        store=store,
        nats_url=nats_url,
        nats_operator_password_file=folder / "operator",
        keys=f"sqlite:{folder / 'keys.sqlite'}",
        kek_file=folder / "kek",
        documents=folder / "documents",
        jwks=str(folder / "jwks.json"),
        issuer="https://sign-in.example",
        calendar=folder / "calendar.json",
    )
