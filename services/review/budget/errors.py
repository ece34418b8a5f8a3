"""What a budget cannot do as it stands."""

from shared.decider import DomainError


class BudgetNotOpen(DomainError):
    code = "budget-not-open"
    title = "Für dieses Haushaltsjahr ist der Titel noch nicht eröffnet."


class BudgetAlreadyOpen(DomainError):
    code = "budget-already-open"
    title = "Der Titel ist für dieses Haushaltsjahr bereits mit anderen Beträgen eröffnet."


class BudgetYearNotBegun(DomainError):
    """Opening earlier would cut off the old year's last commitments from being carried over."""

    code = "budget-year-not-begun"
    title = "Das Haushaltsjahr hat noch nicht begonnen."


class AppropriationBelowPreloads(DomainError):
    code = "appropriation-below-preloads"
    title = "Der Ansatz deckt die Verpflichtungen aus früheren Jahren nicht."


class AmountsNotValid(DomainError):
    """Amounts per year that are not positive cents, or years that repeat or are not in order."""

    code = "amounts-not-valid"
    title = "Die Jahresbeträge sind keine positiven Beträge in aufsteigenden Jahren."
    status = 422


class OtherAmountsReserved(DomainError):
    code = "other-amounts-reserved"
    title = "Für diesen Vorgang sind bereits andere Beträge vorgemerkt."


class AlreadyCommitted(DomainError):
    code = "already-committed"
    title = "Für diesen Vorgang sind die Mittel bereits festgelegt."


class PaymentBeyondCommitment(DomainError):
    """More was paid than is committed: payout and budget contradict each other, so the message is parked for people."""

    code = "payment-beyond-commitment"
    title = "Die Zahlung übersteigt, was für diesen Vorgang festgelegt ist."


class PaymentContradicted(DomainError):
    code = "payment-contradicted"
    title = "Diese Zahlung ist bereits mit einem anderen Betrag gebucht."
