"""Our files against the simulated treasury, a program of its own that is given nothing but the directory."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from services.payout import batch as batches
from services.payout import payment as payments
from services.payout.report import BookingReport, StatusReport, apply_booking
from services.payout.treasury.directory import Directory, sha256_of
from services.payout.treasury.known import read
from tests.payout.builders import BATCH, House, cashier, drawdown, file_of, plan, system

ROOT = Path(__file__).parents[2]
DAY = date(2025, 10, 15)


def treasury(root: Path, *flags: str) -> str:
    command = [sys.executable, "-m", "deploy.treasury_simulator", str(root), *flags]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def submitted(root: Path) -> House:
    """d1's two drawdowns of 2025 in one file that lies in the treasury's folder."""
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown("d1", on=DAY))
    house.certified(drawdown("d2", due=40_000_00, cents=12_800_00, on=DAY))
    house.order("d1", "p1", DAY)
    house.order("d2", "p2", DAY)
    house.seal("p1", "p2", on=DAY)
    house.batch(batches.ReleaseBatch(), cashier(DAY))
    house.batch(batches.StartSubmission(attempt=1), system(DAY))
    hand_over(root, house)
    return house


def hand_over(root: Path, house: House) -> None:
    sealed = house.sealed()
    Directory(root).hand_over(sealed.file_name, file_of(sealed))


def take_in(root: Path, house: House) -> int:
    directory = Directory(root)
    arrived = directory.arrived()
    for path in arrived:
        report, digest = read(path), sha256_of(path)
        if isinstance(report, StatusReport):
            house.answered(report, digest)
        elif isinstance(report, BookingReport):
            house.record(apply_booking(report, digest, [house.sealed()]), system(DAY))
        directory.archive(path)
    return len(arrived)


def totals(root: Path) -> dict[str, Any]:
    book = json.loads(treasury(root, "--book"))
    return {"payments": book["totals"], "cents": book["cents"]}


def test_what_we_order_the_treasury_pays_and_tells_us_to_the_cent(tmp_path: Path) -> None:
    house = submitted(tmp_path)
    treasury(tmp_path, "--once")
    assert take_in(tmp_path, house) == 2
    assert isinstance(house.state(batches.decider, BATCH), batches.Transmitted)
    for payment in ("p1", "p2"):
        assert isinstance(house.payment(payment), payments.Settled)
    assert totals(tmp_path)["cents"] == {"ordered": 30_000_00, "settled": 30_000_00, "rejected": 0, "duplicate": 0}


def test_handing_over_again_after_a_crash_pays_nothing_twice(tmp_path: Path) -> None:
    house = submitted(tmp_path)
    hand_over(tmp_path, house)
    treasury(tmp_path, "--once")
    hand_over(tmp_path, house)  # it lies in received/ by now
    treasury(tmp_path, "--once")
    take_in(tmp_path, house)
    assert totals(tmp_path)["payments"] == {"ordered": 2, "settled": 2, "rejected": 0, "duplicate": 0}


def test_a_refused_payment_is_ordered_anew_and_the_rest_is_paid(tmp_path: Path) -> None:
    house = submitted(tmp_path)
    rule = {"reference": house.reference("p2"), "reject": "AC04"}
    (tmp_path / "scenario.json").write_text(json.dumps({"rules": [rule]}), "utf-8")
    treasury(tmp_path, "--once")
    take_in(tmp_path, house)
    assert isinstance(house.payment("p1"), payments.Settled)
    assert isinstance(house.payment("p2"), payments.Rejected)
    house.order("d2", "p3", DAY)
    assert house.payment("p3").order.attempt == 2


def test_a_damaged_order_is_refused_as_a_whole_and_understood(tmp_path: Path) -> None:
    house = submitted(tmp_path)
    file = tmp_path / "to-treasury" / house.sealed().file_name
    file.write_bytes(file.read_bytes().replace(b"<CtrlSum>30000.00", b"<CtrlSum>30000.01"))
    treasury(tmp_path, "--once")
    assert take_in(tmp_path, house) == 1
    assert isinstance(house.payment("p1"), payments.Rejected)
