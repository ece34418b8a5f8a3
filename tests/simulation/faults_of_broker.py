"""What goes wrong with the network and the broker behind it."""

from shared.topology import RECORDED, refill_subject, subjects_published
from tests.simulation.faults import Fault, Faults
from tests.simulation.streams import Stored

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
    for stream in it.streams():
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
        if it.random.random() < 0.3:  # an operator's own idea of it, until somebody puts it right
            it.broker.jetstream.follow(consumer.stream.name, {**consumer.config, "deliver_policy": "new"})
        it.provision_later()


def stream_wiped(it: Faults) -> None:
    """Gone with all that was in it, until operations make it again."""
    for stream in it.streams() if it.random.random() < 0.3 else [it.lane()]:
        if stream is not None and stream.name in it.broker.jetstream.streams:
            it.broker.jetstream.delete(stream.name)
    it.provision_later()


def stream_shortened(it: Faults) -> None:
    """The last messages were acknowledged and never reached the disk."""
    outage(it)
    stream = it.lane()
    if stream is not None:
        stream.shorten(it.random.randint(1, 5))


def messages_lost(it: Faults) -> None:
    """A block of the stream's file is gone: what lay before and behind it is still there."""
    stream = it.lane()
    if stream is not None and stream.messages:
        first = it.random.randint(stream.first, stream.last)
        stream.lose(first, first + it.random.randint(0, 5))


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
    name = it.random.choice(RECORDED)
    subject = it.random.choice(subjects_published(name))
    it.broker.send(refill_subject(name), "", b"", f"{subject} {it.random.randint(0, 10)}".encode())


def credentials_rejected(it: Faults) -> None:
    it.broker.rejects_next = it.random.randint(1, 3)
    it.network.cut_all()


OFTEN: dict[Fault, float] = {
    connection_cut: 4, half_open: 1, slow_network: 1, black_hole: 0.5, outage: 1, suspended: 0.3, broker_restarted: 2,
    answers_lost: 2, acknowledgements_lost: 1, deliveries_disturbed: 2, consumer_jumps: 2, consumer_deleted: 0.7,
    stream_wiped: 1, stream_shortened: 1, messages_lost: 1, told_again: 1.5, strange_message: 0.5, refill_asked: 0.7,
    credentials_rejected: 0.7,
}  # fmt: skip
"""Each fault, and how often it strikes among the others."""
