"""Bekanntgabe der Anhörung zum Bescheid: unserved, nothing falls away and no year runs; served again, all of it runs anew."""

from collections.abc import Iterator
from datetime import date

import pytest

from services.review import award, correspondence
from services.review.award import (
    AwardHearingExpired,
    AwardHearingOpened,
    AwardHearingRestarted,
    AwardHearingServiceFailed,
    Channel,
    ExpireAwardHearing,
    FailureReason,
    HearingNotServed,
    HearingOver,
    HearingRunning,
    RecordAwardStatement,
    StatementIsReceived,
)
from services.review.correspondence import LetterDispatched, LetterKind, LetterNotDispatched
from services.review.wiring import blueprint
from shared.contracts import review
from shared.decider import replace
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import CASE, LETTER, PROGRAMME, House, approver, officer, system
from tests.review.road import Road
from tests.review.test_api import place
from tests.review.test_changes import AWARD, HEAR, ON, REVOKE, annul, do, final, told_by
from tests.review.test_impossible_orders import on_award
from tests.servers import wait_until
from tests.service import serving

LETTERS = correspondence.decider.stream(CASE)
SEND = correspondence.dispatch(CASE, PROGRAMME, LetterKind.AWARD_HEARING, 1, LETTER, Channel.POST)
FAILED = correspondence.record_failure(CASE, LetterKind.AWARD_HEARING, 1, FailureReason.RETURNED)
EXPIRED, BACK, AGAIN = date(2025, 9, 16), date(2025, 9, 19), date(2025, 9, 22)
SERVED, LAST = date(2025, 9, 26), date(2025, 10, 10)
"""Sent on a Monday, served on the fourth day after, and heard for 14 days from there."""


def heard() -> House:
    """The letter of a hearing before a revocation left on 1 September; its period ends on the 15th."""
    house = final()
    do(house, HEAR, officer(ON))
    house.perform(SEND, officer(ON))
    return house


def come_back() -> House:
    """Its period had ended, and the revocation was proposed, when the letter came back."""
    house = heard()
    do(house, ExpireAwardHearing(), system(EXPIRED))
    do(house, REVOKE, officer(date(2025, 9, 17)))
    house.perform(FAILED, officer(BACK))
    return house


def test_a_letter_that_came_back_takes_the_end_of_the_period_and_the_year_back():
    house = heard()
    do(house, ExpireAwardHearing(), system(EXPIRED))
    do(house, REVOKE, officer(date(2025, 9, 17)))
    assert house.kinds(FAILED, officer(BACK)) == ["LetterServiceFailed", "AwardHearingServiceFailed"]
    assert house.kinds(FAILED, officer(BACK)) == []
    assert house.log[AWARD][-1] == AwardHearingServiceFailed(number=1, failed_on=BACK, recorded_by="p-officer")
    assert house.state(AWARD).course.hearing.limit is None
    with pytest.raises(HearingNotServed):
        annul(house)
    assert do(house, ExpireAwardHearing(), system(date(2026, 3, 1))) == (), "without service no period ends"
    # The control: had nobody recorded it, the award would be revoked unheard.
    house.log[AWARD] = [it for it in house.log[AWARD] if not isinstance(it, AwardHearingServiceFailed)]
    assert "GrantRevoked" in [type(it).__name__ for it in annul(house)[AWARD]]


def test_sent_again_its_whole_period_runs_from_the_day_of_service_and_then_the_year():
    house = come_back()
    assert house.kinds(SEND, officer(AGAIN)) == ["LetterDispatched", "AwardHearingRestarted"]
    sent, restarted = house.log[LETTERS][-1], house.log[AWARD][-1]
    assert isinstance(sent, LetterDispatched)
    assert isinstance(restarted, AwardHearingRestarted)
    assert (sent.attempt, sent.deemed_served_on) == (2, SERVED)
    assert (restarted.restart, restarted.served_on, restarted.deadline.ends_on) == (1, SERVED, LAST)
    assert house.kinds(SEND, officer(AGAIN)) == []
    with pytest.raises(HearingRunning):
        annul(house, context=approver(LAST))
    with pytest.raises(HearingRunning):
        do(house, ExpireAwardHearing(), system(LAST))
    (expired,) = do(house, ExpireAwardHearing(), system(date(2025, 12, 1)))
    assert isinstance(expired, AwardHearingExpired)
    assert (expired.expired_on, expired.limit.ends_on) == (date(2025, 10, 11), date(2026, 10, 12))
    assert annul(house, context=approver(date(2025, 12, 1)))[AWARD]


def test_each_dispatch_may_fail_and_the_municipality_is_told_of_each_new_last_day_and_each_end():
    house = come_back()
    house.perform(SEND, officer(AGAIN))
    assert house.kinds(FAILED, officer(date(2025, 9, 29))) == ["LetterServiceFailed", "AwardHearingServiceFailed"]
    house.perform(SEND, officer(date(2025, 9, 30)))
    do(house, ExpireAwardHearing(), system(date(2025, 12, 1)))
    told = [
        replace(it, acted=())
        for it in told_by(house)
        if isinstance(it, review.AwardHearingRestarted | review.AwardHearingClosed)
    ]
    assert told == [
        review.AwardHearingClosed(number=1, answered=False, dropped=False, closed_on=EXPIRED),
        review.AwardHearingRestarted(number=1, restart=1, ends_on=LAST, restarted_on=AGAIN),
        review.AwardHearingRestarted(number=1, restart=2, ends_on=date(2025, 10, 20), restarted_on=date(2025, 9, 30)),
        review.AwardHearingClosed(number=1, answered=False, dropped=False, closed_on=date(2025, 10, 21), restarts=2),
    ]


def test_who_answered_was_heard_whatever_came_back():
    answered, late = heard(), come_back()
    do(answered, RecordAwardStatement(received_on=date(2025, 9, 10)), officer(date(2025, 9, 10)))
    with pytest.raises(StatementIsReceived):
        answered.perform(FAILED, officer(BACK))
    do(late, RecordAwardStatement(received_on=BACK), officer(BACK))
    assert annul(late, context=approver(date(2025, 9, 20)))[AWARD]


def test_nothing_comes_back_that_never_left_or_of_a_hearing_that_is_over():
    house = final()
    do(house, HEAR, officer(ON))
    with pytest.raises(LetterNotDispatched):
        house.perform(FAILED, officer(BACK))
    over = heard()
    do(over, award.CloseAwardHearing(reason="geklärt"), officer(date(2025, 9, 3)))
    with pytest.raises(HearingOver):
        over.perform(FAILED, officer(BACK))
    do(over, HEAR, officer(date(2025, 9, 4)))
    with pytest.raises(HearingOver):
        over.perform(FAILED, officer(BACK))


def test_a_hearing_of_version_1_knows_its_length_by_its_days():
    (opened,) = (it for it in heard().log[AWARD] if isinstance(it, AwardHearingOpened))
    assert (opened.days, opened.length) == (14, 14)
    assert replace(opened, days=0).length == 14


# ---- Over the API, by the clock -------------------------------------------------------------------------------------


@pytest.fixture
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("award-hearing"), start_nats)) as service:
        yield Road(service)


def test_over_the_api_the_letter_comes_back_goes_out_again_and_the_clock_ends_the_new_period(road: Road):
    assert road.open_budget().status_code == 201
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": road.service.house.now().date().isoformat()})
    basis = {"annulment": "revocation", "legal_basis": "vwvfg-49-3-1"}
    body = basis | {"facts": "Der Zweck ist verfehlt."}
    on_award(road, case, "award-hearing", body)
    road.do(case, "letters", {"letter": "award-hearing-1"})
    html = {"Accept": "text/html"}
    client, path = road.person("p-officer", Role.CASE_OFFICER), f"/review/forms/cases/{case}/letters/failure"
    assert f'action="{path}"' in client.get(f"/review/cases/{case}", headers=html).text
    typed = {"If-Match": road.read(case)["etags"]["correspondence"], "letter": "award-hearing-1", "reason": "returned"}
    assert client.post(path, data=typed, headers=html).status_code == 303
    told = road.read(case)
    course = told["award"]["course"]
    assert (course["hearing"], course["hearing_ends_on"], course["hearing_unserved"]) == ("revocation", None, True)
    names = [it["name"] for it in told["actions"]]
    assert names[0] == "dispatch-letter"
    assert "record-letter-failure" not in names
    road.do(case, "letters", {"letter": "award-hearing-1", "channel": "post"})
    told = road.read(case)
    last = date.fromisoformat(told["award"]["course"]["hearing_ends_on"])
    assert last > date.fromisoformat(told["letters"][-1]["deemed_served_on"])
    page = client.get(f"/review/cases/{case}", headers=html).text
    assert "Bekanntgabe gescheitert: Anhörung zum Bescheid" in page
    assert "Frist der Anhörung zum Bescheid läuft neu" in page
    road.turn_to(date(last.year + 1, 1, 15))
    wait_until(lambda: "award-hearing-expired" in road.topics(case), "das Ende der Frist")
