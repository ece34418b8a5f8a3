"""Changing a case's account: judged with all who acted in the case, and what was certified before it is certified anew.

An order to the account before that lies in no file yet is taken back: nobody may put it into one any more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import account as accounts
from services.payout import payment as payments
from services.payout.disbursement.commands import NoteRejection
from services.payout.disbursement.events import CertificationVoided
from services.payout.disbursement.noun import decider
from services.payout.disbursement.states import Certified, Disbursement, Ordered
from shared import duties
from shared.decider import AnyDecider, Context, Decided, Decision, replace


def propose_account(case: str, command: accounts.ProposeAccount) -> Decision:
    """Enter another account for the case."""
    return _changing(case, command, "propose-account", creates=True)


def confirm_account(case: str, change: str, waiting_days: int) -> Decision:
    """Confirm the account that another person entered."""
    command = accounts.ConfirmAccount(change=change, waiting_days=waiting_days)
    confirmed, own = _changing(case, command, "confirm-account"), decider.stream(case)
    count = len(confirmed.reads)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = dict(confirmed.judge(states[:count], context))
        state = decider.fold(decided.get(own, ()), states[0])
        if not decided:
            return {}
        for stream, payment in zip(_ordered(states), states[count:], strict=True):
            if isinstance(payment, payments.Ordered):
                decided[stream] = payments.decider.decide(payments.CancelPayment(batch=""), payment, context)
                freed = decider.decide(_taken_back(payment.order), state, context)
                decided[own], state = [*decided.get(own, ()), *freed], decider.fold(freed, state)
        return decided

    return replace(confirmed, judge=judge, further=_ordered)


def _ordered(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
    """The payments of what is ordered in the case and not paid."""
    state: Disbursement = states[0]
    ordered = (it.stage.payment for it in state.drawdowns if isinstance(it.stage, Ordered))
    return {payments.decider.stream(it): payments.decider for it in ordered}


def _taken_back(order: payments.PaymentOrdered) -> NoteRejection:
    return NoteRejection(case=order.case, drawdown=order.drawdown, payment=order.payment, reason=payments.CANCELLED)


def discard_account(case: str, change: str) -> Decision:
    """Drop the account that was entered."""
    return _changing(case, accounts.DiscardAccount(change=change), "discard-account")


def _changing(case: str, command: accounts.Command, action: str, *, creates: bool = False) -> Decision:
    stream, account_stream = decider.stream(case), accounts.decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        state: Disbursement = states[0]
        decided = accounts.decider.decide(command, states[1], context)
        if not decided:
            return {}
        duties.refuse(action, state.acted, context)
        voided = _voided(state, decided)
        return {account_stream: decided, stream: voided} if voided else {account_stream: decided}

    reads: Mapping[str, AnyDecider] = {stream: decider, account_stream: accounts.decider}
    return Decision(reads=reads, judge=judge, action=type(command).__name__, creates=creates)


def _voided(state: Disbursement, decided: Sequence[accounts.Event]) -> Sequence[CertificationVoided]:
    """What was certified for the account before; what is ordered already is certified anew if the treasury refuses it."""
    return [
        CertificationVoided(drawdown=it.id, change=confirmed.change)
        for confirmed in decided
        if isinstance(confirmed, accounts.AccountConfirmed)
        for it in state.drawdowns
        if isinstance(it.stage, Certified | Ordered)
    ]
