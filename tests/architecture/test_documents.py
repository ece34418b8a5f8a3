"""The documents beside the code keep up with it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.generate import asyncapi, contracts_of, documents
from tests.architecture.reading import ROOT, SERVICES

ASYNCAPI: dict[str, Any] = yaml.safe_load(asyncapi())
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")]


def references(it: Any) -> list[str]:
    match it:
        case {"$ref": str(path)}:
            return [path]
        case dict():
            return [found for inner in it.values() for found in references(inner)]
        case list():
            return [found for inner in it for found in references(inner)]
        case _:
            return []


def test_the_generated_documents_equal_the_code() -> None:
    stale = [path.name for path, text in documents().items() if not path.is_file() or path.read_text("utf-8") != text]
    assert stale == [], "make generate"


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    found = references(ASYNCAPI)
    assert len(found) > 20
    for path in found:
        it: Any = ASYNCAPI
        for step in path.removeprefix("#/").split("/"):
            assert step in it, path
            it = it[step]


def test_every_lane_and_every_contract_has_its_channel() -> None:
    addresses = {it["address"] for it in ASYNCAPI["channels"].values()}
    contracts = {f"grants.{it.CONTRACT}.v{it.VERSION}" for service in SERVICES for it in contracts_of(service)}
    lanes = {f"lane.{service}" for service in SERVICES} | {
        f"ledger.{service}" for service in SERVICES if service != "ledger"
    }
    questions = {
        f"{kind}.{service}" for service in SERVICES if service != "ledger" for kind in ("witness", "witnessed")
    }
    assert addresses == contracts | lanes | questions


@pytest.mark.parametrize("file", PAGES, ids=lambda it: str(it.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read_text("utf-8")):
        assert "://" in target or (file.parent / target).exists(), target


def test_every_decision_is_listed_and_says_good_and_bad() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text("utf-8")
    for file in (ROOT / "docs/adr").glob("0*.md"):
        text = file.read_text("utf-8")
        assert file.name in listed
        assert "## Good, because" in text
        assert "## Bad, because" in text


def test_publiccode_says_what_version_0_4_asks_for() -> None:
    it = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    needed = {
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
    }
    assert needed | {"maintenance", "localisation"} <= set(it)
    assert it["publiccodeYmlVersion"] == "0.4"
    assert it["legal"]["license"] == "EUPL-1.2"
    for described in it["description"].values():
        assert len(described["shortDescription"]) <= 150
        assert 150 <= len(described["longDescription"]) <= 10_000
        assert described["features"]


def test_no_page_or_recipe_names_a_machine_of_ours() -> None:
    for file in [
        *PAGES,
        *ROOT.glob("*.y*ml"),
        ROOT / "Makefile",
        ROOT / ".ci/run",
        ROOT / "deploy/Dockerfile",
        ROOT / "deploy/toolchain.sh",
    ]:
        assert not re.search(r"(?<![\w.])/(root|work|home)/", file.read_text("utf-8")), file.name
