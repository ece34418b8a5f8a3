"""Prüfung: the application is examined, heard, put on hold, rejected or refused, and may begin early."""

from datetime import date

from shared.contracts import Acted, contract


@contract("review.assessment-opened")
class AssessmentOpened:
    """The ministry has begun to examine the application."""

    opened_on: date


@contract("review.grant-refused", version=2)
class GrantRefused:
    """The application was refused (Ablehnungsbescheid). `reasons` are texts for the applicant."""

    reasons: tuple[str, ...]
    refused_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.withdrawal-settled")
class WithdrawalSettled:
    """Whether the withdrawal came before the decision (`effective`) or after it."""

    effective: bool
    settled_on: date


@contract("review.hearing-opened", version=2)
class HearingOpened:
    """The applicant may state its view until `ends_on`, before a refusal or a cut (Anhörung, § 28 VwVfG).

    `number` counts the case's hearings from 1.
    """

    number: int
    about: str
    announced: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.hearing-extended", version=2)
class HearingExtended:
    """The period for the statement ends on a later day."""

    number: int
    ends_on: date
    extended_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.hearing-closed", version=2)
class HearingClosed:
    """The statement came in (`answered`), or the period for it ended without one."""

    number: int
    answered: bool
    closed_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.case-put-on-hold", version=2)
class CasePutOnHold:
    """The case waits (Zurückstellung); `reason` is a sentence for the applicant, looked at again on `resubmission_on`.

    `number` counts from 1, also when only the day moves.
    """

    number: int
    reason: str
    resubmission_on: date
    put_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.case-resumed", version=2)
class CaseResumed:
    """The case goes on where it stood; `number` is that of the last hold."""

    number: int
    resumed_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.application-rejected-formally", version=2)
class ApplicationRejectedFormally:
    """The application was rejected as inadmissible (formale Ablehnung). `reasons` are texts for the applicant."""

    reasons: tuple[str, ...]
    rejected_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.early-start-decided", version=2)
class EarlyStartDecided:
    """Whether the applicant may begin before the decision on the grant (vorzeitiger Vorhabensbeginn).

    `may_begin_on` is the first day on which a contract may be concluded, None when it was refused; `text` is told to the
    applicant: the approval is no promise of a grant, or why it was refused. Since version 2 with the last day on which an
    approved one holds.
    """

    early_start: str
    approved: bool
    may_begin_on: date | None
    text: str
    decided_on: date
    acted: tuple[Acted, ...]
    expires_on: date | None = None
