"""`python -m services.<name> serve | provision | rebuild | recover | history CASE`: the same words for every service."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.settings import Settings

if TYPE_CHECKING:
    from shared.service import Blueprint, House

# The commands import what they need themselves: `provision` runs whenever the broker came back, and must not wait for
# the web and the messaging framework to load.


def commands(name: str, blueprint_of: "Callable[[], Blueprint]", settings_of: Callable[[], Settings]) -> typer.Typer:
    """The command line of a service."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)

    @app.command()
    def serve() -> None:
        """Serve the API and pages, and follow the other services."""
        import uvicorn

        from shared.service import application, build, prepare

        settings = settings_of()
        house = build(blueprint_of(), settings)
        prepare(house)
        uvicorn.run(
            application(house), host=settings.bind, port=settings.port, log_config=None, access_log=False,
            timeout_graceful_shutdown=15, server_header=False, h11_max_incomplete_event_size=64_000,
        )  # fmt: skip

    @app.command("provision")
    def provision_command() -> None:
        """Create tables, rights, key vault, streams and consumers; run by operations, safe to repeat."""
        from shared.provisioning import provision

        provision(name, settings_of())

    @app.command()
    def rebuild() -> None:
        """Make all views again from the log."""
        opened = _opened(blueprint_of(), settings_of(), writing=True)
        if opened is None:
            typer.echo(json.dumps(sent(settings_of(), "POST", f"/{name}/operations/rebuild")))
            return
        opened.writer.head = opened.store.recorder.head()
        opened.view_follower.rebuild()
        count = 0
        while stepped := opened.view_follower.step():
            count += stepped
            typer.echo(f"{count} von {opened.writer.head.position}", err=True)
        typer.echo(json.dumps({"upto": count}))

    @app.command()
    def recover(
        from_export: Annotated[
            Path | None, typer.Option(help="Export der Prüfkette, wenn auch der Strom fehlt")
        ] = None,
    ) -> None:
        """Roll a store restored from an older backup forward to all that it had already told others; stopped only."""
        import asyncio

        import msgspec

        from shared.continuation import NotRecoverable
        from shared.recovery import recovered

        opened = _opened(blueprint_of(), settings_of(), writing=True)
        if opened is None:
            raise typer.BadParameter("Der Dienst läuft: bitte zuerst anhalten.")
        try:
            done = asyncio.run(
                recovered(
                    opened.name, opened.store.recorder, opened.messenger, opened.views, from_export,
                    ask_ledger=opened.settings.start_awaits_ledger,
                )
            )  # fmt: skip
        except NotRecoverable as error:
            typer.echo(json.dumps({"refused": str(error)}, ensure_ascii=False))
            raise typer.Exit(1) from error
        typer.echo(msgspec.json.encode(done).decode())

    @app.command()
    def history(
        case: str, as_of: Annotated[datetime | None, typer.Option(help="Stand, ISO 8601 mit Zeitzone")] = None
    ) -> None:
        """A case's events in this service, as they were known at an instant."""
        from shared.operations import history_of

        opened = _opened(blueprint_of(), settings_of())
        if opened is None:
            query = f"?as_of={as_of.isoformat().replace('+', '%2B')}" if as_of else ""
            found = sent(settings_of(), "GET", f"/{name}/cases/{case}/history{query}")
        else:
            found = history_of(opened, case, as_of).model_dump(mode="json")
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))

    return app


def _opened(blueprint: "Blueprint", settings: Settings, *, writing: bool = False) -> "House | None":
    """The service's own parts, or None while its process runs: no second process ever opens its SQLite file, or writes."""
    from shared.recorders import NotProvisioned, StoreLocked
    from shared.service import build

    try:
        house = build(blueprint, settings)
        return house if not writing or house.seat.take() else None
    except StoreLocked:
        return None
    except NotProvisioned as error:
        raise typer.BadParameter(f"Der Bestand ist nicht angelegt: {error}") from error


def sent(
    settings: Settings, method: str, path: str, body: Any = None, *, key: str = "", version: int | None = None
) -> Any:
    """Ask the running service as the person whose token stands in FOERDERSTROM_TOKEN; its refusal ends the command."""
    import httpx2

    token = os.environ.get("FOERDERSTROM_TOKEN", "")
    if not token:
        raise typer.BadParameter("Der Dienst läuft: bitte FOERDERSTROM_TOKEN setzen, er wird über HTTP gefragt.")
    headers = {"Authorization": f"Bearer {token}"}
    headers |= {"Idempotency-Key": key} if key else {}
    headers |= {"If-Match": f'"{version}"'} if version is not None else {}
    answer = httpx2.request(
        method, f"http://{settings.bind}:{settings.port}{path}", headers=headers, json=body, timeout=30
    )
    if answer.is_error:
        typer.echo(answer.text, err=True)
        raise typer.Exit(1)
    return answer.json()
