"""`lookalike doctor` and `settings`: is all well, and how is it set?"""

from dataclasses import asdict

import click

from lookalike.cli.options import as_json
from lookalike.cli.output import print_json, print_table
from lookalike.cli.settings_page import settings_example, settings_page
from lookalike.engine import Engine
from lookalike.settings import Settings


@click.command()
@as_json
@click.pass_obj
def doctor(settings: Settings, *, as_json: bool) -> None:
    """Try out the encoder, the disk and every collection."""
    with Engine.open(settings) as engine:
        checks = engine.doctor()
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        print_table(("", "what", ""), [(one.state, one.name, one.message) for one in checks])
    if any(check.state == "bad" for check in checks):
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--reference", is_flag=True, help="Print docs/reference/settings.md instead.")
@click.option("--example", is_flag=True, help="Print a lookalike.toml with every default instead.")
@as_json
@click.pass_obj
def settings(settings: Settings, *, reference: bool, example: bool, as_json: bool) -> None:
    """Print every setting, its value and where it came from."""
    told = settings.described()
    if reference or example:
        click.echo(settings_page(told) if reference else settings_example(told), nl=False)
        return
    if as_json:
        print_json({"settings": told})
        return
    for one in told:
        unit = f" {one['unit']}" if one["unit"] else ""
        click.echo(f"{one['name']} = {one['value']!r}{unit}  ({one['origin']})")
        click.echo(f"    {one['doc']}\n")
