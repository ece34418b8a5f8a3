"""All steps of a case, and who does which."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from deploy.demo_people import People
from deploy.demo_plan import PlannedCase
from deploy.demo_steps.deciding import DecidingSteps
from deploy.demo_steps.drawing import DrawingSteps
from deploy.demo_steps.early_start import EarlyStartSteps
from deploy.demo_steps.house import HouseSteps
from deploy.demo_steps.proving import ProvingSteps
from deploy.demo_steps.recovering import RecoveringSteps
from deploy.demo_steps.taking_in import TakingInSteps
from deploy.demo_year import Journal, Step


class Steps(TakingInSteps, EarlyStartSteps, DecidingSteps, DrawingSteps, ProvingSteps, RecoveringSteps, HouseSteps):
    """The steps of all cases, said by the people of the demonstration."""

    def __init__(self, people: People, journal: Journal, cases: Sequence[PlannedCase]) -> None:
        super().__init__(people, journal, cases)
        self._done: Mapping[str, Callable[[PlannedCase, Step], Awaitable[dict[str, str]]]] = {
            **self._of_intake(),
            **self._of_early_starts(),
            **self._of_decisions(),
            **self._of_drawdowns(),
            **self._of_changes(),
            **self._of_proofs(),
            **self._of_claims(),
        }

    async def do(self, case: PlannedCase, step: Step) -> dict[str, str]:
        """Do a step; the ids it was answered."""
        name = step.name.removesuffix(f"-{step.number}") if step.number else step.name
        return await self._done[name](case, step)
