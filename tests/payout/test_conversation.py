"""What payout hears from the others and what it tells them."""

from datetime import date
from itertools import permutations

import pytest

from services.payout import disbursement, municipal_tie, payee, payment
from services.payout.publications import publish
from services.payout.reactions import HANDLED, react
from services.payout.report import Booking
from shared import ties
from shared.contracts import Acted, payout
from shared.contracts.intake import ApplicationWithdrawn, DrawdownRequested
from shared.contracts.review import (
    ChangeRefused,
    ConflictOfInterestDeclared,
    DemandProgressed,
    FundsAssigned,
    FundsSupplemented,
    MunicipalTieDeclared,
    OverpaymentSettled,
    PaymentEntered,
    PaymentsStopped,
    ProofDecided,
    RecipientSucceeded,
    ReductionRequested,
    RepaymentDemanded,
    SideConditionAssessed,
    TookPart,
)
from shared.decider import AnyDecider, RefusedAttempt, decision
from shared.identity import Role
from shared.records import field_names
from tests.payout.builders import (
    CASE,
    House,
    accepted,
    bookings,
    certifier,
    debit,
    drawdown,
    examiner,
    orderer,
    plan,
    rejected,
    statuses,
    system,
    transmitted_house,
)
from tests.scenario import acting

succeeded = RecipientSucceeded(
    reference="16/2027/0001-R", old_key="16070048", old_name="Stadt Stadtilm", new_key="16070004",
    new_name="Stadt Arnstadt", effective_on=date(2025, 8, 1), recorded_on=date(2025, 8, 4), acted=(),
)  # fmt: skip
planned = plan(municipalities=("16070048", "16070010"))
assigned = FundsAssigned(**{it: getattr(planned, it) for it in field_names(planned)})
fulfilled = SideConditionAssessed(
    number=1, outcome="fulfilled", revision=2, text="Beschluss 12/2025", assessed_on=date(2025, 8, 1), acted=(),
)  # fmt: skip
conflict = ConflictOfInterestDeclared(
    acted=(
        Acted(person="p-certifier", role=Role.CERTIFIER, action="declare-conflict-of-interest"),
        Acted(person="p-orderer", role=Role.ORDERING_OFFICER, action="declare-conflict-of-interest"),
    ),
    declared_on=date(2025, 8, 4),
)  # fmt: skip
tie = MunicipalTieDeclared(
    acted=(Acted(person="p-examiner", role=Role.CASE_OFFICER, action="declare-municipal-tie"),), key="16070048",
    declared_on=date(2025, 8, 1),
)  # fmt: skip
dropped = TookPart(acted=(Acted(person="p-orderer", role=Role.APPROVER, action="drop-proposal"),))
overdue = SideConditionAssessed(
    number=1, outcome="overdue", revision=1, text="", assessed_on=date(2025, 7, 31), acted=()
)
requested = DrawdownRequested(**{it: getattr(drawdown(), it) for it in field_names(drawdown())})

NOUNS: dict[str, AnyDecider] = {"disbursement": disbursement.decider, "payment": payment.decider}


def heard(house: House, *contracts: object) -> disbursement.Disbursement:
    for contract in contracts:
        decision = react(contract, CASE)
        assert decision
        house.record(decision, system())
    return house.state(disbursement.decider, CASE)


def told(house: House) -> list[object]:
    """Every contract of the house's log, each made with the state right after its event."""
    contracts: list[object] = []
    for stream, events in house.events.items():
        noun = NOUNS.get(stream.partition("-")[0])
        state = noun.initial if noun else None
        for event in events:
            state = noun.fold([event], state) if noun else None
            if contract := publish(event, state):
                contracts.append(contract)
    return contracts


def test_funds_and_drawdowns_are_heard_in_any_order_and_more_than_once() -> None:
    assert heard(House(), assigned, requested) == heard(House(), requested, assigned, requested, assigned)


@pytest.mark.parametrize("order", list(permutations((assigned, requested, succeeded))))
def test_a_succession_is_heard_wherever_it_comes_among_the_others(order: tuple[object, ...]) -> None:
    house = House()
    told = heard(house, *order, succeeded)
    assert told == heard(House(), *order)
    assert house.state(payee.decider, CASE).name == "Stadt Arnstadt"


@pytest.mark.parametrize("order", list(permutations((assigned, requested, overdue, fulfilled))))
def test_what_review_finds_of_a_side_condition_is_heard_wherever_it_comes(order: tuple[object, ...]) -> None:
    house = House()
    known = heard(house, *order, fulfilled, overdue)
    assert known == heard(House(), assigned, requested, overdue, fulfilled)
    assert [it.outcome for it in known.noted] == ["overdue", "fulfilled"]


@pytest.mark.parametrize("order", list(permutations((assigned, requested, conflict))))
def test_who_declared_a_conflict_to_review_certifies_and_orders_nothing_whenever_that_is_heard(
    order: tuple[object, ...],
) -> None:
    house = House()
    known = heard(house, *order, conflict)
    assert set(known.acted) == set(conflict.acted)
    house.record(decision(disbursement.decider, CASE, disbursement.ExamineDrawdown(drawdown="d1")), examiner())
    certify = decision(disbursement.decider, CASE, disbursement.CertifyDrawdown(drawdown="d1"))
    with pytest.raises(RefusedAttempt) as refused:
        house.record(certify, certifier())
    assert refused.value.rule == "conflict-of-interest"
    house.record(certify, acting("p-other", Role.CERTIFIER, date(2025, 8, 4)))
    with pytest.raises(RefusedAttempt):
        house.record(disbursement.order(CASE, "d1", "p1"), orderer())


@pytest.mark.parametrize("order", list(permutations((assigned, requested, tie))))
def test_who_is_tied_to_a_municipality_of_the_case_acts_in_none_of_it_whenever_that_is_heard(
    order: tuple[object, ...],
) -> None:
    house = House()
    heard(house, *order, tie)
    known = house.state(municipal_tie.decider, ties.REGISTER)
    assert [(it.person, it.key) for it in known.declared] == [("p-examiner", "16070048")]
    keys = disbursement.municipalities(house.state(disbursement.decider, CASE), house.state(payee.decider, CASE))
    assert keys == ("16070048", "16070010")
    examine = decision(disbursement.decider, CASE, disbursement.ExamineDrawdown(drawdown="d1"))
    with pytest.raises(RefusedAttempt) as refused:
        house.record(ties.untied(examine, municipal_tie.decider, "examine-drawdown", keys), examiner())
    assert refused.value.rule == "conflict-of-interest"
    other = ties.untied(examine, municipal_tie.decider, "examine-drawdown", ("16070004",))
    assert house.record(other, examiner()), "who is tied to one municipality acts in the cases of the others"


@pytest.mark.parametrize("order", list(permutations((assigned, requested, dropped))))
def test_who_decided_on_the_award_orders_nothing_whenever_that_is_heard(order: tuple[object, ...]) -> None:
    house = House()
    heard(house, *order, dropped)
    for on_case in (disbursement.ExamineDrawdown(drawdown="d1"), disbursement.CertifyDrawdown(drawdown="d1")):
        by = examiner() if isinstance(on_case, disbursement.ExamineDrawdown) else certifier()
        house.record(decision(disbursement.decider, CASE, on_case), by)
    with pytest.raises(RefusedAttempt) as refused:
        house.record(disbursement.order(CASE, "d1", "p1"), orderer())
    assert refused.value.rule == "approver-may-not-order"
    assert house.record(
        disbursement.order(CASE, "d1", "p1"), acting("p-other", Role.ORDERING_OFFICER, date(2025, 8, 4))
    )


def test_who_only_prepared_is_told_to_payout_and_noted_by_nobody() -> None:
    prepared = TookPart(acted=(Acted(person="p-officer", role=Role.CASE_OFFICER, action="assess-expenditure"),))
    assert react(prepared, CASE) is None


def test_every_handled_contract_has_a_reaction_and_no_other() -> None:
    told = {type(it) for it in (assigned, requested, succeeded, fulfilled, conflict, tie, dropped)} | {
        ChangeRefused,
        DemandProgressed,
        FundsSupplemented,
        OverpaymentSettled,
        PaymentEntered,
        PaymentsStopped,
        ProofDecided,
        ReductionRequested,
        RepaymentDemanded,
    }
    assert told == set(HANDLED)
    assert react(ApplicationWithdrawn(withdrawn_on=date(2025, 8, 4)), CASE) is None


def test_a_settled_payment_is_told_from_examination_to_money() -> None:
    house = transmitted_house()
    house.answered(statuses(accepted()))
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=19_200_00))))
    examined, ordered, settled = told(house)
    assert isinstance(examined, payout.DrawdownExamined)
    assert isinstance(ordered, payout.PaymentOrdered)
    assert isinstance(settled, payout.PaymentSettled)
    assert examined == payout.DrawdownExamined(
        drawdown="d1",
        requested_cents=19_200_00,
        accepted_cents=19_200_00,
        reason="",
        examined_on=date(2025, 8, 4),
        acted=examined.acted,
    )
    assert [(it.person, it.action) for it in (*examined.acted, *ordered.acted, *settled.acted)] == [
        ("p-examiner", "examine-drawdown"),
        ("p-certifier", "certify-drawdown"),
        ("p-orderer", "order-payment"),
        ("p-cashier", "release-batch"),
    ]
    assert (settled.payment, settled.drawdown, settled.cents) == ("p1", "d1", 19_200_00)
    assert settled.settled_on == date(2025, 8, 6)


def test_a_rejected_payment_is_told_with_its_reason() -> None:
    house = transmitted_house()
    house.answered(statuses(rejected(reason="AC04")))
    last = told(house)[-1]
    assert isinstance(last, payout.PaymentRejected)
    assert (last.payment, last.reason, last.cents) == ("p1", "AC04", 19_200_00)


def test_a_refused_drawdown_is_told_with_nothing_accepted() -> None:
    house = House()
    heard(house, assigned)
    house.disbursement(drawdown(due=0), system())
    house.disbursement(disbursement.ExamineDrawdown(drawdown="d1"), examiner())
    (examined,) = told(house)
    assert isinstance(examined, payout.DrawdownExamined)
    assert (examined.accepted_cents, examined.reason) == (0, "pro-rata")


def test_what_is_published_carries_no_personal_value() -> None:
    house = transmitted_house()
    assert {type(it) for it in told(house)} >= {payout.DrawdownExamined, payout.PaymentOrdered}
    assert "Sealed" not in repr(told(house))
