"""What happened to a recovery."""

from datetime import date

from services.review.recovery.commands import ClaimKind
from shared.contracts import Acted
from shared.contracts.payout import LateMoney
from shared.decider import event
from shared.interest import DayCount, InterestLine


@event("review.repayment-proposed")
class RepaymentProposed:
    """It was proposed to demand money back (Vorschlag der Erstattung), or interest for its late use (Zwischenzinsen).

    `number` counts the case's proposals; `lines` are how interest for a late use was computed, `interest_from_on` the day
    from which an excess bears interest, none when that is `waived_because` of something (§ 49a III 2 VwVfG); `proof` is the
    accepted proof of use that it rests on, if there is one; `payment` paid something twice, `unspent` is the drawdown whose
    summary showed that money was used too late.
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
    payment: str = ""
    unspent: str = ""


@event("review.repayment-demanded")
class RepaymentDemanded:
    """The repayment was fixed (Erstattungsbescheid, § 49a I VwVfG): due on `due_on`, to be paid under `reference`.

    One that `awaits_service` is due only after its notice was served.
    """

    proposed: RepaymentProposed
    reference: str
    title: str
    file_number: str
    due_on: date
    demanded_by: str
    demanded_on: date
    acted: tuple[Acted, ...]
    awaits_service: bool = False


@event("review.demand-dispatched")
class DemandDispatched:
    """The notice of a demand left the house (Erstattungsbescheid versandt): it counts as served on `served_on`, and is due on `due_on`.

    `dispatch` counts how often; sent again, the time to pay runs anew from the service (§§ 41, 43 VwVfG).
    """

    number: int
    claim: str
    dispatch: int
    served_on: date
    due_on: date
    dispatched_by: str
    dispatched_on: date


@event("review.demand-service-failed")
class DemandServiceFailed:
    """The notice of a demand was not served (Bekanntgabe der Erstattung gescheitert): nothing is due by it until it was."""

    number: int
    claim: str
    dispatch: int
    failed_on: date
    recorded_by: str


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


@event("review.overpayment-noted")
class OverpaymentNoted:
    """Noted from payout: a drawdown was paid twice (Überzahlung), by this payment `beside` the one that was made instead."""

    payment: str
    drawdown: str
    beside: str
    cents: int
    paid_on: date


@event("review.overpayment-ended")
class OverpaymentEnded:
    """Noted from payout: of two payments of one drawdown this one was refused or came back; it is paid once (Überzahlung erledigt)."""

    payment: str
    ended_on: date


@event("review.unspent-noted")
class UnspentNoted:
    """Noted from payout: a summary of use showed money that was paid and not used in time (nicht alsbald verwendete Mittel).

    `parts` say of which drawdowns, and since when each was to be used; until `noted_on` they were not.
    """

    drawdown: str
    unspent_cents: int
    late_cents: int
    due_on: date
    noted_on: date
    parts: tuple[LateMoney, ...] = ()


type Event = (
    OverpaymentNoted
    | OverpaymentEnded
    | UnspentNoted
    | RepaymentProposed
    | RepaymentDemanded
    | DemandDispatched
    | DemandServiceFailed
    | RepaymentDropped
    | RepaymentNoted
    | ClaimSettlementNoted
)
