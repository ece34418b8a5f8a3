"""The independent check of a world that has become quiet: reads what is committed, asks nobody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.formats import ZERO, Header, chain, digest, link
from shared.topology import FOLLOWS
from tests.simulation.purse import START_CENTS
from tests.simulation.recorder import Disk
from tests.simulation.world import LEDGER, Payment, World

PUBLIC = ("simulation.paid.v1", "simulation.received.v1")


class Entry(msgspec.Struct):
    """A stored event as the checker reads it, without the classes that wrote it."""

    context: Mapping[str, Any]
    facts: Mapping[str, Any]
    topic: str = ""
    position: int = 0


def entries(disk: Disk) -> list[Entry]:
    found: list[Entry] = []
    for row in disk.rows:
        entry = msgspec.json.decode(row.state, type=Entry)
        entry.topic, entry.position = row.topic, row.position
        found.append(entry)
    return found


def violations(world: World) -> list[str]:
    """Everything that is not as it must be; empty when nothing was lost, doubled or altered."""
    logs = {name: entries(it.disk) for name, it in world.services.items() if name != LEDGER}
    return [
        *broken_logs(world),
        *_answered(world.payments, logs),
        *_followed(logs),
        *_witnessed({name: it.disk for name, it in world.services.items()}),
        *_money(world.payments, logs),
        *(f"{name}: {why}" for name in logs for why in _views(world, name, logs[name])),
        *(f"{name}: parked {it.facts}" for name, log in logs.items() for it in log if "parked" in it.topic),
    ]


def broken_logs(world: World) -> list[str]:
    """Logs that are no longer one history: nothing that is read from them would come to an end."""
    return [f"{name}: {why}" for name, it in world.services.items() for why in _proof(it.disk)]


def _proof(disk: Disk) -> Iterator[str]:
    """Positions without holes, states that hash to their leaf, streams and log chained."""
    follows, links = ZERO, dict[str, tuple[int, str]]()
    for expected, row in enumerate(disk.rows, 1):
        header = msgspec.json.decode(row.header, type=Header)
        follows = chain(follows, row.header)
        version, previous = links.get(row.stream, (0, ZERO))
        own = "/" not in row.stream
        if (row.position, row.chain) != (expected, follows) or (own and header.position != expected):
            yield f"the log breaks at {expected}"
        if header.sha256 != digest(row.state) or (header.version, header.prev) != (version + 1, previous):
            yield f"the stream {row.stream} breaks at version {version + 1}"
        links[row.stream] = row.version, link(header.stream, row.version, row.topic, row.state)
    if (disk.head.position, disk.head.chain) != (len(disk.rows), follows):
        yield "the head is not the log's end"


def _answered(payments: Sequence[Payment], logs: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """Every answered command is recorded exactly once, where its answer says; a refused one never."""
    paid = {name: Counter(it.facts["payment"] for it in log if it.topic == PUBLIC[0]) for name, log in logs.items()}
    for it in payments:
        if it.outcome is None:
            yield f"{it.id} was never answered"
            continue
        times = paid[it.by][it.id]
        if times != (0 if it.outcome.problem else 1):
            yield f"{it.id} was answered {it.outcome.problem or 'paid'} and is recorded {times} times"
        elif times and logs[it.by][it.outcome.last - 1].facts.get("payment") != it.id:
            yield f"{it.id} was answered with position {it.outcome.last}, which holds something else"


def _followed(logs: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """What a publisher told a follower was followed exactly once and in order."""
    for follower, log in logs.items():
        for publisher in (it for it in FOLLOWS[follower] if it in logs):
            told = [it.position for it in logs[publisher] if _concerns(it, follower)]
            heard = [
                int(it.context["cause"].rsplit("/", 1)[1])
                for it in log
                if it.context["cause"].startswith(f"{publisher}/") and it.topic.startswith("simulation.")
            ]
            if told != heard:
                yield f"{follower} followed {publisher} at {heard}, told was {told}"


def _witnessed(disks: Mapping[str, Disk]) -> Iterator[str]:
    """The ledger holds every event of every service byte for byte, in its order, and nothing else but its own."""
    for name, disk in disks.items():
        told = [(it.header, it.state) for it in disk.rows]
        held = [(it.header, it.state) for it in disks[LEDGER].rows if it.stream.startswith(f"{name}/")]
        if name != LEDGER and told != held:
            yield f"the ledger holds {len(held)} events of {name}, which has {len(told)}, or others"


def _concerns(it: Entry, follower: str) -> bool:
    return (it.topic == PUBLIC[0] and it.facts["to"] == follower) or (
        it.topic == PUBLIC[1] and it.facts["paid_by"] == follower
    )


def _money(payments: Sequence[Payment], logs: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    """Cents are neither made nor lost: what is in a case's purses is what was there, and nothing is under way."""
    sign = {PUBLIC[0]: -1, PUBLIC[1]: 1}
    for case in sorted({it.case for it in payments}):
        mine = [it for log in logs.values() for it in log if it.context["correlation"] == case]
        if change := sum(sign.get(it.topic, 0) * it.facts["cents"] for it in mine if it.topic in sign):
            yield f"{case}: {change:+d} cents that nobody put there"
        sent = sum(it.facts["cents"] for it in mine if it.topic == PUBLIC[0])
        confirmed = sum(it.facts["cents"] for it in mine if it.topic == "simulation.confirmed.v1")
        if sent != confirmed:
            yield f"{case}: {sent} cents sent, {confirmed} confirmed"


def _views(world: World, name: str, log: Sequence[Entry]) -> Iterator[str]:
    """The views show what the log says."""
    house = world.services[name].house
    balances: dict[str, int] = {}
    for it in log:
        if it.topic in PUBLIC:
            purse = f"purse-{it.context['correlation']}"
            change = it.facts["cents"] if it.topic == PUBLIC[1] else -it.facts["cents"]
            balances[purse] = balances.get(purse, START_CENTS) + change
    shown = {it.key: it.body["cents"] for it in house.views.find("purses", limit=1000).entries} if house else {}
    if shown != balances:
        yield f"the views show {shown}, the log says {balances}"
