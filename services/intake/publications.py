"""Own events → contracts: what intake tells the others. Everything else stays its own affair."""

from services.intake.application import ApplicationDeclaredComplete, ApplicationWithdrawn, Submitted
from services.intake.change_request import ChangeRequested
from services.intake.drawdown import DrawdownRequested
from services.intake.early_start import EarlyStartRequested
from services.intake.proof_of_use import SUBMIT, ProofSubmitted
from services.intake.territory import TerritorialChangeRecorded, Territory, heir_of
from shared import duties
from shared.contracts import intake
from shared.identity import Role

type Published = (
    intake.ApplicationCompleted
    | intake.ApplicationWithdrawn
    | intake.DrawdownRequested
    | intake.EarlyStartRequested
    | intake.ChangeRequested
    | intake.BodyDissolved
    | intake.ProofSubmitted
)


def publish(event: object, state: object) -> Published | None:
    """The contract of an event, or None; `state` is its noun folded up to and with the event."""
    match event, state:
        case ApplicationDeclaredComplete(), Submitted():
            return _completed(event, state)
        case ApplicationWithdrawn(), Submitted() if state.completed or state.progress.open_early_start:
            # Review has no case before completeness, but perhaps an early start; any other withdrawal is intake's own affair.
            early_start = state.progress.open_early_start
            return intake.ApplicationWithdrawn(
                withdrawn_on=event.withdrawn_on,
                acted=duties.with_act((), event.withdrawn_by, Role.APPLICANT, "withdraw-application"),
                complete=state.completed is not None,
                early_start=early_start.early_start if early_start else "",
            )
        case DrawdownRequested(), _:
            return intake.DrawdownRequested(
                drawdown=event.drawdown,
                year=event.year,
                eligible_due_cents=event.eligible_due_cents,
                requested_cents=event.requested_cents,
                requested_on=event.requested_on,
                acted=duties.with_act(event.acted, event.requested_by, Role.APPLICANT, "request-drawdown"),
                needed_on=event.needed_on,
                purpose=event.purpose,
                spent=event.spent,
            )
        case TerritorialChangeRecorded(), Territory():
            return _dissolved(event, state)
        case EarlyStartRequested(), _:
            return _early_start(event)
        case ChangeRequested(), _:
            return intake.ChangeRequested(
                change=event.change,
                kind=event.kind,
                by_year=event.by_year,
                eligible_cents=event.eligible_cents,
                ends_on=event.ends_on,
                reason=event.reason,
                requested_on=event.requested_on,
                acted=duties.with_act((), event.requested_by, Role.APPLICANT, "request-change"),
            )
        case ProofSubmitted(), _:
            return intake.ProofSubmitted(
                proof=event.proof,
                kind=event.kind,
                lines=event.lines,
                covering_cents=event.covering_cents,
                report=event.report,
                submitted_on=event.submitted_on,
                acted=duties.with_act((), event.submitted_by, Role.APPLICANT, SUBMIT),
            )
        case _:
            return None


def _dissolved(event: TerritorialChangeRecorded, territory: Territory) -> intake.BodyDissolved | None:
    heir = heir_of(event, territory)
    if heir is None:
        return None
    record = event.record
    former = territory.register.bodies[record.old_key][-1]
    return intake.BodyDissolved(
        reference=record.reference,
        effective_on=record.effective_on,
        old_key=former.key,
        old_name=former.full_name,
        new_key=heir.key,
        new_name=heir.full_name,
    )


def _early_start(event: EarlyStartRequested) -> intake.EarlyStartRequested:
    return intake.EarlyStartRequested(
        early_start=event.early_start,
        file_number=event.file_number,
        applicant_key=event.applicant_key,
        applicant_name=event.applicant_name,
        title=event.title,
        description=event.description,
        reason=event.reason,
        expenditure=event.expenditure,
        contract_on=event.contract_on,
        requested_on=event.requested_on,
        acted=event.acted,
        programme=event.programme,
        municipalities=event.municipalities,
    )


def _completed(event: ApplicationDeclaredComplete, application: Submitted) -> intake.ApplicationCompleted:
    form = application.form
    return intake.ApplicationCompleted(
        file_number=application.file_number,
        applicant_key=application.applicant_key,
        applicant_name=application.applicant_name,
        item=form.item,
        title=form.title,
        lines=form.lines,
        financing=form.financing,
        by_year=form.by_year,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        account_holder=form.account_holder,
        iban=form.iban,
        contact_name=form.contact_name,
        contact_mail=form.contact_mail,
        documents=application.documents,
        submitted_on=form.submitted_on,
        completed_on=event.completed_on,
        acted=application.acted,
        programme=form.programme,
        on_behalf_of=form.on_behalf_of,
        cooperation=form.cooperation,
        measures=form.measures,
        findings=form.findings,
        early_start_on=application.early_start_on,
    )
