"""Die Kasse: what an adapter to the state payment system must be able to do.

An instruction goes out as bytes that are a pure function of it; what comes back is read into a report or refused as
`Unreadable`. Personal values are open only here and in the file.
"""

from collections.abc import Mapping
from datetime import date, datetime

from services.payout.batch import CollectionEntry, Sealable, Writing, groups
from services.payout.collection import Kind
from services.payout.recall import RecalledEntry, RecallRequested
from shared.calendar import local_date
from shared.decider import value

TEXTS: Mapping[Kind, str] = {
    Kind.COLLECT: "Erstattung ThürEGovRL",
    Kind.CHANGE: "Erstattung ThürEGovRL, geändert,",
    Kind.DEDUCT: "Erstattung ThürEGovRL, abgesetzt,",
}
"""What the file says of an order about a claim. Never alter: an old file's bytes must stay the same."""


TAKEN_BACK = "Zuwendung ThürEGovRL, Auszahlung abgesetzt,"
"""The same of an order that takes a payment back."""


@value
class Account:
    """A holder and an IBAN, in clear."""

    holder: str
    iban: str


@value
class Transfer:
    """One payment in the file; `text` is the remittance text for the payee."""

    reference: str
    cents: int
    payee: Account
    text: str
    file_number: str = ""


@value
class TransferGroup:
    """Transfers of one title and year, which are debited in one sum unless they are `single`."""

    id: str
    transfers: tuple[Transfer, ...]
    title: str = ""
    year: int = 0
    single: bool = False


@value
class Collection:
    """One order about a claim in the file; `refers_to` is the order that it changes, `payable_under` what is paid under."""

    kind: Kind
    reference: str
    refers_to: str
    payable_under: str
    cents: int
    due_on: date
    payer: str
    title: str
    year: int
    text: str
    file_number: str


@value
class TakeBack:
    """One order that takes an ordered payment back (Absetzungsanordnung); `refers_to` is the payment's reference."""

    reference: str
    refers_to: str
    cents: int
    payee: str
    title: str
    year: int
    text: str
    file_number: str


@value
class Instruction:
    """One file for the treasury, all values in clear; `version` is that of its format."""

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: Account
    groups: tuple[TransferGroup, ...]
    native_text: bool = False
    number: int = 0
    collections: tuple[Collection, ...] = ()
    version: int = 1
    taken_back: tuple[TakeBack, ...] = ()


@value
class Found:
    """What could be read of a file that is refused: its own name, and how many items of which sum before it broke."""

    message_id: str = ""
    count: int = 0
    cents: int = 0


class Unreadable(Exception):
    """A file that is no message of a known format. `code` is stable, `reason` a German sentence without anything from the file."""

    found: Found = Found()

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class Unwritable(Exception):
    """An instruction that has no valid file. `code` is stable; nothing personal is in it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


def instruction(content: Sealable, payees: Mapping[str, Account], debtor: Account) -> Instruction:
    """The file that a draft or a sealed batch stands for; `payees` are the opened values by payment reference.

    Raises `Unwritable` ("payee-unknown") when a payee is missing, for one because the person's key was destroyed.
    """
    missing = [it.reference for it in content.entries if it.reference not in payees]
    if missing:
        raise Unwritable("payee-unknown", f"Zu {missing[0]} ist der Empfänger nicht lesbar.")
    return Instruction(
        message_id=content.message_id,
        created_at=content.created_at,
        execution_on=content.execution_on,
        debtor=debtor,
        native_text=content.writing.native_text,
        number=content.writing.number,
        version=content.writing.version,
        collections=tuple(_collection(it) for it in content.collections),
        groups=tuple(
            TransferGroup(
                id=group.id,
                title=group.title,
                year=group.year,
                single=group.title in content.writing.single_titles,
                transfers=tuple(
                    Transfer(
                        reference=it.reference,
                        cents=it.cents,
                        payee=payees[it.reference],
                        text=f"Zuwendung ThürEGovRL {it.file_number}, Haushaltsjahr {it.year}",
                        file_number=it.file_number,
                    )
                    for it in group.entries
                ),
            )
            for group in groups(content)
        ),
    )


def deducting(
    asked: RecallRequested, created_at: datetime, writing: Writing, payees: Mapping[str, str], debtor: Account
) -> Instruction:
    """The file that takes the payments of a request to cancel back; `payees` are the opened names by payment reference.

    Raises `Unwritable` ("payee-unknown") when a name is missing.
    """
    if missing := [it.reference for it in asked.entries if not payees.get(it.reference)]:
        raise Unwritable("payee-unknown", f"Zu {missing[0]} ist der Empfänger nicht lesbar.")
    return Instruction(
        message_id=asked.recall,
        created_at=created_at,
        execution_on=local_date(created_at),
        debtor=debtor,
        groups=(),
        native_text=writing.native_text,
        number=writing.number,
        version=writing.version,
        taken_back=tuple(_take_back(it, payees[it.reference]) for it in asked.entries),
    )


def _take_back(it: RecalledEntry, payee: str) -> TakeBack:
    return TakeBack(
        reference=it.order,
        refers_to=it.reference,
        cents=it.cents,
        payee=payee,
        title=it.title,
        year=it.year,
        text=f"{TAKEN_BACK} {it.file_number}",
        file_number=it.file_number,
    )


def _collection(it: CollectionEntry) -> Collection:
    return Collection(
        kind=it.kind,
        reference=it.reference,
        refers_to=it.refers_to,
        payable_under=it.payable_under,
        cents=it.cents,
        due_on=it.due_on,
        payer=it.payer,
        title=it.title,
        year=it.year,
        text=f"{TEXTS[it.kind]} {it.file_number}",
        file_number=it.file_number,
    )
