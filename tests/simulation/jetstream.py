"""JetStream in memory: as much of its API as FastStream, nats-py and the house use, with the same answers."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.simulation.loop import SimulatedLoop
from tests.simulation.streams import Consumer, Refused, Stream, Wire

API = "$JS.API."


class JetStream:
    """The streams, and the API that tells of them."""

    def __init__(self, loop: SimulatedLoop, wire: Wire) -> None:
        self.loop = loop
        self.wire = wire
        self.streams: dict[str, Stream] = {}
        self.by_subject: dict[str, Stream] = {}
        self.answers: Callable[[str, str, bytes], None] = self.answer
        """Sends a publisher its acknowledgement, or not: a fault may take this."""

        self.acks_lost = 0.0
        """How often a consumer's acknowledgement is not heard."""
        self._random = Random(0)

    def answer(self, _subject: str, reply: str, raw: bytes) -> None:
        self.wire.send(reply, "", b"", raw)

    def take(self, subject: str, reply: str, headers: bytes, raw: bytes) -> bool:
        """Handle what is JetStream's; returns whether it was."""
        if subject.startswith("$JS.ACK."):
            _, _, stream, name, _, sequence, *_ = subject.split(".")
            consumer = self._consumer(stream, name)
            if consumer is not None and self._random.random() >= self.acks_lost:
                consumer.acknowledged(int(sequence), raw)
            return True
        if subject.startswith(API):
            return self._asked(subject.removeprefix(API), reply, raw)
        stream = self.by_subject.get(subject)
        if stream is None:
            return False
        try:
            told = stream.append(subject, headers, raw)
        except Refused as refused:
            told = {"stream": stream.name, "seq": 0, "error": refused.error}
        if reply:
            self.answers(subject, reply, json.dumps(told).encode())
        return True

    def _consumer(self, stream: str, name: str) -> Consumer | None:
        found = self.streams.get(stream)
        return found.consumers.get(name) if found else None

    def _asked(self, request: str, reply: str, raw: bytes) -> bool:
        asked: dict[str, Any] = json.loads(raw) if raw else {}
        if request.startswith("CONSUMER.MSG.NEXT."):
            consumer = self._consumer(*request.split(".")[3:5])
            if consumer is not None:
                consumer.pull(reply, asked)
            return consumer is not None
        try:
            told = self._managed(request.split("."), asked)
        except Refused as refused:
            told = {"type": "io.nats.jetstream.api.v1.error", "error": refused.error}
        self.wire.send(reply, "", b"", json.dumps(told).encode())
        return True

    def _managed(self, request: list[str], asked: Mapping[str, Any]) -> Mapping[str, Any]:
        match request:
            case ["STREAM", "INFO", name]:
                return self._stream(name).info()
            case ["STREAM", "CREATE", _]:
                return self.create(asked).info()
            case ["STREAM", "DELETE", name]:
                self.delete(name)
                return {"success": True}
            case ["STREAM", "MSG", "GET", name]:
                return self._stream(name).message(int(asked["seq"]))
            case ["CONSUMER", "INFO", stream, name]:
                return self._known(stream, name).info()
            case ["CONSUMER", "DURABLE", "CREATE", stream, _]:
                return self.follow(stream, asked["config"]).info()
            case ["CONSUMER", "DELETE", stream, name]:
                self._known(stream, name).gone()
                del self.streams[stream].consumers[name]
                return {"success": True}
            case _:
                raise Refused(404, 10000, f"this server does not know {'.'.join(request)}")

    def _stream(self, name: str) -> Stream:
        if name not in self.streams:
            raise Refused(404, 10059, "stream not found")
        return self.streams[name]

    def _known(self, stream: str, name: str) -> Consumer:
        if name not in self._stream(stream).consumers:
            raise Refused(404, 10014, "consumer not found")
        return self.streams[stream].consumers[name]

    def create(self, config: Mapping[str, Any]) -> Stream:
        stream = self.streams.setdefault(str(config["name"]), Stream(self.loop, self.wire, config))
        for subject in config["subjects"]:
            self.by_subject[subject] = stream
        return stream

    def follow(self, stream: str, config: Mapping[str, Any]) -> Consumer:
        found = self._stream(stream)
        begins = found.last + 1 if config.get("deliver_policy") == "new" else 1
        return found.consumers.setdefault(config["durable_name"], Consumer(found, config, next=begins))

    def delete(self, name: str) -> None:
        stream = self._stream(name)
        for consumer in stream.consumers.values():
            consumer.gone()
        del self.streams[name]
        self.by_subject = {subject: it for subject, it in self.by_subject.items() if it is not stream}
