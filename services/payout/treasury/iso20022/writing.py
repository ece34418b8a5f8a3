"""ISO 20022, outbound: pain.001.001.09.

What the schema does not say but a payment system checks (EPC115-06, EPC217-08, DK Anlage 3) is kept here: character
set, lengths, sums on both levels, no postal address, no invented BIC. lxml has no types: `Any` stays in this package.
"""

import re
import unicodedata
from datetime import UTC
from typing import Any

import lxml.etree

from services.payout.treasury import Account, Instruction, Transfer, TransferGroup, Unwritable
from services.payout.treasury.iso20022.fields import IDENTIFIER
from shared.money import MAX_CENTS, decimal

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LATIN = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS", "&": "+",
    "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "–": "-", "—": "-", "‐": "-", "_": "-", "„": "'", "“": "'", "”": "'", "‚": "'", "‘": "'", "’": "'", '"': "'",
    ";": ",", "§": "Par.", "€": "EUR", "@": "(at)",
}  # fmt: skip
_foreign = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
_NATIVE = "äöüÄÖÜß"
"""What DK Anlage 3 admits beside the SEPA set."""
_reference = re.compile(r"[A-Z0-9]{1,25}")
_iban = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def plain(text: str, length: int, *, native: bool = False) -> str:
    """Text in the SEPA character set, cut to a length. Never for references.

    Umlauts and ß are written by the German convention (ä→ae, ß→ss), or `native` as the account holder writes them.
    """
    kept = _NATIVE if native else ""
    bare = "".join(it if it in kept else _bare(it) for it in unicodedata.normalize("NFC", text))
    clean = " ".join(bare.split())
    return re.sub("/{2,}", "/", clean).strip("/ ")[:length].rstrip("/ ")


def _bare(character: str) -> str:
    latin = _LATIN.get(character, character)
    parts = (it for it in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(it))
    return "".join(it if it.isspace() else _foreign.sub(".", it) for it in parts)


def build(instruction: Instruction) -> bytes:
    """The pain.001.001.09 of an instruction, byte for byte the same each time. Raises `Unwritable`."""
    check(instruction)
    transfers = [it for group in instruction.groups for it in group.transfers]
    document = etree.Element(f"{{{PAIN_001}}}Document", nsmap={None: PAIN_001})
    root = _add(document, "CstmrCdtTrfInitn")
    header = _add(root, "GrpHdr")
    _add(header, "MsgId", instruction.message_id)
    _add(header, "CreDtTm", instruction.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _sums(header, transfers)
    _add(_add(header, "InitgPty"), "Nm", plain(instruction.debtor.holder, 70, native=instruction.native_text))
    for group in instruction.groups:
        _payment_information(root, instruction, group)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _payment_information(root: Any, instruction: Instruction, group: TransferGroup) -> None:
    information = _add(root, "PmtInf")
    _add(information, "PmtInfId", group.id)
    _add(information, "PmtMtd", "TRF")
    _add(information, "BtchBookg", "false" if group.single else "true")
    _sums(information, group.transfers)
    _add(_add(_add(information, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(information, "ReqdExctnDt"), "Dt", instruction.execution_on.isoformat())
    _add(_add(information, "Dbtr"), "Nm", plain(instruction.debtor.holder, 70, native=instruction.native_text))
    _add(_add(_add(information, "DbtrAcct"), "Id"), "IBAN", instruction.debtor.iban)
    # The schema wants an agent; NOTPROVIDED is no BIC and stands where no BIC is claimed.
    _add(_add(_add(_add(information, "DbtrAgt"), "FinInstnId"), "Othr"), "Id", "NOTPROVIDED")
    _add(information, "ChrgBr", "SLEV")
    for transfer in group.transfers:
        _transfer(information, transfer, native=instruction.native_text)


def _transfer(information: Any, transfer: Transfer, *, native: bool) -> None:
    transaction = _add(information, "CdtTrfTxInf")
    _add(_add(transaction, "PmtId"), "EndToEndId", transfer.reference)
    _add(_add(transaction, "Amt"), "InstdAmt", decimal(transfer.cents)).set("Ccy", "EUR")
    # No PstlAdr: unstructured addresses are refused from November 2026 on, and none is needed within Germany.
    _add(_add(transaction, "Cdtr"), "Nm", plain(transfer.payee.holder, 70, native=native))
    _add(_add(_add(transaction, "CdtrAcct"), "Id"), "IBAN", transfer.payee.iban)
    _add(_add(transaction, "Purp"), "Cd", "GOVT")
    _add(_add(transaction, "RmtInf"), "Ustrd", plain(transfer.text, 140, native=native))


def _add(parent: Any, name: str, text: str = "") -> Any:
    child = etree.SubElement(parent, f"{{{PAIN_001}}}{name}")
    if text:
        child.text = text
    return child


def _sums(parent: Any, transfers: Any) -> None:
    _add(parent, "NbOfTxs", str(len(transfers)))
    _add(parent, "CtrlSum", decimal(sum(it.cents for it in transfers)))


def check(instruction: Instruction) -> None:
    """What holds for every file for the treasury, whatever its format. Raises `Unwritable`."""
    transfers = [it for group in instruction.groups for it in group.transfers]
    identifiers = [instruction.message_id, *(group.id for group in instruction.groups)]
    if not transfers or not all(group.transfers for group in instruction.groups):
        raise Unwritable("empty", "Eine Datei ohne Zahlung gibt es nicht.")
    if not all(IDENTIFIER.fullmatch(it) for it in identifiers) or len(set(identifiers[1:])) != len(identifiers) - 1:
        raise Unwritable("bad-identifier", "Eine Kennung der Datei ist nicht zulässig.")
    if not all(_reference.fullmatch(it.reference) for it in transfers):
        raise Unwritable("bad-reference", "Eine Zahlungskennung ist nicht zulässig.")
    if len({it.reference for it in transfers}) != len(transfers):
        raise Unwritable("reference-twice", "Eine Zahlungskennung kommt doppelt vor.")
    if not all(0 < it.cents <= MAX_CENTS for it in transfers):
        raise Unwritable("bad-amount", "Ein Betrag liegt außerhalb von 0,01 bis 999.999.999,99 Euro.")
    for account in (instruction.debtor, *(it.payee for it in transfers)):
        _check_account(account)


def _check_account(account: Account) -> None:
    if not _iban.fullmatch(account.iban):
        raise Unwritable("bad-iban", "Eine IBAN hat nicht die Form einer IBAN.")
    if int("".join(str(int(it, 36)) for it in account.iban[4:] + account.iban[:4])) % 97 != 1:
        raise Unwritable("bad-iban", "Die Prüfziffer einer IBAN stimmt nicht.")
    if not plain(account.holder, 70):
        raise Unwritable("bad-name", "Ein Kontoinhaber hat keinen schreibbaren Namen.")
