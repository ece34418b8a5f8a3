"""The order file of an HKR system: header, one record per order, trailer with count, sum and checksum over the IBANs."""

from datetime import UTC
from typing import Any

from services.payout.treasury import Instruction, Unwritable
from services.payout.treasury.hkr.notation import HEADER, RECORD, TRAILER, append, etree, new, schema_errors, to_csv
from services.payout.treasury.iso20022 import check, plain
from shared.money import decimal


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
    native = instruction.native_text
    root = new("Anordnungsdatei")
    append(
        root,
        HEADER,
        {
            "Kennung": instruction.message_id,
            "Dateinummer": str(instruction.number),
            "ErstelltAm": instruction.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Ausfuehrungstag": instruction.execution_on.isoformat(),
            "Auftraggeber": plain(instruction.debtor.holder, 70, native=native),
            "AuftraggeberIBAN": instruction.debtor.iban,
        },
    )
    orders = [(group, it) for group in instruction.groups for it in group.transfers]
    for number, (group, it) in enumerate(orders, start=1):
        append(
            root,
            RECORD,
            {
                "Nummer": str(number),
                "Art": "Auszahlung",
                "Fremdkennzeichen": it.reference,
                "Titel": group.title,
                "Haushaltsjahr": str(group.year),
                "Betrag": decimal(it.cents),
                "Name": plain(it.payee.holder, 70, native=native),
                "IBAN": it.payee.iban,
                "Aktenzeichen": it.file_number,
                "Zweck": plain(it.text, 140, native=native),
            },
        )
    append(
        root,
        TRAILER,
        {
            "Anzahl": str(len(orders)),
            "Summe": decimal(sum(it.cents for _, it in orders)),
            "PruefsummeIBAN": iban_checksum([it.payee.iban for _, it in orders]),
        },
    )
    if where := schema_errors(root):
        raise Unwritable("not-valid", f"Die Anordnungsdatei entspricht nicht ihrem Schema ({where}).")
    return root
