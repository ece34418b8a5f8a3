"""What is told to the Kasse by hand when payments are asked back: a line for each, under the name that the Kasse knows it by."""

from collections.abc import Mapping

from services.payout import batch as batches
from services.payout.recall import RecallRequested
from shared.money import decimal

WRITING = batches.Writing(format=batches.BY_HAND)


def cash_references(state: batches.Batch) -> Mapping[str, str]:
    """The Kassenzeichen of the orders of a file that was typed in, by their references; of others the Kasse knows the reference."""
    if not isinstance(state, batches.Transmitted):
        return {}
    of_all = {it.reference: state.cash_reference for it in state.sealed.entries} if state.cash_reference else {}
    return of_all | dict(state.entered)


def recall_sheet(asked: RecallRequested, known: Mapping[str, str]) -> bytes:
    """The lines in the order of the file, always the same bytes."""
    lines = [
        ";".join((known.get(it.reference, ""), it.reference, decimal(it.cents), asked.grounds.value))
        for it in asked.entries
    ]
    return "".join(f"{it}\r\n" for it in ("Kassenzeichen;Zahlungskennung;Betrag;Grund", *lines)).encode()
