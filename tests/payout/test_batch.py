from datetime import UTC, date, datetime

import pytest

from services.payout import payment as payments
from services.payout.batch import (
    LISTED_AT_ONCE,
    MAX_ENTRIES,
    AlreadySealed,
    AttemptSkipped,
    BatchListed,
    BatchReleased,
    BatchSealed,
    BatchTooLarge,
    BatchTransmitted,
    ConfirmTransmission,
    EmptyBatch,
    EntryDiffers,
    ExecutionInPast,
    NamedTwice,
    NoteUnknownSubmission,
    NotReleased,
    NotSealed,
    NotSubmitted,
    OtherBytes,
    ReleaseBatch,
    SealBatch,
    StartSubmission,
    SubmissionStarted,
    SubmissionUnknown,
    Transmitted,
    Unreleased,
    decider,
    groups,
    seal,
)
from shared.decider import RefusedAttempt
from shared.formats import encode
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import (
    BATCH,
    CASE,
    OTHER_CASE,
    House,
    cashier,
    drawdown,
    file_of,
    ordered_house,
    orderer,
    plan,
    system,
    transmitted_house,
)
from tests.scenario import acting

DAY = date(2025, 8, 4)


def released_house() -> House:
    house = ordered_house()
    house.seal("p1")
    house.batch(ReleaseBatch(), cashier())
    return house


def test_sealing_fixes_content_sums_and_hash_and_takes_the_payments_along() -> None:
    house = ordered_house()
    house.seal("p1")
    sealed = house.sealed()
    assert (sealed.count, sealed.sum_cents, sealed.message_id) == (1, 19_200_00, BATCH)
    assert sealed.file_name == f"{BATCH}.{sealed.file_sha256[:12]}.xml"
    assert sealed.took_part == ("p-certifier", "p-examiner", "p-orderer")
    assert isinstance(house.payment("p1"), payments.Batched)


def test_the_files_bytes_can_be_made_again_from_the_sealed_event_alone() -> None:
    house = ordered_house()
    before = file_of(house.draft("p1"))
    house.seal("p1")
    assert file_of(house.sealed()) == before


def test_sealing_again_decides_nothing_and_other_content_under_the_same_name_is_refused() -> None:
    house = ordered_house()
    content = house.draft("p1")
    house.record(seal(content, "a" * 64), orderer())
    assert house.record(seal(content, "a" * 64), orderer()) == []
    with pytest.raises(AlreadySealed):
        house.record(seal(content, "b" * 64), orderer())


def test_a_batch_must_agree_with_its_orders() -> None:
    house = ordered_house()
    content = house.draft("p1")
    entry = content.entries[0]
    for wrong in (
        replace(content, entries=(replace(entry, cents=entry.cents + 1),)),
        replace(content, entries=(replace(entry, year=2026),)),
    ):
        with pytest.raises(EntryDiffers):
            house.record(seal(wrong, "a" * 64), acting("p-third", Role.ORDERING_OFFICER, DAY))
    house.record(seal(content, "a" * 64), orderer())  # negative control


def test_a_payment_that_is_not_ordered_or_lies_elsewhere_is_not_sealed() -> None:
    house = ordered_house()
    content = house.draft("p1")
    with pytest.raises(payments.NeverOrdered):
        house.record(seal(replace(content, entries=(replace(content.entries[0], payment="p9"),)), "a" * 64), orderer())
    house.seal("p1")
    with pytest.raises(payments.AlreadyBatched):
        house.record(seal(replace(content, message_id="c" * 32), "a" * 64), orderer())


def test_impossible_batches_are_named_errors() -> None:
    house = ordered_house()
    content = house.draft("p1")
    for wrong, error in [
        (replace(content, entries=()), EmptyBatch),
        (replace(content, entries=content.entries * (MAX_ENTRIES + 1)), BatchTooLarge),
        (replace(content, entries=content.entries * 2), NamedTwice),
        (replace(content, execution_on=date(2025, 8, 1)), ExecutionInPast),
    ]:
        with pytest.raises(error):
            house.record(seal(wrong, "a" * 64), orderer())


def test_the_largest_batch_fits_into_one_event() -> None:
    entry = ordered_house().draft("p1").entries[0]
    long = replace(entry, payment="f" * 32, drawdown="f" * 32, iban=replace(entry.iban, box="x" * 80, subject="m" * 32))
    long = replace(long, account_holder=replace(entry.account_holder, box="x" * 160, subject="m" * 32))
    sealed = BatchSealed(
        message_id=BATCH,
        created_at=datetime(2025, 8, 4, tzinfo=UTC),
        execution_on=DAY,
        debtor="landeshauptkasse",
        entries=(long,) * LISTED_AT_ONCE,
        took_part=("p" * 32,) * 1000,
        count=LISTED_AT_ONCE,
        sum_cents=1,
        file_sha256="a" * 64,
        file_name="x" * 60,
        sealed_by="p" * 32,
    )
    assert len(encode(sealed)) < 512_000


def commanded(count: int) -> SealBatch:
    entry = ordered_house().draft("p1").entries[0]
    many = tuple(replace(entry, payment=f"p{it}", reference=f"TH{it:023d}", cents=it + 1) for it in range(count))
    return SealBatch(
        message_id=BATCH,
        created_at=datetime(2025, 8, 4, tzinfo=UTC),
        execution_on=DAY,
        debtor="landeshauptkasse",
        entries=many,
        took_part=("p-orderer",),
        file_sha256="a" * 64,
        file_name="x.xml",
    )


@pytest.mark.parametrize("count", [1, LISTED_AT_ONCE, LISTED_AT_ONCE + 1, 3 * LISTED_AT_ONCE, MAX_ENTRIES])
def test_a_large_batch_is_listed_in_parts_and_is_whole_again_when_read(count: int) -> None:
    command = commanded(count)
    events = decider.decide(command, decider.initial, orderer())
    assert isinstance(events[-1], BatchSealed)
    assert all(len(encode(it)) < 512_000 for it in events)
    assert len(events) == (1 if count <= LISTED_AT_ONCE else count // LISTED_AT_ONCE + (count % LISTED_AT_ONCE > 0) + 1)
    state = decider.fold(events)
    assert isinstance(state, Unreleased)
    assert state.sealed.entries == command.entries
    assert (state.sealed.count, state.sealed.sum_cents) == (count, count * (count + 1) // 2)
    assert decider.decide(command, state, orderer()) == []


def test_without_one_of_its_parts_a_batch_would_not_be_whole() -> None:
    command = commanded(LISTED_AT_ONCE + 1)
    first, _, sealed = decider.decide(command, decider.initial, orderer())
    assert isinstance(first, BatchListed)
    state = decider.fold([first, sealed])
    assert isinstance(state, Unreleased)
    assert state.sealed.entries != command.entries


def test_one_group_per_title_and_year() -> None:
    house = House()
    for case, name, year in [(CASE, "p1", 2025), (OTHER_CASE, "p2", 2026)]:
        house.disbursement(plan(case), system(), case)
        house.certified(drawdown(f"d-{name}", year, cents=10_000_00, on=date(year, 8, 4)), case)
        house.order(f"d-{name}", name, date(year, 8, 4), case)
    made = groups(house.draft("p1", "p2"))
    assert [it.id for it in made] == [f"{BATCH}-01", f"{BATCH}-02"]
    assert all(len(it.id) <= 35 for it in made)


@pytest.mark.parametrize("person", ["p-certifier", "p-orderer"])
def test_who_certified_or_ordered_may_not_release(person: str) -> None:
    house = ordered_house()
    house.seal("p1")
    with pytest.raises(RefusedAttempt) as refused:
        house.batch(ReleaseBatch(), acting(person, Role.TREASURY, DAY))
    assert refused.value.rule == "orderer-may-not-release"
    assert house.batch(ReleaseBatch(), cashier()) == [BatchReleased(released_by="p-cashier")]


def test_who_sealed_may_not_release_even_without_an_order_in_it() -> None:
    house = ordered_house()
    house.record(seal(house.draft("p1"), "a" * 64), acting("p-third", Role.ORDERING_OFFICER, DAY))
    with pytest.raises(RefusedAttempt):
        house.batch(ReleaseBatch(), acting("p-third", Role.TREASURY, DAY))


def test_nothing_is_handed_over_before_it_is_sealed_and_released() -> None:
    house = ordered_house()
    for command in (ReleaseBatch(), StartSubmission(attempt=1), ConfirmTransmission(file_sha256="a", evidence="file")):
        with pytest.raises(NotSealed):
            house.batch(command, system())
    house.seal("p1")
    with pytest.raises(NotReleased):
        house.batch(StartSubmission(attempt=1), system())


def test_a_transmission_without_a_recorded_start_is_refused() -> None:
    house = released_house()
    with pytest.raises(NotSubmitted):  # the forbidden order W4: the file before the event
        house.batch(ConfirmTransmission(file_sha256=house.sealed().file_sha256, evidence="file"), system())


def test_a_submission_is_started_transmitted_and_then_over() -> None:
    house = released_house()
    digest = house.sealed().file_sha256
    assert house.batch(StartSubmission(attempt=1), system()) == [SubmissionStarted(attempt=1)]
    assert house.batch(StartSubmission(attempt=1), system()) == []
    confirm = ConfirmTransmission(file_sha256=digest, evidence="file")
    assert house.batch(confirm, system()) == [BatchTransmitted(evidence="file")]
    assert house.batch(confirm, system()) == []
    assert house.batch(StartSubmission(attempt=2), system()) == []
    assert isinstance(house.state(decider, BATCH), Transmitted)


def test_an_unknown_submission_is_repeated_with_the_same_bytes_only() -> None:
    house = released_house()
    sealed = house.sealed()
    house.batch(StartSubmission(attempt=1), system())
    assert house.batch(NoteUnknownSubmission(attempt=1, reason="timeout"), system()) == [
        SubmissionUnknown(attempt=1, reason="timeout")
    ]
    assert house.batch(NoteUnknownSubmission(attempt=1, reason="timeout"), system()) == []
    with pytest.raises(AttemptSkipped):
        house.batch(StartSubmission(attempt=3), system())
    assert house.batch(StartSubmission(attempt=2), system()) == [SubmissionStarted(attempt=2)]
    assert house.sealed() == sealed
    with pytest.raises(OtherBytes):
        house.batch(ConfirmTransmission(file_sha256="f" * 64, evidence="file"), system())
    house.batch(ConfirmTransmission(file_sha256=sealed.file_sha256, evidence="file"), system())


def test_a_transmitted_batch_is_not_made_unknown_again() -> None:
    house = transmitted_house()
    assert house.batch(NoteUnknownSubmission(attempt=1, reason="late"), system()) == []
    assert house.batch(ReleaseBatch(), cashier()) == []
