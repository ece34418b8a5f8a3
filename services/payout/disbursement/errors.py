"""Why a command on a plan or a Mittelabruf is not possible."""

from shared.decider import DomainError


class PlanNotOpen(DomainError):
    code = "plan-not-open"
    title = "Für diesen Vorgang sind noch keine Mittel zugewiesen."


class PlanDiffers(DomainError):
    code = "plan-differs"
    title = "Für diesen Vorgang wurden bereits andere Mittel zugewiesen."


class UnknownDrawdown(DomainError):
    code = "drawdown-unknown"
    title = "Diesen Mittelabruf gibt es nicht."
    status = 404


class DrawdownDiffers(DomainError):
    code = "drawdown-differs"
    title = "Dieser Mittelabruf liegt bereits mit anderen Angaben vor."


class AnotherDrawdownOpen(DomainError):
    """`detail` names the other one."""

    code = "another-drawdown-open"
    title = "Ein anderer Mittelabruf ist noch nicht abgeschlossen; sie werden nacheinander bearbeitet."


class NotExamined(DomainError):
    code = "drawdown-not-examined"
    title = "Der Mittelabruf ist noch nicht geprüft."


class NotCertified(DomainError):
    code = "drawdown-not-certified"
    title = "Der Mittelabruf ist noch nicht sachlich und rechnerisch richtig festgestellt."


class DrawdownIsRejected(DomainError):
    code = "drawdown-rejected"
    title = "Der Mittelabruf ist abgelehnt."


class AlreadyOrdered(DomainError):
    code = "drawdown-already-ordered"
    title = "Für diesen Mittelabruf ist bereits eine Zahlung angeordnet."


class YearNotOpen(DomainError):
    code = "budget-year-not-open"
    title = "Zulasten dieses Haushaltsjahres kann heute nicht angeordnet werden."


class PlanIsFrozen(DomainError):
    code = "plan-is-frozen"
    title = "Die Auszahlung ist gesperrt; zurzeit wird nichts festgestellt und nichts angeordnet."


class NotThisPayment(DomainError):
    code = "payment-not-of-this-drawdown"
    title = "Diese Zahlung gehört nicht zu diesem Mittelabruf."
