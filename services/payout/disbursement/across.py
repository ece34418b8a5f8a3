"""Certification and order: the Mittelabruf together with who is paid, on which account, the holds that stand and, once ordered, the payment."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.payout import account as accounts
from services.payout import hold as holds
from services.payout import municipal_tie
from services.payout import payee as payees
from services.payout import payment as payments
from services.payout import statement as statements
from services.payout.disbursement.commands import CertifyDrawdown, OrderDrawdown
from services.payout.disbursement.noun import decider
from services.payout.disbursement.renewing import Renewal, refuse_early
from services.payout.disbursement.states import Certified, Disbursement, Waiting, find, plan_of
from shared import duties, ties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision

HOLDS = holds.decider.stream(holds.REGISTER)


def concerned(case: str, state: Disbursement, payee: payees.Payee) -> holds.Concerned:
    """What a hold must be about to bind this case: the case, who is or was its recipient, its programme."""
    if isinstance(state, Waiting):
        return holds.Concerned(case=case, payees=payee.keys)
    keys = dict.fromkeys((state.plan.applicant_key, *payee.keys))
    return holds.Concerned(case=case, payees=tuple(keys), programme=state.plan.programme)


def municipalities(state: Disbursement, payee: payees.Payee) -> tuple[str, ...]:
    """The keys of whom the case is about: who is tied to one of them does nothing in it."""
    named = () if isinstance(state, Waiting) else (state.plan.applicant_key, *state.plan.municipalities)
    return tuple(dict.fromkeys((*named, *payee.keys)))


def certify(case: str, drawdown: str) -> Decision:
    """Certify an examined Mittelabruf, unless a hold stands in the way."""
    reads = _reads(case)
    stream = decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        certified = decider.decide(CertifyDrawdown(drawdown=drawdown), states[0], context)
        if certified:
            holds.refuse_held(states[2], concerned(case, states[0], states[1]), context)
            duties.refuse("certify-drawdown", states[3].acted, context)
        return {stream: certified}

    return Decision(reads=reads, judge=judge, action="CertifyDrawdown")


def order(case: str, drawdown: str, payment: str) -> Decision:
    """Order the certified amount of a Mittelabruf as this payment: the drawdown and the payment in one transaction."""
    disbursement_stream, payment_stream = decider.stream(case), payments.decider.stream(payment)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        state: Disbursement = states[0]
        ordered = decider.decide(OrderDrawdown(drawdown=drawdown, payment=payment), state, context)
        if not ordered:
            return {}
        about = concerned(case, state, states[1])
        holds.refuse_held(states[2], about, context)
        accounts.refuse_unusable(states[3], context)
        duties.refuse("order-payment", states[3].acted, context)
        command = _order_of(about, drawdown, payment, state, states[3])
        refuse_early(_renewal(state, drawdown), states[5] if len(states) > 5 else None, context.valid_on)
        paid = payments.decider.decide(command, states[4], context)
        if not paid:
            raise payments.PaymentTaken
        return {disbursement_stream: ordered, payment_stream: paid}

    def shown_on(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        renewal = _renewal(states[0], drawdown)
        return {statements.decider.stream(renewal.account): statements.decider} if renewal and renewal.account else {}

    reads = {**_reads(case), payment_stream: payments.decider}
    return Decision(reads=reads, judge=judge, action="OrderPayment", further=shown_on)


def _renewal(state: Disbursement, drawdown: str) -> Renewal | None:
    return next((it.renewal for it in state.drawdowns if it.id == drawdown), None)


def _reads(case: str) -> Mapping[str, AnyDecider]:
    return {
        decider.stream(case): decider,
        payees.decider.stream(case): payees.decider,
        HOLDS: holds.decider,
        accounts.decider.stream(case): accounts.decider,
    }


def _order_of(
    about: holds.Concerned, drawdown: str, payment: str, state: Disbursement, account: accounts.Account
) -> payments.OrderPayment:
    plan, asked = plan_of(state), find(state, drawdown)
    paid_to = account.confirmed or plan
    attempt = len(asked.refused) + 1
    return payments.OrderPayment(
        payment=payment,
        case=about.case,
        drawdown=drawdown,
        attempt=attempt,
        reference=payments.reference_of(about.case, asked.tranche, attempt, asked.year),
        cents=asked.accepted_cents,
        title=plan.title,
        year=asked.year,
        file_number=plan.file_number,
        account_holder=paid_to.account_holder,
        iban=paid_to.iban,
        certified_by=asked.stage.certified_by if isinstance(asked.stage, Certified) else "",
        took_part=tuple(sorted(duties.barred("release-batch", state.acted))),
        payees=about.payees,
        programme=about.programme,
    )


def place_hold(
    case: str, hold: str, kind: holds.HoldKind, reason: holds.HoldReason, text: str, ends_on: date | None
) -> Decision:
    """Place a hold at a case: on it, on its recipient as it is now, or on its programme."""

    def judge(states: Sequence[Any], context: Context) -> Decided:
        plan = None if isinstance(states[1], Waiting) else states[1].plan
        target = {
            holds.HoldKind.CASE: case,
            holds.HoldKind.PAYEE: states[2].key or (plan.applicant_key if plan else ""),
            holds.HoldKind.PROGRAMME: plan.programme if plan else "",
        }[kind]
        placing = holds.PlaceHold(
            hold=hold, case=case, kind=kind, target=target, reason=reason, text=text, ends_on=ends_on
        )
        placed = holds.decider.decide(placing, states[0], context)
        if placed:
            duties.refuse("place-hold", states[1].acted, context)
        return {HOLDS: placed}

    reads: Mapping[str, AnyDecider] = {
        HOLDS: holds.decider, decider.stream(case): decider, payees.decider.stream(case): payees.decider,
    }  # fmt: skip
    return Decision(reads=reads, judge=judge, action="PlaceHold", creates=True)


def lift_hold(placed: holds.HoldPlaced, reason: str) -> Decision:
    """Lift a hold; one on a case is lifted by nobody who is excluded from it.

    A hold on a payee or a programme is about many cases, and lifting it an act in none of them; but who is tied to the
    payee does not lift it either.
    """
    command = holds.LiftHold(hold=placed.hold, reason=reason)
    of_case, ties_of_all = decider.stream(placed.case), municipal_tie.decider.stream(ties.REGISTER)
    reads: Mapping[str, AnyDecider] = {
        HOLDS: holds.decider, of_case: decider, payees.decider.stream(placed.case): payees.decider,
        ties_of_all: municipal_tie.decider,
    }  # fmt: skip

    def judge(states: Sequence[Any], context: Context) -> Decided:
        lifted = holds.decider.decide(command, states[0], context)
        if lifted:
            duties.refuse("lift-hold", _acts_about(placed, states[1], states[2], states[3], context.actor), context)
        return {HOLDS: lifted}

    return Decision(reads=reads, judge=judge, action="LiftHold", meta={"case": placed.case})


def _acts_about(
    placed: holds.HoldPlaced, state: Disbursement, payee: payees.Payee, tied: municipal_tie.Ties, person: str
) -> tuple[Acted, ...]:
    """What bars a person from lifting this hold: acts in its case and ties to its municipalities, or a tie to its payee."""
    match placed.kind:
        case holds.HoldKind.CASE:
            return (*state.acted, *ties.conflicts(tied.declared, person, municipalities(state, payee)))
        case holds.HoldKind.PAYEE:
            return ties.conflicts(tied.declared, person, (placed.target,))
        case holds.HoldKind.PROGRAMME:
            return ()
