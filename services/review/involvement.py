"""Mitwirkung anderswo: who took part in a case outside of its own nouns here, so that later acts know.

Intake and payout tell of theirs, and what is entered in a title's budget for the case is noted with the entry; the rest,
review's nouns carry. A stream per case; every act of a person in the case asks it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared import duties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decider, Decision, event, replace, value


@value
class NoteInvolvement:
    acted: tuple[Acted, ...]


type Command = NoteInvolvement


@event("review.involvement-noted")
class InvolvementNoted:
    """Persons took part in the case at intake, payout or in the budget (Mitwirkung); what they did may bar them here."""

    acted: tuple[Acted, ...]


type Event = InvolvementNoted


@value
class Involvement:
    acted: tuple[Acted, ...] = ()


def decide(command: Command, involvement: Involvement, context: Context) -> Sequence[Event]:
    news = tuple(dict.fromkeys(it for it in command.acted if it not in involvement.acted))
    return [InvolvementNoted(acted=news)] if news else []


def evolve(involvement: Involvement, it: Event) -> Involvement:
    return Involvement(acted=(*involvement.acted, *it.acted))


decider = Decider[Command, Event, Involvement](
    name="involvement", initial=Involvement(), decide=decide, evolve=evolve, events=[InvolvementNoted]
)


# ---- Together with other decisions -----------------------------------------------------------------------------------


def noting(case: str, acted: tuple[Acted, ...], inner: Decision | None = None) -> Decision:
    """What a message makes review decide, and in the same transaction whom it told of."""
    stream, command = decider.stream(case), NoteInvolvement(acted=acted)
    inner = inner or Decision(reads={}, judge=lambda _states, _context: {}, action="NoteInvolvement")

    def judge(decided: Decided, involvement: Involvement, context: Context) -> Decided:
        return {**decided, stream: decide(command, involvement, context)}

    return beside(inner, decider, case, judge)


def consulting(case: str, action: str, inner: Decision) -> Decision:
    """The decision of a person who did nothing elsewhere in the case that bars them from it, or `RefusedAttempt`."""

    def judge(decided: Decided, involvement: Involvement, context: Context) -> Decided:
        if any(decided.values()):
            duties.refuse(action, involvement.acted, context)
        return decided

    return beside(inner, decider, case, judge)


def taking_part(case: str, action: str, inner: Decision) -> Decision:
    """The act of a person on a stream that is not the case's: judged by the involvement, and kept in it."""

    def judge(decided: Decided, involvement: Involvement, context: Context) -> Decided:
        if not any(decided.values()):
            return decided
        duties.refuse(action, involvement.acted, context)
        note = NoteInvolvement(acted=duties.with_act((), context.actor, context.role, action))
        return {**decided, decider.stream(case): decide(note, involvement, context)}

    return beside(inner, decider, case, judge)


def beside(
    inner: Decision, noun: AnyDecider, case: str, judged: Callable[[Decided, Any, Context], Decided]
) -> Decision:
    """A decision that reads another noun of the case, too, right behind its own streams, and has the last word with it."""
    stream = noun.stream(case)

    def with_it(decided: Decided, known: Mapping[str, Any], context: Context) -> Decided:
        return judged(decided, known[stream], context)

    return reading(inner, {stream: noun}, with_it)


def reading(
    inner: Decision, more: Mapping[str, AnyDecider], judged: Callable[[Decided, Mapping[str, Any], Context], Decided]
) -> Decision:
    """A decision that reads more streams, right behind its own, and has the last word with how all of them stood before."""
    own = len(inner.reads)
    reads = {**inner.reads, **more}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = inner.judge([*states[:own], *states[len(reads) :]], context)
        return judged(decided, dict(zip(reads, states, strict=False)), context)

    def further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return inner.further(states[:own]) if inner.further else {}

    return replace(inner, reads=reads, judge=judge, further=further)
