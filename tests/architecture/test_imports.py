"""What the import contracts in pyproject.toml forbid by name, said the other way round: what alone is allowed."""

import sys
from pathlib import Path

import pytest

from tests.architecture.reading import (
    AROUND,
    ROOT,
    imports,
    module_name,
    noun_name,
    nouns,
    service_of,
    sources,
    with_neighbours,
)

VOCABULARY = ("decider", "identity", "money", "calendar", "records", "persistent", "duties", "ties", "interest")
READ_BY_LAW = ("policy", "rules")
"""What of `shared` reads the rules of law that are data: as pure as the vocabulary it stands on."""
PURE = frozenset({
    "bisect", "collections", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "itertools", "json",
    "math", "operator", "re", "string", "tomllib", "types", "typing", "unicodedata", "base64", "zlib",
})  # fmt: skip
"""The part of the standard library that computes and does nothing else."""
READS_ITS_OWN_TABLE = {("services.intake.municipality", "pathlib")}
"""The register of municipalities ships with the code and is as constant as it is."""


def top(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("noun", [file for file in nouns() if service_of(file) != "ledger"], ids=module_name)
def test_a_noun_stands_on_the_vocabulary_the_contracts_and_its_own_service_only(noun: Path) -> None:
    own = f"services.{service_of(noun)}"
    shared = ("shared.contracts", *(f"shared.{word}" for word in (*VOCABULARY, *READ_BY_LAW)))
    for file in with_neighbours(noun):
        assert noun_name(file) not in AROUND, f"{module_name(noun)} steht auf {module_name(file)}"
        for it in imports(file):
            allowed = top(it) in PURE or it in ("shared", own) or it.startswith((*shared, f"{own}."))
            allowed = allowed or (module_name(file), top(it)) in READS_ITS_OWN_TABLE
            assert allowed, f"{module_name(noun)} steht auf {module_name(file)}, und das importiert {it}"


@pytest.mark.parametrize("name", VOCABULARY)
def test_the_vocabulary_imports_the_standard_library_only_but_for_the_material_of_records(name: str) -> None:
    known = ("shared.contracts", *(f"shared.{word}" for word in VOCABULARY))
    for it in imports(ROOT / "shared" / f"{name}.py"):
        allowed = top(it) in sys.stdlib_module_names or it.startswith(known)
        assert allowed or (name, it) == ("records", "msgspec"), it


def test_what_reads_policy_imports_the_vocabulary_only() -> None:
    known = tuple(f"shared.{word}" for word in (*VOCABULARY, *READ_BY_LAW))
    files = [
        file for file in sources("shared") if module_name(file).startswith(tuple(f"shared.{it}" for it in READ_BY_LAW))
    ]
    assert files
    for file in files:
        for it in imports(file):
            assert top(it) in PURE or it.startswith(known), f"{file.name}: {it}"


def test_the_contracts_import_the_vocabulary_only() -> None:
    for file in sources("shared/contracts"):
        for it in imports(file):
            known = ("shared.contracts", *(f"shared.{word}" for word in VOCABULARY))
            assert top(it) in sys.stdlib_module_names or it.startswith(known), f"{file.name}: {it}"


def test_the_offline_verifier_imports_the_standard_library_and_cryptography_only() -> None:
    for it in imports(ROOT / "services/ledger/verify.py"):
        assert top(it) in sys.stdlib_module_names or top(it) == "cryptography", it


def test_the_simulated_treasury_imports_nothing_of_ours() -> None:
    files = sources("deploy/treasury_simulator")
    assert files
    for file in files:
        for it in imports(file):
            assert top(it) not in {"services", "shared", "tests", "docs"}, f"{file.name}: {it}"
            assert top(it) != "deploy" or it.startswith("deploy.treasury_simulator"), f"{file.name}: {it}"


def test_the_second_reckoning_imports_nothing_of_ours() -> None:
    files = sources("deploy/recount")
    assert files
    for file in files:
        for it in imports(file):
            assert top(it) in sys.stdlib_module_names or it.startswith("deploy.recount"), f"{file.name}: {it}"


def test_only_deploy_and_the_tests_import_more_than_one_service() -> None:
    for file in sources("services", "shared"):
        met = {it.split(".")[1] for it in imports(file) if it.startswith("services.")}
        own = {file.relative_to(ROOT).parts[1]} if file.is_relative_to(ROOT / "services") else set[str]()
        assert met <= own, f"{module_name(file)} importiert {sorted(met - own)}"


def test_the_api_stands_on_no_page() -> None:
    files = [it for it in sources("services") if "api" in it.parts or it.stem == "possible"]
    assert files
    for file in files:
        service = file.relative_to(ROOT).parts[1]
        for it in imports(file):
            assert not it.startswith(f"services.{service}.pages"), f"{module_name(file)} importiert {it}"
