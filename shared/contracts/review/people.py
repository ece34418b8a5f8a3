"""Personen: who took part or may not, and of which rules everybody is told."""

from datetime import date

from shared.contracts import Acted, contract


@contract("review.conflict-of-interest-declared")
class ConflictOfInterestDeclared:
    """A person declared a conflict of interest in the case (Befangenheit) and does nothing in it any more, wherever it is.

    `acted` is the declaration as an act, so that separation of duties knows it. Why is told to nobody.
    """

    acted: tuple[Acted, ...]
    declared_on: date


@contract("review.municipal-tie-declared")
class MunicipalTieDeclared:
    """A person is tied to a municipality (§ 20 VwVfG) and acts in none of its cases, wherever they are. Belongs to no case.

    `acted` is the declaration, `key` the municipality's official key. What ties the person is told to nobody.
    """

    acted: tuple[Acted, ...]
    key: str
    declared_on: date


@contract("review.took-part")
class TookPart:
    """Persons took part in the case (Mitwirkung) by something that no other contract tells, so that they do not act for the
    municipality in it, nor do elsewhere what excludes it.
    """

    acted: tuple[Acted, ...]


@contract("review.policy-published")
class PolicyPublished:
    """A guideline, practice or parameters of a programme apply from a day on. Belongs to no case.

    `kind` is guideline, practice or parameters; `text` is the whole file and `sha256` its hash.
    """

    programme: str
    kind: str
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str
