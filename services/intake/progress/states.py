"""Every fact noted of one application, and what is asked of them."""

from collections.abc import Mapping, Sequence
from typing import cast

from services.intake.progress.award import (
    ApplicationRejectedFormally,
    AwardAnnounced,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    FundsAssigned,
    FundsSupplemented,
    GrantChanged,
    NoticeProgressed,
    ReductionRequested,
    RefusalAnnounced,
    SideConditionAssessed,
)
from services.intake.progress.errors import ContradictoryNote
from services.intake.progress.facts import Fact
from services.intake.progress.naming import Identity, identity_of
from services.intake.progress.payment import (
    DrawdownExamined,
    DrawdownReceived,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
)
from services.intake.progress.procedure import (
    CaseClosed,
    CasePutOnHold,
    CaseResumed,
    ConflictOfInterestNoted,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    InvolvementNoted,
    RecipientSucceeded,
)
from services.intake.progress.proof import (
    ClaimSettled,
    ProofDecided,
    ProofReceived,
    RepaymentDemanded,
    RepaymentReceived,
)
from services.intake.progress.request import (
    ChangeReceived,
    ChangeSettled,
    EarlyStartDecided,
    EarlyStartReceived,
)
from shared.contracts import Acted
from shared.decider import field, value


@value
class Progress:
    """Every fact noted of one application."""

    facts: Mapping[Identity, Fact] = field(default_factory=dict[Identity, Fact])

    def news(self, fact: Fact) -> Sequence[Fact]:
        """The fact if it is new, nothing if it is known, `ContradictoryNote` if it is known otherwise."""
        known = self.facts.get(identity_of(fact))
        if isinstance(fact, DrawdownExamined) and isinstance(known, DrawdownExamined):
            if fact.examination > known.examination:
                return [fact]
            if fact.examination < known.examination:
                return []
        if known is not None and known != fact:
            raise ContradictoryNote(type(fact).__name__)
        return [fact] if known is None else []

    def with_fact(self, fact: Fact) -> "Progress":
        return Progress(facts={**self.facts, identity_of(fact): fact})

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
