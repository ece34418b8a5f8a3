"""Payout's log with many payments that are ordered and handed over, and not yet booked: with every hash that the writer would have made."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import batched
from typing import Any

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.settings import FREE_STATE
from services.payout.wiring import blueprint
from shared.decider import AnyDecider, Context
from shared.formats import (
    ZERO,
    StoredContext,
    chain,
    context_bytes,
    digest,
    instant,
    leaf,
    link,
    stored_bytes,
    topic_of,
)
from shared.identity import Role
from shared.opening import recorder
from shared.provisioning import provision
from shared.recorders import Batch, Head, Row
from shared.records import replace
from shared.service import build
from shared.settings import Settings
from tests.benchmarks.running import Figures
from tests.payout.builders import House, drawdown, plan
from tests.scenario import acting

YEAR = 2025
HANDED_OVER_AT = datetime(2025, 8, 4, 10, tzinfo=UTC)
_CASE, _PAYMENT, _DRAWDOWN = "c" * 32, "a" * 32, "d" * 32
_CENTS = 777_777_777
"""Stands in the one case of which all others are copies."""
TITLES = 4


def case_of(number: int) -> str:
    return f"{number:032x}"


def payment_of(number: int) -> str:
    """Spread over the index as random ids are."""
    return digest(b"%d" % number)[:32]


def reference_of(number: int) -> str:
    return payments.reference_of(case_of(number), 1, 1, YEAR)


def cents_of(number: int) -> int:
    """No two pay the same, so that a mix-up shows."""
    return 100_00 + number


class _Log:
    """Rows one after the other, each with its proof."""

    def __init__(self, head: Head) -> None:
        self.head, self._known = head, dict[str, tuple[int, str]]()

    def row(self, stream: str, topic: str, state: bytes, *, last: bool) -> Row:
        version, previous = self._known.pop(stream, (0, ZERO))
        version, position = version + 1, self.head.position + 1
        header = leaf(
            "payout",
            self.head.epoch,
            position,
            stream,
            version,
            topic,
            digest(state),
            previous,
            instant(HANDED_OVER_AT),
        )
        chained = chain(self.head.chain, header)
        if not last:
            self._known[stream] = version, link(stream, version, topic, state)
        self.head = Head(epoch=self.head.epoch, position=position, chain=chained)
        return Row(
            position=position, stream=stream, version=version, topic=topic, state=state, header=header, chain=chained
        )


def _patterns(batch: str) -> tuple[House, list[tuple[str, str, bytes]]]:
    """Stream, topic and bytes of one case's events up to its place in a batch, as its nouns decide them."""
    house = House()
    house.disbursement(plan(_CASE, {YEAR: _CENTS}, eligible_cents=2 * _CENTS, rate_bp=5_000), _acting(), _CASE)
    house.certified(drawdown(_DRAWDOWN, YEAR, 2 * _CENTS, _CENTS), _CASE)
    house.order(_DRAWDOWN, _PAYMENT, case=_CASE)
    house.seal(_PAYMENT, batch=batch)
    raw = _raw(_CASE)
    found = [
        (stream, topic_of(it.TOPIC, it.VERSION), stored_bytes(raw, it))
        for stream in (disbursements.decider.stream(_CASE), payments.decider.stream(_PAYMENT))
        for it in house.events[stream]
    ]
    return house, found


def _acting() -> Context:
    return acting("system", Role.SYSTEM, HANDED_OVER_AT.date())


def _raw(case: str) -> bytes:
    return context_bytes(
        StoredContext(
            actor="p-orderer", role=Role.ORDERING_OFFICER, at=HANDED_OVER_AT, valid_on=HANDED_OVER_AT.date(), cause="",
            correlation=case, trace="",
        )
    )  # fmt: skip


def rows(head: Head, count: int) -> Iterator[Row]:
    """The rows of so many payments, in batches as large as there are."""
    log = _Log(head)
    for numbers in batched(range(count), batches.MAX_ENTRIES):
        batch = digest(b"batch %d" % numbers[0])[:32]
        house, patterns = _patterns(batch)
        order: payments.PaymentOrdered = house.payment(_PAYMENT).order
        for number in numbers:
            yield from _case_rows(log, patterns, order.reference, number)
        yield from _batch_rows(log, batch, _draft(batch, order, numbers))


def _case_rows(log: _Log, patterns: Iterable[tuple[str, str, bytes]], reference: str, number: int) -> Iterator[Row]:
    for stream, topic, pattern in patterns:
        state = (
            pattern.replace(_CASE.encode(), case_of(number).encode())
            .replace(_PAYMENT.encode(), payment_of(number).encode())
            .replace(reference.encode(), reference_of(number).encode())
            .replace(b"%d" % (2 * _CENTS), b"%d" % (2 * cents_of(number)))
            .replace(b"%d" % _CENTS, b"%d" % cents_of(number))
            .replace(b"1605-63371", b"1605-6337%d" % (number % TITLES))
        )
        named = stream.replace(_CASE, case_of(number)).replace(_PAYMENT, payment_of(number))
        yield log.row(named, topic, state, last=False)


def _draft(batch: str, order: payments.PaymentOrdered, numbers: Iterable[int]) -> batches.Draft:
    orders = [
        replace(
            order, case=case_of(it), payment=payment_of(it), reference=reference_of(it), cents=cents_of(it),
            title=f"1605-6337{it % TITLES}",
        )
        for it in numbers
    ]  # fmt: skip
    return batches.draft(
        batch,
        orders,
        created_at=HANDED_OVER_AT,
        execution_on=date(2025, 8, 5),
        debtor=FREE_STATE,
        writing=batches.Writing(),
    )


def _batch_rows(log: _Log, id: str, content: batches.Draft) -> Iterator[Row]:
    file_sha256 = sha256(id.encode()).hexdigest()
    sealing = batches.SealBatch(
        message_id=id, created_at=content.created_at, execution_on=content.execution_on, debtor=content.debtor,
        entries=content.entries, took_part=(), file_sha256=file_sha256, file_name=f"{id}.xml", writing=content.writing,
    )  # fmt: skip
    handing_over = (
        sealing,
        batches.ReleaseBatch(),
        batches.StartSubmission(attempt=1, file_sha256=file_sha256),
        batches.ConfirmTransmission(file_sha256=file_sha256, evidence="file"),
    )
    noun: AnyDecider = batches.decider
    state, raw, on = noun.initial, _raw(""), HANDED_OVER_AT.date()
    for command in handing_over:
        sealing_now = isinstance(command, batches.SealBatch)
        context = (
            acting("p-orderer", Role.ORDERING_OFFICER, on) if sealing_now else acting("p-cashier", Role.TREASURY, on)
        )
        decided = list[Any](noun.decide(command, state, context))
        state = noun.fold(decided, state)
        for it in decided:
            yield log.row(noun.stream(id), topic_of(it.TOPIC, it.VERSION), stored_bytes(raw, it), last=False)


def hand_over(settings: Settings, count: int) -> Figures:
    """Put so many payments into payout's empty store, and read them into its lists."""
    provision("payout", settings)
    store = recorder(settings.store, "payout")
    head = store.head()
    for some in batched(rows(head, count), 5_000):
        after = Head(epoch=head.epoch, position=some[-1].position, chain=some[-1].chain)
        store.append(Batch(before=head, after=after, rows=some, lanes=(), commands=()))
        head = after
    store.close()
    house = build(blueprint, settings)
    house.writer.head = house.store.recorder.head()
    while house.view_follower.step():
        pass
    house.views.close()
    house.store.recorder.close()
    return {"events": head.position}
