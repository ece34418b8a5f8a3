"""Over each noun chance drives commands of all kinds: only named exceptions, no event that cannot be read back, no forgetful fold.

`EXAMPLES=n` tries more than the usual 200 lives of 50 steps each.
"""

import os
from collections import Counter, deque
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs.generate import SERVICES, modules_of, nouns_of
from shared.decider import AnyDecider, Context, DomainError
from shared.formats import StoredContext, context_bytes, stored_bytes
from shared.store import EventMapper
from tests.nouns.arbitrary import FIRST, Larder, Maker, commands_of, context
from tests.nouns.beginnings import HISTORIES, SEASONING
from tests.nouns.invariants import INVARIANTS

EXAMPLES = int(os.environ.get("EXAMPLES", "200"))
NOUNS: dict[str, AnyDecider] = {}
for _service in SERVICES:
    for _module in modules_of(f"services.{_service}"):
        for _noun in nouns_of(_module):
            if commands_of(_noun):
                NOUNS.setdefault(f"{_service}.{_noun.name}", _noun)
LIVES = settings(
    max_examples=EXAMPLES, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
)  # fmt: skip
chances = st.lists(st.integers(0, 2**32 - 1), min_size=50, max_size=50)


class Life:
    """A noun's stream as it grows, in memory and in bytes."""

    def __init__(self, noun: AnyDecider) -> None:
        self.noun, self.mapper = noun, EventMapper([noun])
        self.state: Any = noun.initial
        self.stored: list[tuple[str, bytes]] = []
        self.larder = Larder()
        self.today = FIRST
        self.kinds = commands_of(noun)
        self.seen: Counter[str] = Counter()

    def begin(self, name: str, rng: Random) -> None:
        """Take over the first part of a history; of all kinds of commands, this life is asked some."""
        # Swarm testing (Groce et al. 2012): a life that is never withdrawn gets further than one that is asked everything.
        self.kinds = tuple(it for it in self.kinds if rng.random() < 0.6) or self.kinds
        for it in SEASONING.get(name, ()):
            self.larder.keep(it)
        history = HISTORIES.get(name, ())
        for it in history[: rng.randint(0, len(history))]:
            self._record(it, context(rng, self.today))
            self.larder.keep(it)
        self.larder.keep(self.state)
        self.seen.clear()

    def step(self, chance: int) -> None:
        rng = Random(chance)
        self.today += timedelta(days=rng.choice((0, 0, 0, 1, 7, 40)))
        command = Maker(rng, self.larder, self.today).make(rng.choice(self.kinds))
        asked = context(rng, self.today)
        if (decided := self._decided(command, asked)) is None:
            return
        for it in decided:
            assert type(it) in self.noun.events, type(it)
            self._record(it, asked)
        again = self._decided(command, asked) or ()
        assert all(it.REFUSAL for it in again), f"{command!r} wirkt zweimal: {again!r}"
        self.larder.keep(command)
        self.larder.keep(self.state)

    def _decided(self, command: Any, asked: Context) -> Sequence[Any] | None:
        try:
            return self.noun.decide(command, self.state, asked)
        except DomainError as error:
            refused = error
        assert refused.code != DomainError.code, f"{type(refused).__name__} hat keinen eigenen Code"
        assert refused.title
        self.seen[refused.code] += 1
        return None

    def _record(self, it: Any, asked: Context) -> None:
        told = StoredContext(
            actor=asked.actor, role=asked.role, at=asked.now, valid_on=asked.valid_on, cause="", correlation="c-1",
            trace="",
        )  # fmt: skip
        self.stored.append((self.mapper.topics[type(it)], stored_bytes(context_bytes(told), it)))
        self.state = self.noun.evolve(self.state, it)
        self.seen[type(it).__name__] += 1

    def replayed(self) -> Any:
        """The state as the bytes tell it."""
        stream = self.noun.stream("c-1")
        return self.noun.fold(
            self.mapper.decoded(stream, version, topic, state).event
            for version, (topic, state) in enumerate(self.stored, 1)
        )


@pytest.mark.parametrize("name", NOUNS)
def test_whatever_is_asked_a_noun_decides_or_names_why_not_and_its_bytes_tell_the_same(name: str) -> None:
    noun, seen = NOUNS[name], Counter[str]()
    holds = INVARIANTS.get(name)

    @LIVES
    @given(chances)
    def lives(drawn: list[int]) -> None:
        life = Life(noun)
        life.begin(name, Random(drawn[0]))
        for chance in drawn:
            life.step(chance)
            if holds:
                holds(life.state)
        assert life.replayed() == life.state
        seen.update(life.seen)

    lives()
    recorded = {it.__name__ for it in noun.events} & set(seen)
    assert recorded, f"in {EXAMPLES} Leben wurde nie etwas festgehalten: {seen.most_common(5)}"


def test_a_noun_that_breaks_on_a_command_is_found() -> None:
    """The control: a noun that raises what nobody named."""
    name, noun = next(iter(NOUNS.items()))

    def broken(command: Any, state: Any, asked: Context) -> Sequence[Any]:
        if asked.valid_on > date(2025, 6, 1):
            raise KeyError(name)
        return noun.decide(command, state, asked)

    life = Life(noun)
    life.noun = type(noun)(name=noun.name, initial=noun.initial, decide=broken, evolve=noun.evolve, events=noun.events)
    with pytest.raises(KeyError):
        deque(map(life.step, range(200)))


def test_a_fold_that_forgets_is_found() -> None:
    """The control: a state that knows more than its bytes tell."""
    noun = NOUNS["review.assessment"]
    life = Life(noun)
    for chance in range(300):
        life.step(chance)
    assert life.replayed() == life.state
    life.stored.pop()
    assert life.replayed() != life.state
