"""`lookalike serve` and `demo`: the HTTP service and the storefront."""

import logging
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import click

from lookalike.cli.output import people, progress
from lookalike.engine import Engine
from lookalike.errors import Unavailable
from lookalike.sample.shop import sample_shop
from lookalike.sample.write import write_shop
from lookalike.server.serving import serve as serve_until_stopped
from lookalike.settings import Settings

_logger = logging.getLogger(__name__)

DEMO_FOLDER = "demo-shop"
DEMO_PRODUCTS = 600


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on; 0 picks a free one.")
@click.option("--insecure", is_flag=True, help="Let other machines in without any API key.")
@click.pass_obj
def serve(settings: Settings, *, host: str | None, port: int | None, insecure: bool) -> None:
    """Serve the HTTP API and the storefront.

    Once there are API keys (`lookalike keys`), calls need one.
    """
    chosen = replace(settings, host=host or settings.host, insecure=insecure or settings.insecure)
    with Engine.open(chosen) as engine:
        _serve(engine, _listen(chosen.host, settings.port if port is None else port))


@click.command()
@click.option("--products", "count", default=DEMO_PRODUCTS, show_default=True)
@click.option("--port", type=int, help="The port to listen on; 0 picks a free one.")
@click.option("--no-serve", is_flag=True, help="Stop once the shop is indexed.")
@click.pass_obj
def demo(settings: Settings, *, count: int, port: int | None, no_serve: bool) -> None:
    """Draw the sample shop, index it, let its shoppers in and serve its storefront."""
    folder = Path(DEMO_FOLDER)
    chosen = replace(settings, workspace=str(folder / "workspace"))
    if not no_serve:
        listening = _listen(settings.host, settings.port if port is None else port)
    catalog = folder / "catalog"
    people.print(f"Drawing {count} products into {catalog} ...", markup=False)
    write_shop(sample_shop(count), catalog)
    with Engine.open(chosen) as engine:
        with progress(quiet=False) as report:
            done = engine.index(str(catalog / "catalog.csv"), report=report)
        click.echo(
            f"{done.products:,} products, {done.images:,} images, {done.seconds:.0f} s: "
            f"{done.encoded:,} looked at, {done.reused:,} known already"
        )
        _visit(engine, catalog / "events.jsonl")
        if not no_serve:
            _serve(engine, listening)


def _visit(engine: Engine, events: Path) -> None:
    """Let the sample shoppers do what they did, and learn from it."""
    seen = engine.record(str(events))
    learned = engine.quality().learn_feed()
    click.echo(
        f"{seen.accepted + seen.repeated:,} events of sample shoppers, weights of the feed from "
        f"{learned.choices} choices; see the shop as one: /#/default?as=shopper-003"
    )


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before any work is done, so that a taken one is said at once."""
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        # asyncio sets this only on sockets made with the number of TCP, which this is not: without
        # it the body of each answer waits 40 ms for the other side to confirm the headers.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise Unavailable(
            f"Port {port} of {host} cannot be used ({error.strerror}).",
            hint="Give another: --port 8001, or --port 0 for any free one.",
        ) from error


def _serve(engine: Engine, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host

    def begun() -> None:
        click.echo(
            f"Storefront: http://{shown}:{port}    API: http://{shown}:{port}/docs    "
            "(Ctrl+C stops)"
        )
        sys.stdout.flush()

    if not serve_until_stopped(engine, listening, begun=begun):
        _logger.warning("ended without waiting longer for what had begun")
        os._exit(0)  # a thread that does not end would keep the process
