"""Why something cannot be demanded now."""

from shared.decider import DomainError


class RepaymentProposalOpen(DomainError):
    code = "repayment-proposal-open"
    title = "Eine Rückforderung ist bereits vorgeschlagen; über sie ist zuerst zu entscheiden."


class NoRepaymentProposal(DomainError):
    code = "no-repayment-proposal"
    title = (
        "Eine Rückforderung ist nicht vorgeschlagen; möglich ist ein Vorschlag, wenn mehr gezahlt als bewilligt ist."
    )


class NothingAnnulled(DomainError):
    code = "nothing-annulled"
    title = "Erstattet wird, soweit der Bescheid wirksam aufgehoben oder geändert ist oder nach dem anerkannten Nachweis weniger bleibt (§ 49a Abs. 1 VwVfG)."


class IneffectiveDayMissing(DomainError):
    """A proof tells how much remains, not since when: the recipient's expenditure fell on a day before it."""

    code = "ineffective-day-missing"
    title = (
        "Bitte geben Sie den Tag an, seit dem die Bewilligung insoweit unwirksam oder die Überzahlung zu verzinsen ist "
        "(er liegt nicht in der Zukunft), oder warum von Zinsen abgesehen wird."
    )
    status = 422


class BeyondExcess(DomainError):
    code = "beyond-excess"
    title = (
        "Zurückgefordert werden kann nur, was über die Bewilligung hinaus gezahlt und noch nicht zurückgefordert ist."
    )
    status = 422


class BelowBagatelle(DomainError):
    code = "below-bagatelle"
    title = "Der Betrag liegt unter der Bagatellgrenze und wird nicht zurückgefordert."


class NothingOverpaid(DomainError):
    code = "nothing-overpaid"
    title = "Diese Zahlung ist keine Überzahlung mehr; zurückzufordern ist von ihr nichts."


class UnknownFinding(DomainError):
    code = "unknown-finding"
    title = "Diese Feststellung gibt es in dem Vorgang nicht; möglich ist, was unter „Feststellungen“ steht."
    status = 404


class LateUseDemanded(DomainError):
    code = "late-use-demanded"
    title = "Die Zinsen für diese Zeit sind bereits gefordert."


class NothingDemanded(DomainError):
    code = "nothing-demanded"
    title = "Unter dieser Nummer ist nichts zurückgefordert."
    status = 404


class DemandIsSettled(DomainError):
    code = "demand-is-settled"
    title = "Diese Forderung ist erledigt; auf die Bekanntgabe ihres Bescheids kommt es nicht mehr an."


class ClaimTaken(DomainError):
    code = "claim-id-taken"
    title = "Unter dieser Kennung ist bereits eine andere Forderung vorgeschlagen."
