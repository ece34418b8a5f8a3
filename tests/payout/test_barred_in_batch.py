"""A batch acts in many cases: who is excluded from one of them neither seals, nor releases, nor types in its file."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout.batch import in_cases
from services.payout.pages import barred
from services.payout.reactions import react
from shared.contracts import Acted
from shared.contracts.review import ConflictOfInterestDeclared, MunicipalTieDeclared
from shared.decider import Context, Decision, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.conftest import StartNats
from tests.payout.builders import BATCH, CASE, OTHER_CASE, House, cashier, drawdown, orderer, plan, system
from tests.payout.road import Road, on_the_road
from tests.service import Place

DAY = date(2025, 8, 4)
NUMBER = "EG-2025-00002"


def two_cases() -> House:
    """A payment is ordered in each of two cases: p1 and p2."""
    house = House()
    for case, payment, number in ((CASE, "p1", "EG-2025-00001"), (OTHER_CASE, "p2", NUMBER)):
        house.disbursement(replace(plan(case), file_number=number), system(), case)
        house.certified(drawdown(), case)
        house.order("d1", payment, case=case)
    return house


def declared(person: str, role: Role) -> ConflictOfInterestDeclared:
    act = Acted(person=person, role=role, action="declare-conflict-of-interest")
    return ConflictOfInterestDeclared(acted=(act,), declared_on=DAY)


def declare(house: House, person: str, role: Role) -> None:
    """The person declares a conflict in the other case."""
    noted = react(declared(person, role), OTHER_CASE)
    assert noted
    house.record(noted, system())


def seal(house: House, format: str = "iso20022") -> Decision:
    return batches.seal(replace(house.draft("p1", "p2"), writing=batches.Writing(format=format)), "a" * 64)


def orders(house: House) -> Sequence[payments.PaymentOrdered]:
    return [house.payment(it).order for it in ("p1", "p2")]


def attempt(house: House, decided: Decision, context: Context) -> RefusedAttempt:
    with pytest.raises(RefusedAttempt) as refused:
        house.record(decided, context)
    assert refused.value.case == OTHER_CASE
    assert f"Vorgang {NUMBER}" in refused.value.detail
    return refused.value


def test_who_ordered_and_then_declared_a_conflict_does_not_seal_but_somebody_else_does() -> None:
    house = two_cases()
    declare(house, "p-orderer", Role.ORDERING_OFFICER)
    assert attempt(house, seal(house), orderer()).rule == "conflict-of-interest"
    assert house.record(seal(house), replace(orderer(), actor="p-other"))


def test_a_conflict_declared_after_the_order_and_the_sealing_binds_at_the_release_and_names_the_case() -> None:
    house = two_cases()
    house.record(seal(house), orderer())
    declare(house, "p-cashier", Role.TREASURY)
    assert attempt(house, batches.release(BATCH, orders(house)), cashier()).rule == "conflict-of-interest"
    assert house.record(batches.release(BATCH, orders(house)), replace(cashier(), actor="p-other"))


def test_who_examined_in_a_case_after_the_sealing_does_not_release_it() -> None:
    house = two_cases()
    house.record(seal(house), orderer())
    later = replace(drawdown("d2"), acted=(Acted(person="p-cashier", role=Role.APPLICANT, action="request-drawdown"),))
    house.disbursement(later, system(), OTHER_CASE)
    assert attempt(house, batches.release(BATCH, orders(house)), cashier()).rule == "orderer-may-not-release"


def test_a_conflict_binds_whoever_types_the_file_into_the_states_system() -> None:
    house = two_cases()
    house.record(seal(house, batches.BY_HAND), orderer())
    house.record(batches.release(BATCH, orders(house)), cashier())
    declare(house, "p-cashier", Role.TREASURY)
    of_other_case = next(it.reference for it in house.sealed().entries if it.case == OTHER_CASE)
    entry = batches.record_entry(house.sealed(), "K 4711", of_other_case)
    assert attempt(house, entry, cashier()).action == "record-entry"
    other = replace(cashier(), actor="p-other")
    assert house.record(entry, other)
    assert house.record(entry, cashier()) == [], "what is recorded already decides nothing"


def test_who_is_tied_to_a_municipality_of_a_case_in_the_file_does_not_release_it() -> None:
    house = two_cases()
    house.record(seal(house), orderer())
    told = react(tied("p-cashier", "16070048"), "")
    assert told
    house.record(told, system())
    with pytest.raises(RefusedAttempt) as refused:
        house.record(batches.release(BATCH, orders(house)), cashier())
    assert (refused.value.rule, refused.value.case) == ("conflict-of-interest", CASE)
    assert house.record(batches.release(BATCH, orders(house)), replace(cashier(), actor="p-other"))


def tied(person: str, key: str) -> MunicipalTieDeclared:
    act = Acted(person=person, role=Role.TREASURY, action="declare-municipal-tie")
    return MunicipalTieDeclared(acted=(act,), key=key, declared_on=DAY)


def test_without_the_look_into_the_cases_the_money_would_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_cases, "refuse_barred", lambda *_its: None)
    house = two_cases()
    house.record(seal(house), orderer())
    declare(house, "p-cashier", Role.TREASURY)
    assert house.record(batches.release(BATCH, orders(house)), cashier())


# ---- The house -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with on_the_road(Place(folder=tmp_path_factory.mktemp("barred"), nats=start_nats())) as road:
        yield road


def ordered(road: Road, **more: Any) -> tuple[str, str]:
    """A case and its ordered payment."""
    road.assign(case := uuid4().hex, **more)
    road.request("d1", case)
    return case, road.ordered("d1", case)


def test_a_cashier_in_conflict_is_refused_the_file_in_the_cases_history_and_another_releases_it(road: Road) -> None:
    (case, first), (_, second) = ordered(road), ordered(road)
    batch = road.sealed(first, second)
    road.service.tell("review", case, declared("p-cashier", Role.TREASURY))
    path = f"/payout/batches/{batch}/release"
    refused = road.act("p-cashier", path)
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    assert "Vorgang EG-2025-00001" in refused.json()["detail"]
    road.service.settled()
    past = road.read(f"/payout/cases/{case}/history")["events"]
    assert past[-1]["topic"].startswith("house.attempt-refused")
    assert past[-1]["facts"]["rule"] == "conflict-of-interest"
    road.clients["p-second"] = road.service.client("p-second", Role.TREASURY)
    assert road.done("p-second", path)["status"] != "sealed"


def test_a_case_from_which_the_person_is_excluded_stays_out_of_the_file_and_the_others_are_paid(road: Road) -> None:
    (case, first), (_, second) = ordered(road), ordered(road)
    road.service.tell("review", case, declared("p-orderer", Role.ORDERING_OFFICER))
    chosen = road.act("p-orderer", "/payout/batches", {"payments": [first]})
    assert (chosen.status_code, chosen.json()["code"]) == (403, "attempt-refused")
    entries = {it["payment"] for it in road.read(f"/payout/batches/{road.sealed()}")["entries"]}
    assert second in entries
    assert first not in entries


def test_over_the_counter_a_tied_examiner_does_nothing_in_the_case_and_is_offered_nothing(road: Road) -> None:
    road.service.tell("review", "", tied("p-tied", "16070999"))
    road.assign(case := uuid4().hex, municipalities=("16070048", "16070999"))
    road.request("d1", case)
    road.clients["p-tied"] = road.service.client("p-tied", Role.CASE_OFFICER)
    path = f"/payout/cases/{case}"
    for step in ("drawdowns/d1/examination", "holds"):
        body = {"kind": "case", "reason": "audit", "text": "Prüfung"} if step == "holds" else {}
        refused = road.act("p-tied", f"{path}/{step}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    (asked,) = road.read(path, "p-tied")["drawdowns"]
    assert not asked["next"]["allowed"]
    assert "befangen" in asked["next"]["hindrance"]
    road.done("p-examiner", f"{path}/drawdowns/d1/examination")


# ---- What the pages say beforehand -----------------------------------------------------------------------------------


def page(road: Road, person: str, role: Role, path: str) -> str:
    client = road.clients.setdefault(person, road.service.client(person, role))
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def test_the_page_of_a_file_tells_everybody_beforehand_whom_a_case_excludes_from_releasing_it(road: Road) -> None:
    (case, first), (_, second) = ordered(road), ordered(road)
    batch = road.sealed(first, second)
    path = f"/payout/batches/{batch}"
    form = f'action="/payout/forms/batches/{batch}/release"'
    assert form in page(road, "p-cashier-3", Role.TREASURY, path)
    road.service.tell("review", case, declared("p-cashier-3", Role.TREASURY))
    for there in (path, "/payout/"):
        told = page(road, "p-cashier-3", Role.TREASURY, there)
        assert form not in told
        assert "Vorgang EG-2025-00001: Sie haben erklärt, in diesem Vorgang befangen zu sein." in told
        assert form in page(road, "p-cashier-4", Role.TREASURY, there)


def test_the_desk_tells_who_seals_how_many_orders_stay_out_of_the_file(road: Road) -> None:
    case, _ = ordered(road)
    ordered(road)
    road.service.settled()
    assert "aus Ihrer Datei heraus" not in page(road, "p-orderer-3", Role.ORDERING_OFFICER, "/payout/")
    road.service.tell("review", case, declared("p-orderer-3", Role.ORDERING_OFFICER))
    assert "Eine Anordnung bleibt aus Ihrer Datei heraus" in page(
        road, "p-orderer-3", Role.ORDERING_OFFICER, "/payout/"
    )
    assert "aus Ihrer Datei heraus" not in page(road, "p-orderer-4", Role.ORDERING_OFFICER, "/payout/")


def test_the_page_of_a_file_that_is_typed_in_tells_who_may_not_type_it(
    tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats
) -> None:
    place = Place(folder=tmp_path_factory.mktemp("typed"), nats=start_nats())
    with on_the_road(place, treasury_format="manual") as by_hand:
        case, payment = ordered(by_hand)
        batch = by_hand.sealed(payment)
        by_hand.released(batch)
        form = f'action="/payout/forms/batches/{batch}/entry"'
        path = f"/payout/batches/{batch}"
        assert form in page(by_hand, "p-typist", Role.TREASURY, path)
        by_hand.service.tell("review", case, declared("p-typist", Role.TREASURY))
        told = page(by_hand, "p-typist", Role.TREASURY, path)
        assert form not in told
        assert "befangen" in told


def test_the_last_of_many_cases_is_asked_as_the_first_is(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    (case, first), (other, second) = ordered(road), ordered(road)
    batch = road.sealed(first, second)
    road.service.tell("review", case, declared("p-cashier-4", Role.TREASURY))
    road.service.tell("review", other, declared("p-cashier-5", Role.TREASURY))
    asked: list[str] = []
    monkeypatch.setattr(barred, "known_acts", lambda _house, it, _person: asked.append(it))
    for person in ("p-cashier-4", "p-cashier-5"):
        assert f'action="/payout/forms/batches/{batch}/release"' not in page(
            road, person, Role.TREASURY, f"/payout/batches/{batch}"
        )
    assert asked == [], "the list knows them all; no case is read for it"
