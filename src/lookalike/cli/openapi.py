"""`lookalike openapi`: the description of the HTTP API as a file."""

import json
import tempfile
from pathlib import Path

import click

from lookalike.engine import Engine
from lookalike.errors import InvalidInput
from lookalike.settings import Settings


@click.command()
@click.argument("file", required=False, metavar="[FILE]")
def openapi(*, file: str | None) -> None:
    """Write the OpenAPI 3.1 document of the HTTP API to FILE, or print it.

    It is the one that a running service gives as /openapi.json; no workspace is needed.
    """
    text = document()
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file!r} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {file}.", err=True)


def document() -> str:
    """The document as JSON; of an empty workspace, as it does not depend on what one holds."""
    from lookalike.server.app import create_app  # takes a moment, which --help need not wait for

    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings.load({"workspace": folder})) as engine,
    ):
        return json.dumps(create_app(engine).openapi(), indent=2, ensure_ascii=False) + "\n"
