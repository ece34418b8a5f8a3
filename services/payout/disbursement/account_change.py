"""Changing a case's account: judged with all who acted in the case, and what was certified before it is certified anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import account as accounts
from services.payout.disbursement.events import CertificationVoided
from services.payout.disbursement.noun import decider
from services.payout.disbursement.states import Certified, Disbursement, Ordered
from shared import duties
from shared.decider import AnyDecider, Context, Decided, Decision


def propose_account(case: str, command: accounts.ProposeAccount) -> Decision:
    """Enter another account for the case."""
    return _changing(case, command, "propose-account", creates=True)


def confirm_account(case: str, change: str, waiting_days: int) -> Decision:
    """Confirm the account that another person entered."""
    return _changing(case, accounts.ConfirmAccount(change=change, waiting_days=waiting_days), "confirm-account")


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
