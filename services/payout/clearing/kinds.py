"""What kinds of items there are, and what may be found of each."""

from collections.abc import Mapping
from enum import StrEnum


class Direction(StrEnum):
    """Which way money went; `NONE` when nothing was booked."""

    OUT = "debit"
    IN = "credit"
    NONE = ""


class ClearingKind(StrEnum):
    """What an item is about."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    PAYEE = "payee"
    CONTRADICTION = "contradiction"
    ANSWER = "answer"
    FILE = "file"
    OVERPAYMENT = "overpayment"


KIND_TITLES: Mapping[str, str] = {
    ClearingKind.OUTGOING: "Belastung, die keine Zahlung erklärt",
    ClearingKind.INCOMING: "Gutschrift, die nichts erklärt",
    ClearingKind.PAYEE: "Empfängerüberprüfung",
    ClearingKind.CONTRADICTION: "Widerspruch zu unseren Büchern",
    ClearingKind.ANSWER: "Antwort auf etwas Unbekanntes",
    ClearingKind.FILE: "Datei",
    ClearingKind.OVERPAYMENT: "Überzahlung",
}

OVERPAID = "drawdown-paid-twice"
"""The reason of an item for a Mittelabruf that was paid by two payments."""

PAID_TWICE = (OVERPAID, "settled-after-rejection", "debited-twice", "duplicate-of-other-bytes")
"""The reasons of items about money that may have left twice: an alarm for as long as one is open."""

PART_OPEN, TO_GIVE_BACK = "part-open", "to-give-back"
"""The reasons of an item that is the rest of a divided credit: it waits to be explained, or to be given back to its sender."""

_CONTRADICTIONS = frozenset(
    {
        "count-differs", "sum-differs", "amount-differs", "duplicate-receipt", "rejected-after-settlement",
        "batch-discarded", "payment-cancelled", "batch-not-released", "batch-not-submitted", "payment-not-in-this-batch",
        "payment-not-of-this-drawdown", "recall-contradicted", "recall-not-approved", "recall-not-requested", "collection-not-in-this-batch",
        "collection-answered-otherwise", "perhaps-in-sum", "wrong-currency", "duplicate-of-other-bytes", "answers-contradict",
    }
)  # fmt: skip
_FILES = frozenset({"report-conflicting", "unreadable"})


def kind_of(reason: str, direction: Direction) -> ClearingKind:
    """Booked money first: whatever is said of it, it has to be found again."""
    match direction:
        case Direction.OUT:
            return ClearingKind.OUTGOING
        case Direction.IN:
            return ClearingKind.INCOMING
        case Direction.NONE:
            pass
    if reason == OVERPAID:
        return ClearingKind.OVERPAYMENT
    if reason.startswith("payee-"):
        return ClearingKind.PAYEE
    if reason in _FILES or reason.startswith("statement-"):
        return ClearingKind.FILE
    return ClearingKind.CONTRADICTION if reason in _CONTRADICTIONS else ClearingKind.ANSWER


class Resolution(StrEnum):
    """What an item was found to be.

    `ASSIGNED` moves the named payment or claim by this booking. `NOT_OURS` hands the booking to the office whose money it is. `BOOKED_TWICE` and
    `RETURNED_TO_SENDER` set it against the named booking of the same amount the other way. `NOTED` is for what moved no money.
    `SPLIT` divides a credit: some parts move the claims that they name, each other part is an item of its own from then on.
    `RECOVERED` closes an overpayment that came back, or for which the named claim stands. `PAYEE_CONFIRMED` and `PAYEE_WITHDRAWN`
    decide on a payment that is held because the bank knows another holder.
    """

    ASSIGNED = "assigned"
    NOT_OURS = "not-ours"
    BOOKED_TWICE = "booked-twice"
    RETURNED_TO_SENDER = "returned-to-sender"
    NOTED = "noted"
    RECOVERED = "recovered"
    PAYEE_CONFIRMED = "payee-confirmed"
    PAYEE_WITHDRAWN = "payee-withdrawn"
    SPLIT = "split"


RESOLUTION_TITLES: Mapping[str, str] = {
    Resolution.ASSIGNED: "gehört zu einer Zahlung oder Forderung",
    Resolution.SPLIT: "gehört nur in Teilen zu Forderungen",
    Resolution.NOT_OURS: "ist nicht unsere Buchung",
    Resolution.BOOKED_TWICE: "war doppelt gebucht und wurde zurückgenommen",
    Resolution.RETURNED_TO_SENDER: "wurde an den Absender zurückgezahlt",
    Resolution.NOTED: "ist geklärt, Geld wurde nicht bewegt",
    Resolution.PAYEE_CONFIRMED: "der Empfänger stimmt, die Zahlung wird freigegeben",
    Resolution.PAYEE_WITHDRAWN: "die Zahlung wird zurückgezogen (Rückruf)",
    Resolution.RECOVERED: "ist zurückgekommen oder wird mit einer Forderung zurückgeholt",
}

OFFSETTING = frozenset({Resolution.BOOKED_TWICE, Resolution.RETURNED_TO_SENDER})
"""These need the booking that undid the item's."""

ON_PAYEE = frozenset({Resolution.PAYEE_CONFIRMED, Resolution.PAYEE_WITHDRAWN})
"""What two persons decide on a payment that is held."""

CLAIMING = frozenset({ClearingKind.INCOMING, ClearingKind.OVERPAYMENT})
"""What a claim can explain."""

OFFERED: Mapping[ClearingKind, tuple[Resolution, ...]] = {
    ClearingKind.OUTGOING: (Resolution.ASSIGNED, Resolution.BOOKED_TWICE, Resolution.NOT_OURS),
    ClearingKind.INCOMING: (Resolution.ASSIGNED, Resolution.SPLIT, Resolution.RETURNED_TO_SENDER, Resolution.NOT_OURS),
    ClearingKind.PAYEE: (Resolution.PAYEE_CONFIRMED, Resolution.PAYEE_WITHDRAWN, Resolution.NOTED),
    ClearingKind.CONTRADICTION: (Resolution.NOTED,),
    ClearingKind.ANSWER: (Resolution.NOTED,),
    ClearingKind.FILE: (Resolution.NOTED,),
    ClearingKind.OVERPAYMENT: (Resolution.RECOVERED,),
}
"""What may be found of an item: of booked money only what says where it is."""
