"""A persistent map answers like a dict, never changes, and copies next to nothing for a change."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.persistent import PersistentMap

type Change = tuple[bool, str, int]
"""Whether something is put or taken away, where, and what."""

KEYS = st.one_of(st.integers(0, 200).map(str), st.text(max_size=6))
CHANGES = st.lists(st.tuples(st.booleans(), KEYS, st.integers()), max_size=400)
QUICK = settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])


def changed(it: PersistentMap[int], change: Change) -> PersistentMap[int]:
    is_put, key, number = change
    return it.put(key, number) if is_put else it.without(key)


def changed_plainly(it: dict[str, int], change: Change) -> dict[str, int]:
    is_put, key, number = change
    return {**it, key: number} if is_put else {known: its for known, its in it.items() if known != key}


def in_place(it: PersistentMap[int], change: Change) -> PersistentMap[int]:
    """The protection taken out: the leaf of the map that others may hold is changed."""
    is_put, key, number = change
    leaf: Any = it._leaf(key)
    if not (is_put and isinstance(leaf, dict)):
        return changed(it, change)
    more = key not in it
    leaf[key] = number
    return PersistentMap(it._root, len(it) + more)


def hold_against_dicts(changes: Sequence[Change], change_of: Callable[[Any, Change], PersistentMap[int]]) -> None:
    """All versions are compared at the end, so that a later change to an earlier one is noticed."""
    versions: list[tuple[PersistentMap[int], dict[str, int]]] = [(PersistentMap(), {})]
    for it in changes:
        ours, plain = versions[-1]
        versions.append((change_of(ours, it), changed_plainly(plain, it)))
    for ours, plain in versions:
        assert len(ours) == len(plain)
        assert dict(ours.items()) == plain
        assert ours == PersistentMap() or plain
        for _, key, _ in changes:
            assert (key in ours, ours.get(key)) == (key in plain, plain.get(key))


@QUICK
@given(CHANGES)
def test_every_version_answers_like_a_dict_even_after_later_changes(changes: Sequence[Change]):
    hold_against_dicts(changes, changed)


def test_a_map_that_changed_in_place_would_be_noticed():
    changes = [(True, str(number), number) for number in range(3)]
    hold_against_dicts(changes, changed)
    with pytest.raises(AssertionError):
        hold_against_dicts(changes, in_place)


def test_keys_of_one_hash_are_told_apart():
    same, seen = list[str](), dict[int, str]()
    for number in range(200_000):
        key = sha256(str(number).encode()).hexdigest()
        if (other := seen.setdefault(crc32(key.encode()), key)) != key:
            same += [other, key]
    assert same, "some pairs of 200,000 keys share a hash"
    grown = PersistentMap[int]()
    for key in [*same, *(str(number) for number in range(2_000))]:
        grown = grown.put(key, len(key))
    assert all(grown[key] == len(key) for key in same)
    less = grown.without(same[0])
    assert (same[0] in less, less[same[1]], grown[same[0]]) == (False, len(same[1]), len(same[0]))


def test_what_is_not_there_is_not_there():
    it = PersistentMap[int]().put("a", 1)
    assert it.without("b") is it
    assert 1 not in it
    with pytest.raises(KeyError):
        it["b"]


def copied(before: Any, after: Any) -> int:
    """How many references a change copied: those of all nodes that the two maps do not share."""
    if before is after:
        return 0
    if isinstance(before, tuple) and isinstance(after, tuple):
        return len(after) + sum(copied(one, other) for one, other in zip(before, after, strict=True))
    return len(after)


def test_a_change_copies_as_little_of_50000_entries_as_the_depth_asks():
    grown = PersistentMap[int]()
    most = {500: 0, 50_000: 0}
    for number in range(50_000):
        after = grown.put(f"{number:032x}", number)
        for size, found in most.items():
            if size - 100 <= number < size:
                most[size] = max(found, copied(grown._root, after._root))
        grown = after
    assert most[500] <= 2 * 32
    assert most[50_000] <= 4 * 32 + 32  # a leaf that splits on the way becomes a branch
