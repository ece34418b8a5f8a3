"""Bestandskraft der formalen Ablehnung: its notice goes the way of every refusal, by the clock as by people."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from services.review import assessment, award, deadlines
from services.review.api.letter_file import waiting
from services.review.assessment import RejectFormally
from services.review.award import (
    ConcludeLawsuit,
    DecisionBecameFinal,
    DecisionIsFinal,
    DeclareFinal,
    DeemServed,
    FailureReason,
    GrantRefused,
    LawsuitPending,
    NotApproved,
    NoticeDispatched,
    Outcome,
    RecordLawsuit,
    RecordServiceFailure,
    RecordWaiver,
    Refused,
    RemedyPeriodRunning,
)
from services.review.correspondence import Correspondence
from services.review.publications import publish
from services.review.standing import Status, status_of, steps
from services.review.wiring import blueprint
from shared.contracts import review
from shared.decider import Context, decision
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    LETTER,
    NOT_HEARD,
    OPEN,
    PROGRAMME,
    STARTED,
    House,
    approver,
    officer,
    opened_house,
    system,
)
from tests.review.road import Road
from tests.review.test_api import place
from tests.servers import wait_until
from tests.service import serving

AWARD, ASSESSMENT = award.decider.stream(CASE), assessment.decider.stream(CASE)
DECIDED = date(2025, 7, 25)
SEND = award.dispatch(CASE, PROGRAMME, LETTER)


def rejected() -> House:
    house = opened_house()
    house.perform(decision(assessment.decider, CASE, OPEN), system())
    house.perform(decision(assessment.decider, CASE, STARTED), officer())
    house.perform(award.reject_formally(CASE), approver(DECIDED))
    return house


def refused() -> House:
    house = opened_house()
    house.perform(decision(assessment.decider, CASE, OPEN), system())
    proposal = assessment.ProposeRefusal(reasons=("kein Standard",))
    house.perform(decision(assessment.decider, CASE, proposal), officer())
    house.perform(decision(assessment.decider, CASE, NOT_HEARD), officer())
    house.perform(award.refuse(CASE), approver(DECIDED))
    return house


def of_notice(command: award.Command):
    return decision(award.decider, CASE, command)


def standing(house: House) -> Status:
    return status_of(house.state(ASSESSMENT), house.state(AWARD))


def test_with_the_rejection_its_notice_is_to_be_served():
    house = rejected()
    (made,) = house.log[AWARD]
    assert made == GrantRefused(
        file_number="EG-2025-00001",
        reasons=("Das Vorhaben war vor der Bewilligung begonnen (VV Nr. 1.3 zu § 44 ThürLHO).", "Der Vertrag ist vom 2. Mai."),
        refused_by="p-approver", refused_on=DECIDED, acted=house.log[AWARD][0].acted, formal=True,
    )  # fmt: skip
    assert [(it.person, it.action) for it in house.state(AWARD).acted][-2:] == [
        ("p-officer", "propose-formal-rejection"),
        ("p-approver", "reject-formally"),
    ]
    assert standing(house) == Status.AWAITING_REFUSAL_NOTICE
    assert [it.action for it in steps(house.state(ASSESSMENT), house.state(AWARD))] == ["dispatch-notice"]
    assert house.kinds(award.reject_formally(CASE), approver(DECIDED)) == []


STORY: Sequence[tuple[Any, Context]] = (
    (SEND, officer(DECIDED)),
    (of_notice(RecordServiceFailure(reason=FailureReason.RETURNED)), officer(date(2025, 7, 30))),
    (SEND, officer(date(2025, 8, 4))),
    (of_notice(DeemServed()), system(date(2025, 8, 8))),
    (of_notice(RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 1/25 We")), officer(date(2025, 8, 25))),
    (
        of_notice(ConcludeLawsuit(outcome=Outcome.DISMISSED, concluded_on=date(2025, 10, 1))),
        officer(date(2025, 10, 6)),
    ),
)


def test_served_failed_sent_again_contested_and_final_it_is_the_same_as_a_refusal():
    logs: list[list[Any]] = []
    for house in (rejected(), refused()):
        for asked, context in STORY:
            house.perform(asked, context)
        logs.append(house.log[AWARD][1:])
    assert logs[0] == logs[1]
    assert [type(it).__name__ for it in logs[0]][-2:] == ["LawsuitConcluded", "DecisionBecameFinal"]


def test_its_last_day_is_computed_stored_with_its_rule_and_final_after_it_however_late():
    house = rejected()
    house.perform(SEND, officer(DECIDED))
    sent = house.log[AWARD][-1]
    assert isinstance(sent, NoticeDispatched)
    assert (sent.deemed_served_on, sent.remedy_ends_on) == (date(2025, 7, 29), date(2025, 8, 29))
    assert "§ 74 VwGO" in sent.remedy_rule
    assert "§ 41" in sent.service_rule
    with pytest.raises(RemedyPeriodRunning):
        house.perform(of_notice(DeclareFinal()), system(date(2025, 8, 29)))
    house.perform(of_notice(DeclareFinal()), system(date(2025, 12, 1)))
    assert house.log[AWARD][-1] == DecisionBecameFinal(by_waiver=False, final_on=date(2025, 8, 30))
    assert house.kinds(of_notice(DeclareFinal()), system(date(2025, 12, 2))) == []
    assert standing(house) == Status.REJECTED


def test_by_a_waiver_it_is_final_at_once_and_in_a_lawsuit_not_at_all():
    waived, contested = rejected(), rejected()
    for house in (waived, contested):
        house.perform(SEND, officer(DECIDED))
    waived.perform(of_notice(RecordWaiver(declared_on=date(2025, 7, 31))), officer(date(2025, 7, 31)))
    assert waived.log[AWARD][-1] == DecisionBecameFinal(by_waiver=True, final_on=date(2025, 7, 31))
    suit = RecordLawsuit(filed_on=date(2025, 8, 20), court_reference="3 K 1/25 We")
    with pytest.raises(DecisionIsFinal):
        waived.perform(of_notice(suit), officer(date(2025, 8, 25)))
    contested.perform(of_notice(suit), officer(date(2025, 8, 25)))
    assert standing(contested) == Status.CONTESTED
    with pytest.raises(LawsuitPending):
        contested.perform(of_notice(DeclareFinal()), system(date(2025, 9, 30)))


def test_the_municipality_is_told_of_the_rejection_once_and_of_its_notice_step_by_step():
    house = rejected()
    assert publish(house.log[AWARD][0], house.state(AWARD)) is None
    told = publish(house.log[ASSESSMENT][-1], house.state(ASSESSMENT))
    assert isinstance(told, review.ApplicationRejectedFormally)
    house.perform(SEND, officer(DECIDED))
    sent = publish(house.log[AWARD][-1], house.state(AWARD))
    assert isinstance(sent, review.NoticeProgressed)
    assert (sent.kind, sent.step, sent.remedy_ends_on) == ("formal-rejection", "dispatched", date(2025, 8, 29))


def test_a_rejection_of_a_log_from_before_still_goes_out_as_a_letter():
    house = opened_house()
    house.perform(decision(assessment.decider, CASE, OPEN), system())
    house.perform(decision(assessment.decider, CASE, STARTED), officer())
    house.perform(decision(assessment.decider, CASE, RejectFormally()), approver(DECIDED))
    state = house.state(ASSESSMENT)
    assert waiting(state, award.Unsigned(), Correspondence()) == ["formal-rejection-1"]
    assert status_of(state, award.Unsigned()) == Status.REJECTED
    assert steps(state, award.Unsigned()) == ()
    with pytest.raises(NotApproved):
        house.perform(SEND, officer(DECIDED))
    # A refusal of the first version was none of form.
    (old,) = refused().log[AWARD]
    assert isinstance(award.evolve(award.Unsigned(), old), Refused)
    assert not old.formal


# ---- Over the API, by the clock -------------------------------------------------------------------------------------


@pytest.fixture
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("rejection"), start_nats)) as service:
        yield Road(service)


def sent_out(road: Road) -> str:
    case = road.receive()
    road.do(case, "rejection-proposal", {"grounds": ["project-started"], "reasons": ["Der Vertrag ist vom 2. Mai."]})
    road.do(case, "rejection")
    road.do(case, "notice")
    return case


def happened(road: Road, case: str, topic: str) -> list[Any]:
    told = road.auditor.get(f"/review/cases/{case}/history").json()["events"]
    return [it for it in told if it["topic"].startswith(f"review.{topic}.v")]


def test_by_the_clock_a_formal_rejection_becomes_final_once_and_the_page_says_so(road: Road):
    case = sent_out(road)
    told = road.read(case)
    last = date.fromisoformat(told["rejection"]["notice"]["remedy_ends_on"])
    assert (told["status"], told["rejection"]["final_on"], told["refusal"]) == ("rejected", None, None)
    assert "dispatch-letter" not in {it["name"] for it in told["actions"]}
    html = {"Accept": "text/html"}
    text = road.auditor.get(f"/review/cases/{case}", headers=html).text
    assert "Klagefrist bis" in text
    assert "Ablehnungsbescheid (unzulässig)" in text
    road.turn_to(date(last.year + 1, 1, 15))
    wait_until(lambda: bool(happened(road, case, "decision-became-final")), "die Bestandskraft")
    road.turn_to(date(last.year + 1, 2, 16))
    road.service.settled()
    (final,) = happened(road, case, "decision-became-final")
    assert final["actor"] == "system"
    assert road.read(case)["rejection"]["final_on"] == final["facts"]["final_on"]
    text = road.auditor.get(f"/review/cases/{case}", headers=html).text
    assert "4 von 4 erledigt" in text
    assert road.auditor.get(f"/review/cases/{case}/letter").content.startswith(b"%PDF")


def test_without_its_deadline_the_clock_would_never_make_it_final(road: Road, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deadlines, "_set_remedy", lambda *_: None)
    case = sent_out(road)
    road.turn_to(date(2030, 1, 15))
    wait_until(lambda: bool(happened(road, case, "notice-deemed-served")), "die Bekanntgabe")
    road.turn_to(date(2030, 2, 15))
    road.service.settled()
    assert happened(road, case, "decision-became-final") == []
