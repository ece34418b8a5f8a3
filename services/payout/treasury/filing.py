"""A batch's file: its bytes made from the sealed content, always the same, and never handed over when they are not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout import statement as statements
from services.payout.settings import Settings
from services.payout.treasury import Account, Unwritable, deducting, instruction
from services.payout.treasury.iso20022 import plain
from services.payout.treasury.iso20022.recall_request import build_recall
from services.payout.treasury.known import FORMATS
from shared.bank_details import in_eea
from shared.identity import Erased, Sealed
from shared.privacy import Forged
from shared.service import House


def settings_of(house: House) -> Settings:
    """This house's settings with what payout alone has."""
    if not isinstance(house.settings, Settings):
        raise TypeError("payout braucht seine eigenen Einstellungen")
    return house.settings


def draft_bytes_of(house: House, content: batches.Draft) -> bytes:
    """The file of a draft, whose payees a new file may pay. Blocks. Raises `Unwritable`."""
    payees = _payees(house, content)
    refuse_unpayable(payees.values())
    return _written(house, content, payees)


def refuse_unpayable(payees: Iterable[Account]) -> None:
    """A file that is not sealed yet pays nobody far away and nobody without a name; a sealed one keeps its bytes."""
    for it in dict.fromkeys(payees):
        if not in_eea(it.iban):
            reason = "Ein Konto liegt außerhalb des Europäischen Wirtschaftsraums; dorthin fehlt der Datei die Anschrift des Zahlers."
            raise Unwritable("payee-too-far", reason)
        if not any(character.isalpha() for character in plain(it.holder, 70)):
            raise Unwritable("bad-name", "Ein Kontoinhaber hat keinen schreibbaren Namen.")


def _payees(house: House, content: batches.Sealable) -> Mapping[str, Account]:
    return {it.reference: payee for it in content.entries if (payee := _payee(house, it))}


def _written(house: House, content: batches.Sealable, payees: Mapping[str, Account]) -> bytes:
    account = settings_of(house).debtors.get(content.debtor)
    if account is None:
        raise Unwritable("debtor-unknown", f"Das Konto {content.debtor} steht nicht in den Einstellungen.")
    debtor = Account(holder=account.holder, iban=account.iban)
    return FORMATS[content.writing.format].build(instruction(content, payees, debtor))


def sealed_bytes_of(house: House, sealed: batches.BatchSealed) -> bytes:
    """The file of a sealed batch. Blocks. Raises `Unwritable`, also when other bytes than the sealed ones came out."""
    raw = _written(house, sealed, _payees(house, sealed))
    if sha256(raw).hexdigest() != sealed.file_sha256:
        raise Unwritable("not-as-sealed", "Die Datei lässt sich nicht so wiederherstellen, wie sie versiegelt wurde.")
    return raw


def recall_file(house: House, asked: recalls.RecallRequested, created_at: datetime, writing: batches.Writing) -> bytes:
    """The file of a request to cancel: a message of its own, or orders where the treasury knows those. Raises `Unwritable`."""
    account = settings_of(house).debtors.get(asked.debtor)
    if account is None:
        raise Unwritable("debtor-unknown", f"Das Konto {asked.debtor} steht nicht in den Einstellungen.")
    if not recalls.is_by_order(writing):
        return build_recall(asked, created_at, account.holder, writing)
    names = {it.reference: _opened(house, it.account_holder) for it in asked.entries if it.account_holder}
    debtor = Account(holder=account.holder, iban=account.iban)
    return FORMATS[writing.format].build(deducting(asked, created_at, writing, names, debtor))


def recall_bytes_of(house: House, state: recalls.Approved | recalls.Sent) -> bytes:
    """The file of an approved request. Raises `Unwritable`, also when other bytes than the sealed ones came out."""
    raw = recall_file(house, state.asked, state.sealed.created_at, state.sealed.writing)
    if sha256(raw).hexdigest() != state.sealed.file_sha256:
        raise Unwritable("not-as-sealed", "Die Datei lässt sich nicht so wiederherstellen, wie sie versiegelt wurde.")
    return raw


def _payee(house: House, entry: batches.Entry) -> Account | None:
    holder, iban = _opened(house, entry.account_holder), _opened(house, entry.iban)
    return Account(holder=holder, iban=iban) if holder and iban else None


def _opened(house: House, box: Sealed) -> str:
    try:
        value = house.privacy.open(box)
    except Forged as error:
        raise Unwritable("payee-unreadable", "Ein Empfänger liegt nicht so vor, wie er versiegelt wurde.") from error
    return "" if isinstance(value, Erased) else value


def renewal_of(house: House, sealed: batches.BatchSealed) -> disbursements.Renewal | None:
    """What a new order waits for after the treasury refused a payment of this batch."""
    settings = settings_of(house)
    debtor = settings.debtors.get(sealed.debtor)
    account = statements.stream_id(debtor.iban) if debtor else ""
    return disbursements.renewal_of(
        sealed.execution_on, account, settings.renewal_days, settings.renewal_statement_days
    )


async def orders_of(house: House, names: Sequence[str]) -> Sequence[payments.Payment]:
    """The payments as committed, in the order they are named."""
    return [(await house.writer.state(payments.decider, it)).state for it in names]
