"""The mirror of single events: a plain NATS client follows the year, with none of our code and a right to hear only."""

import json
import re
from collections import Counter

from deploy.demo_cases import personal_values
from deploy.demo_report import expected
from tests.system.conftest import Undisturbed
from tests.system.years import CHOSEN

_SUBJECT = re.compile(r"grants\.(intake|review|payout|ledger)\.[a-z]+(-[a-z]+)+\.v[1-9]")


def test_a_stranger_hears_every_public_event_singly_under_its_own_subject(undisturbed: Undisturbed) -> None:
    heard = Counter(it["subject"] for it in undisturbed.heard)
    assert [it for it in heard if not _SUBJECT.fullmatch(it)] == []
    drawdowns = sum(len(case.drawdowns) for case in CHOSEN)
    paid = sum(1 for case in CHOSEN for it in case.drawdowns if it.accepted_cents)
    assert heard["grants.intake.application-completed.v2"] == len(CHOSEN)
    assert heard["grants.intake.drawdown-requested.v3"] == drawdowns
    assert heard["grants.payout.payment-settled.v3"] == paid
    for it in undisturbed.heard:
        assert it["subject"] == f"grants.{it['event']['contract']}.v{it['event']['version']}"
    positions = Counter((it["subject"].split(".")[1], it["event"]["position"]) for it in undisturbed.heard)
    assert set(positions.values()) == {1}


def test_a_stranger_adds_the_payments_up_to_the_same_sum(undisturbed: Undisturbed) -> None:
    settled = [it["event"]["body"] for it in undisturbed.heard if it["subject"] == "grants.payout.payment-settled.v3"]
    assert sum(it["cents"] for it in settled) == sum(expected(case).settled_cents for case in CHOSEN)


def test_a_stranger_learns_nothing_personal(undisturbed: Undisturbed) -> None:
    told = json.dumps(undisturbed.heard, ensure_ascii=False)
    assert "sealed" in told or "box" in told, "sealed values travel, so that this test looks where they are"
    assert [it for it in personal_values(CHOSEN) if it in told] == []
