"""What may be demanded."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from services.review.examination import ReasonMissing
from services.review.recovery.commands import (
    DEMAND,
    DROP,
    PROPOSE,
    ClaimKind,
    Command,
    DemandRepayment,
    DropRepayment,
    NoteDemandDispatch,
    NoteDemandFailure,
    NoteFailedPayment,
    NoteOverpayment,
    NoteRepayment,
    NoteSettlement,
    NoteUnspent,
    ProposeRepayment,
)
from services.review.recovery.errors import (
    BelowBagatelle,
    BeyondExcess,
    IneffectiveDayMissing,
    NoRepaymentProposal,
    NothingAnnulled,
    NothingOverpaid,
    RepaymentProposalOpen,
)
from services.review.recovery.events import (
    ClaimSettlementNoted,
    Event,
    RepaymentDemanded,
    RepaymentDropped,
    RepaymentNoted,
    RepaymentProposed,
)
from services.review.recovery.noting import ended, overpaid, unspent
from services.review.recovery.serving import dispatched, failed
from services.review.recovery.states import Recovery
from shared import duties
from shared.decider import Context
from shared.identity import Role, base32, check_characters


def reference_of(case: str, number: int, year: int) -> str:
    """The name under which a recipient pays: RF, year, 65 bits of the case, R, number, check digits; never used again."""
    stem = f"RF{year % 100:02d}{base32(int(case, 16), 13)}R{base32(number, 3)}"
    return stem + check_characters(stem)


def decide(command: Command, recovery: Recovery, context: Context) -> Sequence[Event]:
    match command:
        case ProposeRepayment():
            return _propose(command, recovery, context)
        case DemandRepayment():
            return _demand(command, recovery, context)
        case NoteOverpayment():
            return overpaid(command, recovery)
        case NoteFailedPayment():
            return ended(command, recovery, context)
        case NoteUnspent():
            return unspent(command, recovery)
        case NoteDemandDispatch():
            return dispatched(command, recovery, context)
        case NoteDemandFailure():
            return failed(command, recovery, context)
        case DropRepayment():
            return _drop(command, recovery, context)
        case NoteRepayment():
            noted = RepaymentNoted(
                claim=command.claim, repayment=command.repayment, cents=command.cents,
                interest_cents=command.interest_cents, received_on=command.received_on,
            )  # fmt: skip
            return [] if noted in recovery.noted else [noted]
        case NoteSettlement():
            settled = ClaimSettlementNoted(
                claim=command.claim, outcome=command.outcome, settled_on=command.settled_on
            )  # fmt: skip
            return [] if settled in recovery.settlements else [settled]
        case _ as missing:
            assert_never(missing)


def _propose(command: ProposeRepayment, recovery: Recovery, context: Context) -> Sequence[Event]:
    proposed = RepaymentProposed(
        number=recovery.proposals + 1, claim=command.claim, kind=command.kind, cents=command.cents,
        annulment=command.annulment, interest_from_on=None if command.waived_because else command.interest_from_on,
        waived_because=command.waived_because, lines=command.lines, interest_cents=command.interest_cents,
        reasons=command.reasons, interest_bagatelle_cents=command.interest_bagatelle_cents,
        day_count=command.day_count, due_days=command.due_days, proposed_by=context.actor, proposed_on=context.valid_on,
        proof=command.proof, payment=command.payment, unspent=command.unspent,
    )  # fmt: skip
    if recovery.proposal:
        if recovery.proposal.claim == command.claim:
            return []
        raise RepaymentProposalOpen
    if any(it.proposed.claim == command.claim for it in recovery.demanded):
        return []
    if not command.reasons.strip():
        raise ReasonMissing("Warum wird zurückgefordert?", field="reasons")
    _require_ground(command, proposed, context)
    duties.refuse(PROPOSE, (*command.acted, *recovery.acted), context)
    return [proposed]


def _require_ground(command: ProposeRepayment, proposed: RepaymentProposed, context: Context) -> None:
    """Each kind of demand has its reason in law, and its limit."""
    if command.kind == ClaimKind.LATE_USE:
        if command.interest_cents < max(command.interest_bagatelle_cents, 1):
            raise BelowBagatelle
        return
    if command.kind == ClaimKind.OVERPAYMENT:
        if command.overpaid_cents <= 0:
            raise NothingOverpaid
    elif not (command.annulment or command.proof):
        raise NothingAnnulled
    if not 0 < command.cents <= _limit_of(command):
        raise BeyondExcess(field="cents")
    if command.cents < command.bagatelle_cents:
        raise BelowBagatelle
    _require_day(proposed, context)


def _limit_of(command: ProposeRepayment) -> int:
    return command.overpaid_cents if command.kind == ClaimKind.OVERPAYMENT else command.excess_cents


def _require_day(proposed: RepaymentProposed, context: Context) -> None:
    since = proposed.interest_from_on
    if proposed.waived_because or (since is not None and since <= context.valid_on):
        return
    raise IneffectiveDayMissing(field="ineffective_on")


def _demand(command: DemandRepayment, recovery: Recovery, context: Context) -> Sequence[Event]:
    if recovery.demand(command.number):
        return []
    proposed = recovery.proposal
    if proposed is None or proposed.number != command.number:
        raise NoRepaymentProposal
    if proposed.kind == ClaimKind.EXCESS and proposed.cents > command.excess_cents:
        raise BeyondExcess
    if proposed.kind == ClaimKind.OVERPAYMENT and proposed.cents > command.overpaid_cents:
        raise NothingOverpaid
    duties.refuse(DEMAND, (*command.acted, *recovery.acted), context)
    acted = duties.with_act(recovery.acted, context.actor, Role.APPROVER, DEMAND)
    return [
        RepaymentDemanded(
            proposed=proposed, reference=command.reference,
            title=command.title, file_number=command.file_number,
            due_on=context.valid_on + timedelta(days=proposed.due_days), demanded_by=context.actor,
            demanded_on=context.valid_on, acted=acted, awaits_service=True,
        )
    ]  # fmt: skip


def _drop(command: DropRepayment, recovery: Recovery, context: Context) -> Sequence[Event]:
    if command.number in recovery.dropped:
        return []
    if recovery.proposal is None or recovery.proposal.number != command.number:
        raise NoRepaymentProposal
    if not command.reason.strip():
        raise ReasonMissing("Warum wird nicht zurückgefordert?", field="reason")
    duties.refuse(DROP, (*command.acted, *recovery.acted), context)
    return [
        RepaymentDropped(
            number=command.number, reason=command.reason, dropped_by=context.actor, dropped_on=context.valid_on
        )
    ]
