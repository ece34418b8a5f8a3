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
    Over,
    RemoveDraftFile,
    SaveDraft,
    SubmitDraft,
    decider,
)
from services.intake.draft.files import (
    MOST_FILES,
    DraftFile,
    DraftFileRemoved,
    DraftFilesAdded,
    DraftFileUnknown,
    TooManyDraftFiles,
)
from shared.identity import DocumentReference, Role
from shared.records import replace
from tests.intake.builders import ARNSTADT, CASE, STADTILM, sealed
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


def a_file(name: str) -> DraftFile:
    document = DocumentReference(
        sha256=f"{name:0>64}", size=25, media_type="application/pdf", kind="offer", subject="s-draft"
    )
    return DraftFile(file=name, document=document, file_name=sealed(f"files.{name}.file_name"))


def added(*names: str) -> DraftFilesAdded:
    return DraftFilesAdded(
        applicant_key=STADTILM, files=tuple(a_file(it) for it in names), kept_until_on=UNTIL, added_on=TODAY,
        added_by="p-stadtilm",
    )  # fmt: skip


def removed(name: str) -> DraftFileRemoved:
    return DraftFileRemoved(
        applicant_key=STADTILM, file=name, kept_until_on=UNTIL, removed_on=TODAY, removed_by="p-stadtilm"
    )


def remove(name: str, *keys: str) -> RemoveDraftFile:
    return RemoveDraftFile(applicant_keys=keys or (STADTILM,), file=name, kept_until_on=UNTIL)


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
    "command",
    [
        save("b", 1, ARNSTADT),
        replace(save("a", 1, ARNSTADT), added=(a_file("f1"),)),
        remove("f0", ARNSTADT),
        DiscardDraft(applicant_keys=(ARNSTADT,)),
        replace(SUBMIT, applicant_keys=()),
    ],
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
    for command in (save("b", 1), remove("f1"), replace(SUBMIT, case="another-case")):
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


# ---- Files ---------------------------------------------------------------------------------------------------------


def test_files_are_kept_with_what_is_typed_and_each_is_put_in_once() -> None:
    given().when(replace(save("a", 0), added=(a_file("f1"),)), TOWN).then(FIRST, added("f1"))
    both = replace(save("b", 2), added=(a_file("f1"), a_file("f2"), a_file("f2")))
    given(FIRST, added("f1")).when(both, TOWN).then(SECOND, added("f2"))
    given(FIRST, added("f1"), SECOND, added("f2")).when(both, TOWN).then()
    given(FIRST).when(replace(save("a", 1), added=(a_file("f1"),)), TOWN).then(added("f1"))


def test_who_has_not_seen_a_file_is_told_before_anything_changes() -> None:
    """Whoever hands in hands in all files: one that a colleague added meanwhile has to be seen first."""
    for command in (save("b", 1), replace(save("a", 1), added=(a_file("f2"),)), SUBMIT):
        with pytest.raises(DraftChanged):
            given(FIRST, added("f1")).when(command, TOWN)
        with pytest.raises(DraftChanged):
            given(FIRST, added("f1"), removed("f1")).when(replace(command, version=2), TOWN)
    given(FIRST, added("f1")).when(replace(SUBMIT, version=2), TOWN).then(SUBMITTED)


def test_a_file_is_taken_out_once_and_does_not_come_back_with_a_repeated_request() -> None:
    given(FIRST, added("f1", "f2")).when(remove("f1"), TOWN).then(removed("f1"))
    given(FIRST, added("f1"), removed("f1")).when(remove("f1"), TOWN).then()
    given(FIRST, added("f1"), removed("f1")).when(replace(save("a", 1), added=(a_file("f1"),)), TOWN).then()
    with pytest.raises(DraftFileUnknown):
        given(FIRST, added("f1")).when(remove("f2"), TOWN)


def test_a_draft_holds_no_more_files_than_an_application() -> None:
    full = added(*(f"f{it}" for it in range(MOST_FILES)))
    more = replace(save("a", 2), added=(a_file("one-more"),))
    with pytest.raises(TooManyDraftFiles):
        given(FIRST, full).when(more, TOWN)
    given(FIRST, full, removed("f3")).when(replace(more, version=3), TOWN).then(added("one-more"))


def test_a_file_prolongs_the_time_for_which_the_draft_is_kept() -> None:
    later = date(2025, 12, 1)
    for change in (replace(added("f1"), kept_until_on=later), replace(removed("f1"), kept_until_on=later)):
        with pytest.raises(DraftStillKept):
            given(FIRST, added("f1"), change).when(ExpireDraft(), acting("system", Role.SYSTEM, date(2025, 12, 1)))
        expired = DraftExpired(expired_on=date(2025, 12, 2))
        given(FIRST, change).when(ExpireDraft(), acting("system", Role.SYSTEM, date(2025, 12, 2))).then(expired)


@pytest.mark.parametrize("end", [DISCARDED, SUBMITTED, EXPIRED])
def test_what_is_over_knows_all_that_may_still_lie_there(end: Event) -> None:
    over = decider.fold([FIRST, added("f1", "f2"), removed("f1"), SECOND, end], decider.initial)
    assert isinstance(over, Over)
    assert set(over.left) == {content("a"), content("b"), a_file("f1").document, a_file("f2").document}
