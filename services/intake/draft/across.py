"""Together with the application: handed in and ended, both or neither."""

from collections.abc import Sequence
from typing import Any

from services.intake import application
from services.intake.application import ReceiptAcknowledged, SubmitApplication
from services.intake.draft.commands import (
    SubmitDraft,
)
from services.intake.draft.deciding import (
    decide,
)
from services.intake.draft.evolving import decider
from shared.decider import Context, Decided, Decision, replace


def submit(draft: str, version: int, command: SubmitApplication) -> Decision:
    """Hand in an application and end its draft, both or neither."""
    handed_in, own = application.submit(command), decider.stream(draft)
    inner = len(handed_in.reads)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = handed_in.judge(states[:inner], context)
        events = decided.get(application.decider.stream(command.case), ())
        number = next((it.file_number for it in events if isinstance(it, ReceiptAcknowledged)), "")
        ended = SubmitDraft(
            applicant_keys=command.applicant_keys, case=command.case, file_number=number, version=version
        )
        return {**decided, own: decide(ended, states[inner], context)}

    return replace(handed_in, reads={**handed_in.reads, own: decider}, judge=judge, meta={"case": command.case})
