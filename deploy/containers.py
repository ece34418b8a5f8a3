"""Prepares `compose.yaml`: passwords and the broker's configuration as files in var/containers/, made once and kept.

`python -m deploy.containers` before the first `docker compose up`.
"""

import json
import secrets
from pathlib import Path

from deploy.files import kept_secret, write_atomically
from deploy.nats_server import SERVICES, USERS, configuration, password_file

PLACE = Path("var/containers")
POSTGRES_ROLES = ("superuser", "provisioner", *SERVICES)


def _password() -> bytes:
    return secrets.token_urlsafe(32).encode()


def nats_configuration(place: Path) -> str:
    """The embedded mode's configuration with the rights it states, listening inside the containers' network."""
    passwords = {user: kept_secret(password_file(place, user), _password).decode() for user in USERS}
    written = json.loads(configuration(4222, Path("/data"), passwords))
    return json.dumps(written | {"host": "0.0.0.0", "http": "127.0.0.1:8222"}, indent=1)


def prepare(place: Path) -> None:
    """Write every file that `compose.yaml` names as a secret."""
    for role in POSTGRES_ROLES:
        kept_secret(place / f"postgres-{role}.password", _password)
    kept_secret(place / "keycloak-admin.password", _password)
    for name in ("kek", "ledger-seed"):
        kept_secret(place / name, lambda: secrets.token_bytes(32))
    write_atomically(place / "nats-server.conf", nats_configuration(place).encode(), mode=0o600)
    for file in place.iterdir():
        # A secret from a file keeps its owner and mode inside the container, where another user reads it;
        # the directory around the files stays closed to everyone else.
        file.chmod(0o444)
    place.chmod(0o700)


if __name__ == "__main__":
    prepare(PLACE)
    print(f"{PLACE}/ ist bereit: docker compose up --build")
