"""`lookalike keys`: who may call the service."""

from datetime import UTC, datetime, timedelta

import click

from lookalike.access import NewKey
from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, print_table
from lookalike.domain.access import SCOPES, Grants, origin_of, scopes_of
from lookalike.domain.schedule import duration_s
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import keys as wire

SHOWN = ("key_id", "name", "state", "scopes", "collections", "origins", "per_minute", "expires_at")


@click.group()
def keys() -> None:
    """Make, list, rotate and revoke API keys.  Once there is one, calls need one."""


@keys.command()
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help=f"Repeat it: {', '.join(SCOPES)}."
)
@click.option(
    "--for", "collections", metavar="ID", multiple=True, help="Only this collection; repeat it."
)
@click.option(
    "--origin", "origins", metavar="URL", multiple=True, help="Only pages of this host; repeat it."
)
@click.option("--per-minute", type=int, help="At most so many requests per minute.")
@click.option("--expires", metavar="TIME", help="When it ends by itself, for example 90d.")
@as_json
@click.pass_obj
def create(
    settings: Settings,
    *,
    name: str,
    scopes: tuple[str, ...],
    collections: tuple[str, ...],
    origins: tuple[str, ...],
    per_minute: int | None,
    expires: str | None,
    as_json: bool,
) -> None:
    """Make a key and print it: this once."""
    grants = Grants(scopes_of(scopes), collections, tuple(map(origin_of, origins)), per_minute)
    expires_in = timedelta(seconds=duration_s(expires)) if expires else None
    with Engine.open(settings) as engine:
        _tell(engine.access.create(name, grants, expires_in=expires_in), as_json=as_json)


@keys.command(name="list")
@as_json
@click.pass_obj
def list_keys(settings: Settings, *, as_json: bool) -> None:
    """List all keys; their secrets are kept nowhere."""
    now = datetime.now(UTC)
    with Engine.open(settings, create=False) as engine:
        told = [wire.key(one, now) for one in engine.access.list()]
    if as_json:
        print_json({"keys": told})
        return
    print_table(SHOWN, [[_cell(one[name]) for name in SHOWN] for one in told])
    if not told:
        people.print("There is none, so the service is open to this machine.", style="dim")


@keys.command()
@click.argument("key_id")
@click.option("--forget", is_flag=True, help="Take it off the list, too.")
@click.pass_obj
def revoke(settings: Settings, *, key_id: str, forget: bool) -> None:
    """End a key: running services refuse it within a second."""
    with Engine.open(settings, create=False) as engine:
        engine.access.revoke(key_id, forget=forget)
    click.echo(f"{key_id} opens nothing any more.")


@keys.command()
@click.argument("key_id")
@click.option(
    "--grace", default="24h", show_default=True, help="How long the old secret works; 0 for none."
)
@as_json
@click.pass_obj
def rotate(settings: Settings, *, key_id: str, grace: str, as_json: bool) -> None:
    """Give a key another secret and print it: this once."""
    seconds = 0.0 if grace.strip() == "0" else duration_s(grace)
    with Engine.open(settings, create=False) as engine:
        _tell(engine.access.rotate(key_id, grace=timedelta(seconds=seconds)), as_json=as_json)


def _tell(made: NewKey, *, as_json: bool) -> None:
    if as_json:
        print_json(wire.new_key(made.key, made.secret, datetime.now(UTC)))
        return
    click.echo(made.secret)
    people.print(f"The key {made.key.id}.  It is not shown again: keep it now.", style="dim")
    if made.key.old_until is not None:
        until = made.key.old_until.isoformat(timespec="minutes")
        people.print(f"The secret before it works until {until}.", style="dim")


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
