"""A draft: kept for one municipality, over once, and silent about what was typed."""

from datetime import date
from typing import Any

import pytest

from services.intake.draft import (
    MOST_SAVES,
    DiscardDraft,
    DraftChanged,
    DraftDiscarded,
    DraftErased,
    DraftExpired,
    DraftOver,
    DraftSaved,
    DraftSavedTooOften,
    DraftStillKept,
    DraftSubmitted,
    DraftUnknown,
    Event,
    ExpireDraft,
    NoteErased,
    SaveDraft,
    SubmitDraft,
    decider,
)
from shared.identity import DocumentReference, Role
from shared.records import replace
from tests.intake.builders import ARNSTADT, CASE, STADTILM
from tests.scenario import Scenario, acting

TODAY, UNTIL = date(2025, 5, 12), date(2025, 11, 8)
TOWN, SYSTEM = acting("p-stadtilm", Role.APPLICANT, TODAY), acting("system", Role.SYSTEM, date(2025, 11, 9))
NUMBER = "EG-2025-00001"


def content(letter: str) -> DocumentReference:
    return DocumentReference(sha256=64 * letter, size=9, media_type="application/json", kind="draft", subject="s-draft")


def saved(letter: str) -> DraftSaved:
    return DraftSaved(
        applicant_key=STADTILM, content=content(letter), kept_until_on=UNTIL, saved_on=TODAY, saved_by="p-stadtilm"
    )


def save(letter: str, version: int, *keys: str) -> SaveDraft:
    return SaveDraft(
        applicant_keys=keys or (STADTILM,), applicant_key=STADTILM, content=content(letter), kept_until_on=UNTIL,
        version=version,
    )  # fmt: skip


FIRST, SECOND = saved("a"), saved("b")
DISCARD = DiscardDraft(applicant_keys=(STADTILM,))
SUBMIT = SubmitDraft(applicant_keys=(STADTILM,), case=CASE, file_number=NUMBER, version=1)
DISCARDED = DraftDiscarded(discarded_by="p-stadtilm")
SUBMITTED = DraftSubmitted(case=CASE, file_number=NUMBER, submitted_by="p-stadtilm")
EXPIRED = DraftExpired(expired_on=date(2025, 11, 9))
ERASED = DraftErased(subject="s-draft")


def given(*history: Event) -> Scenario[Any, Event, Any]:
    return Scenario(decider, history)


def test_what_is_typed_is_kept_save_by_save() -> None:
    given().when(save("a", 0), TOWN).then(FIRST)
    given(FIRST).when(save("b", 1), TOWN).then(SECOND)


def test_the_same_content_again_is_no_change_whatever_version_it_goes_on_from() -> None:
    given(FIRST, SECOND).when(save("b", 1), TOWN).then()


def test_who_goes_on_from_an_older_version_is_told() -> None:
    with pytest.raises(DraftChanged):
        given(FIRST, SECOND).when(save("c", 1), TOWN)
    with pytest.raises(DraftChanged):
        given(FIRST, SECOND).when(SUBMIT, TOWN)


@pytest.mark.parametrize(
    "command", [save("b", 1, ARNSTADT), DiscardDraft(applicant_keys=(ARNSTADT,)), replace(SUBMIT, applicant_keys=())]
)
def test_a_draft_of_another_municipality_is_as_if_unknown(command: Any) -> None:
    with pytest.raises(DraftUnknown):
        given(FIRST).when(command, TOWN)
    with pytest.raises(DraftUnknown):
        given().when(command, TOWN)
    with pytest.raises(DraftUnknown):
        given(FIRST, DISCARDED).when(save("b", 1, ARNSTADT), TOWN)


@pytest.mark.parametrize(("end", "told"), [(DISCARDED, "verworfen"), (SUBMITTED, NUMBER), (EXPIRED, "08.11.2025")])
def test_a_draft_that_is_over_takes_nothing_more_and_says_why(end: Event, told: str) -> None:
    for command in (save("b", 1), replace(SUBMIT, case="another-case")):
        with pytest.raises(DraftOver, match=told):
            given(FIRST, end).when(command, TOWN)


def test_each_end_is_reached_once() -> None:
    given(FIRST).when(DISCARD, TOWN).then(DISCARDED)
    given(FIRST, DISCARDED).when(DISCARD, TOWN).then()
    given(FIRST).when(SUBMIT, TOWN).then(SUBMITTED)
    given(FIRST, SUBMITTED).when(SUBMIT, TOWN).then()
    given(FIRST, SUBMITTED).when(ExpireDraft(), SYSTEM).then()


def test_the_clock_ends_it_on_the_day_after_the_last_one_however_late_it_comes() -> None:
    with pytest.raises(DraftStillKept):
        given(FIRST).when(ExpireDraft(), acting("system", Role.SYSTEM, UNTIL))
    given(FIRST).when(ExpireDraft(), acting("system", Role.SYSTEM, date(2026, 1, 2))).then(EXPIRED)


def test_the_key_is_destroyed_only_of_what_is_over_and_noted_once() -> None:
    given(FIRST).when(NoteErased(), SYSTEM).then()
    for end in (DISCARDED, SUBMITTED, EXPIRED):
        given(FIRST, end).when(NoteErased(), SYSTEM).then(ERASED)
        given(FIRST, end, ERASED).when(NoteErased(), SYSTEM).then()


def test_no_draft_fills_the_log() -> None:
    often = [saved("ab"[number % 2]) for number in range(MOST_SAVES)]
    with pytest.raises(DraftSavedTooOften):
        given(*often).when(save("c", MOST_SAVES), TOWN)
    given(*often).when(replace(SUBMIT, version=MOST_SAVES), TOWN).then(SUBMITTED)
