"""What a file would hold: the orders that were chosen, sorted and grouped, before anything is fixed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from services.payout import collection
from services.payout import payment as payments
from services.payout.batch.content import CollectionEntry, Entry, Writing
from shared.decider import value


class Sealable(Protocol):
    """What the file's bytes are made of: a draft before it is sealed, the sealed event ever after."""

    @property
    def message_id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def execution_on(self) -> date: ...
    @property
    def debtor(self) -> str: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def writing(self) -> Writing: ...
    @property
    def collections(self) -> tuple[CollectionEntry, ...]: ...


@value
class Draft:
    """A batch as it would be sealed; its bytes and their SHA-256 are made of it outside the decision."""

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[Entry, ...]
    writing: Writing = Writing()
    collections: tuple[CollectionEntry, ...] = ()


@value
class Group:
    """The entries of one title and year: one debit on the treasury's account, one sum in its books."""

    id: str
    title: str
    year: int
    entries: tuple[Entry, ...]


def entry_of(order: payments.PaymentOrdered) -> Entry:
    """An order as a file holds it."""
    return Entry(
        payment=order.payment,
        case=order.case,
        drawdown=order.drawdown,
        reference=order.reference,
        cents=order.cents,
        account_holder=order.account_holder,
        iban=order.iban,
        title=order.title,
        year=order.year,
        file_number=order.file_number,
    )


def collection_entry_of(case: str, order: collection.CollectionOrdered) -> CollectionEntry:
    """An order about a claim as a file holds it."""
    return CollectionEntry(
        order=order.order, case=case, claim=order.claim, kind=order.kind, reference=order.reference,
        refers_to=order.refers_to, payable_under=order.payable_under, cents=order.cents, due_on=order.due_on,
        payer=order.payer, title=order.title, year=order.year, file_number=order.file_number,
    )  # fmt: skip


def draft(
    batch: str,
    orders: Sequence[payments.PaymentOrdered],
    *,
    created_at: datetime,
    execution_on: date,
    debtor: str,
    writing: Writing,
    collections: Sequence[CollectionEntry] = (),
) -> Draft:
    """The batch of these orders, sorted by reference so that the same choice makes the same file."""
    entries = sorted((entry_of(order) for order in orders), key=lambda it: it.reference)
    return Draft(
        message_id=batch,
        created_at=created_at.replace(microsecond=0),
        execution_on=execution_on,
        debtor=debtor,
        entries=tuple(entries),
        writing=writing,
        collections=tuple(sorted(collections, key=lambda it: it.reference)),
    )


def took_part_of(order: payments.PaymentOrdered) -> frozenset[str]:
    """Who took part in an order, and may not release it."""
    return frozenset((order.certified_by, order.ordered_by, *order.took_part))


def groups(content: Sealable) -> tuple[Group, ...]:
    """One group per title and year, in order of first mention; its id is the message id and a number."""
    keys = list(dict.fromkeys((it.title, it.year) for it in content.entries))
    return tuple(
        Group(
            id=f"{content.message_id}-{number:02d}",
            title=key[0],
            year=key[1],
            entries=tuple(it for it in content.entries if (it.title, it.year) == key),
        )
        for number, key in enumerate(keys, start=1)
    )
