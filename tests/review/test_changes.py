"""Änderung und Aufhebung eines Bescheids: who is heard, who proposes and decides, by which law, and when the money is free."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from services.review import award
from services.review.award import (
    AmendmentNotValid,
    AmountsNotLess,
    Annulment,
    AwardHearingExpired,
    AwardIsGone,
    AwardStatementReceived,
    Command,
    DropProposal,
    ExpireAwardHearing,
    FreezePayout,
    FundsSupplemented,
    FundsTakenBack,
    Gone,
    GrantAmended,
    GrantRevoked,
    HearingMissing,
    HearingRunning,
    LegalBasis,
    LegalBasisNotValid,
    LiftPayoutFreeze,
    NotAssigned,
    NothingChanges,
    OpenAwardHearing,
    OtherProposalOpen,
    ProposeAmendment,
    ProposeAnnulment,
    ReasonNotGiven,
    ReceiveChange,
    RecordAwardStatement,
    ReductionRequested,
    RefuseChange,
    ReturnPending,
    TakeBackFunds,
    UnknownChange,
    UnknownReduction,
    YearIsOver,
    decider,
)
from services.review.budget import promising
from services.review.expiry import expire_reservation
from services.review.publications import publish
from shared.contracts import YearAmount, review
from shared.decider import Context, RefusedAttempt, decision
from shared.records import replace
from tests.review.builders import (
    BUDGET,
    CASE,
    D1_SPLIT,
    PROGRAMME,
    House,
    approver,
    assign_d1,
    award_d1,
    cents,
    officer,
    opened_house,
    system,
)

AWARD, FUND = f"award-{CASE}", f"budget-{BUDGET}"
ON = date(2025, 9, 1)
HEAR = OpenAwardHearing(
    annulment=Annulment.REVOCATION, legal_basis=LegalBasis.PURPOSE_MISSED, facts="Die Schnittstelle wurde nicht gebaut.",
    days=14, limit_months=12,
)  # fmt: skip
REVOKE = ProposeAnnulment(
    annulment=Annulment.REVOCATION, legal_basis=LegalBasis.PURPOSE_MISSED, by_year=cents(y2025=20_000_00),
    eligible_cents=25_000_00, effective_on=date(2025, 8, 20), reasons="Zweck verfehlt", discretion="kein milderes Mittel",
)  # fmt: skip
LAPSE = replace(REVOKE, annulment=Annulment.LAPSE, legal_basis=LegalBasis.WITHOUT_OBJECT, by_year=(), eligible_cents=0)
LATER = ProposeAmendment(
    change="", by_year=cents(y2025=10_000_00, y2026=34_800_00), eligible_cents=56_000_00, ends_on=date(2026, 6, 30),
    conditions=(), reasons="Die Leistung verschiebt sich.",
)  # fmt: skip


def final() -> House:
    house = opened_house()
    assign_d1(house)
    return house


def do(house: House, command: Command, context: Context) -> Sequence[Any]:
    match command:
        case ProposeAmendment():
            return house.perform(award.propose_amendment(CASE, PROGRAMME, command), context).get(AWARD, ())
        case DropProposal():
            return house.perform(award.drop_proposal(CASE, command), context).get(AWARD, ())
        case _:
            pass
    return house.perform(decision(decider, CASE, command), context).get(AWARD, ())


def annul(
    house: House, number: int = 1, context: Context | None = None, immediate: str = "Das Geld würde sonst ausgegeben."
) -> Mapping[str, Sequence[Any]]:
    decided = award.decide_annulment(CASE, number, immediate)
    return house.perform(decided, context or approver(date(2025, 9, 20)))


def amend(house: House, number: int = 1, immediate: str = "Sonst fehlt es anderen.") -> Mapping[str, Sequence[Any]]:
    return house.perform(award.approve_amendment(CASE, number, immediate), approver(date(2025, 9, 2)))


def committed(house: House) -> tuple[YearAmount, ...]:
    return tuple(it for it in house.state(FUND).position(CASE).committed if it.cents)


def told_by(house: House) -> list[object]:
    """The contracts that the award's events are published as."""
    state = decider.initial
    told: list[object] = []
    for it in house.log[AWARD]:
        state = decider.evolve(state, it)
        told.append(publish(it, state))
    return told


def kinds(recorded: Mapping[str, Sequence[Any]]) -> list[str]:
    return [type(it).__name__ for events in recorded.values() for it in events]


# ---- Hearing and the year -------------------------------------------------------------------------------------------


def test_before_a_revocation_the_recipient_is_heard():
    house = final()
    with pytest.raises(HearingMissing):
        do(house, REVOKE, officer(ON))
    (opened,) = do(house, HEAR, officer(ON))
    assert opened.deadline.ends_on == date(2025, 9, 15)
    with pytest.raises(HearingRunning):
        do(house, REVOKE, officer(ON))
    (said,) = do(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    assert isinstance(said, AwardStatementReceived)
    assert said.limit.ends_on == date(2026, 9, 10)
    assert do(house, REVOKE, officer(date(2025, 9, 12)))[0].number == 1


def test_when_nobody_speaks_the_year_begins_with_the_end_of_the_deadline_however_late_the_clock_runs():
    house = final()
    do(house, HEAR, officer(ON))
    with pytest.raises(HearingRunning):
        do(house, ExpireAwardHearing(), system(date(2025, 9, 15)))
    (expired,) = do(house, ExpireAwardHearing(), system(date(2025, 11, 3)))
    assert isinstance(expired, AwardHearingExpired)
    assert (expired.expired_on, expired.limit.ends_on) == (date(2025, 9, 16), date(2026, 9, 15))
    assert do(house, ExpireAwardHearing(), system(date(2025, 11, 4))) == ()


def test_after_the_year_nothing_is_revoked_but_a_lapse_is_still_stated():
    house = final()
    do(house, HEAR, officer(ON))
    do(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    with pytest.raises(YearIsOver):
        do(house, REVOKE, officer(date(2026, 9, 11)))
    assert do(house, LAPSE, officer(date(2026, 9, 11)))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (replace(LAPSE, legal_basis=LegalBasis.UNLAWFUL), LegalBasisNotValid),
        (replace(LAPSE, reasons=" "), ReasonNotGiven),
        (replace(LAPSE, discretion=""), ReasonNotGiven),
        (replace(LAPSE, by_year=D1_SPLIT), AmountsNotLess),
        (replace(LAPSE, by_year=cents(y2025=31_000_00)), AmountsNotLess),
    ],
)
def test_an_annulment_names_its_law_its_reasons_and_less_money(command: ProposeAnnulment, error: type[Exception]):
    with pytest.raises(error):
        do(final(), command, officer(ON))


# ---- Annulment ------------------------------------------------------------------------------------------------------


def revoked(house: House) -> Mapping[str, Sequence[Any]]:
    do(house, HEAR, officer(ON))
    do(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    do(house, REVOKE, officer(date(2025, 9, 12)))
    return annul(house)


def test_another_person_revokes_and_payout_is_asked_before_a_cent_is_free():
    house = final()
    do(house, HEAR, officer(ON))
    do(house, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    do(house, REVOKE, officer(date(2025, 9, 12)))
    with pytest.raises(RefusedAttempt):
        annul(house, context=approver(date(2025, 9, 20), "p-officer"))
    recorded = annul(house)
    assert kinds(recorded) == ["GrantRevoked", "ReductionRequested"]
    revocation, asked = recorded[AWARD]
    assert isinstance(revocation, GrantRevoked)
    assert revocation.lost == cents(y2025=10_000_00, y2026=14_800_00)
    assert isinstance(asked, ReductionRequested)
    assert (asked.by_year, asked.eligible_cents, asked.reason) == (revocation.lost, 25_000_00, "revocation")
    assert committed(house) == D1_SPLIT
    assert kinds(annul(house)) == []


def test_the_budget_is_free_of_what_payout_returned_and_of_no_more():
    house = final()
    revoked(house)
    back = TakeBackFunds(reduction=1, part=1, by_year=cents(y2026=14_800_00), kept=cents(y2025=10_000_00))
    taken = award.take_back(CASE, back)
    assert kinds(house.perform(taken, system(date(2025, 9, 21)))) == ["FundsTakenBack", "CommitmentReduced"]
    assert committed(house) == cents(y2025=30_000_00)
    assert kinds(house.perform(taken, system(date(2025, 9, 22)))) == []
    refused_order = TakeBackFunds(reduction=1, part=2, by_year=cents(y2025=10_000_00), kept=())
    house.perform(award.take_back(CASE, refused_order), system(date(2025, 9, 23)))
    assert committed(house) == cents(y2025=20_000_00)


def test_money_of_a_later_year_alone_comes_back_to_the_budget_that_promised_it():
    house = final()
    do(house, replace(LATER, by_year=cents(y2025=30_000_00, y2026=10_000_00)), officer(ON))
    amend(house)
    back = TakeBackFunds(reduction=1, part=1, by_year=cents(y2026=4_800_00), kept=())
    assert kinds(house.perform(award.take_back(CASE, back), system(ON))) == [
        "FundsTakenBack",
        "CommitmentReduced",
    ]
    assert committed(house) == cents(y2025=30_000_00, y2026=10_000_00)


def test_what_was_not_asked_back_is_not_taken():
    house = final()
    with pytest.raises(UnknownReduction):
        house.perform(award.take_back(CASE, TakeBackFunds(reduction=1, part=1, by_year=D1_SPLIT, kept=())), system(ON))


def test_before_finality_the_money_is_reviews_and_free_at_once():
    house = opened_house()
    award_d1(house)
    do(house, LAPSE, officer(ON))
    assert kinds(annul(house)) == ["GrantLapsed", "CommitmentReduced"]
    assert isinstance(house.state(AWARD), Gone)
    assert committed(house) == ()
    with pytest.raises(AwardIsGone):
        do(house, HEAR, officer(date(2025, 9, 21)))


def test_a_dropped_proposal_leaves_the_award_as_it_is():
    house = final()
    do(house, LAPSE, officer(ON))
    with pytest.raises(OtherProposalOpen):
        do(house, LATER, officer(ON))
    do(house, DropProposal(proposal=1, reason="anders entschieden"), approver(ON))
    assert do(house, LATER, officer(ON))[0].number == 2
    assert house.state(AWARD).grant.by_year == D1_SPLIT


# ---- Amendment ------------------------------------------------------------------------------------------------------

ASKED = ReceiveChange(
    change="c-1", kind="shift-between-years", by_year=LATER.by_year, eligible_cents=0, ends_on=None,
    reason="Lieferverzug", requested_on=ON, acted=(),
)  # fmt: skip


def test_a_shift_between_years_is_committed_first_and_handed_over_when_the_other_year_is_back():
    house = final()
    do(house, ASKED, system(ON))
    assert do(house, ASKED, system(ON)) == ()
    do(house, replace(LATER, change="c-1"), officer(ON))
    recorded = amend(house)
    assert kinds(recorded) == ["GrantAmended", "ReductionRequested", "CommitmentShifted"]
    asked = recorded[AWARD][1]
    assert (asked.by_year, asked.then) == (cents(y2025=20_000_00), cents(y2026=20_000_00))
    assert committed(house) == cents(y2025=30_000_00, y2026=34_800_00)
    do(house, LAPSE, officer(ON))
    with pytest.raises(ReturnPending):
        annul(house, 2)
    do(house, DropProposal(proposal=2, reason="die Mittel sind unterwegs"), approver(ON))
    back = TakeBackFunds(reduction=1, part=1, by_year=cents(y2025=15_000_00), kept=cents(y2025=5_000_00))
    events = house.perform(award.take_back(CASE, back), system(date(2025, 9, 3)))[AWARD]
    assert [type(it) for it in events] == [FundsTakenBack, FundsSupplemented]
    assert events[1].by_year == cents(y2026=15_000_00)
    assert committed(house) == cents(y2025=15_000_00, y2026=29_800_00)
    assert house.state(AWARD).grant.by_year == cents(y2025=15_000_00, y2026=29_800_00)


def test_an_increase_is_committed_and_handed_over_at_once():
    house = final()
    more = cents(y2025=30_000_00, y2026=20_000_00)
    do(house, replace(LATER, by_year=more, eligible_cents=62_500_00), officer(ON))
    recorded = amend(house)
    assert kinds(recorded) == ["GrantAmended", "FundsSupplemented", "CommitmentShifted"]
    assert recorded[AWARD][1].by_year == cents(y2026=5_200_00)
    assert committed(house) == more
    assert kinds(amend(house)) == []


@pytest.mark.parametrize(("eligible", "most"), [(56_000_00, 44_800_00), (57_250_00, 45_800_00), (48_000_00, 38_400_00)])
def test_no_amendment_grants_more_than_the_rate_of_its_expenditure(eligible: int, most: int):
    house = final()
    above = replace(LATER, by_year=cents(y2025=10_000_00, y2026=most - 9_999_99), eligible_cents=eligible)
    with pytest.raises(AmendmentNotValid, match="höchstens"):
        do(house, above, officer(ON))
    assert do(house, replace(above, by_year=cents(y2025=10_000_00, y2026=most - 10_000_00)), officer(ON))


def test_a_budget_without_the_money_refuses_and_nothing_is_amended():
    house = opened_house(appropriation_cents=30_000_00)
    assign_d1(house)
    more = replace(LATER, by_year=cents(y2025=31_000_00, y2026=14_800_00), eligible_cents=57_250_00)
    asked = award.propose_amendment(CASE, PROGRAMME, more)
    assert kinds(house.perform(asked, officer(ON))) == ["FundsReservationRefused"]
    assert house.state(AWARD).course.proposal is None
    assert committed(house) == D1_SPLIT


def reserved(house: House) -> tuple[YearAmount, ...]:
    return house.state(FUND).position(CASE).reserved


def test_a_proposed_increase_is_set_aside_and_free_again_when_nobody_follows_it():
    house = final()
    do(house, LATER, officer(ON))
    assert reserved(house) == cents(y2026=20_000_00)
    assert do(house, LATER, officer(ON)) == ()
    dropped = award.drop_proposal(CASE, DropProposal(proposal=1, reason="anders entschieden"))
    assert kinds(house.perform(dropped, approver(ON))) == ["ProposalDropped", "ReservationReleased"]
    assert (reserved(house), committed(house)) == ((), D1_SPLIT)


def test_an_increase_whose_reservation_expired_is_set_aside_anew_before_it_is_approved():
    house = final()
    do(house, LATER, officer(ON))
    late = date(2025, 11, 15)
    assert house.kinds(expire_reservation(CASE, BUDGET), system(late)) == ["ReservationReleased"]
    assert house.kinds(award.approve_amendment(CASE, 1), approver(late)) == ["CommitmentShiftRefused"]
    assert house.state(FUND).position(CASE).committed == D1_SPLIT
    assert house.kinds(award.propose_amendment(CASE, PROGRAMME, LATER), officer(late)) == ["FundsReserved"]
    assert "GrantAmended" in house.kinds(award.approve_amendment(CASE, 1), approver(late))
    assert reserved(house) == ()


def test_a_budget_that_promises_what_was_not_set_aside_is_caught(monkeypatch: pytest.MonkeyPatch):
    """The negative control: without the look at the reservation the late approval goes through."""

    def nothing_missing(*_asked: Any) -> None:
        return None

    house = final()
    do(house, LATER, officer(ON))
    house.perform(expire_reservation(CASE, BUDGET), system(date(2025, 11, 15)))
    monkeypatch.setattr(promising, "_not_promised", nothing_missing)
    assert "GrantAmended" in house.kinds(award.approve_amendment(CASE, 1), approver(date(2025, 11, 15)))


def test_before_finality_an_amendment_is_one_entry_of_the_budget():
    house = opened_house()
    award_d1(house)
    do(house, LATER, officer(ON))
    recorded = amend(house)
    assert kinds(recorded) == ["GrantAmended", "CommitmentShifted"]
    assert isinstance(recorded[AWARD][0], GrantAmended)
    assert committed(house) == LATER.by_year


def test_every_change_is_told_with_a_higher_number_and_what_is_granted_then():
    house = opened_house()
    award_d1(house)
    do(house, ASKED, system(ON))
    do(house, replace(LATER, change="c-1"), officer(ON))
    amend(house)
    do(house, LAPSE, officer(date(2025, 9, 3)))
    do(house, DropProposal(proposal=2, reason="anders entschieden"), approver(date(2025, 9, 4)))
    do(house, replace(LAPSE, effective_on=date(2025, 8, 1)), officer(date(2025, 9, 5)))
    annul(house, 3)
    told = [it for it in told_by(house) if isinstance(it, review.GrantChanged)]
    assert [(it.number, it.kind, it.change, it.by_year) for it in told] == [
        (1, "amendment", "c-1", LATER.by_year),
        (3, "lapse", "", ()),
    ]
    assert told[1].effective_on < told[0].effective_on


def test_an_amendment_that_changes_nothing_is_none():
    with pytest.raises(NothingChanges):
        do(final(), replace(LATER, by_year=D1_SPLIT), officer(ON))


def test_a_change_is_refused_once_and_with_reasons():
    house = final()
    with pytest.raises(UnknownChange):
        do(house, RefuseChange(change="c-1", reasons="zu spät"), approver(ON))
    do(house, ASKED, system(ON))
    with pytest.raises(ReasonNotGiven):
        do(house, RefuseChange(change="c-1", reasons=" "), approver(ON))
    assert do(house, RefuseChange(change="c-1", reasons="zu spät"), approver(ON))
    assert do(house, RefuseChange(change="c-1", reasons="zu spät"), approver(ON)) == ()
    assert house.state(AWARD).course.change is None


# ---- The stop of payments -------------------------------------------------------------------------------------------


def test_orders_are_stopped_and_let_go_on():
    house = final()
    (stop,) = do(house, FreezePayout(reason="Verdacht"), officer(ON))
    assert (stop.by_year, stop.freeze) == ((), True)
    assert do(house, FreezePayout(reason="Verdacht"), officer(ON)) == ()
    (on,) = do(house, LiftPayoutFreeze(reason="geklärt"), officer(ON))
    assert (on.reduction, on.freeze) == (2, False)


def test_before_finality_there_is_nothing_to_stop():
    house = opened_house()
    award_d1(house)
    with pytest.raises(NotAssigned):
        do(house, FreezePayout(reason="Verdacht"), officer(ON))
