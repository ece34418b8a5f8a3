"""Regelprüfung: what guideline and practice say of a grant stands in the decision, and what they forbid is not decided."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.review import assessment, award, budget
from services.review.judging import RulesNotMet
from services.review.programme import publish_policy
from shared.contracts.intake import Finding
from shared.decider import decision
from shared.formats import encode
from shared.policy import FinancingType
from shared.rules import Result
from tests.review.builders import (
    CASE,
    D1_LINES,
    NOTE,
    POLICIES,
    POSITIVE,
    PRACTICE,
    application,
    approve,
    approver,
    budget_officer,
    cents,
    expert,
    officer,
    opened_house,
    proposal,
    propose_d1,
    reserve,
    system,
)

ASSESSMENT, AWARD = f"assessment-{CASE}", f"award-{CASE}"


def test_proposal_and_approval_keep_hashes_inputs_and_what_every_rule_said():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    house.perform(approve(), approver())
    proposed = next(it for it in house.log[ASSESSMENT] if isinstance(it, assessment.AwardProposed))
    granted = house.state(AWARD).grant
    for judgement, basis, decided_on in (
        (proposed.judgement, proposed.terms.basis, "2025-06-30"),
        (granted.judgement, granted.basis, "2025-07-25"),
    ):
        assert judgement
        assert len({basis.guideline_sha256, basis.practice_sha256, basis.parameters_sha256}) == 3
        values = {it.name: it.text for it in judgement.inputs}
        assert (values["granted_cents"], values["eligible_cents"], values["decided_on"]) == (
            "4480000",
            "5600000",
            decided_on,
        )
        assert {it.code: it.result for it in judgement.outcomes} == dict.fromkeys(
            (
                "within-rate",
                "within-application",
                "own-share",
                "not-begun",
                "no-other-funding",
                "item-open",
                "period-length",
                "period-not-over",
            ),
            Result.MET,
        )
        assert judgement.outcomes[0].reason == (
            "Die Zuwendung von 44.800,00 € übersteigt nicht 80 % der zuwendungsfähigen Ausgaben von 56.000,00 €."
        )


def test_a_rule_that_stops_is_told_with_its_values_and_its_source_and_nothing_is_recorded():
    house = opened_house()
    stricter = PRACTICE.replace("in_force_on = 2024-07-01", "in_force_on = 2025-06-01") + RULE
    house.perform(publish_policy(stricter), officer(date(2025, 6, 1)))
    with pytest.raises(RulesNotMet, match=r"Beantragt sind 44\.800,00 €, höchstens 40\.000,00 € \(Erlass\)"):
        propose_d1(house)
    assert "AwardProposed" not in [type(it).__name__ for it in house.log[ASSESSMENT]]
    warning = stricter.replace("2025-06-01", "2025-06-02").replace(
        '"stops"\nsource = "Erlass"', '"warns"\nsource = "Erlass"'
    )
    house.perform(publish_policy(warning), officer(date(2025, 6, 2)))
    house.perform(proposal(), officer())
    judgement = house.state(ASSESSMENT).proposal.judgement
    assert [(it.code, it.result) for it in judgement.outcomes][-1] == ("ceiling", Result.NOT_MET)


RULE = """
[[rules]]
code = "ceiling"
title = "Höchstens 40.000 Euro"
condition = "applied_cents <= 4000000"
met = "Beantragt sind {applied_cents}."
reason = "Beantragt sind {applied_cents}, höchstens 40.000,00 €"
consequence = "stops"
source = "Erlass"
"""


def test_a_grant_of_another_programme_follows_its_own_file():
    house = opened_house()
    files = [POLICIES[f"ortskerne-{kind}-2025-01"] for kind in ("guideline", "practice", "parameters")]
    house.perform(publish_policy(*files), officer(date(2025, 1, 2)))
    it = application(programme="ortskerne", item="3.2", grant_cents=24_000_00)
    house.perform(decision(assessment.decider, CASE, assessment.OpenAssessment(application=it)), system())
    house.perform(decision(assessment.decider, CASE, POSITIVE), expert())
    house.perform(decision(assessment.decider, CASE, D1_LINES), officer())
    split = cents(y2025=24_000_00)
    asked = assessment.propose(
        CASE, "ortskerne", by_year=split, starts_on=date(2025, 6, 15), ends_on=date(2025, 12, 31), note=NOTE
    )
    house.perform(asked, officer())
    made = house.state(ASSESSMENT).proposal
    assert (made.terms.financing_type, made.granted_cents) == (FinancingType.FIXED, 24_000_00)
    opening = budget.open_next_budget("1003-88377", 2025, 1_000_000_00, ())
    house.perform(opening, budget_officer(date(2025, 1, 2)))
    house.perform(assessment.reserve(CASE, "1003-88377", 2025), budget_officer())
    house.perform(award.approve(CASE, "ortskerne", "1003-88377-2025"), approver())
    grant = house.state(AWARD).grant
    assert (grant.programme, grant.financing_type, grant.budget_title) == (
        "ortskerne",
        FinancingType.FIXED,
        "1003-88377",
    )
    assert grant.proof_due_on == date(2026, 12, 31)


def test_what_the_form_tells_of_early_start_and_other_funding_is_judged():
    finding = Finding(
        rule="B11", severity="warning", code="double-funding", field="declarations.other_funding", text=""
    )
    for early_start_on, begun in (
        (None, Result.NOT_MET),
        (date(2025, 6, 16), Result.NOT_MET),
        (date(2025, 6, 15), Result.MET),
    ):
        house = opened_house()
        it = application(submitted_on=date(2025, 6, 20), early_start_on=early_start_on, findings=(finding,))
        house.perform(decision(assessment.decider, CASE, assessment.OpenAssessment(application=it)), system())
        house.perform(decision(assessment.decider, CASE, POSITIVE), expert())
        house.perform(decision(assessment.decider, CASE, D1_LINES), officer())
        noted = assessment.AcknowledgeWarnings(consideration="Die andere Förderung deckt anderes.")
        house.perform(decision(assessment.decider, CASE, noted), officer())
        house.perform(proposal(), officer())
        said = {one.code: one.result for one in house.state(ASSESSMENT).proposal.judgement.outcomes}
        assert (said["not-begun"], said["no-other-funding"]) == (begun, Result.NOT_MET)


def test_expenditure_of_a_category_that_the_item_does_not_fund_stops_the_grant():
    house = opened_house()
    files = [POLICIES[f"ortskerne-{kind}-2025-01"] for kind in ("guideline", "practice", "parameters")]
    house.perform(publish_policy(*files), officer(date(2025, 1, 2)))
    it = application(programme="ortskerne", item="3.1")
    house.perform(decision(assessment.decider, CASE, assessment.OpenAssessment(application=it)), system())
    house.perform(decision(assessment.decider, CASE, POSITIVE), expert())
    house.perform(decision(assessment.decider, CASE, D1_LINES), officer())
    asked = assessment.propose(
        CASE,
        "ortskerne",
        by_year=cents(y2025=44_800_00),
        starts_on=date(2025, 6, 15),
        ends_on=date(2025, 12, 31),
        note=NOTE,
    )
    with pytest.raises(RulesNotMet, match=r"44\.000,00 € der zuwendungsfähigen Ausgaben gehören zu keiner Ausgabeart"):
        house.perform(asked, officer())


# ---- What lies in logs already -------------------------------------------------------------------------------------


def of_first_issue(event: Any) -> Any:
    """The event as its bytes lay in a log before there were parameters and rules, read today."""
    raw = msgspec.json.decode(encode(event))
    del raw["judgement"], raw["terms"]["basis"]["parameters_sha256"]
    raw["terms"] = {name: it for name, it in raw["terms"].items() if name in FIRST_TERMS}
    return msgspec.json.decode(msgspec.json.encode(raw), type=type(event))


FIRST_TERMS = frozenset({
    "item", "letter", "item_title", "is_open", "budget_title", "rate_bp", "signing_limit_cents", "reservation_days",
    "period_months", "proof_months", "drawdown_months", "basis",
})  # fmt: skip


def test_a_proposal_of_the_first_issue_is_read_and_goes_back_at_approval_because_it_knew_no_parameters():
    house = opened_house()
    propose_d1(house)
    house.log[ASSESSMENT] = [
        of_first_issue(it) if isinstance(it, assessment.AwardProposed) else it for it in house.log[ASSESSMENT]
    ]
    house.perform(reserve(), budget_officer())
    proposed = house.state(ASSESSMENT).proposal
    assert (proposed.judgement, proposed.terms.financing_type, proposed.terms.programme) == (
        None,
        FinancingType.SHARE,
        "thueregovrl",
    )
    assert house.kinds(approve(), approver()) == ["PracticeChangedSinceProposal", "ReservationReleased"]
    house.perform(proposal(), officer(date(2025, 7, 28)))
    assert house.state(ASSESSMENT).proposal.judgement is not None
