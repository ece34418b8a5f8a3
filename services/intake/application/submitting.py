"""An application together with its file number and its receipt."""

from collections.abc import Sequence
from typing import Any

from services.intake import file_register, territory
from services.intake.application.commands import AcknowledgeReceipt, SubmitApplication
from services.intake.application.deciding import decide
from services.intake.application.evolving import decider
from services.intake.file_register import AssignFileNumber
from shared.decider import Context, Decided, Decision, replace


def submit(command: SubmitApplication) -> Decision:
    """Application, file number and receipt in one transaction: no number without an application, none twice."""
    stream = decider.stream(command.case)
    register = file_register.decider.stream(str(command.year))
    bodies = territory.decider.stream(territory.REGISTER)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        submitted = decide(replace(command, register=states[2].register), states[0], context)
        if not submitted:
            return {}
        assigned = file_register.decide(AssignFileNumber(case=command.case, year=command.year), states[1], context)
        number = file_register.decider.fold(assigned, states[1]).file_number
        receipt = decide(AcknowledgeReceipt(file_number=number), decider.fold(submitted, states[0]), context)
        return {stream: [*submitted, *receipt], register: assigned}

    reads = {stream: decider, register: file_register.decider, bodies: territory.decider}
    return Decision(reads=reads, judge=judge, action="SubmitApplication", creates=True)
