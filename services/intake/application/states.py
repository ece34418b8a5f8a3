"""Where an application stands."""

from collections.abc import Sequence
from datetime import date

from services.intake.application.commands import EarlyStart, began
from services.intake.application.events import ApplicationDeclaredComplete, ApplicationSubmitted, ApplicationWithdrawn
from services.intake.progress import EarlyStartDecided, Progress, WithdrawalSettled
from services.intake.supply import Supply
from shared import duties
from shared.contracts import Acted
from shared.decider import value
from shared.identity import DocumentReference, Role


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
    supply: Supply = Supply()

    @property
    def documents(self) -> tuple[DocumentReference, ...]:
        """All that was handed in, with the form and afterwards, each once."""
        return tuple(dict.fromkeys((*self.form.documents, *self.supply.documents)))

    @property
    def acted(self) -> tuple[Acted, ...]:
        """Who did what in this case, here and elsewhere."""
        acted = duties.with_act((), self.form.submitted_by, Role.APPLICANT, "submit-application")
        if self.completed:
            acted = duties.with_act(acted, self.completed.completed_by, Role.INTAKE_CLERK, "declare-complete")
        if self.withdrawn:
            acted = duties.with_act(acted, self.withdrawn.withdrawn_by, Role.APPLICANT, "withdraw-application")
        return (*acted, *self.supply.acted, *self.progress.acted)

    @property
    def applicant_key(self) -> str:
        """Who acts in this case now: the applicant, or who stepped into its place."""
        succeeded = self.progress.succeeded(self.form.applicant_key)
        return succeeded.new_key if succeeded else self.form.applicant_key

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The keys of whom the case is about: who applied, applies now, is applied for, and carries the cost."""
        form = self.form
        partners = (it.key for it in form.cooperation.participants) if form.cooperation else ()
        return tuple(dict.fromkeys((form.applicant_key, self.applicant_key, *form.on_behalf_of, *partners)))

    @property
    def applicant_name(self) -> str:
        succeeded = self.progress.succeeded(self.form.applicant_key)
        return succeeded.new_name if succeeded else self.form.applicant_name

    @property
    def early_starts(self) -> Sequence[EarlyStart]:
        """The consents to begin early, given in this case, or taken over from an earlier one for the same project."""
        decided = (it for it in self.progress.noted(EarlyStartDecided) if it.approved)
        found = [EarlyStart(on=it.may_begin_on, ends_on=it.expires_on) for it in decided if it.may_begin_on]
        form = self.form
        return (
            [*found, EarlyStart(on=form.early_start_on, ends_on=form.early_start_ends_on)]
            if form.early_start_on
            else found
        )

    @property
    def early_start_on(self) -> date | None:
        """From when the project may begin early; None when it begins only after the consent has ended."""
        begins_on = began(self.form.starts_on, self.form.contract_on)
        return next((it.on for it in self.early_starts if it.holds(begins_on)), None)

    @property
    def withdrawal_effective(self) -> bool:
        """Taken back for good: before it was complete nobody decides on it, afterwards review says whether in time."""
        settled = self.progress.only(WithdrawalSettled)
        return self.withdrawn is not None and (self.completed is None or (settled is not None and settled.effective))


type Application = Unsubmitted | Submitted
