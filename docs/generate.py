"""Writes the documents that the code already contains: event catalogue, OpenAPI per service, AsyncAPI of the lanes, the treasury's runbook.

`python -m docs.generate` writes them, `--check` writes nothing and exits 1 when a file differs from what the code says.
"""

import re
import sys
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import yaml

from deploy.treasury_simulator.fault import table
from shared.contracts import Contract
from shared.decider import AnyDecider, Decider, Event
from shared.formats import FORMAT, MAX_BYTES, Envelope, Header, topic_of
from shared.records import field_names
from shared.topology import question_subject, witnessed_subject
from shared.witnessing import Witnessed

HERE = Path(__file__).parent
ROOT = HERE.parent
SERVICES = ("intake", "review", "payout", "ledger")
TELLERS = ("intake", "review", "payout")
"""The services whose whole log goes to the ledger."""
MADE = "Erzeugt von `make generate`; nicht von Hand ändern."


class Incomplete(Exception):
    """Something that a document needs is not in the code: a service without its API, an event without its sentence."""


# ---- What the code contains -----------------------------------------------------------------------------------------


def modules_of(package: str) -> Iterator[ModuleType]:
    """Every module of a package, imported; `__main__` and pages' templates are left out."""
    folder = ROOT.joinpath(*package.split("."))
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        yield import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def classes_in(module: ModuleType) -> Iterator[type[Any]]:
    """The classes that a module defines itself, in the order in which it does."""
    for it in vars(module).values():
        if isinstance(it, type) and it.__module__ == module.__name__:
            yield it


def events_of(package: str) -> Iterator[type[Event]]:
    """Every event class below a package."""
    for module in modules_of(package):
        for it in classes_in(module):
            if "TOPIC" in vars(it):
                yield it


def nouns_of(module: ModuleType) -> list[AnyDecider]:
    """The deciders that a module defines."""
    return [it for it in vars(module).values() if isinstance(it, Decider)]


def contracts_of(publisher: str) -> Sequence[type[Contract]]:
    """Every contract class of a publisher, whose module may be a package."""
    named = f"shared.contracts.{publisher}"
    modules = list(modules_of(named)) or [import_module(named)]
    return [it for module in modules for it in classes_in(module) if "CONTRACT" in vars(it)]


def sentence(it: type[Any]) -> str:
    """The class's own docstring, or `Incomplete`: a dataclass without one is given its signature by Python."""
    text = cleandoc(it.__doc__ or "")
    if not text or text.startswith(f"{it.__name__}("):
        raise Incomplete(f"{it.__module__}.{it.__name__} hat keinen Satz als Docstring")
    return text


# ---- docs/events.md -------------------------------------------------------------------------------------------------


def type_name(annotation: Any) -> str:
    """A type as the catalogue names it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return f"list of {type_name(inner[0])}"
    if origin in (Union, UnionType):
        return " or ".join(type_name(it) for it in inner)
    if origin is typing.Literal:
        return " or ".join(f"`{it}`" for it in inner)
    if annotation is type(None):
        return "nothing"
    known: Mapping[Any, str] = {str: "text", int: "integer", bool: "yes/no", date: "date", datetime: "instant"}
    return known.get(annotation, getattr(annotation, "__name__", str(annotation)))


def event_catalogue() -> str:
    """The catalogue of stored events, by service and module."""
    lines = ["# Event catalogue", "", f"<!-- {MADE} -->", ""]
    lines += ["Every event that any service has ever been able to store. An event's name in storage never changes.", ""]
    lines += [
        "Names ending in `_cents` are integer cents, in `_on` dates in law, in `_at` recorded instants, in `_by`",
        "",
    ]
    lines[-2:] = [
        lines[-2] + " pseudonymous persons. `Sealed` values open only with the key of the person they are about.",
        "",
    ]
    for package in (*(f"services.{name}" for name in SERVICES), "shared"):
        found = list(events_of(package))
        if not found:
            continue
        lines += [f"## {package.rpartition('.')[2]}", ""]
        if package == "shared":
            lines += ["Recorded by the machinery of every service.", ""]
        module = ""
        for it in found:
            home = ".".join(it.__module__.split(".")[:3])  # a noun may be a package
            if home != module:
                module = home
                streams = ", ".join(f"`{noun.name}-…`" for noun in nouns_of(import_module(module)))
                lines += [f"### {module.rpartition('.')[2]}" + (f" (streams {streams})" if streams else ""), ""]
            lines += event_entry(it)
    return "\n".join(lines).rstrip() + "\n"


def event_entry(it: type[Event]) -> list[str]:
    hints = typing.get_type_hints(it)
    lines = [f"#### {it.__name__}", "", f"`{topic_of(it.TOPIC, it.VERSION)}`", "", sentence(it), ""]
    if it.REFUSAL:
        lines[2] += f" · a refusal: the person who asked is told `{it.REFUSAL}`"
    of = field_names(it)
    if of:
        lines += ["| field | type |", "|---|---|", *(f"| `{name}` | {type_name(hints[name])} |" for name in of), ""]
    return lines


# ---- docs/openapi/<service>.json ------------------------------------------------------------------------------------


def openapi(service: str) -> str:
    """The OpenAPI document that the service itself serves."""
    try:
        api = import_module(f"services.{service}.wiring")
    except ModuleNotFoundError as error:
        raise Incomplete(f"services/{service}/api.py: {error}") from error
    describe = getattr(api, "openapi", None)
    if describe is None:
        raise Incomplete(f"services/{service}/api.py hat keine Funktion openapi() -> dict")
    return msgspec.json.format(msgspec.json.encode(describe(), order="sorted"), indent=2).decode() + "\n"


# ---- docs/asyncapi.yaml ---------------------------------------------------------------------------------------------


def camel(*parts: str) -> str:
    words = [word for part in parts for word in part.replace(".", "-").split("-")]
    return words[0] + "".join(word.capitalize() for word in words[1:])


def ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def frame_headers() -> dict[str, Any]:
    position = {"type": "string", "pattern": "^[0-9]+$"}
    chain = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    properties: dict[str, Any] = {
        "Foerderstrom-Frame": {"type": "string", "const": str(FORMAT)},
        "Foerderstrom-Source": {"type": "string", "enum": list(SERVICES)},
        "Foerderstrom-Epoch": {
            "type": "string",
            "description": "New at every creation or restore of the publisher's store.",
        },
        "Foerderstrom-First": position | {"description": "Log position of the first event in this frame."},
        "Foerderstrom-Last": position | {"description": "Log position of the last event in this frame."},
        "Foerderstrom-Previous": position
        | {"description": "Last position of the frame before: process only if you have followed at least so far."},
        "Foerderstrom-Chain-Previous": chain | {"description": "The publisher's running hash at `previous`."},
        "Foerderstrom-Chain-Last": chain | {"description": "The publisher's running hash at `last`."},
        "Nats-Msg-Id": {"type": "string", "description": "source/epoch/first-last"},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def body_of(name: str, items: dict[str, Any]) -> dict[str, Any]:
    """A message that is one list."""
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "minItems": 1, "items": items}},
    }


def asyncapi() -> str:
    """The lanes, the ledger's lanes and the mirror of single events, as AsyncAPI 3.0."""
    publishers = {name: contracts_of(name) for name in SERVICES}
    promised = [it for of in publishers.values() for it in of]
    described, named = msgspec.json.schema_components(
        [*promised, Envelope, Header, Witnessed], ref_template="#/components/schemas/{name}"
    )
    schema = dict(zip([*promised, Envelope, Header, Witnessed], described, strict=True))
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}

    def channel(id: str, address: str, title: str, about: str, message: dict[str, Any]) -> None:
        messages[id] = {"name": id, "contentType": "application/json", **message}
        channels[id] = {
            "address": address, "title": title, "description": about, "messages": {"message": ref("components", "messages", id)},
        }  # fmt: skip
        operations[camel("publish", id[0].lower() + id[1:])] = {"action": "send", "channel": ref("channels", id)}

    for publisher, promises in publishers.items():
        names = {"properties": {"contract": {"enum": [it.CONTRACT for it in promises]}}}
        body = body_of("events", {"allOf": [schema[Envelope], names]})
        channel(
            camel("lane", publisher), f"lane.{publisher}", f"Lane of {publisher}",
            f"All public events of {publisher} in the order of its log, in frames of at most {MAX_BYTES} bytes.",
            {"summary": "Consecutive public events in one message.", "headers": ref("components", "schemas", "FrameHeaders"), "payload": body},
        )  # fmt: skip
    for teller in TELLERS:
        state = {"description": "The event's stored bytes, as they are."}
        record = {
            "type": "object",
            "required": ["leaf", "state"],
            "properties": {"leaf": schema[Header], "state": state},
        }
        body = body_of("records", record)
        channel(
            camel("ledger", teller), f"ledger.{teller}", f"Log of {teller} for the ledger",
            "Every stored event with its exact bytes. For the ledger alone.",
            {"summary": "Consecutive stored events.", "headers": ref("components", "schemas", "FrameHeaders"), "payload": body},
        )  # fmt: skip
        channel(
            camel("witness", teller), question_subject(teller), f"{teller} asks the ledger",
            "Core NATS, no stream: what does the ledger have of this service?", {"summary": "An empty question."},
        )  # fmt: skip
        channel(
            camel("witnessed", teller), witnessed_subject(teller), f"The ledger about {teller}",
            "Core NATS, no stream, asked or not: how far the ledger has taken this service over.",
            {"summary": sentence(Witnessed), "payload": schema[Witnessed]},
        )  # fmt: skip
    for it in promised:
        publisher, _, name = it.CONTRACT.partition(".")
        body = {"allOf": [schema[Envelope], {"properties": {"body": schema[it], "contract": {"const": it.CONTRACT}}}]}
        channel(
            camel("mirror", it.CONTRACT), f"grants.{publisher}.{name}.v{it.VERSION}", it.__name__,
            "One event for other readers (registers, portals). Off by default; for these readers at least once, in no promised order.",
            {"summary": sentence(it), "payload": body},
        )  # fmt: skip
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Förderstrom", "version": "1.0.0", "license": {"name": "EUPL-1.2"},
            "description": f"What the services tell each other over NATS JetStream. {MADE}",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"FrameHeaders": frame_headers(), **named}},
    }  # fmt: skip
    return f"# {MADE}\n" + yaml.safe_dump(
        document, allow_unicode=True, sort_keys=False, width=120, default_flow_style=False
    )


# ---- docs/runbooks/treasury.md ---------------------------------------------------------------------------------------


def treasury_runbook() -> str:
    """What to do when the treasury's answers go wrong: an entry for every fault that the simulated treasury can play."""
    faults = table().values()
    lines = ["# When the treasury's answers go wrong", "", f"<!-- {MADE} -->", ""]
    lines += [
        "For whoever looks after payments, and for operators. Whatever happens: **nothing is ordered a second time because an",
        "answer is missing**, and no file of the treasury is repaired or put back by hand. What the house could not take in",
        "stays as it came and is listed with a code (`GET /payout/clearing`, the desk's *Klärung*).",
        "",
        "## By the code that is shown",
        "",
        "| code | what it can be |",
        "|---|---|",
    ]
    for code in sorted({code for fault in faults for code in fault.reasons}):
        meant = ", ".join(f"[{it.name}](#{anchor(it.name)})" for it in faults if code in it.reasons)
        lines.append(f"| `{code}` | {meant} |")
    for remedy in dict.fromkeys(it.remedy for it in faults):
        lines += ["", f"## {remedy.title}", "", f"**Who:** {remedy.who}.<br>", f"**What to do:** {remedy.do}<br>"]
        lines += [f"**Where and how:** {remedy.how}"]
        for fault in (it for it in faults if it.remedy == remedy):
            lines += ["", f"### {fault.name}", "", f"The treasury {fault.treasury}. The house {fault.house}.", ""]
            lines += [f"*The desk shows:* {fault.sees}. *Played as* `{fault.key}`."]
    return "\n".join(lines) + "\n"


def anchor(heading: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


# ---- Writing and checking -------------------------------------------------------------------------------------------


def documents() -> dict[Path, str]:
    """Every generated document with its text."""
    made = {HERE / "events.md": event_catalogue(), HERE / "asyncapi.yaml": asyncapi()}
    made[HERE / "runbooks" / "treasury.md"] = treasury_runbook()
    return made | {HERE / "openapi" / f"{name}.json": openapi(name) for name in SERVICES}


def main(arguments: Sequence[str]) -> int:
    """Write what differs; with `--check` only name it."""
    try:
        made = documents()
    except Incomplete as missing:
        print(f"Dokumente: {missing}", file=sys.stderr)
        return 1
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text]
    left = [path for path in (HERE / "openapi").glob("*.json") if path not in made]
    for path in (*stale, *left):
        print(
            f"{path.relative_to(ROOT)}: "
            + ("ist veraltet; `make generate`" if "--check" in arguments else "geschrieben")
        )
    if "--check" in arguments:
        return 1 if stale or left else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], "utf-8")
    for path in left:
        path.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
