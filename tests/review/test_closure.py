"""Closure: nothing is open, one person notes how the case ends, another closes it; late money opens it again."""

from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as anything
from hypothesis import strategies as st

from services.review import award, closing, closure, fulfilment, proof, recovering
from services.review.closure import (
    CaseClosed,
    CaseIsClosed,
    CaseReopened,
    ClosingNoteMissing,
    ClosingNoteWritten,
    Closure,
    MoneyStepNoted,
    NoteStep,
    OpenPoint,
    ProofNotAccepted,
    RetentionEnded,
    Step,
    decider,
)
from services.review.examination import ReasonMissing
from services.review.proof import RecognisedLine
from services.review.publications import publish
from services.review.wiring import blueprint
from shared.contracts import SideCondition, review
from shared.contracts.intake import DrawdownRequested
from shared.contracts.payout import (
    ClaimSettled,
    DrawdownExamined,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    RepaymentReceived,
)
from shared.decider import DomainError, RefusedAttempt, decision, replace
from shared.identity import Role
from shared.published_rates import shipped_base_rates
from tests.conftest import StartNats
from tests.review.builders import CASE, PROGRAMME, TITLE, House, approver, officer, system
from tests.review.road import Road
from tests.review.test_api import place
from tests.review.test_pages import HTML
from tests.review.test_proof import ALL, FIRST, SECOND, SPENT, SUBMITTED, found, hear, paid_house, submitted
from tests.scenario import Scenario, acting
from tests.service import serving

ON = date(2026, 7, 1)
WRITER, CLOSER = acting("p-usage", Role.USAGE_AUDITOR, ON), approver(ON, "p-closer")
CLOSE = closure.CloseCase(
    open_points=(), proven_on=SUBMITTED, retention_years=10, recipient_retention_years=5, acted=()
)  # fmt: skip
WRITE = closure.WriteClosingNote(note="Zweck erreicht, alles abgerechnet.", is_proven=True, acted=())
WRITTEN = ClosingNoteWritten(number=1, note=WRITE.note, written_by="p-usage", written_on=ON)


def given(*history: closure.Event) -> Scenario[closure.Command, closure.Event, Closure]:
    return Scenario(decider, history)


def closed_now(*history: closure.Event) -> CaseClosed:
    return given(*(history or (WRITTEN,))).when(CLOSE, CLOSER).then_one(CaseClosed)


def step(kind: Step, name: str, cents: int = 10_00, drawdown: str = "d1", number: int = 1) -> NoteStep:
    return NoteStep(step=kind, name=name, drawdown=drawdown, cents=cents, happened_on=ON, number=number)


def noted(*steps: NoteStep) -> Closure:
    state = decider.initial
    for it in steps:
        state = decider.fold(decider.decide(it, state, system(ON)), state)
    return state


# ---- The noun -------------------------------------------------------------------------------------------------------


def test_one_person_writes_the_closing_note_and_another_closes() -> None:
    given().when(WRITE, WRITER).then(WRITTEN)
    given(WRITTEN).when(WRITE, WRITER).then()
    with pytest.raises(RefusedAttempt) as refused:
        given(WRITTEN).when(CLOSE, approver(ON, "p-usage"))
    assert refused.value.rule == "closure-by-two"
    closed = closed_now()
    assert (closed.number, closed.note, [it.action for it in closed.acted]) == (
        1, 1, ["write-closing-note", "close-case"],
    )  # fmt: skip
    given(WRITTEN, closed).when(CLOSE, CLOSER).then()


def test_commands_in_an_impossible_order_say_what_is_missing() -> None:
    with pytest.raises(ClosingNoteMissing):
        given().when(CLOSE, CLOSER)
    with pytest.raises(ProofNotAccepted):
        given().when(replace(WRITE, is_proven=False), WRITER)
    with pytest.raises(ReasonMissing):
        given().when(replace(WRITE, note=" "), WRITER)
    with pytest.raises(CaseIsClosed):
        given(WRITTEN, closed_now()).when(replace(WRITE, note="anders"), WRITER)


@pytest.mark.parametrize("point", list(OpenPoint))
def test_whatever_is_open_is_named(point: OpenPoint) -> None:
    with pytest.raises(closure.ERRORS[point]) as refused:
        given(WRITTEN).when(replace(CLOSE, open_points=(point,)), CLOSER)
    assert refused.value.code not in ("", DomainError.code)
    asked = MoneyStepNoted(step=Step.REQUESTED, name="d1", drawdown="d1", cents=1, happened_on=ON)
    with pytest.raises(closure.ERRORS[point], match=r"außerdem: Ein Mittelabruf"):
        given(WRITTEN, asked).when(replace(CLOSE, open_points=(point,)), CLOSER)


def test_the_file_is_kept_for_whole_years_from_the_end_of_the_year() -> None:
    closed = closed_now()
    assert closed.retention.ends_on == date(2036, 12, 31)
    assert closed.retention.rule.startswith("10 Jahre ab dem Ende des Jahres 2026")
    assert closed.recipient_retention.ends_on == date(2031, 12, 31)
    history = (WRITTEN, closed)
    given(*history).when(closure.EndRetention(), system(date(2036, 12, 31))).then()
    ended = given(*history).when(closure.EndRetention(), system(date(2037, 3, 1))).then_one(RetentionEnded)
    assert (ended.ended_on, ended.noted_on) == (date(2036, 12, 31), date(2037, 3, 1))
    given(*history, ended).when(closure.EndRetention(), system(date(2037, 3, 2))).then()
    assert decider.fold(history).disposable_on == date(2037, 1, 1)
    assert decider.fold([*history, ended]).disposable_on is None


@anything(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(0, 30))
def test_a_retention_is_never_shorter_than_its_years(since: date, years: int) -> None:
    ends_on = closure.kept(since, years, "etwas geschah").ends_on
    assert (ends_on.month, ends_on.day, ends_on.year - since.year) == (12, 31, years)


ROAD = (
    step(Step.REQUESTED, "d1"),
    step(Step.EXAMINED, "d1", 8_00),
    step(Step.ORDERED, "p1", 8_00),
    step(Step.SETTLED, "p1", 8_00),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_the_steps_are_told_the_money_is_under_way_until_the_last(order: tuple[int, ...]) -> None:
    told = [ROAD[it] for it in order]
    assert noted(*told).open_points == ()
    assert noted(*ROAD[:3]).open_points == (OpenPoint.PAYMENT, OpenPoint.DRAWDOWN)
    assert noted(ROAD[1]).open_points == (OpenPoint.DRAWDOWN,), "its request is told later"
    given(*noted(*told).steps).when(told[0], system(ON)).then()


def test_what_is_refused_is_not_under_way_and_what_came_back_is() -> None:
    assert noted(ROAD[0], step(Step.EXAMINED, "d1", 0)).open_points == ()
    lowered = step(Step.EXAMINED, "d1", 0, number=2)
    assert noted(ROAD[0], lowered, ROAD[1]).open_points == (), "the last examination counts, whenever it is told"
    rejected = step(Step.REJECTED, "p1", 8_00)
    assert noted(*ROAD[:3], rejected).open_points == (OpenPoint.DRAWDOWN,)
    again = (step(Step.ORDERED, "p2", 8_00), step(Step.SETTLED, "p2", 8_00))
    assert noted(*ROAD[:3], rejected, *again).open_points == ()
    back = step(Step.RETURNED, "p1", 7_50)
    assert noted(*ROAD, back).open_points == (OpenPoint.DRAWDOWN,)
    assert noted(*ROAD, back, *again).open_points == ()


@pytest.mark.parametrize("kind", list(Step))
def test_late_money_opens_the_case_again_and_it_is_closed_anew(kind: Step) -> None:
    history = (*noted(*ROAD).steps, WRITTEN)
    history = (*history, closed_now(*history))
    late = step(kind, "late", 8_00, drawdown="d2")
    events = given(*history).when(late, system(date(2026, 8, 3))).events
    assert [type(it) for it in events] == [MoneyStepNoted, CaseReopened]
    reopened = events[1]
    assert isinstance(reopened, CaseReopened)
    assert (reopened.number, reopened.step, reopened.name) == (1, kind, "late")
    state = decider.fold([*history, *events])
    assert (state.closed, state.note, state.disposable_on) == (None, None, None)
    assert decider.decide(late, state, system(date(2026, 8, 3))) == []
    with pytest.raises(DomainError):
        given(*history, *events).when(CLOSE, CLOSER)


# ---- With award, proof, claims and money ----------------------------------------------------------------------------


def accepted_house(lines: tuple[RecognisedLine, ...] = ALL) -> House:
    """Example d1: 30,000.00 of 44,800.00 paid, 38,400.00 remain by the accepted proof, or 80 per cent of these lines."""
    house = paid_house()
    hear(house, submitted(), SUBMITTED)
    house.perform(proof.check(CASE, PROGRAMME, 2026, "seed", found()), FIRST)
    house.perform(proof.check_in_depth(CASE, PROGRAMME, "p1", lines, "Alle Belege gesehen."), SECOND)
    for person in (FIRST, SECOND):
        house.perform(proof.accept(CASE, PROGRAMME, "p1", "Zweck erreicht."), person)
    return house


LESS = (replace(ALL[0], cents=21_000_00, reason="nicht belegt"), *ALL[1:])
"""36,000.00: 28,800.00 remain, 1,200.00 are paid too much."""
LITTLE_LESS = (replace(ALL[0], cents=21_300_00, reason="nicht belegt"), *ALL[1:])
"""36,300.00: 29,040.00 remain; 960.00 are below the limit for small amounts."""


def noted_house(lines: tuple[RecognisedLine, ...] = ALL) -> House:
    house = accepted_house(lines)
    house.perform(closing.write_note(CASE, "Zweck erreicht."), WRITER)
    return house


RETURNED = PaymentReturned(
    payment="z1", drawdown="d1", title=TITLE, year=2025, cents=10_800_00, charges_cents=0, reason="AC04",
    returned_on=date(2026, 8, 3),
)  # fmt: skip


def close(house: House) -> CaseClosed:
    return house.perform(closing.close(CASE, PROGRAMME), CLOSER)[f"closure-{CASE}"][0]


def test_a_case_is_closed_by_the_parameters_in_force_and_the_others_are_told() -> None:
    house = noted_house()
    closed = close(house)
    told = publish(closed, house.state(f"closure-{CASE}"))
    assert isinstance(told, review.CaseClosed)
    assert (told.retained_until_on, told.recipient_keeps_until_on) == (date(2036, 12, 31), date(2031, 12, 31))
    assert [it.action for it in told.acted] == ["write-closing-note", "close-case"]
    assert house.perform(closing.close(CASE, PROGRAMME), CLOSER) == {}
    hear(house, RETURNED, date(2026, 8, 3))
    again = publish(house.log[f"closure-{CASE}"][-1], house.state(f"closure-{CASE}"))
    assert isinstance(again, review.CaseReopened)
    assert again.number == 1


def test_without_an_accepted_proof_nothing_is_noted_and_nothing_closed() -> None:
    house = paid_house()
    with pytest.raises(ProofNotAccepted):
        house.perform(closing.write_note(CASE, "fertig"), WRITER)
    with pytest.raises(ProofNotAccepted):
        close(house)


def claimed(house: House) -> None:
    late = recovering.propose_late_use(
        CASE, PROGRAMME, "c1", cents=10_800_00, from_on=date(2025, 10, 20), until_on=date(2026, 5, 1),
        reasons="später bezahlt", rates=shipped_base_rates(),
    )  # fmt: skip
    house.perform(late, officer(ON))


def demanded(house: House) -> None:
    claimed(house)
    house.perform(recovering.demand(CASE, PROGRAMME, 1), approver(ON))


def conditioned(house: House) -> None:
    condition = SideCondition(number=1, kind="requirement", text="Veröffentlichen", law="§ 36 Abs. 2 Nr. 4 VwVfG")
    imposed = fulfilment.SideConditionsImposed(notice=1, conditions=(condition,), imposed_on=ON)
    stream = fulfilment.decider.stream(CASE)
    house.log.setdefault(stream, []).append(imposed)
    house.nouns[stream] = fulfilment.decider


def drawn(house: House) -> None:
    asked = DrawdownRequested(drawdown="d9", year=2026, eligible_due_cents=1, requested_cents=1, requested_on=ON)
    hear(house, asked, ON)


def ordered(house: House) -> None:
    it = PaymentOrdered(payment="z9", drawdown="d9", title=TITLE, year=2026, cents=1, ordered_on=ON)
    hear(house, it, ON)


def sued(house: House) -> None:
    lawsuit = award.LawsuitRecorded(
        filed_on=date(2026, 6, 1), court_reference="3 K 815/26", in_time=True, recorded_by="p-officer",
        recorded_on=date(2026, 6, 1),
    )  # fmt: skip
    house.log[award.decider.stream(CASE)].append(lawsuit)


def changing(house: House) -> None:
    lapse = award.ProposeAnnulment(
        annulment=award.Annulment.LAPSE, legal_basis=award.LegalBasis.WITHOUT_OBJECT, by_year=(), eligible_cents=0,
        effective_on=ON, reasons="Gutschrift", discretion="keines",
    )  # fmt: skip
    house.perform(decision(award.decider, CASE, lapse), officer(ON))


@pytest.mark.parametrize(
    ("happened", "error"),
    [
        (claimed, closure.ClaimOpen),
        (demanded, closure.ClaimOpen),
        (conditioned, closure.ConditionOpen),
        (drawn, closure.DrawdownOpen),
        (ordered, closure.PaymentOpen),
        (sued, closure.LawsuitOpen),
        (changing, closure.ChangeOpen),
    ],
)
def test_a_case_in_which_something_is_open_is_not_closed(
    happened: Callable[[House], None], error: type[DomainError]
) -> None:
    house = noted_house()
    happened(house)
    with pytest.raises(error):
        close(house)


@pytest.mark.parametrize("happened", [claimed, demanded, conditioned, sued, changing])
def test_it_is_the_look_at_the_other_nouns_that_hinders(
    happened: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without it a case would be closed over what is open."""
    house = noted_house()
    happened(house)
    monkeypatch.setattr(closing, "open_points_of", lambda _it: ())
    assert close(house).number == 1


def test_what_was_open_and_is_settled_does_not_hinder() -> None:
    house = noted_house()
    demanded(house)
    drawn(house)
    ordered(house)
    conditioned(house)
    hear(house, ClaimSettled(claim="c1", outcome="paid", settled_on=ON, acted=()), ON)
    hear(house, DrawdownExamined(drawdown="d9", requested_cents=1, accepted_cents=0, reason="x", examined_on=ON), ON)
    rejected = PaymentRejected(
        payment="z9", drawdown="d9", title=TITLE, year=2026, cents=1, reason="AC04", rejected_on=ON
    )
    hear(house, rejected, ON)
    waived = fulfilment.WaiveSideCondition(number=1, reason="entbehrlich")
    house.perform(decision(fulfilment.decider, CASE, waived), approver(ON))
    assert close(house).number == 1


def test_an_excess_is_demanded_or_left_to_the_recipient_by_the_approver_and_a_small_one_is_none() -> None:
    assert close(noted_house(LITTLE_LESS)).number == 1
    house = noted_house(LESS)
    with pytest.raises(closure.ExcessOpen):
        close(house)
    propose = recovering.propose_excess(
        CASE, PROGRAMME, "c1", cents=1_200_00, waived_because="Härte", reasons="weniger ausgegeben"
    )
    house.perform(propose, officer(ON))
    house.perform(recovering.drop(CASE, PROGRAMME, 1, "unbillige Härte"), approver(ON))
    assert close(house).number == 1


def test_who_wrote_the_closing_note_does_not_decide_about_the_award_afterwards() -> None:
    house = accepted_house()
    house.perform(closing.write_note(CASE, "Zweck erreicht."), acting("p-third", Role.USAGE_AUDITOR, ON))
    freeze = decision(award.decider, CASE, award.FreezePayout(reason="Verdacht"))
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(closing.consulting(CASE, "decide-annulment", freeze), approver(ON, "p-third"))
    assert refused.value.rule == "auditor-not-approver"


def test_money_that_came_in_after_the_closure_is_noted_and_entered() -> None:
    house = noted_house()
    close(house)
    late = RepaymentReceived(
        claim="c9", repayment="r9", title=TITLE, cents=1_00, interest_cents=0, received_on=date(2025, 12, 1), acted=()
    )
    hear(house, late, date(2026, 8, 3))
    kinds = [type(it).__name__ for it in house.log[f"closure-{CASE}"]]
    assert kinds[-2:] == ["MoneyStepNoted", "CaseReopened"]
    assert house.state(f"recovery-{CASE}").noted[0].cents == 1_00


def test_the_clock_knows_until_when_a_file_is_kept() -> None:
    assert blueprint.due["retention"]
    house = noted_house()
    close(house)
    decided = closing.end_retention(CASE)
    assert house.perform(decided, system(date(2036, 12, 31))) == {}
    [ended] = house.perform(decided, system(date(2037, 1, 1)))[f"closure-{CASE}"]
    assert ended.ended_on == date(2036, 12, 31)
    hear(house, RETURNED, date(2037, 2, 1))
    assert house.state(f"closure-{CASE}").ended is None


# ---- Over the API and on the page -----------------------------------------------------------------------------------


def test_a_case_is_closed_over_the_api_and_its_page_says_until_when_it_is_kept(
    tmp_path: Path, start_nats: StartNats
) -> None:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.dispatch()
        road.do(case, "waiver", {"declared_on": "2025-05-28"})
        name = uuid4().hex
        service.tell("intake", case, replace(submitted(name), submitted_on=date(2025, 5, 28)))
        service.settled()
        auditors = [road.person(f"p-usage-{number}", Role.USAGE_AUDITOR) for number in (1, 2)]
        closer = road.person("p-closer", Role.APPROVER)

        def act(client: Any, primary: str, step: str, body: Any = None) -> Any:
            headers = {"If-Match": road.read(case)["etags"][primary]}
            return client.post(f"/review/cases/{case}/{step}", json=body or {}, headers=headers)

        early = act(auditors[0], "closure", "closure/note", {"note": "fertig"})
        assert (early.status_code, early.json()["code"]) == (409, "proof-not-accepted")
        found = {"proof": name, "lines": [{"line": line, "cents": cents} for line, cents in SPENT]}
        good = {"complete": True, "plausible": True, "purpose_reached": True}
        assert act(auditors[0], "proof", "proof/check", found | good).status_code == 200
        deeper = act(auditors[1], "proof", "proof/in-depth-check", found | {"findings": "Alles gesehen."})
        assert deeper.status_code == 200
        for auditor in auditors:
            note = {"proof": name, "note": "Zweck erreicht."}
            assert act(auditor, "proof", "proof/acceptance", note).status_code == 200
        assert "write-closing-note" in [it["name"] for it in road.read(case)["actions"]]
        missing = act(closer, "closure", "closure")
        assert (missing.status_code, missing.json()["code"]) == (409, "closing-note-missing")
        written = act(auditors[0], "closure", "closure/note", {"note": "Zweck erreicht, abgerechnet."})
        assert written.status_code == 200, written.text
        both = road.person("p-usage-1", Role.APPROVER)
        assert act(both, "closure", "closure").json()["code"] == "attempt-refused"
        closed = act(closer, "closure", "closure")
        assert closed.status_code == 200, closed.text
        told = road.read(case)["closure"]
        assert (told["closed_on"], told["retained_until_on"]) == ("2025-05-28", "2035-12-31")
        service.settled()
        [due] = [it for it in road.auditor.get("/review/deadlines").json()["items"] if it["kind"] == "retention"]
        assert due["on"] == "2036-01-01"
        page = auditors[0].get(f"/review/cases/{case}", headers=HTML).text
        assert "Vorgang abgeschlossen" in page
        assert "Aufbewahrung der Akte bis" in page
