"""What the applicant declares and attaches (B14, B15, B18, B19)."""

from collections.abc import Iterator
from datetime import date

from services.intake.application.commands import SubmitApplication
from services.intake.application.errors import AttachmentNotAllowed, DeclarationMissing
from services.intake.application.found import Found, answered, missing, warning
from services.intake.vocabulary import MAX_ATTACHMENT, MEDIA_TYPES


def economic_activity(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B14: who acts as a business needs a check under the law of State aid."""
    answer, path = form.declarations.economic_activity, "declarations.economic_activity"
    if open_question := answered(answer, path, "Betrifft das Vorhaben eine wirtschaftliche Tätigkeit?"):
        yield open_question
    elif answer:
        yield warning(
            "economic-activity",
            path,
            "Wirtschaftliche Tätigkeit: Beihilferecht prüfen (De-minimis, VO (EU) 2023/2831).",
        )


def budget_safeguarding(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B15: under budget safeguarding the supervisory authority has to say that the project can be afforded."""
    answer, path = form.declarations.budget_safeguarding, "declarations.budget_safeguarding"
    if open_question := answered(answer, path, "Ist die Kommune in der Haushaltssicherung?"):
        yield open_question
    elif answer:
        yield warning("budget-safeguarding", path, "Die Kommune ist in der Haushaltssicherung.")
        if not any(it.kind == "supervisory-statement" for it in form.documents):
            text = "Bitte reichen Sie die Stellungnahme der Kommunalaufsicht nach."
            yield missing("supervisory-statement-missing", "attachments", text)


def documents(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B18: allowed types and sizes; the content was looked at before it was stored."""
    for index, it in enumerate(form.documents):
        if it.media_type not in MEDIA_TYPES or it.size > MAX_ATTACHMENT:
            yield AttachmentNotAllowed(field=f"attachments.{index}")


def declared(form: SubmitApplication, _on: date) -> Iterator[Found]:
    """B19: without these declarations nothing is taken, but who was allowed to begin early cannot declare not to have begun;
    electronic service is by consent (§ 41 IIa VwVfG)."""
    for name in ("not_started", "complete", "data_protection"):
        if not getattr(form.declarations, name) and not (name == "not_started" and form.early_start_on):
            yield DeclarationMissing(field=f"declarations.{name}")
    answer, path = form.declarations.electronic_service, "declarations.electronic_service"
    if open_question := answered(answer, path, "Dürfen Bescheide elektronisch zugestellt werden?"):
        yield open_question
    elif not answer:
        yield warning("no-electronic-service", path, "Bescheide müssen auf Papier zugestellt werden.")
