"""Bekanntgabe der Anhörung: a letter that did not arrive hears nobody; when it went out again, its period runs anew."""

from collections.abc import Iterator
from datetime import date

import pytest

from services.review import assessment, award, correspondence
from services.review.assessment import (
    AlreadyDecided,
    ExpireHearing,
    ExtendHearing,
    HearingDeadlineExpired,
    HearingNotServed,
    HearingOpened,
    HearingRestarted,
    HearingRunning,
    HearingServiceFailed,
    ProposeRefusal,
    RecordStatement,
    StatementIsReceived,
)
from services.review.award import Channel, FailureReason
from services.review.correspondence import LetterDispatched, LetterKind, LetterNotDispatched, OnlyOfHearings
from services.review.publications import publish
from services.review.wiring import blueprint
from shared.contracts import Acted, review
from shared.decider import Context, decision, replace
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    HEARD,
    LETTER,
    OPEN,
    PROGRAMME,
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

FILE, LETTERS = assessment.decider.stream(CASE), correspondence.decider.stream(CASE)
SEND = correspondence.dispatch(CASE, PROGRAMME, LetterKind.HEARING, 1, LETTER, Channel.POST)
FAILED = correspondence.record_failure(CASE, LetterKind.HEARING, 1, FailureReason.RETURNED)
OPENED, BACK, AGAIN = date(2025, 6, 30), date(2025, 7, 21), date(2025, 7, 22)
SERVED, LAST = date(2025, 7, 26), date(2025, 8, 11)
"""Sent on a Tuesday, served on the fourth day after; 14 days later is a Saturday, so that the period ends on the Monday."""


def do(house: House, command: assessment.Command, context: Context) -> list[str]:
    return house.kinds(decision(assessment.decider, CASE, command), context)


def heard() -> House:
    """A refusal is proposed, the hearing is opened, and its letter left on 30 June."""
    house = opened_house()
    do(house, OPEN, system())
    do(house, ProposeRefusal(reasons=("kein Standard",)), officer(OPENED))
    do(house, HEARD, officer(OPENED))
    house.perform(SEND, officer(OPENED))
    return house


def come_back() -> House:
    """Its period had ended, on 14 July, when the letter came back."""
    house = heard()
    do(house, ExpireHearing(), system(date(2025, 7, 15)))
    house.perform(FAILED, officer(BACK))
    return house


def test_a_letter_that_came_back_takes_the_end_of_the_period_back():
    house = heard()
    assert do(house, ExpireHearing(), system(date(2025, 7, 15))) == ["HearingDeadlineExpired"]
    assert house.kinds(FAILED, officer(BACK)) == ["LetterServiceFailed", "HearingServiceFailed"]
    assert house.kinds(FAILED, officer(BACK)) == []
    assert house.log[FILE][-1] == HearingServiceFailed(number=1, failed_on=BACK, recorded_by="p-officer")
    with pytest.raises(HearingRunning):
        house.perform(award.refuse(CASE), approver(BACK))
    assert do(house, ExpireHearing(), system(date(2025, 12, 1))) == [], "without service no period ends"
    with pytest.raises(HearingNotServed):
        do(house, ExtendHearing(days=30), officer(BACK))
    # The control: had nobody recorded it, the case could be decided unheard.
    house.log[FILE] = [it for it in house.log[FILE] if not isinstance(it, HearingServiceFailed)]
    assert "GrantRefused" in house.kinds(award.refuse(CASE), approver(BACK))


def test_sent_again_its_whole_period_runs_from_the_day_of_service_and_nothing_is_decided_before_its_end():
    house = come_back()
    assert house.kinds(SEND, officer(AGAIN)) == ["LetterDispatched", "HearingRestarted"]
    sent, restarted = house.log[LETTERS][-1], house.log[FILE][-1]
    assert isinstance(sent, LetterDispatched)
    assert isinstance(restarted, HearingRestarted)
    assert (sent.attempt, sent.deemed_served_on) == (2, SERVED)
    assert (restarted.served_on, restarted.deadline.ends_on) == (SERVED, LAST)
    assert restarted.deadline.rule.startswith("14 Tage ab 26.07.2025 (§ 31 I VwVfG")
    with pytest.raises(HearingRunning):
        house.perform(award.refuse(CASE), approver(LAST))
    assert do(house, ExpireHearing(), system(LAST)) == []
    assert do(house, ExpireHearing(), system(date(2025, 9, 1))) == ["HearingDeadlineExpired"]
    ended = house.log[FILE][-1]
    assert isinstance(ended, HearingDeadlineExpired)
    assert ended.expired_on == date(2025, 8, 12)
    assert house.kinds(award.refuse(CASE), approver(date(2025, 9, 1))) == ["AssessmentConcluded", "GrantRefused"]


def test_a_period_that_was_extended_further_stays_as_long_as_it_was():
    house = heard()
    do(house, ExtendHearing(days=90), officer(OPENED))
    house.perform(FAILED, officer(date(2025, 7, 7)))
    house.perform(SEND, officer(date(2025, 7, 8)))
    restarted = house.log[FILE][-1]
    assert isinstance(restarted, HearingRestarted)
    assert restarted.deadline.ends_on == date(2025, 9, 29)


def test_each_dispatch_may_fail_and_the_municipality_is_told_the_new_last_day():
    house = come_back()
    house.perform(SEND, officer(AGAIN))
    told = publish(house.log[FILE][-1], house.state(FILE))
    assert told == review.HearingExtended(
        number=1,
        ends_on=LAST,
        extended_on=AGAIN,
        acted=(Acted(person="p-officer", role=Role.CASE_OFFICER, action="dispatch-letter"),),
    )
    assert house.kinds(FAILED, officer(date(2025, 7, 29))) == ["LetterServiceFailed", "HearingServiceFailed"]
    house.perform(SEND, officer(date(2025, 7, 30)))
    assert [it.attempt for it in house.log[LETTERS] if isinstance(it, LetterDispatched)] == [1, 2, 3]


def test_who_answered_was_heard_whatever_came_back():
    answered, early = heard(), come_back()
    statement = RecordStatement(received_on=date(2025, 7, 10), consideration="ändert nichts")
    do(answered, statement, officer(date(2025, 7, 10)))
    with pytest.raises(StatementIsReceived):
        answered.perform(FAILED, officer(BACK))
    do(early, replace(statement, received_on=BACK), officer(BACK))
    said = early.log[FILE][-1]
    assert not said.late, "no period ran"
    assert early.kinds(award.refuse(CASE), approver(BACK)) == ["AssessmentConcluded", "GrantRefused"]


def test_nothing_comes_back_that_never_left_or_is_decided_or_is_no_hearing():
    house = opened_house()
    do(house, OPEN, system())
    with pytest.raises(LetterNotDispatched):
        house.perform(FAILED, officer(BACK))
    demand = correspondence.record_failure(CASE, LetterKind.REPAYMENT, 1, FailureReason.RETURNED)
    with pytest.raises(LetterNotDispatched):
        house.perform(demand, officer(BACK))
    other = correspondence.record_failure(CASE, LetterKind.REJECTION, 1, FailureReason.RETURNED)
    with pytest.raises(OnlyOfHearings):
        house.perform(other, officer(BACK))
    decided = heard()
    do(decided, ExpireHearing(), system(date(2025, 7, 15)))
    decided.perform(award.refuse(CASE), approver(date(2025, 7, 16)))
    with pytest.raises(AlreadyDecided):
        decided.perform(FAILED, officer(BACK))


def test_a_hearing_of_version_1_knows_its_length_by_its_days():
    house = heard()
    opened = next(it for it in house.log[FILE] if isinstance(it, HearingOpened))
    assert (opened.days, opened.length) == (14, 14)
    assert replace(opened, days=0).length == 14


# ---- Over the API, by the clock -------------------------------------------------------------------------------------


@pytest.fixture
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("hearing"), start_nats)) as service:
        yield Road(service)


def test_over_the_api_the_letter_comes_back_goes_out_again_and_the_clock_ends_the_new_period(road: Road):
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["kein Standard"]})
    road.do(case, "hearing", {"about": "refusal", "announced": "Das Vorhaben folgt keinem Standard."})
    road.do(case, "letters", {"letter": "hearing-1"})
    html = {"Accept": "text/html"}
    client, path = road.person("p-officer", Role.CASE_OFFICER), f"/review/forms/cases/{case}/letters/failure"
    assert f'action="{path}"' in client.get(f"/review/cases/{case}", headers=html).text
    typed = {"If-Match": road.read(case)["etags"]["correspondence"], "letter": "hearing-1", "reason": "returned"}
    assert client.post(path, data=typed, headers=html).status_code == 303
    told = road.read(case)
    assert (told["hearing"]["unserved"], told["hearing"]["running"], told["hearing"]["ends_on"]) == (True, True, None)
    assert [(it["letter"], it["attempt"], it["failed"]) for it in told["letters"] if it["dispatched_on"]] == [
        ("hearing-1", 1, True)
    ]
    names = [it["name"] for it in told["actions"]]
    assert names[0] == "dispatch-letter"
    assert "record-letter-failure" not in names
    extended = road.act(case, "hearing/extension", {"days": 30})
    assert (extended.status_code, extended.json()["code"]) == (409, "hearing-not-served")
    road.do(case, "letters", {"letter": "hearing-1", "channel": "post"})
    told = road.read(case)
    last = date.fromisoformat(told["hearing"]["ends_on"])
    assert last > date.fromisoformat(told["letters"][-1]["deemed_served_on"])
    assert road.act(case, "refusal").json()["code"] == "hearing-running"
    page = client.get(f"/review/cases/{case}", headers=html).text
    assert "Bekanntgabe gescheitert: Anhörung" in page
    assert "Anhörung erneut versandt (Post)" in page
    road.turn_to(date(last.year + 1, 1, 15))
    wait_until(lambda: "hearing-deadline-expired" in road.topics(case), "das Ende der Frist")
    road.do(case, "refusal")
