"""Ports on the loopback that a restart finds again."""

import json
import random
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from deploy.files import write_atomically

LOOPBACK = "127.0.0.1"
_CANDIDATES = range(20_000, 32_000)
"""Below the range that Linux hands out to outgoing connections: else one of those takes the port while its owner restarts."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def accepts(port: int) -> bool:
    """Whether a server listens on the port now."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def free_port(taken: Iterable[int] = ()) -> int:
    """A port on which nobody listens, none of `taken`; OSError when there is none."""
    excluded = set(taken)
    for port in random.sample(_CANDIDATES, 2_000):
        if port not in excluded and is_free(port):
            return port
    raise OSError("Kein freier Port auf der Loopback-Schnittstelle")


def kept_ports(path: Path, names: Iterable[str]) -> dict[str, int]:
    """One port per name, remembered in a file; a remembered port that a stranger took meanwhile is replaced."""
    known = cast(dict[str, int], json.loads(path.read_bytes())) if path.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        port = known.get(name, 0)
        ports[name] = port if port and is_free(port) else free_port({*known.values(), *ports.values()})
    write_atomically(path, json.dumps(ports, sort_keys=True).encode())
    return ports
