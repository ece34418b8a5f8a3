"""Bindung an eine Kommune (§ 20 I VwVfG): declared once by the person, it excludes them from every case of that municipality.

One register for all: a case asks it by the keys of everybody who applies, carries the cost, or is applied for.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review.assessment import Assessment, Unopened
from services.review.succession import Recipient
from shared import ties
from shared.decider import Context, Decider, event, replace, value
from shared.identity import Role

REGISTER = ties.REGISTER
ACTION = "declare-municipal-tie"


class TieGround(StrEnum):
    """What ties a person to a municipality. Who only lives there has no more at stake than everybody (§ 20 I 3 VwVfG)."""

    COUNCIL = "council"
    EMPLOYED = "employed"
    RELATIVE_IN_OFFICE = "relative-in-office"
    ADVISER = "adviser"


TIE_TITLES: Mapping[TieGround, str] = {
    TieGround.COUNCIL: "Mitglied des Rates, des Kreistags oder eines anderen Organs (§ 20 Abs. 1 Nr. 5 VwVfG)",
    TieGround.EMPLOYED: "bei der Kommune beschäftigt (§ 20 Abs. 1 Nr. 5 VwVfG)",
    TieGround.RELATIVE_IN_OFFICE: "angehörig einer Person, die die Kommune vertritt (§ 20 Abs. 1 Nr. 4 VwVfG)",
    TieGround.ADVISER: "für die Kommune in ihren Angelegenheiten tätig (§ 20 Abs. 1 Nr. 3, 6 VwVfG)",
}


@value
class DeclareMunicipalTie:
    """`key` is the municipality's official key."""

    key: str
    ground: TieGround


@value
class TellTies:
    """Tell the other services of every tie of which they were not told when it was declared."""


type Command = DeclareMunicipalTie | TellTies


@event("review.municipal-tie-declared")
class MunicipalTieDeclared:
    """A person is tied to a municipality and acts in none of its cases (Ausschluss nach § 20 VwVfG).

    `told` when the other services were told of it at once; those declared before that are told later.
    """

    person: str
    role: Role
    key: str
    ground: TieGround
    declared_on: date
    told: bool = False


@event("review.municipal-tie-told")
class MunicipalTieTold:
    """The other services are told of a tie that was declared before they were told of any (Nachmeldung einer Bindung)."""

    person: str
    role: Role
    key: str
    declared_on: date


type Event = MunicipalTieDeclared | MunicipalTieTold


@value
class Ties:
    """`told` are the ties told later, by person and key."""

    declared: tuple[MunicipalTieDeclared, ...] = ()
    told: tuple[tuple[str, str], ...] = ()

    @property
    def untold(self) -> tuple[MunicipalTieDeclared, ...]:
        return tuple(it for it in self.declared if not it.told and (it.person, it.key) not in self.told)

    def of(self, person: str, keys: Sequence[str]) -> MunicipalTieDeclared | None:
        """What ties the person to one of these municipalities; None when nothing does."""
        return ties.of(self.declared, person, keys)


def decide(command: Command, known: Ties, context: Context) -> Sequence[Event]:
    match command:
        case DeclareMunicipalTie():
            return _declare(command, known, context)
        case TellTies():
            return [
                MunicipalTieTold(person=it.person, role=it.role, key=it.key, declared_on=it.declared_on)
                for it in known.untold
            ]
        case _ as missing:
            assert_never(missing)


def _declare(command: DeclareMunicipalTie, known: Ties, context: Context) -> Sequence[Event]:
    if known.of(context.actor, (command.key,)):
        return []
    return [
        MunicipalTieDeclared(
            person=context.actor,
            role=context.role,
            key=command.key,
            ground=command.ground,
            declared_on=context.valid_on,
            told=True,
        )
    ]


def evolve(known: Ties, it: Event) -> Ties:
    match it:
        case MunicipalTieDeclared():
            return replace(known, declared=(*known.declared, it))
        case MunicipalTieTold():
            return replace(known, told=(*known.told, (it.person, it.key)))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Ties](
    name="tie",
    per_case=False,
    initial=Ties(),
    decide=decide,
    evolve=evolve,
    events=[MunicipalTieDeclared, MunicipalTieTold],
)


def keys_of(assessment: Assessment, recipient: Recipient) -> tuple[str, ...]:
    """The municipalities that a case is about: who applied, who is the recipient now, partners, members applied for."""
    if isinstance(assessment, Unopened):
        return ()
    it = assessment.file.application
    return tuple(dict.fromkeys((*it.municipalities, recipient.key(it))))
