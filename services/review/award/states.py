"""Where an award stands."""

from datetime import date

from services.review.award.commands import Channel, Grant, Outcome
from services.review.award.events import (
    AmendmentProposed,
    Annulled,
    AnnulmentProposed,
    AwardHearingOpened,
    ChangeReceived,
    DecisionBecameFinal,
    FirstSignatureGiven,
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
    """A hearing on the award; `limit` is there when the recipient spoke or the time for it passed."""

    opened: AwardHearingOpened
    received_on: date | None = None
    limit: Deadline | None = None


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


@value
class Unsigned: ...


@value
class HalfSigned:
    signature: FirstSignatureGiven


@value
class Approved:
    """`failed` is the last dispatch that was not served; `acted` what people did since the approval."""

    grant: Grant
    approved_on: date
    failed: NoticeServiceFailed | None = None
    acted: tuple[Acted, ...] = ()
    course: Course = Course()


@value
class Notified:
    grant: Grant
    approved_on: date
    notice: Notice
    waiver: RemedyWaived | None = None
    acted: tuple[Acted, ...] = ()
    course: Course = Course()


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


def notice_of(award: Award) -> Notice | None:
    """The notice that is out, of an award or a refusal."""
    return award.notice if isinstance(award, Notified | Final | Gone | Refused) else None
