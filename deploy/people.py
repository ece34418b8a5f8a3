"""Die Personen der Vorführung: invented people for the local sign-in, at least two per role.

Their names live only in this file: everywhere else a person is a pseudonymous id, so that nothing under the
embedded mode's directory has to be erased for their sake.
"""

import re
from collections.abc import Mapping, Sequence

from shared.decider import value
from shared.identity import Role


@value
class Person:
    """Someone who can sign in. `applicant_keys` are the official keys of the municipalities they act for."""

    id: str
    name: str
    roles: tuple[Role, ...]
    applicant_keys: tuple[str, ...] = ()


def _person(id: str, name: str, *roles: Role) -> Person:
    return Person(id=id, name=name, roles=roles)


STAFF: Sequence[Person] = (
    _person("p-2k7d", "Anneliese Grünwald", Role.INTAKE_CLERK),
    _person("p-9m3x", "Torben Hasenclever", Role.INTAKE_CLERK),
    _person("p-4tq8", "Dr. Mirjam Sauerbrey", Role.EXPERT),
    _person("p-h5w2", "Konrad Vetterlein", Role.EXPERT),
    _person("p-7c9r", "Yasemin Bürgel", Role.CASE_OFFICER),
    _person("p-x3n6", "Hannes Oberthür", Role.CASE_OFFICER),
    _person("p-b8v4", "Dr. Friederike Stahn", Role.APPROVER),
    _person("p-6ykz", "Ruprecht Löbnitz", Role.APPROVER),
    _person("p-e2j5", "Gudrun Apfelstedt", Role.BUDGET_OFFICER),
    _person("p-w7f3", "Cem Rothenbach", Role.BUDGET_OFFICER),
    _person("p-q4h9", "Sieglinde Wutha", Role.CERTIFIER),
    _person("p-5rd8", "Janosch Kranichfeld", Role.CERTIFIER),
    _person("p-n6t2", "Henriette Tambach", Role.ORDERING_OFFICER),
    _person("p-z8k3", "Volkmar Dietharz", Role.ORDERING_OFFICER),
    _person("p-3g7w", "Mechthild Oberweid", Role.USAGE_AUDITOR),
    _person("p-v9x5", "Lennart Unstrut", Role.USAGE_AUDITOR),
    _person("p-j4c6", "Ottilie Kassner", Role.TREASURY),
    _person("p-8p2m", "Bertram Zellmann", Role.TREASURY),
    _person("p-d5q7", "Roswitha Prüfer-Lenk", Role.AUDITOR),
    _person("p-k3h8", "Malte Rechenberg", Role.AUDITOR),
    _person("p-y6w4", "Nadja Betriebski", Role.OPERATOR),
    _person("p-f2z9", "Gernot Schaltmann", Role.OPERATOR),
    # These three may take two parts by role and never in one case: they show that the rule looks at the person.
    _person("p-r8d4", "Wiebke Doppelfeld", Role.CASE_OFFICER, Role.APPROVER),
    _person("p-m5v7", "Arnulf Zwiesel", Role.EXPERT, Role.APPROVER),
    _person("p-t9j2", "Leonore Paarmann", Role.CERTIFIER, Role.ORDERING_OFFICER),
)

MUNICIPALITIES: Mapping[str, str] = {
    "16051000": "Stadt Erfurt",
    "16052000": "Stadt Gera",
    "16053000": "Stadt Jena",
    "16054000": "Stadt Suhl",
}
"""Offered on the sign-in page (official keys: Destatis); any other municipality signs in with its key."""

_BY_ID = {person.id: person for person in STAFF}
_APPLICANT = re.compile(r"p-a-(16\d{6,7})")


def applicant(key: str) -> Person:
    """The person who acts for the municipality (key of eight digits) or association (nine) in Thuringia."""
    person = person_of(f"p-a-{key}")
    if person is None:
        raise ValueError(f"Kein Gemeindeschlüssel Thüringens: {key[:20]!r}")
    return person


def person_of(id: str) -> Person | None:
    """The person with this id, an applicant made from the key in it, or nobody."""
    if found := _APPLICANT.fullmatch(id):
        name = f"Bürgermeisteramt {MUNICIPALITIES[found[1]]}" if found[1] in MUNICIPALITIES else f"Kommune {found[1]}"
        return Person(id=id, name=name, roles=(Role.APPLICANT,), applicant_keys=(found[1],))
    return _BY_ID.get(id)


def people_by_role() -> Mapping[Role, Sequence[Person]]:
    """Who can sign in, in the order of the roles; a person of two roles appears under both."""
    everyone = [*(applicant(key) for key in MUNICIPALITIES), *STAFF]
    listed = {role: [person for person in everyone if role in person.roles] for role in Role}
    return {role: people for role, people in listed.items() if people}
