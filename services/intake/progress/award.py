"""What is told of the decision and of an award that stands: its notices, its funds, its changes, its conditions."""

from datetime import date

from shared.contracts import Acted, SideCondition, YearAmount
from shared.decider import event


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


@event("intake.application-rejected-formally")
class ApplicationRejectedFormally:
    """Noted from review: the application was rejected as inadmissible, with its reasons (formale Ablehnung)."""

    reasons: tuple[str, ...]
    rejected_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.withdrawal-settled")
class WithdrawalSettled:
    """Noted from review: whether the withdrawal came before the decision."""

    effective: bool
    settled_on: date


@event("intake.notice-progressed")
class NoticeProgressed:
    """Noted from review: a notice was dispatched, came back, was contested, or became final (Stand eines Bescheids).

    `proposal` is 0 for the award or the refusal, else that of the change; of one notice the higher `number` is the later.
    """

    proposal: int
    kind: str
    step: str
    number: int
    happened_on: date
    remedy_ends_on: date | None
    acted: tuple[Acted, ...]


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


@event("intake.funds-supplemented")
class FundsSupplemented:
    """Noted from review: further amounts per year can be drawn down (Aufstockung); `supplement` counts the case's."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    supplemented_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.reduction-requested")
class ReductionRequested:
    """Noted from review: what is not ordered of these amounts is to be returned (Rückführung von Mitteln), and whether from
    now on nothing is paid (`freeze`), or, false, again. `reduction` counts the case's; why is not told here."""

    reduction: int
    by_year: tuple[YearAmount, ...]
    freeze: bool
    requested_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.grant-changed")
class GrantChanged:
    """Noted from review: what is granted now, after an amendment or when the award, or a part of it, fell away.

    `kind` is `amendment`, `lapse`, `revocation`, `retraction` or `resolutory-condition`, `change` the request it grants;
    `number` counts the case's changes, 0 when review did not tell it; a `part` corrects the change of its number.
    """

    kind: str
    change: str
    by_year: tuple[YearAmount, ...]
    granted_cents: int
    eligible_cents: int
    ends_on: date
    reasons: str
    effective_on: date
    number: int = 0
    part: int = 0
    acted: tuple[Acted, ...] = ()


@event("intake.award-hearing-opened")
class AwardHearingOpened:
    """Noted from review: the recipient may state its view until `ends_on`, before its award falls away (Anhörung)."""

    number: int
    annulment: str
    facts: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.award-hearing-closed")
class AwardHearingClosed:
    """Noted from review: the hearing on the award ended, with a statement, without one, or `dropped` without consequence."""

    number: int
    answered: bool
    dropped: bool
    closed_on: date
    restarts: int = 0
    acted: tuple[Acted, ...] = ()


@event("intake.award-hearing-restarted")
class AwardHearingRestarted:
    """Noted from review: the hearing's letter went out again, and the recipient may state its view until `ends_on`."""

    number: int
    restart: int
    ends_on: date
    restarted_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.side-condition-assessed")
class SideConditionAssessed:
    """Noted from review: how it stands with a side condition of the award (Nebenbestimmung): `fulfilled`, `waived`,
    `violated` or `overdue`; of several notes on one `number` the highest `revision` holds.
    """

    number: int
    outcome: str
    revision: int
    text: str
    assessed_on: date
    acted: tuple[Acted, ...] = ()


type OfAward = (
    AwardAnnounced
    | RefusalAnnounced
    | ApplicationRejectedFormally
    | WithdrawalSettled
    | NoticeProgressed
    | AwardBecameFinal
    | FundsAssigned
    | FundsSupplemented
    | ReductionRequested
    | GrantChanged
    | AwardHearingOpened
    | AwardHearingClosed
    | AwardHearingRestarted
    | SideConditionAssessed
)
