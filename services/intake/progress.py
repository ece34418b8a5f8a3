"""Sachstand: what review and payout told about an application, and its own drawdowns, noted as it came.

Two publishers have no mutual order, so the notes are a set: they commute, a repeated one is none, and one that
contradicts another is refused. Everything asked here is a sum or a search over that set.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from services.intake.noted import (
    OF_REVIEW,
    ApplicationRejectedFormally,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    CaseClosed,
    CasePutOnHold,
    CaseResumed,
    ClaimSettled,
    ConflictOfInterestNoted,
    FundsSupplemented,
    GrantChanged,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    InvolvementNoted,
    NoticeProgressed,
    OfReview,
    ProofDecided,
    ReductionRequested,
    RepaymentDemanded,
    RepaymentReceived,
    SideConditionAssessed,
    name_of,
)
from shared.contracts import Acted, SideCondition, YearAmount
from shared.decider import DomainError, event, field, value


@event("intake.assessment-begun")
class AssessmentBegun:
    """Noted from review: the ministry examines the application."""

    begun_on: date


@event("intake.award-announced")
class AwardAnnounced:
    """Noted from review: the notice of award was dispatched (Zuwendungsbescheid bekannt gegeben)."""

    granted_cents: int
    by_year: tuple[YearAmount, ...]
    cut_cents: int
    dispatched_on: date
    letter_sha256: str
    remedy_ends_on: date
    side_conditions: tuple[SideCondition, ...] = ()
    cut_reason: str = ""
    acted: tuple[Acted, ...] = ()


@event("intake.refusal-announced")
class RefusalAnnounced:
    """Noted from review: the application was refused (Ablehnungsbescheid), with its reasons."""

    reasons: tuple[str, ...]
    refused_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.withdrawal-settled")
class WithdrawalSettled:
    """Noted from review: whether the withdrawal came before the decision."""

    effective: bool
    settled_on: date


@event("intake.award-became-final")
class AwardBecameFinal:
    """Noted from review: the award can no longer be contested (Bestandskraft)."""

    final_on: date
    by_waiver: bool


@event("intake.funds-assigned")
class FundsAssigned:
    """Noted from review: these amounts per year can be drawn down. `rate_bp` in basis points."""

    award: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    assigned_on: date
    acted: tuple[Acted, ...] = ()
    financing_type: str = "share"
    drawdown_months: int = 0


@event("intake.drawdown-received")
class DrawdownReceived:
    """The recipient calls funds: noted from the drawdown, so that the application knows the open one."""

    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.drawdown-examined")
class DrawdownExamined:
    """Noted from payout: how much of a drawdown can be paid (0: refused) and why not all; a later `examination` replaces it."""

    drawdown: str
    requested_cents: int
    accepted_cents: int
    reason: str
    examined_on: date
    acted: tuple[Acted, ...] = ()
    examination: int = 1


@event("intake.payment-ordered")
class PaymentOrdered:
    """Noted from payout: the treasury is told to pay."""

    payment: str
    drawdown: str
    year: int
    cents: int
    ordered_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.payment-settled")
class PaymentSettled:
    """Noted from payout: the treasury's account was debited, the money is on its way or there."""

    payment: str
    drawdown: str
    year: int
    cents: int
    settled_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.payment-returned")
class PaymentReturned:
    """Noted from payout: this payment came back from the bank; it is clarified and ordered anew."""

    payment: str
    drawdown: str
    year: int
    cents: int
    charges_cents: int
    reason: str
    returned_on: date


@event("intake.payment-rejected")
class PaymentRejected:
    """Noted from payout: the treasury refused this payment; nothing was paid."""

    payment: str
    drawdown: str
    year: int
    cents: int
    reason: str
    rejected_on: date


@event("intake.recipient-succeeded")
class RecipientSucceeded:
    """Another body stepped into the applicant's place (Rechtsnachfolge); from now on it acts here. Noted from review, or by
    intake itself before it handed the application on; `reference` is empty where the facts that ship name the successor."""

    reference: str
    old_key: str
    new_key: str
    new_name: str
    effective_on: date
    recorded_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.early-start-received")
class EarlyStartReceived:
    """The applicant asks to begin early: noted from the early start, so that the application knows the open one."""

    early_start: str
    contract_on: date
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.early-start-decided")
class EarlyStartDecided:
    """Noted from review: whether the applicant may begin before the decision on the grant, from which day and until when."""

    early_start: str
    approved: bool
    may_begin_on: date | None
    text: str
    decided_on: date
    acted: tuple[Acted, ...] = ()
    expires_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether a project may be begun early on this day, as far as its last day says."""
        return self.approved and (self.expires_on is None or on <= self.expires_on)


@event("intake.change-received")
class ChangeReceived:
    """The recipient asks for a change of the award: noted from the change request, so that the application knows the open one."""

    change: str
    kind: str
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.change-settled")
class ChangeSettled:
    """Noted from review: whether the change was granted (Änderungsbescheid) or refused, with what is told of it."""

    change: str
    granted: bool
    text: str
    settled_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.proof-received")
class ProofReceived:
    """The recipient handed in a proof of use: noted from the proof, so that the application knows the open one."""

    proof: str
    kind: str
    spent_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


type Fact = (
    AssessmentBegun
    | AwardAnnounced
    | RefusalAnnounced
    | WithdrawalSettled
    | AwardBecameFinal
    | FundsAssigned
    | DrawdownReceived
    | DrawdownExamined
    | PaymentOrdered
    | PaymentSettled
    | PaymentRejected
    | PaymentReturned
    | RecipientSucceeded
    | EarlyStartReceived
    | EarlyStartDecided
    | ChangeReceived
    | ChangeSettled
    | ProofReceived
    | OfReview
)
FACTS: Sequence[type[Fact]] = (
    AssessmentBegun,
    AwardAnnounced,
    RefusalAnnounced,
    WithdrawalSettled,
    AwardBecameFinal,
    FundsAssigned,
    DrawdownReceived,
    DrawdownExamined,
    PaymentOrdered,
    PaymentSettled,
    PaymentRejected,
    PaymentReturned,
    RecipientSucceeded,
    EarlyStartReceived,
    EarlyStartDecided,
    ChangeReceived,
    ChangeSettled,
    ProofReceived,
    *OF_REVIEW,
)


class ContradictoryNote(DomainError):
    """The same fact arrived with other content: never overwritten, an operator must look."""

    code = "contradictory-note"
    title = "Diese Mitteilung widerspricht einer früheren."


type Identity = tuple[type[Any], str]
"""A fact's class and its drawdown's or payment's id, the body succeeded, or the number of a hearing, a hold or a change;
an application has at most one of the others."""


@value
class Progress:
    """Every fact noted of one application."""

    facts: Mapping[Identity, Fact] = field(default_factory=dict[Identity, Fact])

    def news(self, fact: Fact) -> Sequence[Fact]:
        """The fact if it is new, nothing if it is known, `ContradictoryNote` if it is known otherwise."""
        known = self.facts.get(_identity(fact))
        if isinstance(fact, DrawdownExamined) and isinstance(known, DrawdownExamined):
            if fact.examination > known.examination:
                return [fact]
            if fact.examination < known.examination:
                return []
        if known is not None and known != fact:
            raise ContradictoryNote(type(fact).__name__)
        return [fact] if known is None else []

    def with_fact(self, fact: Fact) -> "Progress":
        return Progress(facts={**self.facts, _identity(fact): fact})

    def noted[F](self, kind: type[F]) -> Sequence[F]:
        """All facts of one class; their order means nothing."""
        return [it for it in self.facts.values() if isinstance(it, kind)]

    def only[F](self, kind: type[F]) -> F | None:
        """The fact of which an application has at most one."""
        return cast(F | None, self.facts.get((kind, "")))

    @property
    def is_decided(self) -> bool:
        """Whether review decided on the application, in whatever way."""
        kinds = (AwardAnnounced, RefusalAnnounced, ApplicationRejectedFormally)
        return any(self.only(it) for it in kinds)

    @property
    def open_early_start(self) -> EarlyStartReceived | None:
        """The early start on which nothing was decided, as far as review told."""
        decided = {it.early_start for it in self.noted(EarlyStartDecided)}
        return next((it for it in self.noted(EarlyStartReceived) if it.early_start not in decided), None)

    def succeeded(self, key: str) -> RecipientSucceeded | None:
        """The succession that led from this body to whom it is now; None when it is still this one."""
        by_former = {it.old_key: it for it in self.noted(RecipientSucceeded)}
        found = None
        while by_former and key in by_former:
            found = by_former.pop(key)
            key = found.new_key
        return found

    @property
    def acted(self) -> tuple[Acted, ...]:
        """Who drew money down, and who took part elsewhere as far as the others told."""
        told = (
            AwardAnnounced, RefusalAnnounced, FundsAssigned, DrawdownReceived, DrawdownExamined, PaymentOrdered, PaymentSettled, EarlyStartReceived,
            EarlyStartDecided, RecipientSucceeded, ChangeReceived, ChangeSettled, SideConditionAssessed,
            HearingOpened, HearingExtended, HearingClosed, CasePutOnHold, CaseResumed, ApplicationRejectedFormally,
            ConflictOfInterestNoted, InvolvementNoted, FundsSupplemented, ReductionRequested, GrantChanged,
            NoticeProgressed, AwardHearingOpened, AwardHearingClosed, AwardHearingRestarted,
            ProofReceived, ProofDecided, RepaymentDemanded, RepaymentReceived, ClaimSettled,
            CaseClosed,
        )  # fmt: skip
        return tuple(act for it in self.facts.values() if isinstance(it, told) for act in it.acted)

    @property
    def accepted_cents(self) -> int:
        return sum(it.accepted_cents for it in self.noted(DrawdownExamined))

    @property
    def ordered_cents(self) -> int:
        """What the treasury was told to pay and did not refuse."""
        return sum(it.cents for it in self.noted(PaymentOrdered) if it.payment not in self.failed_payments)

    @property
    def failed_payments(self) -> frozenset[str]:
        """The payments that the treasury refused and did not pay all the same, and those that came back from the bank."""
        paid = {it.payment for it in self.noted(PaymentSettled)}
        refused = {it.payment for it in self.noted(PaymentRejected)} - paid
        return frozenset(refused | {it.payment for it in self.noted(PaymentReturned)})

    @property
    def settled_payments(self) -> Sequence[PaymentSettled]:
        """The payments that were made and did not come back."""
        return [it for it in self.noted(PaymentSettled) if it.payment not in self.failed_payments]

    @property
    def settled_cents(self) -> int:
        return sum(it.cents for it in self.settled_payments)

    @property
    def open_drawdown(self) -> DrawdownReceived | None:
        """The drawdown that is neither refused nor fully paid; a rejected payment leaves it open."""
        accepted = {it.drawdown: it.accepted_cents for it in self.noted(DrawdownExamined)}
        settled = self.settled_payments

        def is_open(drawdown: str) -> bool:
            paid = sum(it.cents for it in settled if it.drawdown == drawdown)
            return drawdown not in accepted or paid < accepted[drawdown]

        return next((it for it in self.noted(DrawdownReceived) if is_open(it.drawdown)), None)


def _identity(fact: Fact) -> Identity:
    match fact:
        case DrawdownReceived() | DrawdownExamined():
            return type(fact), fact.drawdown
        case PaymentOrdered() | PaymentSettled() | PaymentRejected() | PaymentReturned():
            return type(fact), fact.payment
        case RecipientSucceeded():
            return type(fact), fact.old_key
        case EarlyStartReceived() | EarlyStartDecided():
            return type(fact), fact.early_start
        case ChangeReceived() | ChangeSettled():
            return type(fact), fact.change
        case ProofReceived():
            return type(fact), fact.proof
        case (
            AssessmentBegun()
            | AwardAnnounced()
            | RefusalAnnounced()
            | WithdrawalSettled()
            | AwardBecameFinal()
            | FundsAssigned()
        ):
            return type(fact), ""
        case _:
            return type(fact), name_of(fact)
