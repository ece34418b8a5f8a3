"""What is served came unchanged from where it says, and nothing is served that nobody vouches for."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from shared.rendering import STATIC

FONTS = STATIC.parent / "fonts"
OWN = {
    "manifest.json",
    "foerderstrom.css",
    "icons/check.svg",
    "autosave.js",
    "icons/arrow-down.svg",
    "icons/favicon.svg",
}


def listed(root: Path) -> dict[str, dict[str, str]]:
    return {it["path"]: it for it in json.loads((root / "manifest.json").read_text())}


@pytest.mark.parametrize("root", [STATIC, FONTS], ids=["static", "fonts"])
def test_every_vendored_file_has_the_hash_of_its_manifest(root: Path) -> None:
    for path, it in listed(root).items():
        assert sha256((root / path).read_bytes()).hexdigest() == it["sha256"], path
        assert all((it["name"], it["version"], it["licence"])), path


@pytest.mark.parametrize(("root", "own"), [(STATIC, OWN), (FONTS, {"manifest.json"})], ids=["static", "fonts"])
def test_no_file_is_served_that_is_neither_ours_nor_in_the_manifest(root: Path, own: set[str]) -> None:
    there = {it.relative_to(root).as_posix() for it in root.rglob("*") if it.is_file()}
    assert there == own | set(listed(root))


def test_the_assets_stay_moderate() -> None:
    assert sum(it.stat().st_size for it in STATIC.rglob("*") if it.is_file()) < 1_000_000


def test_every_address_in_our_stylesheet_is_a_file_of_ours() -> None:
    css = (STATIC / "foerderstrom.css").read_text()
    found = re.findall(r'url\("([^"]+)"\)', css)
    assert found
    assert [it for it in found if not (STATIC / it).is_file()] == []


def test_our_stylesheet_takes_its_colours_from_the_tokens_alone() -> None:
    css = re.sub(r"@media print \{.*\Z", "", (STATIC / "foerderstrom.css").read_text(), flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,) ])", css)) <= {"#000"}  # masks only
