"""Kriterien des fachlichen Votums: what the practice asks, what the expert said of each, and the rating that follows."""

from collections.abc import Sequence

from services.review.examination import ReasonMissing
from shared.decider import DomainError, value
from shared.policy import Criterion, CriterionKind


@value
class CriterionEntry:
    """What an expert enters for a criterion; no `points` and no `text` leave it out."""

    code: str
    points: int | None = None
    text: str = ""

    @property
    def says_something(self) -> bool:
        return self.points is not None or bool(self.text.strip())


@value
class JudgedCriterion:
    """A criterion as the practice in force had it, with its points and what the expert says of it."""

    code: str
    title: str
    kind: CriterionKind
    points: int
    highest: int
    weight: int
    text: str


class CriterionMissing(DomainError):
    """A required criterion without points; `detail` names it."""

    code = "criterion-missing"
    title = "Zu einem Kriterium, das die geltende Verwaltungspraxis verlangt, fehlt die Bewertung."
    status = 422


class UnknownCriterion(DomainError):
    """`detail` names the code."""

    code = "unknown-criterion"
    title = "Dieses Kriterium enthält die geltende Verwaltungspraxis für diesen Fördergegenstand nicht."
    status = 422


class PointsNotValid(DomainError):
    code = "points-not-valid"
    title = "Diese Punkte gibt die Skala des Kriteriums nicht her."
    status = 422


class CriterionTwice(DomainError):
    code = "criterion-twice"
    title = "Jedes Kriterium wird einmal bewertet."
    status = 422


class CriteriaChanged(DomainError):
    """`detail` names what the opinion does not judge."""

    code = "criteria-changed"
    title = "Die geltende Verwaltungspraxis verlangt Kriterien, die das Votum nicht bewertet; zuerst ist das Votum neu abzugeben."


def judge_criteria(given: Sequence[CriterionEntry], asked: Sequence[Criterion]) -> tuple[JudgedCriterion, ...]:
    """What was entered, in the practice's order; or the error of the first entry that is not right."""
    known = {it.code: it for it in asked}
    places = {it.code: index for index, it in enumerate(given)}
    if len(places) != len(given):
        raise CriterionTwice(field="criteria")
    made: dict[str, JudgedCriterion] = {}
    for index, it in enumerate(given):
        if it.code not in known:
            raise UnknownCriterion(it.code[:60], field=f"criteria.{index}.code")
        if it.says_something:
            made[it.code] = _judged(it, known[it.code], f"criteria.{index}")
    for one in asked:
        if one.required and one.code not in made:
            place = places.get(one.code)
            raise CriterionMissing(one.title, field="criteria" if place is None else f"criteria.{place}.points")
    return tuple(made[one.code] for one in asked if one.code in made)


def _judged(it: CriterionEntry, asked: Criterion, field: str) -> JudgedCriterion:
    if it.points is None:
        raise CriterionMissing(asked.title, field=f"{field}.points")
    if not 0 <= it.points <= asked.highest:
        raise PointsNotValid(f"{asked.title}: 0 bis {asked.highest}", field=f"{field}.points")
    if not it.text.strip():
        raise ReasonMissing(f"Zu jeder Bewertung gehört ein Satz: {asked.title}.", field=f"{field}.text")
    return JudgedCriterion(
        code=it.code, title=asked.title, kind=asked.kind, points=it.points, highest=asked.highest, weight=asked.weight,
        text=it.text,
    )  # fmt: skip


def check_complete(judged: Sequence[JudgedCriterion], asked: Sequence[Criterion]) -> None:
    """Nothing, or `CriteriaChanged`: the practice has changed since the opinion, and now requires more."""
    codes = {it.code for it in judged}
    if missing := [it.title for it in asked if it.required and it.code not in codes]:
        raise CriteriaChanged("; ".join(missing))


def rating_bp(judged: Sequence[JudgedCriterion]) -> int | None:
    """The weighted points of those that can be had, in basis points rounded down; None where nothing is judged."""
    most = sum(it.highest * it.weight for it in judged)
    return sum(it.points * it.weight for it in judged) * 10_000 // most if most else None


def points_in_words(it: JudgedCriterion) -> str:
    if it.kind == CriterionKind.YES_NO:
        return "ja" if it.points else "nein"
    return f"{it.points} von {it.highest}"
