"""Nebenbestimmungen eines Vorschlags (§ 36 VwVfG): chosen from the practice's texts or written for the case, numbered as in the notice."""

from collections.abc import Sequence
from datetime import date

from services.review.examination import ReasonMissing
from shared.calendar import days_after
from shared.contracts import SideCondition
from shared.decider import DomainError, replace, value
from shared.policy import CONDITION_TITLES, Bars, ConditionBlock, ConditionKind

RESERVING = frozenset(str(it) for it in ConditionKind if it.reserves)
REQUIREMENT_LAW = "§ 36 Absatz 2 Nummer 4 ThürVwVfG"


@value
class WantedCondition:
    """What a proposal asks for: a text of the practice by its `code`, or a text of its own; `due_on` in place of the text's period."""

    code: str = ""
    kind: ConditionKind = ConditionKind.REQUIREMENT
    text: str = ""
    law: str = ""
    bars: Bars = Bars.NOTHING
    due_on: date | None = None
    proof: str = ""


class UnknownConditionBlock(DomainError):
    """`detail` names the code."""

    code = "unknown-side-condition"
    title = "Diesen Text einer Nebenbestimmung enthält die geltende Verwaltungspraxis nicht."
    status = 422


class ConditionNotValid(DomainError):
    code = "side-condition-not-valid"
    title = "Diese Nebenbestimmung passt nicht zu ihrer Art."
    status = 422


def drafted(
    wanted: Sequence[WantedCondition], blocks: Sequence[ConditionBlock], opinion: Sequence[str], on: date
) -> tuple[SideCondition, ...]:
    """The proposal's side conditions, numbered: what the expert demands first, then what is wanted in its order."""
    demanded = [SideCondition(number=0, kind=ConditionKind.REQUIREMENT, text=it, law=REQUIREMENT_LAW) for it in opinion]
    made = [_made(it, blocks, on, f"side_conditions.{index}") for index, it in enumerate(wanted)]
    codes = [it.code for it in made if it.code]
    if len(set(codes)) != len(codes):
        raise ConditionNotValid("Ein Text der Verwaltungspraxis ist zweimal gewählt.", field="side_conditions")
    return tuple(replace(it, number=number) for number, it in enumerate((*demanded, *made), 1))


def _made(it: WantedCondition, blocks: Sequence[ConditionBlock], on: date, field: str) -> SideCondition:
    if it.due_on and it.due_on < on:
        raise ConditionNotValid("Der Tag liegt in der Vergangenheit.", field=f"{field}.due_on")
    if it.code:
        return _from_block(it, blocks, field)
    if not (it.text.strip() and it.law.strip()):
        raise ReasonMissing("Eine Nebenbestimmung braucht ihren Text und ihre Rechtsgrundlage.", field=f"{field}.text")
    if it.kind.reserves and (it.due_on or it.bars != Bars.NOTHING):
        raise ConditionNotValid("Bei einem Vorbehalt ist nichts zu erfüllen.", field=f"{field}.kind")
    if it.kind == ConditionKind.SUSPENSIVE and it.bars == Bars.NOTHING:
        raise ConditionNotValid("Eine aufschiebende Bedingung hält die Auszahlung auf.", field=f"{field}.bars")
    return SideCondition(
        number=0, kind=it.kind, text=it.text, law=it.law, bars=it.bars, due_on=it.due_on, proof=it.proof
    )


def _from_block(it: WantedCondition, blocks: Sequence[ConditionBlock], field: str) -> SideCondition:
    block = next((one for one in blocks if one.code == it.code), None)
    if block is None:
        raise UnknownConditionBlock(it.code[:60], field=f"{field}.code")
    if block.kind.reserves and it.due_on:
        raise ConditionNotValid("Bei einem Vorbehalt ist nichts zu erfüllen.", field=f"{field}.due_on")
    return SideCondition(
        number=0, kind=block.kind, text=block.text, law=block.law, code=block.code, bars=block.bars,
        due_on=it.due_on, due_days=0 if it.due_on else block.due_days, proof=block.proof,
    )  # fmt: skip


def placed(conditions: Sequence[SideCondition], served_on: date) -> tuple[SideCondition, ...]:
    """The same with the days on which they are due, now that the day of service is known."""
    return tuple(
        replace(it, due_on=days_after(served_on, it.due_days).ends_on, due_days=0) if it.due_days else it
        for it in conditions
    )


def is_to_be_fulfilled(it: SideCondition) -> bool:
    """Whether anybody has something to do; a reservation only says what the authority may do later."""
    return it.kind not in RESERVING


def in_letter(its: Sequence[SideCondition]) -> list[str]:
    """Each as the notice numbers it."""
    return [
        f"Nr. {it.number} ({CONDITION_TITLES[ConditionKind(it.kind)]}, {it.law}): {it.text}{_more(it)}" for it in its
    ]


def _more(it: SideCondition) -> str:
    due = f"bis zum {it.due_on:%d.%m.%Y}" if it.due_on else f"innerhalb von {it.due_days} Tagen nach Bekanntgabe" if it.due_days else ""  # fmt: skip
    parts = " ".join(one for one in (due, f"durch: {it.proof}" if it.proof else "") if one)
    return f" Nachzuweisen {parts}." if parts else ""
