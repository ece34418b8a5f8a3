"""Aufgelöste Körperschaften: who ceased to exist and who took over, as intake's register told it.

One stream for all cases: a case of a body that ceased is found by the body's key, and its successor is one of those named
here. A body that was divided has several; which of them a case goes to is a person's decision (succession.py).
"""

from collections.abc import Mapping, Sequence
from datetime import date

from shared.decider import Context, Decider, event, field, value

REGISTER = "thueringen"
"""The id of the stream: there is one register."""


@value
class NoteDissolution:
    """`reference` is the official Kennziffer of the change; each body that took over is told on its own."""

    reference: str
    effective_on: date
    old_key: str
    old_name: str
    new_key: str
    new_name: str


@event("review.body-dissolved")
class BodyDissolved:
    """Noted from intake: a body ceased from a day on (Auflösung), and another took over from it."""

    reference: str
    effective_on: date
    old_key: str
    old_name: str
    new_key: str
    new_name: str


type Dissolutions = Mapping[str, tuple[BodyDissolved, ...]]


@value
class Dissolved:
    """Who took over, by the key of the body that ceased."""

    by_key: Dissolutions = field(default_factory=dict[str, tuple[BodyDissolved, ...]])

    def of(self, key: str) -> Sequence[BodyDissolved]:
        """Everybody who took over from this body; nobody while it exists."""
        return self.by_key.get(key, ())


def decide(command: NoteDissolution, dissolved: Dissolved, context: Context) -> Sequence[BodyDissolved]:
    if any(it.new_key == command.new_key for it in dissolved.of(command.old_key)):
        return []
    return [
        BodyDissolved(
            reference=command.reference,
            effective_on=command.effective_on,
            old_key=command.old_key,
            old_name=command.old_name,
            new_key=command.new_key,
            new_name=command.new_name,
        )
    ]


def evolve(dissolved: Dissolved, it: BodyDissolved) -> Dissolved:
    return Dissolved(by_key={**dissolved.by_key, it.old_key: (*dissolved.of(it.old_key), it)})


decider = Decider[NoteDissolution, BodyDissolved, Dissolved](
    name="dissolution", per_case=False, initial=Dissolved(), decide=decide, evolve=evolve, events=[BodyDissolved]
)
