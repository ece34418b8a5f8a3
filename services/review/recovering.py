"""Decisions over a recovery with what it rests on: the award, its budgets' payments, the parameters in force."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.review import assessment as assessments
from services.review import award as awards
from services.review import budget as budgets
from services.review import programme as programmes
from services.review import proof as proofs
from services.review import recovery as recoveries
from services.review.budget.events import PaymentReversed
from services.review.involvement import beside, reading
from services.review.recovery import ClaimKind
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision, DomainError, value
from shared.interest import Balance, DayCount, HalfYearRate, Statement, statement
from shared.policy import Parameters


@value
class Standing:
    """What a recovery rests on: the award, and the acceptance of its proof of use, when there is one."""

    award: awards.Granted
    proved: proofs.ProofAccepted | None
    known: recoveries.Recovery = recoveries.Recovery()
    paid_cents: int = 0

    @property
    def remaining_cents(self) -> int:
        """What is granted now, or remains by the accepted proof."""
        granted = 0 if isinstance(self.award, awards.Gone) else sum(one.cents for one in self.award.grant.by_year)
        return min(granted, self.proved.final_cents) if self.proved else granted

    def reclaimable(self, payment: str) -> int:
        """What of an overpayment can be demanded: never more in all than was paid without a reason, whatever it was called."""
        rightful = min(self.remaining_cents, self.paid_cents - self.known.overpaid_cents)
        groundless = max(self.paid_cents - rightful, self.known.overpaid_cents)
        return min(self.known.reclaimable_cents(payment), groundless - self.known.demanded_cents)


type Build = Callable[[Standing, int, tuple[Acted, ...], Parameters, Context], recoveries.Command]


class UseNotValid(DomainError):
    code = "use-not-valid"
    title = "Zwischenzinsen laufen vom Tag, an dem das Geld zu verwenden war, bis zu einem späteren, vergangenen Tag der Verwendung."
    status = 422


def propose_excess(
    case: str,
    programme: str,
    claim: str,
    *,
    cents: int,
    waived_because: str,
    reasons: str,
    ineffective_on: date | None = None,
) -> Decision:
    """Propose to demand what is paid beyond the grant, with interest from the day on which the award lost its effect.

    `ineffective_on` is that day when less remains by the accepted proof; a change of the award has its own.
    """

    def command(
        it: Standing, excess: int, acted: tuple[Acted, ...], policy: Parameters, _context: Context
    ) -> recoveries.Command:
        number, from_on = _annulled(it.award)
        if it.proved and ineffective_on:
            from_on = ineffective_on
        return recoveries.ProposeRepayment(
            claim=claim, kind=ClaimKind.EXCESS, cents=cents, excess_cents=excess, annulment=number,
            interest_from_on=from_on, waived_because=waived_because, lines=(), interest_cents=0, reasons=reasons,
            acted=acted, proof=it.proved.proof if it.proved else "", **_parameters(policy),
        )  # fmt: skip

    return _over(case, programme, command, "ProposeRepayment")


def propose_late_use(
    case: str,
    programme: str,
    claim: str,
    *,
    cents: int,
    from_on: date,
    until_on: date,
    reasons: str,
    rates: Sequence[HalfYearRate],
) -> Decision:
    """Propose interest on paid money for the time until it was used (§ 49a IV VwVfG); the money itself stays."""

    def command(
        it: Standing, excess: int, acted: tuple[Acted, ...], policy: Parameters, context: Context
    ) -> recoveries.Command:
        if not from_on < until_on <= context.valid_on or not 0 < cents <= it.award.grant.granted_cents:
            raise UseNotValid(field="until_on")
        found: Statement = statement(
            [Balance(cents=cents, from_on=from_on, until_on=until_on)], rates, DayCount(policy.day_count)
        )
        return recoveries.ProposeRepayment(
            claim=claim, kind=ClaimKind.LATE_USE, cents=0, excess_cents=excess, annulment=0, interest_from_on=None,
            waived_because="", lines=found.lines, interest_cents=found.cents, reasons=reasons, acted=acted,
            **_parameters(policy),
        )  # fmt: skip

    return _over(case, programme, command, "ProposeRepayment")


def propose_overpaid(
    case: str,
    programme: str,
    claim: str,
    payment: str,
    *,
    waived_because: str,
    reasons: str,
    interest_from_on: date | None = None,
) -> Decision:
    """Propose to demand what the treasury paid twice by this payment; the award stays as it is (Erstattung ohne Aufhebung)."""

    def command(
        it: Standing, excess: int, acted: tuple[Acted, ...], policy: Parameters, _context: Context
    ) -> recoveries.Command:
        left = it.reclaimable(payment)
        return recoveries.ProposeRepayment(
            claim=claim, kind=ClaimKind.OVERPAYMENT, cents=max(left, 0), excess_cents=excess, annulment=0,
            interest_from_on=interest_from_on, waived_because=waived_because, lines=(), interest_cents=0,
            reasons=reasons, acted=acted, payment=payment, overpaid_cents=left, **_parameters(policy),
        )  # fmt: skip

    return _over(case, programme, command, "ProposeRepayment")


def propose_late_money(
    case: str, programme: str, claim: str, drawdown: str, *, reasons: str, rates: Sequence[HalfYearRate]
) -> Decision:
    """Propose interest for the money that a drawdown's summary showed to be used too late: amounts and days are payout's."""

    def command(
        it: Standing, excess: int, acted: tuple[Acted, ...], policy: Parameters, _context: Context
    ) -> recoveries.Command:
        found = statement(recoveries.late_balances(it.known, drawdown), rates, DayCount(policy.day_count))
        return recoveries.ProposeRepayment(
            claim=claim, kind=ClaimKind.LATE_USE, cents=0, excess_cents=excess, annulment=0, interest_from_on=None,
            waived_because="", lines=found.lines, interest_cents=found.cents, reasons=reasons, acted=acted,
            unspent=drawdown, **_parameters(policy),
        )  # fmt: skip

    return _over(case, programme, command, "ProposeRepayment")


def demand(case: str, programme: str, number: int) -> Decision:
    """Demand what is proposed, as far as it is still paid in excess."""

    def command(
        it: Standing, excess: int, acted: tuple[Acted, ...], _policy: Parameters, context: Context
    ) -> recoveries.Command:
        return recoveries.DemandRepayment(
            number=number, reference=recoveries.reference_of(case, number, context.valid_on.year), title=it.award.grant.budget_title,
            file_number=it.award.grant.file_number, excess_cents=excess, acted=acted,
            overpaid_cents=_overpaid_now(it, number),
        )  # fmt: skip

    return _over(case, programme, command, "DemandRepayment")


def drop(case: str, programme: str, number: int, reason: str) -> Decision:
    """Do not follow the proposal."""

    def command(
        _it: Standing, _excess: int, acted: tuple[Acted, ...], _policy: Parameters, _context: Context
    ) -> recoveries.Command:
        return recoveries.DropRepayment(number=number, reason=reason, acted=acted)

    return _over(case, programme, command, "DropRepayment")


def receive(case: str, title: str, note: recoveries.NoteRepayment) -> Decision:
    """Money came in: noted in the case, and entered into the title's budget of its year when there is anything to enter."""
    own, year = recoveries.decider.stream(case), note.received_on.year
    fund = budgets.stream_of(title, year)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        entry = budgets.RecordRepayment(
            repayment=note.repayment, case=case, cents=note.cents, interest_cents=note.interest_cents,
            received_on=note.received_on, overpaid=_is_overpayment(states[0], note.claim),
        )  # fmt: skip
        return {
            own: recoveries.decide(note, states[0], context),
            fund: budgets.decide(entry, states[1], context),
        }

    return Decision(
        reads={own: recoveries.decider, fund: budgets.decider}, judge=judge, action="NoteRepayment"
    )  # fmt: skip


def excess_of(it: Standing, funds: Sequence[budgets.Budget], known: recoveries.Recovery) -> int:
    """What is paid beyond what is granted now, or remains by the accepted proof, and neither demanded yet nor paid twice."""
    return paid_of(it.award, funds) - known.overpaid_cents - it.remaining_cents - known.demanded_excess_cents


def paid_of(award: awards.Granted, funds: Sequence[budgets.Budget]) -> int:
    """What was paid in the case and did not come back from the bank."""
    return sum(_paid(one, award.grant.case) for one in funds)


def _overpaid_now(it: Standing, number: int) -> int:
    proposed = it.known.proposal
    return it.reclaimable(proposed.payment) if proposed and proposed.number == number else 0


def _is_overpayment(known: recoveries.Recovery, claim: str) -> bool:
    return any(it.proposed.claim == claim and it.proposed.kind == ClaimKind.OVERPAYMENT for it in known.demanded)


def noting(case: str, command: recoveries.NoteOverpayment, inner: Decision) -> Decision:
    """What a message makes review decide, and in the same transaction what it says of money that was paid twice."""

    def judged(decided: Decided, known: recoveries.Recovery, context: Context) -> Decided:
        return {**decided, recoveries.decider.stream(case): recoveries.decide(command, known, context)}

    return beside(inner, recoveries.decider, case, judged)


def failed(case: str, title: str, year: int, payment: str, inner: Decision) -> Decision:
    """What a message makes review decide, and in the same transaction what it says where this payment was one of two.

    The other one pays what is owed after all: it is entered on the commitment, and does not stay beside it until the year lapses.
    """
    own = recoveries.decider.stream(case)
    streams = [budgets.stream_of(title, it) for it in (year, year + 1)]

    def judged(decided: Decided, known: Mapping[str, Any], context: Context) -> Decided:
        recovery: recoveries.Recovery = known[own]
        noted = recoveries.decide(recoveries.NoteFailedPayment(payment=payment), recovery, context)
        others = [it.payment for it in recovery.overpaid if it.beside == payment]
        put = [budgets.PutOnCommitment(payment=it, case=case, instead_of=payment) for it in others]
        moved = budgets.put_on_commitment(title, year, put, known, decided, context) if put else decided
        return {**moved, own: noted}

    return reading(inner, {own: recoveries.decider, **dict.fromkeys(streams, budgets.decider)}, judged)


def _paid(budget: budgets.Budget, case: str) -> int:
    if isinstance(budget, budgets.Unopened):
        return 0
    payments = budget.position(case).payments
    reversals = (budget.references.get(f"reversal:{it}") for it in payments)
    returned = sum(it.cents for it in reversals if isinstance(it, PaymentReversed))
    return sum(payments.values()) - returned


def _annulled(award: awards.Granted) -> tuple[int, date | None]:
    """The last change to the recipient's disadvantage that has taken effect, and from when on."""
    for it in reversed(award.course.notices):
        if it.effective:
            made = it.decided
            on = made.approved_on if isinstance(made, awards.GrantAmended) else made.decided.effective_on
            return it.number, on
    return 0, None


def _parameters(policy: Parameters) -> dict[str, Any]:
    return {
        "bagatelle_cents": policy.recovery_bagatelle_cents,
        "interest_bagatelle_cents": policy.interest_bagatelle_cents,
        "day_count": DayCount(policy.day_count),
        "due_days": policy.repayment_days,
    }


def _over(case: str, programme: str, build: Build, action: str) -> Decision:
    own, award, file, policies, proof_of_use = (
        recoveries.decider.stream(case),
        awards.decider.stream(case),
        assessments.decider.stream(case),
        programmes.decider.stream(programme),
        proofs.decider.stream(case),
    )

    def judge(states: Sequence[Any], context: Context) -> Decided:
        known, awarded, assessment, programme_state, proof, *funds = states
        if not isinstance(awarded, awards.Approved | awards.Notified | awards.Final | awards.Gone):
            raise awards.NotApproved
        acted = () if isinstance(assessment, assessments.Unopened) else assessment.file.acted
        policy = programmes.parameters_in_force(programme_state, context.valid_on)
        standing = Standing(award=awarded, proved=proof.accepted, known=known, paid_cents=paid_of(awarded, funds))
        command = build(
            standing, excess_of(standing, funds, known), (*acted, *awards.acts_of(awarded)), policy, context
        )
        return {own: recoveries.decide(command, known, context)}

    def further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return awards.holding(states[1])

    reads = {
        own: recoveries.decider,
        award: awards.decider,
        file: assessments.decider,
        policies: programmes.decider,
        proof_of_use: proofs.decider,
    }
    return Decision(reads=reads, judge=judge, action=action, further=further)
