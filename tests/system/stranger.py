"""A client that knows NATS and nothing of us: prints every single event that it hears, until the server goes.

`python -I stranger.py URL PASSWORD_FILE`; one JSON line per message, the first line says that it listens.
"""

import asyncio
import json
import sys
from pathlib import Path

import nats
from nats.aio.msg import Msg


async def main(url: str, password_file: str) -> None:
    gone = asyncio.Event()

    async def ended() -> None:
        gone.set()

    async def quiet(_error: Exception) -> None:
        """The server goes without a farewell; that ends the listening."""

    async def hear(message: Msg) -> None:
        print(json.dumps({"subject": message.subject, "event": json.loads(message.data)}), flush=True)

    client = await nats.connect(
        url,
        error_cb=quiet,
        user="reader",
        password=Path(password_file).read_text(),
        allow_reconnect=False,
        closed_cb=ended,
    )
    await client.subscribe("grants.>", cb=hear)
    await client.flush()
    print(json.dumps("listening"), flush=True)
    await gone.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
