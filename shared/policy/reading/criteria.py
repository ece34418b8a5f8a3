"""The criteria by which a practice has a project judged."""

from shared.policy.criterion import Criterion, CriterionKind
from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group


def criteria_of(file: Group) -> tuple[Criterion, ...]:
    found = tuple(_criterion(it) for it in file.rows("criteria"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("ein Kriterium kommt doppelt vor", field="criteria")
    return found


def _criterion(it: Group) -> Criterion:
    kind = CriterionKind(it.one_of("kind", [one.value for one in CriterionKind]))
    found = Criterion(
        code=it.id("code"),
        title=it.text("title"),
        kind=kind,
        source=it.text("source"),
        highest=it.number("highest", 2, 10) if kind == CriterionKind.SCALE else 1,
        weight=it.number("weight", 1, 100),
        required=it.flag("required"),
        items=it.texts("items") if it.has("items") else (),
    )
    it.finish()
    return found
