"""Rückforderung: what a recipient has to repay (§ 49a VwVfG), proposed by one person and demanded by another.

A stream per case. Money paid beyond what is granted now is demanded as a whole (I); money that was used too late bears interest
for the time until its use and stays (IV). Payout keeps the claim; what it tells of it is noted here.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from services.review.examination import ReasonMissing
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role, base32, check_characters
from shared.interest import DayCount, InterestLine

PROPOSE, DEMAND, DROP = "propose-repayment", "demand-repayment", "drop-repayment"


class ClaimKind(StrEnum):
    """Why something is demanded: paid beyond the grant (§ 49a I VwVfG), or used too late (Zwischenzinsen, § 49a IV)."""

    EXCESS = "excess"
    LATE_USE = "late-use"


# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class ProposeRepayment:
    """`excess_cents` is how much is paid beyond the grant and not demanded yet; `annulment` the number of the change that took
    it away, `proof` the accepted proof by which less remains, and `interest_from_on` the day on which it lost its effect.
    Without a reason in `waived_because` it bears interest."""

    claim: str
    kind: ClaimKind
    cents: int
    excess_cents: int
    annulment: int
    interest_from_on: date | None
    waived_because: str
    lines: tuple[InterestLine, ...]
    interest_cents: int
    reasons: str
    bagatelle_cents: int
    interest_bagatelle_cents: int
    day_count: DayCount
    due_days: int
    acted: tuple[Acted, ...]
    proof: str = ""


@value
class DemandRepayment:
    number: int
    reference: str
    title: str
    file_number: str
    excess_cents: int
    acted: tuple[Acted, ...]


@value
class DropRepayment:
    number: int
    reason: str
    acted: tuple[Acted, ...]


@value
class NoteRepayment:
    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date


@value
class NoteSettlement:
    claim: str
    outcome: str
    settled_on: date


type Command = ProposeRepayment | DemandRepayment | DropRepayment | NoteRepayment | NoteSettlement

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.repayment-proposed")
class RepaymentProposed:
    """It was proposed to demand money back (Vorschlag der Erstattung), or interest for its late use (Zwischenzinsen).

    `number` counts the case's proposals; `lines` are how interest for a late use was computed, `interest_from_on` the day
    from which an excess bears interest, none when that is `waived_because` of something (§ 49a III 2 VwVfG); `proof` is the
    accepted proof of use that it rests on, if there is one.
    """

    number: int
    claim: str
    kind: ClaimKind
    cents: int
    annulment: int
    interest_from_on: date | None
    waived_because: str
    lines: tuple[InterestLine, ...]
    interest_cents: int
    reasons: str
    interest_bagatelle_cents: int
    day_count: DayCount
    due_days: int
    proposed_by: str
    proposed_on: date
    proof: str = ""


@event("review.repayment-demanded")
class RepaymentDemanded:
    """The repayment was fixed (Erstattungsbescheid, § 49a I VwVfG): due on `due_on`, to be paid under `reference`."""

    proposed: RepaymentProposed
    reference: str
    title: str
    file_number: str
    due_on: date
    demanded_by: str
    demanded_on: date
    acted: tuple[Acted, ...]


@event("review.repayment-dropped")
class RepaymentDropped:
    """The proposal to demand money back was not followed (Vorschlag nicht gefolgt)."""

    number: int
    reason: str
    dropped_by: str
    dropped_on: date


@event("review.repayment-noted")
class RepaymentNoted:
    """Noted from payout: money came in on a claim (Zahlungseingang); the budget enters it in the same transaction."""

    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date


@event("review.claim-settlement-noted")
class ClaimSettlementNoted:
    """Noted from payout: nothing of a claim is open any more (Forderung erledigt); `outcome` is `paid` or `remitted`."""

    claim: str
    outcome: str
    settled_on: date


type Event = RepaymentProposed | RepaymentDemanded | RepaymentDropped | RepaymentNoted | ClaimSettlementNoted

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Recovery:
    """`noted` and `settlements` may be told before anything else of their claim."""

    proposals: int = 0
    proposal: RepaymentProposed | None = None
    demanded: tuple[RepaymentDemanded, ...] = ()
    dropped: tuple[int, ...] = ()
    noted: tuple[RepaymentNoted, ...] = ()
    settlements: tuple[ClaimSettlementNoted, ...] = ()
    acted: tuple[Acted, ...] = ()

    @property
    def demanded_cents(self) -> int:
        """What was demanded of money paid in excess."""
        return sum(it.proposed.cents for it in self.demanded)

    def demand(self, number: int) -> RepaymentDemanded | None:
        return next((it for it in self.demanded if it.proposed.number == number), None)


# ---- Errors ---------------------------------------------------------------------------------------------------------


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
        "Bitte geben Sie den Tag an, seit dem die Bewilligung insoweit unwirksam ist; er liegt nicht in der Zukunft."
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


class ClaimTaken(DomainError):
    code = "claim-id-taken"
    title = "Unter dieser Kennung ist bereits eine andere Forderung vorgeschlagen."


# ---- decide ---------------------------------------------------------------------------------------------------------


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
        proof=command.proof,
    )  # fmt: skip
    if recovery.proposal:
        if recovery.proposal.claim == command.claim:
            return []
        raise RepaymentProposalOpen
    if any(it.proposed.claim == command.claim for it in recovery.demanded):
        return []
    if not command.reasons.strip():
        raise ReasonMissing("Warum wird zurückgefordert?", field="reasons")
    if command.kind == ClaimKind.LATE_USE:
        if command.interest_cents < max(command.interest_bagatelle_cents, 1):
            raise BelowBagatelle
    else:
        if not (command.annulment or command.proof):
            raise NothingAnnulled
        if not 0 < command.cents <= command.excess_cents:
            raise BeyondExcess(field="cents")
        if command.cents < command.bagatelle_cents:
            raise BelowBagatelle
        _require_day(proposed, context)
    duties.refuse(PROPOSE, (*command.acted, *recovery.acted), context)
    return [proposed]


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
    duties.refuse(DEMAND, (*command.acted, *recovery.acted), context)
    acted = duties.with_act(recovery.acted, context.actor, Role.APPROVER, DEMAND)
    return [
        RepaymentDemanded(
            proposed=proposed, reference=command.reference,
            title=command.title, file_number=command.file_number,
            due_on=context.valid_on + timedelta(days=proposed.due_days), demanded_by=context.actor,
            demanded_on=context.valid_on, acted=acted,
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


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(recovery: Recovery, it: Event) -> Recovery:
    match it:
        case RepaymentProposed():
            acted = duties.with_act(recovery.acted, it.proposed_by, Role.CASE_OFFICER, PROPOSE)
            return replace(recovery, proposals=it.number, proposal=it, acted=acted)
        case RepaymentDemanded():
            return replace(recovery, proposal=None, demanded=(*recovery.demanded, it), acted=it.acted)
        case RepaymentDropped():
            acted = duties.with_act(recovery.acted, it.dropped_by, Role.APPROVER, DROP)
            return replace(recovery, proposal=None, dropped=(*recovery.dropped, it.number), acted=acted)
        case RepaymentNoted():
            return replace(recovery, noted=(*recovery.noted, it))
        case ClaimSettlementNoted():
            return replace(recovery, settlements=(*recovery.settlements, it))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Recovery](
    name="recovery",
    initial=Recovery(),
    decide=decide,
    evolve=evolve,
    events=[RepaymentProposed, RepaymentDemanded, RepaymentDropped, RepaymentNoted, ClaimSettlementNoted],
)
