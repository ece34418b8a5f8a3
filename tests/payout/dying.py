"""A payout process that is killed (SIGKILL, by itself) at a step of its work with the treasury's folder.

`python -m tests.payout.dying <moment> serve`; the service's own code knows nothing of this.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.payout.__main__ import app
from services.payout.treasury import desk
from services.payout.treasury.directory import Directory
from shared.documents import DocumentDirectory

MOMENTS: dict[str, tuple[Any, str, str]] = {
    "file-made": (desk, "sealed_bytes_of", "after"),
    "request-made": (desk, "recall_bytes_of", "after"),
    "submission-started": (Directory, "hand_over", "before"),
    "file-half-handed-over": (Path, "rename", "before"),
    "file-handed-over": (Directory, "hand_over", "after"),
    "report-stored": (DocumentDirectory, "put_file", "after"),
    "report-read": (desk, "read", "after"),
    "report-taken-in": (Directory, "archive", "before"),
    "report-archived": (Directory, "archive", "after"),
}
"""At which call the process dies, before or after it does its work."""


def dying(do: Callable[..., Any], when: str) -> Callable[..., Any]:
    def done(*arguments: Any, **more: Any) -> Any:
        if when == "after":
            do(*arguments, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    return done


if __name__ == "__main__":
    kind, name, when = MOMENTS[sys.argv.pop(1)]
    setattr(kind, name, dying(getattr(kind, name), when))
    app()
