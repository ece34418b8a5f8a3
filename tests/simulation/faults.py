"""What goes wrong, by seed: the network, the broker, the machines, the databases, the people who operate them."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from shared.topology import lane, stream_of
from tests.simulation.jetstream import Consumer, Stored, Stream
from tests.simulation.loop import Process
from tests.simulation.world import Dead, Service, World

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

    def plan(self, number: int, within: float) -> None:
        for at in sorted(self.random.uniform(0.1, within) for _ in range(number)):
            self.loop.later(at, self._strike)

    def _strike(self) -> None:
        if self._healed:
            return
        [fault] = self.random.choices(FAULTS, WEIGHTS)
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
        for stream in self._streams():
            stream.deliver = stream.deliver_once
        for service in self.world.services.values():
            service.fails = lambda _process, _step: False
            service.process.dies_at = 0

    # ---- What may be struck ----------------------------------------------------------------------------------------

    def service(self) -> Service:
        return self.random.choice(list(self.world.services.values()))

    def _streams(self) -> Sequence[Stream]:
        return list(self.broker.jetstream.streams.values())

    def lane(self) -> Stream | None:
        return self.broker.jetstream.streams.get(stream_of(lane(self.random.choice(self.world.names))))

    def consumer(self) -> Consumer | None:
        found = self.lane()
        names = sorted(set(found.consumers) & set(self.world.names)) if found else []
        return found.consumers[self.random.choice(names)] if found and names else None

    def for_a_while(self, undo: Callable[[], Any], longest: float = 6.0) -> None:
        self.loop.later(self.random.uniform(0.1, longest), undo)

    def provision_later(self) -> None:
        async def provision() -> None:
            try:
                await self.world.provision()
            except Exception as error:
                self.loop.note("provision failed", type(error).__name__)
                self.provision_later()

        def begin() -> None:
            self.loop.create_task(provision(), context=self.loop.outside.copy())

        self.loop.later(self.random.uniform(0.2, 4.0), begin)


# ---- The network ---------------------------------------------------------------------------------------------------


def connection_cut(it: Faults) -> None:
    """At any byte of what is still to be sent."""
    if it.network.links:
        link = it.random.choice(it.network.links)
        if it.random.random() < 0.3:
            link.cut()
        else:
            link.bytes_left = it.random.randrange(1, 3000)


def half_open(it: Faults) -> None:
    if it.network.links:
        it.network.half_open(it.random.choice(it.network.links))


def slow_network(it: Faults) -> None:
    it.network.slowness = 10 ** it.random.uniform(-2, 0.8)

    def undo() -> None:
        it.network.slowness = 0.001

    it.for_a_while(undo, 15)


def black_hole(it: Faults) -> None:
    it.network.black_hole = True
    for link in list(it.network.links):
        it.network.half_open(link)

    def undo() -> None:
        it.network.black_hole = False

    it.for_a_while(undo, 40)


def outage(it: Faults) -> None:
    """The broker is down, sometimes for longer than any window or patience."""
    it.network.up = False
    it.network.cut_all()

    def undo() -> None:
        it.network.up = True

    it.for_a_while(undo, 600 if it.random.random() < 0.02 else 10)


def suspended(it: Faults) -> None:
    """The site sleeps: longer than the duplicate window, at times longer than a day."""
    it.loop.suspend(it.random.choice((40, 150, 25 * 3600)))


# ---- The broker ----------------------------------------------------------------------------------------------------


def broker_restarted(it: Faults) -> None:
    """What was published is there; which acknowledgements of consumers are, is anybody's guess."""
    outage(it)
    for stream in it._streams():
        for consumer in stream.consumers.values():
            consumer.waiting.clear()
            if it.random.random() < 0.7:
                consumer.next = it.random.randint(max(1, consumer.next - 5), consumer.next)
                consumer.pending.clear()


def answers_lost(it: Faults) -> None:
    """Stored, but the publisher does not hear of it."""
    jetstream = it.broker.jetstream

    def answers(subject: str, reply: str, raw: bytes) -> None:
        if it.random.random() < 0.5:
            jetstream.answer(subject, reply, raw)

    def undo() -> None:
        jetstream.answers = jetstream.answer

    jetstream.answers = answers
    it.for_a_while(undo, 4)


def acknowledgements_lost(it: Faults) -> None:
    jetstream = it.broker.jetstream
    jetstream.acks_lost = 0.5

    def undo() -> None:
        jetstream.acks_lost = 0.0

    it.for_a_while(undo)


def deliveries_disturbed(it: Faults) -> None:
    """Doubled, delayed, and with that out of order."""
    stream = it.lane()
    if stream is None:
        return

    def deliver(inbox: str, message: Stored, reply: str) -> None:
        for _ in range(it.random.choice((1, 2, 2, 3))):
            it.loop.later(it.random.uniform(0, 0.5), stream.deliver_once, inbox, message, reply)

    def undo() -> None:
        stream.deliver = stream.deliver_once

    stream.deliver = deliver
    it.for_a_while(undo)


def consumer_jumps(it: Faults) -> None:
    """Back, and everything comes again; or ahead, and something never comes."""
    consumer = it.consumer()
    if consumer is not None:
        consumer.next = it.random.randint(1, consumer.stream.last + 1)
        consumer.pending.clear()
        consumer.pump()


def consumer_deleted(it: Faults) -> None:
    consumer = it.consumer()
    if consumer is not None:
        del consumer.stream.consumers[consumer.name]
        consumer.gone()
        if it.random.random() < 0.5:
            it.broker.jetstream.follow(consumer.stream.name, {**consumer.config, "deliver_policy": "new"})
        it.provision_later()


def stream_wiped(it: Faults) -> None:
    """Gone with all that was in it, until operations make it again."""
    for stream in it._streams() if it.random.random() < 0.3 else [it.lane()]:
        if stream is not None and stream.name in it.broker.jetstream.streams:
            it.broker.jetstream.delete(stream.name)
    it.provision_later()


def stream_shortened(it: Faults) -> None:
    """The last messages were acknowledged and never reached the disk."""
    outage(it)
    stream = it.lane()
    if stream is not None:
        stream.shorten(it.random.randint(1, 5))


def told_again(it: Faults) -> None:
    """A frame that lies in the lane is put into it once more, under an id that no window knows."""
    stream = it.lane()
    if stream is not None and stream.messages:
        message = it.random.choice(list(stream.messages.values()))
        lines = [
            line for line in message.headers.split(b"\r\n") if not line.startswith((b"Nats-Msg-Id", b"Nats-Expected"))
        ]
        stream.append(message.subject, b"\r\n".join(lines), message.raw)


def strange_message(it: Faults) -> None:
    stream = it.lane()
    if stream is not None:
        stream.append(str(stream.config["subjects"][0]), b"", it.random.randbytes(20))


def refill_asked(it: Faults) -> None:
    name = it.random.choice(it.world.names)
    it.broker.send(f"refill.{name}", "", b"", f"lane.{name} {it.random.randint(0, 10)}".encode())


def credentials_rejected(it: Faults) -> None:
    it.broker.rejects_next = it.random.randint(1, 3)
    it.network.cut_all()


# ---- The machines --------------------------------------------------------------------------------------------------


def killed(it: Faults) -> None:
    """Between any two steps."""
    process = it.service().process
    process.dies_at = process.steps + it.random.randint(1, 1500)


def killed_at_commit(it: Faults) -> None:
    """Right before or right after a commit that nobody hears of."""
    service, at = it.service(), it.random.choice(("append", "committed"))

    def fails(process: Process, step: str) -> bool:
        if step == at:
            service.fails = lambda _process, _step: False
            process.kill()
            raise Dead
        return False

    service.fails = fails


def terminated(it: Faults) -> None:
    it.service().stop()


def started_twice(it: Faults) -> None:
    """A second process on the same store, while the first still believes to be the only one."""
    it.service().start()


def slow_threads(it: Faults) -> None:
    it.loop.slow_threads = 0.6

    def undo() -> None:
        it.loop.slow_threads = 0.02

    it.for_a_while(undo)


def clock_jumps(it: Faults) -> None:
    it.service().process.clock_offset += it.random.choice((-86_400, -3_600, -1, 3_600))


def database_fails(it: Faults) -> None:
    """Statements fail; a commit may have happened all the same."""
    service, often = it.service(), it.random.choice((0.1, 0.5))
    service.fails = lambda _process, _step: it.random.random() < often

    def undo() -> None:
        service.fails = lambda _process, _step: False

    it.for_a_while(undo, 4)


def people_hear_nothing(it: Faults) -> None:
    """Answers get lost on the way to the person, who asks again."""
    it.world.answers_lost = 0.5

    def undo() -> None:
        it.world.answers_lost = 0.0

    it.for_a_while(undo)


_OFTEN: dict[Fault, float] = {
    connection_cut: 4, half_open: 1, slow_network: 1, black_hole: 0.5, outage: 1, suspended: 0.3, broker_restarted: 2,
    answers_lost: 2, acknowledgements_lost: 1, deliveries_disturbed: 2, consumer_jumps: 2, consumer_deleted: 0.7,
    stream_wiped: 1, stream_shortened: 1, told_again: 1.5, strange_message: 0.5, refill_asked: 0.7,
    credentials_rejected: 0.7, killed: 4, killed_at_commit: 2, terminated: 1, started_twice: 1, slow_threads: 1,
    clock_jumps: 0.5, database_fails: 1.5, people_hear_nothing: 1,
}  # fmt: skip
FAULTS, WEIGHTS = list(_OFTEN), list(_OFTEN.values())
