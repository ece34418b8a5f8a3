"""Hundreds of orders in one request: each goes through plan, drawdown, examination, certification and order by its own persons."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.payout import batch as batches
from services.payout import clearing, report
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.treasury.filing import draft_bytes_of
from shared.calendar import local_date, next_target_day
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError, decision
from shared.identity import Role, Sealed
from shared.records import replace
from shared.service import House
from tests.benchmarks.conversation import YEAR
from tests.payout.builders import drawdown, plan

type Ask = Mapping[str, Any]
type Step = tuple[str, Role, Decision]
"""A decision and who makes it."""

HOLDER, IBAN = "Stadt Stadtilm", "DE89370400440532013000"
DRAWDOWN = "d1"
EXAMINER, CERTIFIER, ORDERER = "p-examiner", "p-certifier", "p-orderer"


def name_of(*parts: object) -> str:
    """An id that follows from what it is for, so that whoever asks again means the same."""
    return sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]


def cents_of(number: int) -> int:
    """No two neighbours ask for the same, so that a mix-up shows."""
    return 100_00 + number % 977


def order_many(house: House, ask: Ask) -> Decision:
    """`count` cases from `first` on, each from its award to its order."""
    numbers = range(ask["first"], ask["first"] + ask["count"])
    return together([step for number in numbers for step in _to_the_order(house, ask["seed"], number)])


def _to_the_order(house: House, world: str, number: int) -> list[Step]:
    case, cents = name_of(world, number), cents_of(number)

    def sealed(text: str, path: str) -> Sealed:
        return house.privacy.seal(text, stream=f"application-{case}", path=path, subject=f"s-{world}")

    opened = replace(
        plan(case, {YEAR: cents}, eligible_cents=2 * cents, rate_bp=5_000),
        account_holder=sealed(HOLDER, "account_holder"),
        iban=sealed(IBAN, "iban"),
    )
    asked = drawdown(DRAWDOWN, YEAR, 2 * cents, cents)
    return [
        ("system", Role.SYSTEM, decision(disbursements.decider, case, opened, creates=True)),
        ("system", Role.SYSTEM, decision(disbursements.decider, case, asked)),
        (
            EXAMINER,
            Role.CASE_OFFICER,
            decision(disbursements.decider, case, disbursements.ExamineDrawdown(drawdown=DRAWDOWN)),
        ),
        (CERTIFIER, Role.CERTIFIER, disbursements.certify(case, DRAWDOWN)),
        (ORDERER, Role.ORDERING_OFFICER, disbursements.order(case, DRAWDOWN, name_of(case, 1))),
    ]


def order_again(_house: House, ask: Ask) -> Decision:
    """What was refused or came back is certified, where that is asked for, and ordered anew; what cannot be, stays as it is."""
    steps: list[Step] = []
    for case in ask["cases"]:
        steps.append((CERTIFIER, Role.CERTIFIER, disbursements.certify(case, DRAWDOWN)))
        steps.append((ORDERER, Role.ORDERING_OFFICER, disbursements.order(case, DRAWDOWN, name_of(case, 2))))
    return together(steps, insist=False)


def together(steps: Sequence[Step], *, insist: bool = True) -> Decision:
    """All of it in one transaction, each step by its person on what the steps before it left."""
    reads: dict[str, AnyDecider] = {}
    for _, _, it in steps:
        reads |= it.reads

    def judge(states: Sequence[Any], context: Context) -> Decided:
        now, decided = dict(zip(reads, states, strict=True)), dict[str, list[Any]]()
        for actor, role, it in steps:
            try:
                events = it.judge([now[stream] for stream in it.reads], replace(context, actor=actor, role=role))
            except DomainError:
                if insist:
                    raise
                continue
            for stream, found in events.items():
                now[stream] = reads[stream].fold(found, now[stream])
                decided.setdefault(stream, []).extend(found)
        return decided

    return Decision(reads=reads, judge=judge, action="OrderPayment", creates=True)


async def seal_many(house: House, ask: Ask) -> Decision:
    """A batch of these payments, as payout's HTTP makes it."""
    states = [(await house.writer.state(payments.decider, it)).state for it in ask["payments"]]
    orders = [it.order for it in states if not isinstance(it, payments.Unordered)]
    if len(orders) != len(states):
        raise batches.EmptyBatch
    now = house.now()
    made = batches.draft(
        ask["batch"],
        orders,
        created_at=now,
        execution_on=next_target_day(local_date(now)),
        debtor="freistaat-thueringen",
        writing=batches.Writing(),
    )
    return batches.seal(made, sha256(draft_bytes_of(house, made)).hexdigest())


async def assign_one(house: House, ask: Ask) -> Decision:
    """A clearing item's debit is found to be its payment's, by one person and then, asked again, by another."""
    name, number, payment = ask["clearing"], ask["number"], ask["payment"]
    standing: clearing.Standing = (await house.writer.state(clearing.decider, name)).state.items[str(number)]
    proposal = name_of(name, number)
    if ask["step"] == "propose":
        proposed = clearing.ProposeResolution(
            number=number,
            proposal=proposal,
            resolution=clearing.Resolution.ASSIGNED,
            reason="doch gezahlt",
            payment=payment,
        )
        return decision(clearing.decider, name, proposed)
    state: payments.Payment = (await house.writer.state(payments.decider, payment)).state
    assert not isinstance(state, payments.Unordered | payments.Ordered), standing
    sealed: batches.BatchSealed = (await house.writer.state(batches.decider, state.batch)).state.sealed
    plan: disbursements.Disbursement = (await house.writer.state(disbursements.decider, state.order.case)).state
    stage, beside = disbursements.find(plan, DRAWDOWN).stage, ""
    if isinstance(stage, disbursements.Ordered):
        newer: payments.Payment = (await house.writer.state(payments.decider, stage.payment)).state
        beside = "" if isinstance(newer, payments.Unordered | payments.Ordered) else newer.batch
    return report.approve(name, number, proposal, sealed, payment, questioned=[state.order], beside=beside)


def release_one(_house: House, ask: Ask) -> Decision:
    return decision(batches.decider, ask["batch"], batches.ReleaseBatch())
