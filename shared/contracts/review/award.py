"""Bescheid: the award is notified, becomes final, is changed or falls away."""

from datetime import date

from shared.contracts import Acted, SideCondition, YearAmount, contract


@contract("review.award-notified", version=4)
class AwardNotified:
    """The notice of award was dispatched (Zuwendungsbescheid). `letter_sha256` is the PDF's hash.

    `side_conditions` are those that the notice numbers. Since version 3 with the reason for which less is granted than
    was computed, empty when nothing of it was cut; since version 4 with who took part in the decision.
    """

    granted_cents: int
    by_year: tuple[YearAmount, ...]
    cut_cents: int
    dispatched_on: date
    letter_sha256: str
    remedy_ends_on: date
    side_conditions: tuple[SideCondition, ...] = ()
    cut_reason: str = ""
    acted: tuple[Acted, ...] = ()


@contract("review.award-final")
class AwardFinal:
    """The award can no longer be contested (Bestandskraft)."""

    final_on: date
    by_waiver: bool


@contract("review.side-condition-assessed")
class SideConditionAssessed:
    """How it stands with one of the award's side conditions: `fulfilled`, `waived`, `violated` or `overdue`.

    `number` is its place in the notice; of several assessments of one the highest `revision` holds, in whatever order they come.
    """

    number: int
    outcome: str
    revision: int
    text: str
    assessed_on: date
    acted: tuple[Acted, ...]


@contract("review.recipient-succeeded")
class RecipientSucceeded:
    """Another body stepped into the recipient's place (Rechtsnachfolge): from now on it acts and is paid in this case."""

    reference: str
    old_key: str
    old_name: str
    new_key: str
    new_name: str
    effective_on: date
    recorded_on: date
    acted: tuple[Acted, ...]


@contract("review.change-refused", version=2)
class ChangeRefused:
    """A requested change of the award was refused; `reasons` is told to the recipient."""

    change: str
    reasons: str
    refused_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.grant-changed", version=4)
class GrantChanged:
    """What is granted now, after an amendment or when the award, or a part of it, fell away; nothing per year when all did.

    `kind` is `amendment`, `lapse`, `revocation`, `retraction` or `resolutory-condition`; `change` is the request that an
    amendment grants, empty when it grants none. A later change has a higher `number`; 0 is one of version 1. With a `part` it corrects the
    change of its `number`: money that was to change its year had been ordered, and stays.
    """

    kind: str
    change: str
    by_year: tuple[YearAmount, ...]
    granted_cents: int
    eligible_cents: int
    ends_on: date
    reasons: str
    effective_on: date
    number: int = 0
    part: int = 0
    acted: tuple[Acted, ...] = ()


@contract("review.notice-progressed")
class NoticeProgressed:
    """How it stands with a notice on its way to finality, of the award (`proposal` 0), a refusal, or a change of the award.

    `kind` is `award`, `refusal`, `formal-rejection`, or the change's as in `GrantChanged`; `step` is `dispatched`, `service-failed`, `contested`,
    `dismissed`, `withdrawn`, `settled` or `upheld` (how a lawsuit ended), or `final`. `number` counts the notice's dispatches;
    of one notice the higher number is the later, and of one number the steps come in this order.
    `remedy_ends_on` is the last day for an action, none when no period runs. The first dispatch and the finality of an award
    are told by `AwardNotified` and `AwardFinal`.
    """

    proposal: int
    kind: str
    step: str
    number: int
    happened_on: date
    remedy_ends_on: date | None
    acted: tuple[Acted, ...]


@contract("review.award-hearing-opened", version=2)
class AwardHearingOpened:
    """The recipient may state its view until `ends_on`, before its award falls away (Anhörung, § 28 VwVfG).

    `annulment` is what is intended, as in `GrantChanged`; `number` counts the award's hearings from 1.
    """

    number: int
    annulment: str
    facts: str
    ends_on: date
    opened_on: date
    acted: tuple[Acted, ...] = ()


@contract("review.award-hearing-closed", version=2)
class AwardHearingClosed:
    """The hearing on the award ended: with a statement (`answered`), without one, or `dropped` without any consequence.

    Of two, the one with more `restarts` is the later; one that ended with fewer than it has now runs again.
    """

    number: int
    answered: bool
    dropped: bool
    closed_on: date
    restarts: int = 0
    acted: tuple[Acted, ...] = ()


@contract("review.award-hearing-restarted")
class AwardHearingRestarted:
    """The hearing's letter was not served and went out again: the recipient may state its view until `ends_on`.

    `restart` counts from 1.
    """

    number: int
    restart: int
    ends_on: date
    restarted_on: date
    acted: tuple[Acted, ...] = ()
