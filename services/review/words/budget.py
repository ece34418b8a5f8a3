"""Der Haushalt in Worten: what a case's timeline says of the entries made for it."""

from collections.abc import Mapping

from services.review import budget as b
from services.review.words import Words, split
from shared.money import euros

RELEASES: Mapping[str, str] = {
    "expired": "Die Frist der Vormerkung ist abgelaufen.",
    "withdrawn": "Der Antrag ist zurückgenommen.",
    "practice-changed": "Seit dem Vorschlag gilt eine andere Regelung.",
}
"""Why a reservation was released, where no person wrote a reason."""
ENTRIES: Mapping[type, str] = {
    b.BudgetOpened: "Ansatz und Verpflichtungsermächtigungen",
    b.BudgetProclaimed: "Haushaltsgesetz verkündet",
    b.CommitmentCarried: "Vorbelastung",
    b.FundsFrozen: "Sperre",
    b.FreezeLifted: "Aufhebung der Sperre",
    b.FundsGiven: "Umschichtung, Abgang",
    b.FundsTaken: "Umschichtung, Zugang",
    b.RemainderHandedOver: "Ausgaberest, Abgang",
    b.RemainderTakenOver: "Ausgaberest, Zugang",
    b.FundsReserved: "Vormerkung",
    b.ReservationReleased: "Absetzung der Vormerkung",
    b.FundsCommitted: "Festlegung",
    b.CommitmentReduced: "Absetzung der Festlegung",
    b.CommitmentShifted: "Umbuchung der Festlegung",
    b.CommitmentLapsed: "Verfall der Festlegung",
    b.CommitmentMoved: "Übertragung der Festlegung",
    b.PaymentRecorded: "Zahlung",
    b.RepaymentReceived: "Rückzahlung",
    b.PaymentReversed: "Rückläufer",
    b.PaymentPutOnCommitment: "Zahlung, auf die Festlegung umgebucht",
}
"""What the budget's list calls an entry."""
CHANGES: Mapping[str, str] = {
    "amendment": "Änderungsbescheid.",
    "annulment": "Der Bescheid ist ganz oder teilweise aufgehoben.",
    "reduction": "Die Auszahlung hat die Mittel zurückgegeben.",
}
"""Why a commitment was changed, by what its reference begins with, where no person wrote a reason."""
SHORTFALLS: Mapping[b.Shortfall, str] = {
    b.Shortfall.FUNDS_EXHAUSTED: "Die freien Mittel reichen nicht.",
    b.Shortfall.AUTHORISATION_MISSING: "Für ein Jahr fehlt die Verpflichtungsermächtigung.",
    b.Shortfall.YEAR_OVER: "Das Haushaltsjahr ist abgelaufen.",
    b.Shortfall.NOT_RESERVED: "Diese Beträge sind nicht vorgemerkt.",
    b.Shortfall.RESERVATION_EXPIRED: "Die Vormerkung ist verfallen.",
    b.Shortfall.FUNDS_FROZEN: "Der Rest ist gesperrt (haushaltswirtschaftliche Sperre).",
    b.Shortfall.PROVISIONAL: "Der Haushalt wird vorläufig geführt; bewilligt wird nur mit begründeter Ausnahme.",
}


def tell_of_budget(it: object) -> Words | None:
    """What the timeline says of an entry for a case; None for what concerns the title only."""
    match it:
        case b.FundsReserved():
            title = "Mittel für die Änderung vorgemerkt" if it.increase else "Mittel vorgemerkt"
            return Words(title=title, tone="info", why=f"HÜL Nr. {it.entry}; {split(it.by_year)}")
        case b.FundsReservationRefused():
            why = f"{SHORTFALLS[it.reason]} Frei: {split(it.free)}."
            return Words(title="Mittel nicht verfügbar", tone="danger", why=why)
        case b.ReservationReleased():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}"
            title = "Vormerkung verfallen" if it.reason == "expired" else "Vormerkung abgesetzt"
            return Words(title=title, why=why)
        case b.FundsCommitted():
            return Words(title="Mittel festgelegt", tone="success", why=f"HÜL Nr. {it.entry}; {split(it.by_year)}")
        case b.FundsCommitmentRefused():
            return Words(title="Festlegung nicht möglich", tone="danger", why=SHORTFALLS[it.reason])
        case b.CommitmentCarried():
            return Words(title="Verpflichtung in das neue Haushaltsjahr übernommen", why=split(it.by_year))
        case b.PaymentAwaitingBudget():
            return Words(title="Zahlung wartet auf den Haushalt", tone="warning", why=euros(it.cents))
        case b.PaymentRecorded():
            why = f"HÜL Nr. {it.entry}; {euros(it.cents)}"
            return Words(title="Zahlung gebucht", tone="success", why=why)
        case b.PaymentReversed():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {euros(it.cents)}"
            return Words(title="Zahlung kam zurück", tone="warning", why=why)
        case _:
            return _of_changes(it)


def _of_changes(it: object) -> Words | None:
    match it:
        case b.CommitmentReduced():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {split(it.by_year)}. {_why(it.reason)}"
            return Words(title="Festlegung abgesetzt", tone="info", why=why)
        case b.CommitmentShifted():
            less = f"weniger {split(it.less)}; " if it.less else ""
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {less}mehr {split(it.more)}. {_why(it.reason)}"
            return Words(title="Festlegung umgebucht", tone="info", why=why)
        case b.CommitmentShiftRefused():
            why = f"{SHORTFALLS[it.reason]} Frei: {split(it.free)}."
            return Words(title="Umbuchung nicht möglich", tone="danger", why=why)
        case b.CommitmentLapsed():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {euros(it.cents)} wurden im Haushaltsjahr nicht gezahlt."
            return Words(title="Festlegung mit dem Haushaltsjahr verfallen", tone="warning", why=why)
        case b.CommitmentMoved():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {euros(it.cents)} als Ausgaberest nach {it.into}."
            return Words(title="Festlegung in das nächste Haushaltsjahr übertragen", why=why)
        case b.ProvisionalOverrideGranted():
            return Words(title="Ausnahme von der vorläufigen Haushaltsführung", tone="warning", why=it.reason)
        case b.PaymentPutOnCommitment():
            why = f"HÜL Nr. {it.entry} zu Nr. {it.counters}; {euros(it.cents)}. Die andere der beiden Zahlungen kam nicht zustande oder zurück."
            return Words(title="Zahlung auf die Festlegung umgebucht", tone="info", why=why)
        case b.RepaymentReceived():
            how = f"{euros(it.set_off_cents)} von der Ausgabe abgesetzt, {euros(it.income_cents)} Einnahme"
            return Words(title="Rückzahlung gebucht", tone="success", why=f"HÜL Nr. {it.entry}; {how}")
        case _:
            return None


def _why(reason: str) -> str:
    return CHANGES.get(reason.partition("-")[0], reason)
