"""Who must not act in a case asks for none of its payments back; what people write of a request to cancel is sealed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.payout import recall as recalls
from services.payout.reactions import react
from shared.contracts import Acted
from shared.contracts.review import ConflictOfInterestDeclared
from shared.decider import Decision, RefusedAttempt
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import CASE, cashier, drawdown, orderer, system
from tests.payout.road import on_the_road
from tests.payout.test_recall import Recalling, handed_over
from tests.scenario import acting
from tests.servers import NatsServer
from tests.service import Place

DAY = cashier().valid_on
HTML = {"Accept": "text/html"}


def declare(house: Recalling, person: str, role: Role) -> None:
    act = Acted(person=person, role=role, action="declare-conflict-of-interest")
    noted = react(ConflictOfInterestDeclared(acted=(act,), declared_on=DAY), CASE)
    assert noted
    house.record(noted, system())


def handles_for_the_town(house: Recalling, person: str, role: Role) -> None:
    act = Acted(person=person, role=Role.APPLICANT, action="request-drawdown")
    house.disbursement(replace(drawdown(f"d-{role}"), acted=(act,)), system())


def dropping(house: Recalling) -> Decision:
    return recalls.drop(house.recall().asked, recalls.DropRecall(reason="Irrtum"))


BARRED: dict[str, tuple[Callable[[Recalling, str, Role], None], str]] = {
    "conflict": (declare, "conflict-of-interest"),
    "party": (handles_for_the_town, "recall-not-by-party"),
}


@pytest.mark.parametrize("why", BARRED)
def test_who_must_not_act_in_a_case_neither_asks_nor_agrees_nor_drops(why: str) -> None:
    bar, rule = BARRED[why]
    house = Recalling.begun()
    bar(house, "p-orderer", Role.ORDERING_OFFICER)
    bar(house, "p-cashier", Role.TREASURY)
    with pytest.raises(RefusedAttempt) as refused:
        house.ask()
    assert (refused.value.rule, refused.value.action, refused.value.case) == (rule, "request-recall", CASE)
    house.ask(context=acting("p-other", Role.ORDERING_OFFICER, DAY))
    with pytest.raises(RefusedAttempt) as refused:
        house.agree()
    assert (refused.value.rule, refused.value.action) == (rule, "approve-recall")
    with pytest.raises(RefusedAttempt) as refused:
        house.record(dropping(house), orderer())
    assert (refused.value.rule, refused.value.action) == (rule, "drop-recall")
    assert house.agree(context=acting("p-third", Role.TREASURY, DAY))


def test_without_the_look_into_the_cases_the_excluded_person_would_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    house = Recalling.begun()
    house.ask()
    declare(house, "p-cashier", Role.TREASURY)
    monkeypatch.setattr("services.payout.batch.in_cases.refuse_barred", lambda *_: None)
    assert house.agree()


def test_what_was_written_before_it_was_sealed_is_read_for_ever() -> None:
    house = Recalling.begun()
    house.ask()
    assert (house.recall().asked.text, house.recall().asked.sealed_text) == ("doppelt angeordnet", None)
    house.record(dropping(house), cashier())
    assert house.recall().dropped.reason == "Irrtum"


def test_the_reasons_are_in_no_event_and_are_read_on_the_page_and_over_the_interface(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        _, _, batch = handed_over(road)
        road.done("p-orderer", f"/payout/batches/{batch}/recalls", {"grounds": "CUST", "text": "Frau Muster rief an"})
        item = road.read("/payout/recalls")["items"][0]
        assert item["text"] == "Frau Muster rief an"
        recall = item["recall"]
        page = road.ask("p-cashier", f"/payout/batches/{batch}", headers=HTML).text
        assert "Frau Muster rief an" in page
        path = f"/payout/batches/{batch}/recalls/{recall}/dropping"
        road.done("p-cashier", path, {"reason": "Herr Beispiel irrte"})
        item = road.read("/payout/recalls")["items"][0]
        assert (item["status"], item["drop_reason"]) == ("dropped", "Herr Beispiel irrte")
        store = road.service.house.store
        raw = b"".join(bytes(it.state) for it in store.recorder.rows(0, 1_000))
        assert b"Muster" not in raw
        assert b"Beispiel" not in raw
        asked = store.load(recalls.decider, f"recall-{recall}").state.asked
        assert asked.text == ""
        assert asked.sealed_text is not None
