"""What a forger can do to an export, and that the verifier says which of it was done, and where."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.ledger.note import Signer, sign
from services.ledger.verify import KINDS, Fault, Report, as_text, examine
from shared.formats import digest
from tests.ledger.builders import (
    ORIGIN,
    SIGNER,
    STRANGER,
    Chronicle,
    Record,
    a_history,
    checkpoint_over,
    edited,
    header_of,
    lay_out,
)

VKEY = SIGNER.verifier.vkey
VERIFIER = Path(__file__).parents[2] / "services/ledger/verify.py"
HISTORY = a_history(600)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return HISTORY.export(tmp_path / "export")


def judge(export: Path, *since: Path, vkey: str | None = VKEY) -> Report:
    return examine(export, vkey, since)


def first(report: Report) -> Fault:
    assert report.faults, "nichts gefunden"
    assert report.faults[0].kind in KINDS
    assert as_text(report)
    return report.faults[0]


def found(export: Path, *since: Path) -> tuple[str, int | None]:
    """Kind and index of the decisive fault."""
    fault = first(judge(export, *since))
    return fault.kind, fault.index


def entries_of(export: Path, bundle: str) -> list[bytes]:
    raw = (export / "tile/entries" / bundle).read_bytes()
    leaves: list[bytes] = []
    while raw:
        length = int.from_bytes(raw[:2])
        leaves.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return leaves


def put_entries(export: Path, bundle: str, leaves: Sequence[bytes]) -> None:
    (export / "tile/entries" / bundle).write_bytes(b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves))


def change_entries(export: Path, bundle: str, change: Callable[[list[bytes]], Any]) -> None:
    leaves = entries_of(export, bundle)
    change(leaves)
    put_entries(export, bundle, leaves)


def change_states(export: Path, bundle: str, change: Callable[[list[bytes]], Any]) -> None:
    path = export / "states" / bundle
    lines = path.read_bytes().splitlines()
    change(lines)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def swap(items: list[bytes], one: int, other: int) -> None:
    items[one], items[other] = items[other], items[one]


def of_other_cases() -> tuple[int, int]:
    """Two neighbours that belong to different streams."""
    return 20, 21


def of_one_stream() -> tuple[int, int]:
    """An event and the next of its stream."""
    keys = [(header_of(leaf).service, header_of(leaf).stream) for leaf, _ in HISTORY.records]
    return 20, keys.index(keys[20], 21)


def test_an_untouched_export_verifies_and_says_how_far_each_service_came(export: Path) -> None:
    report = judge(export)
    assert report.faults == []
    assert report.trusted
    assert report.checkpoints == 3
    assert report.heads == json.loads((export / "heads.json").read_text())


# ---- Somebody edits files ------------------------------------------------------------------------------------------


def test_a_changed_state_is_named(export: Path) -> None:
    change_states(export, "001", lambda lines: lines.__setitem__(4, lines[4].replace(b"amount", b"Amount")))
    assert found(export) == ("changed-state", 260)


def test_a_removed_state_is_named(export: Path) -> None:
    change_states(export, "000", lambda lines: lines.pop(9))
    assert found(export) == ("removed-state", 9)


def test_a_removed_file_of_states_is_named(export: Path) -> None:
    (export / "states/001").unlink()
    assert found(export) == ("removed-state", 256)


def test_an_inserted_state_is_named(export: Path) -> None:
    change_states(export, "000", lambda lines: lines.insert(9, b'{"facts":{}}'))
    assert found(export) == ("inserted-state", 9)


def test_states_swapped_between_cases_are_named(export: Path) -> None:
    change_states(export, "000", lambda lines: swap(lines, *of_other_cases()))
    assert found(export) == ("swapped-between-cases", 20)


def test_states_swapped_within_a_stream_are_named(export: Path) -> None:
    change_states(export, "000", lambda lines: swap(lines, *of_one_stream()))
    assert found(export) == ("swapped-states", 20)


def test_a_changed_leaf_is_named(export: Path) -> None:
    change_entries(export, "001", lambda leaves: leaves.__setitem__(2, edited(leaves[2], sha256="ab" * 32)))
    assert found(export) == ("changed-leaf", 258)


def test_a_removed_entry_is_named(export: Path) -> None:
    change_entries(export, "000", lambda leaves: leaves.pop(100))
    assert found(export) == ("removed-entry", 100)


def test_an_entry_removed_with_its_state_and_everything_moved_up_shows_at_its_service_s_next(tmp_path: Path) -> None:
    records = [*HISTORY.records[:100], *HISTORY.records[101:]]
    forged = lay_out(tmp_path / "forged", records, checkpoint=HISTORY.note(), earlier=HISTORY.notes)
    assert found(forged) == ("removed-entry", 102)


def test_a_removed_bundle_is_named(export: Path) -> None:
    (export / "tile/entries/000").unlink()
    assert found(export) == ("removed-entry", 0)


def test_a_removed_tail_is_named(export: Path) -> None:
    partial = next((export / "tile/entries/002.p").iterdir())
    change_entries(export, f"002.p/{partial.name}", lambda leaves: leaves.__delitem__(slice(-3, None)))
    assert found(export) == ("removed-tail", len(HISTORY.records) - 3)


def test_a_tail_removed_everywhere_but_in_the_checkpoint_is_named(tmp_path: Path) -> None:
    forged = lay_out(tmp_path / "forged", HISTORY.records[:-3], checkpoint=HISTORY.note(), earlier=HISTORY.notes)
    assert found(forged) == ("removed-tail", len(HISTORY.records) - 3)


def test_a_tail_removed_back_to_an_older_checkpoint_shows_by_a_later_one(tmp_path: Path) -> None:
    forged = lay_out(tmp_path / "forged", HISTORY.records[:150], checkpoint=HISTORY.notes[0], earlier=HISTORY.notes)
    assert found(forged) == ("removed-tail", 150)


def test_a_tail_removed_without_a_trace_shows_by_the_checkpoint_the_auditor_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(HISTORY.note())
    forged = lay_out(tmp_path / "forged", HISTORY.records[:150], checkpoint=HISTORY.notes[0])
    assert judge(forged).faults == []  # the limit that the manual states
    assert found(forged, kept) == ("removed-tail", 150)


def test_an_inserted_entry_is_named(export: Path) -> None:
    invented = edited(HISTORY.records[60][0], version=999)
    change_entries(export, "000", lambda leaves: leaves.insert(61, invented))
    assert found(export) == ("inserted-entry", 61)


def test_a_repeated_entry_is_named_as_inserted(export: Path) -> None:
    change_entries(export, "000", lambda leaves: leaves.insert(61, leaves[3]))
    assert found(export) == ("inserted-entry", 61)


def test_an_entry_beyond_the_signed_size_is_named(export: Path) -> None:
    partial = next((export / "tile/entries/002.p").iterdir())
    change_entries(export, f"002.p/{partial.name}", lambda leaves: leaves.append(leaves[-1]))
    assert found(export) == ("inserted-entry", len(HISTORY.records))


def test_reordered_entries_are_named(export: Path) -> None:
    change_entries(export, "000", lambda leaves: swap(leaves, 30, 33))
    assert found(export) == ("reordered", 30)


def test_entries_reordered_with_their_states_and_the_tree_are_named(tmp_path: Path) -> None:
    records = list(HISTORY.records)
    records[30], records[33] = records[33], records[30]
    forged = lay_out(tmp_path / "forged", records, checkpoint=HISTORY.note(), earlier=HISTORY.notes)
    assert found(forged) == ("reordered", 30)


def test_a_changed_tile_is_named(export: Path) -> None:
    raw = bytearray((export / "tile/0/001").read_bytes())
    raw[32 * 5] ^= 1
    (export / "tile/0/001").write_bytes(raw)
    assert found(export) == ("changed-tile", 261)


def test_changed_heads_are_named(export: Path) -> None:
    heads = json.loads((export / "heads.json").read_text())
    heads["payout"]["position"] += 1
    (export / "heads.json").write_text(json.dumps(heads, sort_keys=True, separators=(",", ":")) + "\n")
    assert first(judge(export)).kind == "changed-heads"


def test_a_file_that_nothing_proves_is_named(export: Path) -> None:
    (export / "states/777").write_bytes(b"{}\n")
    assert first(judge(export)).kind == "foreign-file"


# ---- Somebody rewrites the whole export, without the key -----------------------------------------------------------


def rewritten(change: Callable[[list[Record]], Any]) -> list[Record]:
    records = list(HISTORY.records)
    change(records)
    return records


def falsified(records: list[Record], index: int) -> None:
    """Another amount, and the leaf made to fit."""
    leaf, state = records[index]
    state = state.replace(b'"amount_cents":', b'"amount_cents":9')
    records[index] = edited(leaf, sha256=digest(state)), state


def test_a_state_falsified_together_with_leaf_and_tree_breaks_the_link_to_it(tmp_path: Path) -> None:
    records = rewritten(lambda records: falsified(records, 50))
    fault = first(judge(lay_out(tmp_path / "forged", records, checkpoint=HISTORY.note())))
    assert fault.kind == "broken-link"
    assert "Index 50" in fault.detail


def test_entries_moved_to_another_case_are_named(tmp_path: Path) -> None:
    one, other = 300, 303
    names = [header_of(HISTORY.records[at][0]).stream for at in (one, other)]

    def exchange(records: list[Record]) -> None:
        for at, name in ((one, names[1]), (other, names[0])):
            records[at] = edited(records[at][0], stream=name), records[at][1]

    assert names[0] != names[1]
    forged = lay_out(tmp_path / "forged", rewritten(exchange), checkpoint=HISTORY.note())
    assert found(forged) == ("swapped-between-cases", one)


def test_a_rewritten_history_that_is_whole_in_itself_does_not_fit_the_signature(tmp_path: Path) -> None:
    other = a_history(300).go_on(len(HISTORY.records) - 303)
    forged = lay_out(tmp_path / "forged", other.records, checkpoint=HISTORY.note())
    assert first(judge(forged)).kind == "rewritten-history"


def test_a_forged_signature_is_named(tmp_path: Path) -> None:
    records = rewritten(lambda records: falsified(records, len(HISTORY.records) - 1))
    text = checkpoint_over(records).text
    unsigned = HISTORY.note().rpartition("\n\n")[2]
    forged = lay_out(tmp_path / "forged", records, checkpoint=f"{text}\n{unsigned}")
    assert first(judge(forged)).kind == "forged-signature"


def test_a_stranger_s_key_is_named(tmp_path: Path) -> None:
    records = rewritten(lambda records: falsified(records, len(HISTORY.records) - 1))
    note = sign(checkpoint_over(records).text, STRANGER)
    forged = lay_out(tmp_path / "forged", records, checkpoint=note, signer=STRANGER)
    assert first(judge(forged)).kind == "wrong-key"


def test_a_stranger_s_whole_history_verifies_only_in_itself_and_says_so(tmp_path: Path) -> None:
    strange = Chronicle(signer=STRANGER).go_on(20).export(tmp_path / "export")
    report = judge(strange, vkey=None)
    assert report.faults == []
    assert not report.trusted
    assert report.notices
    assert first(judge(strange)).kind == "wrong-key"


# ---- Somebody with the key tells two histories ---------------------------------------------------------------------


def test_a_second_history_under_the_same_key_is_a_fork_for_whoever_kept_a_checkpoint(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(Chronicle().go_on(30).note())
    other = Chronicle().go_on(10).happens("review", "award-x").go_on(40).export(tmp_path / "export")
    assert judge(other).faults == []  # in itself it is whole and signed
    assert first(judge(other, kept)).kind == "fork"


def test_a_fork_shows_also_by_an_earlier_checkpoint_in_the_export(export: Path) -> None:
    other = Chronicle().go_on(10).happens("review", "award-x").go_on(40)
    size = len(other.records)
    (export / f"checkpoints/{size}").write_text(other.note())
    assert found(export) == ("fork", 0)


def test_a_fork_between_two_agreeing_checkpoints_is_narrowed_to_them(export: Path) -> None:
    lie = sign(checkpoint_over([*HISTORY.records[:199], HISTORY.records[3]]).text, SIGNER)
    (export / "checkpoints/200").write_text(lie)
    assert found(export) == ("fork", 150)


def test_a_kept_checkpoint_of_another_log_is_named(export: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    stranger = Signer("elsewhere.example/log", bytes(range(32)))
    kept.write_text(sign(checkpoint_over(HISTORY.records).text.replace(ORIGIN, stranger.name), stranger))
    report = judge(export, kept, vkey=f"{VKEY}\n{stranger.verifier.vkey}\n")
    assert first(report).kind == "other-log"


def test_a_checkpoint_recorded_in_the_log_that_contradicts_it_is_named(tmp_path: Path) -> None:
    lie = sign(checkpoint_over(HISTORY.records[:9]).text, SIGNER)
    chronicle = Chronicle().go_on(20)
    root = checkpoint_over(HISTORY.records[:9]).root
    chronicle.happens("intake", "application-x").happens(
        "ledger", "checkpoint-log", "checkpoint-signed", size=10, root=root, note=lie
    )
    forged = lay_out(tmp_path / "forged", chronicle.records, checkpoint=chronicle.note())
    assert found(forged) == ("contradicting-checkpoint", 21)


# ---- A service that signs nonsense truthfully ----------------------------------------------------------------------


def signed(tmp_path: Path, change: Callable[[list[Record]], Any]) -> Path:
    records = list(Chronicle().go_on(30).records)
    change(records)
    return lay_out(tmp_path / "export", records, checkpoint=sign(checkpoint_over(records).text, SIGNER))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("removed-entry", {"position": 8}),
        ("inserted-entry", {"position": 3}),
        ("broken-stream", {"version": 5}),
        ("broken-link", {"prev": "ab" * 32}),
        ("unknown-format", {"format": 2}),
        ("malformed-leaf", {"service": "Intake"}),
        ("malformed-leaf", {"stream": 'a"b'}),
        ("time-reversed", {"at": header_of(HISTORY.records[2][0]).at}),
        ("changed-state", {"sha256": "ab" * 32}),
    ],
)
def test_a_fault_in_the_signed_history_itself_is_named(tmp_path: Path, kind: str, changes: dict[str, Any]) -> None:
    export = signed(
        tmp_path, lambda records: records.__setitem__(18, (edited(records[18][0], **changes), records[18][1]))
    )
    assert found(export) == (kind, 18)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda leaf: leaf.replace(b'"at"', b' "at"'),
        lambda leaf: leaf.replace(b'"version":', b'"extra":1,"version":'),
        lambda leaf: leaf.replace(b'"version":', b'"version":0'),
        lambda leaf: leaf.replace(b'Z","epoch"', b'+00:00","epoch"'),
        lambda leaf: leaf.replace(b"2026-03", b"2026-13"),
        lambda leaf: b"",
        lambda leaf: b"[" * 60_000,
    ],
)
def test_a_signed_leaf_that_is_not_canonical_is_named(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    records = list(Chronicle().go_on(30).records)
    note = sign(checkpoint_over([*records[:29], (spoil(records[29][0]), b"")]).text, SIGNER)
    export = lay_out(tmp_path / "export", records, checkpoint=note)
    change_entries(export, "000.p/30", lambda leaves: leaves.__setitem__(29, spoil(leaves[29])))
    (export / "tile/0/000.p/30").unlink()
    assert "malformed-leaf" in {fault.kind for fault in judge(export).faults if fault.index == 29}


@pytest.mark.parametrize(("places", "kind"), [(1, "removed-entry"), (-1, "inserted-entry")])
def test_the_ledger_s_own_leaf_says_its_place_among_all(tmp_path: Path, places: int, kind: str) -> None:
    records = list(Chronicle().go_on(9).is_signed().records)
    records[9] = edited(records[9][0], position=10 + places), records[9][1]
    export = lay_out(tmp_path / "export", records, checkpoint=sign(checkpoint_over(records).text, SIGNER))
    assert found(export) == (kind, 9)


def test_an_epoch_may_change_but_never_return(tmp_path: Path) -> None:
    chronicle = Chronicle()
    for epoch in ("a", "b", "c"):
        chronicle.epochs["intake"] = epoch
        chronicle.go_on(6)
    assert judge(chronicle.export(tmp_path / "one")).faults == []
    chronicle.epochs["intake"] = "b"
    chronicle.happens("intake", "application-x")
    assert first(judge(chronicle.export(tmp_path / "two"))).kind == "epoch-returned"


def test_equal_instants_are_no_fault_but_a_microsecond_back_is(tmp_path: Path) -> None:
    def at(records: list[Record], microsecond: int) -> None:
        before = header_of(records[15][0]).at
        records[18] = edited(records[18][0], at=before.replace(microsecond=microsecond)), records[18][1]
        records[15] = edited(records[15][0], at=before.replace(microsecond=5)), records[15][1]

    assert judge(signed(tmp_path / "equal", lambda records: at(records, 5))).faults == []
    assert first(judge(signed(tmp_path / "back", lambda records: at(records, 4)))).kind == "time-reversed"


# ---- Hostile directories -------------------------------------------------------------------------------------------


def to_symlink(path: Path) -> None:
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_giant(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(10**12)


def to_garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def to_nothing(path: Path) -> None:
    path.write_bytes(b"")


# A kept checkpoint that is missing is no fault: the log itself holds all of them.
FILES = (
    "checkpoint",
    "vkey",
    "heads.json",
    "checkpoints/150",
    "tile/0/000",
    "tile/entries/001",
    "states/000",
    "tile/1/000.p/2",
)


@pytest.mark.parametrize("spoil", [to_symlink, to_folder, to_pipe, to_giant, to_garbage, to_nothing])
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_a_fault_and_never_a_traceback(
    export: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    spoil(export / name)
    report = judge(export)
    assert report.faults or (name.startswith("checkpoints/") and spoil is to_folder)
    assert not any("abgebrochen" in fault.detail for fault in report.faults)


def test_a_folder_behind_a_symbolic_link_is_not_entered(export: Path) -> None:
    (export / "tile").rename(export.parent / "elsewhere")
    (export / "tile").symlink_to(export.parent / "elsewhere")
    assert first(judge(export)).kind == "unreadable"


def test_a_size_that_nobody_can_have_ends_soon(export: Path) -> None:
    text = (
        HISTORY.note().replace(f"\n{len(HISTORY.records)}\n", "\n999999999999999999\n", 1).partition("\n\n")[0] + "\n"
    )
    (export / "checkpoint").write_text(sign(text, SIGNER))
    assert first(judge(export)).kind == "removed-tail"


@pytest.mark.parametrize(
    "text", ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\n\n", f"a\n{'9' * 5000}\n\n", "\n\n\n", "\x00\n\n— a AAAA\n"]
)
def test_what_is_no_checkpoint_is_named(export: Path, text: str) -> None:
    (export / "checkpoint").write_text(sign(text, SIGNER) if text.endswith("\n") and "\x00" not in text else text)
    assert first(judge(export)).kind == "malformed-checkpoint"


def test_recorded_bytes_that_are_no_checkpoint_are_a_fault(tmp_path: Path) -> None:
    for state in (
        b"[" * 100_000,
        b"{}",
        b'{"facts":{"size":true,"root":1,"note":2}}',
        b'{"facts":{"size":1,"root":"","note":"\\ud800"}}',
    ):
        leaf, _ = Chronicle().happens("ledger", "checkpoint-log", "checkpoint-signed").records[0]
        record = edited(leaf, sha256=digest(state)), state
        export = lay_out(tmp_path / digest(state), [record], checkpoint=sign(checkpoint_over([record]).text, SIGNER))
        assert first(judge(export)).kind == "contradicting-checkpoint"


# ---- The auditor's command -----------------------------------------------------------------------------------------


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.copy(VERIFIER, folder / "verify.py")
    command = [sys.executable, "-I", program, *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env={"LC_ALL": "C"}
    )


def test_the_verifier_alone_outside_the_repository_proves_the_export(export: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(HISTORY.notes[1])
    (tmp_path / "vkey").write_text(VKEY)
    done = run(tmp_path, export, "--vkey", tmp_path / "vkey", "--since", tmp_path / "kept", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["verified"], told["size"], told["trusted_key"]) == (True, len(HISTORY.records), True)
    assert told["earlier_checkpoints"] == 4


def test_the_verifier_alone_says_kind_and_index_of_the_first_fault(export: Path, tmp_path: Path) -> None:
    change_states(export, "001", lambda lines: lines.__setitem__(4, b"{}"))
    done = run(tmp_path, export, "--vkey", VKEY, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert (json.loads(done.stdout)["kind"], json.loads(done.stdout)["index"]) == ("changed-state", 260)
    done = run(tmp_path, export, "--vkey", VKEY)
    assert (done.returncode, done.stderr) == (1, "")
    assert "FEHLER changed-state bei Index 260" in done.stdout


def test_the_verifier_alone_survives_a_directory_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "nowhere")
    assert (done.returncode, done.stderr) == (1, "")


def test_the_verifier_imports_only_the_standard_library_and_cryptography() -> None:
    lines = VERIFIER.read_text().splitlines()
    modules = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert modules - set(sys.stdlib_module_names) == {"cryptography"}
