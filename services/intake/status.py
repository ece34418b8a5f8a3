"""Sachstand für die antragstellende Kommune: where the application and its drawdowns stand, what comes next, how much.

A pure function of the application's state, so that the page, the API and an auditor's replay say the same.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from services.intake.application import Application, Submitted
from services.intake.conditions import told_before_payment
from services.intake.pages.proceeding_words import (
    told_of_accepted,
    told_of_award_hearing,
    told_of_change,
    told_of_claims,
    told_of_closure,
    told_of_examination,
    told_of_freeze,
    told_of_hearing,
    told_of_hold,
    told_of_loss,
    told_of_notices,
    told_of_proof,
    told_of_supplements,
)
from services.intake.proceeding import accepted_proof, hearing, is_gone, last_change, last_closure, open_proof
from services.intake.progress import (
    ApplicationRejectedFormally,
    AssessmentBegun,
    AwardAnnounced,
    AwardBecameFinal,
    DrawdownExamined,
    DrawdownReceived,
    FundsAssigned,
    PaymentOrdered,
    Progress,
    ProofDecided,
    RefusalAnnounced,
    WithdrawalSettled,
)
from services.intake.supply import Supply
from shared.contracts.drawdown_reasons import REASONS
from shared.decider import value
from shared.money import euros


class StatusCode(StrEnum):
    """Stable for programs; people read `TITLES`."""

    UNSUBMITTED = "unsubmitted"
    SUBMITTED = "submitted"
    INCOMPLETE = "documents-missing"
    OVERDUE = "deadline-expired"
    SUPPLIED = "documents-supplied"
    COMPLETE = "complete"
    UNDER_REVIEW = "under-review"
    HEARING = "hearing"
    ON_HOLD = "on-hold"
    AWARDED = "awarded"
    REFUSED = "refused"
    REJECTED = "rejected-formally"
    GONE = "award-gone"
    WITHDRAWN = "withdrawn"
    FINAL = "final"
    DRAWDOWN_REQUESTED = "drawdown-requested"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    PROOF_SUBMITTED = "proof-submitted"
    PROOF_SENT_BACK = "proof-sent-back"
    PROOF_MISSING = "proof-missing"
    PROOF_ACCEPTED = "proof-accepted"
    CLOSED = "closed"


TITLES: dict[StatusCode, str] = {
    StatusCode.UNSUBMITTED: "Nicht eingereicht",
    StatusCode.SUBMITTED: "Eingegangen",
    StatusCode.INCOMPLETE: "Unterlagen fehlen",
    StatusCode.OVERDUE: "Frist abgelaufen",
    StatusCode.SUPPLIED: "Unterlagen nachgereicht",
    StatusCode.COMPLETE: "Vollständig",
    StatusCode.UNDER_REVIEW: "In Prüfung",
    StatusCode.HEARING: "Anhörung läuft",
    StatusCode.ON_HOLD: "Zurückgestellt",
    StatusCode.AWARDED: "Bewilligt",
    StatusCode.REFUSED: "Abgelehnt",
    StatusCode.REJECTED: "Aus formalen Gründen abgelehnt",
    StatusCode.GONE: "Zuwendung entfallen",
    StatusCode.WITHDRAWN: "Zurückgenommen",
    StatusCode.FINAL: "Bestandskräftig",
    StatusCode.DRAWDOWN_REQUESTED: "Mittelabruf eingegangen",
    StatusCode.PARTLY_PAID: "Teilweise ausgezahlt",
    StatusCode.PAID: "Ausgezahlt",
    StatusCode.PROOF_SUBMITTED: "Nachweis in Prüfung",
    StatusCode.PROOF_SENT_BACK: "Nachweis zu ergänzen",
    StatusCode.PROOF_MISSING: "Nachweis überfällig",
    StatusCode.PROOF_ACCEPTED: "Verwendungsnachweis anerkannt",
    StatusCode.CLOSED: "Abgeschlossen",
}


WAITING = frozenset({StatusCode.INCOMPLETE, StatusCode.OVERDUE})
"""The applicant has to supply something."""
_WITHOUT_CHANGE = frozenset({StatusCode.GONE, StatusCode.WITHDRAWN})
"""There is no grant any more whose change could be told."""


@value
class Status:
    """What an applicant is told. `granted_cents` is what is granted now; `ordered_cents` is what the treasury was told to
    pay, `settled_cents` what left its account; `missing` is what is to be supplied until `due_on`, which is also the last
    day for a statement in a hearing."""

    code: StatusCode
    title: str
    next_step: str
    applied_cents: int = 0
    granted_cents: int = 0
    ordered_cents: int = 0
    settled_cents: int = 0
    due_on: date | None = None
    missing: tuple[str, ...] = ()


def status(application: Application) -> Status:
    """The status of an application in any state."""
    if not isinstance(application, Submitted):
        code = StatusCode.UNSUBMITTED
        return Status(code=code, title=TITLES[code], next_step="Sie können den Antrag einreichen.")
    progress = application.progress
    code, next_step = _stage(application)
    following = next_step if code in _WITHOUT_CHANGE else _with_changes(progress, next_step)
    return Status(
        code=code,
        title=TITLES[code],
        next_step=f"{told_of_award_hearing(progress)}{told_of_notices(progress)}{told_of_claims(progress)}{following}",
        applied_cents=application.form.financing.grant_cents,
        granted_cents=_granted(progress),
        ordered_cents=progress.ordered_cents,
        settled_cents=progress.settled_cents,
        due_on=_due_on(application, code),
        missing=tuple(it.text for it in application.supply.missing) if code in WAITING else (),
    )


def _with_changes(progress: Progress, next_step: str) -> str:
    return f"{told_of_change(progress)}{next_step}{told_of_supplements(progress)}{told_of_freeze(progress)}"


def _due_on(application: Submitted, code: StatusCode) -> date | None:
    if code is StatusCode.HEARING:
        heard = hearing(application.progress)
        return heard and heard.ends_on
    deadline = application.supply.deadline
    return deadline.ends_on if code in WAITING and deadline else None


def _granted(progress: Progress) -> int:
    if changed := last_change(progress):
        return changed.granted_cents
    if award := progress.only(AwardAnnounced):
        return award.granted_cents
    funds = progress.only(FundsAssigned)
    return sum(part.cents for part in funds.by_year) if funds else 0


def _stage(application: Submitted) -> tuple[StatusCode, str]:
    progress = application.progress
    if application.withdrawal_effective:
        return StatusCode.WITHDRAWN, "Das Verfahren ist beendet. Sie können einen neuen Antrag stellen."
    if closed := last_closure(progress):
        return StatusCode.CLOSED, told_of_closure(closed)
    if is_gone(progress):
        return StatusCode.GONE, told_of_loss(progress)
    if accepted := accepted_proof(progress):
        return StatusCode.PROOF_ACCEPTED, told_of_accepted(accepted)
    if drawdown := progress.open_drawdown:
        return StatusCode.DRAWDOWN_REQUESTED, _payment_step(progress, drawdown)
    if told := told_of_proof(progress):
        return _stage_of_proof(progress), told
    if progress.settled_cents:
        return _paid(progress)
    if refusal := progress.only(RefusalAnnounced):
        return StatusCode.REFUSED, f"Gründe: {'; '.join(refusal.reasons)}"
    if rejection := progress.only(ApplicationRejectedFormally):
        return StatusCode.REJECTED, f"Gründe: {' '.join(rejection.reasons)}"
    if progress.only(FundsAssigned):
        step = "Sie können fällige Ausgaben mit einem Mittelabruf geltend machen."
        return StatusCode.FINAL, f"{step}{told_before_payment(progress)}"
    if progress.only(AwardBecameFinal):
        return StatusCode.FINAL, "Die Auszahlung wird eingerichtet. Danach können Sie Mittel abrufen."
    if award := progress.only(AwardAnnounced):
        day = f"{award.remedy_ends_on:%d.%m.%Y}"
        step = f"Der Bescheid wird mit Ablauf des {day} oder durch Ihren Verzicht bestandskräftig."
        return StatusCode.AWARDED, f"{step} {award.cut_reason}".strip()
    return _before_decision(application)


def _stage_of_proof(progress: Progress) -> StatusCode:
    if open_proof(progress):
        return StatusCode.PROOF_SUBMITTED
    sent_back = any(it.outcome == "sent-back" for it in progress.noted(ProofDecided))
    return StatusCode.PROOF_SENT_BACK if sent_back else StatusCode.PROOF_MISSING


def _before_decision(application: Submitted) -> tuple[StatusCode, str]:
    progress = application.progress
    if application.withdrawn and not progress.only(WithdrawalSettled):
        return StatusCode.WITHDRAWN, "Das Ministerium stellt fest, ob die Rücknahme vor der Entscheidung einging."
    if heard := told_of_hearing(progress):
        return StatusCode.HEARING, heard
    if held := told_of_hold(progress):
        return StatusCode.ON_HOLD, held
    if progress.only(AssessmentBegun):
        return StatusCode.UNDER_REVIEW, told_of_examination(progress)
    if application.completed:
        return StatusCode.COMPLETE, "Ihr Antrag wird zur Prüfung an das Ministerium gegeben."
    return _before_completeness(application.supply)


def _before_completeness(supply: Supply) -> tuple[StatusCode, str]:
    if not supply.requested:
        return StatusCode.SUBMITTED, "Wir prüfen, ob Ihr Antrag vollständig ist."
    if not supply.missing:
        return StatusCode.SUPPLIED, "Wir prüfen die nachgereichten Unterlagen."
    wanted = "; ".join(it.text for it in supply.missing)
    day = f"{supply.deadline.ends_on:%d.%m.%Y}" if supply.deadline else ""
    if supply.expired:
        return StatusCode.OVERDUE, f"Die Frist endete am {day}. Reichen Sie bitte umgehend nach: {wanted}"
    return StatusCode.INCOMPLETE, f"Bitte reichen Sie bis zum {day} nach: {wanted}"


def _payment_step(progress: Progress, drawdown: DrawdownReceived) -> str:
    examined = next((it for it in progress.noted(DrawdownExamined) if it.drawdown == drawdown.drawdown), None)
    if examined is None:
        return f"Ihr Mittelabruf über {euros(drawdown.requested_cents)} wird geprüft."
    rejected = progress.failed_payments
    ordered = [it for it in progress.noted(PaymentOrdered) if it.drawdown == drawdown.drawdown]
    if any(it.payment not in rejected for it in ordered):
        return f"Die Auszahlung von {euros(examined.accepted_cents)} ist angeordnet. Die Landeshauptkasse überweist."
    if ordered:
        return "Die Landeshauptkasse konnte nicht auszahlen. Die Auszahlung wird geklärt und neu angeordnet."
    accepted = f"{euros(examined.accepted_cents)} werden zur Auszahlung angeordnet."
    return f"{accepted} Begründung der Kürzung: {told_of_reason(examined.reason)}" if examined.reason else accepted


def told_of_reason(code: str) -> str:
    """The sentence for a reason of payout; one that is not known here as it came."""
    return REASONS.get(code, code)


def _paid(progress: Progress) -> tuple[StatusCode, str]:
    open_cents = _granted(progress) - progress.settled_cents
    if open_cents > 0:
        return StatusCode.PARTLY_PAID, f"{euros(open_cents)} können Sie noch abrufen, sobald Ausgaben fällig sind."
    if open_cents < 0:
        more = f"{euros(-open_cents)} sind mehr ausgezahlt, als bewilligt ist."
        return StatusCode.PAID, f"{more} Ob Sie Geld erstatten müssen, teilt Ihnen das Ministerium mit."
    return StatusCode.PAID, "Die Zuwendung ist vollständig ausgezahlt. Als Nächstes weisen Sie die Verwendung nach."


class DrawdownState(StrEnum):
    """Where one drawdown stands; people read `DRAWDOWN_TITLES`."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ORDERED = "ordered"
    RETURNED = "bounced"
    SETTLED = "settled"


DRAWDOWN_TITLES: dict[DrawdownState, str] = {
    DrawdownState.REQUESTED: "Eingegangen",
    DrawdownState.ACCEPTED: "Anerkannt",
    DrawdownState.REFUSED: "Abgelehnt",
    DrawdownState.ORDERED: "Angeordnet",
    DrawdownState.RETURNED: "Zahlung wird geklärt",
    DrawdownState.SETTLED: "Ausgezahlt",
}


@value
class DrawdownStatus:
    """One drawdown from the request to the money; `accepted_cents` is None until it was examined."""

    drawdown: str
    year: int
    requested_on: date
    eligible_due_cents: int
    requested_cents: int
    accepted_cents: int | None
    reason: str
    state: DrawdownState
    title: str
    settled_cents: int
    settled_on: date | None
    reason_text: str = ""


def drawdowns(progress: Progress) -> Sequence[DrawdownStatus]:
    """All drawdowns of an application, oldest first."""
    received = sorted(progress.noted(DrawdownReceived), key=lambda it: (it.received_on, it.eligible_due_cents))
    return [_drawdown(progress, it) for it in received]


def _drawdown(progress: Progress, it: DrawdownReceived) -> DrawdownStatus:
    examined = next((one for one in progress.noted(DrawdownExamined) if one.drawdown == it.drawdown), None)
    settled = [one for one in progress.settled_payments if one.drawdown == it.drawdown]
    paid = sum(one.cents for one in settled)
    state = _drawdown_state(progress, it, examined, paid)
    return DrawdownStatus(
        drawdown=it.drawdown,
        year=it.year,
        requested_on=it.received_on,
        eligible_due_cents=it.eligible_due_cents,
        requested_cents=it.requested_cents,
        accepted_cents=examined.accepted_cents if examined else None,
        reason=examined.reason if examined else "",
        state=state,
        title=DRAWDOWN_TITLES[state],
        settled_cents=paid,
        settled_on=max((one.settled_on for one in settled), default=None),
        reason_text=told_of_reason(examined.reason) if examined else "",
    )


def _drawdown_state(
    progress: Progress, it: DrawdownReceived, examined: DrawdownExamined | None, paid: int
) -> DrawdownState:
    if examined and paid >= examined.accepted_cents > 0:
        return DrawdownState.SETTLED
    rejected = progress.failed_payments
    ordered = [one for one in progress.noted(PaymentOrdered) if one.drawdown == it.drawdown]
    if any(one.payment not in rejected for one in ordered):
        return DrawdownState.ORDERED
    if ordered:
        return DrawdownState.RETURNED
    if examined is None:
        return DrawdownState.REQUESTED
    return DrawdownState.ACCEPTED if examined.accepted_cents else DrawdownState.REFUSED
