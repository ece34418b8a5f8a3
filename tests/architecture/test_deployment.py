"""The containers' recipes: valid by their schema and linter, and true to the promises of the architecture."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from deploy.containers import prepare
from deploy.embedded import House
from shared.identity import Role
from shared.postgresql import PostgreSQLRecorder
from tests.architecture.reading import ROOT, SERVICES, its_table, nouns, service_of, with_neighbours
from tests.servers import PostgresServer, beside_python, postgres_programs

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")


def stage(name: str) -> str:
    """The lines of one stage of the Dockerfile."""
    return DOCKERFILE.partition(f" AS {name}\n")[2].partition("\nFROM ")[0]


def copied(text: str) -> set[str]:
    return {line.split()[1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line}


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_follows_its_schema() -> None:
    run(beside_python("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    run(beside_python("hadolint"), "--failure-threshold", "info", "deploy/Dockerfile")


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_container_runs_without_rights_and_is_watched(name: str) -> None:
    it = COMPOSE["services"][name]
    assert it["user"].split(":")[0] != "0"
    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert it["read_only"] is True or name == "keycloak"
    assert "healthcheck" in it or name.startswith("provision-")


def test_only_the_front_listens_outside_and_only_at_8080() -> None:
    open_ports = {name: it["ports"] for name, it in COMPOSE["services"].items() if it.get("ports")}
    assert open_ports == {"front": ["127.0.0.1:8080:8080"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_no_secret_stands_in_compose_and_every_secret_file_is_made(tmp_path: Path) -> None:
    prepare(tmp_path)
    for name, it in COMPOSE["secrets"].items():
        assert Path(it["file"]).name == name
        assert len((tmp_path / name).read_bytes()) >= 32
    used = {secret for it in COMPOSE["services"].values() for secret in it.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    for name, it in COMPOSE["services"].items():
        for key, value in it.get("environment", {}).items():
            assert "PASSWORD" not in key or key.endswith("_FILE"), f"{name}: {key}"
            assert "://" not in str(value) or "@" not in str(value) or "file%3A" in value, f"{name}: {key}"


def test_the_brokers_configuration_in_containers_has_the_same_rights_and_is_accepted(tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "nats-server.conf"
    assert json.loads(file.read_text())["jetstream"]["sync_interval"] == "always"
    run(beside_python("nats-server"), "-c", file, "-t")


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_container_holds_its_own_secrets_only(service: str) -> None:
    secrets = COMPOSE["services"][service]["secrets"]
    key = "ledger-seed" if service == "ledger" else "kek"
    assert set(secrets) == {f"nats-{service}.password", f"postgres-{service}.password", key}


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_shared_and_exactly_one_service(service: str) -> None:
    assert copied(stage("house")) == {"shared/"}
    whole = {it for it in copied(stage(service)) if it.endswith("/") and it.count("/") == 2}
    assert whole == {f"services/{service}/"}
    parts = copied(stage(service)) - whole
    if service != "ledger":
        assert parts == set()


def test_the_ledgers_image_has_the_pure_nouns_of_the_others_and_nothing_else_of_them() -> None:
    files = {it for noun in nouns() if service_of(noun) != "ledger" for it in with_neighbours(noun)}
    files |= {table for file in files for table in its_table(file)}
    wanted = {
        str(it.relative_to(ROOT)) if it.parent.name in SERVICES else f"{it.parent.relative_to(ROOT)}/" for it in files
    }
    assert copied(stage("ledger")) - {"services/ledger/"} == wanted


def test_the_treasurys_image_holds_nothing_of_ours() -> None:
    assert copied(stage("treasury-simulator")) == {"deploy/treasury_simulator/"}
    assert copied(stage("runtime")) == set()


def test_the_realm_knows_every_role_of_a_person() -> None:
    realm = json.loads((ROOT / "deploy/keycloak/foerderstrom-realm.json").read_text("utf-8"))
    assert {it["name"] for it in realm["roles"]["realm"]} == {str(role) for role in Role} - {"system"}


def test_containers_are_told_what_the_embedded_mode_is_told(tmp_path: Path) -> None:
    parts = {part.name: part for part in House(directory=tmp_path, port=0).prepare()}
    for service in SERVICES:
        embedded = {name for name in parts[service].environment if name.startswith("FOERDERSTROM_")}
        told = {name for name in COMPOSE["services"][service]["environment"] if name.startswith("FOERDERSTROM_")}
        assert embedded - {"FOERDERSTROM_TRACES"} <= told


def test_the_ledger_is_never_given_the_key_vault(tmp_path: Path) -> None:
    parts = {part.name: part.environment for part in House(directory=tmp_path, port=0).prepare()}
    parts |= {f"{name} in compose": it["environment"] for name, it in COMPOSE["services"].items() if "ledger" in name}
    given = {name: set(it) & {"FOERDERSTROM_KEYS", "FOERDERSTROM_KEK_FILE"} for name, it in parts.items()}
    assert {name for name, it in given.items() if "ledger" in name and it} == set()
    assert given["payout"]


@pytest.mark.postgres
def test_a_serving_role_adds_to_its_own_log_and_can_do_nothing_else(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    prepare(tmp_path)
    roles = ROOT / "deploy/postgres/init/10-roles.sql"
    at = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres_server.port), "PGUSER": "postgres", "SECRETS": str(tmp_path)}
    psql = [postgres_programs() / "psql", "-q", "-X", "-d", "postgres", "-f", roles]
    done = subprocess.run(psql, env=os.environ | at, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for service in ("intake", "review"):
        address = f"postgresql://provisioner@127.0.0.1:{postgres_server.port}/foerderstrom"
        recorder = PostgreSQLRecorder(address, service)
        recorder.provision(uuid4().hex, service)
        recorder.close()

    with psycopg.connect(postgres_server.dsn("foerderstrom", "intake"), autocommit=True) as serving:
        assert serving.execute("SELECT count(*) FROM intake.stored_events").fetchone() == (0,)
        serving.execute("INSERT INTO intake.stored_events VALUES (1, 'application-x', 1, 't', '', '', '')")
        for forbidden in (
            "UPDATE intake.stored_events SET topic = 'x'",
            "DELETE FROM intake.stored_events",
            "TRUNCATE intake.stored_events",
            "DELETE FROM intake.head",
            "INSERT INTO intake.head VALUES (2, '', 0, '')",
            "SELECT * FROM review.stored_events",
            "INSERT INTO review.stored_events VALUES (1, 'award-x', 1, 't', '', '', '')",
            "CREATE TABLE public.mine (id int)",
            "CREATE TABLE intake.mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE TEMPORARY TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(forbidden.encode())
