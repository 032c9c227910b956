"""`lookalike events`: import what users did, and list what is kept."""

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import people, print_json, print_table
from lookalike.domain.recorded import Recorded
from lookalike.engine import Engine
from lookalike.settings import Settings
from lookalike.wire import users as wire
from lookalike.wire.errors import PROBLEMS_REPORTED

SHOWN_PROBLEMS = 20


@click.group()
def events() -> None:
    """What users do with products: the log that tastes are learned from."""


@events.command("import")
@click.argument("file")
@click.option("--product-field", metavar="NAME", help="Where another tool keeps the sku.")
@as_json
@click.pass_obj
def import_(settings: Settings, *, file: str, product_field: str | None, as_json: bool) -> None:
    """Import FILE: one event a line, as we, GA4, Segment or Google Retail write them; - is stdin.

    Each event counts once, however often it is imported.  Bad lines are named and the rest goes
    on; the exit status is 6 then.
    """
    with Engine.open(settings, create=False) as engine:
        done = engine.record(file, product_field=product_field)
    if as_json:
        print_json(wire.recorded(done))
    else:
        _tell(done)
    if done.refused:
        raise click.exceptions.Exit(PROBLEMS_REPORTED)


@events.command("list")
@click.option("--user", "user_id", metavar="ID", help="Only what counts for this user.")
@click.option("--after", default=0, metavar="NUMBER", help="Go on after an earlier page.")
@click.option("--limit", default=20, show_default=True)
@as_json
@click.pass_obj
def list_(
    settings: Settings, *, user_id: str | None, after: int, limit: int, as_json: bool
) -> None:
    """List events in the order they became known, or those of one user in order of time."""
    with Engine.open(settings, create=False) as engine:
        users = engine.users()
        if user_id is None:
            latest, found = users.events(after=after, limit=limit)
        else:
            found = users.export(user_id).events[-limit:]
            latest = None
    if as_json:
        print_json({"events": [wire.event(one) for one in found], "latest": latest})
        return
    rows = [
        (f"{one.time:%Y-%m-%d %H:%M:%S}", one.user_id, one.kind, one.product_id or "", one.event_id)
        for one in found
    ]
    print_table(("time", "user", "kind", "product", "event"), rows)
    if latest is not None and found:
        click.echo(f"more: --after {latest}")


def _tell(done: Recorded) -> None:
    click.echo(
        f"{done.accepted:,} events accepted, {done.repeated:,} known already, "
        f"{done.ignored:,} say nothing of a product, {done.logins:,} logins"
    )
    if done.withheld:
        click.echo(f"{done.withheld:,} not kept: their users paused learning or were erased")
    if done.clamped:
        click.echo(f"{done.clamped:,} had a time ahead of ours and got ours")
    if done.unknown_products:
        some = ", ".join(done.unknown_products[:5])
        count = len(done.unknown_products)
        click.echo(f"{count:,} products are not in the catalog (yet): {some}")
    for one in done.problems[:SHOWN_PROBLEMS]:
        people.print(f"line {one.line}: {one.message}", markup=False)
    if done.refused:
        people.print(f"{done.refused:,} problems", style="bold red")
