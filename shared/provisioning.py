"""What operations make for a service, because it may not make it itself: tables, rights, key vault, streams, consumers."""

import asyncio
from uuid import uuid4

import structlog

from shared import topology, view_tables
from shared.opening import recorder
from shared.privacy import vault
from shared.recorders import StoreLocked
from shared.settings import Settings, secret

log = structlog.get_logger()


def provision(service: str, settings: Settings) -> None:
    """Create what is missing and leave the rest alone; without the operator's password no streams."""
    role = settings.store_reader
    try:
        store = recorder(settings.store, service)
    except StoreLocked:
        log.info("store in use, so its tables are there", service=service)
    else:
        store.provision(uuid4().hex[:16], role)
        store.close()
        view_tables.provision(settings.store, service, role)
        if settings.keys:
            vault(settings.keys, settings.kek_file.read_bytes()).provision(role)
            settings.documents.mkdir(parents=True, exist_ok=True)
    if settings.nats_operator_password_file is not None:
        asyncio.run(topology.provision(settings.nats_url, secret(settings.nats_operator_password_file)))
