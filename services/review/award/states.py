"""Where an award stands."""

from datetime import date

from services.review.award.commands import Annulment, Channel, Grant, Outcome
from services.review.award.events import (
    AmendmentProposed,
    Annulled,
    AnnulmentProposed,
    AwardHearingOpened,
    ChangeReceived,
    DecisionBecameFinal,
    FirstSignatureGiven,
    GrantAmended,
    GrantRefused,
    LawsuitConcluded,
    LawsuitRecorded,
    NoticeServiceFailed,
    RemedyWaived,
)
from shared.calendar import Deadline
from shared.contracts import Acted, YearAmount
from shared.decider import value
from shared.identity import DocumentReference


@value
class Notice:
    """A dispatched notice as it stands: its days are those of the fiction until an actual receipt moved them."""

    number: int
    letter: DocumentReference
    channel: Channel
    instructed: bool
    dispatched_by: str
    dispatched_on: date
    deemed_served_on: date
    remedy_ends_on: date
    service_rule: str = ""
    remedy_rule: str = ""
    served: bool = False
    received_on: date | None = None
    lawsuit: LawsuitRecorded | None = None
    concluded: LawsuitConcluded | None = None

    @property
    def contested(self) -> bool:
        """Whether an action is pending."""
        return self.lawsuit is not None and self.concluded is None

    @property
    def taken_away(self) -> bool:
        """Whether the court upheld the action."""
        return self.concluded is not None and self.concluded.outcome == Outcome.UPHELD


@value
class Hearing:
    """A hearing on the award; `limit` is there when the recipient spoke or the time for it passed.

    `unserved` while its letter is not served; `renewed` is its period after the last of its `restarts`.
    """

    opened: AwardHearingOpened
    received_on: date | None = None
    limit: Deadline | None = None
    unserved: bool = False
    renewed: Deadline | None = None
    restarts: int = 0

    @property
    def deadline(self) -> Deadline:
        return self.renewed or self.opened.deadline

    @property
    def ends_on(self) -> date | None:
        """The last day to speak; none while the letter is not served."""
        return None if self.unserved else self.deadline.ends_on


@value
class Reduction:
    """What was asked of payout, and what of it came back; `answered` counts the parts."""

    number: int
    asked: tuple[YearAmount, ...]
    then: tuple[YearAmount, ...]
    returned: tuple[YearAmount, ...] = ()
    kept: tuple[YearAmount, ...] = ()
    answered: int = 0

    @property
    def pending(self) -> bool:
        return bool(self.asked) and not self.answered


@value
class ChangeNotice:
    """The notice of a change of the award (Änderungs- oder Aufhebungsbescheid), by the number of its proposal.

    It is `effective` at once or when it is final; `froze` when payments were possible until it was decided.
    """

    number: int
    decided: Annulled | GrantAmended
    effective: bool
    froze: bool = False
    notice: Notice | None = None
    failed: NoticeServiceFailed | None = None
    final: DecisionBecameFinal | None = None

    @property
    def annulment(self) -> Annulment | None:
        """How the award falls away by it, None when it is amended."""
        return None if isinstance(self.decided, GrantAmended) else self.decided.decided.annulment

    @property
    def waits(self) -> bool:
        """Whether its effect is still to come: not final, and no court took it away."""
        return not self.effective and not (self.notice is not None and self.notice.taken_away)


@value
class Course:
    """What happened to an award since its approval: hearing, proposals, changes asked for, money on its way back."""

    hearing: Hearing | None = None
    hearings: int = 0
    proposal: AnnulmentProposed | AmendmentProposed | None = None
    proposals: int = 0
    change: ChangeReceived | None = None
    settled: tuple[str, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    supplements: int = 0
    frozen: bool = False
    annulled: tuple[Annulled, ...] = ()
    notices: tuple[ChangeNotice, ...] = ()

    def notice(self, number: int) -> ChangeNotice | None:
        """The notice of the change decided on this proposal."""
        return next((it for it in self.notices if it.number == number), None)

    @property
    def waiting(self) -> ChangeNotice | None:
        """The change whose effect is still to come; there is one at most."""
        return next((it for it in self.notices if it.waits), None)


@value
class Unsigned: ...


@value
class HalfSigned:
    signature: FirstSignatureGiven


@value
class Approved:
    """`failed` is the last dispatch that was not served; `acted` what people did since the approval.

    `assigned` is whether payout has the money already: it had been served, and nobody waited for its finality.
    """

    grant: Grant
    approved_on: date
    failed: NoticeServiceFailed | None = None
    acted: tuple[Acted, ...] = ()
    course: Course = Course()
    assigned: bool = False


@value
class Notified:
    grant: Grant
    approved_on: date
    notice: Notice
    waiver: RemedyWaived | None = None
    acted: tuple[Acted, ...] = ()
    course: Course = Course()
    assigned: bool = False


@value
class Final:
    grant: Grant
    approved_on: date
    notice: Notice
    final: DecisionBecameFinal
    assigned: bool = False
    acted: tuple[Acted, ...] = ()
    course: Course = Course()


@value
class Gone:
    """Nothing of the award is left; `annulled` is why. Money that payout still has goes back as long as any is out."""

    grant: Grant
    approved_on: date
    annulled: Annulled
    notice: Notice | None = None
    assigned: bool = False
    acted: tuple[Acted, ...] = ()
    course: Course = Course()


@value
class Refused:
    """A refusal goes the same way to the recipient as an award; there is no money in it."""

    refusal: GrantRefused
    notice: Notice | None = None
    failed: NoticeServiceFailed | None = None
    waiver: RemedyWaived | None = None
    final: DecisionBecameFinal | None = None
    acted: tuple[Acted, ...] = ()


type Award = Unsigned | HalfSigned | Approved | Notified | Final | Gone | Refused
type Granted = Approved | Notified | Final | Gone


def is_assigned(award: Award) -> bool:
    """Whether payout has the money of an award that stands."""
    return isinstance(award, Final) or (isinstance(award, Approved | Notified) and award.assigned)


def notice_of(award: Award, proposal: int = 0) -> Notice | None:
    """The notice that is out, of an award or a refusal, or of the change decided on this proposal."""
    if proposal:
        change = None if isinstance(award, Unsigned | HalfSigned | Refused) else award.course.notice(proposal)
        return change.notice if change else None
    return award.notice if isinstance(award, Notified | Final | Gone | Refused) else None


def final_of(award: Award, proposal: int = 0) -> DecisionBecameFinal | None:
    """The finality of an award or a refusal, or of the change decided on this proposal."""
    if proposal:
        change = None if isinstance(award, Unsigned | HalfSigned | Refused) else award.course.notice(proposal)
        return change.final if change else None
    return award.final if isinstance(award, Final | Refused) else None
