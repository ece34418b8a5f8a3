"""The loop between the log and the treasury's folder: what comes back is taken in once, what cannot be waits and is told."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from services.payout import batch as batches
from services.payout import report as reports
from services.payout.treasury.desk import POLL_SECONDS, SUBJECT
from shared.identity import DocumentReference
from shared.writer import NotWriting
from tests.payout.builders import CASE
from tests.payout.messages import camt_054, details, entry, information, pain_002, transaction
from tests.payout.road import MONDAY, Road, on_the_road
from tests.servers import NatsServer, wait_until
from tests.service import Place


def ordered(road: Road, case: str) -> str:
    road.assign(case)
    road.request("d1", case)
    return road.ordered("d1", case)


def reference(road: Road, payment: str) -> str:
    return road.read(f"/payout/payments/{payment}")["reference"]


def lay(road: Road, name: str, raw: bytes) -> None:
    """A file appears as the treasury would make it appear, and is dealt with."""
    folder = road.treasury / "from-treasury"
    (folder / f".{name}.tmp").write_bytes(raw)
    (folder / f".{name}.tmp").rename(folder / name)
    wait_until(lambda: not (folder / name).exists() and road.service.house.idle, f"{name} wird aufgenommen")
    road.service.settled()


def told_once(road: Road, path: str) -> list[str]:
    return [it["reason"] for it in road.read(path)["items"]]


def test_a_refused_payment_is_ordered_anew_as_another_and_paid(nats_server: NatsServer, tmp_path: Path) -> None:
    case = uuid4().hex
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        first = ordered(road, case)
        (road.treasury / "scenario.json").write_text(
            json.dumps({"rules": [{"reference": reference(road, first), "reject": "AC04"}]})
        )
        road.transmitted(first)
        road.answered()
        assert road.read(f"/payout/payments/{first}")["reason"] == "AC04"
        told = road.read(f"/payout/cases/{case}")["drawdowns"][0]
        assert (told["stage"], told["refused"], told["next"]["name"]) == ("certified", [first], "order-payment")
        early = road.act("p-orderer", f"/payout/cases/{case}/drawdowns/d1/order")
        assert (early.status_code, early.json()["code"]) == (409, "renewal-too-early")
        road.service.place.turn_to(MONDAY + timedelta(days=3))
        road.done("p-orderer", f"/payout/cases/{case}/drawdowns/d1/order")
        second = road.read(f"/payout/cases/{case}")["drawdowns"][0]["payment"]
        assert reference(road, second) != reference(road, first)
        road.transmitted(second)
        road.answered()
        assert road.read(f"/payout/cases/{case}")["years"][0]["settled_cents"] == 19_200_00
        assert road.book()["payments"][reference(road, first)]["state"] == "rejected"
        (road.treasury / "scenario.json").unlink()


def test_every_file_is_kept_as_it_came_and_named_by_its_hash(road: Road, case: str) -> None:
    road.transmitted(ordered(road, case))
    road.answered()
    for item in road.read("/payout/reports")["items"]:
        (archived,) = [it for it in (road.treasury / "archive").iterdir() if item["sha256"] == _hash(it)]
        kept = DocumentReference(
            sha256=item["sha256"], size=0, media_type="application/xml", kind="treasury-report", subject=SUBJECT
        )
        assert road.service.house.documents.get(kept) == archived.read_bytes()


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda raw: raw[: len(raw) // 2], "not-well-formed"),
    "empty": (lambda _raw: b"", "empty"),
    "doctype": (lambda raw: raw.replace(b"<Document", b'<!DOCTYPE x [<!ENTITY a "b">]><Document', 1), "doctype"),
    "foreign": (lambda _raw: b"<html/>", "unknown-message"),
    "huge": (lambda raw: raw + b" " * 2_000_000, "too-large"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_an_unreadable_file_goes_to_quarantine_and_holds_up_no_other(road: Road, case: str, kind: str) -> None:
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    damage, code = DAMAGED[kind]
    good = pain_002(information(f"{batch}-01", transaction(reference(road, payment), "ACCP")), batch=batch)
    lay(road, f"{kind}.xml", damage(good))
    lay(road, f"after-{kind}.xml", good.replace(b"S-1", f"S-{kind}".encode()))
    assert road.read(f"/payout/payments/{payment}")["status"] == "accepted"
    newest = road.read("/payout/reports?status=quarantined")["items"][0]
    assert newest["reason_code"] == code
    assert (road.treasury / "quarantine" / f"{kind}.xml").exists()
    assert (road.treasury / "quarantine" / f"{kind}.xml.reason.txt").read_text().strip() == newest["reason"]


def test_the_same_file_again_changes_nothing(road: Road, case: str) -> None:
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    raw = camt_054(entry("19200.00", details(reference(road, payment)), servicer=f"K-{batch}")).replace(
        b"C-1", batch.encode()
    )
    lay(road, "first.xml", raw)
    head = road.service.house.writer.head.position
    lay(road, "again.xml", raw)
    assert road.service.house.writer.head.position == head
    assert road.read(f"/payout/payments/{payment}")["status"] == "settled"


def test_other_bytes_under_a_known_message_id_are_an_incident_and_move_nothing(road: Road, case: str) -> None:
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    accepted = information(f"{batch}-01", transaction(reference(road, payment), "ACCP"))
    refused = information(f"{batch}-01", transaction(reference(road, payment), "RJCT", "AC04"))
    lay(road, "one.xml", pain_002(accepted, batch=batch).replace(b"S-1", b"S-incident"))
    lay(road, "two.xml", pain_002(refused, batch=batch).replace(b"S-1", b"S-incident"))
    assert road.read(f"/payout/payments/{payment}")["status"] == "accepted"
    assert [it["message_id"] for it in road.read("/payout/reports?status=conflicting")["items"]] == ["S-incident"]
    assert "report-conflicting" in told_once(road, "/payout/clearing")


def test_no_file_overtakes_another_whose_turn_it_was_when_the_house_began_to_write(
    road: Road, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    first, second = (
        pain_002(information(f"{batch}-01", transaction(reference(road, payment), *it)), batch=batch).replace(
            b"S-1", b"S-turn"
        )
        for it in (("ACCP",), ("RJCT", "AC04"))
    )
    house, folder = road.service.house, road.treasury / "from-treasury"
    execute, keep = house.writer.execute, house.documents.put_file
    turn, together = list[str](), list[float]()

    def kept(path: Path, **more: Any) -> Any:
        turn.append(path.name)
        return keep(path, **more)

    async def not_yet(request: Any) -> Any:
        """While the first file has its turn this process may not write, until both lay there for some rounds."""
        if len(list(folder.glob("turn-*.xml"))) == 2:
            together.append(monotonic())
        if turn and turn[-1] == "turn-1.xml" and (not together or monotonic() < together[0] + 5 * POLL_SECONDS):
            raise NotWriting
        return await execute(request)

    monkeypatch.setattr(house.documents, "put_file", kept)
    monkeypatch.setattr(house.writer, "execute", not_yet)
    for name, raw in (("turn-1", first), ("turn-2", second)):
        (folder / f".{name}.tmp").write_bytes(raw)
        (folder / f".{name}.tmp").rename(folder / f"{name}.xml")
    wait_until(lambda: not list(folder.glob("turn-*")) and house.idle, "beide werden aufgenommen")
    road.service.settled()
    assert road.read(f"/payout/payments/{payment}")["status"] == "accepted"


def test_what_the_treasury_says_of_strangers_waits_for_a_person(road: Road) -> None:
    stranger = camt_054(entry("12.00", details("TH25UNKNOWN"), servicer="K-9")).replace(b"C-1", b"C-stranger")
    lay(road, "stranger.xml", stranger)
    lay(road, "nobody.xml", pain_002(status="ACTC", batch="NOTPROVIDED").replace(b"S-1", b"S-nobody"))
    assert told_once(road, "/payout/clearing")[:2] == ["unknown-batch", "unknown-reference"]
    assert [it["reference"] for it in road.read("/payout/clearing?status=unknown-reference")["items"]] == [
        "TH25UNKNOWN"
    ]


def test_a_debit_of_another_amount_settles_nothing(road: Road, case: str) -> None:
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    raw = camt_054(entry("19200.01", details(reference(road, payment)), servicer=f"K-{batch}"))
    lay(road, "amount.xml", raw.replace(b"C-1", f"C-{batch[:20]}".encode()))
    assert road.read(f"/payout/payments/{payment}")["status"] == "batched"
    assert told_once(road, "/payout/clearing")[0] == "amount-differs"


def test_an_unreleased_batch_is_never_handed_over(road: Road, case: str) -> None:
    batch = road.sealed(ordered(road, case))
    wait_until(lambda: road.service.house.idle, "Ruhe")
    assert not list(road.treasury.glob(f"*/{batch}*"))
    assert road.read("/payout/open")["batches"]["sealed"] >= 1
    road.released(batch)
    road.until(f"/payout/batches/{batch}", "status", "transmitted")
    assert list((road.treasury / "to-treasury").glob(f"{batch}*"))


def test_a_folder_out_of_reach_is_told_and_what_was_released_is_sent_once_it_is_back(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        batch = road.sealed(ordered(road, CASE))
        away = road.treasury.rename(tmp_path / "away")
        road.treasury.write_text("no folder")
        wait_until(lambda: "Kasse" in road.ask("p-auditor", "/health/ready").text, "die Meldung")
        assert not road.service.house.idle
        road.released(batch)
        road.treasury.unlink()
        away.rename(road.treasury)
        road.until(f"/payout/batches/{batch}", "status", "transmitted")
        wait_until(lambda: road.service.house.idle, "Ruhe")
        road.answered()
        assert road.book()["totals"]["settled"] == 1


def test_a_file_of_that_name_with_other_bytes_is_never_overwritten_and_told(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        batch = road.sealed(ordered(road, CASE))
        told = road.read(f"/payout/batches/{batch}")
        lying = road.treasury / "to-treasury" / told["file_name"]
        lying.write_text("somebody else's")
        road.released(batch)
        road.until(f"/payout/batches/{batch}", "status", "unknown")
        assert lying.read_text() == "somebody else's"
        assert "hängen" in road.ask("p-auditor", "/health/ready").text
        assert not road.service.house.idle
        lying.unlink()
        road.until(f"/payout/batches/{batch}", "status", "transmitted")
        topics = [type(it.event) for it in road.service.house.store.history(f"batch-{batch}")]
        assert topics.count(batches.SubmissionUnknown) >= 1
        assert sha256(lying.read_bytes()).hexdigest() == told["file_sha256"]


def test_a_released_batch_whose_payee_was_erased_is_not_sent_with_other_bytes(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        batch = road.sealed(ordered(road, CASE))
        road.service.house.keys.destroy(f"s-{CASE}")
        road.released(batch)
        wait_until(lambda: "payee-unknown" in road.ask("p-auditor", "/health/ready").text, "die Meldung")
        assert not list((road.treasury / "to-treasury").iterdir())
        topics = [type(it.event) for it in road.service.house.store.history(f"batch-{batch}")]
        assert batches.SubmissionStarted not in topics


def test_reports_are_recorded_by_the_system_on_the_day_they_are_read(road: Road, case: str) -> None:
    road.transmitted(ordered(road, case))
    road.answered()
    name = road.read("/payout/reports")["items"][0]["report"]
    (taken,) = road.service.house.store.history(reports.decider.stream(name))
    assert (taken.context.actor, taken.context.role) == ("system", "system")
    assert taken.context.valid_on == date(2025, 8, 4)


def test_a_batch_listed_in_parts_is_released_handed_over_and_answered_like_any_other(
    nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.payout.batch.deciding.LISTED_AT_ONCE", 1)
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        road.assign()
        road.request("d1", cents=10_000_00)
        road.request("d2", cents=5_000_00)
        batch = road.transmitted(road.ordered("d1"), road.ordered("d2"))
        seen = road.read(f"/payout/batches/{batch}")
        assert (seen["count"], seen["sum_cents"], len(seen["entries"])) == (2, 15_000_00, 2)
        road.answered()
        road.until(f"/payout/batches/{batch}", "status", "completed")


def test_what_was_refused_and_paid_is_an_alarm_until_two_persons_assigned_it(road: Road, case: str) -> None:
    before = road.read("/payout/open")["paid_twice"]
    payment = ordered(road, case)
    batch = road.transmitted(payment)
    name = reference(road, payment)
    lay(road, "refused.xml", pain_002(information(f"{batch}-01", transaction(name, "RJCT", "AC04")), batch=batch))
    lay(
        road,
        "debited.xml",
        camt_054(entry("19200.00", details(name), servicer=f"K-{batch[:9]}")).replace(b"C-1", batch[:20].encode()),
    )
    assert road.read("/payout/open")["paid_twice"] == before + 1
    wait_until(
        lambda: f"foerderstrom_paid_twice {before + 1}.0" in road.ask("p-operator", "/metrics").text, "der Alarm"
    )
    offered = road.read(f"/payout/cases/{case}")["drawdowns"][0]["next"]
    assert (offered["name"], offered["allowed"], "belastet" in offered["hindrance"]) == ("order-payment", False, True)
    refused = road.act("p-orderer", f"/payout/cases/{case}/drawdowns/d1/order")
    assert (refused.status_code, refused.json()["code"]) == (409, "debit-unexplained")
    item = next(it for it in road.read("/payout/clearing")["items"] if it["reference"] == name)
    path = f"/payout/clearing/{item['clearing']}/items/{item['number']}"
    body = {"resolution": "assigned", "reason": "doch gezahlt", "reference": name}
    road.done("p-cashier", f"{path}/proposals", body, etag='"0"')
    road.done("p-orderer", f"{path}/proposals/{road.read(path)['proposal']}/approval", etag='"0"')
    assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
    assert road.read(f"/payout/cases/{case}")["drawdowns"][0]["stage"] == "paid"
    assert road.read("/payout/open")["paid_twice"] == before
    wait_until(
        lambda: f"foerderstrom_paid_twice {before}.0" in road.ask("p-operator", "/metrics").text, "kein Alarm mehr"
    )
