"""What goes wrong, by seed: the network, the broker, the machines, the databases, the people who operate them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from shared.topology import RECORDED, lane, record_lane, stream_of
from tests.simulation.streams import Consumer, Stream
from tests.simulation.world import Running, Service, World

type Fault = Callable[["Faults"], None]


class Faults:
    """Draws a seed's faults, strikes with them, and heals what does not heal by itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.loop = world.loop
        self.network = world.network
        self.broker = world.broker
        self.random = Random(f"{world.seed}/faults")
        self.struck: list[str] = []
        self._healed = False

    def plan(self, often: Mapping[Fault, float], number: int, within: float) -> None:
        """Let so many of these faults strike, each as often as it is said to."""
        kinds, weights = list(often), list(often.values())
        for at in sorted(self.random.uniform(0.1, within) for _ in range(number)):
            self.loop.later(at, self._strike, *self.random.choices(kinds, weights))

    def _strike(self, fault: Fault) -> None:
        if self._healed:
            return
        self.struck.append(fault.__name__)
        self.loop.note("fault", fault.__name__)
        fault(self)

    def heal(self) -> None:
        """No more faults; what is broken for good stays broken until somebody notices."""
        self._healed = True
        self.loop.note("healed")
        self.network.up, self.network.black_hole, self.network.slowness = True, False, 0.001
        self.broker.rejects_next = 0
        self.loop.slow_threads = 0.02
        self.world.answers_lost = 0.0
        jetstream = self.broker.jetstream
        jetstream.answers, jetstream.acks_lost = jetstream.answer, 0.0
        for stream in self.streams():
            stream.deliver = stream.deliver_once
        self._correct()
        for service in self.world.services.values():
            service.fails = lambda _process, _step: False
            for it in service.alive:
                it.process.dies_at = 0

    def _correct(self) -> None:
        """Take away what is not as agreed, so that it is made again as it should be."""
        for stream in self.streams():
            for consumer in list(stream.consumers.values()):
                if consumer.config["deliver_policy"] != "all":
                    del stream.consumers[consumer.name]
                    consumer.gone()

    # ---- What may be struck ----------------------------------------------------------------------------------------

    def service(self) -> Service:
        return self.random.choice(list(self.world.services.values()))

    def process(self) -> Running | None:
        found = self.service().alive
        return self.random.choice(found) if found else None

    def streams(self) -> Sequence[Stream]:
        return list(self.broker.jetstream.streams.values())

    def lane(self) -> Stream | None:
        """A stream that is followed; a lane rather than one of those for the ledger."""
        records = self.random.random() < 0.25
        subject = record_lane(self.random.choice(RECORDED)) if records else lane(self.random.choice(RECORDED))
        return self.broker.jetstream.streams.get(stream_of(subject))

    def consumer(self) -> Consumer | None:
        found = self.lane()
        return found.consumers[self.random.choice(sorted(found.consumers))] if found and found.consumers else None

    def for_a_while(self, undo: Callable[[], Any], longest: float = 6.0) -> None:
        self.loop.later(self.random.uniform(0.1, longest), undo)

    def provision_later(self) -> None:
        async def provision() -> None:
            try:
                self._correct()
                await self.world.provision()
            except Exception as error:
                self.loop.note("provision failed", type(error).__name__)
                self.provision_later()

        def begin() -> None:
            self.loop.create_task(provision(), context=self.loop.outside.copy())

        self.loop.later(self.random.uniform(0.2, 4.0), begin)
