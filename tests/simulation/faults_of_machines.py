"""What goes wrong with the machines, their databases, and the people who use and operate them."""

from tests.simulation.faults import Fault, Faults
from tests.simulation.loop import Process
from tests.simulation.world import Dead


def killed(it: Faults) -> None:
    """Between any two steps."""
    found = it.process()
    if found is not None:
        found.process.dies_at = found.process.steps + it.random.randint(1, 1500)


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
    """SIGTERM."""
    found = it.process()
    if found is not None:
        found.stopping.set()


def started_twice(it: Faults) -> None:
    """A second process on the same store stands by; or writes, while the first still believes to have the seat."""
    service = it.service()
    if len(service.alive) < 2:
        service.start()
    if it.random.random() < 0.5:
        it.loop.later(it.random.uniform(0, 2), service.chair.lose)


def seat_lost(it: Faults) -> None:
    """The database ends the session that holds the seat; nobody or the standby takes it."""
    it.service().chair.lose()


def slow_threads(it: Faults) -> None:
    it.loop.slow_threads = 0.6

    def undo() -> None:
        it.loop.slow_threads = 0.02

    it.for_a_while(undo)


def clock_jumps(it: Faults) -> None:
    found = it.process()
    if found is not None:
        found.process.clock_offset += it.random.choice((-86_400, -3_600, -1, 3_600))


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


OFTEN: dict[Fault, float] = {
    killed: 4, killed_at_commit: 2, terminated: 1, started_twice: 1, seat_lost: 0.5, slow_threads: 1, clock_jumps: 0.5,
    database_fails: 1.5, people_hear_nothing: 1,
}  # fmt: skip
"""Each fault, and how often it strikes among the others."""
