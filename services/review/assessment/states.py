"""How far an assessment can be, and what is known there."""

from datetime import date

from services.review.assessment.events import (
    AwardProposed,
    EligibleExpenditureAssessed,
    ExpertOpinionRecorded,
    RefusalProposed,
    ReservationNoted,
)
from services.review.assessment.hearing import Hearing
from services.review.assessment.hold import Hold
from services.review.assessment.rejection import ApplicationRejectedFormally, FormalRejectionProposed
from services.review.assessment.warnings import WarningsAcknowledged, warnings_of
from services.review.examination import Application
from shared.contracts import Acted
from shared.contracts.intake import Finding
from shared.decider import value


@value
class File:
    """What is known however far the case is: the application, who took part, how many awards were proposed, hearing, hold."""

    application: Application
    acted: tuple[Acted, ...]
    proposals: int = 0
    hearing: Hearing = Hearing()
    hold: Hold = Hold()
    acknowledged: WarningsAcknowledged | None = None

    @property
    def open_warnings(self) -> tuple[Finding, ...]:
        """What intake's checks warned of and nobody took note of yet."""
        return () if self.acknowledged else warnings_of(self.application.findings)


@value
class Unopened:
    withdrawn_on: date | None = None


@value
class Opened:
    file: File


@value
class Opined:
    file: File
    opinion: ExpertOpinionRecorded


@value
class Assessed:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed


@value
class Proposed:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed
    proposal: AwardProposed


@value
class Reserved:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed
    proposal: AwardProposed
    reservation: ReservationNoted


@value
class RefusalPending:
    file: File
    refusal: RefusalProposed


@value
class Concluded:
    """Decided; `grounds` is the state the decision was made on, which letter and file keep telling."""

    file: File
    granted: bool
    grounds: Reserved | RefusalPending
    late_withdrawal: bool = False


@value
class Withdrawn:
    file: File


@value
class RejectionPending:
    file: File
    rejection: FormalRejectionProposed


@value
class Rejected:
    """Inadmissible, and decided so."""

    file: File
    rejection: ApplicationRejectedFormally
    late_withdrawal: bool = False


type Examined = Opened | Opined | Assessed | Proposed | Reserved | RefusalPending | RejectionPending
type Assessment = Unopened | Examined | Concluded | Rejected | Withdrawn
