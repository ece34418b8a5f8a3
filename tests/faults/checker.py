"""The independent checker: reads what lies there after a run, with no code of the house, and says what is wrong.

Each rule is a function from all that there is to sentences; `RULES` names them. An empty answer means that every
acknowledged command was recorded once, every public event was followed once by everyone, and no cent is elsewhere.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.faults import accounts
from tests.faults.evidence import SERVICES, Case, Log, Row, gather

ZERO = "0" * 64
FOLLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "intake": {
        "intake.application-declared-complete": ("review",),
        "intake.drawdown-requested": ("payout",),
        "purse.put": ("review",),
    },
    "review": {
        "review.assessment-opened": ("intake",),
        "review.notice-dispatched": ("intake",),
        "review.decision-became-final": ("intake",),
        "review.funds-assigned": ("intake", "payout"),
        "review.payment-recorded": ("payout",),
        "review.payment-reversed": ("payout",),
        "purse.mirrored": ("payout",),
    },
    "payout": {
        "payout.drawdown-accepted": ("intake",),
        "payout.drawdown-reduced": ("intake",),
        "payout.drawdown-rejected": ("intake",),
        "payout.payment-ordered": ("intake",),
        "payout.payment-settled": ("intake", "review"),
        "payout.payment-rejected": ("intake",),
        "payout.payment-returned": ("intake", "review"),
        "payout.payment-cancelled": ("intake",),
        "purse.mirrored": ("intake",),
    },
}
"""Which of a service's events make another service record something: as docs/events.md and the contracts say."""
_PARKING = ("house.message-parked", "house.parked-message-handled", "house.parked-message-discarded")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where to look."""

    store: str
    nats_url: str
    history: Path
    treasury: Path


@dataclass(frozen=True)
class Finding:
    """What is wrong, and by which rule."""

    rule: str
    detail: str


def check(evidence: Evidence) -> list[Finding]:
    """Everything that is wrong; empty when nothing is."""
    return judge(gather(evidence.store, evidence.nats_url, evidence.history, evidence.treasury))


def judge(case: Case) -> list[Finding]:
    return [Finding(rule, detail) for rule, find in RULES.items() for detail in find(case)]


# ---- The logs -------------------------------------------------------------------------------------------------------


def _canonical(it: Any) -> bytes:
    return json.dumps(it, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def unbroken(case: Case) -> Iterator[str]:
    """Positions and versions without holes, every byte hashed, every event chained, the fence where the log ends."""
    for service, log in case.logs.items():
        chain, links, versions, before = ZERO, dict[str, str](), Counter[str](), ""
        for number, row in enumerate(log.rows, start=1):
            where = f"{service} {number} {row.topic}"
            versions[row.stream] += 1
            chain = sha256(bytes.fromhex(chain) + row.header).hexdigest()
            must = {
                "at": row.context["at"], "epoch": log.head[0], "format": 1, "position": number,
                "prev": links.get(row.stream, ZERO), "service": service, "sha256": sha256(row.state).hexdigest(),
                "stream": row.stream, "topic": row.topic, "version": versions[row.stream],
            }  # fmt: skip
            yield from (f"{where}: {name} ist nicht {it}" for name, it in must.items() if row.leaf.get(name) != it)
            if row.position != number or row.version != versions[row.stream]:
                yield f"{where}: liegt an {row.position} als Fassung {row.version}"
            if _canonical(must) != row.header or _canonical(json.loads(row.state)) != row.state:
                yield f"{where}: Bytes sind nicht kanonisch"
            if row.chain != chain:
                yield f"{where}: andere Kette"
            if row.context["at"] < before:
                yield f"{where}: die Zeit geht zurück"
            before = row.context["at"]
            parts = b"%b\n%d\n%b\n" % (row.stream.encode(), row.version, row.topic.encode())
            links[row.stream] = sha256(parts + row.state).hexdigest()
        if log.head[1:] != (len(log.rows), chain):
            yield f"{service}: das Ende steht bei {log.head[1]}, der Bestand hat {len(log.rows)}"


# ---- The streams ----------------------------------------------------------------------------------------------------


def told_exactly(case: Case) -> Iterator[str]:
    """The record stream holds every event with the stored bytes, and no other; frames name chains that are the log's."""
    yield from (f"{name} fehlt" for name in case.missing)
    for service, log in case.logs.items():
        stored = {row.position: (row.header, row.state) for row in log.rows}
        told: set[int] = set()
        for sent in case.streams.get(f"LEDGER_{service.upper()}", ()):
            for leaf, state in _records(sent.body):
                position = json.loads(leaf)["position"]
                told.add(position)
                if stored.get(position) != (leaf, state):
                    yield f"{service}: dem Ledger wurde an {position} etwas anderes erzählt"
        yield from (f"{service}: {it} wurde dem Ledger nicht erzählt" for it in sorted(stored.keys() - told))
        chains = {0: ZERO} | {row.position: row.chain for row in log.rows}
        for kind in ("LANE", "LEDGER"):
            for sent in case.streams.get(f"{kind}_{service.upper()}", ()):
                for end in ("Previous", "Last"):
                    if chains.get(sent.number(end)) != sent.headers[f"Foerderstrom-Chain-{end}"]:
                        yield f"{kind} {service}: andere Kette an {sent.number(end)}"


def _records(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Leaf and state of each record, cut out of the bytes as they are."""
    text = body.decode()
    decoder, at = json.JSONDecoder(), len('{"records":[')
    while text[at] == "{":
        start = at + len('{"leaf":')
        _, middle = decoder.raw_decode(text, start)
        begin = middle + len(',"state":')
        _, end = decoder.raw_decode(text, begin)
        yield text[start:middle].encode(), text[begin:end].encode()
        at = end + 2


# ---- Between the services -------------------------------------------------------------------------------------------


def followed_once(case: Case) -> Iterator[str]:
    """Every public event made each of its followers record one thing, in one place; or an operator gave it up."""
    caused = {it: _caused(log) for it, log in case.logs.items()}
    for service, public in FOLLOWED.items():
        for row in case.logs[service].rows:
            for follower in public.get(row.name, ()):
                found = caused[follower].pop(row.origin, [])
                if not found:
                    yield f"{follower} folgte {row.origin} {row.name} nicht"
                elif found != list(range(found[0], found[0] + len(found))):
                    yield f"{follower} folgte {row.origin} {row.name} an {found}"
                elif row.name.startswith("purse.") and len(found) != 1:
                    yield f"{follower} folgte {row.origin} {row.name} {len(found)}-mal"
    for follower, left in caused.items():
        known = {row.origin for log in case.logs.values() for row in log.rows}
        yield from (f"{follower} folgte {cause}, das es nicht gibt" for cause in left if cause not in known)


def _caused(log: Log) -> dict[str, list[int]]:
    """Positions by the message that caused them; what only parked it does not count, what gave it up does."""
    found: dict[str, list[int]] = defaultdict(list)
    epochs = {cause.split("/")[0]: cause.split("/")[1] for row in log.rows if (cause := row.context["cause"])}
    for row in log.rows:
        if row.name == "house.parked-message-discarded":
            source = row.facts["source"]
            found[f"{source}/{epochs[source]}/{row.facts['position']}"].append(row.position)
        elif row.context["cause"] and row.name not in _PARKING:
            found[row.context["cause"]].append(row.position)
    return found


def in_order(case: Case) -> Iterator[str]:
    """Each service writes a case's cents down in the order in which the one before it did."""
    for names in ({"purse.put"}, {"purse.mirrored"}), ({"purse.mirrored"}, {"purse.returned"}):
        for source, follower in (("intake", "review"), ("review", "payout"), ("payout", "intake")):
            told = _notes(case.logs[source], names[0])
            for stream, heard in _notes(case.logs[follower], names[1]).items():
                known = [it for it in told.get(stream, []) if it in set(heard)]
                if told.get(stream) and list(dict.fromkeys(heard)) != known:
                    yield f"{follower} schrieb {stream} in anderer Reihenfolge als {source}"


def _notes(log: Log, names: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in log.rows:
        if row.name in names:
            found[row.stream].append(row.facts["note"])
    return found


# ---- People ---------------------------------------------------------------------------------------------------------


def acknowledged_once(case: Case) -> Iterator[str]:
    """What was answered lies there as it was answered, once; what lies there was asked for."""
    told = [it for it in case.history if it["told"] == "ok" and "first" in it]
    for it in told:
        rows = [
            row for row in case.logs[it["service"]].rows if it["first"] and it["first"] <= row.position <= it["last"]
        ]
        if len(rows) != it["last"] - it["first"] + bool(it["first"]):
            yield f"{it['service']} {it['key']}: bestätigt und nicht da"
        if it["act"] in ("put", "both") and not it["problem"]:
            wrong = [row for row in rows if (row.facts.get("note"), row.facts.get("cents")) != (it["key"], it["cents"])]
            if wrong or not rows:
                yield f"{it['key']}: {it['cents']} Cent bestätigt, da liegt {[dict(row.facts) for row in rows]}"
    for service, log in case.logs.items():
        spans = {key: (it["first"], it["last"]) for key, it in log.commands.items()}
        spans |= {it["key"]: (it["first"], it["last"]) for it in told if it["service"] == service}
        owners = Counter(at for first, last in spans.values() if first for at in range(first, last + 1))
        for row in log.rows:
            by_person = row.context["actor"] != "system" and row.name not in _PARKING
            if owners[row.position] > 1 or (by_person and not owners[row.position]):
                yield f"{service} {row.position} {row.name}: wurde {owners[row.position]}-mal verlangt"


def remembered(case: Case) -> Iterator[str]:
    """Whoever asks again under the same key will be answered as the first time."""
    for it in case.history:
        if it["told"] == "ok" and "first" in it:
            outcome = case.logs[it["service"]].commands.get(it["key"], {})
            for name in ("first", "last", "problem", "refusal"):
                if outcome.get(name) != it[name]:
                    yield f"{it['service']} {it['key']}: {name} war {it[name]}, ist {outcome.get(name)}"


RULES: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "unbroken": unbroken,
    "told exactly": told_exactly,
    "followed once": followed_once,
    "in order": in_order,
    "acknowledged once": acknowledged_once,
    "remembered": remembered,
    "cents in the purse": accounts.the_puts,
    "limits": accounts.no_more_than_fits,
    "no cent less": accounts.no_cent_less,
    "no cent more": accounts.no_cent_more,
    "money": accounts.the_money,
    "entered once": accounts.the_entries,
    "approved": accounts.the_approvals,
}

__all__ = ["RULES", "SERVICES", "Evidence", "Finding", "Row", "check", "judge"]
