"""Which of the values that policy sets intake needs: as review published them, until then as the shipped files have them."""

from datetime import date

from services.intake import policies
from services.intake.application import Submitted
from shared.policy import Parameters, in_force
from shared.service import House
from shared.shipped_policies import shipped


async def parameters(house: House, asked: Submitted, on: date) -> Parameters:
    """The parameters of the programme applied for, on a day; `NoPolicyInForce` when there are none."""
    programme = asked.form.programme
    known = (await house.writer.state(policies.decider, programme)).state
    applies = policies.known_on(known, on) or in_force(shipped().get(programme, ()), on)
    return applies.parameters
