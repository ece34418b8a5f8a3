"""Bindung an eine Kommune, as review told it: who is tied to a municipality acts in none of its cases (§ 20 VwVfG).

All ties lie in one stream; a case asks it by the keys of its municipalities, whichever of the two came first.
"""

from collections.abc import Sequence
from datetime import date

from shared.contracts import Acted
from shared.decider import Context, Decider, event, value


@value
class NoteTie:
    """`acted` is the declaration, `key` the municipality's official key."""

    acted: tuple[Acted, ...]
    key: str
    declared_on: date


@event("payout.municipal-tie-noted")
class MunicipalTieNoted:
    """Noted from review: a person is tied to a municipality and acts in none of its cases (Ausschluss nach § 20 VwVfG)."""

    person: str
    role: str
    key: str
    declared_on: date


@value
class Ties:
    declared: tuple[MunicipalTieNoted, ...] = ()


def decide(command: NoteTie, ties: Ties, context: Context) -> Sequence[MunicipalTieNoted]:
    known = {(it.person, it.key) for it in ties.declared}
    return [
        MunicipalTieNoted(person=it.person, role=it.role, key=command.key, declared_on=command.declared_on)
        for it in command.acted
        if (it.person, command.key) not in known
    ]


def evolve(ties: Ties, it: MunicipalTieNoted) -> Ties:
    return Ties(declared=(*ties.declared, it))


decider = Decider[NoteTie, MunicipalTieNoted, Ties](
    name="tie", per_case=False, initial=Ties(), decide=decide, evolve=evolve, events=[MunicipalTieNoted]
)
