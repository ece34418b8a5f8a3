"""The statements after an event."""

from typing import assert_never

from services.payout.statement.events import Event, StatementContradicted, StatementNoted, StatementPageNoted
from services.payout.statement.pages import is_whole
from services.payout.statement.states import Statements, key_of
from shared.decider import replace


def evolve(state: Statements, it: Event) -> Statements:
    match it:
        case StatementNoted():
            last = dict(state.last)
            if it.number is not None:
                last[it.year] = max(last.get(it.year, 0), it.number)
            noted = state.noted.put(key_of(it.year, it.number, it.statement), it)
            return replace(state, noted=noted, last=tuple(sorted(last.items())))
        case StatementPageNoted():
            key = key_of(it.year, it.number, it.statement)
            pages = (*state.pages.get(key, ()), it)
            others = tuple(one for one in state.waiting if one != key)
            waiting = others if is_whole(pages) else (*others, key)
            return replace(state, pages=state.pages.put(key, pages), waiting=waiting)
        case StatementContradicted():
            return replace(state, contradicted=(*state.contradicted, it.sha256))
        case _ as missing:
            assert_never(missing)
