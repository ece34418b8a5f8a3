"""What may not be done with an item, and why."""

from shared.decider import DomainError


class UnknownItem(DomainError):
    code = "clearing-unknown"
    title = "Diesen Klärungsfall gibt es nicht."
    status = 404


class ItemResolved(DomainError):
    code = "clearing-resolved"
    title = "Dieser Klärungsfall ist bereits geklärt."


class ResolutionPending(DomainError):
    code = "resolution-pending"
    title = "Zu diesem Klärungsfall liegt ein Vorschlag vor; erst ist ihm zuzustimmen, oder er ist abzulehnen."


class NothingProposed(DomainError):
    code = "resolution-not-proposed"
    title = "Dieser Vorschlag liegt zu dem Klärungsfall nicht vor."


class ResolutionNotOffered(DomainError):
    """`detail` says what may be found of the item."""

    code = "resolution-not-offered"
    title = "So lässt sich dieser Klärungsfall nicht klären: gebuchtes Geld muss wiedergefunden werden."
    status = 422


class ResolutionIncomplete(DomainError):
    code = "resolution-incomplete"
    title = (
        "Zu einer Zuordnung gehört die Zahlung oder, bei einer Gutschrift, die Forderung; zu einer Aufrechnung zweier Buchungen "
        "die Gegenbuchung, sonst keine von beiden."
    )
    status = 422


class PartsDiffer(DomainError):
    code = "parts-differ"
    title = (
        "Die Teile eines Eingangs sind zusammen nicht mehr als er, jeder ist größer als null, jede Forderung kommt einmal vor. "
        "Es sind mindestens zwei, und mindestens einer gehört zu einer Forderung."
    )
    status = 422


class BookedByTreasury(DomainError):
    code = "booked-by-treasury"
    title = "Die Zustimmung bucht einen Zahlungseingang auf eine Forderung; das tut die Kasse."
    status = 403


class ResolutionReasonMissing(DomainError):
    code = "resolution-reason-missing"
    title = "Ein Vorschlag und seine Ablehnung werden begründet."
    status = 422
