"""The ledger beside a real publisher on a real broker: everything arrives, is signed, proved, exported, and survives."""

import io
import shutil
import sqlite3
from base64 import b64decode
from pathlib import Path

import httpx2
import pytest
from nats import connect

from services.ledger.api import PROVERS, ledger_of
from services.ledger.archive import NotAnArchive, tar_of, unpack
from services.ledger.checkpoint import Checkpoint
from services.ledger.export import NotAnExport
from services.ledger.log import leaf_hash, verify_consistency, verify_inclusion
from services.ledger.note import Verifier, verify
from services.ledger.verify import examine
from services.ledger.wiring import blueprint, openapi
from shared.formats import envelope_of, pack_records, record_bytes, unpack_envelopes
from shared.identity import Role
from shared.recorders import Row
from shared.service import House
from shared.topology import lane, record_lane, stream_of
from tests.ledger.builders import ORIGIN, SIGNER
from tests.ledger.rooms import arrived, both, client, received, settings
from tests.machinery.toys import PUBLISHER, putting, serving, until
from tests.servers import NatsServer
from tests.service import Place

STAFF = frozenset(Role) - {Role.APPLICANT, Role.SYSTEM}


@pytest.fixture
def place(tmp_path: Path, nats_server: NatsServer) -> Place:
    return Place(folder=tmp_path / "place", nats=nats_server)


def rows(house: House) -> list[Row]:
    return list(house.store.recorder.rows(0, 10_000))


async def test_every_stored_event_arrives_byte_for_byte_and_is_signed_within_seconds(
    tmp_path: Path, nats_server: NatsServer, store_setting: str
):
    place = Place(folder=tmp_path / "place", nats=nats_server, store=store_setting)
    async with both(place) as (publisher, house):
        for amount in range(1, 60):
            await putting(publisher, amount, f"case-{amount % 7}")
        ledger = await arrived(publisher, house)
        taken = [(it.header, it.state) for it in rows(house) if "/" in it.stream]
        assert taken == [(it.header, it.state) for it in rows(publisher)]
        signing = ledger.chronicle.signing
        assert signing is not None
        text, signers = verify(signing.note, [SIGNER.verifier])
        assert (Checkpoint.of(text).root, signers) == (
            ledger.chronicle.tree.root(signing.size).hex(),
            [SIGNER.verifier],
        )
        await until(lambda: house.relays[0].idle)
        newest = await house.messenger.last_frame(lane("ledger"))
        assert newest is not None
        told = envelope_of(unpack_envelopes(newest.body)[-1])
        assert (told.contract, told.position) == ("ledger.checkpoint-witnessed", rows(house)[-1].position)
        assert bytes(told.body) == f'{{"root":"{signing.root}","size":{signing.size}}}'.encode()


async def test_nothing_new_is_not_signed_again(place: Place):
    async with both(place) as (publisher, house):
        await putting(publisher, 1)
        ledger = await arrived(publisher, house)
        size = ledger.chronicle.size
        house.nudge()
        await until(lambda: ledger.to_sign.is_set() is False)
        assert await ledger.sign(SIGNER) == ledger.chronicle.signing
        assert ledger.chronicle.size == size == 2


async def test_after_a_restart_the_log_is_the_same_and_goes_on(place: Place):
    async with both(place) as (publisher, house):
        await putting(publisher, 1, "case")
        before = await arrived(publisher, house)
        size, root = before.chronicle.size, before.chronicle.tree.root()
    async with both(place) as (publisher, house):
        ledger = ledger_of(house)
        await until(lambda: ledger.rebuilt)
        assert (ledger.chronicle.size, ledger.chronicle.tree.root()) == (size, root)
        await putting(publisher, 2, "case")
        await arrived(publisher, house)
        assert ledger.chronicle.tree.root(size) == root
        assert ledger.alarm == ""


async def test_a_wiped_broker_is_filled_again_and_no_leaf_is_doubled(place: Place, nats_server: NatsServer):
    async with both(place) as (publisher, house):
        for amount in range(1, 20):
            await putting(publisher, amount, "case")
        ledger = await arrived(publisher, house)
        size, root = ledger.chronicle.size, ledger.chronicle.tree.root()
    nats_server.kill()
    shutil.rmtree(nats_server.data)
    nats_server.start()
    async with both(place) as (publisher, house):
        await until(lambda: publisher.relays[1].idle and publisher.relays[1].last == publisher.writer.head.position)
        await putting(publisher, 99, "case")
        ledger = await arrived(publisher, house)
        assert ledger.chronicle.tree.root(size) == root
        assert [it.header for it in rows(house) if "/" in it.stream] == [it.header for it in rows(publisher)]


async def test_bytes_altered_on_the_way_stop_that_lane_alone_and_people_are_told(place: Place, nats_server: NatsServer):
    async with serving(PUBLISHER, place.settings()) as publisher:
        await putting(publisher, 1, "case")
        await until(lambda: publisher.idle)
        genuine = await publisher.messenger.last_frame(record_lane("intake"))
        assert genuine is not None
    nats_server.kill()
    shutil.rmtree(nats_server.data)
    nats_server.start()
    async with serving(blueprint, settings(place)) as house:
        connection = await connect(nats_server.url)
        row = genuine.body.replace(b'"cents":1', b'"cents":9')
        assert row != genuine.body
        await connection.jetstream().publish(record_lane("intake"), row, headers=genuine.headers())
        await until(lambda: house.lanes[0].stopped)
        assert received(house) == 0
        assert not house.lanes[1].stopped
        assert any("Spur intake" in it for it in house.unready())
        await connection.close()
        async with client(place, house, "p-1", Role.APPROVER) as it:
            status = (await it.get("/ledger/status")).json()
            assert "gehört nicht zu seinem Blatt" in status["services"][0]["trouble"]
            assert "angehalten" in (await it.get("/ledger/")).text


async def test_something_that_is_no_frame_becomes_an_own_event_and_the_lane_goes_on(
    place: Place, nats_server: NatsServer
):
    async with both(place) as (publisher, house):
        connection = await connect(nats_server.url)
        await connection.jetstream().publish(record_lane("intake"), pack_records([record_bytes(b"{}", b"{}")]))
        await connection.close()
        await putting(publisher, 1, "case")
        await arrived(publisher, house)
        assert rows(house)[0].topic == "house.foreign-message-refused.v1"


async def test_a_store_changed_behind_its_back_raises_an_alarm_and_is_not_signed(place: Place):
    async with both(place) as (publisher, house):
        for amount in range(1, 10):
            await putting(publisher, amount, "case")
        await arrived(publisher, house)
        altered = next(it.position for it in rows(house) if b'"cents":3' in it.state)
    file = place.folder / "stores" / "ledger.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE stored_events SET state = CAST(replace(state, '\"cents\":3', '\"cents\":8') AS BLOB)")
    async with both(place) as (publisher, house):
        ledger = ledger_of(house)
        await until(lambda: ledger.alarm)
        assert f"Position {altered} " in ledger.alarm
        assert any("Prüfkette" in it for it in house.unready())
        before = house.writer.head.position
        await putting(publisher, 99, "case")
        await until(lambda: received(house) == publisher.writer.head.position)
        assert house.writer.head.position == before + 1
        async with client(place, house, "p-1", Role.AUDITOR) as it:
            answer = await it.post("/ledger/exports", headers={"Idempotency-Key": "k"})
            assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-export")


async def test_proofs_of_leaves_and_of_growth_hold_against_the_signed_root(place: Place):
    async with both(place) as (publisher, house), client(place, house, "p-1", Role.AUDITOR) as it:
        for amount in range(1, 12):
            await putting(publisher, amount, "case")
        await arrived(publisher, house)
        note = (await it.get("/ledger/checkpoint")).text
        vkey = (await it.get("/ledger/vkey")).text.strip()
        signed = Checkpoint.of(verify(note, [Verifier.of(vkey)])[0])
        for index in range(signed.size):
            proof = (await it.get(f"/ledger/leaves/{index}", params={"size": signed.size})).json()
            assert proof["root"] == signed.root
            verify_inclusion(
                index=index, size=signed.size, leaf=leaf_hash(proof["leaf"].encode()),
                proof=[bytes.fromhex(it) for it in proof["proof"]], root=bytes.fromhex(signed.root),
            )  # fmt: skip
        grown = (await it.get("/ledger/consistency", params={"from": 3, "to": signed.size})).json()
        verify_consistency(
            first=3, second=signed.size, first_root=bytes.fromhex(grown["first_root"]),
            second_root=bytes.fromhex(signed.root), proof=[bytes.fromhex(it) for it in grown["proof"]],
        )  # fmt: skip
        assert b64decode(note.splitlines()[2]).hex() == signed.root
        for path, status in {
            "/ledger/leaves/9999": 404, "/ledger/leaves/x": 422, "/ledger/leaves/-1": 422,
            "/ledger/consistency?from=9&to=3": 422, "/ledger/consistency?from=0": 422, "/ledger/consistency": 422,
            f"/ledger/leaves/{10**30}": 422, "/ledger/leaves/1?size=99999": 404, "/ledger/exports/export-1.tar": 404,
            "/ledger/exports/..%2F..%2Fplace.tar": 404, "/ledger/cases/none/history": 404,
        }.items():  # fmt: skip
            answer = await it.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path


async def test_the_export_verifies_offline_and_its_heads_are_the_services_own(place: Place, tmp_path: Path):
    async with both(place) as (publisher, house), client(place, house, "p-1", Role.AUDITOR) as it:
        for amount in range(1, 300):
            await putting(publisher, amount % 50 + 1, f"case-{amount % 9}")
        await until(lambda: received(house) == publisher.writer.head.position)
        made = await it.post("/ledger/exports", headers={"Idempotency-Key": "monthly"})
        assert made.status_code == 201
        kept = unpack(io.BytesIO((await it.get(made.json()["archive"])).content), tmp_path / "stick")
        head = publisher.writer.head
        own = kept.heads["intake"]
        assert (own.epoch, own.position, own.chain) == (head.epoch, head.position, head.chain)
        report = examine(tmp_path / "stick", SIGNER.verifier.vkey, [])
        assert (report.faults, report.heads["intake"]["position"]) == ([], head.position)
        assert report.checkpoint is not None
        assert (report.checkpoint.size, report.checkpoint.origin) == (made.json()["size"], ORIGIN)

        await putting(publisher, 7, "case")
        await arrived(publisher, house)
        again = await it.post("/ledger/exports", headers={"Idempotency-Key": "monthly"})
        assert again.json() == made.json()
        later = await it.post("/ledger/exports", headers={"Idempotency-Key": "next"})
        assert later.json()["size"] > made.json()["size"]
        unpack(io.BytesIO((await it.get(later.json()["archive"])).content), tmp_path / "stick")
        old = place.folder / "old-checkpoint"
        old.write_bytes((place.folder / "stores" / "exports" / made.json()["name"] / "checkpoint").read_bytes())
        assert examine(tmp_path / "stick", SIGNER.verifier.vkey, [old]).faults == []

        for number in range(5):
            assert (await it.post("/ledger/exports", headers={"Idempotency-Key": f"k{number}"})).status_code == 201
        assert (await it.get(made.json()["archive"])).status_code == 404
        assert (await it.post("/ledger/exports")).status_code == 400
        assert (await it.post("/ledger/exports", headers={"Idempotency-Key": "x" * 201})).status_code == 422
        assert (await it.post("/ledger/exports", headers={b"Idempotency-Key": "\u00e4".encode()})).status_code == 400


def test_an_archive_never_writes_outside_its_directory_nor_over_something_else(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("kept")
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "file").write_text("x")
    content = b"".join(tar_of(tmp_path / "from"))
    with pytest.raises(NotAnExport):
        unpack(io.BytesIO(content), tmp_path / "mine")
    for bad in (content, content[:700], b"", content.replace(b"file" + bytes(4), b"../f" + bytes(4))):
        with pytest.raises(NotAnArchive):
            unpack(io.BytesIO(bad), tmp_path / "new")
    assert sorted(it.name for it in tmp_path.iterdir()) == ["from", "mine"]


async def test_a_case_is_told_across_services_to_auditors(place: Place):
    async with both(place) as (publisher, house):
        for amount in (1, 2, 4):
            await putting(publisher, amount, "case-a")
            await putting(publisher, amount, "case-b")
        await arrived(publisher, house)
        async with client(place, house, "p-1", Role.AUDITOR) as it:
            history = (await it.get("/ledger/cases/case-a/history")).json()
            assert [it["facts"]["cents"] for it in history["events"]] == [1, 2, 4]
            assert {it["stream"] for it in history["events"]} == {"intake/purse-case-a"}
            own = publisher.writer.head.epoch
            assert history["events"][0]["origin"] == f"intake/{own}/1"
            past = (await it.get("/ledger/cases/case-a/history", params={"as_of": history["events"][1]["at"]})).json()
            assert len(past["events"]) == 2


PATHS = {
    ("GET", "/ledger/status"): STAFF,
    ("GET", "/ledger/checkpoint"): STAFF,
    ("GET", "/ledger/vkey"): STAFF,
    ("GET", "/ledger/"): STAFF,
    ("GET", "/ledger/leaves/0"): PROVERS,
    ("GET", "/ledger/consistency?from=1"): PROVERS,
    ("GET", "/ledger/cases/case/history"): PROVERS,
    ("POST", "/ledger/exports"): PROVERS,
    ("POST", "/ledger/forms/exports"): PROVERS,
}


async def test_whoever_is_not_named_is_denied(place: Place):
    async with both(place) as (publisher, house):
        await putting(publisher, 1, "case")
        await arrived(publisher, house)
        for role in frozenset(Role) - {Role.SYSTEM}:
            async with client(place, house, f"p-{role}", role) as it:
                for (method, path), roles in PATHS.items():
                    answer = await send(it, method, path)
                    assert (answer.status_code in (200, 201, 303)) == (role in roles), (role, path, answer.text[:300])
                    if role not in roles:
                        assert (answer.status_code, "role-not-allowed" in answer.text) == (403, True)
        async with client(place, house) as nobody:
            for method, path in PATHS:
                answer = await send(nobody, method, path)
                page = path in ("/ledger/", "/ledger/forms/exports")
                assert answer.status_code == (303 if page else 401), path
                assert not page or answer.headers["location"].startswith("/sign-in?next=")


async def send(it: httpx2.AsyncClient, method: str, path: str) -> httpx2.Response:
    if method == "GET":
        return await it.get(path)
    if "forms" in path:
        return await it.post(path, data={"Idempotency-Key": "k"})
    return await it.post(path, headers={"Idempotency-Key": "k"})


async def test_the_page_shows_state_checkpoint_services_and_the_exports_of_those_who_may(place: Place):
    async with both(place) as (publisher, house):
        await putting(publisher, 1, "case")
        ledger = await arrived(publisher, house)
        async with client(place, house, "p-1", Role.OPERATOR) as it:
            assert (await it.post("/ledger/forms/exports", data={"Idempotency-Key": "k"})).headers[
                "location"
            ] == "/ledger/"
            page = await it.get("/ledger/")
            assert page.headers["content-security-policy"].startswith("default-src 'self'")
            for text in (
                ledger.chronicle.tree.root().hex(),
                "lückenlos",
                "Antragseingang",
                "Ausfuhr erstellen",
                ".tar",
                ORIGIN,
            ):
                assert text in page.text, text
        async with client(place, house, "p-2", Role.EXPERT) as it:
            assert "Ausfuhr erstellen" not in (await it.get("/ledger/")).text


async def test_a_ledger_that_has_received_nothing_says_so(place: Place):
    async with serving(blueprint, settings(place)) as house, client(place, house, "p-1", Role.AUDITOR) as it:
        await until(lambda: ledger_of(house).rebuilt)
        status = (await it.get("/ledger/status")).json()
        assert (status["size"], status["checkpoint"], status["trouble"]) == (0, None, "")
        assert [it["service"] for it in status["services"]] == ["intake", "review", "payout"]
        assert (await it.get("/ledger/checkpoint")).status_code == 404
        assert (await it.post("/ledger/exports", headers={"Idempotency-Key": "k"})).status_code == 409
        assert (await it.get("/ledger/")).status_code == 200


def test_the_ledger_needs_no_vault_and_its_description_names_its_endpoints():
    paths = openapi()["paths"]
    assert {"/ledger/status", "/ledger/leaves/{index}", "/ledger/exports", "/ledger/cases/{case}/history"} <= set(paths)


async def test_a_ledger_without_a_key_does_not_start(place: Place):
    from services.ledger.settings import KeyMissing

    for more in ({"ledger_key_file": None}, {"ledger_key_file": place.folder / "kek", "ledger_origin": ""}):
        with pytest.raises(KeyMissing):
            place.settings(type(settings(place)), **more).signer()
    (place.folder / "short").write_bytes(b"short")
    with pytest.raises(KeyMissing):
        place.settings(type(settings(place)), ledger_key_file=place.folder / "short", ledger_origin=ORIGIN).signer()


async def test_lane_streams_are_the_ledgers_own(place: Place):
    async with serving(blueprint, settings(place)) as house:
        assert [it.subject for it in house.lanes] == ["ledger.intake", "ledger.review", "ledger.payout"]
        assert stream_of(house.relays[0].subject) == "LANE_LEDGER"
