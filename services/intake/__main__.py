"""`python -m services.intake serve | provision | rebuild | history CASE | directory FILE | change-list FILE`."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from services.intake.settings import settings
from shared.cli import commands, sent

if TYPE_CHECKING:
    from shared.service import Blueprint


def _blueprint() -> "Blueprint":
    from services.intake.wiring import blueprint

    return blueprint


app = commands("intake", _blueprint, settings)


@app.command()
def directory(
    file: Path, accept: Annotated[bool, typer.Option(help="Das zuletzt verglichene Verzeichnis übernehmen")] = False
) -> None:
    """Compare an official directory (GV100AD or Auszug GV) with the register; with --accept, accept what was compared."""
    content = file.read_bytes()
    if not accept:
        _send("directory", _file(file, content))
        typer.echo(json.dumps(sent(settings(), "GET", "/intake/register")["previewed"], ensure_ascii=False, indent=1))
        return
    version = sent(settings(), "GET", "/intake/register")["version"]
    body = {"sha256": sha256(content).hexdigest()}
    typer.echo(json.dumps(sent(settings(), "POST", "/intake/register/directory/acceptance", body, version=version)))


@app.command("change-list")
def change_list(file: Path) -> None:
    """Enter the official list of changes of names, borders and keys."""
    typer.echo(json.dumps(_send("change-list", _file(file, file.read_bytes()))))


def _file(file: Path, content: bytes) -> dict[str, Any]:
    return {"file": {"file_name": file.name, "content_base64": b64encode(content).decode()}}


def _send(path: str, body: dict[str, Any]) -> Any:
    return sent(settings(), "POST", f"/intake/register/{path}", body, key=str(uuid4()))


if __name__ == "__main__":
    app()
