"""Antrag: from its submission to what the other services decided about it.

Intake decides what is handed in (Eingang, Vollständigkeit, Rücknahme) and notes what review and payout tell
(progress.py). `submit` records an application together with its file number.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, assert_never

from services.intake import file_register, municipality
from services.intake.file_register import AssignFileNumber
from services.intake.financing_plan import FinancingPlan, check
from services.intake.progress import (
    FACTS,
    AwardAnnounced,
    Fact,
    FundsAssigned,
    Progress,
    RefusalAnnounced,
    WithdrawalSettled,
)
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.decider import Context, Decided, Decider, Decision, DomainError, RefusedAttempt, event, replace, value
from shared.identity import DocumentReference, Sealed


@value
class Declarations:
    """What the applicant must declare (B19): not yet begun, complete and true, data-protection notice read."""

    not_started: bool
    complete: bool
    data_protection: bool


# ---- Commands ------------------------------------------------------------------------------------------------------


@value
class SubmitApplication:
    """Hand in an application. `applicant_keys` are the bodies the signed-in person acts for, `year` names the file
    register, `submission_sha256` is the hash of the body as it was sent."""

    case: str
    year: int
    applicant_keys: tuple[str, ...]
    applicant_key: str
    item: str
    title: str
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    contact_name: Sealed
    contact_mail: Sealed
    account_holder: Sealed
    iban: Sealed
    documents: tuple[DocumentReference, ...]
    declarations: Declarations
    submission_sha256: str


@value
class AcknowledgeReceipt:
    file_number: str


@value
class DeclareComplete:
    pass


@value
class WithdrawApplication:
    applicant_keys: tuple[str, ...]


@value
class Note:
    """Take down a fact that this noun does not judge: another service's, or the application's own drawdown."""

    fact: Fact


type Command = SubmitApplication | AcknowledgeReceipt | DeclareComplete | WithdrawApplication | Note


# ---- Events --------------------------------------------------------------------------------------------------------


@event("intake.application-submitted")
class ApplicationSubmitted:
    """A municipality handed in its application (Antrag eingegangen), with everything it declared."""

    applicant_key: str
    applicant_name: str
    item: str
    title: str
    lines: tuple[ExpenditureLine, ...]
    financing: Financing
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    contact_name: Sealed
    contact_mail: Sealed
    account_holder: Sealed
    iban: Sealed
    documents: tuple[DocumentReference, ...]
    declarations: Declarations
    submission_sha256: str
    submitted_on: date
    submitted_by: str


@event("intake.receipt-acknowledged")
class ReceiptAcknowledged:
    """The applicant was given the file number and the hash of what arrived (Eingangsbestätigung)."""

    file_number: str
    submission_sha256: str


@event("intake.application-declared-complete")
class ApplicationDeclaredComplete:
    """Intake found nothing missing (Vollständigkeit festgestellt): the authority's clock runs."""

    completed_on: date
    completed_by: str


@event("intake.application-withdrawn")
class ApplicationWithdrawn:
    """The applicant took the application back (Antragsrücknahme). Once complete, review says whether in time."""

    withdrawn_on: date
    withdrawn_by: str


type Event = ApplicationSubmitted | ReceiptAcknowledged | ApplicationDeclaredComplete | ApplicationWithdrawn | Fact


# ---- States --------------------------------------------------------------------------------------------------------


@value
class Unsubmitted:
    pass


@value
class Submitted:
    """The form as submitted, what intake did with it, and what the others told about it."""

    form: ApplicationSubmitted
    file_number: str = ""
    completed: ApplicationDeclaredComplete | None = None
    withdrawn: ApplicationWithdrawn | None = None
    progress: Progress = Progress()

    @property
    def withdrawal_effective(self) -> bool:
        """Taken back for good: before it was complete nobody decides on it, afterwards review says whether in time."""
        settled = self.progress.only(WithdrawalSettled)
        return self.withdrawn is not None and (self.completed is None or (settled is not None and settled.effective))


type Application = Unsubmitted | Submitted


# ---- Errors --------------------------------------------------------------------------------------------------------


class NotSubmitted(DomainError):
    code = "not-submitted"
    title = "Zu diesem Vorgang liegt kein Antrag vor."


class AlreadySubmitted(DomainError):
    code = "already-submitted"
    title = "Zu diesem Vorgang wurde schon ein anderer Antrag eingereicht."


class NotAcknowledged(DomainError):
    code = "not-acknowledged"
    title = "Der Antrag hat noch kein Aktenzeichen."


class AlreadyWithdrawn(DomainError):
    code = "already-withdrawn"
    title = "Der Antrag wurde zurückgenommen."


class AlreadyDecided(DomainError):
    code = "already-decided"
    title = "Über den Antrag ist schon entschieden; er kann nicht mehr zurückgenommen werden."


class InvalidSubmission(DomainError):
    """A form that cannot be accepted; each subclass names why."""

    status: ClassVar[int] = 422


class UnknownApplicant(InvalidSubmission):
    code = "unknown-applicant"
    title = "Dieser Schlüssel gehört zu keiner antragsberechtigten Kommune."


class DissolvedApplicant(InvalidSubmission):
    """`detail` names who took over."""

    code = "dissolved-applicant"
    title = "Diese Kommune besteht nicht mehr. Bitte stellen Sie den Antrag für ihre Rechtsnachfolgerin."


class TextMissing(InvalidSubmission):
    code = "text-missing"
    title = "Diese Angabe fehlt."


class DeclarationMissing(InvalidSubmission):
    code = "declaration-missing"
    title = "Ohne diese Erklärung kann der Antrag nicht angenommen werden."


class ProjectBegun(InvalidSubmission):
    code = "project-begun"
    title = "Das Vorhaben darf nicht vor der Antragstellung beginnen (VV Nr. 1.3 zu § 44 ThürLHO)."


# ---- Decide --------------------------------------------------------------------------------------------------------


def decide(command: Command, application: Application, context: Context) -> list[Event]:
    match command, application:
        case SubmitApplication(), Unsubmitted():
            return [_submitted(command, context)]
        case SubmitApplication(), Submitted():
            require_own(command.applicant_keys, application, "SubmitApplication")
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
    applicant = _applicant(command.applicant_key, context.valid_on)
    if command.applicant_key not in command.applicant_keys:
        raise RefusedAttempt("Sie handeln nicht für diese Kommune.", rule="foreign-case", action=type(command).__name__)
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


def _applicant(key: str, on: date) -> municipality.Municipality:
    if found := municipality.find(key, on):
        return found
    if heirs := municipality.successors(key, on):
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
    if context.actor == application.form.submitted_by:
        # § 20 I Nr. 1 VwVfG: who is party to a procedure may not act in it for the authority.
        raise RefusedAttempt(rule="own-application", action="DeclareComplete")
    return [ApplicationDeclaredComplete(completed_on=context.valid_on, completed_by=context.actor)]


def _withdrawn(command: WithdrawApplication, application: Submitted, context: Context) -> list[Event]:
    require_own(command.applicant_keys, application, "WithdrawApplication")
    if application.withdrawn:
        return []
    if (
        application.progress.only(AwardAnnounced)
        or application.progress.only(RefusalAnnounced)
        or application.progress.only(FundsAssigned)
    ):
        raise AlreadyDecided
    return [ApplicationWithdrawn(withdrawn_on=context.valid_on, withdrawn_by=context.actor)]


# ---- Evolve --------------------------------------------------------------------------------------------------------


def evolve(application: Application, it: Event) -> Application:
    match it, application:
        case ApplicationSubmitted(), _:
            return Submitted(form=it)
        case _, Unsubmitted():
            return application
        case ReceiptAcknowledged(), Submitted():
            return replace(application, file_number=it.file_number)
        case ApplicationDeclaredComplete(), Submitted():
            return replace(application, completed=it)
        case ApplicationWithdrawn(), Submitted():
            return replace(application, withdrawn=it)
        case _, Submitted():
            return Submitted(
                form=application.form,
                file_number=application.file_number,
                completed=application.completed,
                withdrawn=application.withdrawn,
                progress=application.progress.with_fact(it),
            )
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Application](
    name="application",
    initial=Unsubmitted(),
    decide=decide,
    evolve=evolve,
    events=[ApplicationSubmitted, ReceiptAcknowledged, ApplicationDeclaredComplete, ApplicationWithdrawn, *FACTS],
)


# ---- Together with the file register -------------------------------------------------------------------------------


def submit(command: SubmitApplication) -> Decision:
    """Application, file number and receipt in one transaction: no number without an application, none twice."""
    stream = decider.stream(command.case)
    register = file_register.decider.stream(str(command.year))

    def judge(states: Sequence[Any], context: Context) -> Decided:
        submitted = decide(command, states[0], context)
        if not submitted:
            return {}
        assigned = file_register.decide(AssignFileNumber(case=command.case, year=command.year), states[1], context)
        number = file_register.decider.fold(assigned, states[1]).file_number
        receipt = decide(AcknowledgeReceipt(file_number=number), decider.fold(submitted, states[0]), context)
        return {stream: [*submitted, *receipt], register: assigned}

    reads = {stream: decider, register: file_register.decider}
    return Decision(reads=reads, judge=judge, action="SubmitApplication", creates=True)
