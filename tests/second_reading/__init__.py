"""A second, independent reading of every file that the house writes for its treasury.

It knows the business rules from their sources (EPC115-06 and EPC217-08, DK Anlage 3, docs/treasury.md for HKR), not
from the writers: nothing of `services`, `shared` or `deploy` is imported, XML is read by another parser, and days,
check digits and sums are reckoned here once more. What is found is told as `rule: where`; a right file gives nothing.
"""

from tests.second_reading import hkr, pain, recall
from tests.second_reading.series import series
from tests.second_reading.told import RULES, rules_broken

__all__ = ["RULES", "read", "rules_broken", "series"]


def read(raw: bytes, *, native: bool = False, single: frozenset[str] | None = None) -> list[str]:
    """What is wrong with a file of ours. `native`: umlauts are kept. `single`: the groups that are debited singly, where known."""
    if raw.startswith(b"Anordnungsdatei"):
        return hkr.read_csv(raw, native=native)
    if b"urn:foerderstrom:hkr:" in raw[:400]:
        return hkr.read_xml(raw, native=native)
    if b"camt.055" in raw[:400]:
        return recall.read(raw, native=native)
    return pain.read(raw, native=native, single=single)
