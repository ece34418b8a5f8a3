"""What an answer of the treasury ends: every status of the list has a meaning, a cancellation is a refusal, “sent before” is held against what we sent."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.report import Answer, Status, StatusReport, apply_status_report
from services.payout.treasury.iso20022 import read
from shared.records import replace
from tests.payout.builders import BATCH, House, accepted, ordered_house, statuses, system, transmitted_house
from tests.payout.messages import information, pain_002, transaction
from tests.payout.test_clearing import listed
from tests.payout.test_paid_after_refusal import debited, drawn

LISTED = (
    "ACCC", "ACCP", "ACFC", "ACPD", "ACSC", "ACSP", "ACTC", "ACWC", "ACWP", "BLCK", "CANC", "PART", "PATC", "PDNG", "PRES",
    "RCVD", "RJCT",
)  # fmt: skip
"""ExternalPaymentTransactionStatus1Code and its group codes, without cheques and cash at a counter."""
MOVING = {Answer.ACCEPTED, Answer.REJECTED, Answer.CANCELLED}


@pytest.mark.parametrize("status", LISTED)
def test_every_status_of_the_list_is_read(status: str) -> None:
    report = read(pain_002(information("B-1-01", transaction("R1", status)), batch="B-1"))
    assert isinstance(report, StatusReport)
    accepts = status in {"ACCC", "ACCP", "ACFC", "ACPD", "ACSC", "ACSP", "ACWC", "ACWP"}
    assert (report.statuses[0].answer == Answer.ACCEPTED) == accepts
    assert (report.statuses[0].answer in MOVING) == (accepts or status in {"RJCT", "CANC"})


def test_however_often_a_file_speaks_of_its_group_its_payments_are_gone_through_once() -> None:
    house = ordered_house()
    house.seal("p1")
    house.transmit()
    sealed = house.sealed()
    many = replace(
        sealed,
        entries=tuple(replace(sealed.entries[0], payment=f"q{it}", reference=f"R{it}") for it in range(4_000)),
        count=4_000,
    )
    group = batches.groups(many)[0].id
    report = statuses(*(Status(answer=Answer.PENDING, status="PDNG", group=group) for _ in range(4_000)))
    began = process_time()
    house.record(apply_status_report(report, "a" * 64, many), system())
    assert process_time() - began < 2, "it took as many steps as there are answers times payments"
    assert listed(house) == []


@pytest.mark.parametrize("level", ["payment", "group", "file"])
def test_a_status_of_no_list_is_asked_about_and_never_guessed_at(level: str) -> None:
    house = transmitted_house()
    reference, group = house.reference("p1"), f"{BATCH}-01"
    raw = {
        "payment": pain_002(information(group, transaction(reference, "ACXX")), batch=BATCH),
        "group": pain_002(information(group, status="ACXX"), batch=BATCH),
        "file": pain_002(batch=BATCH, status="ACXX"),
    }[level]
    report = read(raw)
    assert isinstance(report, StatusReport)
    house.answered(report)
    assert isinstance(house.payment("p1"), payments.Batched)
    [(_, _, it)] = listed(house)
    assert (it.item.reference, it.item.reason) == (
        {"payment": reference, "group": group, "file": BATCH}[level],
        "unknown-status",
    )


def test_an_odd_status_holds_up_no_other_payment_of_its_file() -> None:
    house = transmitted_house()
    odd = information(f"{BATCH}-01", transaction("R-OTHER", "ACXX"), transaction(house.reference("p1"), "ACSP"))
    report = read(pain_002(odd, batch=BATCH, status="PART"))
    assert isinstance(report, StatusReport)
    house.answered(report)
    assert isinstance(house.payment("p1"), payments.Accepted)
    assert [it.item.reason for _, _, it in listed(house)] == ["unknown-reference"]


# ---- Cancelled by the bank ------------------------------------------------------------------------------------------


def cancelled(house: House, reason: str = "CUST") -> Status:
    return Status(answer=Answer.CANCELLED, status="CANC", reason=reason, reference=house.reference("p1"))


@pytest.mark.parametrize("before", [False, True])
def test_what_the_bank_cancels_is_refused_by_name_and_ordered_anew(before: bool) -> None:
    house = transmitted_house()
    if before:
        house.answered(statuses(accepted(house.reference("p1"))))
    house.answered(statuses(cancelled(house), message="S-2"), "e" * 64)
    state = house.payment("p1")
    assert isinstance(state, payments.Rejected)
    assert state.reason == payments.CANCELLED_BY_BANK
    assert drawn(house).refused == ("p1",)
    assert house.order("d1", "p2")


def test_a_cancellation_of_what_was_debited_is_a_contradiction() -> None:
    house = transmitted_house()
    debited(house)
    house.answered(statuses(cancelled(house), message="S-2"), "e" * 64)
    assert isinstance(house.payment("p1"), payments.Settled)
    assert [it.item.reason for _, _, it in listed(house)] == ["rejected-after-settlement"]


def test_a_blocked_payment_waits_for_a_person() -> None:
    house = transmitted_house()
    blocked = Status(answer=Answer.BLOCKED, status="BLCK", reference=house.reference("p1"))
    house.answered(statuses(blocked))
    assert isinstance(house.payment("p1"), payments.Batched)
    assert [it.item.reason for _, _, it in listed(house)] == ["payment-blocked"]


# ---- “Sent before” --------------------------------------------------------------------------------------------------


def sent_times(*hashes: str) -> House:
    """A file handed over once for each of these hashes, empty for one that was recorded before there were any."""
    house = ordered_house()
    house.seal("p1")
    house.batch(batches.ReleaseBatch(), system())
    for number, digest in enumerate(hashes, 1):
        house.batch(batches.StartSubmission(attempt=number, file_sha256=digest), system())
        house.batch(batches.NoteUnknownSubmission(attempt=number, reason="interrupted"), system())
    return house


def called_duplicate(house: House, created_at: datetime | None = None) -> list[str]:
    status = Status(answer=Answer.REJECTED, status="RJCT", reason="AM05", reference=house.reference("p1"))
    house.answered(replace(statuses(status), created_at=created_at))
    assert isinstance(house.payment("p1"), payments.Batched)
    assert isinstance(house.state(batches.decider, BATCH), batches.Transmitted)
    return [it.item.reason for _, _, it in listed(house)]


def test_sent_before_is_the_receipt_of_what_we_sent_twice_with_the_same_bytes() -> None:
    house = sent_times("", "")
    digest = house.sealed().file_sha256
    assert called_duplicate(sent_times(digest, digest)) == []
    assert called_duplicate(house) == []


def test_sent_before_of_what_we_sent_once_is_looked_at_and_is_no_refusal() -> None:
    house = sent_times("")
    assert called_duplicate(house, house.sealed().created_at) == ["duplicate-receipt"]


def test_sent_before_of_another_file_under_our_name_is_an_incident() -> None:
    house = sent_times("", "")
    later = house.sealed().created_at + timedelta(hours=1)
    assert called_duplicate(house, later.astimezone(UTC)) == ["duplicate-of-other-bytes"]


def test_other_bytes_than_the_sealed_ones_are_never_announced() -> None:
    house = ordered_house()
    house.seal("p1")
    house.batch(batches.ReleaseBatch(), system())
    with pytest.raises(batches.OtherBytes):
        house.batch(batches.StartSubmission(attempt=1, file_sha256="f" * 64), system())
    assert disbursements.open_debits(drawn(house).debits) == []


def test_the_answer_repeats_when_its_file_was_made() -> None:
    told = "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlCreDtTm>2025-08-04T10:00:00Z</OrgnlCreDtTm>"
    raw = pain_002(status="ACTC").replace(b"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>", told.encode())
    report = read(raw)
    assert isinstance(report, StatusReport)
    assert report.created_at == datetime(2025, 8, 4, 10, tzinfo=UTC)
    naive = read(raw.replace(b"10:00:00Z", b"10:00:00"))
    assert isinstance(naive, StatusReport)
    assert naive.created_at is None
