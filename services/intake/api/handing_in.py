"""Handing in an application, over whichever counter it comes: from a body to the command, and the receipt for it."""

import asyncio
from typing import Any, cast

from services.intake import application
from services.intake.api import submission
from services.intake.api.bodies import ApplicationBody
from services.intake.api.looking_up import facts_of
from services.intake.api.register import register_of
from services.intake.application import Application, SubmitApplication, Submitted
from services.intake.application.found import Severity
from shared.service import House
from shared.web import Ask


async def handed_in(house: House, body: ApplicationBody, ask: Ask) -> SubmitApplication:
    """The command of a body, with all that is looked up for it; `Problem` 422 when account or attachments cannot be."""
    register, facts = await register_of(house), await facts_of(house, body, ask)
    return await asyncio.to_thread(submission.command, body, ask, house.privacy, house.documents, register, facts)


def receipt(state: Application, _ask: Ask) -> dict[str, Any]:
    """What the applicant is told at once."""
    state = cast(Submitted, state)
    return {
        # A sealed value is bound to its stream, whose id is the case.
        "case": state.form.iban.stream.removeprefix(f"{application.decider.name}-"),
        "file_number": state.file_number,
        "submission_sha256": state.form.submission_sha256,
        "receipt": f"Ihr Antrag ist am {state.form.submitted_on:%d.%m.%Y} unter {state.file_number} eingegangen.",
        "warnings": _found(state, Severity.WARNING),
        "missing": _found(state, Severity.MISSING),
    }


def _found(state: Submitted, severity: Severity) -> list[dict[str, str]]:
    found = [it for it in state.form.findings if it.severity == severity]
    return [{"field": it.field, "code": it.code, "message": it.text} for it in found]
