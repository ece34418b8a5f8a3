"""The rules of a guideline or a practice."""

from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.group import Group
from shared.rules import Consequence, Rule, RuleNotReadable, parsed


def rules_of(file: Group) -> tuple[Rule, ...]:
    found = tuple(_rule(it) for it in file.rows("rules"))
    if len({it.code for it in found}) != len(found):
        raise PolicyNotReadable("eine Regel kommt doppelt vor", field="rules")
    return found


def _rule(it: Group) -> Rule:
    found = Rule(
        code=it.id("code"),
        title=it.text("title"),
        condition=it.text("condition"),
        met=it.text("met"),
        reason=it.text("reason"),
        consequence=Consequence(it.one_of("consequence", [one.value for one in Consequence])),
        source=it.text("source"),
    )
    it.finish()
    try:
        parsed(found.condition)
    except RuleNotReadable as error:
        raise PolicyNotReadable(f"{found.code}: {error}", field=it.at("condition")) from error
    return found
