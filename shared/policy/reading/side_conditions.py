"""The side conditions that a practice imposes (Nebenbestimmungen)."""

from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group
from shared.policy.terms import Bars, ConditionBlock, ConditionKind


def side_conditions_of(file: Group) -> tuple[ConditionBlock, ...]:
    found = tuple(_block(it) for it in file.rows("side_conditions"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("eine Nebenbestimmung kommt doppelt vor", field="side_conditions")
    return found


def _block(it: Group) -> ConditionBlock:
    it.told()
    found = ConditionBlock(
        code=it.id("code"),
        title=it.text("title"),
        kind=ConditionKind(it.one_of("kind", [one.value for one in ConditionKind])),
        text=it.text("text"),
        law=it.text("law"),
        bars=Bars(it.one_of("bars", [one.value for one in Bars])) if it.has("bars") else Bars.NOTHING,
        due_days=it.number("due_days", 1, 3_660, 0),
        proof=it.text("proof") if it.has("proof") else "",
    )
    it.finish()
    if found.kind == ConditionKind.SUSPENSIVE and found.bars == Bars.NOTHING:
        raise PolicyNotReadable("eine aufschiebende Bedingung hält die Auszahlung auf", field=it.at("bars"))
    if found.kind.reserves and (found.bars != Bars.NOTHING or found.due_days):
        raise PolicyNotReadable("bei einem Vorbehalt ist nichts zu erfüllen", field=it.at("kind"))
    return found
