from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake import file_register
from services.intake.application import (
    AcknowledgeReceipt,
    AlreadyDecided,
    AlreadySubmitted,
    AlreadyWithdrawn,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DeclareComplete,
    NotAcknowledged,
    Note,
    NotSubmitted,
    WithdrawApplication,
    decider,
    submit,
)
from services.intake.file_register import FileNumberAssigned, YearChanged
from services.intake.progress import AwardBecameFinal, ContradictoryNote, RefusalAnnounced, WithdrawalSettled
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.decider import DomainError, RefusedAttempt
from shared.formats import encode
from shared.identity import Role
from shared.records import replace
from tests.intake.builders import (
    APPLICANT,
    ARNSTADT,
    AWARD,
    BEGUN,
    BY_YEAR,
    CASE,
    CLERK,
    COMPLETE,
    D1,
    DECLARED,
    FUNDS,
    LINES,
    RECEIPT,
    STADTILM,
    SUBMISSION,
    SUBMITTED,
    SYSTEM,
    UNTIL_COMPLETE,
    UNTIL_FUNDS,
    Streams,
    given,
    recipient,
)
from tests.scenario import acting

WITHDRAW = WithdrawApplication(applicant_keys=(STADTILM,))
WITHDRAWN = ApplicationWithdrawn(withdrawn_on=date(2025, 5, 12), withdrawn_by="p-stadtilm")
REFUSED = RefusalAnnounced(reasons=("Fördergegenstand geschlossen",), refused_on=date(2025, 6, 30))


def refused(field: str, code: str, **changes: Any) -> None:
    """Nothing is decided about d1 with these changes; the answer names this field and this code."""
    with pytest.raises(DomainError) as caught:
        given().when(replace(SUBMISSION, **changes), APPLICANT)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.status == 422


# ---- Submission ----------------------------------------------------------------------------------------------------


def test_the_application_of_d1_is_submitted_under_the_name_in_the_register() -> None:
    given().when(SUBMISSION, APPLICANT).then(SUBMITTED)


def test_a_submission_gets_the_next_file_number_of_its_year_and_a_receipt_in_one_judgement() -> None:
    store = Streams()
    assert store.act(submit(SUBMISSION), APPLICANT) == {
        f"application-{CASE}": [SUBMITTED, RECEIPT],
        "register-2025": [FileNumberAssigned(case=CASE, number=1, file_number="EG-2025-00001")],
    }
    second = replace(SUBMISSION, case="f" * 32)
    assert store.act(submit(second), APPLICANT)["register-2025"][0].file_number == "EG-2025-00002"


def test_a_repeated_submission_decides_nothing_and_uses_up_no_number() -> None:
    store = Streams()
    store.act(submit(SUBMISSION), APPLICANT)
    store.act(submit(replace(SUBMISSION, case="f" * 32)), APPLICANT)
    assert store.act(submit(SUBMISSION), APPLICANT) == {}
    assert len(store.events["register-2025"]) == 2


def test_a_refused_submission_uses_up_no_number() -> None:
    store = Streams()
    with pytest.raises(DomainError):
        store.act(submit(replace(SUBMISSION, lines=())), APPLICANT)
    assert store.events["register-2025"] == []


def test_a_submission_that_crosses_new_year_is_asked_again() -> None:
    command = replace(SUBMISSION, starts_on=date(2026, 2, 1), by_year=(YearAmount(year=2026, cents=44_800_00),))
    command = replace(command, lines=tuple(replace(line, year=2026) for line in LINES))
    with pytest.raises(YearChanged):
        Streams().act(submit(command), recipient(date(2026, 1, 1)))


@for_all(st.lists(st.sampled_from([f"{n:032x}" for n in range(6)]), max_size=30))
def test_file_numbers_have_no_gap_and_no_number_is_given_twice(cases: list[str]) -> None:
    store = Streams()
    for case in cases:
        store.act(submit(replace(SUBMISSION, case=case)), APPLICANT)
    given_numbers = [it.number for it in store.events["register-2025"]]
    assert given_numbers == list(range(1, len(set(cases)) + 1))


def test_the_file_register_knows_a_repeated_command() -> None:
    store = [FileNumberAssigned(case=CASE, number=7, file_number="EG-2025-00007")]
    command = file_register.AssignFileNumber(case=CASE, year=2025)
    assert file_register.decide(command, file_register.decider.fold(store), APPLICANT) == []


def test_another_application_in_the_same_case_is_refused() -> None:
    with pytest.raises(AlreadySubmitted):
        given(SUBMITTED).when(replace(SUBMISSION, submission_sha256=64 * "6"), APPLICANT)


@pytest.mark.parametrize("history", [(), (SUBMITTED,)])
def test_nobody_applies_for_another_municipality(history: tuple[ApplicationSubmitted, ...]) -> None:
    with pytest.raises(RefusedAttempt) as caught:
        given(*history).when(replace(SUBMISSION, applicant_keys=(ARNSTADT,)), APPLICANT)
    assert (caught.value.rule, caught.value.action) == ("foreign-case", "submit-application")


def test_an_unknown_municipality_may_not_apply() -> None:
    refused("applicant_key", "unknown-applicant", applicant_key="16999999", applicant_keys=("16999999",))


def test_a_dissolved_municipality_is_told_its_successor() -> None:
    with pytest.raises(DomainError, match=r"Stadt Berga-Wünschendorf \(16076094\)") as caught:
        given().when(replace(SUBMISSION, applicant_key="16076004", applicant_keys=("16076004",)), APPLICANT)
    assert caught.value.code == "dissolved-applicant"


def test_the_municipality_must_exist_on_the_day_of_submission_not_today() -> None:
    command = replace(SUBMISSION, applicant_key="16076004", applicant_keys=("16076004",), year=2023)
    it = given().when(command, recipient(date(2023, 12, 29))).then_one(ApplicationSubmitted)
    assert it.applicant_name == "Stadt Berga/Elster"


@pytest.mark.parametrize("name", ["not_started", "complete", "data_protection"])
def test_every_declaration_is_mandatory(name: str) -> None:
    refused(f"declarations.{name}", "declaration-missing", declarations=replace(DECLARED, **{name: False}))


@pytest.mark.parametrize("name", ["item", "title"])
def test_a_blank_text_is_missing(name: str) -> None:
    refused(name, "text-missing", **{name: "  "})


def test_a_project_that_began_before_the_application_is_refused() -> None:
    refused("starts_on", "project-begun", starts_on=date(2025, 5, 11))
    given().when(replace(SUBMISSION, starts_on=date(2025, 5, 12)), APPLICANT).then_one(ApplicationSubmitted)


# ---- Expenditure and financing -------------------------------------------------------------------------------------


def with_line(index: int, **changes: Any) -> tuple[ExpenditureLine, ...]:
    return tuple(replace(line, **changes) if at == index else line for at, line in enumerate(LINES))


@pytest.mark.parametrize(
    ("field", "code", "changes"),
    [
        ("ends_on", "period-reversed", {"ends_on": date(2025, 6, 2)}),
        ("lines", "lines-missing", {"lines": ()}),
        ("lines", "too-many-lines", {"lines": LINES * 51}),
        ("lines.1.line", "lines-misnumbered", {"lines": with_line(1, line=1)}),
        ("lines.2.category", "line-incomplete", {"lines": with_line(2, category=" ")}),
        ("lines.2.description", "line-incomplete", {"lines": with_line(2, description="x" * 501)}),
        ("lines.0.cents", "amount-invalid", {"lines": with_line(0, cents=-1)}),
        ("lines.0.cents", "amount-invalid", {"lines": with_line(0, cents=1.5)}),
        ("lines.0.cents", "amount-invalid", {"lines": with_line(0, cents=True)}),
        ("lines.0.cents", "amount-not-positive", {"lines": with_line(0, cents=0)}),
        ("lines.3.year", "line-outside-period", {"lines": with_line(3, year=2027)}),
        ("lines.1", "line-repeated", {"lines": with_line(1, description=LINES[0].description.upper(), year=2025)}),
        ("financing", "financing-gap", {"lines": with_line(0, cents=38_000_01)}),
        ("financing.own_cents", "amount-invalid", {"financing": replace(SUBMISSION.financing, own_cents=-1)}),
        ("financing.grant_cents", "amount-not-positive", {"financing": replace(SUBMISSION.financing, grant_cents=0)}),
        ("by_year", "years-differ", {"by_year": BY_YEAR[:1]}),
        ("by_year", "years-differ", {"by_year": ()}),
        ("by_year.1.year", "year-repeated", {"by_year": (BY_YEAR[0], BY_YEAR[0])}),
        ("by_year.1.year", "year-outside-period", {"by_year": (BY_YEAR[0], YearAmount(year=2027, cents=14_800_00))}),
        ("by_year.1.cents", "amount-not-positive", {"by_year": (BY_YEAR[0], YearAmount(year=2026, cents=0))}),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused_by_name(field: str, code: str, changes: dict[str, Any]) -> None:
    refused(field, code, **changes)


cents = st.integers(1, 5_000_000_00)


@for_all(st.lists(cents, min_size=1, max_size=8), st.data())
def test_a_plan_is_accepted_exactly_when_its_sums_add_up(parts: list[int], data: st.DataObject) -> None:
    total = sum(parts)
    grant = data.draw(st.integers(1, total))
    third = data.draw(st.integers(0, total - grant))
    first = data.draw(st.integers(0, grant))
    off_by = data.draw(st.sampled_from([(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)]))
    lines = tuple(
        ExpenditureLine(line=n, category="c", description=str(n), year=2025, cents=it) for n, it in enumerate(parts, 1)
    )
    years = [(2025, first), (2026, grant - first + off_by[1])]
    command = replace(
        SUBMISSION,
        lines=lines,
        financing=Financing(own_cents=total - grant - third + off_by[0], third_party_cents=third, grant_cents=grant),
        by_year=tuple(YearAmount(year=year, cents=it) for year, it in years if it),
    )
    if off_by == (0, 0):
        given().when(command, APPLICANT).then_one(ApplicationSubmitted)
    else:
        with pytest.raises(DomainError) as caught:
            given().when(command, APPLICANT)
        assert caught.value.code in {"financing-gap", "years-differ", "amount-invalid"}


def test_an_application_survives_storage_byte_for_byte() -> None:
    raw = encode(SUBMITTED)
    again = msgspec.json.decode(raw, type=ApplicationSubmitted)
    assert again == SUBMITTED
    assert encode(again) == raw


# ---- Completeness and withdrawal -----------------------------------------------------------------------------------


def test_an_application_is_declared_complete_once() -> None:
    given(SUBMITTED, RECEIPT).when(DeclareComplete(), CLERK).then(COMPLETE)
    given(*UNTIL_COMPLETE).when(DeclareComplete(), CLERK).then()


def test_nobody_declares_their_own_application_complete() -> None:
    with pytest.raises(RefusedAttempt) as caught:
        given(SUBMITTED, RECEIPT).when(DeclareComplete(), acting("p-stadtilm", Role.INTAKE_CLERK))
    assert caught.value.rule == "own-application"


def test_an_application_without_a_file_number_is_not_complete() -> None:
    with pytest.raises(NotAcknowledged):
        given(SUBMITTED).when(DeclareComplete(), CLERK)


def test_a_receipt_is_given_once() -> None:
    given(SUBMITTED, RECEIPT).when(AcknowledgeReceipt(file_number="EG-2025-00099"), SYSTEM).then()


def test_an_application_is_withdrawn_once_by_its_own_municipality() -> None:
    given(SUBMITTED, RECEIPT).when(WITHDRAW, APPLICANT).then(WITHDRAWN)
    given(SUBMITTED, RECEIPT, WITHDRAWN).when(WITHDRAW, APPLICANT).then()


def test_another_municipality_cannot_withdraw_an_application() -> None:
    with pytest.raises(RefusedAttempt) as caught:
        given(SUBMITTED, RECEIPT).when(WithdrawApplication(applicant_keys=(ARNSTADT, "16070")), APPLICANT)
    assert (caught.value.rule, caught.value.action) == ("foreign-case", "withdraw-application")


def test_a_withdrawn_application_is_not_declared_complete_any_more() -> None:
    with pytest.raises(AlreadyWithdrawn):
        given(SUBMITTED, RECEIPT, WITHDRAWN).when(DeclareComplete(), CLERK)


@pytest.mark.parametrize("known", [AWARD, REFUSED, FUNDS])
def test_what_is_known_to_be_decided_is_not_withdrawn(known: Any) -> None:
    with pytest.raises(AlreadyDecided):
        given(*UNTIL_COMPLETE, known).when(WITHDRAW, APPLICANT)


@pytest.mark.parametrize(
    "command", [AcknowledgeReceipt(file_number="EG-2025-00001"), DeclareComplete(), WITHDRAW, Note(fact=BEGUN)]
)
def test_nothing_happens_to_what_was_never_submitted(command: Any) -> None:
    with pytest.raises(NotSubmitted):
        given().when(command, CLERK)


# ---- Notes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", D1, ids=lambda it: type(it).__name__)
def test_a_fact_is_noted_once(fact: Any) -> None:
    given(*UNTIL_COMPLETE).when(Note(fact=fact), SYSTEM).then(fact)
    given(*UNTIL_COMPLETE, fact).when(Note(fact=fact), SYSTEM).then()


@pytest.mark.parametrize(
    "other",
    [
        replace(AWARD, granted_cents=44_800_01),
        AwardBecameFinal(final_on=date(2025, 8, 29), by_waiver=False),
        *(replace(fact, cents=1) for fact in D1 if hasattr(fact, "cents")),
        *(replace(fact, requested_cents=1) for fact in D1 if hasattr(fact, "requested_cents")),
    ],
    ids=lambda it: type(it).__name__,
)
def test_a_fact_that_contradicts_another_is_never_swallowed(other: Any) -> None:
    with pytest.raises(ContradictoryNote):
        given(*UNTIL_COMPLETE, *D1).when(Note(fact=other), SYSTEM)


@for_all(st.permutations(D1), st.lists(st.sampled_from(D1), max_size=10), st.randoms())
def test_facts_arrive_in_any_order_and_repeatedly_and_end_in_the_same_state(
    order: list[Any], repeated: list[Any], random: Any
) -> None:
    arriving = [*order, *repeated]
    random.shuffle(arriving)
    state = decider.fold(UNTIL_COMPLETE)
    for fact in arriving:
        state = decider.fold(decider.decide(Note(fact=fact), state, SYSTEM), state)
    assert state == decider.fold([*UNTIL_COMPLETE, *D1])


@for_all(st.sampled_from(D1))
def test_a_fact_that_never_arrived_is_missed(lost: Any) -> None:
    complete = decider.fold([*UNTIL_COMPLETE, *D1])
    assert decider.fold([*UNTIL_COMPLETE, *(it for it in D1 if it != lost)]) != complete


def test_a_withdrawal_and_the_notes_that_cross_it_commute() -> None:
    settled = WithdrawalSettled(effective=False, settled_on=date(2025, 8, 1))
    one = decider.fold([*UNTIL_COMPLETE, BEGUN, WITHDRAWN, AWARD, settled])
    other = decider.fold([*UNTIL_COMPLETE, settled, AWARD, BEGUN, WITHDRAWN])
    assert one == other
    assert decider.fold(UNTIL_FUNDS) != one
