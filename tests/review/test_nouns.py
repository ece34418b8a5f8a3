"""What holds for every noun of review: total decisions, repeats that decide nothing, events that survive their bytes."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.review import assessment, award, budget, programme
from services.review.assessment import Conclude, DropReservation, NoteReservation, ProposeRefusal, SendBack
from services.review.award import (
    ApproveGrant,
    Channel,
    ConcludeLawsuit,
    DeclareFinal,
    DeemServed,
    DispatchNotice,
    FailureReason,
    GrantApproved,
    Outcome,
    RecordLawsuit,
    RecordReceipt,
    RecordServiceFailure,
    RecordWaiver,
    RefuseGrant,
)
from shared.contracts.intake import Finding
from shared.decider import AnyDecider, Context, DomainError, RefusedAttempt, decision
from shared.formats import encode
from shared.records import replace
from tests.review.builders import (
    BUDGET,
    CASE,
    D1_LINES,
    D1_SPLIT,
    HEARD,
    HELD,
    LETTER,
    NOT_HEARD,
    NOTE,
    OPEN,
    POSITIVE,
    STARTED,
    House,
    application,
    approve,
    approver,
    assign_d1,
    award_d1,
    budget_officer,
    cents,
    officer,
    opened_house,
    proposal,
    propose_d1,
    propose_flat,
    reserve,
    system,
    terms,
)
from tests.review.test_changes import ASKED, HEAR, LAPSE, LATER, REVOKE

NOUNS: Sequence[AnyDecider] = (programme.decider, assessment.decider, budget.decider, award.decider)


PROCEEDING: Sequence[tuple[assessment.Command, Context]] = (
    (OPEN, system()),
    (ProposeRefusal(reasons=("kein Standard",)), officer()),
    (HEARD, officer()),
    (assessment.ExpireHearing(), system(date(2025, 7, 15))),
    (assessment.ExtendHearing(days=7), officer(date(2025, 7, 16))),
    (assessment.NoteHearingServiceFailure(number=1), officer(date(2025, 7, 17))),
    (assessment.RestartHearing(number=1, served_on=date(2025, 7, 17)), officer(date(2025, 7, 17))),
    (
        assessment.RecordStatement(received_on=date(2025, 7, 18), consideration="ändert nichts"),
        officer(date(2025, 7, 18)),
    ),
    (HELD, officer(date(2025, 7, 21))),
    (assessment.Resubmit(), system(date(2025, 9, 1))),
    (assessment.ResumeCase(reason="Sperre aufgehoben"), officer(date(2025, 9, 1))),
    (STARTED, officer(date(2025, 9, 2))),
    (assessment.RejectFormally(), approver(date(2025, 9, 3))),
)
"""A case that takes every step beside the road."""


def walked() -> Sequence[House]:
    """Houses that between them went every road."""
    awarded, refused, rejected, withdrawn, signed, late, sued, changed, gone = (opened_house() for _ in range(9))
    assign_d1(awarded)
    refused.perform(decision(assessment.decider, CASE, OPEN), system())
    refused.perform(decision(assessment.decider, CASE, ProposeRefusal(reasons=("kein Standard",))), officer())
    refused.perform(decision(assessment.decider, CASE, NOT_HEARD), officer())
    refused.perform(award.refuse(CASE), approver())
    for command, context in PROCEEDING:
        rejected.perform(decision(assessment.decider, CASE, command), context)
    withdrawn.perform(
        decision(assessment.decider, CASE, assessment.SettleWithdrawal(withdrawn_on=date(2025, 7, 1))), system()
    )
    withdrawn.perform(decision(assessment.decider, CASE, OPEN), system())
    propose_flat(signed, CASE, 250_000_00)
    signed.perform(reserve(), budget_officer())
    signed.perform(approve(), approver())
    propose_d1(late)
    late.perform(reserve(), budget_officer())
    late.perform(approve(), approver(date(2025, 12, 1)))
    _sue(sued)
    _change(changed)
    _annul(gone)
    return awarded, refused, rejected, withdrawn, signed, late, sued, changed, gone, _warned()


def _warned() -> House:
    """An application whose checks warn of something, and a reviewer who took note of it."""
    text = "Ein früherer Antrag trägt denselben Namen."
    doubtful = Finding(rule="B11", severity="warning", code="possible-duplicate", field="title", text=text)
    house = opened_house()
    opened = assessment.OpenAssessment(application=application(findings=(doubtful,)))
    house.perform(decision(assessment.decider, CASE, opened), system())
    noted = assessment.AcknowledgeWarnings(consideration="Das frühere Vorhaben ist ein anderes.")
    house.perform(decision(assessment.decider, CASE, noted), officer())
    return house


def _change(house: House) -> None:
    """An award that was amended on request, refused another change, stopped, and revoked but for a part."""
    assign_d1(house)
    on = date(2025, 9, 1)
    for command, context in (
        (ASKED, system(on)),
        (replace(LATER, change="c-1"), officer(on)),
        (award.ApproveAmendment(proposal=1), approver(on)),
        (award.TakeBackFunds(reduction=1, part=1, by_year=cents(y2025=20_000_00), kept=()), system(on)),
        (replace(ASKED, change="c-2"), system(on)),
        (award.RefuseChange(change="c-2", reasons="zu spät"), approver(on)),
        (award.FreezePayout(reason="Verdacht"), officer(on)),
        (award.LiftPayoutFreeze(reason="geklärt"), officer(on)),
        (HEAR, officer(on)),
        (award.CloseAwardHearing(reason="geklärt"), officer(on)),
        (HEAR, officer(on)),
        (award.NoteAwardHearingFailure(number=2), officer(on)),
        (award.RestartAwardHearing(number=2, served_on=on), officer(on)),
        (award.RecordAwardStatement(received_on=on), officer(on)),
        (replace(REVOKE, by_year=cents(y2025=5_000_00)), officer(on)),
        (award.DecideAnnulment(proposal=2), approver(on)),
    ):
        house.perform(decision(award.decider, CASE, command), context)


def _annul(house: House) -> None:
    """An award that was reduced by a condition, retracted in part, and lapsed; once nobody spoke."""
    award_d1(house)
    on = date(2025, 9, 1)
    condition = {"annulment": award.Annulment.CONDITION, "legal_basis": award.LegalBasis.CONDITION_OCCURRED}
    unlawful = {"annulment": award.Annulment.RETRACTION, "legal_basis": award.LegalBasis.UNLAWFUL}
    for command, context in (
        (replace(HEAR, **condition), officer(on)),
        (award.ExpireAwardHearing(), system(date(2025, 9, 16))),
        (replace(REVOKE, **condition, by_year=cents(y2025=29_000_00)), officer(date(2025, 9, 17))),
        (award.DecideAnnulment(proposal=1), approver(date(2025, 9, 18))),
        (replace(HEAR, **unlawful), officer(date(2025, 9, 18))),
        (award.RecordAwardStatement(received_on=date(2025, 9, 19)), officer(date(2025, 9, 19))),
        (replace(REVOKE, **unlawful, by_year=cents(y2025=28_000_00)), officer(date(2025, 9, 19))),
        (award.DecideAnnulment(proposal=2), approver(date(2025, 9, 20))),
        (DispatchNotice(letter=LETTER, proposal=2), officer(date(2025, 9, 20))),
        (RecordServiceFailure(reason=FailureReason.RETURNED, proposal=2), officer(date(2025, 9, 20))),
        (DispatchNotice(letter=LETTER, proposal=2), officer(date(2025, 9, 20))),
        (RecordLawsuit(filed_on=date(2025, 9, 20), court_reference="3 K 1/25", proposal=2), officer(date(2025, 9, 20))),
        (
            ConcludeLawsuit(outcome=Outcome.WITHDRAWN, concluded_on=date(2025, 9, 20), proposal=2),
            officer(date(2025, 9, 20)),
        ),
        (RecordWaiver(declared_on=date(2025, 9, 20), proposal=2), officer(date(2025, 9, 20))),
        (LAPSE, officer(date(2025, 9, 21))),
        (award.DropProposal(proposal=3, reason="noch nicht"), approver(date(2025, 9, 21))),
        (LAPSE, officer(date(2025, 9, 22))),
        (award.DecideAnnulment(proposal=4), approver(date(2025, 9, 22))),
    ):
        house.perform(decision(award.decider, CASE, command), context)


def _sue(house: House) -> None:
    """A notice that came back, went out again, arrived late, and was contested in vain."""
    award_d1(house)
    for command, context in (
        (DispatchNotice(letter=LETTER), officer(date(2025, 7, 25))),
        (RecordServiceFailure(reason=FailureReason.RETURNED), officer(date(2025, 8, 1))),
        (DispatchNotice(letter=LETTER, channel=Channel.POST), officer(date(2025, 8, 4))),
        (DeemServed(), system(date(2025, 8, 8))),
        (RecordReceipt(received_on=date(2025, 8, 11)), officer(date(2025, 8, 12))),
        (RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 815/25"), officer(date(2025, 8, 25))),
        (ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2026, 3, 2)), officer(date(2026, 3, 9))),
    ):
        house.perform(decision(award.decider, CASE, command), context)


def states(noun: AnyDecider, id: str) -> list[Any]:
    """Every state that the noun was in on any road."""
    found = [noun.initial]
    for house in walked():
        state = noun.initial
        for it in house.log.get(noun.stream(id), []):
            state = noun.evolve(state, it)
            found.append(state)
    return found


def grant() -> award.Grant:
    return next(it.grant for it in walked()[0].log[f"award-{CASE}"] if isinstance(it, GrantApproved))


COMMANDS: Mapping[str, Sequence[Any]] = {
    "assessment": [
        OPEN,
        POSITIVE,
        STARTED,
        D1_LINES,
        assessment.ProposeAward(
            by_year=D1_SPLIT, starts_on=date(2025, 6, 15), ends_on=date(2026, 6, 30), note=NOTE, terms=terms()
        ),
        ProposeRefusal(reasons=("kein Standard",)),
        NoteReservation(budget=BUDGET),
        DropReservation(reason="expired"),
        SendBack(in_force=terms().basis),
        Conclude(granted=True),
        Conclude(granted=False),
        *(command for command, _ in PROCEEDING[2:]),
        NOT_HEARD,
        assessment.SettleWithdrawal(withdrawn_on=date(2025, 7, 1)),
    ],
    "award": [
        ApproveGrant(grant=grant(), proposal=1, signing_limit_cents=1_00),
        ApproveGrant(grant=grant(), proposal=1, signing_limit_cents=10**9),
        RefuseGrant(file_number="EG-2025-00001", reasons=("kein Standard",)),
        DispatchNotice(letter=LETTER),
        RecordWaiver(declared_on=date(2025, 7, 31)),
        DeclareFinal(),
        DeemServed(),
        DispatchNotice(letter=LETTER, proposal=2),
        DeemServed(proposal=2),
        RecordReceipt(received_on=date(2025, 9, 20), proposal=2),
        RecordWaiver(declared_on=date(2025, 9, 20), proposal=2),
        DeclareFinal(proposal=2),
        RecordReceipt(received_on=date(2025, 8, 11)),
        RecordServiceFailure(reason=FailureReason.RETURNED),
        RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 815/25"),
        ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2026, 3, 2)),
        ConcludeLawsuit(outcome=Outcome.UPHELD, concluded_on=date(2025, 8, 25)),
        ASKED,
        LATER,
        HEAR,
        REVOKE,
        LAPSE,
        award.RecordAwardStatement(received_on=date(2025, 9, 10)),
        award.ExpireAwardHearing(),
        award.NoteAwardHearingFailure(number=1),
        award.RestartAwardHearing(number=1, served_on=date(2025, 9, 26)),
        award.CloseAwardHearing(reason="geklärt"),
        award.DecideAnnulment(proposal=1),
        award.DropProposal(proposal=1, reason="anders entschieden"),
        award.ApproveAmendment(proposal=1),
        award.RefuseChange(change="c-1", reasons="zu spät"),
        award.FreezePayout(reason="Verdacht"),
        award.LiftPayoutFreeze(reason="geklärt"),
        award.TakeBackFunds(reduction=1, part=1, by_year=cents(y2025=20_000_00), kept=()),
    ],
}


def repeats(noun: AnyDecider, command: Any, state: Any, context: Context) -> bool:
    """Whether the command decides, or is refused by name, and decides nothing when it comes again."""
    try:
        events = noun.decide(command, state, context)
    except DomainError as error:
        return error.title.endswith(".")
    assert all(type(it) in noun.events for it in events)
    after = noun.fold(events, start=state)
    try:
        return list(noun.decide(command, after, context)) == []
    except RefusedAttempt as error:
        return error.rule == "two-signatures"
    except DomainError as error:
        return isinstance(error, assessment.ProposalMissing)  # a case sent back has no proposal to send back again


@pytest.mark.parametrize("noun", [assessment.decider, award.decider], ids=lambda noun: noun.name)
def test_every_command_meets_every_state_and_decides_at_most_once(noun: AnyDecider):
    context = approver(date(2026, 9, 1))
    for command, state in product(COMMANDS[noun.name], states(noun, CASE)):
        assert repeats(noun, command, state, context), (command, state)


def test_every_event_of_review_survives_its_stored_bytes():
    seen: set[type] = set()
    for house in walked():
        for events in house.log.values():
            for it in events:
                assert msgspec.json.decode(encode(it), type=type(it)) == it
                seen.add(type(it))
    # Of the budget's others the state machine makes each one, through its bytes: tests/review/test_budget_machine.py.
    unseen = {it for noun in NOUNS if noun is not budget.decider for it in noun.events} - seen
    assert {it.__name__ for it in unseen} == {
        "PracticeChangedSinceProposal",
        "ReservationDropped",
    }


def test_topics_are_unique_and_every_event_says_what_it_means():
    events = [it for noun in NOUNS for it in noun.events]
    assert len({it.TOPIC for it in events}) == len(events)
    assert all(it.TOPIC.startswith("review.") and it.__doc__ for it in events)


# ---- Four eyes ------------------------------------------------------------------------------------------------------


def four_eyes_held(house: House) -> bool:
    """Whether nobody who gave the opinion, assessed or proposed decided any case of this house."""
    prepared: set[str] = set()
    decided: set[str] = set()
    for it in (it for events in house.log.values() for it in events):
        match it:
            case assessment.ExpertOpinionRecorded():
                prepared.add(it.recorded_by)
            case assessment.EligibleExpenditureAssessed():
                prepared.add(it.assessed_by)
            case assessment.AwardProposed():
                prepared.add(it.proposed_by)
            case award.GrantApproved():
                decided |= {acted.person for acted in it.grant.acted if acted.action == "approve-grant"}
            case _:
                pass
    return not prepared & decided


PEOPLE = st.sampled_from(["p-1", "p-2", "p-3", "p-4"])


@for_all(PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE)
def test_no_cast_of_people_gets_around_the_four_eyes(first: str, second: str, third: str, fourth: str, fifth: str):
    house = opened_house()
    house.perform(decision(assessment.decider, CASE, OPEN), system())
    steps = [
        (decision(assessment.decider, CASE, POSITIVE), replace(officer(), actor=first)),
        (decision(assessment.decider, CASE, D1_LINES), replace(officer(), actor=second)),
        (proposal(), replace(officer(), actor=third)),
        (reserve(), replace(budget_officer(), actor=fourth)),
        (approve(), approver(person=fifth)),
    ]
    for step, context in steps:
        try:
            house.perform(step, context)
        except RefusedAttempt:
            break
    approved = any(isinstance(it, GrantApproved) for it in house.log.get(f"award-{CASE}", []))
    assert four_eyes_held(house)
    apart = first not in (second, third) and fourth not in (second, third)
    assert approved == (apart and fifth not in (first, second, third, fourth))


def test_an_approval_by_the_proposer_would_be_noticed():
    house = opened_house()
    assign_d1(house)
    assert four_eyes_held(house)
    log = house.log[f"award-{CASE}"]
    forged = [replace(it, person="p-officer") for it in log[0].grant.acted]
    log[0] = replace(log[0], grant=replace(log[0].grant, acted=tuple(forged)))
    assert not four_eyes_held(house)
