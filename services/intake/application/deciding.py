"""What an application answers to a command."""

from datetime import date
from typing import assert_never

from services.intake.application.commands import (
    AcknowledgeReceipt,
    Command,
    DeclareComplete,
    Note,
    SubmitApplication,
    WithdrawApplication,
)
from services.intake.application.errors import (
    AlreadyDecided,
    AlreadySubmitted,
    AlreadyWithdrawn,
    DeclarationMissing,
    DissolvedApplicant,
    NotAcknowledged,
    NotSubmitted,
    ProjectBegun,
    TextMissing,
    UnknownApplicant,
)
from services.intake.application.events import (
    ApplicationDeclaredComplete,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Event,
    ReceiptAcknowledged,
)
from services.intake.application.states import Application, Submitted, Unsubmitted
from services.intake.financing_plan import FinancingPlan, check
from services.intake.municipality import Municipality, Register
from services.intake.progress import AwardAnnounced, FundsAssigned, RefusalAnnounced
from shared import duties
from shared.decider import Context, RefusedAttempt


def decide(command: Command, application: Application, context: Context) -> list[Event]:
    match command, application:
        case SubmitApplication(), Unsubmitted():
            return [_submitted(command, context)]
        case SubmitApplication(), Submitted():
            require_own(command.applicant_keys, application, "submit-application")
            if command.submission_sha256 != application.form.submission_sha256:
                raise AlreadySubmitted
            return []
        case ((AcknowledgeReceipt() | DeclareComplete() | WithdrawApplication() | Note()), Unsubmitted()):
            raise NotSubmitted
        case AcknowledgeReceipt(), Submitted():
            if application.file_number:
                return []
            sha256 = application.form.submission_sha256
            return [ReceiptAcknowledged(file_number=command.file_number, submission_sha256=sha256)]
        case DeclareComplete(), Submitted():
            return _declared_complete(application, context)
        case WithdrawApplication(), Submitted():
            return _withdrawn(command, application, context)
        case Note(), Submitted():
            return list(application.progress.news(command.fact))
        case _ as missing:
            assert_never(missing)


def require_own(keys: tuple[str, ...], application: Submitted, action: str) -> None:
    """Only who acts for the applicant may act for it; anyone else's attempt is refused and recorded."""
    if application.form.applicant_key not in keys:
        raise RefusedAttempt("Der Vorgang gehört einer anderen Kommune.", rule="foreign-case", action=action)


def _submitted(command: SubmitApplication, context: Context) -> ApplicationSubmitted:
    applicant = _applicant(command.applicant_key, command.register, context.valid_on)
    if command.applicant_key not in command.applicant_keys:
        raise RefusedAttempt("Sie handeln nicht für diese Kommune.", rule="foreign-case", action="submit-application")
    for name, text in (("item", command.item), ("title", command.title)):
        if not text.strip():
            raise TextMissing(field=name)
    for name in ("not_started", "complete", "data_protection"):
        if not getattr(command.declarations, name):
            raise DeclarationMissing(field=f"declarations.{name}")
    if command.starts_on < context.valid_on:
        raise ProjectBegun(field="starts_on")
    plan = FinancingPlan(
        lines=command.lines,
        financing=command.financing,
        by_year=command.by_year,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
    )
    check(plan)
    return ApplicationSubmitted(
        applicant_key=command.applicant_key,
        applicant_name=applicant.full_name,
        item=command.item,
        title=command.title,
        lines=command.lines,
        financing=command.financing,
        by_year=command.by_year,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        contact_name=command.contact_name,
        contact_mail=command.contact_mail,
        account_holder=command.account_holder,
        iban=command.iban,
        documents=command.documents,
        declarations=command.declarations,
        submission_sha256=command.submission_sha256,
        submitted_on=context.valid_on,
        submitted_by=context.actor,
    )


def _applicant(key: str, register: Register, on: date) -> Municipality:
    if found := register.find(key, on):
        return found
    if heirs := register.successors(key, on):
        names = ", ".join(f"{it.full_name} ({it.key})" for it in heirs)
        raise DissolvedApplicant(f"Rechtsnachfolge: {names}", field="applicant_key")
    raise UnknownApplicant(field="applicant_key")


def _declared_complete(application: Submitted, context: Context) -> list[Event]:
    if application.completed:
        return []
    if application.withdrawn:
        raise AlreadyWithdrawn
    if not application.file_number:
        raise NotAcknowledged
    duties.refuse("declare-complete", application.acted, context)
    return [ApplicationDeclaredComplete(completed_on=context.valid_on, completed_by=context.actor)]


def _withdrawn(command: WithdrawApplication, application: Submitted, context: Context) -> list[Event]:
    require_own(command.applicant_keys, application, "withdraw-application")
    if application.withdrawn:
        return []
    if (
        application.progress.only(AwardAnnounced)
        or application.progress.only(RefusalAnnounced)
        or application.progress.only(FundsAssigned)
    ):
        raise AlreadyDecided
    return [ApplicationWithdrawn(withdrawn_on=context.valid_on, withdrawn_by=context.actor)]
