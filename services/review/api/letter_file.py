"""Die Schreiben eines Vorgangs: which there are, dispatched or to be dispatched, as the interface and the page show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review.assessment import Assessment, HearingOpened, Rejected, Unopened
from services.review.award import Approved, Award, ChangeNotice, Final, Gone, Notified, Unsigned
from services.review.correspondence import Correspondence, LetterDispatched, LetterKind, LetterNotDispatched
from services.review.letters import Head, award_hearing_letter, hearing_letter, rejection_letter, repayment_letter
from services.review.proceeding import examined
from services.review.proof import Proof
from services.review.recovery import Recovery
from services.review.words.award import ANNULMENTS
from shared.decider import value

TITLES = {
    LetterKind.HEARING: "Anhörung",
    LetterKind.AWARD_HEARING: "Anhörung zum Bescheid",
    LetterKind.REJECTION: "Ablehnungsbescheid (unzulässig)",
    LetterKind.REPAYMENT: "Erstattungsbescheid",
}


NOTHING_DEMANDED = Recovery()


class LetterTold(BaseModel):
    """A letter beside the award's own; what follows from its dispatch is none until then. `sha256` is the PDF's hash.

    `failed` when this dispatch, the letter's `attempt`-th, was not served; `refutable` when that can be said of it now.
    """

    letter: str
    title: str
    sha256: str | None
    channel: str | None
    dispatched_on: date | None
    deemed_served_on: date | None
    remedy_ends_on: date | None
    remedy_rule: str
    attempt: int = 1
    failed: bool = False
    refutable: bool = False


@value
class Written:
    """A letter that can be written now: its template and its values."""

    kind: LetterKind
    number: int
    template: str
    values: Any


def name_of(kind: LetterKind, number: int) -> str:
    """How a path names a letter."""
    return f"{kind}-{number}"


def letter_named(name: str) -> tuple[LetterKind, int]:
    """The kind and number that a path names; `LetterNotDispatched` when it can be no letter."""
    kind, _, number = name.rpartition("-")
    if kind not in LetterKind or not (number.isascii() and number.isdigit()):
        raise LetterNotDispatched(field="letter")
    return LetterKind(kind), int(number)


CHANGE = "change-"
"""How a path names the notice of a change, before the number of its proposal."""


def change_named(name: str) -> int:
    """The proposal on which a change was decided whose notice a path names, 0 when it names another letter."""
    number = name.removeprefix(CHANGE)
    return int(number) if name.startswith(CHANGE) and number.isascii() and number.isdigit() else 0


def written(assessment: Assessment, award: Award, head: Head) -> Sequence[Written]:
    """The letters that the case's present state tells of; a formal rejection from before it had a notice goes out as one."""
    if isinstance(assessment, Unopened):
        return ()
    found: list[Written] = []
    if opened := assessment.file.hearing.opened:
        found.append(_heard(opened, head, again=assessment.file.hearing.unserved))
    if isinstance(assessment, Rejected) and isinstance(award, Unsigned):
        values = rejection_letter(head, assessment.rejection, assessment.file.application.submitted_on)
        found.append(Written(kind=LetterKind.REJECTION, number=1, template="rejection_letter.typ", values=values))
    if isinstance(award, Approved | Notified | Final) and (hearing := award.course.hearing):
        values = award_hearing_letter(head, hearing.opened, award.grant, again=hearing.unserved)
        kind, number = LetterKind.AWARD_HEARING, hearing.opened.number
        found.append(Written(kind=kind, number=number, template="hearing_letter.typ", values=values))
    return found


def _heard(it: HearingOpened, head: Head, *, again: bool) -> Written:
    values = hearing_letter(head, it, again=again)
    return Written(kind=LetterKind.HEARING, number=it.number, template="hearing_letter.typ", values=values)


def repayments_written(known: Recovery, proof: Proof, head: Head, on: date) -> Sequence[Written]:
    """The notices of the repayments that were demanded, as they would leave on this day."""
    return [
        Written(
            kind=LetterKind.REPAYMENT, number=it.proposed.number, template="repayment_letter.typ",
            values=repayment_letter(
                head, it, proof, from_service=on > it.demanded_on or known.dispatch(it.proposed.number) is not None
            ),
        )
        for it in known.demanded
    ]  # fmt: skip


def waiting(
    assessment: Assessment, award: Award, correspondence: Correspondence, recovery: Recovery = NOTHING_DEMANDED
) -> Sequence[str]:
    """The names of the letters that have not left yet, as far as they still can."""
    found: list[tuple[LetterKind, int]] = []
    if not isinstance(assessment, Unopened):
        hearing = assessment.file.hearing
        if hearing.opened and hearing.is_running:
            found.append((LetterKind.HEARING, hearing.opened.number))
        if isinstance(assessment, Rejected) and isinstance(award, Unsigned):
            found.append((LetterKind.REJECTION, 1))
    if isinstance(award, Approved | Notified | Final) and (heard := award.course.hearing) and not heard.limit:
        found.append((LetterKind.AWARD_HEARING, heard.opened.number))
    found += [(LetterKind.REPAYMENT, it.proposed.number) for it in recovery.demanded]
    return [name_of(*it) for it in found if correspondence.of(*it) is None]


def refutable(
    assessment: Assessment, award: Award, correspondence: Correspondence, recovery: Recovery = NOTHING_DEMANDED
) -> Sequence[str]:
    """The letters that are out and of which it can be said that they were not served: that of a hearing before an answer,
    and of a demand before it is paid."""
    found = [_unanswered(assessment, award)]
    found += [
        (LetterKind.REPAYMENT, it.proposed.number)
        for it in recovery.demanded
        if not recovery.is_settled(it.proposed.claim)
    ]
    return [name_of(*it) for it in found if correspondence.of(*it)]


def _unanswered(assessment: Assessment, award: Award) -> tuple[LetterKind, int]:
    """The hearing that nobody answered yet, number 0 when there is none; on an award there is one only after the application's."""
    if isinstance(award, Approved | Notified | Final):
        heard = award.course.hearing
        return LetterKind.AWARD_HEARING, heard.opened.number if heard and not heard.received_on else 0
    it = examined(assessment)
    opened = it.file.hearing.opened if it and not it.file.hearing.statement else None
    return LetterKind.HEARING, opened.number if opened else 0


def letters_of(
    assessment: Assessment, award: Award, correspondence: Correspondence, recovery: Recovery = NOTHING_DEMANDED
) -> list[LetterTold]:
    """Every letter but the award's own, those that left first."""
    to_come = [_to_come(it) for it in waiting(assessment, award, correspondence, recovery)]
    changes = (
        [_of_change(it) for it in award.course.notices] if isinstance(award, Approved | Notified | Final | Gone) else []
    )
    open_to_it = refutable(assessment, award, correspondence, recovery)
    sent = (
        _told(it, failed=correspondence.failure(it) is not None, refutable=name_of(it.kind, it.number) in open_to_it)
        for it in correspondence.dispatched
    )
    return [*sent, *changes, *to_come]


def _of_change(it: ChangeNotice) -> LetterTold:
    sent = it.notice
    return LetterTold(
        letter=f"{CHANGE}{it.number}",
        title=ANNULMENTS[it.annulment] if it.annulment else "Änderungsbescheid",
        sha256=sent and sent.letter.sha256,
        channel=sent and sent.channel,
        dispatched_on=sent and sent.dispatched_on,
        deemed_served_on=sent and sent.deemed_served_on,
        remedy_ends_on=sent and sent.remedy_ends_on,
        remedy_rule=sent.remedy_rule if sent else "",
    )


def _told(it: LetterDispatched, *, failed: bool, refutable: bool) -> LetterTold:
    return LetterTold(
        letter=name_of(it.kind, it.number),
        title=TITLES[it.kind],
        sha256=it.letter.sha256,
        channel=it.channel,
        dispatched_on=it.dispatched_on,
        deemed_served_on=it.deemed_served_on,
        remedy_ends_on=it.remedy_ends_on,
        remedy_rule=it.remedy_rule,
        attempt=it.attempt,
        failed=failed,
        refutable=refutable and not failed,
    )


def _to_come(name: str) -> LetterTold:
    return LetterTold(
        letter=name, title=TITLES[LetterKind(name.rpartition("-")[0])], sha256=None, channel=None, dispatched_on=None,
        deemed_served_on=None, remedy_ends_on=None, remedy_rule="",
    )  # fmt: skip
