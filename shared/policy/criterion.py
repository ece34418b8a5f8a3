"""What an expert judges a project by, as the practice lists it (Kriterien des fachlichen Votums)."""

from enum import StrEnum

from shared.decider import value


class CriterionKind(StrEnum):
    """How a criterion is answered: by points on a scale, or by yes and no, which count as one point and none."""

    SCALE = "scale"
    YES_NO = "yes-no"


@value
class Criterion:
    """One criterion: points run from 0 to `highest`, and count `weight` times in the rating.

    Without `items` it is asked for every item. What is `required` an opinion cannot leave out. `source` says where it is from.
    """

    code: str
    title: str
    kind: CriterionKind
    source: str
    highest: int = 1
    weight: int = 1
    required: bool = False
    items: tuple[str, ...] = ()

    def asks(self, item: str) -> bool:
        return not self.items or item in self.items
