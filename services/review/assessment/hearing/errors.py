"""Why a hearing cannot be opened, answered, extended or passed over."""

from shared.decider import DomainError


class HearingMissing(DomainError):
    code = "hearing-missing"
    title = "Zuerst ist die Kommune anzuhören, oder von der Anhörung ist mit Begründung abzusehen (§ 28 VwVfG)."


class HearingRunning(DomainError):
    code = "hearing-running"
    title = "Die Anhörung läuft noch; abzuwarten ist die Stellungnahme oder der Ablauf der Frist."


class NoHearing(DomainError):
    code = "no-hearing"
    title = "In diesem Vorgang ist keine Anhörung eröffnet."


class HearingNotServed(DomainError):
    code = "hearing-not-served"
    title = "Das Schreiben der Anhörung ist nicht bekannt gegeben; ihre Frist läuft erst, wenn es erneut versandt ist."


class StatementIsReceived(DomainError):
    code = "statement-is-received"
    title = "Die Stellungnahme liegt bereits vor."


class HearingTooShort(DomainError):
    code = "hearing-too-short"
    title = "Die Frist zur Stellungnahme ist zu kurz."
    status = 422


class StatementDateNotValid(DomainError):
    code = "statement-date-not-valid"
    title = "Die Stellungnahme kann nicht vor der Anhörung oder in der Zukunft eingegangen sein."
    status = 422
