"""The order file of an HKR system: header, one record per order, trailer with count, sum and checksum over the IBANs."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from services.payout.collection import Kind
from services.payout.treasury import Collection, Instruction, TakeBack, Transfer, TransferGroup, Unwritable
from services.payout.treasury.hkr.notation import HEADER, RECORD, TRAILER, append, etree, new, schema_errors, to_csv
from services.payout.treasury.iso20022 import check, plain
from shared.money import decimal

_KINDS: Mapping[Kind, str] = {Kind.COLLECT: "Annahme", Kind.CHANGE: "Aenderung", Kind.DEDUCT: "Absetzung"}


def build_xml(instruction: Instruction) -> bytes:
    """The order file in XML, byte for byte the same each time. Raises `Unwritable`."""
    return etree.tostring(_tree(instruction), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def build_csv(instruction: Instruction) -> bytes:
    """The order file in CSV, byte for byte the same each time. Raises `Unwritable`."""
    return to_csv(_tree(instruction))


def iban_checksum(ibans: list[str]) -> str:
    """The sum of the IBANs read as numbers (A = 10 … Z = 35), its last 20 digits."""
    total = sum(int("".join(str(int(it, 36)) for it in iban)) for iban in ibans)
    return f"{total % 10**20:020d}"


def _tree(instruction: Instruction) -> Any:
    check(instruction)
    if instruction.collections and instruction.version < 2:
        raise Unwritable("version", "Die erste Fassung der Datei kennt keine Anordnungen zu Forderungen.")
    if instruction.taken_back and instruction.version < 2:
        raise Unwritable("version", "Die erste Fassung der Datei kennt keine Absetzung einer Auszahlung.")
    root = new("Anordnungsdatei", instruction.version)
    append(root, HEADER, _header(instruction))
    orders = [(group, it) for group in instruction.groups for it in group.transfers]
    records = [_payment(group, it, instruction) for group, it in orders]
    records += [_collection(it, instruction) for it in instruction.collections]
    records += [_take_back(it, instruction) for it in instruction.taken_back]
    for number, record in enumerate(records, start=1):
        append(root, RECORD, {"Nummer": str(number), **record})
    paid = sum(it.cents for _, it in orders)
    append(
        root,
        TRAILER,
        {
            "Anzahl": str(len(records)),
            "Summe": decimal(paid + sum(it.cents for it in (*instruction.collections, *instruction.taken_back))),
            **({"SummeAuszahlungen": decimal(paid)} if instruction.version > 1 else {}),
            "PruefsummeIBAN": iban_checksum([it.payee.iban for _, it in orders]),
        },
    )
    if where := schema_errors(root):
        raise Unwritable("not-valid", f"Die Anordnungsdatei entspricht nicht ihrem Schema ({where}).")
    return root


def _header(instruction: Instruction) -> dict[str, str]:
    return {
        "Kennung": instruction.message_id,
        "Dateinummer": str(instruction.number),
        "ErstelltAm": instruction.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Ausfuehrungstag": instruction.execution_on.isoformat(),
        "Auftraggeber": plain(instruction.debtor.holder, 70, native=instruction.native_text),
        "AuftraggeberIBAN": instruction.debtor.iban,
    }


def _payment(group: TransferGroup, it: Transfer, instruction: Instruction) -> dict[str, str]:
    native = instruction.native_text
    return {
        "Art": "Auszahlung",
        "Fremdkennzeichen": it.reference,
        "Titel": group.title,
        "Haushaltsjahr": str(group.year),
        "Betrag": decimal(it.cents),
        "Name": plain(it.payee.holder, 70, native=native),
        "IBAN": it.payee.iban,
        "Aktenzeichen": it.file_number,
        "Zweck": plain(it.text, 140, native=native),
    }


def _collection(it: Collection, instruction: Instruction) -> dict[str, str]:
    native = instruction.native_text
    return {
        "Art": _KINDS[it.kind],
        "Fremdkennzeichen": it.reference,
        "Bezug": it.refers_to,
        "Kassenzeichen": it.payable_under,
        "Titel": it.title,
        "Haushaltsjahr": str(it.year),
        "Betrag": decimal(it.cents),
        "Faelligkeit": it.due_on.isoformat(),
        "Name": plain(it.payer, 70, native=native),
        "Aktenzeichen": it.file_number,
        "Zweck": plain(it.text, 140, native=native),
    }


def _take_back(it: TakeBack, instruction: Instruction) -> dict[str, str]:
    """No Kassenzeichen and no day: by that it is told from the order that says a claim is collected no more."""
    native = instruction.native_text
    return {
        "Art": _KINDS[Kind.DEDUCT],
        "Fremdkennzeichen": it.reference,
        "Bezug": it.refers_to,
        "Titel": it.title,
        "Haushaltsjahr": str(it.year),
        "Betrag": decimal(it.cents),
        "Name": plain(it.payee, 70, native=native),
        "Aktenzeichen": it.file_number,
        "Zweck": plain(it.text, 140, native=native),
    }
