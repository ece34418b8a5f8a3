"""What review (Prüfung und Bewilligung) tells the others."""

from datetime import date

from shared.contracts import Acted, SideCondition, YearAmount, contract
from shared.identity import Sealed


@contract("review.assessment-opened")
class AssessmentOpened:
    """The ministry has begun to examine the application."""

    opened_on: date


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


@contract("review.award-final")
class AwardFinal:
    """The award can no longer be contested (Bestandskraft)."""

    final_on: date
    by_waiver: bool


@contract("review.funds-assigned", version=5)
class FundsAssigned:
    """Money changes its owner: from now on only payout spends these amounts per year.

    `title` is the budget title (Haushaltstitel), `rate_bp` the funding rate in basis points,
    `eligible_cents` the recognised expenditure. `side_conditions` are those that payments wait for;
    `financing_type` is `share`, `gap` or `fixed`. Of each amount per year `withheld_bp` are paid only when the proof of use is accepted;
    what is drawn must be needed within `drawdown_months` after it was paid (0: no limit is known). Since version 5 with the
    keys of all `municipalities` that the case is about.
    """

    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]
    side_conditions: tuple[SideCondition, ...] = ()
    financing_type: str = "share"
    programme: str = ""
    drawdown_months: int = 0
    withheld_bp: int = 0
    municipalities: tuple[str, ...] = ()


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


@contract("review.conflict-of-interest-declared")
class ConflictOfInterestDeclared:
    """A person declared a conflict of interest in the case (Befangenheit) and does nothing in it any more, wherever it is.

    `acted` is the declaration as an act, so that separation of duties knows it. Why is told to nobody.
    """

    acted: tuple[Acted, ...]
    declared_on: date


@contract("review.municipal-tie-declared")
class MunicipalTieDeclared:
    """A person is tied to a municipality (§ 20 VwVfG) and acts in none of its cases, wherever they are. Belongs to no case.

    `acted` is the declaration, `key` the municipality's official key. What ties the person is told to nobody.
    """

    acted: tuple[Acted, ...]
    key: str
    declared_on: date


@contract("review.took-part")
class TookPart:
    """Persons took part in the case (Mitwirkung) by something that no other contract tells, so that they do not act for the
    municipality in it, nor do elsewhere what excludes it.
    """

    acted: tuple[Acted, ...]


@contract("review.policy-published")
class PolicyPublished:
    """A guideline, practice or parameters of a programme apply from a day on. Belongs to no case.

    `kind` is guideline, practice or parameters; `text` is the whole file and `sha256` its hash.
    """

    programme: str
    kind: str
    version: str
    title: str
    in_force_on: date
    text: str
    sha256: str


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


@contract("review.reduction-requested")
class ReductionRequested:
    """Review asks payout to return what is not ordered of these amounts per year; nothing is free before `FundsReturned`.

    `reduction` counts the case's requests. `freeze` is whether nothing may be ordered from now on, or, false, again;
    a request without amounts tells only this. `eligible_cents` is the recognised expenditure from now on, 0 when it stays.
    """

    reduction: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    freeze: bool
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@contract("review.funds-supplemented")
class FundsSupplemented:
    """More money changes its owner: from now on only payout spends these further amounts per year (Aufstockung)."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    supplemented_on: date
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


@contract("review.proof-decided")
class ProofDecided:
    """A proof of use was checked. `outcome` is `accepted`, `interim-accepted` (of an interim proof) or `sent-back`.

    Accepted, `final_cents` is what remains of the grant by its financing type on `recognised_cents` of expenditure, `paid_cents`
    what review knows to be paid, `overpaid_cents` what of it is above the final amount; 0 all three in other outcomes.
    `reasons` are told to the recipient.
    """

    proof: str
    kind: str
    outcome: str
    granted_cents: int
    recognised_cents: int
    final_cents: int
    paid_cents: int
    overpaid_cents: int
    reasons: str
    decided_on: date
    acted: tuple[Acted, ...]


@contract("review.proof-reminded")
class ProofReminded:
    """The proof of use was due and has not come (Erinnerung); after `ends_on` payments stop."""

    due_on: date
    ends_on: date
    reminded_on: date


@contract("review.payments-stopped")
class PaymentsStopped:
    """An overdue proof of use stops payments of the case (`stopped`), or, false, they go on since it came in.

    `number` counts the case's stops; what goes on has the number of its stop.
    """

    number: int
    stopped: bool
    happened_on: date


@contract("review.payment-entered")
class PaymentEntered:
    """A payment, or its return, was entered in the budget of its title (Ist-Buchung in der Haushaltsüberwachungsliste).

    `kind` is `paid` or `returned`; `entry` is the number in the budget of `title` and `year`. A payment is entered once, and
    so is its return.
    """

    payment: str
    kind: str
    title: str
    year: int
    entry: int
    cents: int
    booked_on: date


@contract("review.repayment-demanded")
class RepaymentDemanded:
    """Money is to be repaid (Erstattungsbescheid, § 49a VwVfG), until `due_on` under `reference`.

    `kind` is `excess`, `cents` that were paid beyond the grant and bear interest from `interest_from_on` unless that is
    `waived_because` of something; or `late-use`, where `interest_cents` are owed for money that was used too late. `day_count`
    is how days of interest count; interest below `interest_bagatelle_cents` is not charged; `due_days` are the time to pay it.
    """

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    waived_because: str
    day_count: str
    interest_bagatelle_cents: int
    reference: str
    title: str
    file_number: str
    due_on: date
    due_days: int
    demanded_on: date
    acted: tuple[Acted, ...]


@contract("review.case-closed")
class CaseClosed:
    """The case is closed (Abschluss); `number` counts its closures.

    Review keeps its file until `retained_until_on`, the recipient its books until `recipient_keeps_until_on`, each by its rule.
    """

    number: int
    retained_until_on: date
    retention_rule: str
    recipient_keeps_until_on: date
    recipient_rule: str
    closed_on: date
    acted: tuple[Acted, ...]


@contract("review.case-reopened")
class CaseReopened:
    """Money moved after the closure of this number: the case is open until it is closed anew."""

    number: int
    reopened_on: date
