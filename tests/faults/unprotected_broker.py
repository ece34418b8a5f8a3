"""The protections against streams and brokers, each with what the code is without it."""

import asyncio
from functools import partial
from typing import Any

from faststream.nats import NatsBroker
from nats.aio.client import Client

from shared import messaging, service
from shared.lane_following import LaneFollower
from shared.relaying import Relay


def comparing() -> None:
    """The relay believes that the stream holds all that the log holds."""

    async def believing(self: Relay) -> None:
        head = self.head()
        self.position, self.last, self.chain = head.position, head.position, head.chain
        self.sequence, newest = await self.messenger.end(self.subject)
        self.met_empty = newest is None

    Relay._resume = believing


def refusing_while_behind() -> None:
    """A store that is older than what it has told others takes commands."""

    def always(self: service.House) -> None:
        self.writer.refusing = ""

    service.House.permit = always


def guard() -> None:
    """Nobody watches whether the process still lives."""
    setattr(messaging.Guard, "run", lambda _self: None)


def pings() -> None:
    """Nobody asks whether the broker is still there, or whether the process lives."""
    guard()
    connect = Client.connect

    async def never(self: Client, *arguments: Any, **more: Any) -> None:
        await connect(self, *arguments, **(more | {"ping_interval": 3_600}))

    Client.connect = never


def watching() -> None:
    """Nobody compares a lane with its stream, or looks whether it is followed at all."""

    async def never(self: LaneFollower) -> None:
        await asyncio.Event().wait()

    LaneFollower.watch = never


def own_callback() -> None:
    """The framework's own callback hears of errors, and nobody watches whether the process still lives."""
    guard()
    noted = messaging.Messenger._noted

    async def raising(self: messaging.Messenger, error: Exception) -> None:
        await self.broker._log_connection_broken(partial(noted, self))(error)

    messaging.Messenger._noted = raising


def no_reply() -> None:
    """A handler's end is answered to wherever the message says."""
    subscriber = NatsBroker.subscriber

    def answering(self: NatsBroker, *arguments: Any, **more: Any) -> Any:
        return subscriber(self, *arguments, **(more | {"no_reply": False}))

    NatsBroker.subscriber = answering
