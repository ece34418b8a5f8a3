"""ISO 20022, outbound: pain.001.001.09.

What the schema does not say but a payment system checks (EPC115-06, EPC217-08, DK Anlage 3) is kept here: character
set, lengths, sums on both levels, no postal address, no invented BIC. lxml has no types: `Any` stays in this package.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import lxml.etree

from services.payout.treasury import Account, Collection, Instruction, TakeBack, Transfer, TransferGroup, Unwritable
from services.payout.treasury.iso20022.fields import IDENTIFIER
from shared.money import MAX_CENTS, decimal

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
_END_OF_GROUP = "    </PmtInf>\n"
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
_foreign_to_native = re.compile(rf"[^a-zA-Z0-9/\-?:().,'+ {_NATIVE}]")
_slashes = re.compile("/{2,}")
_NUMBERS = str.maketrans({chr(it): str(it - 55) for it in range(ord("A"), ord("Z") + 1)})
_reference = re.compile(r"[A-Z0-9]{1,25}")
_iban = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def plain(text: str, length: int, *, native: bool = False) -> str:
    """Text in the SEPA character set, cut to a length. Never for references.

    Umlauts and ß are written by the German convention (ä→ae, ß→ss), or `native` as the account holder writes them.
    """
    foreign = _foreign_to_native if native else _foreign
    latin = text
    if foreign.search(text):
        latin = unicodedata.normalize("NFC", text)
        latin = foreign.sub(lambda it: _LATIN.get(it[0]) or _bare(it[0]), latin)
    clean = _slashes.sub("/", " ".join(latin.split()))
    return clean.strip("/ ")[:length].rstrip("/ ")


def _bare(character: str) -> str:
    parts = (it for it in unicodedata.normalize("NFKD", character) if not unicodedata.combining(it))
    return "".join(it if it.isspace() else _foreign.sub(".", it) for it in parts)


def build(instruction: Instruction) -> bytes:
    """The pain.001.001.09 of an instruction, byte for byte the same each time. Raises `Unwritable`."""
    check(instruction)
    if instruction.collections or instruction.taken_back:
        raise Unwritable("version", "Eine Zahlungsdatei kennt nur Zahlungen.")
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
    frame = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()
    # Transfers are written as text: nothing in them can need an escape, and 20,000 of them are made in a fraction of the time.
    written: list[str] = []
    for group, part in zip(instruction.groups, frame.split(_END_OF_GROUP)[:-1], strict=True):
        written += [part, *(_transfer(it, native=instruction.native_text) for it in group.transfers), _END_OF_GROUP]
    return ("".join(written) + frame.rpartition(_END_OF_GROUP)[2]).encode()


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


def _transfer(transfer: Transfer, *, native: bool) -> str:
    # No PstlAdr: unstructured addresses are refused from November 2026 on, and none is needed within Germany.
    return f"""\
      <CdtTrfTxInf>
        <PmtId>
          <EndToEndId>{transfer.reference}</EndToEndId>
        </PmtId>
        <Amt>
          <InstdAmt Ccy="EUR">{decimal(transfer.cents)}</InstdAmt>
        </Amt>
        <Cdtr>
          <Nm>{plain(transfer.payee.holder, 70, native=native)}</Nm>
        </Cdtr>
        <CdtrAcct>
          <Id>
            <IBAN>{transfer.payee.iban}</IBAN>
          </Id>
        </CdtrAcct>
        <Purp>
          <Cd>GOVT</Cd>
        </Purp>
        <RmtInf>
          <Ustrd>{plain(transfer.text, 140, native=native)}</Ustrd>
        </RmtInf>
      </CdtTrfTxInf>
"""


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
    ordered: Sequence[Transfer | Collection | TakeBack] = [
        *transfers, *instruction.collections, *instruction.taken_back,
    ]  # fmt: skip
    if not ordered or not all(group.transfers for group in instruction.groups):
        raise Unwritable("empty", "Eine Datei ohne Anordnung gibt es nicht.")
    if not all(IDENTIFIER.fullmatch(it) for it in identifiers) or len(set(identifiers[1:])) != len(identifiers) - 1:
        raise Unwritable("bad-identifier", "Eine Kennung der Datei ist nicht zulässig.")
    if not all(_reference.fullmatch(it.reference) for it in ordered):
        raise Unwritable("bad-reference", "Eine Zahlungskennung ist nicht zulässig.")
    if len({it.reference for it in ordered}) != len(ordered):
        raise Unwritable("reference-twice", "Eine Zahlungskennung kommt doppelt vor.")
    if not all(0 < it.cents <= MAX_CENTS for it in ordered):
        raise Unwritable("bad-amount", "Ein Betrag liegt außerhalb von 0,01 bis 999.999.999,99 Euro.")
    for account in {instruction.debtor, *(it.payee for it in transfers)}:
        _check_account(account)


def _check_account(account: Account) -> None:
    if not _iban.fullmatch(account.iban):
        raise Unwritable("bad-iban", "Eine IBAN hat nicht die Form einer IBAN.")
    if int((account.iban[4:] + account.iban[:4]).translate(_NUMBERS)) % 97 != 1:
        raise Unwritable("bad-iban", "Die Prüfziffer einer IBAN stimmt nicht.")
    if not plain(account.holder, 70):
        raise Unwritable("bad-name", "Ein Kontoinhaber hat keinen schreibbaren Namen.")
