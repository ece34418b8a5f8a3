"""The checker notices: a calm house is in order, and whatever is doctored in a copy of it breaks the sentence it should.

Where only bytes were altered the chain tells. Where whoever altered them made all hashes anew, what the others know tells.
"""

import ast
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.faults import accounts, checker, evidence, once_checker
from tests.faults.checker import RULES, ZERO, Evidence
from tests.faults.stories import CASE


@pytest.fixture
def copy(calm: Evidence, tmp_path: Path) -> Evidence:
    """What the calm house left, to be doctored."""
    house = shutil.copytree(calm.history.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sock"))
    return replace(
        calm, store=f"sqlite:{house / 'stores'}", history=house / "history.jsonl", treasury=house / "treasury"
    )


def test_a_calm_house_is_in_order(calm: Evidence) -> None:
    assert checker.check(calm) == []


# ---- Doctoring ------------------------------------------------------------------------------------------------------

type Stored = dict[str, Any]


def sql(statement: str, service: str = "") -> Callable[[Evidence], None]:
    """One statement on a service's store, or on the treasury's book."""

    def doctor(it: Evidence) -> None:
        file = Path(it.store.removeprefix("sqlite:")) / f"{service}.sqlite"
        with sqlite3.connect(file if service else it.treasury / "book" / "book.sqlite") as connection:
            assert connection.execute(statement).rowcount, statement
        connection.close()

    return doctor


def rewritten(service: str, change: Callable[[list[Stored]], None]) -> Callable[[Evidence], None]:
    """The whole log anew with all its hashes, by somebody who may do everything: no chain tells of it."""

    def doctor(it: Evidence) -> None:
        with sqlite3.connect(Path(it.store.removeprefix("sqlite:")) / f"{service}.sqlite") as connection:
            columns = "originator_id, topic, state, header"
            rows = connection.execute(f"SELECT {columns} FROM stored_events ORDER BY notification_id").fetchall()
            found = [
                {"stream": a, "name": b[: b.rindex(".v")], "topic": b, "leaf": json.loads(d), **json.loads(c)}
                for a, b, c, d in rows
            ]
            change(found)
            connection.execute("DELETE FROM stored_events")
            chain, links, versions, at = ZERO, dict[str, str](), dict[str, int](), ""
            for position, row in enumerate(found, start=1):
                stream, topic = row["stream"], row["topic"]
                at = row["context"]["at"] = row["leaf"]["at"] = max(at, row["context"]["at"])
                versions[stream] = version = versions.get(stream, 0) + 1
                state = canonical({"context": row["context"], "facts": row["facts"]})
                header = canonical(
                    row["leaf"]
                    | {"position": position, "version": version, "prev": links.get(stream, ZERO)}
                    | {"sha256": sha256(state).hexdigest()}
                )
                chain = sha256(bytes.fromhex(chain) + header).hexdigest()
                links[stream] = sha256(f"{stream}\n{version}\n{topic}\n".encode() + state).hexdigest()
                values = (position, stream, version, topic, state, header, chain)
                connection.execute("INSERT INTO stored_events VALUES (?,?,?,?,?,?,?)", values)
            connection.execute("UPDATE head SET position = ?, chain = ?", (len(found), chain))
        connection.close()

    return doctor


def canonical(it: Any) -> bytes:
    return json.dumps(it, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def with_facts(name: str, **facts: Any) -> Callable[[list[Stored]], None]:
    def change(rows: list[Stored]) -> None:
        one(rows, name)["facts"] |= facts

    return change


def one(rows: list[Stored], name: str) -> Stored:
    return next(row for row in rows if row["name"] == name)


def without(name: str) -> Callable[[list[Stored]], None]:
    return lambda rows: rows.remove(one(rows, name))


def twice(name: str) -> Callable[[list[Stored]], None]:
    return lambda rows: rows.append(deepcopy(one(rows, name)))


def exchanged(name: str) -> Callable[[list[Stored]], None]:
    def change(rows: list[Stored]) -> None:
        first, second, *_ = (at for at, row in enumerate(rows) if row["name"] == name)
        rows[first], rows[second] = rows[second], rows[first]

    return change


def halved(name: str) -> Callable[[list[Stored]], None]:
    def change(rows: list[Stored]) -> None:
        for it in one(rows, name)["facts"]["by_year"]:
            it["cents"] //= 2

    return change


def another_file(it: Evidence) -> None:
    [file] = (it.treasury / "received").glob("*.xml")
    file.write_text(file.read_text().replace("19200.00", "19200.01"))


def a_word_never_kept(it: Evidence) -> None:
    with it.history.open("a") as file:
        told = {"told": "ok", "service": "intake", "key": "k", "act": "put", "case": CASE, "cents": 7}
        file.write(json.dumps(told | {"first": 3, "last": 3, "problem": "", "refusal": ""}) + "\n")


DOCTORED: Mapping[str, tuple[Callable[[Evidence], None], str]] = {
    "bytes of an amount": (
        sql("UPDATE stored_events SET state = CAST(replace(state, '\"cents\":1', '\"cents\":2') AS BLOB)", "review"),
        "unbroken",
    ),
    "the last event gone": (
        sql("DELETE FROM stored_events WHERE notification_id = (SELECT max(notification_id) FROM stored_events)", "payout"),
        "unbroken",
    ),
    "another amount, hashed anew": (rewritten("intake", with_facts("purse.put", cents=99)), "told exactly"),
    "an acknowledged amount": (rewritten("intake", with_facts("purse.put", cents=99)), "acknowledged once"),
    "cents from nowhere": (rewritten("intake", with_facts("purse.put", cents=99)), "cents in the purse"),
    "more than a purse holds": (rewritten("intake", with_facts("purse.put", cents=1_000_001)), "limits"),
    "a message not followed": (rewritten("review", without("purse.mirrored")), "followed once"),
    "cents not arrived": (rewritten("review", without("purse.mirrored")), "no cent less"),
    "a message followed twice": (rewritten("payout", twice("purse.mirrored")), "followed once"),
    "cents arrived twice": (rewritten("payout", twice("purse.mirrored")), "no cent more"),
    "two messages exchanged": (rewritten("review", exchanged("purse.mirrored")), "in order"),
    "a first answer forgotten": (sql("DELETE FROM command WHERE id = 'put/2'", "intake"), "remembered"),
    "a command done twice": (rewritten("payout", twice("payout.drawdown-certified")), "acknowledged once"),
    "an answer that was never true": (a_word_never_kept, "acknowledged once"),
    "a booking of another amount": (sql("UPDATE payment SET amount_cents = amount_cents + 1"), "money"),
    "an order that came twice": (
        sql("INSERT INTO payment SELECT file, batch, 99, reference, instruction_id, amount_cents, creditor_iban, "
            "'duplicate', code, text FROM payment"),
        "money",
    ),
    "a payment not in the budget": (rewritten("review", without("review.payment-recorded")), "money"),
    "a payment entered twice": (rewritten("review", twice("review.payment-recorded")), "entered once"),
    "a payment never entered": (rewritten("review", without("review.payment-recorded")), "entered once"),
    "an entry that payout never heard of": (rewritten("payout", without("payout.budget-entry-noted")), "entered once"),
    "an entry not followed": (rewritten("payout", without("payout.budget-entry-noted")), "followed once"),
    "an entry noted twice": (rewritten("payout", twice("payout.budget-entry-noted")), "entered once"),
    "an entry of another amount": (
        rewritten("payout", with_facts("payout.budget-entry-noted", cents=1)), "entered once",
    ),
    "entered and never settled": (rewritten("payout", without("payout.payment-settled")), "entered once"),
    "less committed than assigned": (rewritten("review", halved("review.funds-committed")), "money"),
    "a plan of another amount": (rewritten("payout", halved("payout.plan-opened")), "money"),
    "a budget that was smaller": (
        rewritten("review", with_facts("review.budget-opened", appropriation_cents=1)), "money",
    ),
    "another file at the treasury": (another_file, "approved"),
    "ordered by who certified": (rewritten("payout", with_facts("payout.payment-ordered", ordered_by="p-certifier")), "approved"),
    "released by who ordered": (rewritten("payout", with_facts("payout.batch-released", released_by="p-orderer")), "approved"),
    "never certified": (rewritten("payout", without("payout.drawdown-certified")), "approved"),
    "never released": (rewritten("payout", without("payout.batch-released")), "approved"),
    "approved by who proposed": (rewritten("review", with_facts("review.grant-approved", approved_by="p-officer")), "approved"),
}  # fmt: skip


@pytest.mark.parametrize("what", DOCTORED)
def test_what_is_doctored_is_noticed(copy: Evidence, what: str) -> None:
    doctor, rule = DOCTORED[what]
    doctor(copy)
    found = {it.rule for it in checker.check(copy)}
    assert rule in found
    assert rule == "unbroken" or "unbroken" not in found, "nothing but this sentence should be needed"


def test_a_stream_that_is_gone_is_noticed(calm: Evidence) -> None:
    case = evidence.gather(**vars(calm))
    gone = replace(case, streams={**case.streams, "LEDGER_PAYOUT": ()}, missing=["LANE_INTAKE"])
    details = [it.detail for it in checker.judge(gone) if it.rule == "told exactly"]
    assert "LANE_INTAKE fehlt" in details
    assert len(details) == len(case.logs["payout"].rows) + 1


def test_every_sentence_has_something_doctored_that_breaks_it() -> None:
    assert {rule for _, rule in DOCTORED.values()} == RULES.keys()


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (it.name for it in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_checker_uses_no_code_of_the_house() -> None:
    for module in (checker, evidence, accounts):
        ours = [
            it for it in imported(Path(str(module.__file__))) if it.split(".")[0] in ("shared", "services", "deploy")
        ]
        others = [it for it in imported(Path(str(module.__file__))) if it.startswith("tests.")]
        assert ours == []
        assert set(others) <= {"tests.faults", "tests.faults.evidence"}


def test_a_file_that_breaks_a_rule_of_its_format_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "received").mkdir()
    raw = (Path(__file__).parents[1] / "payout" / "golden" / "hkr-2.xml").read_bytes()
    found = once_checker.Known(book={}, folder=tmp_path)
    (tmp_path / "received" / "1.xml").write_bytes(raw.replace(b"<Dateinummer>2<", b"<Dateinummer>1<"))
    assert list(once_checker.as_agreed(found)) == []
    (tmp_path / "received" / "1.xml").write_bytes(raw.replace(b"19200.00", b"19200.01", 1))
    assert len(list(once_checker.as_agreed(found))) == 3, "two sums, and a number left out"
    (tmp_path / "received" / "1.xml").write_bytes(raw[:-100])
    assert [it.partition(": ")[2] for it in once_checker.as_agreed(found)] == ["structure: not well-formed"]
