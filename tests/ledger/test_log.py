"""The tree: every proof of every tree leads to its root, and nothing else does."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.log import (
    EMPTY_ROOT,
    LeafTooLong,
    MerkleLog,
    ProofInvalid,
    TileStack,
    bundle,
    entry_bundles,
    leaf_hash,
    node_hash,
    numbered,
    tiles,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[3] / "shared/vectors"


def vectors(name: str) -> list[Any]:
    path = VECTORS / f"merkle-{name}.json"
    if not path.exists():
        return [
            pytest.param(
                None, marks=pytest.mark.skip(reason=f"{name}: the vectors lie beside the repository, not in it")
            )
        ]
    return [pytest.param(case, id=case["case"]) for case in json.loads(path.read_text())]


def leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


def a_log(size: int) -> MerkleLog:
    return MerkleLog(leaf_hash(leaf) for leaf in leaves(size))


def by_definition(some: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not some:
        return sha256(b"").digest()
    if len(some) == 1:
        return sha256(b"\x00" + some[0]).digest()
    split = 1
    while split * 2 < len(some):
        split *= 2
    return sha256(b"\x01" + by_definition(some[:split]) + by_definition(some[split:])).digest()


sizes = st.integers(1, 600)


def flipped(raw: bytes, bit: int) -> bytes:
    at = bit // 8 % len(raw)
    return raw[:at] + bytes([raw[at] ^ 1 << bit % 8]) + raw[at + 1 :]


@pytest.mark.parametrize("case", vectors("inclusion"))
def test_inclusion_vectors_of_transparency_dev(case: dict[str, Any]) -> None:
    def check() -> None:
        verify_inclusion(
            index=case["leafIdx"],
            size=case["treeSize"],
            leaf=b64decode(case["leafHash"]),
            proof=[b64decode(each) for each in case["proof"] or ()],
            root=b64decode(case["root"]),
        )

    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            check()
    else:
        check()


@pytest.mark.parametrize("case", vectors("consistency"))
def test_consistency_vectors_of_transparency_dev(case: dict[str, Any]) -> None:
    def check() -> None:
        verify_consistency(
            first=case["size1"],
            second=case["size2"],
            first_root=b64decode(case["root1"]),
            second_root=b64decode(case["root2"]),
            proof=[b64decode(each) for each in case["proof"] or ()],
        )

    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            check()
    else:
        check()


def test_the_root_at_every_size_is_what_the_rfc_defines() -> None:
    log = a_log(70)
    assert [log.root(size) for size in range(71)] == [by_definition(leaves(size)) for size in range(71)]
    assert log.root() == log.root(70)
    assert log.root(0) == EMPTY_ROOT


@given(size=sizes, data=st.data())
def test_every_leaf_of_every_tree_is_proved_to_be_in_it(size: int, data: st.DataObject) -> None:
    log, now = a_log(600), data.draw(st.integers(size, 600))
    index = data.draw(st.integers(0, size - 1))
    leaf = leaf_hash(leaves(600)[index])
    verify_inclusion(index=index, size=size, leaf=leaf, proof=log.inclusion(index, size), root=log.root(size))
    verify_consistency(
        first=size, second=now, first_root=log.root(size), second_root=log.root(now), proof=log.consistency(size, now)
    )


@given(size=st.integers(2, 600), data=st.data())
def test_no_single_change_of_an_inclusion_proof_passes(size: int, data: st.DataObject) -> None:
    log = a_log(size)
    index, bit = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 255))
    leaf, root, proof = leaf_hash(leaves(size)[index]), log.root(), log.inclusion(index)
    at = data.draw(st.integers(0, len(proof) - 1))
    right: dict[str, Any] = {"index": index, "size": size, "leaf": leaf, "proof": proof, "root": root}
    wrong: list[dict[str, Any]] = [
        {"leaf": flipped(leaf, bit)},
        {"root": flipped(root, bit)},
        {"proof": [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]},
        {"proof": proof[:-1]},
        {"proof": [*proof, leaf]},
        {"index": (index + data.draw(st.integers(1, size - 1))) % size},
        {"index": index + size},
        {"index": -1},
    ]
    for change in wrong:
        with pytest.raises(ProofInvalid):
            verify_inclusion(**(right | change))


@given(first=st.integers(1, 599), data=st.data())
def test_no_single_change_of_a_consistency_proof_passes(first: int, data: st.DataObject) -> None:
    second = data.draw(st.integers(first + 1, 600))
    log, bit = a_log(second), data.draw(st.integers(0, 255))
    proof = log.consistency(first, second)
    at = data.draw(st.integers(0, len(proof) - 1))
    right: dict[str, Any] = {
        "first": first,
        "second": second,
        "first_root": log.root(first),
        "second_root": log.root(second),
        "proof": proof,
    }
    wrong: list[dict[str, Any]] = [
        {"first_root": flipped(log.root(first), bit)},
        {"second_root": flipped(log.root(second), bit)},
        {"proof": [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]},
        {"proof": proof[:-1]},
        {"proof": [*proof, proof[0]]},
        {"first": 0},
        {"first": second + 1},
    ]
    for change in wrong:
        with pytest.raises(ProofInvalid):
            verify_consistency(**(right | change))


def test_a_tree_that_changed_an_old_leaf_is_not_consistent_with_itself() -> None:
    old = a_log(40)
    new = MerkleLog(leaf_hash(leaf) for leaf in [*leaves(20), b"other", *leaves(100)[21:]])
    with pytest.raises(ProofInvalid):
        verify_consistency(
            first=40, second=100, first_root=old.root(), second_root=new.root(), proof=new.consistency(40)
        )


def test_nothing_is_proved_about_what_is_not_there() -> None:
    log = a_log(5)
    for ask in (
        lambda: log.root(6),
        lambda: log.inclusion(5),
        lambda: log.inclusion(0, 0),
        lambda: log.consistency(0),
        lambda: log.consistency(3, 9),
    ):
        with pytest.raises(IndexError):
            ask()
    with pytest.raises(ValueError, match="SHA-256"):
        log.append(b"short")


# ---- Tiles ---------------------------------------------------------------------------------------------------------


def test_tile_numbers_are_written_as_the_specification_shows() -> None:
    assert numbered(1_234_067) == "x001/x234/067"
    assert numbered(0) == "000"
    assert numbered(999, 255) == "999.p/255"
    assert numbered(1000) == "x001/000"


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    made = {path: len(raw) // 32 for path, raw in tiles([bytes(32)] * 70_000)}
    by_level = [[width for path, width in made.items() if path.startswith(f"tile/{level}/")] for level in range(3)]
    assert by_level == [[256] * 273 + [112], [256, 17], [1]]
    assert {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"} <= set(made)


@given(size=st.integers(0, 1200))
def test_tiles_hold_the_subtrees_of_the_log_and_lead_to_its_root(size: int) -> None:
    log, stack = a_log(size), TileStack()
    made: dict[str, bytes] = {}
    for leaf in leaves(size):
        made |= stack.add(leaf_hash(leaf))
    made |= stack.rest()
    assert stack.root() == log.root()
    for level in (0, 1):
        count = size >> 8 * level
        stored = b"".join(raw for path, raw in sorted(made.items()) if path.startswith(f"tile/{level}/"))
        assert stored == b"".join(log.subtree(8 * level, index) for index in range(count))


def test_a_tree_of_two_hundred_and_fifty_six_is_one_full_tile_and_one_hash_above() -> None:
    made = dict(tiles(leaf_hash(leaf) for leaf in leaves(256)))
    assert set(made) == {"tile/0/000", "tile/1/000.p/1"}
    assert made["tile/1/000.p/1"] == by_definition(leaves(256))


def test_bundles_prefix_each_leaf_with_its_length() -> None:
    assert bundle([b"ab", b"", b"c" * 300]) == b"\x00\x02ab\x00\x00\x01\x2c" + b"c" * 300
    assert [path for path, _ in entry_bundles(leaves(300))] == ["tile/entries/000", "tile/entries/001.p/44"]
    with pytest.raises(LeafTooLong):
        bundle([bytes(65_536)])


def test_leaves_and_nodes_never_hash_alike() -> None:
    assert leaf_hash(bytes(64)) != node_hash(bytes(32), bytes(32))
