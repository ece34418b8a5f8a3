"""What the municipality is told of review's procedure: hearings, holds, formal rejection, changes of the award."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake import drawdown
from services.intake.application import AlreadyDecided, Event, WithdrawApplication, decider
from services.intake.change_request import granted_cents, open_change
from services.intake.drawdown import YearNotGranted
from services.intake.pages.showing import timeline
from services.intake.progress import (
    ApplicationRejectedFormally,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    CasePutOnHold,
    CaseResumed,
    ChangeReceived,
    ContradictoryNote,
    DemandProgressed,
    FundsSupplemented,
    GrantChanged,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    InvolvementNoted,
    NoticeProgressed,
    Progress,
    ReductionRequested,
    RepaymentDemanded,
)
from services.intake.reactions import react
from services.intake.status import Status, StatusCode, status
from shared.contracts import Acted, YearAmount, review
from shared.decider import field_names
from shared.formats import topic_of
from shared.operations import PastEvent
from shared.records import replace
from tests.intake.builders import (
    APPLICANT,
    AWARD,
    BEGUN,
    CASE,
    FINAL,
    FIRST,
    FUNDS,
    STADTILM,
    SYSTEM,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
    a_drawdown,
    application_with,
    given,
)
from tests.intake.offices import Desk
from tests.intake.test_pages import page

D = date(2025, 6, 2)
OPENED = HearingOpened(
    number=1, about="cut", announced="Schulungen sind nicht förderfähig.", ends_on=date(2025, 6, 16), opened_on=D
)
EXPIRED = HearingClosed(number=1, answered=False, closed_on=date(2025, 6, 17))
EXTENDED = HearingExtended(number=1, ends_on=date(2025, 6, 30), extended_on=date(2025, 6, 18))
ANSWERED = HearingClosed(number=1, answered=True, closed_on=date(2025, 6, 20))
HELD = CasePutOnHold(number=1, reason="Es gilt eine Haushaltssperre.", resubmission_on=date(2025, 7, 1), put_on=D)
HELD_LONGER = replace(HELD, number=2, resubmission_on=date(2025, 9, 1))
RESUMED = CaseResumed(number=2, resumed_on=date(2025, 7, 2))
REJECTED = ApplicationRejectedFormally(reasons=("Das Vorhaben war schon begonnen.",), rejected_on=D)
LESS = GrantChanged(
    kind="amendment",
    change="c1",
    by_year=(YearAmount(year=2025, cents=20_000_00), YearAmount(year=2026, cents=10_000_00)),
    granted_cents=30_000_00,
    eligible_cents=37_500_00,
    ends_on=date(2026, 10, 31),
    reasons="Der Dienstleister liefert später.",
    effective_on=date(2025, 9, 1),
    number=1,
)
REVOKED = replace(
    LESS,
    kind="revocation",
    change="",
    by_year=(),
    granted_cents=0,
    reasons="Die Zuwendung wurde zweckwidrig verwendet.",
    effective_on=date(2025, 8, 1),
    number=2,
)


def told(*history: Event) -> Status:
    return status(decider.fold([*UNTIL_COMPLETE, BEGUN, *history]))


def test_a_running_hearing_is_told_with_what_is_intended_and_until_when() -> None:
    it = told(OPENED)
    assert (it.code, it.title, it.due_on) == (StatusCode.HEARING, "Anhörung läuft", date(2025, 6, 16))
    assert it.next_step == (
        "Das Ministerium beabsichtigt, weniger zu bewilligen, als Sie beantragt haben. Sie können sich bis zum 16.06.2025"
        " beim Ministerium dazu äußern. Darum geht es: Schulungen sind nicht förderfähig."
    )


def test_a_hearing_ends_with_its_statement_or_its_period_and_runs_on_when_it_is_extended() -> None:
    over = told(OPENED, EXPIRED)
    assert (over.code, over.due_on) == (StatusCode.UNDER_REVIEW, None)
    assert over.next_step.startswith("Die Frist für Ihre Stellungnahme ist abgelaufen.")
    assert (told(OPENED, EXPIRED, EXTENDED).code, told(OPENED, EXPIRED, EXTENDED).due_on) == (
        "hearing",
        EXTENDED.ends_on,
    )
    assert told(OPENED, EXPIRED, EXTENDED, ANSWERED).next_step.startswith("Ihre Stellungnahme liegt vor.")
    assert told(OPENED, ANSWERED, replace(OPENED, number=2, about="refusal")).next_step.startswith(
        "Das Ministerium beabsichtigt, Ihren Antrag abzulehnen."
    )


def test_two_holds_in_a_row_are_two_and_the_last_one_is_told() -> None:
    assert "01.07.2025" in told(HELD).next_step
    it = told(HELD, HELD_LONGER)
    assert it.code == StatusCode.ON_HOLD
    assert it.next_step == (
        "Ihr Antrag ist zurückgestellt. Grund: Es gilt eine Haushaltssperre. Das Ministerium befasst sich spätestens am"
        " 01.09.2025 wieder damit. Sie müssen nichts tun."
    )
    assert told(HELD, HELD_LONGER, RESUMED).code == StatusCode.UNDER_REVIEW
    assert "zurückgestellt: Es gilt eine Haushaltssperre." in told(HELD, OPENED).next_step


def test_a_formal_rejection_ends_what_could_still_be_asked_for() -> None:
    it = told(REJECTED)
    assert (it.code, it.next_step) == (StatusCode.REJECTED, "Gründe: Das Vorhaben war schon begonnen.")
    with pytest.raises(AlreadyDecided):
        given(*UNTIL_COMPLETE, REJECTED).when(WithdrawApplication(applicant_keys=(STADTILM,)), APPLICANT)


def test_an_amended_award_is_told_with_its_new_amounts() -> None:
    it = told(AWARD, FINAL, LESS)
    assert (it.code, it.granted_cents) == (StatusCode.FINAL, 30_000_00)
    assert it.next_step.startswith(
        "Der Bescheid ist seit dem 01.09.2025 geändert. Bewilligt sind jetzt 30.000,00 €"
        " (2025: 20.000,00 €; 2026: 10.000,00 €). Das Vorhaben endet spätestens am 31.10.2026."
    )


def test_an_amendment_tells_no_amount_before_the_notice_is_dispatched() -> None:
    it = told(LESS)
    assert (it.code, it.granted_cents) == (StatusCode.UNDER_REVIEW, 0)
    assert "Bewilligt" not in it.next_step


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("lapse", "Der Zuwendungsbescheid ist seit dem 01.08.2025 gegenstandslos."),
        ("revocation", "Der Zuwendungsbescheid ist mit Wirkung vom 01.08.2025 widerrufen."),
        ("retraction", "Der Zuwendungsbescheid ist mit Wirkung vom 01.08.2025 zurückgenommen."),
        ("resolutory-condition", "Eine auflösende Bedingung ist eingetreten"),
    ],
)
def test_an_award_that_fell_away_is_told_with_why(kind: str, text: str) -> None:
    it = told(AWARD, FINAL, FUNDS, replace(REVOKED, kind=kind))
    assert (it.code, it.granted_cents) == (StatusCode.GONE, 0)
    assert it.next_step.startswith(text)
    assert it.next_step.endswith("Gründe: Die Zuwendung wurde zweckwidrig verwendet.")
    assert "erstatten" not in it.next_step
    part = told(AWARD, FINAL, replace(LESS, kind=kind))
    assert "Bewilligt sind jetzt 30.000,00 €" in part.next_step


def test_who_was_paid_before_the_award_fell_away_is_told_that_money_may_have_to_be_returned() -> None:
    assert "erstatten" in told(AWARD, FINAL, FUNDS, *FIRST, REVOKED).next_step


def test_the_last_change_counts_although_an_earlier_one_has_the_later_day() -> None:
    assert told(AWARD, REVOKED, LESS).code == StatusCode.GONE


def test_nothing_can_be_drawn_or_changed_when_the_award_fell_away() -> None:
    gone = application_with(*UNTIL_FUNDS, REVOKED)
    with pytest.raises(YearNotGranted):
        gone.act(drawdown.request(a_drawdown()), APPLICANT)
    assert granted_cents(progress_of([*UNTIL_FUNDS, REVOKED])) is None
    assert granted_cents(progress_of([*UNTIL_FUNDS, LESS])) == 30_000_00


def test_a_change_that_review_granted_or_refused_is_open_no_more() -> None:
    received = ChangeReceived(change="c1", kind="amount", received_on=D)
    store = application_with(*UNTIL_FUNDS, received)
    assert open_change(progress_of(store.events[f"application-{CASE}"])) == received
    refused = review.ChangeRefused(change="c1", reasons="Nicht begründet.", refused_on=D)
    hear(store, refused)
    assert open_change(progress_of(store.events[f"application-{CASE}"])) is None
    assert open_change(progress_of([*UNTIL_FUNDS, received, LESS])) is None


def progress_of(history: Any) -> Progress:
    state: Any = decider.fold(history)
    return state.progress


def hear(store: Any, contract: object) -> None:
    heard = react(contract, CASE)
    assert heard
    store.act(heard, SYSTEM)


FROZEN = ReductionRequested(reduction=1, by_year=(), freeze=True, requested_on=D)
THAWED = ReductionRequested(reduction=2, by_year=(), freeze=False, requested_on=D)
MORE = FundsSupplemented(
    supplement=1, by_year=(YearAmount(year=2026, cents=5_000_00),), supplemented_on=date(2025, 9, 2)
)


def test_that_payments_are_stopped_is_told_until_they_go_on_and_never_why() -> None:
    stopped = told(AWARD, FINAL, FUNDS, FROZEN)
    assert stopped.code == StatusCode.FINAL
    assert "Auszahlungen sind zurzeit angehalten" in stopped.next_step
    assert told(AWARD, FINAL, FUNDS, THAWED, FROZEN) == told(AWARD, FINAL, FUNDS)
    assert "reason" not in field_names(ReductionRequested)


def test_what_is_made_available_beside_the_first_assignment_is_told_with_its_day() -> None:
    it = told(AWARD, FINAL, FUNDS, MORE)
    assert "Seit dem 02.09.2025 stehen weitere 5.000,00" in it.next_step
    later = replace(MORE, supplement=2, by_year=(YearAmount(year=2026, cents=1_00),), supplemented_on=date(2025, 10, 1))
    assert "Seit dem 01.10.2025 stehen weitere 1,00" in told(AWARD, FINAL, FUNDS, later, MORE).next_step


FACTS = (
    OPENED,
    EXPIRED,
    EXTENDED,
    ANSWERED,
    HELD,
    HELD_LONGER,
    RESUMED,
    AWARD,
    FINAL,
    FUNDS,
    LESS,
    FROZEN,
    THAWED,
    MORE,
)


@for_all(st.permutations(FACTS), st.integers(min_value=0, max_value=len(FACTS)))
def test_in_whatever_order_and_however_often_they_came_the_same_is_told(order: list[Any], repeated: int) -> None:
    progress = Progress()
    for it in [*order, *order[:repeated]]:
        for new in progress.news(it):
            progress = progress.with_fact(new)
    assert told(*progress.facts.values()) == told(*FACTS)


@for_all(st.permutations((OPENED, EXPIRED, EXTENDED, HELD, HELD_LONGER)))
def test_before_the_decision_the_order_is_not_told_either(order: list[Any]) -> None:
    assert told(*order) == told(OPENED, EXPIRED, EXTENDED, HELD, HELD_LONGER)
    assert told(*order).code == StatusCode.HEARING


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (OPENED, replace(OPENED, about="refusal")),
        (ANSWERED, replace(ANSWERED, closed_on=D)),
        (HELD, replace(HELD, resubmission_on=D + timedelta(days=9))),
        (RESUMED, replace(RESUMED, resumed_on=D)),
        (REJECTED, replace(REJECTED, reasons=())),
        (LESS, replace(LESS, granted_cents=1)),
        (FROZEN, replace(FROZEN, freeze=False)),
        (MORE, replace(MORE, by_year=())),
    ],
    ids=lambda it: type(it).__name__,
)
def test_what_contradicts_an_earlier_note_is_refused(known: Any, other: Any) -> None:
    progress = Progress().with_fact(known)
    assert progress.news(known) == []
    with pytest.raises(ContradictoryNote):
        progress.news(other)


def test_a_changed_grant_of_version_1_is_still_understood_and_told_apart_by_kind_and_day() -> None:
    first = {
        "kind": "amendment", "change": "", "by_year": [], "granted_cents": 0, "eligible_cents": 0,
        "ends_on": "2026-10-31", "reasons": "Anders.", "effective_on": "2025-09-01",
    }  # fmt: skip
    store = application_with(*UNTIL_FUNDS)
    hear(store, msgspec.convert(first, review.GrantChanged))
    hear(store, msgspec.convert(first | {"effective_on": "2025-10-01", "kind": "lapse"}, review.GrantChanged))
    assert len(progress_of(store.events[f"application-{CASE}"]).noted(GrantChanged)) == 2


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


def test_the_municipality_reads_on_its_page_what_the_form_of_review_promises(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_assessed(case)
    hear_of(desk, case, OPENED, review.HearingOpened)
    shown = page(desk.town, f"/intake/cases/{case}").text
    assert "Sie können sich bis zum 16.06.2025" in shown
    assert "Anhörung eröffnet" in shown
    assert "Stellungnahme bis 16.06.2025" in shown
    hear_of(desk, case, ANSWERED, review.HearingClosed)
    hear_of(desk, case, HELD, review.CasePutOnHold)
    shown = page(desk.town, f"/intake/cases/{case}").text
    assert "Grund: Es gilt eine Haushaltssperre." in shown
    assert "Antrag zurückgestellt" in shown
    told = desk.town.get(f"/intake/cases/{case}").json()["status"]
    assert (told["code"], told["title"], told["due_on"]) == ("on-hold", "Zurückgestellt", None)


def test_a_change_asked_for_is_settled_when_review_amended_the_award(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    path = f"/intake/cases/{case}/changes"
    body = {"kind": "period", "ends_on": "2026-10-31", "reason": "Der Dienstleister liefert später."}
    change = desk.town.post(path, json=body, headers={"Idempotency-Key": str(uuid4())}).json()["change"]
    hear_of(desk, case, replace(LESS, change=change), review.GrantChanged)
    told = desk.town.get(f"/intake/cases/{case}").json()
    assert [(it["change"], it["granted"]) for it in told["changes"]] == [(change, True)]
    assert told["status"]["granted_cents"] == 30_000_00
    assert "request-change" in {it["name"] for it in told["actions"]}


def hear_of(desk: Desk, case: str, fact: Any, contract: type[Any]) -> None:
    desk.service.tell("review", case, contract(**{it: getattr(fact, it) for it in field_names(contract)}))


# ---- Notices and hearings on the award -------------------------------------------------------------------------------


def progressed(step: str, number: int = 1, **changes: Any) -> NoticeProgressed:
    told: dict[str, Any] = {
        "proposal": 0, "kind": "award", "step": step, "number": number, "happened_on": D, "remedy_ends_on": None, "acted": (),
    }  # fmt: skip
    return NoticeProgressed(**told | changes)


def test_a_notice_that_came_back_went_out_again_and_is_contested_is_told_by_its_last_step() -> None:
    failed = progressed("service-failed")
    again = progressed("dispatched", 2, remedy_ends_on=date(2025, 7, 10))
    assert told(AWARD, failed).next_step.startswith("Der Zuwendungsbescheid konnte nicht bekannt gegeben werden")
    assert "bis zum 10.07.2025 klagen" in told(AWARD, failed, again).next_step
    assert told(AWARD, again, failed).next_step == told(AWARD, failed, again).next_step, "in whatever order they came"
    sued = progressed("contested", 2)
    assert told(AWARD, failed, again, sued).next_step.startswith(
        "Der Zuwendungsbescheid ist seit dem 02.06.2025 beklagt"
    )
    lost = progressed("dismissed", 2)
    assert told(AWARD, failed, again, sued, lost).next_step == told(AWARD).next_step


def test_what_is_to_be_repaid_is_told_with_the_day_of_the_notice_that_was_served_in_any_order() -> None:
    demanded = RepaymentDemanded(
        claim="c1", kind="excess", cents=6_400_00, interest_cents=0, interest_from_on=None, reference="RF26",
        due_on=date(2026, 6, 21), demanded_on=D, awaits_service=True,
    )  # fmt: skip
    sent = DemandProgressed(claim="c1", step="dispatched", number=1, due_on=date(2026, 6, 21), happened_on=D)
    failed = replace(sent, step="service-failed", due_on=None)
    again = replace(sent, number=2, due_on=date(2026, 7, 9))

    def days(*facts: Any) -> list[str]:
        words = told(AWARD, FINAL, FUNDS, *facts).next_step.split("Zu erstatten sind ")[1:]
        return [it.partition("bis zum ")[2][:10] for it in words]

    assert days(demanded) == [], "a notice that has not left tells nothing"
    assert days(demanded, sent) == ["21.06.2026"]
    for facts in permutations((demanded, sent, failed)):
        assert days(*facts) == []
    for facts in permutations((demanded, sent, failed, again)):
        assert days(*facts) == ["09.07.2026"]
    # The control: a demand of version 1 was told without its notice.
    assert days(replace(demanded, awaits_service=False)) == ["21.06.2026"]


def test_the_notice_of_a_revocation_is_told_until_it_takes_effect() -> None:
    sent = progressed("dispatched", proposal=2, kind="revocation", remedy_ends_on=date(2025, 9, 1))
    expected = "Der Bescheid über den Widerruf ist am 02.06.2025 an Sie versandt; Sie können bis zum 01.09.2025 klagen."
    assert told(AWARD, FINAL, FUNDS, sent).next_step.startswith(expected)
    final = progressed("final", proposal=2, kind="revocation")
    assert "Widerruf" not in told(AWARD, FINAL, FUNDS, sent, final).next_step


def test_a_hearing_on_the_award_is_told_until_it_ends() -> None:
    opened = AwardHearingOpened(
        number=1, annulment="revocation", facts="Der Zweck ist verfehlt.", ends_on=date(2025, 9, 15), opened_on=D
    )
    expected = (
        "Das Ministerium beabsichtigt, Ihren Zuwendungsbescheid zu widerrufen. Sie können sich bis zum 15.09.2025 dazu"
        " äußern. Darum geht es: Der Zweck ist verfehlt."
    )
    assert told(AWARD, FINAL, FUNDS, opened).next_step.startswith(expected)
    closed = AwardHearingClosed(number=1, answered=True, dropped=False, closed_on=D)
    assert told(AWARD, FINAL, FUNDS, opened, closed).next_step == told(AWARD, FINAL, FUNDS).next_step


def test_a_hearing_on_the_award_that_was_sent_anew_runs_until_its_new_day_and_its_new_end_in_any_order() -> None:
    opened = AwardHearingOpened(
        number=1, annulment="revocation", facts="Der Zweck ist verfehlt.", ends_on=date(2025, 9, 15), opened_on=D
    )
    unheard = AwardHearingClosed(number=1, answered=False, dropped=False, closed_on=date(2025, 9, 16))
    again = AwardHearingRestarted(number=1, restart=1, ends_on=date(2025, 10, 10), restarted_on=date(2025, 9, 16))
    ended = replace(unheard, closed_on=date(2025, 10, 11), restarts=1)
    for told_so_far in permutations((opened, unheard, again)):
        assert "bis zum 10.10.2025 dazu äußern" in told(AWARD, FINAL, FUNDS, *told_so_far).next_step
    for all_told in permutations((opened, unheard, again, ended)):
        assert told(AWARD, FINAL, FUNDS, *all_told).next_step == told(AWARD, FINAL, FUNDS).next_step
    late = replace(ended, answered=True, closed_on=date(2025, 10, 14))
    assert told(AWARD, FINAL, FUNDS, opened, again, ended, late).next_step == told(AWARD, FINAL, FUNDS).next_step
    # The control: an end that did not say which period it ended would end the one that runs.
    assert "dazu äußern" not in told(AWARD, FINAL, FUNDS, opened, replace(unheard, restarts=1), again).next_step


def test_a_part_corrects_the_change_of_its_number() -> None:
    kept = replace(LESS, change="", granted_cents=35_000_00, part=1)
    assert told(AWARD, FINAL, FUNDS, LESS, kept).granted_cents == 35_000_00
    assert told(AWARD, FINAL, FUNDS, kept, LESS).granted_cents == 35_000_00


def test_a_hearing_that_was_sent_again_may_end_on_the_day_to_which_it_was_extended_before() -> None:
    again = replace(EXTENDED, extended_on=date(2025, 6, 20))
    assert told(OPENED, EXTENDED, again).next_step == told(OPENED, EXTENDED).next_step


# ---- In the timeline ---------------------------------------------------------------------------------------------------

HEARD = AwardHearingOpened(
    number=1, annulment="revocation", facts="Der Zweck ist verfehlt.", ends_on=date(2025, 9, 15), opened_on=D
)
SENT_AGAIN = AwardHearingRestarted(number=1, restart=1, ends_on=date(2025, 10, 10), restarted_on=D)
OPINED = InvolvementNoted(acted=(Acted(person="p-expert", role="expert", action="record-expert-opinion"),))
CAME_BACK = NoticeProgressed(
    proposal=2, kind="lapse", step="service-failed", number=1, happened_on=D, remedy_ends_on=None, acted=()
)


@pytest.mark.parametrize(
    ("noted", "title", "why"),
    [
        (HEARD, "Anhörung zum Bescheid eröffnet", "Der Zweck ist verfehlt. · Stellungnahme bis 15.09.2025"),
        (SENT_AGAIN, "Anhörung zum Bescheid erneut versandt, Frist läuft neu", "Stellungnahme bis 10.10.2025"),
        (OPINED, "Mitwirkung anderswo vermerkt", "Fachliches Votum"),
        (
            CAME_BACK,
            "Stand eines Bescheids vermerkt",
            "Der Bescheid, dass die Zuwendung gegenstandslos ist: nicht bekannt gegeben, 02.06.2025",
        ),
    ],
    ids=lambda it: type(it).__name__,
)
def test_the_timeline_tells_in_words_what_review_did(noted: Any, title: str, why: str) -> None:
    past = PastEvent(
        position=1, origin="", stream="application-c1", version=1, topic=topic_of(noted.TOPIC, noted.VERSION),
        at=datetime(2025, 6, 2, 9, tzinfo=UTC), actor="system", role="system", valid_on="2025-06-02", cause="",
        facts=msgspec.to_builtins(noted), sha256="",
    )  # fmt: skip
    (shown,) = timeline([past], for_applicant=False)
    assert (shown["title"], shown["why"]) == (title, why)
    assert bool(timeline([past], for_applicant=True)) == (noted is not OPINED)
