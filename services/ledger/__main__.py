"""`python -m services.ledger serve | provision | rebuild | history CASE | export DIR | verify DIR`."""

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import httpx2
import typer

from services.ledger import archive
from services.ledger import verify as verifier
from services.ledger.export import NotAnExport, export
from services.ledger.settings import Settings, settings
from shared.cli import commands
from shared.opening import recorder
from shared.recorders import Recorder, StoreLocked

if TYPE_CHECKING:
    from shared.service import Blueprint


def _blueprint() -> "Blueprint":
    from services.ledger.wiring import blueprint

    return blueprint


app = commands("ledger", _blueprint, settings)


@app.command("export")
def export_command(directory: Path) -> None:
    """Write the whole signed history as files; a running service is asked for it, with FOERDERSTROM_TOKEN."""
    told = settings()
    try:
        try:
            opened = recorder(told.store, "ledger")
        except StoreLocked:
            found = _fetched(told, directory)
        else:
            found = _written(told, opened, directory)
    except NotAnExport as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(json.dumps({"directory": str(directory), "size": found.size, "root": found.root}))


@app.command("verify")
def verify_command(
    directory: Path,
    vkey: Annotated[str | None, typer.Option(help="vertrauter öffentlicher Schlüssel: Datei oder Text")] = None,
    since: Annotated[list[Path] | None, typer.Option(help="früher selbst aufbewahrter Prüfpunkt")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Ergebnis als JSON")] = False,
) -> None:
    """Recompute an export; exit code 0 when nothing was changed, 1 with the first fault."""
    given = [str(directory), *(["--vkey", vkey] if vkey else []), *(["--json"] if as_json else [])]
    raise typer.Exit(verifier.main([*given, *(part for it in since or () for part in ("--since", str(it)))]))


def _written(told: Settings, opened: Recorder, directory: Path) -> archive.Kept:
    """From the store itself, up to the last checkpoint that it holds."""
    from services.ledger.chronicle import Chronicle
    from services.ledger.ledger import records_of

    try:
        chronicle = Chronicle()
        position = 0
        while rows := opened.rows(position, 1_000):
            for row in rows:
                chronicle.add(row)
            position = rows[-1].position
        if chronicle.signing is None:
            raise typer.BadParameter("Es wurde noch kein Prüfpunkt unterschrieben.")
        vkey = told.signer().verifier.vkey
        export(directory, records_of(opened), checkpoint=chronicle.signing.note, vkey=vkey)
    finally:
        opened.close()
    if chronicle.size > chronicle.signing.size + 1:
        unsigned = chronicle.size - chronicle.signing.size
        typer.echo(f"{unsigned} Blätter haben noch keinen Prüfpunkt und fehlen in der Ausfuhr.", err=True)
    return archive.kept(directory)


def _fetched(told: Settings, directory: Path) -> archive.Kept:
    """From the running service, over HTTP."""
    token = os.environ.get("FOERDERSTROM_TOKEN", "")
    if not token:
        raise typer.BadParameter("Der Dienst läuft: bitte FOERDERSTROM_TOKEN setzen, er wird über HTTP gefragt.")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    with httpx2.Client(base_url=f"http://{told.bind}:{told.port}", headers=headers, timeout=600) as client:
        made = _accepted(client.post("/ledger/exports"))
        content = _accepted(client.get(made.json()["archive"])).content
    return archive.unpack(io.BytesIO(content), directory)


def _accepted(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_error:
        typer.echo(answer.text, err=True)
        raise typer.Exit(1)
    return answer


if __name__ == "__main__":
    app()
