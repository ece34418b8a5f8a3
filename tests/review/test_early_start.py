"""Vorzeitiger Vorhabensbeginn in review: proposed by one, decided by another, only before the contract, in any order."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.review import assessment as assessments
from services.review.early_start import (
    NO_PROMISE,
    AlreadyDecided,
    ApplicationTakenBack,
    ApproveEarlyStart,
    ContractConcluded,
    EarlyStartApproved,
    EarlyStartNotProposed,
    EarlyStartOpened,
    EarlyStartProposed,
    EarlyStartRefused,
    EarlyStartRequest,
    EarlyStartUnknown,
    EarlyStartWithdrawn,
    Event,
    OpenEarlyStart,
    OtherEarlyStart,
    ProposeEarlyStart,
    ReasonsMissing,
    RefuseEarlyStart,
    ValidTooEarly,
    ValidTooLate,
    WithdrawEarlyStart,
    act,
    decider,
)
from services.review.involvement import consulting
from services.review.programme import publish_policy
from services.review.publications import publish
from services.review.reactions import react
from services.review.wiring import blueprint
from shared.contracts import Acted, intake, review
from shared.contracts.intake import RoughExpenditure
from shared.decider import Context, Decision, DomainError, RefusedAttempt, decision, field_names
from shared.identity import Role
from shared.records import replace
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    GUIDELINE,
    PARAMETERS,
    POSITIVE,
    PRACTICE,
    PROGRAMME,
    House,
    approver,
    officer,
    opened_house,
    propose_d1,
    system,
)
from tests.review.road import D1_EXPENDITURE, Road
from tests.review.test_api import place
from tests.review.test_pages import read, send, shown
from tests.scenario import Scenario, acting
from tests.service import serving

ASKED = EarlyStartRequest(
    early_start="e1",
    file_number="EG-2025-00001",
    applicant_key="16070048",
    applicant_name="Stadt Stadtilm",
    title="Schnittstelle",
    description="Schnittstelle zwischen DMS und Fachverfahren",
    reason="Das alte Verfahren wird zum 30.06. abgeschaltet.",
    expenditure=(RoughExpenditure(description="Entwicklung", cents=38_000_00),),
    contract_on=date(2025, 6, 2),
    requested_on=date(2025, 5, 12),
    acted=(Acted(person="p-stadtilm", role=Role.APPLICANT, action="request-early-start"),),
)
OPENED = EarlyStartOpened(request=ASKED, opened_on=date(2025, 5, 12))
PROPOSE = ProposeEarlyStart(consent=True, reasons="Die Abschaltung ist belegt.")
PROPOSED = EarlyStartProposed(
    consent=True, reasons=PROPOSE.reasons, proposed_on=date(2025, 5, 28), proposed_by="p-officer"
)
IN_MAY, IN_JUNE = officer(date(2025, 5, 28)), approver(date(2025, 6, 2))
APPROVED = EarlyStartApproved(
    may_begin_on=date(2025, 6, 2), text=NO_PROMISE, approved_on=date(2025, 6, 2), approved_by="p-approver"
)
OTHER_OPINION = replace(POSITIVE, reasons="anders gesehen")
CONTRACT = intake.EarlyStartRequested(**{it: getattr(ASKED, it) for it in field_names(ASKED)})


def telling(contract: intake.EarlyStartRequested) -> Decision:
    decided = react(contract, CASE)
    assert decided
    return decided


def given(*history: Event) -> Scenario[Any, Event, Any]:
    return Scenario(decider, history)


def refused(problem: type[DomainError], command: Any, context: Context, *history: Event) -> None:
    with pytest.raises(problem):
        given(*history).when(command, context)


def test_d1_is_proposed_by_the_officer_and_approved_by_another_on_the_second_of_june() -> None:
    given().when(OpenEarlyStart(request=ASKED), system(date(2025, 5, 12))).then(OPENED)
    given(OPENED).when(PROPOSE, IN_MAY).then(PROPOSED)
    given(OPENED, PROPOSED).when(ApproveEarlyStart(), IN_JUNE).then(APPROVED)
    assert "keine Förderzusage" in APPROVED.text


def test_every_step_again_decides_nothing() -> None:
    given(OPENED).when(OpenEarlyStart(request=ASKED), system()).then()
    given(OPENED, PROPOSED).when(PROPOSE, IN_MAY).then()
    given(OPENED, PROPOSED, APPROVED).when(ApproveEarlyStart(), IN_JUNE).then()
    refuse = RefuseEarlyStart(reasons="Kein sachlicher Grund.")
    gone = EarlyStartRefused(reasons=refuse.reasons, refused_on=date(2025, 6, 2), refused_by="p-approver")
    given(OPENED, PROPOSED).when(refuse, IN_JUNE).then(gone)
    given(OPENED, PROPOSED, gone).when(refuse, IN_JUNE).then()
    refused(AlreadyDecided, ApproveEarlyStart(), IN_JUNE, OPENED, PROPOSED, gone)
    refused(AlreadyDecided, refuse, IN_JUNE, OPENED, PROPOSED, APPROVED)
    refused(AlreadyDecided, PROPOSE, IN_MAY, OPENED, PROPOSED, APPROVED)


def test_no_consent_after_the_planned_contract_and_none_for_the_past() -> None:
    refused(ContractConcluded, ApproveEarlyStart(), approver(date(2025, 6, 3)), OPENED, PROPOSED)
    refused(ValidTooEarly, ApproveEarlyStart(may_begin_on=date(2025, 6, 1)), IN_JUNE, OPENED, PROPOSED)


def test_a_consent_holds_as_long_as_the_parameters_of_the_programme_say() -> None:
    house = House()
    house.perform(publish_policy(GUIDELINE, PRACTICE, PARAMETERS), officer())
    asked = replace(CONTRACT, programme=PROGRAMME)
    house.perform(telling(asked), system(date(2025, 5, 12)))
    house.perform(act("e1", CASE, PROPOSE), IN_MAY)
    late = ApproveEarlyStart(may_begin_on=date(2026, 6, 3))
    with pytest.raises(ValidTooLate, match=r"02\.06\.2026"):
        house.perform(act("e1", CASE, late), IN_JUNE)
    house.perform(act("e1", CASE, ApproveEarlyStart()), IN_JUNE)
    approved = replace(APPROVED, expires_on=date(2026, 6, 2))
    assert house.log["early-start-decision-e1"][-1] == approved
    assert house.perform(act("e1", CASE, ApproveEarlyStart()), IN_JUNE) == {}
    contract = publish(approved, house.state("early-start-decision-e1"))
    assert isinstance(contract, review.EarlyStartDecided)
    assert contract.expires_on == date(2026, 6, 2)


def test_a_wish_told_without_its_programme_is_approved_without_an_end() -> None:
    house = House()
    house.perform(telling(CONTRACT), system(date(2025, 5, 12)))
    house.perform(act("e1", CASE, PROPOSE), IN_MAY)
    house.perform(act("e1", CASE, ApproveEarlyStart()), IN_JUNE)
    assert house.log["early-start-decision-e1"][-1] == APPROVED


@pytest.mark.parametrize("person", ["p-officer", "p-stadtilm"])
def test_who_proposed_or_applied_does_not_decide(person: str) -> None:
    acting = approver(date(2025, 6, 2), person)
    refused(RefusedAttempt, ApproveEarlyStart(), acting, OPENED, PROPOSED)
    refused(RefusedAttempt, RefuseEarlyStart(reasons="x"), acting, OPENED, PROPOSED)


def test_an_order_that_makes_no_sense_is_told_what_is_possible() -> None:
    for command in (PROPOSE, ApproveEarlyStart(), RefuseEarlyStart(reasons="x")):
        refused(EarlyStartUnknown, command, IN_JUNE)
    refused(EarlyStartNotProposed, ApproveEarlyStart(), IN_JUNE, OPENED)
    refused(ReasonsMissing, ProposeEarlyStart(consent=True, reasons=" "), IN_MAY, OPENED)
    refused(ReasonsMissing, RefuseEarlyStart(reasons=" "), IN_JUNE, OPENED, PROPOSED)
    refused(OtherEarlyStart, OpenEarlyStart(request=replace(ASKED, reason="Anders")), system(), OPENED)


def test_the_wish_is_taken_although_review_has_no_application_and_the_decision_is_told() -> None:
    opening = telling(CONTRACT)
    nobody = [noun.initial for noun in opening.reads.values()]
    [opened] = opening.judge(nobody, system(date(2025, 5, 12)))["early-start-decision-e1"]
    assert opened == OPENED
    told = publish(APPROVED, decider.fold([OPENED, PROPOSED, APPROVED]))
    assert isinstance(told, review.EarlyStartDecided)
    assert (told.early_start, told.approved, told.may_begin_on, told.text) == ("e1", True, date(2025, 6, 2), NO_PROMISE)
    assert [it.person for it in told.acted] == ["p-stadtilm", "p-officer", "p-approver"]


def test_who_asked_to_begin_early_while_review_examines_does_not_act_for_the_authority_in_the_case() -> None:
    house = opened_house()
    propose_d1(house)
    opine = consulting(CASE, "record-expert-opinion", decision(assessments.decider, CASE, OTHER_OPINION))
    applicant = acting("p-stadtilm", Role.EXPERT, date(2025, 6, 30))
    assert opine.judge([noun.fold(house.log.get(it, [])) for it, noun in opine.reads.items()], applicant)
    house.perform(telling(CONTRACT), system())
    with pytest.raises(RefusedAttempt) as attempt:
        house.perform(opine, applicant)
    assert attempt.value.rule == "own-application"


def test_nothing_is_decided_any_more_once_the_application_was_taken_back() -> None:
    on = date(2025, 5, 30)
    gone = EarlyStartWithdrawn(withdrawn_on=on)
    take_back = WithdrawEarlyStart(withdrawn_on=on)
    given(OPENED, PROPOSED).when(take_back, system(on)).then(gone)
    given(OPENED, PROPOSED, gone).when(take_back, system(on)).then()
    given(OPENED, PROPOSED, APPROVED).when(take_back, system(on)).then()
    for command in (PROPOSE, ApproveEarlyStart(), RefuseEarlyStart(reasons="x")):
        refused(ApplicationTakenBack, command, IN_JUNE, OPENED, PROPOSED, gone)
    given(OPENED, gone).when(OpenEarlyStart(request=ASKED), system()).then()


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("early"), start_nats)) as service:
        yield Road(service)


def wish(road: Road, case: str) -> str:
    """A wish to begin early arrives; returns its path."""
    early_start = uuid4().hex
    planned = road.service.house.now().date().replace(year=road.service.house.now().year + 1)
    road.service.tell("intake", case, replace(CONTRACT, early_start=early_start, contract_on=planned))
    return f"/review/cases/{case}/early-starts/{early_start}"


@pytest.mark.parametrize("application_first", [True, False])
def test_an_early_start_is_decided_before_or_after_the_application_arrived(road: Road, application_first: bool) -> None:
    case = uuid4().hex
    if application_first:
        road.receive(case)
    path = wish(road, case)
    officer_, approver_ = road.person("p-officer", Role.CASE_OFFICER), road.person("p-approver", Role.APPROVER)
    seen = officer_.get(path)
    assert seen.json()["state"] == "open"
    proposed = officer_.post(
        f"{path}/proposal", json={"consent": True, "reasons": "Belegt."}, headers={"If-Match": seen.headers["etag"]}
    )
    assert proposed.status_code == 200, proposed.text
    tag = {"If-Match": approver_.get(path).headers["etag"]}
    approved = approver_.post(f"{path}/approval", json={}, headers=tag)
    assert approved.status_code == 200, approved.text
    told = approver_.get(path).json()
    assert (told["state"], told["told"]) == ("approved", NO_PROMISE)
    if not application_first:
        road.receive(case)
    assert "early-start-approved" in road.topics(case)
    assert "Vorzeitigem Beginn zugestimmt" in read(road.auditor, f"/review/cases/{case}")


@pytest.mark.parametrize("complete", [True, False])
def test_an_early_start_ends_with_its_application_also_before_that_was_complete(road: Road, complete: bool) -> None:
    case = uuid4().hex
    if complete:
        road.receive(case)
    path = wish(road, case)
    on = road.service.house.now().date()
    by = (Acted(person="p-stadtilm", role=Role.APPLICANT, action="withdraw-application"),)
    told = intake.ApplicationWithdrawn(
        withdrawn_on=on, acted=by, complete=complete, early_start=path.rpartition("/")[2]
    )
    road.service.tell("intake", case, told)
    officer_ = road.person("p-officer", Role.CASE_OFFICER)
    seen = officer_.get(path)
    assert seen.json()["state"] == "withdrawn"
    late = officer_.post(
        f"{path}/proposal", json={"consent": True, "reasons": "Belegt."}, headers={"If-Match": seen.headers["etag"]}
    )
    assert (late.status_code, late.json()["code"]) == (409, "application-taken-back")
    assert "Antrag zurückgenommen" in read(officer_, path)
    assert ("withdrawal-settled" in road.topics(case)) == complete
    assert "withdrawal-awaiting-application" not in road.topics(case)


def test_the_pages_lead_from_the_list_to_the_decision(road: Road) -> None:
    path = wish(road, uuid4().hex)
    road.service.settled()
    officer_, approver_ = road.person("p-officer", Role.CASE_OFFICER), road.person("p-approver", Role.APPROVER)
    assert f'href="{path}"' in read(officer_, "/review/early-starts")
    assert "Das alte Verfahren wird zum 30.06. abgeschaltet." in read(officer_, path)
    form = "/review/forms" + path.removeprefix("/review")
    empty = send(officer_, f"{form}/proposal", shown(officer_, path, f"{form}/proposal") | {"reasons": ""})
    assert empty.status_code == 422
    done = send(officer_, f"{form}/proposal", shown(officer_, path, f"{form}/proposal") | {"reasons": "Nicht belegt."})
    assert done.status_code == 303, done.text
    fields = shown(approver_, path, f"{form}/refusal") | {"reasons": "Ein sachlicher Grund ist nicht dargelegt."}
    assert send(approver_, f"{form}/refusal", fields).status_code == 303
    over = read(approver_, path)
    assert "Vorzeitiger Beginn abgelehnt" in over
    assert not re.search(r'<form method="post" action="/review/forms', over)


def test_an_early_start_of_another_case_is_unknown(road: Road) -> None:
    path = wish(road, uuid4().hex)
    other = path.replace(path.split("/")[3], uuid4().hex)
    assert road.auditor.get(other).status_code == 404
    assert road.person("p-town", Role.APPLICANT).get(path).status_code == 403


def test_who_is_biased_says_so_although_review_has_no_application_and_does_nothing_in_the_case_any_more(
    road: Road,
) -> None:
    case = uuid4().hex
    biased, other = road.person("p-biased", Role.CASE_OFFICER), road.person("p-officer", Role.CASE_OFFICER)
    unknown = f"/review/cases/{case}/conflict-of-interest"
    assert biased.post(unknown, json={"ground": "doubt"}, headers={"If-Match": '"0"'}).status_code == 404
    path = wish(road, case)
    seen = biased.get(path).json()
    assert seen["excluded"] == []
    told = {"If-Match": seen["handling_etag"]}
    for _again in ("first", "second"):
        assert biased.post(unknown, json={"ground": "doubt"}, headers=told).status_code in (200, 412)
    wanted = {"consent": True, "reasons": "Belegt."}
    refused = biased.post(f"{path}/proposal", json=wanted, headers={"If-Match": seen["etag"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    assert other.get(path).json()["excluded"] == ["p-biased"]
    assert other.post(f"{path}/proposal", json=wanted, headers={"If-Match": seen["etag"]}).status_code == 200
    road.receive(case)
    assert road.act(case, "expenditure", D1_EXPENDITURE, by=biased).json()["code"] == "attempt-refused"


def test_the_page_of_an_early_start_takes_the_declaration_and_shows_who_is_excluded(road: Road) -> None:
    path = wish(road, uuid4().hex)
    biased = road.person("p-biased-too", Role.APPROVER)
    form = f"/review/forms{path.removeprefix('/review')}/conflict-of-interest"
    assert send(biased, form, shown(biased, path, form) | {"ground": ""}).status_code == 422
    assert send(biased, form, shown(biased, path, form) | {"ground": "relative"}).status_code == 303
    after = read(biased, path)
    assert "p-biased-too" in after
    assert not re.search(r'<form method="post" action="/review/forms', after)
    assert "Befangenheit erklärt" in after


@pytest.mark.parametrize("key", ["16070048", "16070010"])
def test_who_is_tied_to_a_municipality_of_the_wish_does_not_propose_although_review_has_no_application(
    road: Road, key: str
) -> None:
    case, early_start = uuid4().hex, uuid4().hex
    planned = road.service.house.now().date().replace(year=road.service.house.now().year + 1)
    told = replace(CONTRACT, early_start=early_start, contract_on=planned, municipalities=("16070048", "16070010"))
    road.service.tell("intake", case, told)
    path = f"/review/cases/{case}/early-starts/{early_start}"
    tied = road.person(f"p-tied-{key}", Role.CASE_OFFICER)
    body, once = {"key": key, "ground": "council"}, {"Idempotency-Key": uuid4().hex}
    assert tied.post("/review/municipal-ties", json=body, headers=once).status_code == 201
    tag = {"If-Match": tied.get(path).headers["etag"]}
    wanted = {"consent": True, "reasons": "Belegt."}
    refused = tied.post(f"{path}/proposal", json=wanted, headers=tag)
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    other = road.person("p-officer", Role.CASE_OFFICER)
    assert other.post(f"{path}/proposal", json=wanted, headers=tag).status_code == 200
