"""What an application answers to a command."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from services.intake import supply
from services.intake.application.commands import (
    AcknowledgeReceipt,
    Command,
    DeclareComplete,
    Note,
    SubmitApplication,
    WithdrawApplication,
)
from services.intake.application.errors import (
    AlreadyComplete,
    AlreadyDecided,
    AlreadySubmitted,
    AlreadyWithdrawn,
    DocumentsMissing,
    NotAcknowledged,
    NotSubmitted,
)
from services.intake.application.events import (
    ApplicationDeclaredComplete,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Event,
    ReceiptAcknowledged,
)
from services.intake.application.lacking import lacks, unsettled
from services.intake.application.rules import acceptable
from services.intake.application.states import Application, Submitted, Unsubmitted
from services.intake.cooperation import apportioned
from services.intake.progress import FundsAssigned
from services.intake.supply import (
    ExpireDocumentDeadline,
    ExtendDeadline,
    RequestDocuments,
    ScanPaperDocument,
    SupplyDocuments,
)
from shared import duties
from shared.contracts.intake import Cooperation
from shared.decider import Context, RefusedAttempt, replace


def decide(command: Command, application: Application, context: Context) -> list[Event]:
    match command, application:
        case SubmitApplication(), Unsubmitted():
            return [_submitted(command, context)]
        case SubmitApplication(), Submitted():
            require_own(command.applicant_keys, application, "submit-application")
            if command.submission_sha256 != application.form.submission_sha256:
                raise AlreadySubmitted
            return []
        case _, Unsubmitted():
            raise NotSubmitted
        case AcknowledgeReceipt(), Submitted():
            if application.file_number or not command.file_number:
                return []
            sha256 = application.form.submission_sha256
            return [ReceiptAcknowledged(file_number=command.file_number, submission_sha256=sha256)]
        case DeclareComplete(), Submitted():
            return _declared_complete(command, application, context)
        case WithdrawApplication(), Submitted():
            return _withdrawn(command, application, context)
        case Note(), Submitted():
            return list(application.progress.news(command.fact))
        case _, Submitted():
            return _about_supply(command, application, context)
        case _ as missing:
            assert_never(missing)


def require_own(keys: tuple[str, ...], application: Submitted, action: str) -> None:
    """Only who acts for the applicant may act for it; anyone else's attempt is refused and recorded."""
    if application.applicant_key not in keys:
        raise RefusedAttempt("Der Vorgang gehört einer anderen Kommune.", rule="foreign-case", action=action)


def _submitted(command: SubmitApplication, context: Context) -> ApplicationSubmitted:
    on = context.valid_on
    applicant = command.register.find(command.applicant_key, on)
    if applicant and command.applicant_key not in command.applicant_keys:
        raise RefusedAttempt("Sie handeln nicht für diese Kommune.", rule="foreign-case", action="submit-application")
    findings = acceptable(command, on)
    return ApplicationSubmitted(
        applicant_key=command.applicant_key,
        applicant_name=applicant.full_name if applicant else "",
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
        submitted_on=on,
        submitted_by=context.actor,
        programme=command.programme,
        on_behalf_of=command.on_behalf_of,
        cooperation=command.cooperation and _apportioned(command, command.cooperation, on),
        measures=command.measures,
        contract_on=command.contract_on,
        representative_name=command.representative_name,
        representative_office=command.representative_office,
        findings=findings,
        early_start_on=command.early_start_on,
        early_start_ends_on=command.facts.early_start_ends_on if command.early_start_on else None,
    )


def _apportioned(command: SubmitApplication, asked: Cooperation, on: date) -> Cooperation:
    """The cooperation with its participants' names and inhabitants on this day, and what each carries."""
    bodies = [(it, command.register.find(it.key, on)) for it in asked.participants]
    named = tuple(
        replace(it, name=body.full_name, inhabitants=body.inhabitants or 0) for it, body in bodies if body is not None
    )
    total = sum(line.cents for line in command.lines)
    return apportioned(replace(asked, participants=named), total, command.financing.own_cents)


def _declared_complete(command: DeclareComplete, application: Submitted, context: Context) -> list[Event]:
    if application.completed:
        return []
    if application.withdrawn:
        raise AlreadyWithdrawn
    if not application.file_number:
        raise NotAcknowledged
    duties.refuse("declare-complete", application.acted, context)
    lacking = lacks(application)
    if lacking and not command.reason.strip():
        raise DocumentsMissing("; ".join(lacking), field="reason")
    return [
        ApplicationDeclaredComplete(
            completed_on=context.valid_on,
            completed_by=context.actor,
            reason=command.reason.strip(),
            waived=tuple(it.number for it in application.supply.missing),
            waived_findings=tuple(f"{it.rule} {it.code} {it.field}" for it in unsettled(application)),
        )
    ]


def _about_supply(command: supply.Command, application: Submitted, context: Context) -> list[Event]:
    """What may be done about missing documents depends on where the application stands."""
    match command:
        case SupplyDocuments():
            require_own(command.applicant_keys, application, "supply-documents")
            duties.refuse("supply-documents", application.acted, context)
            _still_incomplete(application)
        case RequestDocuments() | ExtendDeadline():
            duties.refuse(_ACTIONS[type(command)], application.acted, context)
            _still_incomplete(application)
        case ExpireDocumentDeadline():
            if application.completed or application.withdrawn:
                return []
        case ScanPaperDocument():
            duties.refuse("scan-paper-document", application.acted, context)
        case _ as missing:
            assert_never(missing)
    return list(supply.decide(command, application.supply, context))


_ACTIONS: Mapping[type, str] = {RequestDocuments: "request-documents", ExtendDeadline: "extend-deadline"}


def _still_incomplete(application: Submitted) -> None:
    if application.withdrawn:
        raise AlreadyWithdrawn
    if application.completed:
        raise AlreadyComplete


def _withdrawn(command: WithdrawApplication, application: Submitted, context: Context) -> list[Event]:
    require_own(command.applicant_keys, application, "withdraw-application")
    if application.withdrawn:
        return []
    if application.progress.is_decided or application.progress.only(FundsAssigned):
        raise AlreadyDecided
    return [ApplicationWithdrawn(withdrawn_on=context.valid_on, withdrawn_by=context.actor)]
