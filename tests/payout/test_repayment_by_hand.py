"""What a person entered by hand and the account tells as well is one repayment, in whatever order the two come."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import claim, clearing
from services.payout.claim import MatchRepayment, PaidBy, RepaymentBooked, RepaymentFoundOnAccount, of_account
from services.payout.clearing import ProposeResolution, Resolution, ResolutionIncomplete
from services.payout.report import Expected, approve
from shared.decider import RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import CASE, House, system
from tests.payout.messages import camt_053
from tests.payout.road import Road
from tests.payout.test_clearing import listed
from tests.payout.test_desk import lay
from tests.payout.test_receipt import (
    DAY,
    EXPECTED,
    OPENED,
    REFERENCE,
    TAKEN,
    booked,
    came_in,
    claim_of,
    clerk,
    credit,
    given,
    owed_by,
    owing,
    take,
)
from tests.scenario import acting

CENTS = 40_00
KEY = "K-1"
BY_HAND = claim.BookRepayment(
    claim="c1", repayment="r1", cents=CENTS, received_on=DAY, paid_by=PaidBy.TRANSFER, voucher="B 17"
)
SAME = replace(TAKEN, cents=CENTS)
MATCH = MatchRepayment(claim="c1", repayment="r1", cents=CENTS, received_on=DAY, voucher=KEY)


def entered(**more: Any) -> RepaymentBooked:
    return given(OPENED).when(replace(BY_HAND, **more), clerk(Role.TREASURY)).then_one(RepaymentBooked)


# ---- The noun --------------------------------------------------------------------------------------------------------


def test_the_name_of_the_booking_matches_it_by_itself() -> None:
    matched = given(OPENED, entered(voucher=KEY)).when(SAME, system(DAY)).then_one(RepaymentFoundOnAccount)
    assert (matched.repayment, matched.booking, matched.account_on, matched.found_by) == ("r1", KEY, DAY, "system")


def test_an_amount_and_a_day_only_suggest() -> None:
    with pytest.raises(claim.RepaymentPerhapsByHand, match="B 17"):
        given(OPENED, entered()).when(SAME, system(DAY))
    given(OPENED, entered()).when(replace(SAME, cents=CENTS + 1), system(DAY)).then_one(RepaymentBooked)
    set_off = entered(paid_by=PaidBy.SET_OFF)
    given(OPENED, set_off).when(SAME, system(DAY)).then_one(RepaymentBooked)
    later = replace(SAME, received_on=DAY + timedelta(days=32))
    given(OPENED, entered()).when(later, system(DAY + timedelta(days=40))).then_one(RepaymentBooked)


def test_two_persons_match_a_booking_once_and_only_to_an_entry_of_its_amount() -> None:
    matched = given(OPENED, entered()).when(MATCH, clerk(Role.TREASURY)).then_one(RepaymentFoundOnAccount)
    given(OPENED, entered(), matched).when(MATCH, clerk(Role.TREASURY)).then()
    given(OPENED, entered(), matched).when(SAME, system(DAY)).then()
    for history, command, error in (
        ((entered(), matched), replace(MATCH, voucher="K-2"), claim.RepaymentMatched),
        ((entered(),), replace(MATCH, cents=1), claim.RepaymentDiffers),
        ((entered(),), replace(MATCH, repayment="r2"), claim.NotEnteredByHand),
        ((entered(paid_by=PaidBy.SET_OFF),), MATCH, claim.NotEnteredByHand),
    ):
        with pytest.raises(error):
            given(OPENED, *history).when(command, clerk(Role.TREASURY))
    with pytest.raises(claim.NotOfTreasury):
        given(OPENED, entered()).when(MATCH, clerk(Role.ORDERING_OFFICER))
    with pytest.raises(RefusedAttempt):
        given(OPENED, entered()).when(MATCH, acting("p-officer", Role.TREASURY, DAY))


def test_a_number_that_the_bank_gives_anew_on_another_day_is_no_entry_of_long_before() -> None:
    long_after = DAY + timedelta(days=40)
    given(OPENED, entered(voucher=KEY)).when(
        replace(SAME, received_on=long_after, repayment="r9"), system(long_after)
    ).then_one(RepaymentBooked)


def test_what_the_account_told_of_a_day_is_not_entered_by_hand_as_well() -> None:
    told = given(OPENED).when(SAME, system(DAY)).then_one(RepaymentBooked)
    with pytest.raises(claim.RepaymentOnAccount, match=KEY):
        given(OPENED, told).when(BY_HAND, clerk(Role.TREASURY))
    given(OPENED, told).when(replace(BY_HAND, received_on=DAY - timedelta(days=1)), clerk(Role.TREASURY, DAY)).then_one(
        RepaymentBooked
    )


def test_nor_under_the_day_of_its_value() -> None:
    valued = DAY - timedelta(days=2)
    told = given(OPENED).when(replace(SAME, valued_on=valued), system(DAY)).then_one(RepaymentBooked)
    for on in (DAY, valued):
        with pytest.raises(claim.RepaymentOnAccount, match=KEY):
            given(OPENED, told).when(replace(BY_HAND, received_on=on), clerk(Role.TREASURY))


def test_an_entry_that_another_booking_was_matched_with_is_no_booking_of_its_number() -> None:
    matched = given(OPENED, entered(voucher="K-2")).when(MATCH, clerk(Role.TREASURY)).then_one(RepaymentFoundOnAccount)
    other = replace(SAME, voucher="K-2", repayment="r9")
    given(OPENED, entered(voucher="K-2"), matched).when(other, system(DAY)).then_one(RepaymentBooked)


# ---- In any order ----------------------------------------------------------------------------------------------------


def enter(house: House, voucher: str) -> None:
    try:
        house.tell(claim.decider, CASE, replace(BY_HAND, voucher=voucher), clerk(Role.TREASURY))
    except (claim.RepaymentOnAccount, claim.RepaymentDiffers):
        assert counted(house) == CENTS, "only what is booked already is refused"


def tell(house: House, number: int, reference: str) -> None:
    """The lists know which bookings were told before: of those without a reference, a file brings nothing new."""
    told = [clearing.listed_as(one.item.booking, DAY, credit=True) for _, _, one in listed(house)]
    if reference or not told:
        expected: Expected = replace(EXPECTED, listed=frozenset(told))
        take(house, came_in(CENTS, KEY, reference), number=number, expected=expected)


def clear(house: House) -> None:
    """Two persons say of each item that it is what was entered by hand, or the claim's where nothing was."""
    for name, number, one in listed(house):
        if one.resolved is not None or one.item.reason == "receipt-listed":
            continue
        [known] = house.state(claim.decider, CASE).claims
        entry = next((it.repayment for it in claim.unmatched(known)), "")
        command = ProposeResolution(
            number=number, proposal=f"x{number}", resolution=Resolution.ASSIGNED, reason="dasselbe Geld", claim="c1",
            repayment=entry,
        )  # fmt: skip
        house.tell(clearing.decider, name, command, clerk(Role.TREASURY))
        owed = EXPECTED.claims[REFERENCE]
        house.record(approve(name, number, f"x{number}", owed=owed), acting("p-two", Role.TREASURY, DAY))


def counted(house: House) -> int:
    """What the account's day counts as received on the claim."""
    [known] = house.state(claim.decider, CASE).claims
    told = sum(one.cents + one.interest_cents for one in known.booked if of_account(one))
    return told + sum(it.cents for it in known.found)


def play(steps: Sequence[str], voucher: str, reference: str) -> House:
    house = owing()
    for number, step in enumerate([*steps, "file", "clear"]):
        match step:
            case "hand":
                enter(house, voucher)
            case "file":
                tell(house, number, reference)
            case _:
                clear(house)
    return house


@settings(max_examples=60, deadline=None)
@drawn(
    steps=st.lists(st.sampled_from(["hand", "file", "clear"]), max_size=6),
    voucher=st.sampled_from(["B 17", KEY]),
    reference=st.sampled_from([REFERENCE, ""]),
)
def test_in_whatever_order_the_money_is_counted_once_on_the_claim_and_on_the_account(
    steps: list[str], voucher: str, reference: str
) -> None:
    house = play(steps, voucher, reference)
    assert booked(house) == CENTS
    assert counted(house) == CENTS


def test_without_the_question_it_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.payout.claim.deciding.refuse_perhaps_by_hand", lambda *_: None)
    assert booked(play(["hand"], "B 17", REFERENCE)) == 2 * CENTS


# ---- Over the desk ---------------------------------------------------------------------------------------------------


def test_an_entry_is_named_only_with_its_claim() -> None:
    house = owing()
    take(house, came_in(CENTS, KEY, ""))
    ((name, number, _),) = listed(house)
    command = ProposeResolution(
        number=number, proposal="x", resolution=Resolution.NOT_OURS, reason="fremd", repayment="r1"
    )
    with pytest.raises(ResolutionIncomplete):
        house.tell(clearing.decider, name, command, clerk(Role.TREASURY))


def test_a_credit_that_was_entered_by_hand_is_suggested_matched_and_the_day_adds_up(road: Road, case: str) -> None:
    reference = owed_by(road, case)
    told = road.read(f"/payout/cases/{case}")
    one = told["claims"][0]["claim"]
    path = f"/payout/cases/{case}/claims/{one}"
    body = {"cents": 40_00, "received_on": "2025-08-04", "paid_by": "transfer", "voucher": "B 17"}
    road.done("p-cashier", f"{path}/repayments", body, etag=told["claims_etag"])
    day = "/payout/days/2025-08-04"
    before = road.read(day)
    paid = credit(reference, "40.00", key := f"T-{case[:8]}")
    lay(road, f"t-{case}.xml", camt_053(paid, message=f"T{case[:8]}", number=77, on="2025-08-04"))
    assert claim_of(road, case)["received_cents"] == 40_00, "nothing is booked twice"
    item = next(it for it in road.read("/payout/clearing")["items"] if it["booking"] == key)
    assert item["reason"] == "repayment-perhaps-by-hand"
    here = f"/payout/clearing/{item['clearing']}/items/{item['number']}"
    [suggested] = [it for it in road.read(here)["suggested"] if it["reference"] == reference]
    assert (suggested["voucher"], suggested["cents"]) == ("B 17", 40_00)
    page = road.ask("p-cashier", here, headers={"Accept": "text/html"}).text
    assert "Beleg B 17" in page
    named = {"resolution": "assigned", "reason": "dasselbe Geld", "repayment": suggested["repayment"]}
    road.done("p-cashier", f"{here}/proposals", named, etag='"0"')
    proposal = road.read(here)["proposal"]
    road.clients["p-second"] = road.service.client("p-second", Role.TREASURY)
    road.done("p-second", f"{here}/proposals/{proposal}/approval", etag='"0"')
    after = road.read(day)
    assert claim_of(road, case)["received_cents"] == 40_00
    assert after["received_cents"] - before["received_cents"] == 40_00
    assert after["listed_in_cents"] == before["listed_in_cents"]
    assert after["credit_cents"] - before["credit_cents"] == 40_00
    assert [it for it in road.read(here)["suggested"] if it["reference"] == reference] == []
