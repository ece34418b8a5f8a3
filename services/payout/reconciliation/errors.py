"""Why a day or a year stays open."""

from shared.decider import DomainError


class NothingBooked(DomainError):
    code = "day-without-statement"
    title = "Zu diesem Tag liegt kein Kontoauszug vor, der etwas bucht."


class StatementsIncomplete(DomainError):
    code = "statements-incomplete"
    title = "Vor diesem Tag fehlt ein Kontoauszug oder eine Seite davon; erst muss die Reihe vollständig sein."


class DayNotNext(DomainError):
    """`detail` names the last day that is closed."""

    code = "day-not-next"
    title = "Tage werden in ihrer Reihenfolge abgeschlossen; ein späterer ist es schon."


class DayDiffers(DomainError):
    """`detail` says what differs, and by how much."""

    code = "day-differs"
    title = "Kontoauszug und Auszahlung stimmen an diesem Tag nicht überein."


class BudgetDiffers(DomainError):
    """`detail` says both sums."""

    code = "budget-differs"
    title = "Der Haushalt nennt eine andere Summe, als gezahlt wurde."


class BudgetLate(DomainError):
    """`detail` says how many, and names the first."""

    code = "budget-late"
    title = "Der Haushalt hat noch nicht gebucht, was gezahlt ist; der Tag kann danach abgeschlossen werden."


class NothingDiffers(DomainError):
    code = "nothing-differs"
    title = "Der Haushalt nennt, was gezahlt ist; es gibt keine Abweichung zu benennen."


class DifferenceChanged(DomainError):
    code = "difference-changed"
    title = "Diese Abweichung liegt zu dem Tag nicht vor oder hat sich seither geändert; sie ist neu zu benennen."


class DifferenceReasonMissing(DomainError):
    code = "difference-reason-missing"
    title = "Eine Abweichung wird begründet."
    status = 422


class NothingPaid(DomainError):
    code = "year-without-payment"
    title = "Zulasten dieses Titels wurde in diesem Haushaltsjahr nichts gezahlt; es gibt nichts abzuschließen."


class YearDifferenceUnnamed(DomainError):
    """`detail` says both sums, and the first payment that was not named."""

    code = "year-difference-unnamed"
    title = (
        "Der Haushalt nennt eine andere Summe, als gezahlt wurde. Ein Jahr wird damit nur abgeschlossen, wenn der letzte Tagesabschluss "
        "diese Zahlungen als Abweichung nennt."
    )


class YearNotReady(DomainError):
    """`detail` says what is missing."""

    code = "year-not-ready"
    title = "Dieses Haushaltsjahr kann noch nicht abgeschlossen werden."
