"""Every fault of the table, played against the running payout service: it does what the table says, and no euro is paid twice."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.treasury_simulator.__main__ import SCENARIO_MISTAKEN, main
from deploy.treasury_simulator.damage import DAMAGES
from deploy.treasury_simulator.fault import Fault, drawn, table
from deploy.treasury_simulator.interruption import Moment
from docs.generate import treasury_runbook
from tests.published import errors
from tests.treasury_simulator.builders import ROOT, Counter, Transfer, camt_055, found, pain_001
from tests.treasury_simulator.scenarios import Scenarios


@pytest.mark.parametrize("fault", table().values(), ids=table().keys())
def test_the_house_does_what_the_table_says(scenarios: Callable[[Fault], Scenarios], fault: Fault) -> None:
    played = scenarios(fault)
    lived = played.live(fault)
    assert lived.events == list(fault.events)
    assert lived.reasons == list(fault.reasons)
    assert lived.opened == len(fault.reasons), "what was not taken in waits for a person"
    ends = [fault.end(place + 1) for place in range(fault.payments)]
    assert lived.claims == [fault.claims_end] * fault.claims
    assert sorted(it["status"] for it in lived.payments) == sorted(ends)
    assert played.wrongly_paid(lived.book) == []


WELL_FORMED = [
    it for it in table().values()
    if it.format == "iso20022" and not any(step.damage for step in (*it.plays, *it.recalled))
]  # fmt: skip


@pytest.mark.parametrize("fault", WELL_FORMED, ids=lambda it: it.key)
def test_whatever_is_not_damaged_on_purpose_is_valid_by_its_official_schema(tmp_path: Path, fault: Fault) -> None:
    """What a real treasury would never send proves nothing about how its files are read."""
    counter = Counter(tmp_path / "treasury")
    transfers = [Transfer(f"TH26AAAA000{number}") for number in range(fault.payments)]
    days = sorted({0, fault.opens_after_days, *(it.days for it in (*fault.plays, *fault.recalled))})
    played = {"faults": [{"fault": fault.key}]}
    opened = (date(2026, 3, 2) + timedelta(days=fault.opens_after_days)).isoformat()
    for sent in (pain_001(*transfers), camt_055(*transfers)):
        counter.send(sent, f"{len(counter.answers())}.xml")
        for day in days:
            today = (date(2026, 3, 2) + timedelta(days=day)).isoformat()
            (counter.root / "scenario.json").write_text(json.dumps(played | {"today": today, "opens_on": opened}))
            assert main([str(counter.root), "--once"]) == 0
    answers = {it.name: it.read_bytes() for it in (counter.root / "from-treasury").iterdir()}
    assert len(answers) >= len({step.name or str(step) for step in fault.plays})
    assert {name: errors(raw) for name, raw in answers.items() if errors(raw)} == {}


# ---- The table and the scenario file ---------------------------------------------------------------------------------


def test_at_least_forty_faults_are_played_and_each_damage_is_one_of_them() -> None:
    assert len(table()) >= 40
    assert {step.damage for fault in table().values() for step in fault.plays} == DAMAGES.keys()


def test_every_fault_has_its_entry_in_the_runbook() -> None:
    assert (ROOT / "docs" / "runbooks" / "treasury.md").read_text() == treasury_runbook()
    assert all(f"### {fault.name}\n" in treasury_runbook() for fault in table().values())


def test_a_seed_gives_a_file_the_same_fault_each_time_and_about_as_many_as_its_rate_says() -> None:
    keys = tuple(table())
    once = [drawn("17", 0.3, keys, f"FS{number}") for number in range(1_000)]
    assert once == [drawn("17", 0.3, keys, f"FS{number}") for number in range(1_000)]
    assert once != [drawn("18", 0.3, keys, f"FS{number}") for number in range(1_000)]
    assert 250 < sum(map(bool, once)) < 350
    assert len(set(once)) > len(keys) * 0.9
    assert drawn("17", 0.0, keys, "FS1") == ""


MISTAKEN = (
    {"faults": [{"fault": "no such fault"}]},
    {"faults": [{"fault": "silence", "batch": "FS1"}]},
    {"drawn": {"seed": "1"}},
    {"drawn": {"seed": "1", "rate": 1, "among": ["no such fault"]}},
    {"today": "tomorrow"},
    {"fault": "silence"},
)


@pytest.mark.parametrize("told", MISTAKEN, ids=json.dumps)
def test_a_scenario_that_is_not_understood_ends_the_program(tmp_path: Path, told: dict[str, object]) -> None:
    (tmp_path / "scenario.json").write_text(json.dumps(told))
    assert main([str(tmp_path), "--once"]) == SCENARIO_MISTAKEN


def test_a_late_answer_comes_on_its_day_and_an_early_one_is_not_held_back(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(pain_001())
    for day, count in (("2026-03-01", 0), ("2026-03-02", 1), ("2026-03-31", 1), ("2026-04-01", 2)):
        played = {"faults": [{"fault": "returned-after-a-month"}], "today": day}
        (counter.root / "scenario.json").write_text(json.dumps(played))
        main([str(counter.root), "--once"])
        assert sum("camt.054" in name for name in counter.answers()) == count
    assert counter.book()["payments"]["TH26AAAA0001"]["returned_on"] == "2026-04-01"


def test_statements_carry_their_balance_forward_without_a_gap(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    played = {"faults": [{"fault": "notification-and-statement"}], "today": "2026-03-31"}
    (counter.root / "scenario.json").write_text(json.dumps(played))
    for number in range(1, 4):
        counter.send(pain_001(Transfer(f"TH26AAAA000{number}"), message_id=f"FS{number}"))
        main([str(counter.root), "--once"])
    statements = [content for name, content in counter.answers().items() if "camt.053" in name]
    assert [found(it, "ElctrncSeqNb") for it in statements] == [["1"], ["2"], ["3"]]
    balances = [found(it, "Bal/Amt") for it in statements]
    assert [it[0] for it in balances[1:]] == [it[1] for it in balances[:-1]]


@pytest.mark.parametrize("moment", Moment)
def test_a_kill_while_a_fault_is_played_changes_nothing(tmp_path: Path, moment: Moment) -> None:
    undisturbed, counter = Counter(tmp_path / "undisturbed"), Counter(tmp_path / "treasury")
    played = {"faults": [{"fault": "old-files-again"}], "today": "2027-01-01"}
    for it in (undisturbed, counter):
        (it.root / "scenario.json").write_text(json.dumps(played))
        it.send(pain_001())
    assert main([str(undisturbed.root), "--once"]) == 0
    assert counter.run(dies_at=moment).returncode == -9
    assert main([str(counter.root), "--once"]) == 0
    assert counter.answers() == undisturbed.answers()
    assert counter.book() == undisturbed.book()
