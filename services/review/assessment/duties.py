"""Who did what in a case, and what bars the same person from later steps (Vier-Augen-Prinzip)."""

from services.review.assessment.states import File
from shared.decider import Context, RefusedAttempt

OPINED, ASSESSED, PROPOSED, REFUSAL_PROPOSED = (
    "record-expert-opinion",
    "assess-expenditure",
    "propose-award",
    "propose-refusal",
)
OFFICER_ACTIONS = frozenset({ASSESSED, PROPOSED, REFUSAL_PROPOSED})


def refuse_if_acted(file: File, actions: frozenset[str], context: Context, action: str, rule: str) -> None:
    """`RefusedAttempt` when this person, in whatever role, has done one of these steps in the case before."""
    if any(it.person == context.actor and it.action in actions for it in file.acted):
        raise RefusedAttempt("Sie haben an diesem Vorgang bereits mitgewirkt.", rule=rule, action=action)


def four_eyes(file: File, context: Context, action: str) -> None:
    """Who gave the opinion, assessed or proposed does not decide (Vier-Augen-Prinzip)."""
    refuse_if_acted(file, OFFICER_ACTIONS | {OPINED}, context, action, "four-eyes")
