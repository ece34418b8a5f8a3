"""Histories that lives begin with, a part of each: chance alone hardly ever hands in a valid application."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import tests.intake.builders as intake
import tests.payout.builders as payout
import tests.payout.test_named_difference as differences
import tests.review.builders as review
import tests.review.test_closure as closures
import tests.review.test_proof as proofs
import tests.review.test_recovery as recoveries
from services.ledger.checkpoint import Checkpoint, SignCheckpoint
from services.payout.reconciliation import CloseDay
from services.review import closure, proof, recovering
from services.review.fulfilment import ImposeSideConditions
from services.review.programme import PublishPolicy
from services.review.side_condition import WantedCondition, drafted, placed
from shared.contracts import SideCondition
from shared.policy import read
from shared.records import replace
from tests.payout.test_reconciliation import SIDES


def _streams() -> Iterator[tuple[str, str, Sequence[Any]]]:
    award, paid = review.opened_house(), payout.transmitted_house()
    review.assign_d1(award)
    for stream, events in award.log.items():
        yield "review", stream, events
    for stream, events in paid.events.items():
        yield "payout", stream, events
    yield "intake", f"application-{intake.CASE}", intake.UNTIL_FUNDS


def _proven() -> Sequence[Any]:
    """Two proofs: one sent back, one checked, signed by two and accepted with less than was granted."""
    sent_back = proofs.given(proofs.RECEIVED).when(
        proof.SendBackProof(proof="p1", reasons="unvollständig"), proofs.FIRST
    )
    again = replace(proofs.RECEIVED, proof="p2")
    history = [*proofs.PAID, proofs.RECEIVED, *sent_back.events, again]
    for command, context in (
        (replace(proofs.CHECK, proof="p2"), proofs.FIRST),
        (replace(proofs.ACCEPT, proof="p2"), proofs.FIRST),
        (replace(proofs.ACCEPT, proof="p2"), proofs.SECOND),
    ):
        history += proofs.given(*history).when(command, context).events
    return history


def _recovered() -> Sequence[Any]:
    """What was paid in excess is demanded, and a second proposal is not followed."""
    house = recoveries.paid_house()
    recoveries.propose(house, recoveries.excess(5_000_00))
    house.perform(recovering.demand(review.CASE, review.PROGRAMME, 1), review.approver(recoveries.DEMANDED_ON))
    recoveries.propose(house, recoveries.excess(1_400_00, "c2"))
    drop = recovering.drop(review.CASE, review.PROGRAMME, 2, "Härte")
    house.perform(drop, review.approver(recoveries.DEMANDED_ON))
    return house.log[f"recovery-{review.CASE}"]


def _closed() -> Sequence[Any]:
    """Money went its way, the case was closed, and opened again by money that came back."""
    steps = (
        closures.step(closure.Step.REQUESTED, "d1"),
        closures.step(closure.Step.EXAMINED, "d1"),
        closures.step(closure.Step.ORDERED, "z1"),
        closures.step(closure.Step.SETTLED, "z1"),
    )
    history: list[Any] = [*closures.noted(*steps).steps, closures.WRITTEN]
    history += closures.given(*history).when(closures.CLOSE, closures.CLOSER).events
    back = closures.step(closure.Step.RETURNED, "z1")
    return [*history, *closures.given(*history).when(back, review.system(closures.ON)).events]


def history_of(service: str, noun: str) -> Sequence[Any]:
    """A history of this noun: none when it has to begin from nothing."""
    for owner, stream, events in _streams():
        if owner == service and stream.startswith(f"{noun}-"):
            return events
    return ()


HISTORIES: Mapping[str, Sequence[Any]] = {
    f"{service}.{noun}": history_of(service, noun)
    for service, noun in (
        ("intake", "application"), ("review", "assessment"), ("review", "award"), ("review", "budget"),
        ("payout", "disbursement"), ("payout", "payment"), ("payout", "batch"),
    )
} | {"review.proof": _proven(), "review.recovery": _recovered(), "review.closure": _closed()}  # fmt: skip


def _signed(size: int, root: str) -> SignCheckpoint:
    note = Checkpoint(origin="foerderstrom.example/ledger", size=size, root=root).text
    return SignCheckpoint(size=size, root=root, note=note)


def _demanded() -> tuple[SideCondition, ...]:
    """Side conditions of the practice's texts, with their days."""
    blocks = read(review.PRACTICE).side_conditions
    wanted = tuple(WantedCondition(code=it.code) for it in blocks)
    return placed(drafted(wanted, blocks, (), date(2025, 7, 25)), date(2025, 7, 29))


SEASONING: Mapping[str, Sequence[Any]] = {
    "review.programme": [
        PublishPolicy(texts=(review.GUIDELINE, review.PRACTICE, review.PARAMETERS)),
        PublishPolicy(texts=(review.LATER_PRACTICE,)),
    ],
    "review.fulfilment": [ImposeSideConditions(notice=it, conditions=_demanded()) for it in (1, 2)],
    "review.proof": [
        replace(command, proof=name)
        for command in (proofs.HANDED_IN, proofs.CHECK, proofs.ACCEPT)
        for name in ("p1", "p2", "p3")
    ],
    "review.closure": [closures.CLOSE, closures.WRITE],
    "payout.reconciliation": [
        differences.NAMING,
        differences.YEAR,
        CloseDay(closed_on=differences.DAY, sides=SIDES),
        CloseDay(closed_on=differences.NEXT, sides=differences.LATE, proposal="d1"),
    ],
    "ledger.checkpoint": [_signed(size, root * 64) for size in (1, 2, 7) for root in "ab"],
}
"""Commands whose texts no chance would write."""
