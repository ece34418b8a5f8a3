"""Proof of use: checked, sampled, accepted by its financing type, and signed twice when the result deviates."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as anything
from hypothesis import strategies as st

from services.review import award, proof, proof_sample
from services.review.examination import AssessedLine, LinesNotMatching, ReasonMissing
from services.review.financing import Financed
from services.review.proof import (
    AcceptProof,
    CheckProof,
    CheckProofInDepth,
    Drawn,
    Event,
    Grounds,
    InDepthCheckMissing,
    InterimProofAccepted,
    Kind,
    LineExceeded,
    NoGrantToProve,
    NotePayment,
    NotSelected,
    PaymentNoted,
    ProofAccepted,
    ProofChecked,
    ProofCheckedInDepth,
    ProofIsChecked,
    ProofIsSettled,
    ProofNotAcceptable,
    ProofNotChecked,
    ProofReceived,
    ProofResultSigned,
    ProofSentBack,
    ReceiveProof,
    RecognisedBeyondSpent,
    RecognisedLine,
    ResultChanged,
    SendBackProof,
    UnknownProof,
    decider,
)
from services.review.proof_sample import DrawProof, ProofDrawn, Sample
from services.review.publications import publish
from services.review.reactions import react
from services.review.wiring import blueprint
from shared.calendar import months_after
from shared.contracts import Acted, intake, review
from shared.contracts.intake import SpentLine, Voucher
from shared.contracts.payout import PaymentSettled
from shared.decider import RefusedAttempt, decision, replace
from shared.identity import Role
from shared.policy import FinancingType
from tests.conftest import StartNats
from tests.review.builders import CASE, PROGRAMME, TITLE, House, assign_d1, opened_house
from tests.review.road import Road
from tests.review.test_api import place
from tests.review.test_pages import HTML, send, shown
from tests.scenario import Scenario, acting
from tests.service import serving

SUBMITTED, CHECKED = date(2026, 5, 15), date(2026, 5, 18)
FIRST = acting("p-usage", Role.USAGE_AUDITOR, CHECKED)
SECOND = acting("p-second", Role.USAGE_AUDITOR, date(2026, 5, 19))
GRANT = Financed(
    financing_type=FinancingType.SHARE, rate_bp=8000, granted_cents=44_800_00, eligible_cents=56_000_00
)  # fmt: skip
PLAN = tuple(
    AssessedLine(line=line, eligible_cents=cents)
    for line, cents in enumerate((38_000_00, 12_000_00, 6_000_00, 0), start=1)
)
GROUNDS = Grounds(financed=GRANT, planned=PLAN, line_excess_bp=2000)
SPENT = ((1, 33_000_00), (2, 10_000_00), (3, 5_000_00))
"""48,000.00 after a credit note (d1)."""
LINES = tuple(
    SpentLine(
        line=line, cents=cents, vouchers=(Voucher(number=f"R-{line}", paid_on=date(2026, 2, 27), cents=cents),)
    )
    for line, cents in SPENT
)  # fmt: skip
HANDED_IN = ReceiveProof(
    proof="p1", kind=Kind.FINAL, lines=LINES, covering_cents=0, report="Die Schnittstelle läuft.",
    submitted_on=SUBMITTED, acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="submit-proof"),),
)  # fmt: skip
RECEIVED = ProofReceived(
    proof="p1", kind=Kind.FINAL, lines=LINES, covering_cents=0, report="Die Schnittstelle läuft.",
    submitted_on=SUBMITTED, acted=HANDED_IN.acted,
)  # fmt: skip
PAID = tuple(
    PaymentNoted(payment=f"z{number}", cents=cents, paid_on=on)
    for number, (cents, on) in enumerate(
        ((19_200_00, date(2025, 8, 8)), (10_800_00, date(2025, 10, 20)), (14_800_00, date(2026, 1, 16)))
    )
)
ALL = tuple(RecognisedLine(line=line, cents=cents) for line, cents in SPENT)
CHECK = CheckProof(
    proof="p1", recognised=ALL, complete=True, plausible=True, purpose_reached=True, findings="",
    grounds=GROUNDS, drawn=Drawn(selected=False),
)  # fmt: skip
ACCEPT = AcceptProof(proof="p1", note="Zweck erreicht, Gutschrift berücksichtigt.", grounds=GROUNDS)
SYSTEM = acting("system", Role.SYSTEM, SUBMITTED)


def given(*history: Event) -> Scenario[proof.Command, Event, proof.Proof]:
    return Scenario(decider, history)


def checked(*history: Event, **changes: Any) -> ProofChecked:
    return given(*(history or (RECEIVED,))).when(replace(CHECK, **changes), FIRST).then_one(ProofChecked)


def financed(kind: FinancingType) -> Grounds:
    return replace(GROUNDS, financed=replace(GRANT, financing_type=kind))


# ---- d1 and its variants --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "final_cents", "overpaid_cents"),
    [
        (FinancingType.SHARE, 38_400_00, 6_400_00),
        (FinancingType.FIXED, 44_800_00, 0),
        (FinancingType.GAP, 36_800_00, 8_000_00),
    ],
)
def test_what_remains_of_the_grant_follows_from_its_financing_type(
    kind: FinancingType, final_cents: int, overpaid_cents: int
):
    grounds = financed(kind)
    history = (*PAID, RECEIVED, checked(grounds=grounds))
    accept = replace(ACCEPT, grounds=grounds)
    if final_cents != GRANT.granted_cents:
        history = (*history, given(*history).when(accept, FIRST).then_one(ProofResultSigned))
    accepted = given(*history).when(accept, SECOND).then_one(ProofAccepted)
    assert (accepted.final_cents, accepted.paid_cents, accepted.overpaid_cents) == (
        final_cents, 44_800_00, overpaid_cents,
    )  # fmt: skip


def test_other_money_that_was_not_planned_counts_against_the_grant():
    received = replace(RECEIVED, covering_cents=1_000_00)
    assert checked(received).final_cents == 37_600_00


@anything(st.lists(st.integers(0, 6_000_00), min_size=3, max_size=3), st.sampled_from(list(FinancingType)))
def test_the_final_amount_is_never_above_the_grant_and_never_falls_when_more_is_recognised(
    less: list[int], kind: FinancingType
):
    fewer = tuple(
        RecognisedLine(line=it.line, cents=max(0, it.cents - minus), reason="nicht belegt")
        for it, minus in zip(ALL, less, strict=True)
    )
    some = checked(recognised=fewer, grounds=financed(kind)).final_cents
    assert 0 <= some <= checked(grounds=financed(kind)).final_cents <= GRANT.granted_cents


# ---- Checking -------------------------------------------------------------------------------------------------------


def test_a_proof_and_a_payment_are_noted_once():
    given().when(HANDED_IN, SYSTEM).then(RECEIVED)
    given(RECEIVED).when(HANDED_IN, SYSTEM).then()
    given().when(NotePayment(payment="z0", cents=19_200_00, paid_on=date(2025, 8, 8)), SYSTEM).then(PAID[0])
    given(*PAID).when(NotePayment(payment="z0", cents=19_200_00, paid_on=date(2025, 8, 8)), SYSTEM).then()
    with pytest.raises(proof.OtherProof):
        given(RECEIVED).when(replace(HANDED_IN, report="anders"), SYSTEM)
    with pytest.raises(proof.OtherPayment):
        given(*PAID).when(NotePayment(payment="z0", cents=1, paid_on=date(2025, 8, 8)), SYSTEM)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"recognised": ALL[:2]}, LinesNotMatching),
        ({"recognised": (*ALL[:2], RecognisedLine(line=3, cents=5_000_01))}, RecognisedBeyondSpent),
        ({"recognised": (*ALL[:2], RecognisedLine(line=3, cents=4_000_00))}, ReasonMissing),
        ({"plausible": False}, ReasonMissing),
        ({"proof": "p9"}, UnknownProof),
    ],
)
def test_a_check_that_cannot_be_has_a_name(changes: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        given(RECEIVED).when(replace(CHECK, **changes), FIRST)


@pytest.mark.parametrize(("line", "most"), [(1, 45_600_00), (3, 7_200_00), (4, 0)])
def test_a_line_may_exceed_its_part_of_the_plan_by_a_fifth_and_no_more(line: int, most: int):
    received = replace(RECEIVED, lines=(SpentLine(line=line, cents=90_000_00),))
    rest = "über dem Ansatz"
    found = RecognisedLine(line=line, cents=most, reason=rest)
    assert checked(received, recognised=(found,)).recognised_cents == most
    with pytest.raises(LineExceeded):
        checked(received, recognised=(replace(found, cents=most + 1),))
    if most:
        fixed = checked(received, recognised=(replace(found, cents=most + 1),), grounds=financed(FinancingType.FIXED))
        assert fixed.recognised_cents == most + 1


def test_the_first_check_is_made_once_and_only_while_the_proof_is_open():
    first = checked()
    given(RECEIVED, first).when(CHECK, FIRST).then()
    with pytest.raises(ProofIsChecked):
        given(RECEIVED, first).when(replace(CHECK, findings="anders"), FIRST)
    with pytest.raises(ProofNotChecked):
        given(RECEIVED).when(ACCEPT, FIRST)


def test_what_the_sample_selected_is_accepted_only_after_the_in_depth_check():
    first = checked(drawn=Drawn(selected=True, because=("chance",)))
    deeper = CheckProofInDepth(
        proof="p1", recognised=(*ALL[:2], RecognisedLine(line=3, cents=4_000_00, reason="Beleg fehlt")),
        findings="Ein Beleg fehlt.", grounds=GROUNDS,
    )  # fmt: skip
    with pytest.raises(InDepthCheckMissing):
        given(RECEIVED, first).when(ACCEPT, FIRST)
    with pytest.raises(NotSelected):
        given(RECEIVED, checked()).when(deeper, FIRST)
    found = given(RECEIVED, first).when(deeper, SECOND).then_one(ProofCheckedInDepth)
    assert (found.recognised_cents, found.final_cents) == (47_000_00, 37_600_00)
    given(RECEIVED, first, found).when(deeper, SECOND).then()
    signed = given(RECEIVED, first, found).when(ACCEPT, FIRST).then_one(ProofResultSigned)
    assert signed.final_cents == 37_600_00


# ---- Accepting ------------------------------------------------------------------------------------------------------


def test_a_result_that_deviates_is_signed_by_two_persons():
    history = (*PAID, RECEIVED, checked())
    signed = given(*history).when(ACCEPT, FIRST).then_one(ProofResultSigned)
    with pytest.raises(RefusedAttempt) as refused:
        given(*history, signed).when(ACCEPT, FIRST)
    assert refused.value.rule == "proof-two-persons"
    accepted = given(*history, signed).when(ACCEPT, SECOND).then_one(ProofAccepted)
    given(*history, signed, accepted).when(ACCEPT, SECOND).then()
    with pytest.raises(ProofIsSettled):
        given(*history, signed, accepted).when(replace(ACCEPT, note="anders"), SECOND)


def test_a_result_as_granted_needs_one_person():
    full = tuple(SpentLine(line=it.line, cents=it.eligible_cents) for it in PLAN)
    received = replace(RECEIVED, lines=full)
    all_of_it = tuple(RecognisedLine(line=it.line, cents=it.eligible_cents) for it in PLAN)
    first = checked(received, recognised=all_of_it)
    accepted = given(*PAID, received, first).when(ACCEPT, FIRST).then_one(ProofAccepted)
    assert (accepted.final_cents, accepted.overpaid_cents) == (44_800_00, 0)


def test_what_is_not_plausible_goes_back_and_another_proof_may_follow():
    first = checked(plausible=False, findings="Zwei Belege betreffen ein anderes Vorhaben.")
    with pytest.raises(ProofNotAcceptable):
        given(RECEIVED, first).when(ACCEPT, FIRST)
    back = SendBackProof(proof="p1", reasons="Bitte die Belege berichtigen.")
    sent = given(RECEIVED, first).when(back, FIRST).then_one(ProofSentBack)
    given(RECEIVED, first, sent).when(back, FIRST).then()
    with pytest.raises(ProofIsSettled):
        given(RECEIVED, first, sent).when(ACCEPT, FIRST)
    history = (RECEIVED, first, sent, replace(RECEIVED, proof="p2"))
    waiting = decider.fold(history).waiting
    assert waiting is not None
    assert waiting.proof == "p2"


def test_an_interim_proof_changes_nothing_of_the_grant():
    received = replace(RECEIVED, kind=Kind.INTERIM)
    first = checked(received)
    accept = proof.AcceptInterimProof(proof="p1", note="wie geplant")
    accepted = given(received, first).when(accept, FIRST).then_one(InterimProofAccepted)
    given(received, first, accepted).when(accept, FIRST).then()
    with pytest.raises(proof.OtherKindOfProof):
        given(received, first).when(ACCEPT, FIRST)
    with pytest.raises(proof.OtherKindOfProof):
        given(RECEIVED, checked()).when(accept, FIRST)
    assert decider.fold([received, first, accepted]).accepted is None
    told = publish(accepted, decider.fold([received, first, accepted]))
    assert isinstance(told, review.ProofDecided)
    assert (told.outcome, told.kind, told.final_cents, told.acted[0].action) == (
        "interim-accepted", "interim", 0, "accept-interim-proof",
    )  # fmt: skip


def test_an_award_that_changed_after_the_check_is_not_accepted_on_it():
    reduced = replace(GROUNDS, financed=replace(GRANT, granted_cents=30_000_00))
    with pytest.raises(ResultChanged):
        given(RECEIVED, checked()).when(replace(ACCEPT, grounds=reduced), FIRST)


# ---- The clock ------------------------------------------------------------------------------------------------------

DUE = date(2026, 12, 31)
EXPECTED = proof.ProofExpected(due_on=DUE, expected_on=date(2025, 8, 8))
EXPIRE = proof.ExpireProof(due_on=DUE, reminder_days=14)


def clock(on: date) -> Any:
    return acting("system", Role.SYSTEM, on)


def test_the_first_payment_has_a_proof_expected_on_the_day_of_the_award():
    paid = NotePayment(payment="z0", cents=19_200_00, paid_on=date(2025, 8, 8), due_on=DUE)
    given().when(paid, clock(date(2025, 8, 8))).then(PAID[0], EXPECTED)
    given(PAID[0], EXPECTED).when(replace(paid, payment="z1"), clock(DUE)).then(replace(PAID[0], payment="z1"))


def test_who_lets_the_day_pass_is_reminded_and_then_payments_stop_until_the_proof_comes():
    given(EXPECTED).when(EXPIRE, clock(DUE)).then()
    late = clock(date(2027, 1, 4))
    reminded = given(EXPECTED).when(EXPIRE, late).then_one(proof.ProofReminded)
    assert (reminded.due_on, reminded.deadline.ends_on) == (DUE, date(2027, 1, 18))
    given(EXPECTED, reminded).when(EXPIRE, clock(date(2027, 1, 18))).then()
    stopped = given(EXPECTED, reminded).when(EXPIRE, clock(date(2027, 3, 1))).then_one(proof.ProofOverdue)
    assert (stopped.number, stopped.overdue_on) == (1, date(2027, 1, 19))
    history = (EXPECTED, reminded, stopped)
    given(*history).when(EXPIRE, clock(date(2027, 4, 1))).then()
    interim = given(*history).when(replace(HANDED_IN, kind=Kind.INTERIM), late).events
    assert [type(it) for it in interim] == [ProofReceived], "an interim proof does not end the stop"
    came = given(*history).when(HANDED_IN, late).events
    assert [type(it) for it in came] == [ProofReceived, proof.PaymentsReleased]
    told = [publish(it, proof.Proof()) for it in (stopped, came[-1])]
    assert [(it.number, it.stopped) for it in told if isinstance(it, review.PaymentsStopped)] == [(1, True), (1, False)]
    assert decider.fold([*history, *came]).falls_due_on is None


@pytest.mark.parametrize("days", [-5, -1, 0, 1])
@pytest.mark.parametrize("due_on", [DUE, date(2027, 1, 2), None])
def test_a_further_period_is_never_over_before_it_begins_so_that_one_day_is_decided_once(
    days: int, due_on: date | None
):
    asked, on = replace(EXPIRE, reminder_days=days, due_on=due_on), date(2027, 1, 4)
    told = given(EXPECTED).when(asked, clock(on)).events
    assert told
    given(EXPECTED, *told).when(asked, clock(on)).then()
    for it in told:
        if isinstance(it, proof.ProofReminded):
            assert it.deadline.ends_on >= on
            # The control: a period that had ended before its reminder would stop payments on the same day.
            ended = replace(it, deadline=replace(it.deadline, ends_on=date(2027, 1, 3)))
            given(EXPECTED, ended).when(replace(asked, due_on=DUE), clock(on)).then_one(proof.ProofOverdue)


def test_a_day_that_the_award_moved_counts_and_an_award_that_is_gone_expects_nothing():
    on = clock(date(2027, 1, 4))
    moved = given(EXPECTED).when(replace(EXPIRE, due_on=date(2027, 6, 30)), on).then_one(proof.ProofExpected)
    assert decider.fold([EXPECTED, moved]).falls_due_on == date(2027, 6, 30)
    passed = given(EXPECTED).when(replace(EXPIRE, due_on=date(2027, 1, 2)), on).events
    assert [type(it) for it in passed] == [proof.ProofExpected, proof.ProofReminded], "it has passed, too"
    given(EXPECTED, *passed).when(replace(EXPIRE, due_on=date(2027, 1, 2)), on).then()
    gone = given(EXPECTED).when(replace(EXPIRE, due_on=None), on).then_one(proof.ProofExpected)
    assert decider.fold([EXPECTED, gone]).falls_due_on is None


def test_a_proof_that_was_sent_back_is_owed_again():
    sent = ProofSentBack(proof="p1", kind=Kind.FINAL, reasons="x", sent_back_by="p-usage", sent_back_on=CHECKED)
    assert decider.fold([EXPECTED, RECEIVED]).falls_due_on is None
    assert decider.fold([EXPECTED, RECEIVED, sent]).falls_due_on == DUE


# ---- The sample -----------------------------------------------------------------------------------------------------


def drawn_of(seed: str, names: Sequence[str], share_bp: int = 1000, risky: Sequence[str] = ()) -> list[ProofDrawn]:
    sample, found = Sample(), list[ProofDrawn]()
    for name in names:
        risks = ("findings",) if name in risky else ()
        command = DrawProof(case=CASE, proof=name, seed=seed, share_bp=share_bp, risks=risks)
        events = proof_sample.decide(command, sample, FIRST)
        sample = proof_sample.decider.fold(events, sample)
        assert proof_sample.decide(replace(command, seed="other", risks=("special-reason",)), sample, FIRST) == []
        found += [it for it in events if isinstance(it, ProofDrawn)]
    return found


@anything(st.text(min_size=1, max_size=32), st.integers(1, 60), st.sampled_from([0, 500, 1000, 2500, 10_000]))
def test_at_every_moment_at_least_the_share_is_selected_and_anybody_can_draw_again(seed: str, count: int, share: int):
    names = [f"proof-{number}" for number in range(count)]
    drawn = drawn_of(seed, names, share)
    assert drawn == drawn_of(seed, names, share)
    for number in range(1, count + 1):
        assert sum(it.selected for it in drawn[:number]) * 10_000 >= share * number
    assert all(it.because for it in drawn if it.selected)


def test_a_risk_is_selected_whatever_chance_says_and_the_seed_is_the_first_ones():
    names = [f"proof-{number}" for number in range(20)]
    assert all(it.selected for it in drawn_of("seed", names, 0, names[3:5])[3:5])
    events = proof_sample.decide(DrawProof(case=CASE, proof="a", seed="s1", share_bp=1000), Sample(), FIRST)
    sample = proof_sample.decider.fold(events)
    later = proof_sample.decide(DrawProof(case=CASE, proof="b", seed="s2", share_bp=5000), sample, FIRST)
    after = proof_sample.decider.fold(later, sample)
    assert (after.seed, after.share_bp, len(after.drawn)) == ("s1", 1000, 2)


# ---- With award, budget and contracts -------------------------------------------------------------------------------


def submitted(name: str = "p1", kind: str = "final") -> intake.ProofSubmitted:
    return intake.ProofSubmitted(
        proof=name, kind=kind, lines=LINES, covering_cents=0, report="Die Schnittstelle läuft.",
        submitted_on=SUBMITTED, acted=HANDED_IN.acted,
    )  # fmt: skip


def hear(house: House, contract: object, on: date) -> None:
    decided = react(contract, CASE)
    assert decided is not None
    house.perform(decided, acting("system", Role.SYSTEM, on))


def settled(number: int, cents: int, on: date) -> PaymentSettled:
    return PaymentSettled(
        payment=f"z{number}", drawdown=f"d{number}", title=TITLE, year=on.year, cents=cents, settled_on=on
    )


def paid_house() -> House:
    house = opened_house()
    assign_d1(house)
    hear(house, settled(0, 19_200_00, date(2025, 8, 8)), date(2025, 8, 8))
    hear(house, settled(1, 10_800_00, date(2025, 10, 20)), date(2025, 10, 20))
    return house


def found(**changes: Any) -> proof.Found:
    return replace(
        proof.Found(proof="p1", recognised=ALL, complete=True, plausible=True, purpose_reached=True, findings=""),
        **changes,
    )


def test_from_the_submission_to_the_contract_that_tells_the_final_amount():
    house = paid_house()
    hear(house, submitted(), SUBMITTED)
    house.perform(proof.check(CASE, PROGRAMME, 2026, "seed", found()), FIRST)
    state: proof.Proof = house.state(decider.stream(CASE))
    assert state.waiting is not None
    assert state.waiting.waits_for_in_depth, "the first proof of a sample is always selected"
    with pytest.raises(InDepthCheckMissing):
        house.perform(proof.accept(CASE, PROGRAMME, "p1", "Zweck erreicht."), FIRST)
    house.perform(proof.check_in_depth(CASE, PROGRAMME, "p1", ALL, "Alle Belege gesehen."), SECOND)
    house.perform(proof.accept(CASE, PROGRAMME, "p1", "Zweck erreicht."), FIRST)
    house.perform(proof.accept(CASE, PROGRAMME, "p1", "Zweck erreicht."), SECOND)
    stream = decider.stream(CASE)
    told = publish(house.log[stream][-1], house.state(stream))
    assert isinstance(told, review.ProofDecided)
    assert (told.outcome, told.final_cents, told.paid_cents, told.overpaid_cents) == (
        "accepted", 38_400_00, 30_000_00, 0,
    )  # fmt: skip
    assert [it.action for it in told.acted] == ["accept-proof"]


def test_who_decided_the_award_does_not_check_its_proof():
    house = paid_house()
    hear(house, submitted(), SUBMITTED)
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(
            proof.check(CASE, PROGRAMME, 2026, "seed", found()), acting("p-approver", Role.USAGE_AUDITOR, CHECKED)
        )
    assert refused.value.rule == "auditor-not-approver"


def test_who_checked_a_proof_does_not_decide_about_the_award_afterwards():
    house = paid_house()
    hear(house, submitted(), SUBMITTED)
    house.perform(proof.check(CASE, PROGRAMME, 2026, "seed", found()), FIRST)
    stop = decision(award.decider, CASE, award.FreezePayout(reason="Verdacht"))
    propose = proof.consulting(CASE, "propose-annulment", stop)
    assert house.perform(propose, acting("p-usage", Role.CASE_OFFICER, CHECKED))
    resume = decision(award.decider, CASE, award.LiftPayoutFreeze(reason="geklärt"))
    with pytest.raises(RefusedAttempt) as refused:
        house.perform(proof.consulting(CASE, "decide-annulment", resume), acting("p-usage", Role.APPROVER, CHECKED))
    assert refused.value.rule == "auditor-not-approver"


def test_a_proof_without_an_award_is_not_checked():
    house = opened_house()
    hear(house, submitted(), SUBMITTED)
    with pytest.raises(NoGrantToProve):
        house.perform(proof.check(CASE, PROGRAMME, 2026, "seed", found()), FIRST)


def test_the_clock_reminds_by_the_parameters_and_payout_is_told_to_stop():
    house = paid_house()
    due_on = house.state(award.decider.stream(CASE)).grant.proof_due_on
    state: proof.Proof = house.state(decider.stream(CASE))
    assert state.falls_due_on == due_on == date(2026, 12, 30)
    house.perform(proof.expire(CASE), clock(date(2027, 1, 4)))
    house.perform(proof.expire(CASE), clock(date(2027, 1, 20)))
    stream = decider.stream(CASE)
    told = publish(house.log[stream][-1], house.state(stream))
    assert isinstance(told, review.PaymentsStopped)
    assert told.stopped


# ---- Over the API and on the page -----------------------------------------------------------------------------------


def test_a_usage_auditor_checks_and_two_accept_over_the_api(tmp_path: Any, start_nats: StartNats):
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.dispatch()
        road.do(case, "waiver", {"declared_on": "2025-05-28"})
        name = uuid4().hex
        service.tell("intake", case, replace(submitted(name), submitted_on=date(2025, 5, 28)))
        service.settled()
        [told] = road.read(case)["proofs"]
        assert (told["kind_title"], told["checked_on"], told["outcome"]) == ("Verwendungsnachweis", None, "")
        lines = [{"line": line, "cents": cents} for line, cents in SPENT]
        auditors = [road.person(f"p-usage-{number}", Role.USAGE_AUDITOR) for number in (1, 2)]

        def act(step: str, body: dict[str, Any], by: int = 0) -> Any:
            headers = {"If-Match": road.read(case)["etags"]["proof"]}
            return auditors[by].post(f"/review/cases/{case}/proof/{step}", json={"proof": name} | body, headers=headers)

        early = act("acceptance", {"note": "gut"})
        assert (early.status_code, early.json()["code"]) == (409, "proof-not-checked")
        page = auditors[0].get(f"/review/cases/{case}", headers=HTML).text
        assert "Nachweis prüfen (erste Prüfung)" in page
        good = {"complete": True, "plausible": True, "purpose_reached": True}
        assert act("check", {"lines": lines} | good).status_code == 200
        deeper = act("in-depth-check", {"lines": lines, "findings": "Alle Belege gesehen."}, by=1)
        assert deeper.status_code == 200, deeper.text
        accepting = auditors[0].get(f"/review/cases/{case}", headers=HTML).text
        assert "Von der Zuwendung bleiben 38.400,00 €." in accepting
        assert act("acceptance", {"note": "Zweck erreicht."}).status_code == 200
        assert act("acceptance", {"note": "Zweck erreicht."}).status_code == 403
        assert act("acceptance", {"note": "Zweck erreicht."}, by=1).status_code == 200
        [told] = road.read(case)["proofs"]
        assert (told["outcome"], told["final_cents"], told["selected_because"]) == (
            "accepted", 38_400_00, told["selected_because"],
        )  # fmt: skip
        service.settled()
        page = auditors[0].get(f"/review/cases/{case}", headers=HTML).text
        assert "Nachweis anerkannt" in page
        assert "38.400,00" in page
        assert "proof-accepted" in " ".join(road.topics(case))


def test_an_interim_proof_is_accepted_over_the_api_and_by_its_own_form(tmp_path: Any, start_nats: StartNats):
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.dispatch()
        road.do(case, "waiver", {"declared_on": "2025-05-28"})
        name = uuid4().hex
        service.tell("intake", case, replace(submitted(name), kind="interim", submitted_on=date(2025, 5, 28)))
        auditor = road.person("p-usage-1", Role.USAGE_AUDITOR)
        lines = [{"line": line, "cents": cents} for line, cents in SPENT]

        def act(step: str, body: dict[str, Any]) -> Any:
            headers = {"If-Match": road.read(case)["etags"]["proof"]}
            return auditor.post(f"/review/cases/{case}/proof/{step}", json={"proof": name} | body, headers=headers)

        good = {"complete": True, "plausible": True, "purpose_reached": True}
        assert act("check", {"lines": lines} | good).status_code == 200
        if "check-proof-in-depth" in [it["name"] for it in road.read(case)["actions"]]:
            assert act("in-depth-check", {"lines": lines, "findings": "Alle Belege gesehen."}).status_code == 200
        wrong = act("acceptance", {"note": "gut"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "other-kind-of-proof")
        assert "Zwischennachweis anerkennen" in wrong.json()["detail"]
        form = f"/review/forms/cases/{case}/proof/interim-acceptance"
        assert f'action="{form}"' in auditor.get(f"/review/cases/{case}", headers=HTML).text
        assert act("interim-acceptance", {"note": "wie geplant"}).status_code == 200
        assert act("interim-acceptance", {"note": "wie geplant"}).status_code == 200
        [told] = road.read(case)["proofs"]
        assert told["outcome"] == "interim-accepted"
        assert road.read(case)["award"]["granted_cents"] == 44_800_00


# ---- The days of the first check and of the interim proof -----------------------------------------------------------


def test_a_proof_has_a_day_for_its_first_check_and_who_misses_it_is_told():
    received = given().when(replace(HANDED_IN, check_months=3), SYSTEM).then_one(ProofReceived)
    assert received.deadline is not None
    assert (received.deadline.ends_on, received.deadline.rule[:8]) == (date(2026, 8, 17), "3 Monate")
    given(received).when(replace(HANDED_IN, check_months=6), SYSTEM).then()
    expire = proof.ExpireProofCheck()
    given(received).when(expire, clock(date(2026, 8, 17))).then()
    late = given(received).when(expire, clock(date(2026, 9, 1))).then_one(proof.ProofCheckOverdue)
    assert (late.due_on, late.noted_on) == (date(2026, 8, 17), date(2026, 9, 1))
    given(received, late).when(expire, clock(date(2026, 9, 2))).then()
    given(received, checked(received)).when(expire, clock(date(2026, 9, 1))).then()
    given(RECEIVED).when(expire, clock(date(2027, 9, 1))).then()


INTERIM = proof.InterimProofExpected(
    year=2025, deadline=months_after(date(2025, 12, 31), 4), expected_on=date(2025, 8, 8)
)  # fmt: skip


def test_an_interim_proof_is_expected_once_a_year_and_missed_once():
    paid = NotePayment(
        payment="z0", cents=19_200_00, paid_on=date(2025, 8, 8), due_on=DUE, interim=INTERIM.deadline
    )  # fmt: skip
    given().when(paid, clock(date(2025, 8, 8))).then(PAID[0], EXPECTED, INTERIM)
    again = replace(paid, payment="z1")
    given(PAID[0], EXPECTED, INTERIM).when(again, clock(date(2025, 8, 8))).then(replace(PAID[0], payment="z1"))
    expire = proof.ExpireInterimProof()
    given(EXPECTED, INTERIM).when(expire, clock(date(2026, 4, 30))).then()
    missed = given(EXPECTED, INTERIM).when(expire, clock(date(2026, 6, 1))).then_one(proof.InterimProofOverdue)
    assert (missed.year, missed.due_on) == (2025, date(2026, 4, 30))
    given(EXPECTED, INTERIM, missed).when(expire, clock(date(2026, 6, 2))).then()


@pytest.mark.parametrize(("kind", "on", "owed"), [
    (Kind.INTERIM, date(2026, 2, 1), False), (Kind.FINAL, date(2026, 2, 1), False), (Kind.INTERIM, date(2025, 11, 1), True),
])  # fmt: skip
def test_what_comes_after_the_year_proves_it(kind: Kind, on: date, owed: bool):
    came = replace(RECEIVED, kind=kind, submitted_on=on)
    assert (decider.fold([EXPECTED, INTERIM, came]).lacking_interim is not None) is owed
    back = ProofSentBack(proof="p1", kind=kind, reasons="x", sent_back_by="p-usage", sent_back_on=on)
    assert decider.fold([EXPECTED, INTERIM, came, back]).lacking_interim == INTERIM
    gone = proof.ProofExpected(due_on=None, expected_on=on)
    assert decider.fold([EXPECTED, INTERIM, gone]).lacking_interim is None


def test_the_parameters_say_how_long_a_check_may_take_and_when_an_interim_proof_is_due():
    house = paid_house()
    hear(house, submitted(), SUBMITTED)
    state: proof.Proof = house.state(decider.stream(CASE))
    assert state.unchecked is not None
    assert state.unchecked.received.deadline == months_after(SUBMITTED, 3)
    assert [(it.year, it.deadline.ends_on) for it in state.interim] == [(2025, date(2026, 4, 30))]
    assert {"proof-check", "interim-proof"} <= set(blueprint.due)
    without = opened_house()
    hear(without, submitted(), SUBMITTED)
    assert without.state(decider.stream(CASE)).unchecked is None


def test_a_cut_without_a_ground_names_its_position_and_keeps_the_amounts(tmp_path: Any, start_nats: StartNats):
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.dispatch()
        road.do(case, "waiver", {"declared_on": "2025-05-28"})
        service.tell("intake", case, replace(submitted(uuid4().hex), submitted_on=date(2025, 5, 28)))
        service.settled()
        auditor = road.person("p-usage-1", Role.USAGE_AUDITOR)
        path = f"/review/forms/cases/{case}/proof/check"
        fields = shown(auditor, f"/review/cases/{case}", path)
        answer = send(auditor, path, fields | {"lines.1.cents": "9.000,00"})
        assert 'href="#check-proof-lines.1.reason">Position 2: Grund der Kürzung: Die Begründung fehlt.' in answer.text
        assert 'value="9.000,00"' in answer.text
        assert 'value="33.000,00"' in answer.text
