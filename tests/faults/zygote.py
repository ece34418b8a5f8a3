"""A process that has imported everything and does nothing: from it a service starts in milliseconds instead of seconds.

`python -m tests.faults.zygote` reads lives from its input, one JSON a line, forks a process for each, sends signals to
them, and writes who started and who ended. It has no threads and no event loop, so that what it forks begins clean. All die with the parent.
"""

import os
import selectors
import signal
import sys
from typing import Any

import msgspec

from deploy.supervisor import die_with
from tests.faults.life import Life
from tests.faults.serving import serve

_children: set[int] = set()


def _tell(told: dict[str, Any]) -> None:
    os.write(1, msgspec.json.encode(told) + b"\n")


def _do(line: bytes, wakeup: tuple[int, int]) -> None:
    asked = msgspec.json.decode(line)
    if "signal" in asked:
        # Only the parent knows for sure that a pid is still its child's.
        if asked["pid"] in _children:
            os.kill(asked["pid"], asked["signal"])
    else:
        _fork(msgspec.convert(asked, Life), wakeup)


def _fork(life: Life, wakeup: tuple[int, int]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        _children.add(pid)
        _tell({"name": life.called, "started": pid})
        return
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for it in wakeup:
        os.close(it)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(f"{life.folder}/{life.called}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
    os.dup2(1, 2)
    die_with(parent)
    code = 1
    try:
        code = serve(life)
    finally:
        os._exit(code)


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _children.discard(pid)
        _tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def main(parent: int) -> None:
    die_with(parent)
    told, telling = os.pipe()
    os.set_blocking(told, False)
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    waiting.register(told, selectors.EVENT_READ)
    _tell({"ready": os.getpid()})
    kept = b""
    while True:
        for key, _ in waiting.select():
            if key.fd == told:
                os.read(told, 4096)
                _reap()
                continue
            read = os.read(0, 65536)
            if not read:
                return
            *lines, kept = (kept + read).split(b"\n")
            for line in lines:
                _do(line, (told, telling))


if __name__ == "__main__":
    main(int(sys.argv[1]))
