"""A credit that is more than a claim's: two persons divide it, each part goes where it belongs, and the cents stay the same."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import claim, clearing, municipal_tie
from services.payout import disbursement as disbursements
from services.payout.claim import RepaymentBooked
from services.payout.clearing import (
    BookedByTreasury,
    ClearingOpened,
    Part,
    PartsDiffer,
    ProposeResolution,
    Resolution,
    deciding,
)
from services.payout.report import Owed, approve, propose
from services.review.recovery import reference_of
from shared import ties
from shared.contracts import Acted
from shared.decider import RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import CASE, OTHER_CASE, House, plan, system
from tests.payout.messages import camt_054
from tests.payout.road import Road
from tests.payout.test_clearing import listed
from tests.payout.test_desk import lay
from tests.payout.test_receipt import DAY, OPENED, OWED, came_in, claim_of, clerk, credit, owed_by, take
from tests.scenario import acting

SHARES = {"c1": Owed(case=CASE, claim="c1"), "c2": Owed(case=OTHER_CASE, claim="c2")}
BROUGHT = 2 * OWED + 30_00
PLAN = plan(OTHER_CASE)
SYSTEM = system(DAY)


def _conflict(house: House, person: str, tie: bool) -> None:
    """The person is biased in the second case, by a declaration in it or by a tie to its municipality."""
    action = "declare-municipal-tie" if tie else "declare-conflict-of-interest"
    act = Acted(person=person, role=Role.TREASURY, action=action)
    if tie:
        noted = municipal_tie.NoteTie(acted=(act,), key="16070048", declared_on=DAY)
        house.tell(municipal_tie.decider, ties.REGISTER, noted, SYSTEM)
    else:
        declared = disbursements.NoteConflict(acted=(act,), declared_on=DAY)
        house.tell(disbursements.decider, OTHER_CASE, declared, SYSTEM)


def owing_two(brought: int = BROUGHT) -> tuple[House, str]:
    """Two cases owe the same, and one credit that names neither brought more than both; the name of its list."""
    house = House()
    house.events[claim.decider.stream(CASE)] = [OPENED]
    second = replace(OPENED, claim="c2", reference=reference_of(OTHER_CASE, 1, 2026))
    house.events[claim.decider.stream(OTHER_CASE)] = [second]
    take(house, came_in(brought, "K-9", ""))
    ((name, _, _),) = listed(house)
    return house, name


def owing_of(parts: Sequence[Part]) -> list[Owed]:
    return [SHARES[it.claim] for it in parts if it.claim]


def divide(
    house: House, name: str, *parts: Part, number: int = 1, proposal: str = "r1", by: str = "p-one"
) -> list[Any]:
    command = ProposeResolution(
        number=number, proposal=proposal, resolution=Resolution.SPLIT, reason="für zwei Vorgänge", parts=parts
    )
    return house.record(propose(name, command, owing_of(parts)), acting(by, Role.ORDERING_OFFICER, DAY))


def agree(
    house: House,
    name: str,
    *parts: Part,
    number: int = 1,
    proposal: str = "r1",
    by: str = "p-two",
    role: Role = Role.TREASURY,
) -> list[Any]:
    decision = approve(name, number, proposal, shares=owing_of(parts))
    return house.record(decision, acting(by, role, DAY))


def repaid(house: House) -> int:
    return sum(it.cents + it.interest_cents for it in repayments(house))


def repayments(house: House) -> list[RepaymentBooked]:
    return [it for events in house.events.values() for it in events if isinstance(it, RepaymentBooked)]


def open_items(house: House) -> list[tuple[int, str, int]]:
    return [(number, it.item.reason, it.item.cents) for _, number, it in listed(house) if it.resolved is None]


BOTH = (Part(cents=OWED, claim="c1"), Part(cents=OWED, claim="c2"))


def test_two_claims_of_two_cases_are_paid_from_one_credit_and_the_rest_stays_open() -> None:
    house, name = owing_two()
    divide(house, name, *BOTH)
    assert repaid(house) == 0, "one person moves nothing"
    agree(house, name, *BOTH)
    assert sorted((it.claim, it.cents, it.voucher, it.booked_by) for it in repayments(house)) == [
        ("c1", OWED, "K-9", "p-two"),
        ("c2", OWED, "K-9", "p-two"),
    ]
    assert open_items(house) == [(2, "part-open", 30_00)]


def test_the_same_agreement_again_changes_nothing() -> None:
    house, name = owing_two()
    divide(house, name, *BOTH)
    agree(house, name, *BOTH)
    assert divide(house, name, *BOTH) == []
    assert agree(house, name, *BOTH) == []
    assert repaid(house) == 2 * OWED


def test_a_part_is_given_back_and_another_is_assigned_later_even_to_the_same_claim() -> None:
    house, name = owing_two()
    parts = (Part(cents=OWED - 10_00, claim="c1"), Part(cents=OWED, give_back=True))
    divide(house, name, *parts)
    agree(house, name, *parts)
    assert open_items(house) == [(2, "to-give-back", OWED), (3, "part-open", 40_00)]
    rest = (Part(cents=10_00, claim="c1"),)
    divide(house, name, *rest, number=3, proposal="r2")
    agree(house, name, *rest, number=3, proposal="r2")
    assert (repaid(house), open_items(house)) == (OWED, [(2, "to-give-back", OWED), (4, "part-open", 30_00)])


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (Part(cents=BROUGHT, claim="c1"),),
        (Part(cents=BROUGHT + 1, claim="c1"), Part(cents=1)),
        (Part(cents=0, claim="c1"), Part(cents=1)),
        (Part(cents=-1, claim="c1"), Part(cents=BROUGHT + 1)),
        (Part(cents=1, claim="c1"), Part(cents=1, claim="c1")),
        (Part(cents=1), Part(cents=1, give_back=True)),
        (Part(cents=1, claim="c1", give_back=True), Part(cents=1)),
    ],
)
def test_parts_that_are_no_division_are_refused(parts: tuple[Part, ...]) -> None:
    house, name = owing_two()
    with pytest.raises(PartsDiffer):
        divide(house, name, *parts)


def test_parts_belong_to_a_division_alone_and_a_debit_has_none() -> None:
    house, name = owing_two()
    assigned = ProposeResolution(
        number=1, proposal="r1", resolution=Resolution.ASSIGNED, reason="so", claim="c1", parts=BOTH
    )
    with pytest.raises(PartsDiffer):
        house.record(propose(name, assigned), acting("p-one", Role.TREASURY, DAY))
    assert Resolution.SPLIT not in clearing.OFFERED[clearing.ClearingKind.OUTGOING]


def test_all_parts_are_booked_or_none() -> None:
    house, name = owing_two()
    too_much = (Part(cents=OWED, claim="c1"), Part(cents=OWED + 1, claim="c2"))
    divide(house, name, *too_much)
    with pytest.raises(claim.MoreThanOwed):
        agree(house, name, *too_much)
    assert (repaid(house), open_items(house)) == (0, [(1, "not-a-debit", BROUGHT)])


def test_only_another_person_and_only_one_of_the_treasury_agrees() -> None:
    house, name = owing_two()
    divide(house, name, *BOTH)
    with pytest.raises(RefusedAttempt):
        agree(house, name, *BOTH, by="p-one")
    with pytest.raises(BookedByTreasury):
        agree(house, name, *BOTH, role=Role.ORDERING_OFFICER)
    by_hand = claim.BookRepayment(
        claim="c1", repayment="r9", cents=1, received_on=DAY, paid_by=claim.PaidBy.TRANSFER, voucher="K-0"
    )
    with pytest.raises(claim.NotOfTreasury):
        house.tell(claim.decider, CASE, by_hand, clerk(Role.ORDERING_OFFICER))
    assert repaid(house) == 0


@pytest.mark.parametrize("tie", [False, True])
def test_who_is_biased_in_one_of_the_cases_neither_proposes_nor_agrees(tie: bool) -> None:
    house, name = owing_two()
    house.tell(disbursements.decider, OTHER_CASE, replace(PLAN, municipalities=("16070048",)), SYSTEM)
    _conflict(house, "p-biased", tie)
    with pytest.raises(RefusedAttempt) as barred:
        divide(house, name, *BOTH, by="p-biased")
    assert barred.value.rule == "conflict-of-interest"
    divide(house, name, *BOTH)
    with pytest.raises(RefusedAttempt):
        agree(house, name, *BOTH, by="p-biased")
    assert repaid(house) == 0
    only_first = (Part(cents=OWED, claim="c1"),)
    house, name = owing_two()
    _conflict(house, "p-biased", tie)
    divide(house, name, *only_first, by="p-biased")
    agree(house, name, *only_first)
    assert repaid(house) == OWED, "the other case's conflict says nothing here"


def test_a_booking_that_was_divided_is_not_entered_by_hand_as_well() -> None:
    house, name = owing_two()
    parts = (Part(cents=10_00, claim="c1"),)
    divide(house, name, *parts)
    agree(house, name, *parts)
    by_hand = claim.BookRepayment(
        claim="c1", repayment="r9", cents=10_00, received_on=DAY, paid_by=claim.PaidBy.TRANSFER, voucher="K-9"
    )
    with pytest.raises(claim.RepaymentDiffers):
        house.tell(claim.decider, CASE, by_hand, clerk(Role.TREASURY))


# ---- However it is divided -------------------------------------------------------------------------------------------


@st.composite
def divisions(draw: st.DrawFn) -> tuple[int, list[tuple[Part, ...]]]:
    """What a credit brought, and how it and then each rest is divided."""
    brought = draw(st.integers(2, 3 * OWED))
    rounds: list[tuple[Part, ...]] = []
    for _ in range(draw(st.integers(1, 4))):
        wanted = draw(st.lists(st.sampled_from(["c1", "c2", "", "back"]), min_size=1, max_size=4))
        rounds.append(
            tuple(
                Part(
                    cents=draw(st.integers(-1, brought)),
                    claim=it if it in SHARES else "",
                    give_back=it == "back",
                )
                for it in wanted
            )
        )
    return brought, rounds


def divided(brought: int, rounds: Sequence[tuple[Part, ...]]) -> House:
    """Each round divides the newest open item, twice over, as far as that is possible."""
    house, name = owing_two(brought)
    for count, parts in enumerate(rounds):
        if not (left := open_items(house)):
            break
        at: dict[str, Any] = {"number": left[-1][0], "proposal": f"r{count}"}
        try:
            for _ in range(2):
                divide(house, name, *parts, **at)
            for _ in range(2):
                agree(house, name, *parts, **at)
        except (PartsDiffer, claim.MoreThanOwed, claim.ClaimIsSettled, clearing.ResolutionPending):
            continue
    return house


@settings(max_examples=150)
@given_any(divisions())
def test_what_was_repaid_and_what_waits_is_what_came_in(told: tuple[int, list[tuple[Part, ...]]]) -> None:
    brought, rounds = told
    house = divided(brought, rounds)
    assert repaid(house) + sum(cents for _, _, cents in open_items(house)) == brought
    for of_claim in SHARES:
        assert sum(it.cents + it.interest_cents for it in repayments(house) if it.claim == of_claim) <= OWED
    assert all(it.cents > 0 for events in house.events.values() for one in events
               if isinstance(one, ClearingOpened) for it in one.items)  # fmt: skip


def test_without_the_rest_the_cents_of_a_division_would_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "_rest", lambda *_: [])
    house = divided(BROUGHT, [BOTH])
    assert repaid(house) + sum(cents for _, _, cents in open_items(house)) != BROUGHT


# ---- Over the desk ---------------------------------------------------------------------------------------------------


def test_a_credit_is_divided_over_the_api_and_the_day_still_adds_up(road: Road, case: str) -> None:
    key = f"S-{case[:8]}"
    came = credit("FREMD", "100.00", key)
    lay(road, f"s-{case}.xml", camt_054(came).replace(b"C-1", key.encode()))
    reference = owed_by(road, case)
    item = next(it for it in road.read("/payout/clearing")["items"] if it.get("booking") == key)
    day = road.read(f"/payout/days/{item['booked_on']}")["listed_in_cents"]
    path = f"/payout/clearing/{item['clearing']}/items/1"
    assert "split" in road.read(path)["offered"]
    page = road.clients["p-cashier"].get(path, headers={"accept": "text/html"}).text
    assert "parts.0.reference" in page
    parts = [{"reference": reference, "cents": 64_00}, {"cents": 6_00, "give_back": True}]
    body = {"resolution": "split", "reason": "nur ein Teil gehört zur Forderung", "parts": parts}
    road.done("p-cashier", f"{path}/proposals", body, etag='"0"')
    told = road.read(path)
    assert [it["cents"] for it in told["parts"]] == [64_00, 6_00, 30_00]
    approval = f"{path}/proposals/{told['proposal']}/approval"
    assert road.act("p-orderer", approval, etag='"0"').status_code == 403
    road.clients["p-second"] = road.service.client("p-second", Role.TREASURY)
    road.done("p-second", approval, etag='"0"')
    assert claim_of(road, case)["status"] == "settled"
    found = {it["number"]: it for it in road.read("/payout/clearing")["items"] if it["clearing"] == item["clearing"]}
    assert {number: (it["reason"], it["cents"], it["of"], it["sha256"]) for number, it in found.items()} == {
        2: ("to-give-back", 6_00, 1, item["sha256"]),
        3: ("part-open", 30_00, 1, item["sha256"]),
    }
    after = road.read(f"/payout/days/{item['booked_on']}")["listed_in_cents"]
    assert after == day - 64_00
    lay(road, f"s2-{case}.xml", camt_054(came).replace(b"C-1", f"{key}b".encode()))
    again = [it for it in road.read("/payout/clearing")["items"] if it.get("booking") == key]
    assert len(again) == 2, "told again by another file it is nothing new"
