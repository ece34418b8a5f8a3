"""What the treasury is told of a claim: one order for each difference, in one file with the payments, and answered like them."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import lxml.etree
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import collection
from services.payout.collection import (
    CollectionAccepted,
    CollectionBatched,
    CollectionOrdered,
    CollectionRejected,
    CollectionUnbatched,
    CollectionWithdrawn,
    Kind,
    Needed,
    Wanted,
    needed,
)
from services.payout.report import Answer, Status, answers
from services.payout.treasury import Unwritable, instruction
from services.payout.treasury.hkr import from_csv, iban_checksum
from services.payout.treasury.hkr.notation import schema_errors
from services.payout.treasury.known import FORMATS
from shared.decider import Context, RefusedAttempt
from shared.identity import Role, has_valid_check
from shared.records import replace
from tests.payout.builders import (
    BATCH,
    CASE,
    DEBTOR,
    PAYEE,
    House,
    accepted,
    cashier,
    drawdown,
    orderer,
    plan,
    rejected,
    statuses,
    system,
)
from tests.payout.test_claim import DEMANDED
from tests.payout.test_receipt import OPENED, OWED, REFERENCE
from tests.scenario import acting

GOLDEN = Path(__file__).parent / "golden"
DAY = date(2026, 6, 1)
DUE = OPENED.due_on


def budget(on: date = DAY) -> Context:
    return acting("p-budget", Role.BUDGET_OFFICER, on)


def owing(cents: int = OWED) -> House:
    """d1's case with a claim that was demanded."""
    house = House()
    house.disbursement(plan(), system())
    house.events[claims.decider.stream(CASE)] = [replace(OPENED, cents=cents)]
    return house


def ordered(house: House, name: str, on: date = DAY, person: str = "p-orderer") -> list[Any]:
    return house.record(claims.order(CASE, "c1", name), acting(person, Role.ORDERING_OFFICER, on))


def on_claim(house: House, command: Any, context: Context | None = None) -> list[Any]:
    return house.tell(claims.decider, CASE, command, context or budget())


def paid(house: House, cents: int, name: str = "r1", by: claims.PaidBy = claims.PaidBy.TRANSFER) -> list[Any]:
    booked = claims.BookRepayment(
        claim="c1", repayment=name, cents=cents, received_on=DAY, paid_by=by, voucher=f"K {name}"
    )
    return on_claim(house, booked, cashier(DAY))


def state(house: House) -> collection.Collections:
    return house.state(collection.decider, CASE)


def entries(house: House, *names: str) -> list[batches.CollectionEntry]:
    found = [state(house).find(it) for it in names]
    return [batches.collection_entry_of(CASE, it.ordered) for it in found if it]


def drafted(
    house: House, *names: str, batch: str = BATCH, number: int = 1, payments: Sequence[str] = ()
) -> batches.Draft:
    content = house.draft(*payments, batch=batch, on=DAY)
    writing = batches.Writing(format="hkr-xml", number=number, version=2)
    return replace(content, writing=writing, collections=tuple(entries(house, *names)))


def raw_of(content: batches.Sealable) -> bytes:
    payees = {it.reference: PAYEE for it in content.entries}
    return FORMATS[content.writing.format].build(instruction(content, payees, DEBTOR))


def sealed(house: House, *names: str, **more: Any) -> batches.BatchSealed:
    content = drafted(house, *names, **more)
    house.record(batches.seal(content, sha256(raw_of(content)).hexdigest()), orderer(DAY))
    return house.sealed(content.message_id)


def transmitted(house: House, batch: str = BATCH) -> None:
    known = house.sealed(batch)
    house.record(batches.release(batch, [], known.collections), cashier(DAY))
    house.batch(batches.StartSubmission(attempt=1), system(DAY), batch)
    house.batch(batches.ConfirmTransmission(file_sha256=known.file_sha256, evidence="file"), system(DAY), batch)


def told(house: House, name: str, batch: str = BATCH, number: int = 1) -> CollectionOrdered:
    """An order goes to the treasury and is taken."""
    (made,) = ordered(house, name)
    sealed(house, name, batch=batch, number=number)
    transmitted(house, batch)
    house.answered(statuses(accepted(made.reference), message=f"S-{name}", batch=batch))
    assert state(house).orders[-1].stage == collection.ACCEPTED
    return made


# ---- Which order a claim needs ---------------------------------------------------------------------------------------


def test_a_claim_is_ordered_to_be_collected_with_its_amount_its_day_and_what_is_paid_under() -> None:
    (made,) = ordered(owing(), "o1")
    assert made == CollectionOrdered(
        order="o1", claim="c1", kind=Kind.COLLECT, reference=made.reference, refers_to="", payable_under=REFERENCE,
        cents=OWED, target_cents=OWED, due_on=DUE, payer="Stadt Stadtilm", title="1605-63371", year=2026,
        file_number="EG-2025-00001", ordered_by="p-orderer", ordered_on=DAY,
    )  # fmt: skip
    assert made.reference.startswith("AO26")
    assert has_valid_check(made.reference)


def test_what_the_treasury_knows_is_not_ordered_again() -> None:
    house = owing()
    told(house, "o1")
    with pytest.raises(collection.NothingToOrder):
        ordered(house, "o2")
    paid(house, 1_00)
    with pytest.raises(collection.NothingToOrder):
        ordered(house, "o2")


def test_the_same_request_orders_once() -> None:
    house = owing()
    ordered(house, "o1")
    assert ordered(house, "o1") == []


CHANGES: Mapping[str, tuple[Any, Kind, int, date]] = {
    "deferred": (
        claims.DeferClaim(claim="c1", until_on=date(2026, 12, 31), reason="Haushaltslage"),
        Kind.CHANGE, OWED, date(2026, 12, 31),
    ),
    "remitted in part": (
        claims.RemitClaim(claim="c1", remission="e1", cents=400_00, reason="Härte"), Kind.CHANGE, OWED - 400_00, DUE,
    ),
    "remitted": (claims.RemitClaim(claim="c1", remission="e1", cents=OWED, reason="Härte"), Kind.DEDUCT, OWED, DUE),
    "suspended": (claims.SuspendClaim(claim="c1", reason="erfolglos"), Kind.DEDUCT, OWED, DUE),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_of_a_claim_is_ordered_with_reference_to_the_first_order(name: str) -> None:
    command, kind, cents, due_on = CHANGES[name]
    house = owing()
    first = told(house, "o1")
    on_claim(house, command)
    (made,) = ordered(house, "o2")
    assert (made.kind, made.cents, made.due_on, made.refers_to) == (kind, cents, due_on, first.reference)
    assert made.reference != first.reference


def test_what_is_set_off_is_taken_off_and_what_was_paid_stays() -> None:
    house = owing()
    told(house, "o1")
    paid(house, 1_000_00)
    paid(house, OWED - 1_000_00, "r2", claims.PaidBy.SET_OFF)
    (made,) = ordered(house, "o2")
    assert (made.kind, made.cents, made.target_cents) == (Kind.DEDUCT, OWED - 1_000_00, 1_000_00)


def test_a_claim_that_is_pursued_again_is_collected_again() -> None:
    house = owing()
    told(house, "o1")
    on_claim(house, claims.SuspendClaim(claim="c1", reason="erfolglos"))
    told(house, "o2", batch="b2", number=2)
    on_claim(house, claims.ResumeClaim(claim="c1", reason="wieder Mittel"))
    (made,) = ordered(house, "o3")
    assert (made.kind, made.cents, made.due_on) == (Kind.CHANGE, OWED, date(2026, 7, 1))


def test_a_reminder_changes_nothing_at_the_treasury() -> None:
    house = owing()
    told(house, "o1")
    assert on_claim(house, claims.RemindOfClaims(), system(date(2026, 7, 1)))
    with pytest.raises(collection.NothingToOrder):
        ordered(house, "o2")


@st.composite
def standings(draw: st.DrawFn) -> list[Wanted]:
    """A claim as it may come to stand, one time after the other; what came in only grows."""
    found: list[Wanted] = []
    received = 0
    for _ in range(draw(st.integers(1, 8))):
        received += draw(st.integers(0, 50_00))
        target = received + draw(st.one_of(st.just(0), st.integers(1, 100_00)))
        due_on = date(2026, draw(st.integers(1, 12)), 1)
        found.append(
            Wanted(
                claim="c1", target_cents=target, received_cents=received, due_on=due_on, payable_under="RF", title="T",
                file_number="A",
            )
        )  # fmt: skip
    return found


def books(history: Sequence[Wanted]) -> list[tuple[int, date | None]]:
    """A treasury that does as each order says, and nothing else: what it collects, and until when."""
    amount, due_on, told_target, seen = 0, None, 0, list[tuple[int, date | None]]()
    for it in history:
        if asked := needed(it, told_target, due_on):
            assert asked.cents > 0
            amount = amount - asked.cents if asked.kind == Kind.DEDUCT else asked.cents
            due_on = due_on if asked.kind == Kind.DEDUCT else it.due_on
            told_target = it.target_cents
        seen.append((amount, due_on))
    return seen


@forall(standings())
def test_whoever_does_what_the_orders_say_knows_each_claim_to_the_cent(history: list[Wanted]) -> None:
    for it, (amount, due_on) in zip(history, books(history), strict=True):
        assert amount == it.target_cents
        assert not it.is_open or due_on == it.due_on


def test_without_the_deduction_a_treasury_would_go_on_collecting() -> None:
    """The control: a treasury that was told only of what is still open keeps what was given up."""
    all_of_it = Wanted(
        claim="c1", target_cents=5_00, received_cents=0, due_on=DUE, payable_under="RF", title="T", file_number="A"
    )
    gone = replace(all_of_it, target_cents=0)
    assert needed(gone, 5_00, DUE) == Needed(kind=Kind.DEDUCT, cents=5_00)
    assert needed(gone, 0, None) is None


# ---- Before it lies in a file ----------------------------------------------------------------------------------------


def test_an_order_that_no_longer_says_what_the_claim_is_gives_way_to_one_that_does() -> None:
    house = owing()
    ordered(house, "o1")
    on_claim(house, claims.RemitClaim(claim="c1", remission="e1", cents=400_00, reason="Härte"))
    with pytest.raises(batches.CollectionOutdated):
        sealed(house, "o1")
    gone, made = ordered(house, "o2")
    assert gone == CollectionWithdrawn(order="o1", withdrawn_by="p-orderer", withdrawn_on=DAY)
    assert (made.kind, made.cents, made.refers_to) == (Kind.COLLECT, OWED - 400_00, "")
    on_claim(house, claims.RemitClaim(claim="c1", remission="e2", cents=OWED - 400_00, reason="Härte"))
    (gone,) = ordered(house, "o3")
    assert isinstance(gone, CollectionWithdrawn)
    assert [it.stage for it in state(house).orders] == ["withdrawn", "withdrawn"]


def test_without_the_second_look_at_the_claim_the_file_would_say_what_is_not_owed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the claim is looked at again when the file is sealed."""
    house = owing()
    ordered(house, "o1")
    on_claim(house, claims.RemitClaim(claim="c1", remission="e1", cents=400_00, reason="Härte"))
    monkeypatch.setattr(claims, "needed_by", lambda *_: None)
    (entry,) = sealed(house, "o1").collections
    assert entry.cents == house.state(claims.decider, CASE).find("c1").owed_cents + 400_00


def test_while_an_order_is_on_its_way_no_other_is_given() -> None:
    house = owing()
    ordered(house, "o1")
    sealed(house, "o1")
    on_claim(house, claims.RemitClaim(claim="c1", remission="e1", cents=400_00, reason="Härte"))
    with pytest.raises(collection.CollectionUnderWay):
        ordered(house, "o2")


def test_a_discarded_file_leaves_the_order_and_its_number_to_the_next() -> None:
    house = owing()
    ordered(house, "o1")
    known = sealed(house, "o1")
    assert CollectionUnbatched(order="o1", batch=BATCH) in house.record(batches.discard(known, ()), orderer(DAY))
    assert sealed(house, "o1", batch="b2", number=1).collections == known.collections


# ---- The file --------------------------------------------------------------------------------------------------------


def test_the_file_holds_payments_and_orders_about_claims_and_a_trailer_over_both() -> None:
    house = owing()
    house.certified(drawdown())
    house.order("d1", "p1")
    (made,) = ordered(house, "o1")
    known = sealed(house, "o1", payments=("p1",))
    root = lxml.etree.fromstring(raw_of(known))
    assert schema_errors(root) == ""
    kinds = [it.text for it in root.findall("{*}Einzelsatz/{*}Art")]
    assert kinds == ["Auszahlung", "Annahme"]
    record = {lxml.etree.QName(it).localname: it.text for it in root.findall("{*}Einzelsatz")[1]}
    assert record == {
        "Nummer": "2", "Art": "Annahme", "Fremdkennzeichen": made.reference, "Kassenzeichen": REFERENCE,
        "Titel": "1605-63371", "Haushaltsjahr": "2026", "Betrag": "6400.00", "Faelligkeit": DUE.isoformat(),
        "Name": "Stadt Stadtilm", "Aktenzeichen": "EG-2025-00001", "Zweck": "Erstattung ThuerEGovRL EG-2025-00001",
    }  # fmt: skip
    trailer = {lxml.etree.QName(it).localname: it.text for it in root.find("{*}Nachsatz")}
    assert trailer == {
        "Anzahl": "2", "Summe": "25600.00", "SummeAuszahlungen": "19200.00",
        "PruefsummeIBAN": iban_checksum([PAYEE.iban]),
    }  # fmt: skip
    assert (known.count, known.sum_cents, known.file_count, known.file_cents) == (1, 19_200_00, 2, 25_600_00)


@pytest.mark.parametrize("suffix", ["xml", "csv"])
def test_the_bytes_of_the_second_version_never_change(suffix: str) -> None:
    house = owing()
    house.certified(drawdown())
    house.order("d1", "p1")
    told(house, "o1", batch="b0")
    on_claim(house, claims.DeferClaim(claim="c1", until_on=date(2026, 12, 31), reason="Haushaltslage"))
    ordered(house, "o2")
    content = drafted(house, "o2", "o1", number=2, payments=("p1",))
    content = replace(content, writing=replace(content.writing, format=f"hkr-{suffix}"))
    assert raw_of(content) == (GOLDEN / f"hkr-2.{suffix}").read_bytes()


def test_both_notations_of_the_second_version_say_the_same() -> None:
    of_csv = from_csv((GOLDEN / "hkr-2.csv").read_bytes())
    parser = lxml.etree.XMLParser(remove_blank_text=True)
    of_xml = lxml.etree.fromstring((GOLDEN / "hkr-2.xml").read_bytes(), parser)
    assert lxml.etree.tostring(of_csv) == lxml.etree.tostring(of_xml)


def test_a_format_without_orders_about_claims_writes_none() -> None:
    house = owing()
    ordered(house, "o1")
    content = drafted(house, "o1")
    for writing in (batches.Writing(), batches.Writing(format="hkr-csv", number=1)):
        with pytest.raises(Unwritable, match="version"):
            raw_of(replace(content, writing=writing))


@settings(max_examples=40)
@forall(st.lists(st.integers(1, 999_999_999_99), max_size=5), st.lists(st.integers(1, 999_999_999_99), max_size=5))
def test_whatever_lies_in_a_file_its_trailer_agrees(payments: list[int], collected: list[int]) -> None:
    if not payments and not collected:
        return
    house = owing()
    house.certified(drawdown())
    house.order("d1", "p1")
    ordered(house, "o1")
    one = drafted(house, "o1", payments=("p1",))
    content = replace(
        one,
        entries=tuple(replace(one.entries[0], reference=f"P{at}", cents=it) for at, it in enumerate(payments)),
        collections=tuple(replace(one.collections[0], reference=f"A{at}", cents=it) for at, it in enumerate(collected)),
    )
    root = lxml.etree.fromstring(raw_of(content))

    def cents(path: str) -> list[int]:
        return [int((it.text or "").replace(".", "")) for it in root.findall(path)]

    assert cents("{*}Nachsatz/{*}Summe") == [sum(cents("{*}Einzelsatz/{*}Betrag"))] == [sum(payments) + sum(collected)]
    assert cents("{*}Nachsatz/{*}SummeAuszahlungen") == [sum(payments)]
    assert root.findtext("{*}Nachsatz/{*}Anzahl") == str(len(payments) + len(collected))
    assert root.findtext("{*}Nachsatz/{*}PruefsummeIBAN") == iban_checksum([PAYEE.iban] * len(payments))


def test_a_file_with_orders_about_claims_lists_its_payments_apart() -> None:
    house = owing()
    house.certified(drawdown())
    house.order("d1", "p1")
    ordered(house, "o1")
    sealed(house, "o1", payments=("p1",))
    kept, listed = house.events[batches.decider.stream(BATCH)][-1], house.events[batches.decider.stream(BATCH)][0]
    assert (len(listed.entries), kept.entries, len(kept.collections)) == (1, (), 1)
    assert len(house.sealed().entries) == 1


# ---- What the treasury answers ---------------------------------------------------------------------------------------


def test_the_treasury_takes_an_order_and_refuses_one() -> None:
    house = owing()
    told(house, "o1")
    on_claim(house, claims.DeferClaim(claim="c1", until_on=date(2026, 12, 31), reason="Haushaltslage"))
    (made,) = ordered(house, "o2")
    sealed(house, "o2", batch="b2", number=2)
    transmitted(house, "b2")
    answer = statuses(rejected(made.reference, "NOOR"), message="S-2", batch="b2")
    recorded = house.answered(answer, "c" * 64)
    refusal = next(it for it in recorded if isinstance(it, CollectionRejected))
    assert (refusal.order, refusal.reason) == ("o2", "NOOR")
    (again,) = ordered(house, "o3")
    assert (again.kind, again.cents, again.due_on) == (made.kind, made.cents, made.due_on)
    assert again.reference != made.reference


def test_a_refused_file_refuses_its_orders() -> None:
    house = owing()
    ordered(house, "o1")
    sealed(house, "o1")
    transmitted(house)
    house.answered(statuses(rejected()))
    assert state(house).orders[0].stage == collection.REJECTED
    (again,) = ordered(house, "o2")
    assert again.kind == Kind.COLLECT


def test_the_answer_must_count_all_orders_of_the_file() -> None:
    house = owing()
    (made,) = ordered(house, "o1")
    sealed(house, "o1")
    transmitted(house)
    told_of = statuses(accepted(made.reference))
    recorded = house.answered(replace(told_of, count=0, sum_cents=0))
    assert not any(isinstance(it, CollectionAccepted) for it in recorded)
    right = replace(told_of, message_id="S-9", count=1, sum_cents=OWED)
    assert any(isinstance(it, CollectionAccepted) for it in house.answered(right, "d" * 64))


def test_an_answer_that_counts_only_the_payments_would_pass_for_one_to_the_whole_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the count and the sum are those of all orders of the file."""
    house = owing()
    (made,) = ordered(house, "o1")
    sealed(house, "o1")
    transmitted(house)
    monkeypatch.setattr(answers, "_not_as_sealed", lambda *_: "")
    recorded = house.answered(replace(statuses(accepted(made.reference)), count=0, sum_cents=0))
    assert any(isinstance(it, CollectionAccepted) for it in recorded)


def test_an_answer_told_twice_is_one_and_the_other_way_round_waits_for_a_person() -> None:
    house = owing()
    made = told(house, "o1")
    again = statuses(accepted(made.reference), message="S-again")
    assert not any(isinstance(it, CollectionAccepted) for it in house.answered(again, "e" * 64))
    otherwise = statuses(Status(answer=Answer.REJECTED, status="abgewiesen", reference=made.reference), message="S-no")
    recorded = house.answered(otherwise, "f" * 64)
    assert not any(isinstance(it, CollectionRejected) for it in recorded)
    assert any(getattr(it, "unmatched_count", 0) == 1 for it in recorded)


def test_typed_in_by_hand_the_order_is_taken_with_the_batch() -> None:
    house = owing()
    ordered(house, "o1")
    content = replace(drafted(house, "o1"), writing=batches.Writing(format=batches.BY_HAND, number=1, version=2))
    house.record(batches.seal(content, "a" * 64, "csv"), orderer(DAY))
    known = house.sealed()
    house.record(batches.release(BATCH, [], known.collections), cashier(DAY))
    recorded = house.record(batches.record_entry(known, "KZ 1"), cashier(DAY))
    assert CollectionAccepted(order="o1", batch=BATCH, status="entered", accepted_on=DAY) in recorded
    assert house.record(batches.record_entry(known, "KZ 1"), cashier(DAY)) == []


# ---- Two persons -----------------------------------------------------------------------------------------------------


def test_who_ordered_does_not_release_the_file_nor_another_one_in_the_case() -> None:
    house = owing()
    ordered(house, "o1", person="p-cashier")
    known = sealed(house, "o1")
    with pytest.raises(RefusedAttempt):
        house.record(batches.release(BATCH, [], known.collections), cashier(DAY))
    house.record(batches.release(BATCH, [], known.collections), acting("p-other", Role.TREASURY, DAY))


@pytest.mark.parametrize("action", ["propose-repayment", "demand-repayment"])
def test_who_demanded_the_claim_does_not_order_it(action: str) -> None:
    house = owing()
    acted = replace(DEMANDED.acted[0], person="p-orderer", action=action)
    house.events[claims.decider.stream(CASE)] = [replace(OPENED, acted=(acted,))]
    with pytest.raises(RefusedAttempt):
        ordered(house, "o1")


def test_who_ordered_gives_nothing_up_and_books_nothing() -> None:
    house = owing()
    ordered(house, "o1", person="p-one")
    for role, command in (
        (Role.BUDGET_OFFICER, claims.RemitClaim(claim="c1", remission="e1", cents=1, reason="Härte")),
        (
            Role.TREASURY,
            claims.BookRepayment(
                claim="c1", repayment="r1", cents=1, received_on=DAY, paid_by=claims.PaidBy.TRANSFER, voucher="K"
            ),
        ),
    ):
        with pytest.raises(RefusedAttempt):
            house.record(claims.of_case(CASE, command), acting("p-one", role, DAY))


def test_an_order_lies_in_one_file_once() -> None:
    given = [*owing().events[collection.decider.stream(CASE)]]
    house = owing()
    (made,) = ordered(house, "o1")
    batched = CollectionBatched(order="o1", batch=BATCH)
    known = collection.decider.fold([*given, made, batched])
    context = system(DAY)
    assert list(collection.decider.decide(collection.BatchCollection(order="o1", batch=BATCH), known, context)) == []
    for command in (
        collection.BatchCollection(order="o1", batch="b2"),
        collection.AcceptCollection(order="o1", batch="b2", status="angenommen"),
    ):
        with pytest.raises(collection.CollectionElsewhere):
            collection.decider.decide(command, known, context)
    with pytest.raises(collection.UnknownOrder):
        collection.decider.decide(collection.UnbatchCollection(order="o9", batch=BATCH), known, context)
