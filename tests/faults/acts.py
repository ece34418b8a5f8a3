"""What people may ask for, by name, at the seam behind HTTP: a purse's cents, and a case of the house from form to money."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

from services.intake import application
from services.payout import batch as batches
from services.payout import payment as payments
from services.payout.treasury.filing import draft_bytes_of
from services.review import budget
from shared.calendar import local_date, next_target_day
from shared.decider import Decision, decision
from shared.identity import Role
from shared.lanes import RetryJob
from shared.overlay import Caller
from shared.parking import DiscardParked, parked
from shared.records import replace
from shared.service import House
from tests.benchmarks import content
from tests.benchmarks.conversation import TITLE, YEAR, payment_of
from tests.benchmarks.ours import ACTS as AT_THE_SEAM
from tests.faults import bulk
from tests.faults.purse import Put, purse, put_in_both
from tests.review.builders import cents

HOLDER, IBAN = "Stadt Stadtilm", "DE89370400440532013000"

type Ask = Mapping[str, Any]
"""One request: `act`, `case`, `key`, and what the act needs."""


def put(_house: House, ask: Ask) -> Decision:
    return decision(purse, ask["case"], Put(cents=ask["cents"], note=ask["key"]))


def both(_house: House, ask: Ask) -> Decision:
    return put_in_both(ask["case"], ask["other"], ask["cents"], ask["key"])


def discard(_house: House, ask: Ask) -> Decision:
    command = DiscardParked(source=ask["source"], position=ask["position"], reason="Versuch")
    return decision(parked, ask["case"], command)


def submit(house: House, ask: Ask) -> Decision:
    """The form of d1 with values that open, so that a payment file can be written from them."""
    case = ask["case"]

    def seal(text: str, path: str) -> Any:
        return house.privacy.seal(text, stream=f"application-{case}", path=path, subject=f"s-{case}")

    personal = {"account_holder": HOLDER, "iban": IBAN, "contact_name": "Erika", "contact_mail": "e@stadtilm.example"}
    return application.submit(
        replace(content.SUBMISSION, case=case, **{path: seal(text, path) for path, text in personal.items()})
    )


def open_budget(_house: House, ask: Ask) -> Decision:
    amount: int = ask["cents"]
    return budget.open_next_budget(TITLE, YEAR, amount, cents(y2026=amount))


async def seal(house: House, ask: Ask) -> Decision:
    """A batch of one payment, as payout's HTTP makes it."""
    batch = f"{ask['case'][:30]}b1"
    state = (await house.writer.state(payments.decider, payment_of(ask["case"]))).state
    if isinstance(state, payments.Unordered):
        raise batches.EmptyBatch
    now = house.now()
    day = next_target_day(local_date(now))
    made = batches.draft(
        batch, [state.order], created_at=now, execution_on=day, debtor="freistaat-thueringen", writing=batches.Writing()
    )
    return batches.seal(made, sha256(draft_bytes_of(house, made)).hexdigest())


def release(_house: House, ask: Ask) -> Decision:
    return decision(batches.decider, f"{ask['case'][:30]}b1", batches.ReleaseBatch())


type Make = Callable[[House, Ask], Decision | Awaitable[Decision]]


def _at_the_seam(name: str) -> Make:
    return lambda _house, ask: AT_THE_SEAM[name][2](ask["case"])


ACTS: Mapping[str, tuple[str, Role, Make]] = {
    **{name: (actor, role, _at_the_seam(name)) for name, (actor, role, _) in AT_THE_SEAM.items() if name != "settle"},
    "submit": ("p-stadtilm", Role.APPLICANT, submit),
    "open_budget": ("p-budget", Role.BUDGET_OFFICER, open_budget),
    "seal": ("p-orderer", Role.ORDERING_OFFICER, seal),
    "release": ("p-cashier", Role.TREASURY, release),
    "order_many": ("p-orderer", Role.ORDERING_OFFICER, bulk.order_many),
    "order_again": ("p-orderer", Role.ORDERING_OFFICER, bulk.order_again),
    "seal_many": ("p-orderer", Role.ORDERING_OFFICER, bulk.seal_many),
    "propose_assigned": ("p-cashier", Role.TREASURY, bulk.assign_one),
    "agree_assigned": ("p-second", Role.TREASURY, bulk.assign_one),
    "release_one": ("p-cashier", Role.TREASURY, bulk.release_one),
    "put": ("p-clerk", Role.INTAKE_CLERK, put),
    "both": ("p-clerk", Role.INTAKE_CLERK, both),
    "discard": ("p-operator", Role.OPERATOR, discard),
}


def caller_of(ask: Ask) -> Caller:
    actor, role, _ = ACTS[ask["act"]]
    return Caller(actor=actor, role=role, correlation=ask["case"])


def retry(house: House, ask: Ask, done: Any) -> RetryJob:
    """An operator has a case's parked messages tried again."""
    caller = Caller(actor="p-operator", role=Role.OPERATOR, correlation=ask["case"])
    return RetryJob(ask["case"], caller, house.blueprint.reactions, done)
