"""Every event of a case is told in German in its service's timeline; none shows its name in the log."""

from random import Random
from typing import Any

import pytest

import services.intake.wiring
import services.payout.wiring
import services.review.wiring
from services.intake.pages.showing import EVENT_TITLES
from services.payout.pages.wording import EVENTS
from services.review import involvement
from services.review.views import tell
from shared.service import Blueprint
from tests.nouns.arbitrary import FIRST, SEALED, Larder, Maker


def of_cases(blueprint: Blueprint) -> list[Any]:
    return [it for noun in blueprint.nouns if noun.per_case for it in noun.events]


def test_intake_and_payout_have_a_title_for_every_event_of_a_case() -> None:
    kinds = of_cases(services.intake.wiring.blueprint) + of_cases(services.payout.wiring.blueprint)
    assert len(kinds) > 50
    assert [it.TOPIC for it in kinds if it.TOPIC not in EVENT_TITLES and it.TOPIC not in EVENTS] == []


def told(it: Any) -> str:
    """The title; what chance made of a code that the noun itself never writes has none."""
    try:
        words = tell(it)
    except KeyError:
        return ""
    return words.title if words else ""


@pytest.mark.parametrize(
    "kind",
    [it for it in of_cases(services.review.wiring.blueprint) if it is not involvement.InvolvementNoted],
    ids=lambda it: it.__name__,
)
def test_review_tells_every_event_of_a_case_in_a_sentence(kind: Any) -> None:
    larder = Larder()
    larder.keep(SEALED)
    assert any(told(Maker(Random(chance), larder, FIRST).make(kind)) for chance in range(40))
