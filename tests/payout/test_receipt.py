"""What comes in under a claim's reference: booked on it once, whatever file tells it, and never by an amount or a name."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import claim, clearing
from services.payout.claim import (
    BookRepayment,
    ClaimOpened,
    ClaimSettled,
    PaidBy,
    RepaymentBooked,
    SuspendClaim,
    TakeReceipt,
    receipt_of,
    references_in,
)
from services.payout.claim import by_hand as by_hand_room
from services.payout.clearing import ClearingKind, ProposeResolution, Resolution, ResolutionIncomplete
from services.payout.report import (
    AccountEntry,
    Booking,
    BookingReport,
    Expected,
    Owed,
    ReportReceived,
    apply_booking,
    approve,
    receipts,
)
from services.payout.treasury.known import read
from services.review.recovery import reference_of
from shared.decider import Context, RefusedAttempt
from shared.formats import envelope_of, unpack_envelopes
from shared.identity import Role
from shared.records import field_names, replace
from shared.topology import lane, stream_of
from tests.machinery.toys import as_operator
from tests.payout.builders import CASE, House, system
from tests.payout.messages import camt_053, camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_claim import DEMANDED
from tests.payout.test_clearing import listed
from tests.payout.test_desk import lay
from tests.scenario import Scenario, acting
from tests.servers import wait_until

REFERENCE = reference_of(CASE, 1, 2026)
OPENED = ClaimOpened(
    **{it: getattr(replace(DEMANDED, reference=REFERENCE, interest_from_on=None), it) for it in field_names(DEMANDED)}
)
OWED = OPENED.cents
DAY = date(2026, 6, 1)
TAKEN = TakeReceipt(claim="c1", repayment=receipt_of("K-1", REFERENCE), cents=OWED, received_on=DAY, voucher="K-1")
EXPECTED = Expected(claims={REFERENCE: Owed(case=CASE, claim="c1")})


def clerk(role: Role, on: date = DAY) -> Context:
    return acting(f"p-{role}", role, on)


def given(*history: Any) -> Scenario[Any, Any, Any]:
    return Scenario(claim.decider, history)


def taken(cents: int = OWED, surplus: int = 0, key: str = "K-1") -> RepaymentBooked:
    return RepaymentBooked(
        claim="c1", repayment=receipt_of(key, REFERENCE), cents=cents, interest_cents=0, received_on=DAY,
        paid_by=PaidBy.TRANSFER, voucher=key, booked_by="system", booked_on=DAY, surplus_cents=surplus,
    )  # fmt: skip


PAID = ClaimSettled(claim="c1", outcome="paid", paid_cents=OWED, interest_cents=0, remitted_cents=0, settled_on=DAY)


def test_what_is_owed_is_booked_and_the_rest_is_told() -> None:
    given(OPENED).when(TAKEN, system(DAY)).then(taken(), PAID)
    given(OPENED).when(replace(TAKEN, cents=1_00), system(DAY)).then(taken(1_00))
    given(OPENED).when(replace(TAKEN, cents=OWED + 5), system(DAY)).then(taken(surplus=5), PAID)


def test_the_same_booking_is_booked_once() -> None:
    given(OPENED, taken(1_00)).when(replace(TAKEN, cents=1_00), system(DAY)).then()
    given(OPENED, taken(surplus=5), PAID).when(replace(TAKEN, cents=OWED + 5), system(DAY)).then()
    with pytest.raises(claim.RepaymentDiffers):
        given(OPENED, taken(1_00)).when(replace(TAKEN, cents=1_01), system(DAY))


def test_what_a_person_booked_under_the_treasurys_name_is_not_booked_again_nor_the_other_way_round() -> None:
    by_hand = BookRepayment(
        claim="c1", repayment="r1", cents=1_00, received_on=DAY, paid_by=PaidBy.TRANSFER, voucher="K-1"
    )
    (booked,) = given(OPENED).when(by_hand, clerk(Role.TREASURY)).events
    tied = given(OPENED, booked).when(replace(TAKEN, cents=1_00), system(DAY)).then_one(claim.RepaymentFoundOnAccount)
    assert (tied.repayment, tied.booking, tied.cents) == ("r1", "K-1", 1_00)
    given(OPENED, booked, tied).when(replace(TAKEN, cents=1_00), system(DAY)).then()
    with pytest.raises(claim.RepaymentDiffers):
        given(OPENED, taken(1_00)).when(by_hand, clerk(Role.TREASURY))


def test_a_suspended_claim_takes_what_comes_in() -> None:
    (suspended,) = given(OPENED).when(SuspendClaim(claim="c1", reason="erfolglos"), clerk(Role.BUDGET_OFFICER)).events
    given(OPENED, suspended).when(TAKEN, system(DAY)).then(taken(), PAID)


def test_nothing_is_booked_on_a_settled_claim_before_its_demand_or_of_what_waits_to_be_explained() -> None:
    other = replace(TAKEN, repayment="another", voucher="K-2")
    with pytest.raises(claim.ClaimIsSettled):
        given(OPENED, taken(), PAID).when(other, system(DAY))
    with pytest.raises(claim.ClaimDateNotValid):
        given(OPENED).when(replace(TAKEN, received_on=date(2026, 5, 1)), system(DAY))
    with pytest.raises(claim.ReceiptListed):
        given(OPENED).when(replace(TAKEN, listed=True), system(DAY))
    bearing = replace(OPENED, interest_from_on=date(2026, 2, 27))
    with pytest.raises(claim.MoreThanOwed):
        given(bearing, taken()).when(other, system(DAY))


# ---- What a file names -----------------------------------------------------------------------------------------------


def test_a_reference_in_a_text_is_a_whole_word_with_right_check_characters() -> None:
    wrong = REFERENCE[:-2] + ("00" if REFERENCE[-2:] != "00" else "01")
    assert references_in(f"Rückzahlung {REFERENCE}, danke") == {REFERENCE}
    assert references_in(f"EREF+{REFERENCE.lower()}+") == {REFERENCE}
    assert references_in(f"X{REFERENCE} {REFERENCE}1 {wrong} {REFERENCE[:-1]}") == set()


def text(words: str, end_to_end: str = "NOTPROVIDED") -> str:
    return details(end_to_end).replace("</TxDtls>", f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>")


STRUCTURED = details("NOTPROVIDED").replace(
    "</TxDtls>", f"<RmtInf><Strd><CdtrRefInf><Ref>{REFERENCE}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
)
SECOND = reference_of(CASE, 2, 2026)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (details(REFERENCE), REFERENCE),
        (STRUCTURED, REFERENCE),
        (text(f"Erstattung {REFERENCE} Stadtilm"), REFERENCE),
        (text(f"{REFERENCE} {REFERENCE}"), REFERENCE),
        (text(f"{REFERENCE} und {SECOND}"), ""),
        (text(SECOND, REFERENCE), ""),
        (text("Erstattung Stadt Stadtilm 6400,00"), "NOTPROVIDED"),
    ],
)
def test_a_credit_names_one_claim_in_any_place_or_none(told: str, found: str) -> None:
    report = read(camt_053(entry("6400.00", told, direction="CRDT")))
    assert isinstance(report, BookingReport)
    assert [it.reference for it in report.entries[0].bookings] == [found]


def test_a_debit_is_never_read_for_a_claim() -> None:
    report = read(camt_053(entry("6400.00", text(REFERENCE, "TH-1"))))
    assert isinstance(report, BookingReport)
    assert [it.reference for it in report.entries[0].bookings] == ["TH-1"]


# ---- One file --------------------------------------------------------------------------------------------------------


def came_in(cents: int, key: str = "K-1", reference: str = REFERENCE, **more: Any) -> AccountEntry:
    facts: dict[str, Any] = {"booked": True, "booked_on": DAY} | more
    return AccountEntry(
        key=key, cents=cents, debit=False, credit=True, bookings=(Booking(reference=reference, cents=cents),), **facts
    )


def owing(opened: ClaimOpened = OPENED) -> House:
    house = House()
    house.events[claim.decider.stream(CASE)] = [opened]
    return house


def take(house: House, *lines: AccountEntry, number: int = 1, expected: Expected = EXPECTED) -> list[Any]:
    report = BookingReport(message_id=f"C-{number}", entries=lines)
    return house.record(apply_booking(report, f"{number:064x}", [], expected), system(DAY))


def booked(house: House) -> int:
    state: claim.Claims = house.state(claim.decider, CASE)
    return sum(one.cents + one.interest_cents for it in state.claims for one in it.booked)


def waiting(house: House) -> Sequence[tuple[str, int, str]]:
    return [(it.item.reason, it.item.cents, it.item.kind) for _, _, it in listed(house)]


def test_the_file_and_what_it_brought_are_one_transaction() -> None:
    events = take(house := owing(), came_in(OWED))
    assert [type(it) for it in events] == [RepaymentBooked, ClaimSettled, ReportReceived]
    assert (events[2].matched, events[2].unmatched_count) == (1, 0)
    assert (booked(house), waiting(house)) == (OWED, [])


def test_the_surplus_waits_to_be_explained_and_is_told_once() -> None:
    house = owing()
    take(house, came_in(OWED + 7_00))
    take(house, came_in(OWED + 7_00), number=2)
    assert booked(house) == OWED
    assert waiting(house) == [("repayment-surplus", 7_00, ClearingKind.INCOMING)]


def test_a_settled_claim_an_unknown_reference_and_a_name_take_nothing() -> None:
    house = owing()
    take(house, came_in(OWED))
    take(house, came_in(1_00, "K-2"), came_in(OWED, "K-3", SECOND), came_in(OWED, "K-4", ""), number=2)
    assert waiting(house) == [
        ("claim-is-settled", 1_00, ClearingKind.INCOMING),
        ("not-a-debit", OWED, ClearingKind.INCOMING),
        ("not-a-debit", OWED, ClearingKind.INCOMING),
    ]
    assert booked(house) == OWED


def test_what_is_not_booked_yet_or_does_not_add_up_moves_nothing() -> None:
    house = owing()
    odd = replace(came_in(OWED), cents=OWED + 1)
    take(house, came_in(OWED, booked=False), odd)
    assert booked(house) == 0
    assert [it[0] for it in waiting(house)] == ["not-a-debit", "sum-differs"]


def test_a_booking_that_waits_to_be_explained_is_not_booked_as_well() -> None:
    house = owing()
    take(
        house,
        came_in(OWED),
        expected=replace(EXPECTED, listed=frozenset({clearing.listed_as("K-1", DAY, credit=True)})),
    )
    assert (booked(house), [it[0] for it in waiting(house)]) == (0, ["receipt-listed"])


def test_a_booking_of_many_is_divided_by_what_each_names() -> None:
    house = owing()
    parts = (
        Booking(reference=REFERENCE, cents=1_00),
        Booking(reference="X", cents=2_00),
        Booking(reference=REFERENCE, cents=3_00),
    )
    take(house, replace(came_in(6_00), bookings=parts))
    assert booked(house) == 4_00
    assert waiting(house) == [("unknown-reference", 2_00, ClearingKind.INCOMING)]


# ---- However it is divided, repeated and ordered ---------------------------------------------------------------------


@st.composite
def told(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """What is owed in parts, and files that tell these parts in any order, some of them several times, all at least once."""
    cuts = sorted(draw(st.sets(st.integers(1, OWED - 1), max_size=5)))
    parts = [end - start for start, end in zip([0, *cuts], [*cuts, OWED], strict=True)]
    numbers = list(range(len(parts)))
    files = draw(st.lists(st.lists(st.sampled_from(numbers), max_size=4), max_size=4))
    return parts, [*files, draw(st.permutations(numbers)), *draw(st.lists(st.permutations(numbers), max_size=2))]


def summed(parts: Sequence[int], files: Sequence[Sequence[int]]) -> House:
    house = owing()
    for number, file in enumerate(files):
        take(house, *(came_in(parts[it], f"K-{it}") for it in file), number=number)
    return house


@settings(max_examples=60)
@given_any(told())
def test_any_division_and_repetition_sums_to_what_was_owed(told: tuple[list[int], list[list[int]]]) -> None:
    house = summed(*told)
    assert (booked(house), waiting(house)) == (OWED, [])
    assert sum(isinstance(it, ClaimSettled) for it in house.events[claim.decider.stream(CASE)]) == 1


def test_without_its_name_a_booking_told_twice_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(range(100))
    monkeypatch.setattr(receipts.claims, "receipt_of", lambda *_: f"r{next(made)}")
    monkeypatch.setattr(by_hand_room, "_same_voucher", lambda *_: False)
    house = summed([OWED // 2, OWED - OWED // 2], [[0], [0, 1]])
    assert [it[0] for it in waiting(house)] == ["claim-is-settled"]
    assert (
        len(house.events[claim.decider.stream(CASE)]) == 4
    )  # opened, the first half twice, settled: one half was never paid


# ---- Over the desk ---------------------------------------------------------------------------------------------------


def owed_by(road: Road, case: str, cents: int = 64_00) -> str:
    """A claim that review demands; the reference under which it is paid."""
    road.assign(case)
    reference = reference_of(case, 1, 2025)
    demanded = replace(
        DEMANDED, cents=cents, claim=f"c{case[:8]}", reference=reference, interest_from_on=None,
        demanded_on=date(2025, 8, 1), due_on=date(2025, 9, 1),
    )  # fmt: skip
    road.service.tell("review", case, demanded)
    road.service.settled()
    return reference


def told_to_review(road: Road, case: str) -> list[str]:
    """The contracts about a case's claim that lie in payout's lane."""

    async def read_lane() -> list[str]:
        connection, jetstream = await as_operator(road.service.place.nats)
        name = stream_of(lane("payout"))
        last = (await jetstream.stream_info(name)).state.last_seq
        bodies = [(await jetstream.get_msg(name, seq=it)).data or b"" for it in range(1, last + 1)]
        await connection.close()
        envelopes = [envelope_of(raw) for body in bodies for raw in unpack_envelopes(body)]
        return [it.contract for it in envelopes if it.case == case and it.contract in CONTRACTS]

    wait_until(lambda: road.service.house.idle, "die Spur")
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, read_lane()).result()


CONTRACTS = ("payout.repayment-received", "payout.claim-settled")


def claim_of(road: Road, case: str) -> Any:
    (found,) = road.read(f"/payout/cases/{case}")["claims"]
    return found


def credit(reference: str, amount: str, servicer: str) -> str:
    return entry(
        amount, text(f"Erstattung {reference}"), direction="CRDT", servicer=servicer, booked="<Dt>2025-08-04</Dt>"
    )


def test_a_claim_is_settled_by_the_files_that_tell_its_payment_and_review_hears_of_it_once(
    road: Road, case: str
) -> None:
    paid = credit(owed_by(road, case), "64.00", f"K-{case[:8]}")
    lay(road, f"n-{case}.xml", camt_054(paid).replace(b"C-1", f"C-{case[:8]}".encode()))
    first = claim_of(road, case)
    assert (first["status"], first["received_cents"], first["open_cents"]) == ("settled", 64_00, 0)
    for number in (1, 2):
        lay(
            road,
            f"s{number}-{case}.xml",
            camt_053(paid, message=f"M{number}-{case[:8]}", number=number, on="2025-08-04"),
        )
    assert claim_of(road, case) == first
    assert told_to_review(road, case) == list(CONTRACTS)
    assert road.read("/payout/clearing?status=claim-is-settled")["items"] == []


def test_a_payment_in_parts_and_beyond_leaves_what_was_not_owed_to_be_explained(road: Road, case: str) -> None:
    reference, key = owed_by(road, case), f"H{case[:8]}"
    lay(
        road,
        f"h-{case}.csv",
        hkr_receipts(case[:8], (f"{key}-1", reference, "40.00"), (f"{key}-2", reference, "30.00")),
    )
    told = claim_of(road, case)
    assert (told["status"], told["received_cents"]) == ("settled", 64_00)
    again = hkr_receipts(f"{case[:8]}x", (f"{key}-2", reference, "30.00"), (f"{key}-1", reference, "40.00"))
    lay(road, f"again-{case}.csv", again)
    waits = [
        it for it in road.read("/payout/clearing?status=repayment-surplus")["items"] if it["reference"] == reference
    ]
    assert [(it["cents"], it["direction"], it["booking"]) for it in waits] == [(6_00, "credit", f"{key}-2")]
    assert told_to_review(road, case) == [CONTRACTS[0], *CONTRACTS]


def hkr_receipts(name: str, *lines: tuple[str, str, str]) -> bytes:
    records = "".join(
        f"Einzelsatz;{key};Einzahlung;{reference};{amount};2025-08-04\n" for key, reference, amount in lines
    )
    total = sum(round(float(amount) * 100) for _, _, amount in lines)
    return (
        f"Buchungsdatei;urn:foerderstrom:hkr:1\nVorsatz;{name}\n{records}"
        f"Nachsatz;{len(lines)};{total // 100}.{total % 100:02d}\n"
    ).encode()


def test_what_came_in_before_its_claim_was_known_waits_and_is_not_booked_as_well(road: Road, case: str) -> None:
    reference = reference_of(case, 1, 2025)
    paid = credit(reference, "64.00", f"E-{case[:8]}")
    lay(road, f"early-{case}.xml", camt_054(paid).replace(b"C-1", f"E-{case[:8]}".encode()))
    owed_by(road, case)
    lay(road, f"later-{case}.xml", camt_053(paid, message=f"E{case[:8]}", number=9, on="2025-08-04"))
    assert claim_of(road, case)["received_cents"] == 0
    waits = [it for it in road.read("/payout/clearing")["items"] if it.get("booking") == f"E-{case[:8]}"]
    assert [it["reason"] for it in waits] == ["not-a-debit"]


# ---- Assigned by two persons -----------------------------------------------------------------------------------------


def proposed(house: House, resolution: str = "r1", **more: Any) -> str:
    """A credit without a reference waits, and a person says that it is the claim's; the list's name."""
    take(house, came_in(OWED, "K-9", ""))
    ((name, number, _),) = listed(house)
    command = ProposeResolution(
        number=number, proposal=resolution, resolution=Resolution.ASSIGNED, reason="ohne Kennung gezahlt", **more
    )
    house.tell(clearing.decider, name, command, clerk(Role.TREASURY))
    return name


def agreed(house: House, name: str, person: str = "p-two") -> list[Any]:
    owed = EXPECTED.claims[REFERENCE]
    return house.record(approve(name, 1, "r1", owed=owed), acting(person, Role.TREASURY, DAY))


def test_a_credit_without_reference_is_the_claims_when_two_persons_say_so() -> None:
    name = proposed(house := owing(), claim="c1")
    resolved, repaid, settled = agreed(house, name)
    assert (resolved.claim, repaid.booked_by, repaid.voucher, settled.outcome) == ("c1", "p-two", "K-9", "paid")
    assert agreed(house, name) == []
    assert booked(house) == OWED


def test_an_assignment_names_a_payment_or_a_claim_and_all_of_it_has_to_be_owed() -> None:
    for more in ({}, {"claim": "c1", "payment": "p1"}):
        with pytest.raises(ResolutionIncomplete):
            proposed(owing(), **more)
    house = owing()
    take(house, came_in(1_00, "K-1"), number=5)
    with pytest.raises(claim.MoreThanOwed):
        agreed(house, proposed(house, claim="c1"))
    assert booked(house) == 1_00


def test_what_was_entered_by_hand_is_not_assigned_as_well_and_a_demander_assigns_nothing() -> None:
    house = owing()
    by_hand = BookRepayment(
        claim="c1", repayment="r1", cents=1_00, received_on=DAY, paid_by=PaidBy.TRANSFER, voucher="K-9"
    )
    house.tell(claim.decider, CASE, by_hand, clerk(Role.TREASURY))
    name = proposed(house, claim="c1")
    with pytest.raises(claim.RepaymentDiffers):
        agreed(house, name)
    house = owing()
    with pytest.raises(RefusedAttempt):
        agreed(house, proposed(house, claim="c1"), "p-officer")


def test_an_early_payment_is_assigned_over_the_api_and_told_to_review(road: Road, case: str) -> None:
    key = f"A-{case[:8]}"
    lay(road, f"a-{case}.xml", camt_054(credit("FREMD", "64.00", key)).replace(b"C-1", key.encode()))
    reference = owed_by(road, case)
    item = next(it for it in road.read("/payout/clearing")["items"] if it.get("booking") == key)
    path = f"/payout/clearing/{item['clearing']}/items/1"
    body = {"resolution": "assigned", "reason": "vor der Forderung gezahlt", "reference": reference}
    road.done("p-cashier", f"{path}/proposals", body, etag='"0"')
    told = road.read(path)
    assert (told["claim"], told["payment"]) == (claim_of(road, case)["claim"], "")
    approval = f"{path}/proposals/{told['proposal']}/approval"
    refused = road.act("p-orderer", approval, etag='"0"')
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed"), "the treasury books what came in"
    offered = {it["name"]: it for it in road.read(path, "p-orderer")["next"]}["approve-resolution"]
    assert (offered["allowed"], "das tut die Kasse" in offered["hindrance"]) == (False, True)
    assert claim_of(road, case)["received_cents"] == 0
    road.clients["p-both"] = road.service.client("p-both", Role.TREASURY, Role.ORDERING_OFFICER)
    assert {it["name"]: it for it in road.read(path, "p-both")["next"]}["approve-resolution"]["allowed"]
    road.done("p-both", approval, etag='"0"')
    assert claim_of(road, case)["status"] == "settled"
    assert told_to_review(road, case) == list(CONTRACTS)
    answer = road.act("p-cashier", f"{path}/proposals", body | {"reference": "RF25NOBODY"}, etag='"0"')
    assert (answer.status_code, answer.json()["code"]) == (404, "payment-unknown")
