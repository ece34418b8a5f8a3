from itertools import permutations

import pytest

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.clearing import ClearingOpened
from services.payout.report import (
    Answer,
    Booking,
    QuarantineReport,
    Recall,
    RecallReport,
    RecallStatus,
    ReportConflicting,
    ReportQuarantined,
    ReportReceived,
    Status,
    Unmatched,
    apply_recall_answer,
    batches_named,
    quarantine,
    references_named,
)
from shared.records import replace
from tests.payout.builders import (
    BATCH,
    CASE,
    OTHER_CASE,
    House,
    accepted,
    bookings,
    debit,
    drawdown,
    ordered_house,
    plan,
    rejected,
    statuses,
    system,
    transmitted_house,
)

PAID = 19_200_00


def received(events: list[object]) -> ReportReceived:
    return next(it for it in events if isinstance(it, ReportReceived))


def stage(house: House, case: str = CASE) -> disbursements.Stage:
    return house.state(disbursements.decider, case).drawdowns[0].stage


def two_payments() -> House:
    """Payments p1 and p2 of two cases in one transmitted batch."""
    house = House()
    for case, payment in [(CASE, "p1"), (OTHER_CASE, "p2")]:
        house.disbursement(plan(case), system(), case)
        house.certified(drawdown(f"d-{payment}"), case)
        house.order(f"d-{payment}", payment, case=case)
    house.seal("p1", "p2")
    house.transmit()
    return house


def test_an_acceptance_at_each_level_accepts() -> None:
    for status in (accepted(), accepted(group=f"{BATCH}-01"), accepted("*")):
        house = transmitted_house()
        named = replace(status, reference=house.reference("p1")) if status.reference else status
        told = received(house.answered(statuses(named)))
        assert (told.matched, told.unmatched) == (1, ())
        assert isinstance(house.payment("p1"), payments.Accepted)


@pytest.mark.parametrize("level", ["file", "group", "payment"])
def test_a_rejection_at_each_level_frees_the_drawdown_for_a_new_attempt(level: str) -> None:
    house = transmitted_house()
    first = house.reference("p1")
    status = {
        "file": rejected(reason="FF01"),
        "group": rejected(reason="FF01", group=f"{BATCH}-01"),
        "payment": rejected(first, reason="FF01"),
    }
    house.answered(statuses(status[level]))
    assert isinstance(house.payment("p1"), payments.Rejected)
    assert isinstance(stage(house), disbursements.Certified)
    house.order("d1", "p2")
    assert house.payment("p2").order.attempt == 2
    assert house.reference("p2") != first


def test_before_the_treasury_refused_there_is_no_new_attempt() -> None:
    house = transmitted_house()
    with pytest.raises(disbursements.AlreadyOrdered):
        house.order("d1", "p2")
    house.answered(statuses(accepted()))
    with pytest.raises(disbursements.AlreadyOrdered):
        house.order("d1", "p2")


def test_the_answer_nearest_to_the_payment_counts() -> None:
    house = two_payments()
    house.answered(
        statuses(Status(answer=Answer.PARTIAL, status="PART"), rejected(house.reference("p2"), reason="AC04"))
    )
    assert isinstance(house.payment("p1"), payments.Batched)  # nothing was said about it
    assert isinstance(house.payment("p2"), payments.Rejected)
    house.answered(statuses(accepted(), rejected(house.reference("p2")), message="S-2"), "c" * 64)
    assert isinstance(house.payment("p1"), payments.Accepted)


def test_received_pending_and_verified_are_no_acceptance() -> None:
    for answer in (Answer.RECEIVED, Answer.PENDING, Answer.PARTIAL):
        house = transmitted_house()
        house.answered(statuses(Status(answer=answer, status="XXXX")))
        assert isinstance(house.payment("p1"), payments.Batched)


@pytest.mark.parametrize("reason", ["AM05", "DUPL"])
def test_a_duplicate_answer_proves_receipt_and_is_no_rejection(reason: str) -> None:
    house = transmitted_house()
    told = received(house.answered(statuses(rejected(reason=reason))))
    assert told.unmatched == (Unmatched(reference=house.reference("p1"), reason="duplicate-receipt"),)
    assert isinstance(house.payment("p1"), payments.Batched)


def test_a_debit_settles_the_payment_and_pays_the_drawdown() -> None:
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=PAID), group=f"{BATCH}-01")))
    assert isinstance(house.payment("p1"), payments.Settled)
    assert stage(house) == disbursements.Paid(payment="p1")


def test_a_debit_in_one_sum_settles_all_of_its_group_that_was_not_refused() -> None:
    house = two_payments()
    house.answered(statuses(rejected(house.reference("p2"))))
    house.booked(bookings(debit(cents=PAID, group=f"{BATCH}-01")))
    assert isinstance(house.payment("p1"), payments.Settled)
    assert isinstance(house.payment("p2"), payments.Rejected)


@pytest.mark.parametrize(
    ("cents", "listed"), [(PAID - 1, "sum-differs"), (2 * PAID, "sum-differs"), (0, "sum-differs")]
)
def test_a_sum_that_does_not_agree_to_the_cent_moves_nothing(cents: int, listed: str) -> None:
    house = transmitted_house()
    told = received(house.booked(bookings(debit(cents=cents, group=f"{BATCH}-01"))))
    assert [it.reason for it in told.unmatched] == [listed]
    assert isinstance(house.payment("p1"), payments.Batched)


def test_only_booked_debits_move_payments() -> None:
    house = transmitted_house()
    line = debit(Booking(reference=house.reference("p1"), cents=PAID))
    told = received(house.booked(bookings(replace(line, booked=False), replace(line, debit=False, key="K-2"))))
    assert [it.reason for it in told.unmatched] == ["not-booked", "not-a-debit"]
    assert isinstance(house.payment("p1"), payments.Batched)


def test_a_second_debit_for_the_same_payment_is_an_incident_and_not_a_repetition() -> None:
    house = transmitted_house()
    line = debit(Booking(reference=house.reference("p1"), cents=PAID))
    house.booked(bookings(line))
    again = received(house.booked(bookings(line, message="C-2"), "c" * 64))
    assert again.unmatched == ()  # the same entry, told again
    twice = received(house.booked(bookings(replace(line, key="K-2"), message="C-3"), "d" * 64))
    assert [it.reason for it in twice.unmatched] == ["debited-twice"]


def test_a_payment_named_twice_in_one_entry_is_an_incident() -> None:
    house = transmitted_house()
    one = Booking(reference=house.reference("p1"), cents=PAID)
    told = received(house.booked(bookings(debit(one, one))))
    assert [it.reason for it in told.unmatched] == ["debited-twice"]


def test_unknown_references_are_listed_and_the_rest_is_taken_in() -> None:
    house = transmitted_house()
    told = received(house.answered(statuses(accepted("FOREIGN"), accepted(house.reference("p1")))))
    assert told.unmatched == (Unmatched(reference="FOREIGN", reason="unknown-reference"),)
    assert isinstance(house.payment("p1"), payments.Accepted)
    told = received(house.booked(bookings(debit(Booking(reference="NOTPROVIDED", cents=5)))))
    assert told.unmatched == (Unmatched(reference="NOTPROVIDED", reason="unknown-reference"),)


def test_an_answer_about_an_unknown_batch_is_recorded_and_moves_nothing() -> None:
    house = transmitted_house()
    events = house.answered(statuses(rejected(), batch="f" * 32))
    assert [type(it) for it in events] == [ReportReceived, ClearingOpened]
    assert received(events).unmatched == (Unmatched(reference="f" * 32, reason="unknown-batch"),)


def test_an_answer_about_other_sums_than_sealed_moves_nothing() -> None:
    for sums, reason in [({"count": 2}, "count-differs"), ({"sum_cents": 1}, "sum-differs")]:
        house = transmitted_house()
        told = received(house.answered(replace(statuses(rejected()), **sums)))
        assert [it.reason for it in told.unmatched] == [reason]
        assert isinstance(house.payment("p1"), payments.Batched)


def test_an_answer_to_a_file_that_never_left_moves_nothing() -> None:
    house = ordered_house()
    house.seal("p1")
    told = received(house.answered(statuses(accepted())))
    assert [it.reason for it in told.unmatched] == ["batch-not-released"]
    assert isinstance(house.payment("p1"), payments.Batched)


def test_an_answer_proves_that_an_uncertain_file_arrived() -> None:
    house = ordered_house()
    house.seal("p1")
    house.batch(batches.ReleaseBatch(), replace(system(), actor="p-cashier"))
    house.batch(batches.StartSubmission(attempt=1), system())
    house.batch(batches.NoteUnknownSubmission(attempt=1, reason="crash"), system())
    events = house.answered(statuses(accepted()))
    assert batches.BatchTransmitted(evidence="answer") in events
    assert isinstance(house.payment("p1"), payments.Accepted)


def test_the_same_file_again_decides_nothing() -> None:
    house = transmitted_house()
    assert house.answered(statuses(accepted()))
    assert house.answered(statuses(accepted())) == []


def test_other_bytes_under_the_same_message_id_are_an_incident_and_move_nothing() -> None:
    house = transmitted_house()
    house.answered(statuses(accepted()))
    other = house.answered(statuses(rejected()), "e" * 64)
    assert [type(it) for it in other] == [ReportConflicting, ClearingOpened]
    assert house.answered(statuses(rejected()), "e" * 64) == []
    assert isinstance(house.payment("p1"), payments.Accepted)


def test_a_contradiction_is_listed_with_its_code() -> None:
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=PAID))))
    told = received(house.answered(statuses(rejected())))
    assert [it.reason for it in told.unmatched] == ["rejected-after-settlement"]
    assert isinstance(house.payment("p1"), payments.Settled)
    assert stage(house) == disbursements.Paid(payment="p1")


def test_two_cases_in_one_file_are_taken_in_together() -> None:
    house = two_payments()
    lines = [Booking(reference=house.reference(it), cents=PAID) for it in ("p1", "p2")]
    assert received(house.booked(bookings(debit(*lines, group=f"{BATCH}-01")))).matched == 2
    assert stage(house, CASE) == disbursements.Paid(payment="p1")
    assert stage(house, OTHER_CASE) == disbursements.Paid(payment="p2")


def test_every_order_of_the_treasurys_files_ends_the_same() -> None:
    ends: set[str] = set()
    for arrivals in permutations(range(4)):
        house = two_payments()
        line = Booking(reference=house.reference("p1"), cents=PAID)
        files = [
            lambda house=house: house.answered(statuses(Status(answer=Answer.RECEIVED, status="ACTC")), "1" * 64),
            lambda house=house: house.answered(statuses(accepted(), message="S-2"), "2" * 64),
            lambda house=house: house.answered(statuses(rejected(house.reference("p2")), message="S-3"), "3" * 64),
            lambda house=house, line=line: house.booked(bookings(debit(line)), "4" * 64),
        ]
        for number in (*arrivals, *arrivals):
            files[number]()
        ends.add(repr([house.payment("p1"), house.payment("p2"), stage(house, CASE), stage(house, OTHER_CASE)]))
    assert len(ends) == 1


def test_an_unreadable_file_is_recorded_once() -> None:
    house = House()
    refused = QuarantineReport(
        sha256="a" * 64, file_name="x.xml", reason_code="doctype", reason="Nicht lesbar.", count=7
    )
    decision = quarantine(refused)
    assert [type(it) for it in house.record(decision, system())] == [ReportQuarantined, ClearingOpened]
    assert house.record(decision, system()) == []


def test_what_a_file_names_can_be_looked_up_before_it_is_taken_in() -> None:
    assert batches_named(statuses(accepted())) == {BATCH}
    lines = bookings(
        debit(Booking(reference="R1", cents=1), group=f"{BATCH}-02"), debit(Booking(reference="R2", cents=1))
    )
    assert batches_named(lines) == {BATCH, f"{BATCH}-02"}
    assert references_named(lines) == {"R1", "R2"}


@pytest.mark.parametrize("answer", [Answer.PAYEE_CLOSE, Answer.PAYEE_DIFFERS, Answer.PAYEE_UNCHECKED])
def test_a_payee_that_is_not_the_holder_is_shown_to_a_person_and_is_neither_acceptance_nor_refusal(
    answer: Answer,
) -> None:
    house = transmitted_house()
    told = received(house.answered(statuses(Status(answer=answer, status="RVNM", reference=house.reference("p1")))))
    assert told.unmatched == (Unmatched(reference=house.reference("p1"), reason=answer.value),)
    assert isinstance(house.payment("p1"), payments.Batched)


def test_a_provisional_report_of_the_account_moves_nothing() -> None:
    house = transmitted_house()
    line = debit(Booking(reference=house.reference("p1"), cents=PAID))
    told = received(house.booked(replace(bookings(line), kind="interim")))
    assert (told.matched, told.unmatched) == (0, ())
    assert isinstance(house.payment("p1"), payments.Batched)
    house.booked(bookings(line, message="C-2"), "c" * 64)
    assert isinstance(house.payment("p1"), payments.Settled)


def test_the_answer_to_a_request_to_cancel_waits_for_a_person() -> None:
    house = transmitted_house()
    said = RecallStatus(recall=Recall.REFUSED, status="RJCR", reason="ARDT", reference=house.reference("p1"))
    report = RecallReport(message_id="R-1", batch=BATCH, statuses=(said,))
    told = received(house.record(apply_recall_answer(report, "a" * 64), system()))
    assert told.unmatched == (Unmatched(reference=house.reference("p1"), reason="recall-refused"),)
    assert isinstance(house.payment("p1"), payments.Batched)
