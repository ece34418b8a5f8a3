"""ISO 20022: pain.001 out (`writing`); pain.002, camt.052, camt.053, camt.054 and camt.029 in (`reading`)."""

from services.payout.treasury.iso20022.reading import MAX_SIZE, READERS, read
from services.payout.treasury.iso20022.writing import PAIN_001, build, check, plain

__all__ = ["MAX_SIZE", "PAIN_001", "READERS", "build", "check", "plain", "read"]
